# SPDX-License-Identifier: LGPL-3.0-or-later
"""XLSX workbooks give the events of the same table as CSV."""

import builtins
import csv
import io
import random
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import retail_accelerator_native as native
import settle_oracle as oracle
from settle_files import files

openpyxl = pytest.importorskip("openpyxl")

PROFILE = (
    "profile mine\nneed Ref\nneed Sum\ndecimal auto\ndays dmy\ntext transaction Ref\n"
    "text payout Batch\ntext type Type\ntext date Day\ntext currency Currency\n"
    "add gross Sum\nkind capture *\n"
)


def workbook(rows, title="Report"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("writer", [oracle.stripe, oracle.adyen, oracle.woopayments])
def test_a_workbook_gives_the_events_of_its_table(writer):
    data = writer(oracle.movements(2))
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    typed = [table[0], *([_typed(cell) for cell in row] for row in table[1:])]
    events = native.settlement_read(files.rows(workbook(typed)), currency="EUR")
    wanted = native.settlement_read(data, currency="EUR")
    names = ("kind", "order", "date", "gross", "fee", "net", "payout")
    for name in names:
        assert events.column(name) == wanted.column(name), name


def _typed(cell):
    try:
        return float(cell)
    except ValueError:
        return cell


def test_numbers_are_the_cents_they_show():
    chance = random.Random(3)
    amounts = [Decimal(chance.randrange(-(10**9), 10**9)) / 100 for _ in range(300)]
    rows = [["Ref", "Sum", "Batch", "Type", "Day", "Currency"]]
    rows += [
        # A sum of doubles is rarely the double of the sum.
        [f"r{number}", float(amount) + 0.1 - 0.1, "P", "x", date(2026, 3, 4), "EUR"]
        for number, amount in enumerate(amounts)
    ]
    events = native.settlement_read(
        files.rows(workbook(rows)), profiles=[("mine", PROFILE)]
    )
    assert events.column("gross") == [int(amount * 100) for amount in amounts]
    assert set(events.column("date")) == {1772582400 * 1_000_000}


def test_a_number_is_never_taken_for_a_thousand_where_commas_are_decimal():
    rows = [["Ref", "Sum", "Batch", "Type", "Day", "Currency"]]
    rows += [["r", 1.234, "P", "x", "04.03.2026", "EUR"]]
    profile = PROFILE.replace("decimal auto", "decimal comma")
    with pytest.raises(native.Error) as caught:
        native.settlement_read(files.rows(workbook(rows)), profiles=[("mine", profile)])
    assert caught.value.args[0] == "bad_number"


def test_times_and_preambles_of_sheets_are_read():
    rows = [
        ["Report of the shop"],
        [],
        ["Ref", "Sum", "Batch", "Type", "Day", "Currency"],
        ["a", 5, "P", "x", datetime(2026, 3, 4, 12, 30), "EUR"],
    ]
    events = native.settlement_read(
        files.rows(workbook(rows)), profiles=[("mine", PROFILE)]
    )
    assert events.column("date") == [1772627400 * 1_000_000]
    assert events.column("gross") == [500]


def test_a_day_of_a_sheet_is_that_day_in_every_time_zone():
    rows = [
        ["Ref", "Sum", "Batch", "Type", "Day", "Currency"],
        ["a", 5, "P", "x", datetime(2026, 3, 4), "EUR"],
        ["b", 5, "P", "x", datetime(2026, 3, 4, 12, 30), "EUR"],
    ]
    events = native.settlement_read(
        files.rows(workbook(rows)),
        profiles=[("mine", PROFILE)],
        timezone="Europe/Berlin",
    )
    noon = 1772582400 + 11 * 3600 + 1800
    assert events.column("date") == [1772582400 * 1_000_000, noon * 1_000_000]


def test_a_number_that_lost_its_last_digits_is_refused_with_its_cell():
    for number in (148156579998123456, -1e15):
        data = workbook([["Ref", "Sum"], [number, 1]])
        with pytest.raises(files.FileError, match=r"row 2: .*15 digits.*column A"):
            files.rows(data)
    assert b"148156579998123" in files.rows(workbook([["Ref"], [148156579998123]]))


def test_an_archive_that_is_no_workbook_is_called_one():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("report.csv", "a,b\n1,2\n")
    with pytest.raises(files.FileError, match="unpack it first"):
        files.rows(out.getvalue())


def test_a_formula_without_its_value_is_refused_with_its_cell():
    data = workbook([["Ref", "Sum"], ["a", "=1+1"]])
    with pytest.raises(files.FileError, match=r"row 2: a formula .*column B"):
        files.rows(data)


def test_an_error_in_a_cell_is_refused_with_its_cell():
    data = workbook([["Ref", "Sum"], ["a", "#REF!"]])
    with pytest.raises(files.FileError, match=r"row 2: .*#REF!.*column B"):
        files.rows(data)


@pytest.mark.parametrize("cut", [10, 200, 2000])
def test_a_cut_workbook_is_refused(cut):
    data = workbook([["Ref", "Sum"], ["a", 1]])
    with pytest.raises(files.FileError, match="damaged"):
        files.rows(data[:-cut])


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"xl/part{number}.xml", bytes(64 << 20))
    with pytest.raises(files.FileError, match="too large"):
        files.rows(out.getvalue())


def test_without_the_library_the_message_says_how_to_get_it(monkeypatch):
    data = workbook([["Ref", "Sum"], ["a", 1]])
    original = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(files.FileError, match="python3-openpyxl"):
        files.rows(data)


@pytest.mark.parametrize(
    ("content", "way_out"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "save it as .xlsx"),
        (b"%PDF-1.7", "download the report as CSV"),
        (b"\x1f\x8b\x08", "unpack"),
        (b"<?xml version='1.0'?><a/>", "bank's file"),
    ],
)
def test_files_that_are_no_report_get_a_way_out(content, way_out):
    with pytest.raises(files.FileError, match=way_out):
        files.rows(content)
