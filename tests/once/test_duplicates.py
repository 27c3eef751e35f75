# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same sale by two routes: held once, decided once, imported at most once."""

import sys
from datetime import datetime, timedelta

import pytest
from repeated import HOUR, again, spread
from support import counts, expected

pytestmark = pytest.mark.usefixtures("policies")


def pairs_of(desk, document):
    return desk.entry_of(document["id"]).duplicate_ids


def reasons(record):
    return (record.review_count, record.reasons or {})


@pytest.mark.parametrize("lane", ["auto", "orm"])
def test_a_twin_by_another_channel_is_held(desk, market, feed, lane):
    document = feed.order()
    desk.take([document], feed.path(), lane=lane)
    before = desk.query("SELECT count(*) FROM res_partner")
    twin = again(document, customer_id=0)
    record = market.take([twin], feed.path(), lane=lane)
    assert counts(record) == expected(rejected=1)
    assert reasons(record) == (1, {"duplicate_content": 1})
    assert not market.orders_of(twin["id"])
    assert desk.query("SELECT count(*) FROM res_partner") == before
    entry = market.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("review", "duplicate_content")
    [pair] = entry.duplicate_ids
    assert (pair.kind, pair.state, pair.found_by) == ("order", "open", "content")
    assert pair.first_id == desk.orders_of(document["id"]).id
    assert pair.second_id == 0


def test_a_twin_in_the_same_file_is_held_once(desk, feed):
    document = feed.order()
    record = desk.take([document, again(document)], feed.path())
    assert counts(record) == expected(created=1, rejected=1)
    [pair] = pairs_of(desk, again(document))
    assert pair.first_id == desk.orders_of(document["id"]).id


def test_repetitions_of_a_held_twin_are_held_against_the_order(desk, feed):
    document = feed.order()
    desk.take([document], feed.path())
    twins = [again(document, number * HOUR) for number in (1, 2, 3)]
    for number, twin in enumerate(twins):
        twin["id"] += number
    record = desk.take(twins, feed.path())
    assert counts(record) == expected(rejected=3)
    assert (record.review_count, record.open_review_count) == (3, 3)
    for twin in twins:
        [pair] = pairs_of(desk, twin)
        assert pair.first_id == desk.orders_of(document["id"]).id


def test_a_twin_in_a_later_chunk_is_held(desk, feed):
    documents = feed.orders(30)
    record = desk.take([*documents, again(documents[0])], feed.path())
    assert counts(record) == expected(created=30, rejected=1)
    assert pairs_of(desk, again(documents[0])).found_by == "content"


@pytest.mark.parametrize("later", [-HOUR, HOUR])
def test_a_twin_of_another_week_is_held(desk, feed, later):
    """The ledger is asked by weeks, and these begin on Mondays."""
    monday = datetime(2024, 3, 4) + timedelta(weeks=feed.first // 1000)
    moment = (monday - later / 2).isoformat()
    document = feed.order(date_created_gmt=moment, date_modified_gmt=moment)
    desk.take([document], feed.path())
    record = desk.take([again(document, later=later)], feed.path())
    assert counts(record) == expected(rejected=1)


def test_a_twin_is_found_among_too_many_equal_keys(desk, feed, monkeypatch):
    module = sys.modules["odoo.addons.retail_accelerator.engine.duplicates"]
    monkeypatch.setattr(module, "MET_MOST", 1)
    documents = feed.orders(3)
    desk.take(documents, feed.path())
    record = desk.take([again(document) for document in documents], feed.path())
    assert counts(record) == expected(rejected=3)


def test_the_same_file_again_leaves_a_held_record_held(desk, feed):
    document = feed.order()
    desk.take([document, again(document)], feed.path())
    before = desk.rows_by_table()
    record = desk.take([document, again(document)], feed.path())
    assert counts(record) == expected(unchanged=2)
    assert desk.rows_by_table() == before


def test_a_kept_twin_is_imported_exactly_once(desk, feed):
    document = feed.order()
    twin = again(document)
    desk.take([document, twin], feed.path())
    [pair] = pairs_of(desk, twin)
    pair.action_keep()
    desk.env.cr.commit()
    order = desk.orders_of(twin["id"])
    assert len(order) == 1
    entry = desk.entry_of(twin["id"])
    assert (entry.outcome, entry.order_id) == ("created", order)
    pair = pairs_of(desk, twin)
    assert (pair.state, pair.decided_by.id) == ("kept", desk.env.uid)
    assert {pair.first_id, pair.second_id} == {
        order.id,
        desk.orders_of(document["id"]).id,
    }
    assert counts(desk.take([document, twin], feed.path())) == expected(unchanged=2)
    assert len(desk.orders_of(twin["id"])) == 1


def test_a_pair_that_was_kept_does_not_come_back_by_a_sweep(desk, feed):
    document = feed.order()
    twin = again(document)
    desk.take([document, twin], feed.path())
    pairs_of(desk, twin).action_keep()
    from odoo.addons.retail_accelerator.engine.sweeper import Sweeper

    sweep = desk.env["retail.duplicate.sweep"].create({"kind": "order", "mode": "full"})
    Sweeper(sweep).run_guarded()
    assert sweep.state == "done"
    orders = desk.orders_of(document["id"]) | desk.orders_of(twin["id"])
    found = desk.env["retail.duplicate"].search(
        [("first_id", "in", orders.ids), ("second_id", "in", orders.ids)]
    )
    assert found.mapped("state") == ["kept"]


def test_a_linked_twin_stays_out_also_in_later_versions(desk, feed):
    document = feed.order()
    twin = again(document)
    desk.take([document, twin], feed.path())
    pairs_of(desk, twin).action_link()
    desk.env.cr.commit()
    entry = desk.entry_of(twin["id"])
    assert entry.outcome == "ignored"
    assert pairs_of(desk, twin).state == "linked"
    later = again(document, 2 * HOUR, customer_note="please hurry")
    record = desk.take([later], feed.path())
    assert counts(record) == expected(skipped=1)
    assert not desk.orders_of(twin["id"])


def test_a_held_record_is_held_again_when_it_is_only_tried_again(desk, feed):
    document = feed.order()
    twin = again(document)
    desk.take([document, twin], feed.path())
    desk.entry_of(twin["id"]).action_replay()
    desk.env.cr.commit()
    assert desk.entry_of(twin["id"]).outcome == "review"
    assert not desk.orders_of(twin["id"])
    assert len(pairs_of(desk, twin)) == 1


def test_with_a_warning_both_are_imported_and_the_pair_is_shown(desk, feed):
    desk.channel.duplicate_policy = "warn"
    document = feed.order()
    twin = again(document)
    record = desk.take([document, twin], feed.path())
    assert counts(record) == expected(created=2)
    entry = desk.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("created", "duplicate_content")
    [pair] = entry.duplicate_ids
    orders = desk.orders_of(document["id"]) | desk.orders_of(twin["id"])
    assert (pair.state, [pair.first_id, pair.second_id]) == ("open", sorted(orders.ids))


def test_two_orders_of_one_channel_are_imported_with_a_warning(desk, feed):
    """The shop itself says that they are two; somebody may have pressed twice."""
    desk.channel.repeat_policy = "warn"
    first, second = feed.order(), feed.order(1)
    twins = [again(first), again(second)]
    desk.take([first, twins[0], second], feed.path())
    record = desk.take([twins[1]], feed.path())
    assert counts(record) == expected(created=1)
    for document, twin in zip((first, second), twins, strict=True):
        entry = desk.entry_of(twin["id"])
        assert (entry.outcome, entry.reason) == ("created", "duplicate_content")
        orders = desk.orders_of(document["id"]) | desk.orders_of(twin["id"])
        [pair] = entry.duplicate_ids
        assert [pair.first_id, pair.second_id] == sorted(orders.ids)
        assert pair.state == "open"


def test_an_order_sent_again_under_a_new_reference_is_held(desk, feed):
    """The same second of the same till or shop: no second sale."""
    desk.channel.repeat_policy = "warn"
    document = feed.order()
    resent = again(document, 0 * HOUR)
    desk.take([document], feed.path())
    assert counts(desk.take([resent], feed.path())) == expected(rejected=1)
    assert desk.entry_of(resent["id"]).outcome == "review"


def test_another_channel_is_held_whatever_holds_within_one(desk, market, feed):
    market.channel.repeat_policy = "warn"
    document = feed.order()
    desk.take([document], feed.path())
    record = market.take([again(document)], feed.path())
    assert counts(record) == expected(rejected=1)


def test_the_same_basket_days_later_is_a_second_sale(desk, market, feed):
    document = feed.order()
    desk.take([document], feed.path())
    for days, seller in ((3, desk), (9, market)):
        bought_again = again(document, timedelta(days=days))
        bought_again["id"] += days
        record = seller.take([bought_again], feed.path())
        assert counts(record) == expected(created=1), days
        assert not pairs_of(seller, bought_again)


def test_two_versions_of_one_order_are_no_duplicates(desk, feed):
    older, newer = feed.order(revision=0), feed.order(revision=1)
    assert counts(desk.take([older, newer], feed.path())) == expected(
        created=1, updated=1
    )
    assert not pairs_of(desk, older)


def test_an_order_that_was_not_imported_is_no_twin(desk, feed):
    """A payment that failed, and the customer's second, successful attempt."""
    failed = feed.order(status="failed")
    second = again(failed, status="processing")
    desk.channel.status_ids.filtered(
        lambda rule: rule.status == "failed"
    ).action = "skip"
    record = desk.take([failed, second], feed.path())
    assert counts(record) == expected(created=1, skipped=1)


def test_a_cancelled_order_is_no_twin(desk, feed):
    document = feed.order()
    desk.take([document], feed.path())
    desk.orders_of(document["id"])._action_cancel()
    assert counts(desk.take([again(document)], feed.path())) == expected(created=1)


def test_a_twin_of_a_refused_record_waits_to_be_tried_again(desk, feed):
    document = feed.order()
    document["total"] = f"{float(document['total']) + 7:.2f}"
    twin = again(document)
    record = desk.take([document, twin], feed.path())
    assert counts(record) == expected(rejected=2)
    assert (record.review_count, record.open_review_count) == (0, 0)
    entry = desk.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("rejected", "duplicate_content")
    assert not entry.duplicate_ids


def test_a_similar_order_of_another_channel_is_held(desk, market, feed):
    documents = spread(feed.orders(100))
    desk.take(documents, feed.path())
    twin = again(documents[3], 3 * HOUR, customer_id=0, payment_method="market")
    twin["billing"]["email"] = "relay-771@market.example"
    record = market.take(
        [twin, *map(other_buyer, feed.orders(30, start=100))], feed.path()
    )
    assert counts(record) == expected(created=30, rejected=1)
    entry = market.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("review", "duplicate_suspected")
    [pair] = entry.duplicate_ids
    assert pair.found_by == "score" and pair.score > 0
    total = sum(bits for _field, _level, bits in pair.explanation)
    assert abs(total - pair.score) < 0.1


@pytest.mark.parametrize("known", [1, 4, 30])
def test_a_new_shop_does_not_miss_an_obvious_twin(desk, market, feed, known):
    """Nothing is rare yet among one or some orders; the obvious still stands out."""
    documents = spread(feed.orders(known))
    desk.take(documents, feed.path())
    twin = again(documents[-1], timedelta(minutes=12), customer_id=0)
    twin["billing"]["first_name"] += "e"
    twin["billing"]["email"] = "relay-773@market.example"
    assert counts(market.take([twin], feed.path())) == expected(rejected=1)
    entry = market.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("review", "duplicate_suspected")
    [pair] = entry.duplicate_ids
    assert pair.first_id == desk.orders_of(documents[-1]["id"]).id


def test_a_new_shop_takes_different_orders_for_different(desk, market, feed):
    desk.take(spread(feed.orders(5)), feed.path())
    others = spread(list(map(other_buyer, feed.orders(5, start=50))))
    assert counts(market.take(others, feed.path())) == expected(created=5)


def other_buyer(document):
    document["id"] += 900_000_000
    document["number"] = str(document["id"])
    return document


def test_similar_orders_can_be_left_to_the_sweeps(desk, market, feed):
    documents = feed.orders(20)
    desk.take(documents, feed.path())
    market.channel.suspect_policy = "ignore"
    twin = again(documents[3], 3 * HOUR, customer_id=0)
    twin["billing"]["email"] = "relay-772@market.example"
    assert counts(market.take([twin], feed.path())) == expected(created=1)


def test_a_dry_run_tells_of_duplicates_and_keeps_no_pair(desk, feed):
    document = feed.order()
    before = desk.rows_by_table()
    record = desk.take([document, again(document)], feed.path(), dry_run=True)
    assert counts(record) == expected(created=1, rejected=1)
    assert desk.rows_by_table() == before
