# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sale that a clerk typed into Odoo, or another module made, and that a shop sends
too: no ledger knows the first one."""

from datetime import datetime, timedelta, timezone

import pytest
from repeated import again, spread
from support import counts, expected

pytestmark = pytest.mark.usefixtures("policies")


def hours_ago(document, hours):
    moment = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    moment -= timedelta(hours=hours)
    return {**document, "date_created_gmt": moment.isoformat()}


@pytest.fixture
def typed(desk, feed):
    """(document, order): an order of Odoo that came by no channel, three hours old."""
    document = hours_ago(feed.order(), 3)
    desk.take([document], feed.path())
    order = desk.orders_of(document["id"])
    order.origin = False
    desk.query("DELETE FROM retail_ledger WHERE order_id = %s RETURNING id", order.id)
    desk.env.cr.commit()
    yield document, order
    desk.env.cr.rollback()
    order._action_cancel()
    desk.env.cr.commit()


@pytest.mark.parametrize("lane", ["auto", "orm"])
@pytest.mark.parametrize("suspect_policy", ["hold", "ignore"])
def test_the_same_sale_is_held(desk, feed, typed, lane, suspect_policy):
    document, order = typed
    desk.channel.suspect_policy = suspect_policy
    twin = hours_ago(again(document), 2)
    record = desk.take([twin], feed.path(), lane=lane)
    assert counts(record) == expected(rejected=1)
    entry = desk.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("review", "duplicate_content")
    [pair] = entry.duplicate_ids
    assert (pair.first_id, pair.second_id, pair.found_by) == (order.id, 0, "content")
    pair.action_keep()
    desk.env.cr.commit()
    assert len(desk.orders_of(twin["id"])) == 1
    assert pair.state == "kept" and pair.second_id == desk.orders_of(twin["id"]).id


def test_with_a_warning_it_is_imported_and_told(desk, feed, typed):
    document, order = typed
    desk.channel.duplicate_policy = "warn"
    twin = hours_ago(again(document), 2)
    assert counts(desk.take([twin], feed.path())) == expected(created=1)
    [pair] = desk.entry_of(twin["id"]).duplicate_ids
    assert [pair.first_id, pair.second_id] == [order.id, desk.orders_of(twin["id"]).id]
    assert order.name in desk.entry_of(twin["id"]).message


def test_a_similar_one_is_held_by_its_resemblance(desk, feed, typed):
    """Another e-mail address and a name typed otherwise, a few minutes apart."""
    document, order = typed
    # What is usual is seen from the newest orders, and those of tests are all of today.
    desk.take(spread(feed.orders(200, start=1)), feed.path())
    twin = hours_ago(again(document, customer_id=0), 2.9)
    twin["billing"] = {
        **twin["billing"],
        "email": "relay-991@market.example",
        "first_name": twin["billing"]["first_name"] + "e",
    }
    twin["billing"]["phone"] = ""
    desk.take([twin], feed.path())
    entry = desk.entry_of(twin["id"])
    assert (entry.outcome, entry.reason) == ("review", "duplicate_suspected")
    [pair] = entry.duplicate_ids
    assert (pair.first_id, pair.found_by) == (order.id, "score")


@pytest.mark.parametrize("change", ["other goods", "cancelled", "long ago"])
def test_another_sale_is_imported(desk, feed, typed, change):
    document, order = typed
    twin = hours_ago(again(document), 2)
    if change == "other goods":
        twin = hours_ago(feed.order(1), 2)
    elif change == "cancelled":
        order._action_cancel()
    else:
        order.date_order -= timedelta(days=4)
    desk.env.cr.commit()
    assert counts(desk.take([twin], feed.path())) == expected(created=1)
    assert not desk.entry_of(twin["id"]).duplicate_ids
