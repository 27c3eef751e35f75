# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever arrives, how often and in which sequence: one order, the latest version."""

import copy
import itertools
import json
import sys

import psycopg2
import psycopg2.errors
import pytest
from support import counts, expected, same_as_shop


def modified(desk, ref):
    return desk.entry_of(ref).source_modified.isoformat()


# -- the same again
# ----------------------------------------------------------------------


@pytest.mark.parametrize("lane", ["auto", "orm"])
def test_the_same_file_twice_adds_no_row(desk, feed, lane):
    orders = feed.orders(30)
    first = desk.take(orders, feed.path(), lane=lane)
    assert counts(first) == expected(created=30)
    before = desk.rows_by_table()
    second = desk.take(orders, feed.path(), lane=lane)
    assert counts(second) == expected(unchanged=30)
    assert desk.rows_by_table() == before


def test_overlapping_files_bring_each_order_once(desk, feed):
    first = desk.take(feed.orders(25), feed.path())
    second = desk.take(feed.orders(25, start=15), feed.path())
    assert counts(first) == expected(created=25)
    assert counts(second) == expected(unchanged=10, created=15)
    for document in feed.orders(40):
        assert len(desk.orders_of(document["id"])) == 1


def test_what_the_shop_adds_without_meaning_changes_nothing(desk, feed):
    document = feed.order()
    desk.take([document], feed.path())
    noise = {"_links": {"self": "elsewhere"}, "payment_url": "https://example.com"}
    again = desk.take([{**document, **noise}], feed.path())
    assert counts(again) == expected(unchanged=1)


# -- versions
# ----------------------------------------------------------------------------

ARRIVALS = sorted(set(itertools.permutations((0, 1, 2, 2))))


def arrival_counts(arrival):
    """What must become of versions that arrive one after the other."""
    outcome, newest = expected(created=1), arrival[0]
    for revision in arrival[1:]:
        outcome["updated" if revision > newest else "unchanged"] += 1
        newest = max(newest, revision)
    return outcome


@pytest.mark.parametrize("apart", [True, False], ids=["files", "one file"])
def test_versions_in_any_sequence_end_in_the_latest(desk, feed, apart):
    orders = [
        [feed.order(index, revision) for revision in arrival]
        for index, arrival in enumerate(ARRIVALS)
    ]
    total = dict.fromkeys(expected(), 0)
    files = list(zip(*orders, strict=True))
    for file in files if apart else [sum(files, ())]:
        record = desk.take(list(file), feed.path())
        total = {name: total[name] + count for name, count in counts(record).items()}
    wanted = [arrival_counts(arrival) for arrival in ARRIVALS]
    assert total == {name: sum(one[name] for one in wanted) for name in total}
    for index in range(len(ARRIVALS)):
        latest = feed.order(index, 2)
        order = desk.orders_of(latest["id"])
        assert len(order) == 1
        same_as_shop(desk, order, latest)
        entry = desk.entry_of(latest["id"])
        assert (len(entry), entry.order_id) == (1, order)
        assert entry.outcome in ("created", "updated")
        assert modified(desk, latest["id"]) == latest["date_modified_gmt"]


def test_versions_of_one_second_end_in_the_one_that_came_last(desk, feed):
    older, newer = feed.order(revision=0), feed.order(revision=1)
    newer["date_modified_gmt"] = older["date_modified_gmt"]
    desk.take([older], feed.path())
    assert counts(desk.take([newer], feed.path())) == expected(updated=1)
    same_as_shop(desk, desk.orders_of(newer["id"]), newer)


# -- a change of a known order
# -----------------------------------------------------------


def test_an_update_changes_the_draft_in_place(desk, feed):
    older, newer = feed.order(revision=0), feed.order(revision=2)
    newer["line_items"] = newer["line_items"] + [
        {**copy.deepcopy(newer["line_items"][0]), "id": 9_000_001}
    ]
    extra = newer["line_items"][-1]
    cents = round(
        (float(newer["total"]) + float(extra["total"]) + float(extra["total_tax"])),
        2,
    )
    newer["total"] = f"{cents:.2f}"
    newer["total_tax"] = f"{float(newer['total_tax']) + float(extra['total_tax']):.2f}"
    desk.take([older], feed.path())
    order = desk.orders_of(older["id"])
    name, lines = order.name, order.order_line.ids
    record = desk.take([newer], feed.path())
    assert counts(record) == expected(updated=1)
    changed = desk.orders_of(older["id"])
    assert (changed.id, changed.name, changed.state) == (order.id, name, "draft")
    assert not set(lines) & set(changed.order_line.ids)
    same_as_shop(desk, changed, newer)
    entry = desk.entry_of(older["id"])
    assert (entry.outcome, entry.import_id) == ("updated", record)


def test_a_cancelled_version_cancels_the_draft(desk, feed):
    desk.take([feed.order()], feed.path())
    gone = feed.order(revision=1, status="cancelled")
    assert counts(desk.take([gone], feed.path())) == expected(updated=1)
    assert desk.orders_of(gone["id"]).state == "cancel"


@pytest.fixture
def reviewed(desk, feed):
    """(order, ledger row, newer document) of an order confirmed before it changed."""
    older, newer = feed.order(revision=0), feed.order(revision=3)
    desk.take([older], feed.path())
    order = desk.orders_of(older["id"])
    order.action_confirm()
    before = desk.stored(order)
    record = desk.take([newer], feed.path())
    assert counts(record) == expected(rejected=1)
    assert (record.review_count, record.reasons) == (1, {"order_locked": 1})
    order = desk.orders_of(older["id"])
    assert desk.stored(order) == before
    entry = desk.entry_of(older["id"])
    assert (entry.outcome, entry.reason) == ("review", "order_locked")
    return order, entry, newer


def test_a_confirmed_order_goes_to_review_with_the_difference(desk, feed, reviewed):
    from odoo.addons.retail_accelerator.engine.review import differences

    order, entry, newer = reviewed
    rows = {row["field"]: row for row in differences(desk.env, entry)}
    assert rows["Total"]["ours"] == f"{order.amount_total:.2f}"
    assert rows["Total"]["theirs"] == newer["total"]
    assert "Line 1" in rows and "Line 2" not in rows
    quantity = newer["line_items"][0]["quantity"]
    assert rows["Line 1"]["theirs"].startswith(f"{quantity} × ")
    assert counts(desk.take([newer], feed.path())) == expected(unchanged=1)
    assert desk.entry_of(newer["id"]).outcome == "review"


def test_applying_a_review_brings_the_newer_version(desk, reviewed):
    order, entry, newer = reviewed
    wizard = desk.env["retail.ledger.apply"].create({"ledger_id": entry.id})
    assert not wizard.obstacle
    wizard.action_apply()
    desk.env.cr.commit()
    changed = desk.orders_of(newer["id"])
    assert (changed.id, changed.state) == (order.id, "sale")
    same_as_shop(desk, changed, newer)
    assert desk.entry_of(newer["id"]).outcome == "updated"


def test_keeping_a_review_settles_the_version(desk, feed, reviewed):
    order, entry, newer = reviewed
    total = order.amount_total
    entry.action_keep()
    desk.env.cr.commit()
    assert counts(desk.take([newer], feed.path())) == expected(unchanged=1)
    assert desk.orders_of(newer["id"]).amount_total == total
    assert desk.entry_of(newer["id"]).outcome == "kept"
    later = feed.order(revision=4)
    assert counts(desk.take([later], feed.path())) == expected(rejected=1)
    assert desk.entry_of(newer["id"]).outcome == "review"


# -- rejected, then put right
# ------------------------------------------------------------


def without_product(document, ref):
    document["line_items"][0].update(
        product_id=ref, variation_id=0, sku=f"NONE-{ref}", global_unique_id=""
    )
    return document


def test_a_reject_is_created_by_replay_once_its_mapping_is_there(desk, feed):
    document = without_product(feed.order(), 7_000_001)
    record = desk.take([feed.order(1), document], feed.path())
    assert counts(record) == expected(created=1, rejected=1)
    entry = desk.entry_of(document["id"])
    assert (entry.outcome, entry.reason) == ("rejected", "unknown_product")
    assert "NONE-7000001" in entry.message or "7000001" in entry.message
    place = entry.source_row
    product = desk.env["product.product"].create({"name": "Found"})
    desk.env["retail.channel.product"].create(
        {
            "channel_id": desk.channel.id,
            "kind": "product",
            "ref": "7000001",
            "product_id": product.id,
        }
    )
    entry.action_replay()
    desk.env.cr.commit()
    order = desk.orders_of(document["id"])
    same_as_shop(desk, order, document)
    assert order.order_line[0].product_id == product
    entry = desk.entry_of(document["id"])
    assert (len(entry), entry.outcome, entry.order_id) == (1, "created", order)
    assert entry.source_row == place, "a replay loses the record's place in its file"
    assert counts(desk.take([document], feed.path())) == expected(unchanged=1)


def test_a_reject_comes_right_when_its_file_is_imported_again(desk, feed):
    document = without_product(feed.order(), 7_000_002)
    desk.take([document], feed.path())
    product = desk.env["product.product"].create(
        {"name": "Found", "default_code": "NONE-7000002"}
    )
    record = desk.take([document], feed.path())
    assert counts(record) == expected(created=1)
    order = desk.orders_of(document["id"])
    assert order.order_line[0].product_id == product
    assert len(desk.entry_of(document["id"])) == 1


def test_a_corrected_payload_is_imported_by_replay(desk, feed):
    document = without_product(feed.order(), 7_000_003)
    desk.take([document], feed.path())
    entry = desk.entry_of(document["id"])
    corrected = json.loads(entry.payload_json)
    good = feed.order()["line_items"][0]
    corrected["line_items"][0].update(
        {name: good[name] for name in ("product_id", "variation_id", "sku")}
    )
    wizard = desk.env["retail.ledger.edit"].create(
        {"ledger_id": entry.id, "text": json.dumps(corrected)}
    )
    wizard.action_save_and_replay()
    desk.env.cr.commit()
    same_as_shop(desk, desk.orders_of(document["id"]), document)
    entry = desk.entry_of(document["id"])
    assert (len(entry), entry.outcome, entry.reason) == (1, "created", False)


# -- nothing kept, stopped, gone on
# ------------------------------------------------------


def test_a_dry_run_tells_the_same_and_keeps_nothing(desk, feed):
    known = feed.orders(5)
    desk.take(known, feed.path())
    stranger = feed.order(60)
    stranger["billing"]["email"] = "never.seen@example.com"
    stranger["customer_id"] = 999_999
    bad = without_product(feed.order(61), 7_000_004)
    file = [*feed.orders(30), *feed.orders(5, revision=1), stranger, bad]
    before = desk.rows_by_table()
    rehearsal = desk.take(file, feed.path(), dry_run=True)
    assert desk.rows_by_table() == before
    assert counts(rehearsal) == expected(created=26, updated=5, unchanged=5, rejected=1)
    real = desk.take(file, feed.path())
    assert counts(real) == counts(rehearsal)
    assert real.reasons == rehearsal.reasons
    assert (real.native_count, real.orm_count) == (
        rehearsal.native_count,
        rehearsal.orm_count,
    )


def state_of(desk, documents):
    return [
        (
            document["id"],
            desk.orders_of(document["id"]).mapped("amount_total"),
            len(desk.orders_of(document["id"]).order_line),
            desk.entry_of(document["id"]).mapped("content_hash"),
        )
        for document in documents
    ]


def whole(documents, desk):
    for document in documents:
        order = desk.orders_of(document["id"])
        assert len(order) == 1
        assert len(desk.entry_of(document["id"])) == 1
        same_as_shop(desk, order, document)


def test_an_import_out_of_time_goes_on_where_it_stopped(desk, feed):
    documents = feed.orders(50)
    record = desk.run(desk.make(documents, feed.path()), seconds=1e-9)
    assert (record.state, record.read_count) == ("running", 20)
    assert 0 < record.file_offset < record.file_size
    desk.run(record, seconds=1e-9)
    assert record.read_count == 40
    desk.run(record)
    assert (record.state, counts(record)) == ("done", expected(created=50))
    whole(documents, desk)


def test_a_cancelled_import_keeps_what_it_had_and_starts_over(desk, feed):
    documents = feed.orders(50)
    record = desk.run(desk.make(documents, feed.path()), seconds=1e-9)
    record.action_cancel()
    desk.run(record)
    assert record.state == "cancelled"
    done = record.created_count
    assert 20 <= done < 50
    record.action_reset()
    record.action_start()
    desk.run(record)
    assert record.state == "done"
    assert counts(record) == expected(unchanged=done, created=50 - done)
    whole(documents, desk)


def test_a_paused_import_resumes_at_its_offset(desk, feed):
    documents = feed.orders(50)
    record = desk.run(desk.make(documents, feed.path()), seconds=1e-9)
    record.action_pause()
    offset, read = record.file_offset, record.read_count
    record.action_resume()
    assert (record.file_offset, record.read_count) == (offset, read)
    desk.run(record)
    assert (record.state, counts(record)) == ("done", expected(created=50))
    whole(documents, desk)


def test_an_interrupted_import_is_finished_by_the_scheduler(desk, feed):
    """The worker died: the import says running, the connection's lock is gone."""
    documents = feed.orders(50)
    record = desk.run(desk.make(documents, feed.path()), seconds=1e-9)
    desk.env["ir.config_parameter"].set_param(
        "retail_accelerator.import_paths", str(feed.folder)
    )
    desk.env.cr.commit()
    desk.env.ref("retail_accelerator.ir_cron_import_1").method_direct_trigger()
    desk.env.cr.rollback()  # the scheduler worked in a transaction of its own
    desk.env.invalidate_all()
    assert (record.state, counts(record)) == ("done", expected(created=50))
    assert record.read_count == 50
    whole(documents, desk)


def test_rows_the_database_refuses_are_counted_as_the_orm_lane_wrote_them(
    desk, feed, monkeypatch
):
    """The ORM lane takes the chunk, and counts and results are its own."""

    def refuse(*_args):
        raise psycopg2.errors.CheckViolation("refused")

    native_lane = sys.modules["odoo.addons.retail_accelerator.engine.lanes"].NativeLane
    write_wave = native_lane.write_wave
    calls = []

    def refuse_once(self, chunk, wave, validated):
        calls.append(wave)
        return (refuse if len(calls) == 1 else write_wave)(self, chunk, wave, validated)

    monkeypatch.setattr(native_lane, "write_wave", refuse_once)
    record = desk.take(feed.orders(3, start=40), feed.path())
    assert (record.state, record.created_count) == ("done", 3)
    assert (record.native_count, record.orm_count) == (0, 3)
