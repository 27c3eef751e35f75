# SPDX-License-Identifier: LGPL-3.0-or-later
"""An exact twin is never imported in silence, whatever the policies, the lane and the
way foreign keys are checked; and nobody's sale repeats another company's."""

import itertools

import pytest
from repeated import HOUR, again
from support import result, start, write

pytestmark = pytest.mark.usefixtures("policies")

MODE = "retail_accelerator.constraint_mode"
POLICIES = [
    dict(
        zip(
            ("duplicate_policy", "suspect_policy", "repeat_policy"), choice, strict=True
        )
    )
    for choice in itertools.product(
        ("hold", "warn"), ("hold", "warn", "ignore"), ("hold", "warn")
    )
]


@pytest.fixture(
    params=[("auto", "triggers"), ("auto", "validated"), ("orm", "triggers")]
)
def lane(request, desk):
    """The lane, with the way foreign keys are checked set for it."""
    name, mode = request.param
    parameters = desk.env["ir.config_parameter"]
    parameters.set_param(MODE, mode)
    desk.env.cr.commit()
    yield name
    desk.env.cr.rollback()
    parameters.set_param(MODE, "triggers")
    desk.env.cr.commit()


def numbered(document, more):
    number = document["id"] + more
    return {**document, "id": number, "number": str(number)}


def state_of(desk, document):
    """(held or imported, reason, whether a pair is listed) of a shop's order."""
    entry = desk.entry_of(document["id"])
    orders = desk.orders_of(document["id"])
    assert (entry.outcome == "created") == bool(orders)
    pairs = entry.duplicate_ids
    assert all(pair.state == "open" for pair in pairs)
    return "imported" if orders else entry.outcome, entry.reason, bool(pairs)


def test_an_exact_twin_is_held_or_told_by_every_policy(
    desk,
    market,
    feed,
    lane,
):
    documents = feed.orders(len(POLICIES))
    for document, chosen in zip(documents, POLICIES, strict=True):
        in_one_file = document["id"] % 2 == (lane == "orm")
        later = again(document)
        resent = numbered(again(document, 0 * HOUR), 1_000_000)
        for seller in (desk, market):
            seller.channel.write(chosen)
        first = [document]
        if in_one_file:
            first.append(resent)
        desk.take(first, feed.path(), lane=lane)
        if not in_one_file:
            desk.take([resent], feed.path(), lane=lane)
        # The other channel's, then a third one of the first channel.
        route = numbered(again(document, HOUR / 2, customer_id=0), 2_000_000)
        market.take([route], feed.path(), lane=lane)
        desk.take([later], feed.path(), lane=lane)

        by_content = "review" if chosen["duplicate_policy"] == "hold" else "imported"
        told = (by_content, "duplicate_content", True)
        assert state_of(desk, resent) == told, chosen
        assert state_of(market, route) == told, chosen
        lenient = chosen["repeat_policy"] == "warn"
        if lenient and by_content == "review":
            # Of this channel's own, of another moment: imported, with a warning.
            told = ("imported", "duplicate_content", True)
        assert state_of(desk, later) == told, chosen


def test_the_same_sale_in_another_company_is_another_sale(desk, market, feed):
    """Two companies of one database sell by shops of their own."""
    company = desk.env["res.company"].create({"name": "Second company"})
    user = desk.env["res.users"].browse(desk.env.uid)
    user.company_ids += company
    desk.env.cr.commit()
    document = feed.order()
    desk.take([document], feed.path())
    ledger = desk.env["retail.ledger"]
    desk.query(
        "UPDATE retail_ledger SET company_id = %s WHERE id = %s RETURNING id",
        company.id,
        desk.entry_of(document["id"]).id,
    )
    ledger.invalidate_model()
    twin = again(document)
    market.take([twin], feed.path())
    assert state_of(market, twin) == ("imported", False, False)


def test_a_refused_order_that_is_tried_again_does_not_pass_its_twin(
    desk,
    market,
    feed,
):
    document = feed.order()
    good_total = document["total"]
    document["total"] = f"{float(good_total) + 9:.2f}"
    desk.take([document], feed.path())
    assert desk.entry_of(document["id"]).outcome == "rejected"
    document["total"] = good_total
    twin = again(document)
    market.take([twin], feed.path())
    assert state_of(market, twin)[0] == "imported"
    desk.take([document], feed.path())
    assert state_of(desk, document) == ("review", "duplicate_content", True)


def test_a_linked_sale_stays_one_when_its_shop_sends_a_newer_version(
    desk,
    market,
    feed,
):
    """The clerk cancelled the second order; its shop goes on to complete it."""
    for seller in (desk, market):
        seller.channel.duplicate_policy = "warn"
    document = feed.order(status="processing")
    twin = again(document, status="processing")
    desk.take([document], feed.path())
    market.take([twin], feed.path())
    [pair] = market.entry_of(twin["id"]).duplicate_ids
    pair.keep_first = "first"
    pair.action_link()
    desk.env.cr.commit()
    cancelled = market.orders_of(twin["id"])
    assert cancelled.state == "cancel"
    newer = {**twin, "status": "completed"}
    newer["date_modified_gmt"] = "2031-01-01T00:00:00"
    market.take([newer], feed.path())
    assert len(market.orders_of(twin["id"])) == 1
    assert market.orders_of(twin["id"]).state == "cancel"
    assert desk.orders_of(document["id"]).state != "cancel"


def test_twins_that_two_imports_bring_at_the_same_time_are_told(
    desk,
    market,
    feed,
    database,
):
    """Neither sees what the other has not committed."""
    documents = feed.orders(60)
    twins = [again(document) for document in documents]
    desk.env.cr.commit()
    processes = [
        start(database, write(feed.path(), documents)),
        start(database, write(feed.path(), twins), "--channel", "market"),
    ]
    reports = [result(process) for process in processes]
    assert sum(report["read"] for report in reports) == 120
    desk.env.cr.rollback()
    desk.env.invalidate_all()
    for document, twin in zip(documents, twins, strict=True):
        entries = desk.entry_of(document["id"]) | market.entry_of(twin["id"])
        assert len(entries) == 2
        assert len(entries.duplicate_ids) == 1, document["id"]
        assert entries.order_id
