# SPDX-License-Identifier: LGPL-3.0-or-later
"""Damaged and doubtful files of every provider: a clear error with its place, never a
wrong event."""

import codecs
import csv
import io
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import retail_accelerator_native as native
from settle_files import files

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "generate"))
from settlement_files import FORMATS, write
from settlement_world import USUAL, world

WORLD = world(4, 40, replace(USUAL, foreign=0.0))
REPORTS = {name: write(name, WORLD) for name in FORMATS}
# Text tables; documents are tested in test_settle_json.py.
TABLES = [name for name in FORMATS if not name.endswith("_api")]
SINGLE = [name for name in TABLES if name != "klarna"]  # one byte a letter
WIDENED = [name for name in SINGLE if name != "paypal_stl"]  # its columns are fixed


def read(content, **options):
    return native.settlement_read(files.rows(content), currency="EUR", **options)


def error_of(content):
    """(reason, message, row, offset, column) of a file that must not be read."""
    with pytest.raises(native.Error) as caught:
        read(content)
    return caught.value.args


def lines_of(name):
    return REPORTS[name].content.decode("utf-8-sig").splitlines(keepends=True)


def body(name):
    """Index of the first line of data."""
    return (
        len(lines_of(name))
        - len(REPORTS[name].owners)
        - (2 if name == "paypal_stl" else 0)
    )


@pytest.mark.parametrize("name", SINGLE)
def test_a_file_cut_in_the_middle_of_a_row_is_refused_with_the_row(name):
    lines = lines_of(name)
    last = len(lines) - (3 if name == "paypal_stl" else 1)
    cut = lines[last][: lines[last].index("\t" if name.startswith("amazon_v") else ",")]
    args = error_of("".join((*lines[:last], cut)).encode())
    assert args[0] in ("truncated", "bad_syntax", "bad_number", "unknown_currency")
    assert args[2] == len(REPORTS[name].owners) or args[2] >= last - body(name)


@pytest.mark.parametrize("name", SINGLE)
def test_a_nul_character_is_refused_with_its_offset(name):
    text = "".join(lines_of(name)).encode()
    at = len(text) // 2
    reason, _message, _row, offset, _column = error_of(text[:at] + b"\0" + text[at:])
    assert (reason, offset) == ("bad_encoding", at)


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_with_a_mark_read_the_same(name, encoding):
    text = "".join(lines_of(name))
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    again = read(mark + text.encode(encoding))
    first = read(REPORTS[name].content)
    for column in ("kind", "order", "date", "gross", "fee", "net", "party"):
        assert again.column(column) == first.column(column), column


@pytest.mark.parametrize("name", WIDENED)
def test_a_cell_of_a_megabyte_is_kept_or_refused_never_cut(name):
    lines = lines_of(name)
    long = "x" * (1 << 20)
    extra = "\t" if name.startswith("amazon_v") else ","
    start = body(name)
    head = lines[: start - 1]
    wide = [lines[start - 1].rstrip("\n") + f"{extra}Remark\n"]
    rows = [line.rstrip("\n") + f"{extra}{long}\n" for line in lines[start : start + 1]]
    rest = [line.rstrip("\n") + f"{extra}\n" for line in lines[start + 1 :]]
    events = read("".join((*head, *wide, *rows, *rest)).encode())
    assert long in events.row(0)["extra"]
    assert events.column("net") == read(REPORTS[name].content).column("net")


# Column of an amount that every row has.
AMOUNTS = {
    "stripe_itemized": "net",
    "adyen": "Exchange Rate",
    "braintree": "Amount Submitted For Settlement",
    "mollie": "Settlement amount",
    "shopify": "Net",
    "woopayments": "Net",
    "square": "Total Collected",
    "ebay": "Net amount",
    "amazon_pay": "NetTransactionAmount",
    "paypal_activity_en": "Net",
    "paypal_activity_de": "Netto",
    "paypal_activity_fr": "Net",
}


def replace_cell(name, column, value):
    """The report with another value in the first row's column."""
    lines = lines_of(name)
    start = body(name)
    header = next(csv.reader([lines[start - 1]]))
    row = next(csv.reader([lines[start]]))
    row[header.index(column)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return "".join((*lines[:start], out.getvalue(), *lines[start + 1 :])).encode()


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize("value", ["12.3.4", "1,2,3", "many", "1e400", "--5", "٣"])
def test_what_is_no_amount_is_refused_with_row_and_column(name, value):
    reason, message, row, _offset, column = error_of(
        replace_cell(name, AMOUNTS[name], value)
    )
    assert reason in ("bad_number", "overflow")
    assert row == 1
    # Where the file is to tell its decimal sign, the amount that gainsays it is named.
    assert column == AMOUNTS[name] or "both points and commas" in message


@pytest.mark.parametrize("name", ["stripe_itemized", "shopify", "woopayments"])
def test_a_decimal_comma_where_points_are_decimal_is_refused(name):
    args = error_of(replace_cell(name, AMOUNTS[name], "12,34"))
    assert (args[0], args[2]) == ("bad_number", 1)


DATES = {
    "stripe_itemized": "created_utc",
    "adyen": "Creation Date",
    "mollie": "Date",
    "shopify": "Transaction Date",
    "woopayments": "Date / Time (UTC)",
    "ebay": "Transaction creation date",
    "amazon_pay": "TransactionPostedDate",
    "paypal_activity_de": "Datum",
}


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("value", ["2026-02-30", "31.02.2026", "soon", "2026-13-01"])
def test_what_is_no_date_is_refused_with_row_and_column(name, value):
    reason, _message, row, _offset, column = error_of(
        replace_cell(name, DATES[name], value)
    )
    assert (reason, row, column) == ("bad_date", 1, DATES[name])


def activity(*days, zone="UTC", time="07:00:00"):
    head = "Date,Time,TimeZone,Type,Status,Currency,Gross,Fee,Net,Transaction ID\n"
    rows = [
        f"{day},{time},{zone},Website Payment,Completed,EUR,5.00,0.00,5.00,T{number}\n"
        for number, day in enumerate(days)
    ]
    return (head + "".join(rows)).encode()


def test_days_and_months_that_cannot_be_told_apart_are_refused():
    reason, message, row, _offset, column = error_of(activity("05/06/2026"))
    assert (reason, row, column) == ("bad_date", 1, "Date")
    assert "day and month" in message


@pytest.mark.parametrize(
    ("days", "month"),
    [(("05/06/2026", "25/06/2026"), 6), (("05/06/2026", "06/25/2026"), 5)],
)
def test_one_clear_date_settles_the_order_of_all(days, month):
    first = read(activity(*days)).column("date")[0] // 1_000_000
    assert datetime.fromtimestamp(first, UTC).month == month


def test_a_file_that_has_both_orders_is_refused():
    args = error_of(activity("25/06/2026", "06/25/2026"))
    assert (args[0], args[2]) == ("bad_date", 2)


@pytest.mark.parametrize(
    ("zone", "hour"), [("PDT", 8), ("PST", 9), ("America/Los_Angeles", 8)]
)
def test_the_hour_that_comes_twice_is_told_by_its_zone(zone, hour):
    """On 2026-11-01 clocks in Los Angeles go from 2:00 back to 1:00."""
    micro = read(activity("11/01/2026", "11/25/2026", zone=zone, time="01:30:00"))
    assert micro.column("date")[0] // 3_600_000_000 % 24 == hour


def test_the_hour_that_is_left_out_is_taken_by_the_offset_before():
    """On 2026-03-08 clocks in Los Angeles go from 2:00 to 3:00."""
    content = activity(
        "03/08/2026", "03/25/2026", zone="America/Los_Angeles", time="02:30:00"
    )
    assert read(content).column("date")[0] // 3_600_000_000 % 24 == 10


# -- columns and sums, in a report written by hand --

HEAD = (
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    "reporting_category,{}\n"
)
ROWS = (
    'po_1,t1,2026-03-08 23:30:00,usd,"1,020.00",30.00,990.00,charge,{}\n',
    "po_1,t2,2026-03-08 23:31:00,usd,(20.00),0.00,20.00-,refund,{}\n",
    "po_1,t3,2026-03-08 23:31:00,usd,-970.00,0.00,-$970.00,payout,{}\n",
)


def stripe(extra="x", cells=("1", "1", "1")):
    """A report of Stripe's with a column more, and what each row has in it."""
    rows = [row.format(cell) for row, cell in zip(ROWS, cells, strict=True)]
    return "".join((HEAD.format(extra), *rows)).encode()


def test_a_column_that_is_there_twice_must_say_the_same():
    assert len(read(stripe("currency", ("usd", "usd", "usd")))) == 3
    reason, message, row, _offset, column = error_of(
        stripe("currency", ("usd", "eur", "usd"))
    )
    assert (reason, row, column) == ("duplicate_key", 2, "currency")
    assert "twice" in message


def test_unknown_columns_of_one_name_are_all_kept():
    events = read(stripe("note,note,note", ("a,b,c", ",,", ",d,")))
    extra = [json.loads(text) if text else {} for text in events.column("extra")]
    assert extra[0] == {"note": "a", "note (2)": "b", "note (3)": "c"}
    assert extra[2] == {"note (2)": "d"}


def test_a_missing_column_is_named_together_with_the_report():
    reason, message, _row, _offset, column = error_of(
        stripe().replace(b",net,", b",netto,")
    )
    assert (reason, column) == ("bad_format", "net")
    assert '"Stripe: payout reconciliation, itemized"' in message


def test_a_row_that_does_not_add_up_tells_the_difference():
    reason, message, row, _offset, _column = error_of(
        stripe().replace(b"30.00,990.00", b"30.00,990.07")
    )
    assert (reason, row) == ("total_mismatch", 1)
    assert "make 990.00" in message and "is 990.07" in message and "-0.07" in message


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html></html>", b"\n<HTML lang=en>"])
def test_a_web_page_instead_of_a_report_is_called_one(page):
    with pytest.raises(files.FileError, match="web page"):
        files.rows(page)
