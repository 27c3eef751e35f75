# SPDX-License-Identifier: LGPL-3.0-or-later
"""Profiles that accountants edit by clicks read what the engine's texts read."""

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import retail_accelerator_native as native
import settle_oracle as oracle
from settle_files import profiles
from test_settle_formats import FORMATS

NAMES = ("kind", "order", "date", "gross", "fee", "net", "payout", "transaction")


def events(data, text=None):
    own = [("mine", text)] if text else None
    return native.settlement_read(data, profiles=own, currency="EUR")


@pytest.mark.parametrize("name", FORMATS)
def test_a_profile_taken_apart_and_composed_reads_the_same(name):
    writer, builtin, _apart = FORMATS[name]
    data = writer(oracle.movements(4))
    text = dict(native.settlement_profiles())[builtin]
    mapping = profiles.take_apart(text)
    mapping.name = "mine"
    again = events(data, profiles.compose(mapping))
    first = events(data)
    assert (again.profile, first.profile) == ("mine", builtin)
    for column in NAMES:
        assert again.column(column) == first.column(column), column
    assert [p["difference"] for p in again.payouts] == [
        p["difference"] for p in first.payouts
    ]


@pytest.mark.parametrize("text", [text for _name, text in native.settlement_profiles()])
def test_composing_what_was_composed_changes_nothing(text):
    once = profiles.compose(profiles.take_apart(text))
    assert native.settlement_check(once) == native.settlement_check(text)
    assert profiles.compose(profiles.take_apart(once)) == once


# Nobody's format: names in two languages, of a provider that does not exist.
GERMAN = {
    "Buchungsdatum": lambda row: row.date.strftime("%d.%m.%Y %H:%M:%S"),
    "Art": lambda row: {
        "capture": "Verkauf",
        "refund": "Erstattung",
        "chargeback": "Rückbuchung",
        "fee": "Gebühr",
        "payout": "Auszahlung",
    }[row.kind],
    "Referenz": lambda row: row.transaction,
    "Bestellnummer": lambda row: row.order,
    "Kunde": lambda row: "Jürgen Groß",
    "Betrag": lambda row: oracle.comma(oracle.whole(row)),
    "Gebühr": lambda row: oracle.comma(-oracle.beside(row)),
    "Netto": lambda row: oracle.comma(row.net),
    "Währung": lambda row: row.currency,
    "Auszahlungsnummer": lambda row: row.payout,
    "Filiale": lambda row: "Mitte",
}
ENGLISH = {
    "Transaction Date": lambda row: row.date.strftime("%Y-%m-%d %H:%M:%S"),
    "Transaction Type": lambda row: {
        "capture": "Sale",
        "refund": "Refund",
        "chargeback": "Chargeback",
        "fee": "Monthly fee",
        "payout": "Payout",
    }[row.kind],
    "Payment ID": lambda row: row.transaction,
    "Order Number": lambda row: row.order,
    "Gross Amount": lambda row: oracle.point(oracle.whole(row)),
    "Fees": lambda row: oracle.point(oracle.beside(row)),
    "Net Amount": lambda row: oracle.point(row.net),
    "Currency": lambda row: row.currency,
    "Batch Number": lambda row: row.payout,
}


def unknown(columns, rows, delimiter=";", preamble="Bericht;;\n\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([make(row) for make in columns.values()] for row in rows)
    return (preamble + out.getvalue()).encode("utf-8")


@pytest.mark.parametrize(
    ("columns", "delimiter", "encoding"),
    [(GERMAN, ";", "utf-8"), (GERMAN, ";", "cp1252"), (ENGLISH, "\t", "utf-16")],
)
def test_guesses_read_a_report_that_nobody_knows(columns, delimiter, encoding):
    rows = oracle.movements(9)
    data = unknown(columns, rows, delimiter).decode().encode(encoding)
    table = profiles.table_of(data)
    assert table.header == list(columns)
    assert (table.delimiter, len(table.rows)) == (delimiter, len(rows))
    text = profiles.compose(profiles.guess(table, "My bank"))
    found = events(data, text)
    assert found.profile == "my_bank"
    assert found.column("kind") == [row.kind for row in rows]
    assert found.column("gross") == [int(row.gross * 100) for row in rows]
    assert found.column("fee") == [int(row.fee * 100) for row in rows]
    assert found.column("order") == [row.order for row in rows]
    assert found.column("transaction") == [row.transaction for row in rows]
    (payout,) = found.payouts
    assert (payout["reference"], payout["difference"]) == ("P1", 0)


def test_a_report_without_types_has_payments_and_refunds():
    data = b"Id,Date,Amount\na,2026-03-10,5.00\nb,2026-03-10,-2.00\n"
    text = profiles.compose(profiles.guess(profiles.table_of(data), "Plain"))
    assert events(data, text).column("kind") == ["capture", "refund"]


def test_names_alone_do_not_make_an_amount_of_words():
    data = b"Id,Amount,Betrag\na,many,5.00\nb,few,6.00\n"
    fields = {
        c.name: c.field for c in profiles.guess(profiles.table_of(data), "x").columns
    }
    assert fields == {"Id": "transaction", "Amount": "", "Betrag": "gross"}


def test_what_is_no_table_gives_none():
    assert profiles.table_of(b"") is None
    assert profiles.table_of(b"one line of text") is None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("Bank X (old)", "bank_x_old"), ("Ü", "profile"), ("a" * 99, "a" * 63)],
)
def test_any_title_makes_a_name_the_engine_takes(name, wanted):
    assert profiles.slug(name) == wanted
    native.settlement_check(f"profile {profiles.slug(name)}\nneed a\nadd gross a\n")


def test_a_profile_may_name_any_time_zone_of_the_tz_database():
    table = b"Id,Date,Amount\na,2026-07-01 12:00:00,5.00\nb,2026-12-01 12:00:00,2.00\n"
    mapping = profiles.guess(profiles.table_of(table), "Plain")
    for zone in ("Asia/Singapore", "America/Sao_Paulo", "Europe/Sofia", "Asia/Kolkata"):
        mapping.zone = zone
        text = profiles.compose(mapping)
        assert native.settlement_check(text) == "plain"
        assert profiles.unknown_zone(text) == ""
        moments = [
            datetime.fromtimestamp(value / 1e6, ZoneInfo(zone))
            for value in events(table, text).column("date")
        ]
        assert [moment.hour for moment in moments] == [12, 12]


@pytest.mark.parametrize("zone", ["Nowhere", "Europe", "../Berlin", "Europe/berlin x"])
def test_a_time_zone_that_is_none_is_refused_with_its_line(zone):
    text = f"profile a\nneed A\nzone {zone}\nadd net A\n"
    for read in (native.settlement_check, lambda text: events(b"A\n1\n", text)):
        with pytest.raises(native.Error, match="unknown time zone") as caught:
            read(text)
        assert caught.value.args[2] == 3
    assert profiles.unknown_zone(text) == zone


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Berlin", ["Europe/Berlin"]),
        ("europe/berlin", ["Europe/Berlin"]),
        ("Europe/Berln", ["Europe/Berlin"]),
        ("Europa/Berlin", ["Europe/Berlin"]),
        ("Zürich", ["Europe/Zurich"]),
        ("new york", ["America/New_York"]),
        ("utc", ["UTC"]),
        ("CET", []),
        ("Munich", []),
    ],
)
def test_names_of_time_zones_that_may_be_meant(name, meant):
    """A town alone, or an abbreviation that is winter time for good, is no name."""
    assert profiles.unknown_zone(f"profile a\nzone {name}\n") == name
    assert profiles.nearest_zones(name)[:1] == meant
