# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command line as a scheduler uses it: its last line is one JSON object."""

import json
import subprocess

from support import ROOT, counts, expected, write

OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")


def retail(database, verb, *options):
    """(exit code, the JSON object of the last line)."""
    command = [ROOT / "tools/odoo", "retail", verb, "-d", database, "--json"]
    done = subprocess.run(
        [*command, "--channel", "shop", *map(str, options)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def business_rows(desk):
    """Rows by table, but for the notes that tell other workers to drop their caches."""
    rows = desk.rows_by_table()
    return {t: n for t, n in rows.items() if not t.startswith("orm_signaling_")}


def test_import_replay_and_verify_report_each_record_once(desk, database, feed):
    documents = feed.orders(12)
    bad = feed.order(12)
    bad["line_items"][0].update(product_id=987, variation_id=0, sku=f"NEW-{bad['id']}")
    paths = write(feed.path(), documents), write(feed.path(), [*documents[:4], bad])
    desk.env.cr.commit()
    code, report = retail(database, "import", *paths)
    assert code == 0
    assert {"read", *OUTCOMES, "lanes", "seconds", "reasons"} <= set(report)
    assert report["read"] == 17 == sum(report[name] for name in OUTCOMES)
    assert (report["created"], report["unchanged"], report["rejected"]) == (12, 4, 1)
    assert report["reasons"] == {"unknown_product": 1}
    assert report["lanes"] == {"native": 12, "orm": 0}

    desk.env["product.product"].create(
        {"name": "New", "default_code": f"NEW-{bad['id']}"}
    )
    desk.env.cr.commit()
    code, report = retail(database, "replay", "--reason", "unknown_product")
    assert (code, report["created"], report["rejected"]) == (0, 1, 0)
    assert report["read"] == sum(report[name] for name in OUTCOMES)
    assert len(desk.orders_of(bad["id"])) == 1

    desk.env.cr.rollback()
    before = business_rows(desk)
    desk.env.cr.rollback()
    code, report = retail(database, "verify", paths[0])
    assert (code, report["orders"], report["differences"]) == (0, 12, [])
    assert report["tables"] > 4 and report["columns"] > 100
    # Contacts are compared although everybody in the file is known by now.
    assert report["contacts"]["native"] > 5 and not report["contacts"]["orm"]
    assert business_rows(desk) == before


def test_what_waits_for_a_decision_is_counted_with_the_way_there(desk, database, feed):
    order = feed.order()
    again = {**order, "id": order["id"] + 700_000, "number": "again"}
    path = write(feed.path(), [order, again])
    run = subprocess.run(
        [
            *(ROOT / "tools/odoo", "retail", "import", "-d", database, "--json"),
            *("--channel", "shop", path),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    *lines, last = run.stdout.splitlines()
    report = json.loads(last)
    assert (report["created"], report["rejected"], report["review"]) == (1, 1, 1)
    assert report["reasons"] == {"duplicate_content": 1}
    assert "1 of them held for a decision in Odoo: Retail > Duplicates" in lines[-1]
    desk.env.cr.rollback()
    desk.env["retail.duplicate"].search([("state", "=", "open")]).action_ignore()
    desk.env.cr.commit()


def test_failures_are_one_sentence_and_an_exit_code(desk, database, feed):
    code, report = retail(database, "import", feed.path())
    assert code == 1 and "There is no file" in report["error"]
    cut = write(feed.path(), json.dumps(feed.orders(3)).encode()[:-40])
    code, report = retail(database, "import", cut)
    assert code == 1 and "cannot be read further" in report["error"]
    assert report["created"] == 2
    code, report = retail(database, "verify", cut)
    assert code == 1 and "cannot be read to its end" in report["error"]
    code, report = retail(database, "verify", feed.path().parent)
    assert code == 1 and "is a folder" in report["error"]
    code, report = retail(database, "verify", "--limit", "-5", cut)
    assert code == 2 and "--limit" in report["error"]


def test_a_proof_of_nothing_is_a_failure(desk, database, feed):
    code, report = retail(database, "verify", write(feed.path(), []))
    assert code == 1 and "of 0 records read" in report["error"]
    unknown = write(feed.path(), [feed.order(currency="EURO")])
    code, report = retail(database, "verify", unknown)
    assert code == 1 and "of 1 records read" in report["error"]
    products = write(feed.path(), [{"id": 1, "name": "Mug", "sku": "M-1"}])
    code, report = retail(database, "verify", products)
    assert code == 1 and "the shop's export of products" in report["error"]


def test_orders_given_as_refunds_are_told_before_anything_is_imported(
    desk, database, feed
):
    path = write(feed.path(), feed.orders(2))
    code, report = retail(database, "import", "--refunds", path, path)
    assert (code, report["read"]) == (1, 0)
    assert "holds orders, not refunds" in report["error"]
    assert not desk.orders_of(feed.order()["id"])


def test_a_mistyped_name_leaves_no_half_done_job(desk, database, feed):
    """The files before the mistyped one are not imported, either."""
    path = write(feed.path(), feed.orders(2))
    for wrong in ((path, feed.path()), ("--refunds", feed.path(), path)):
        code, report = retail(database, "import", *wrong)
        assert code == 1 and "There is no file" in report["error"]
        assert not desk.orders_of(feed.order()["id"])
        desk.env.cr.rollback()


def test_a_mistyped_reason_is_not_taken_for_nothing_to_do(desk, database, feed):
    bad = feed.order(currency="EURO")
    desk.take([bad], feed.path())
    code, report = retail(database, "replay", "--reason", "unknown_curency")
    assert code == 1 and "unknown_currency (" in report["error"]
    desk.env.cr.rollback()
    desk.entry_of(bad["id"]).action_ignore()
    desk.env.cr.commit()


def test_refused_refunds_are_counted_and_named(desk, database, feed):
    documents = feed.orders(2)
    orders = write(feed.path(), documents)
    refund = {"parent_id": documents[0]["id"], "amount": "1.00", "line_items": []}
    rows = [{**refund, "id": 81}, {**refund, "id": 82, "amount": "x"}, 7]
    code, report = retail(
        database, "import", "--refunds", write(feed.path(), rows), orders
    )
    assert (code, report["created"], report["refunds"]) == (0, 2, 1)
    assert report["refunds_rejected"] == len(report["refund_problems"]) == 2
    assert any("82" in problem for problem in report["refund_problems"])

    cut = write(feed.path(), json.dumps(rows).encode()[:-20])
    code, report = retail(database, "import", "--refunds", cut, orders)
    assert (code, report["unchanged"]) == (1, 2)
    assert "The refunds file cannot be read" in report["error"]


def test_what_the_ledger_keeps_is_a_file_to_import(desk, feed):
    documents = feed.orders(6)
    record = desk.take(documents, feed.path())
    assert counts(record) == expected(created=6)
    kept = desk.query(
        "SELECT payload FROM retail_ledger WHERE import_id = %s ORDER BY id", record.id
    )
    packed = b"".join(bytes(payload) for (payload,) in kept)
    again = desk.take(packed, feed.path("msgpack"))
    assert counts(again) == expected(unchanged=6)
    for document in documents:
        desk.orders_of(document["id"]).unlink()
    desk.query("DELETE FROM retail_ledger WHERE import_id = %s RETURNING id", record.id)
    anew = desk.take(packed, feed.path("msgpack"))
    assert counts(anew) == expected(created=6)
