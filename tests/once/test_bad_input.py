# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files that are damaged, or made to hurt: what is good comes in, the rest is named."""

import csv
import gzip
import io
import json
from pathlib import Path
from unittest.mock import patch

import pytest
from support import counts, expected, same_as_shop

GOOD = 3


def spoilt(document, how):
    """The bytes of a record with one fault."""
    data = json.dumps(document).encode()
    if how == "bad_encoding":
        return data.replace(b'"Payment"', b'"Pay\xff\xfement"')
    if how == "nul":
        return data.replace(b'"Payment"', b'"Pay\\u0000ment"')
    if how == "duplicate_key":
        return data.replace(b'{"id"', b'{"currency": "EUR", "id"', 1)
    if how == "too_deep":
        return data[:-1] + b', "deep": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    if how == "bad_number":
        return data.replace(
            f'"total": "{document["total"]}"'.encode(), b'"total": "1e999999999"'
        )
    return data[:-1] + b', "broken": tru}'


FAULTS = {
    "bad_encoding": "bad_encoding",
    "nul": "bad_encoding",
    "duplicate_key": "duplicate_key",
    "too_deep": "too_deep",
    "bad_number": "bad_number",
    "bad_syntax": "bad_syntax",
}


def joined(records, form):
    return b"\n".join(records) if form == "lines" else b"[" + b",".join(records) + b"]"


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_record_falls_alone_with_its_place(desk, feed, fault, form):
    documents = feed.orders(GOOD)
    bad = spoilt(feed.order(50), fault)
    records = [json.dumps(document).encode() for document in documents]
    data = joined([records[0], bad, *records[1:]], form)
    assert data.count(bad) == 1
    suffix = "ndjson" if form == "lines" else "json"
    record = desk.take(data, feed.path(suffix))
    assert counts(record) == expected(created=GOOD, rejected=1)
    assert record.reasons == {FAULTS[fault]: 1}
    for document in documents:
        same_as_shop(desk, desk.orders_of(document["id"]), document)
    entry = desk.env["retail.ledger"].search([("import_id", "=", record.id)])
    entry = entry.filtered(lambda entry: entry.outcome == "rejected")
    assert (entry.reason, entry.source_row) == (FAULTS[fault], 2)
    assert entry.source_offset == data.index(bad)
    assert len(entry.message) > 10
    again = desk.take(data, feed.path(suffix))
    assert counts(again) == expected(unchanged=GOOD, rejected=1)


@pytest.mark.parametrize("cut", [0.3, 0.9, 0.999])
def test_a_cut_file_keeps_what_came_before_and_names_the_place(desk, feed, cut):
    documents = feed.orders(30)
    data = json.dumps(documents).encode()
    starts = [data.find(json.dumps(document).encode()) for document in documents]
    data = data[: int(len(data) * cut)]
    whole = sum(json.dumps(document).encode() in data for document in documents)
    record = desk.run(desk.make(data, feed.path()))
    assert record.state == "failed"
    assert counts(record) == expected(created=whole)
    assert f"(record {whole + 1}, byte {starts[whole]})" in record.error_message
    complete = desk.take(documents, feed.path())
    assert counts(complete) == expected(unchanged=whole, created=30 - whole)
    for document in documents:
        assert len(desk.orders_of(document["id"])) == 1


def test_a_file_without_its_last_bracket_fails_with_all_orders_kept(desk, feed):
    documents = feed.orders(GOOD)
    record = desk.run(desk.make(json.dumps(documents).encode()[:-1], feed.path()))
    assert (record.state, counts(record)) == ("failed", expected(created=GOOD))
    assert "cannot be read further" in record.error_message


@pytest.mark.parametrize("data", [b"", b" \n", b"[]"])
def test_an_export_of_no_orders_is_done(desk, feed, data):
    record = desk.take(data, feed.path())
    assert (record.read_count, counts(record)) == (0, expected())


def test_a_file_that_is_no_export_fails_and_says_so(desk, feed):
    record = desk.run(desk.make(b"hello world", feed.path()))
    assert (record.state, record.read_count) == ("failed", 0)
    assert "a required column is missing (order_id)" in record.error_message
    assert "Nothing was imported" in record.error_message


def test_a_picture_fails_and_creates_nothing(desk, feed):
    picture = b"\x89PNG\r\n\x1a\n" + bytes(200)
    record = desk.run(desk.make(picture, feed.path()))
    assert (record.state, record.created_count) == ("failed", 0)
    assert "a record is not a map" in record.error_message


@pytest.mark.parametrize(
    "data, told",
    [
        (gzip.compress(b"[]"), "compressed"),
        (b"PK\x03\x04" + bytes(40), "save the sheet as CSV"),
        ("[]".encode("utf-16"), "Save it as UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "workbook"),
        (b"%PDF-1.4\n%\xe2\xe3", "PDF document"),
        (b"\n<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        (
            b'{"code": "woocommerce_rest_cannot_view", "message": "Not allowed."}',
            "error message instead of orders: Not allowed.",
        ),
        (b'[{"id": 1, "name": "Mug", "sku": "M-1", "status": "publish"}]', "products"),
        (b'[{"id": 1, "rate": "5.0", "country": "CA"}]', "tax rates"),
        (b'{"id": 1, "email": "ada@example.com", "billing": {}}', "customers"),
        (b'[{"id": 8, "parent_id": 1, "amount": "1", "line_items": []}]', "refunds"),
        (b'{"152": [{"id": 8, "amount": "1"}]}', "refunds"),
        (b'{"orders": [{"id": 1, "total": "1"}]}', "inside “orders”"),
    ],
)
def test_a_file_of_something_else_fails_and_says_what_to_do(desk, feed, data, told):
    known = feed.order()
    desk.take([known], feed.path())
    record = desk.run(desk.make(data, feed.path()))
    assert (record.state, record.read_count) == ("failed", 0)
    assert told in record.error_message
    assert desk.entry_of(known["id"]).outcome == "created"


def test_a_file_that_is_gone_or_closed_to_odoo_fails_and_says_so(desk, feed):
    record = desk.make(b"[]", feed.path())
    denied = PermissionError(13, "Permission denied")
    with patch.object(type(record), "_open_path", side_effect=denied):
        desk.run(record)
    assert record.state == "failed"
    assert "cannot be opened: Permission denied" in record.error_message
    record = desk.make(b"[]", feed.path())
    Path(record.file_path).unlink()
    assert desk.run(record).state == "failed"
    assert "There is no file" in record.error_message


def test_a_cut_first_line_falls_alone(desk, feed):
    documents = feed.orders(GOOD)
    first = json.dumps(feed.order(50)).encode()[:-20]
    data = joined([first, *(json.dumps(d).encode() for d in documents)], "lines")
    record = desk.take(data, feed.path("ndjson"))
    assert counts(record) == expected(created=GOOD, rejected=1)
    assert record.reasons == {"bad_syntax": 1}


def csv_rows(documents):
    for document in documents:
        for position, line in enumerate(document["line_items"]):
            own = not position
            yield [
                *(document["id"], document["number"] if own else ""),
                *((document["status"], document["currency"]) if own else ("", "")),
                document["date_created_gmt"] if own else "",
                document["billing"]["email"] if own else "",
                document["billing"]["last_name"] if own else "",
                *(line["product_id"], line["quantity"], line["total"]),
                *(line["taxes"][0]["id"], line["taxes"][0]["total"]),
                document["total"] if own else "",
            ]


HEADER = (
    *("order_id", "number", "status", "currency", "date_created"),
    *("billing_email", "billing_last_name", "product_id", "quantity"),
    *("line_total", "tax_rate_id", "line_tax", "total"),
)


def test_broken_csv_quotes_spoil_their_order_alone(desk, feed):
    documents = [
        document
        for document in feed.orders(40)
        if all(len(line["taxes"]) == 1 for line in document["line_items"])
    ][:4]
    assert len(documents) == 4
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(csv_rows(documents))
    bad = documents[1]
    name = bad["billing"]["last_name"]
    rows = text.getvalue().split("\n")
    row = next(row for row in rows if row.startswith(str(bad["id"])))
    data = text.getvalue().replace(row, row.replace(name, f'"{name}" oops"', 1))
    record = desk.take(data.encode(), feed.path("csv"))
    assert counts(record) == expected(created=3, rejected=1)
    for document in documents:
        orders = desk.orders_of(document["id"])
        assert len(orders) == (0 if document == bad else 1)
        if orders:
            assert f"{orders.amount_total:.2f}" == document["total"]
    entry = desk.env["retail.ledger"].search(
        [("import_id", "=", record.id), ("outcome", "=", "rejected")]
    )
    assert entry.reason == "bad_syntax"
    assert entry.source_offset >= data.encode().index(str(bad["id"]).encode())
