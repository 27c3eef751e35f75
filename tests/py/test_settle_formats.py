# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every format the reader knows, against the movements that its file is made of."""

import csv
import io
import random
import tempfile
from decimal import Decimal
from functools import partial

import pytest
import retail_accelerator_native as native
import settle_oracle as oracle
import settle_oracle_paypal as paypal

# writer, profile, whether fees stand in rows of their own
FORMATS = {
    "stripe": (oracle.stripe, "stripe_itemized", False),
    "stripe_balance": (oracle.stripe_balance, "stripe_balance", False),
    "paypal_stl": (paypal.stl, "paypal_stl", False),
    "adyen": (oracle.adyen, "adyen_settlement", False),
    "shopify": (oracle.shopify, "shopify_payments", False),
    "square": (oracle.square, "square_transactions", False),
    "mollie": (oracle.mollie, "mollie_settlement", True),
    "klarna": (oracle.klarna, "klarna_settlement", True),
    "woopayments": (oracle.woopayments, "woopayments", False),
    "ebay": (oracle.ebay, "ebay_transactions", False),
    "braintree": (oracle.braintree, "braintree", False),
    "amazon_pay": (oracle.amazon_pay, "amazon_pay", False),
    "amazon_v2": (oracle.amazon_v2, "amazon_v2", True),
    **{
        f"paypal_{language}": (
            partial(paypal.activity, language=language),
            "paypal_activity" + ("" if language == "en" else f"_{language}"),
            False,
        )
        for language in paypal.ACTIVITY
    },
}
# Kinds that a provider's report has no rows for.
MISSING = {
    "square": {"fee", "payout"},
    "braintree": {"chargeback", "fee", "payout"},
    "amazon_pay": {"fee", "payout"},
    "mollie": {"payout"},
    "klarna": {"payout"},
    "amazon_v2": {"payout"},
}
NO_FEES = {"braintree"}  # the report has no column for them
DAYS_ONLY = {"ebay"}
MORE_THAN_A_TABLE = {"paypal_stl", "klarna", "ebay", "amazon_pay", "amazon_v2"}
NO_PAYOUT_ROWS = {"stripe_balance", "paypal_stl", *MISSING}


def micro(row, days_only):
    moment = row.date.replace(hour=0, minute=0, second=0) if days_only else row.date
    return int(moment.timestamp()) * 1_000_000


def minor(value, digits=2):
    scaled = value * 10**digits
    assert scaled == int(scaled)
    return int(scaled)


def expected(name, rows):
    """(kind, order, date, gross, fee, net) of the rows the report has."""
    apart = FORMATS[name][2]
    rows = oracle.alone(rows) if apart else rows
    result = []
    for row in rows:
        if row.kind in MISSING.get(name, ()):
            continue
        fee = Decimal(0) if name in NO_FEES else row.fee
        order = row.order
        if name == "mollie" and row.kind == "fee":
            order = "Withheld fees 1"
        date = micro(row, name in DAYS_ONLY)
        if name == "stripe_balance":
            date -= date % 60_000_000
        amounts = (minor(row.gross), minor(fee), minor(row.gross + fee))
        result.append((row.kind, order, date, *amounts))
    return result


def actual(events):
    names = ("kind", "order", "date", "gross", "fee", "net")
    return list(zip(*(events.column(name) for name in names), strict=True))


def read(name, rows, **options):
    options.setdefault("currency", "EUR")
    return native.settlement_read(FORMATS[name][0](rows), **options)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_read_is_what_was_written(name, seed):
    rows = oracle.movements(seed)
    events = read(name, rows)
    got = actual(events)
    if name == "amazon_v2":
        assert got[0][0] == "payout"
        got = got[1:]
    assert events.profile == FORMATS[name][1]
    assert got == expected(name, rows)
    assert set(events.column("currency")) == {"EUR"}


PROVED = [*sorted(set(FORMATS) - NO_PAYOUT_ROWS), "amazon_v2"]
PROVED = [name for name in PROVED if not name.startswith("paypal")]


@pytest.mark.parametrize("name", PROVED)
def test_a_payout_is_proved_and_a_lost_row_shows(name):
    rows = oracle.movements(7)
    total = minor(sum(row.net for row in rows[:-1]))
    (payout,) = read(name, rows).payouts
    assert (payout["declared"], payout["difference"]) == (total, 0)
    if name == "amazon_v2":
        data = FORMATS[name][0](rows).splitlines(keepends=True)
        short = native.settlement_read(b"".join(data[:-1]))
    else:
        short = read(name, [*rows[1:-1], rows[-1]])
    (payout,) = short.payouts
    lost = payout["total"] - total
    assert lost
    assert payout["difference"] == lost


@pytest.mark.parametrize("name", sorted(set(FORMATS) - MORE_THAN_A_TABLE))
def test_columns_may_stand_in_any_order(name):
    rows = oracle.movements(3, 20)
    data = FORMATS[name][0](rows).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(data)))
    order = list(range(len(table[0])))
    random.Random(1).shuffle(order)
    out = io.StringIO()
    csv.writer(out).writerows([line[i] for i in order] for line in table)
    events = native.settlement_read(out.getvalue().encode(), currency="EUR")
    assert actual(events) == expected(name, rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_recognised(encoding, delimiter):
    rows = [
        {
            "Datum": "01.02.2026",
            "Uhrzeit": "07:45:51",
            "Zeitzone": "CET",
            "Name": "Jürgen; Groß, A|B",
            "Typ": "Handyzahlung",
            "Status": "Abgeschlossen",
            "Währung": "EUR",
            "Brutto": "1.234,50",
            "Gebühr": "-0,35",
            "Netto": "1.234,15",
            "Transaktionscode": "T1",
        }
    ]
    data = oracle.text(rows, delimiter, "\r\n").encode(encoding)
    event = native.settlement_read(data).row(0)
    assert event["party"] == "Jürgen; Groß, A|B"
    assert (event["gross"], event["fee"], event["net"]) == (123450, -35, 123415)


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("KWD", 3), ("USD", 2)])
def test_minor_units_are_those_of_the_currency(currency, digits):
    step = Decimal(1).scaleb(-digits)
    rows = oracle.movements(5, 30, currency, step)
    events = native.settlement_read(oracle.stripe(rows))
    assert events.column("net") == [minor(row.net, digits) for row in rows]


def test_other_digits_of_a_currency_can_be_given():
    rows = oracle.movements(5, 5, "HUF", Decimal(1))
    events = native.settlement_read(oracle.stripe(rows), decimals={"HUF": 0})
    assert events.column("net") == [int(row.net) for row in rows]


def test_unknown_words_and_columns_are_kept():
    rows = oracle.movements(1, 3)
    data = oracle.stripe(rows).replace(b",payout,", b",brand_new_thing,")
    event = native.settlement_read(data).row(len(rows) - 1)
    assert (event["kind"], event["type"]) == ("unknown", "brand_new_thing")
    assert event["net"] == minor(rows[-1].net)
    assert event["extra"] == '{"card_brand": "visa"}'


def test_a_file_that_does_not_tell_its_decimal_sign_is_refused():
    data = (
        b"Date,Time,TimeZone,Type,Currency,Gross,Fee,Net,Transaction ID\n"
        b'13/02/2026,07:00:00,UTC,Payment,EUR,"1,234","0","1,234",T\n'
    )
    with pytest.raises(native.Error) as caught:
        native.settlement_read(data)
    assert caught.value.args[0] == "bad_number"
    own = dict(native.settlement_profiles())["paypal_activity"]
    own = own.replace("decimal auto", "decimal point")
    events = native.settlement_read(data, profiles=[("mine", own)])
    assert events.column("net") == [123400]


def test_local_times_follow_the_zone_given():
    data = (
        b"settlement-id,id,day,sum\nP,a,2026-07-01 12:00:00,1.00\n"
        b"P,b,2026-12-01 12:00:00,1.00\n"
    )
    profile = (
        "profile mine\nneed settlement-id\nneed sum\ntext payout settlement-id\n"
        "text transaction id\ntext date day\nadd gross sum\nkind capture *\n"
    )
    events = native.settlement_read(
        data, profiles=[("mine", profile)], timezone="Europe/Berlin", currency="EUR"
    )
    hours = [value // 3_600_000_000 % 24 for value in events.column("date")]
    assert hours == [10, 11]


def test_a_path_reads_like_bytes():
    data = oracle.stripe(oracle.movements(2, 5))
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        by_path = native.settlement_read(file.name)
    assert list(by_path) == list(native.settlement_read(data))


def test_events_of_dicts_are_those_of_a_file():
    events = native.settlement_read(oracle.stripe(oracle.movements(4, 30)))
    again = native.settlement_events(list(events))
    assert list(again) == list(events)
    assert again.payouts == events.payouts


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "gift"}, "bad_type"),
        ({"net": 1}, "total_mismatch"),
        ({"gross": 1.5}, "bad_type"),
        ({"row": -1}, "bad_number"),
        ({"date": object()}, "bad_type"),
        ({"gross": 2**63}, "overflow"),
        ({"currency": "euro"}, "unknown_currency"),
        ({"currency": None}, "unknown_currency"),
        ({"rate": "x"}, "bad_number"),
        ({"party": "a\0b"}, "bad_encoding"),
        ({"date": "yesterday"}, "bad_date"),
    ],
)
def test_a_bad_dict_is_refused_with_its_row(change, reason):
    good = {"kind": "capture", "currency": "EUR", "gross": 100, "net": 100}
    with pytest.raises(native.Error) as caught:
        native.settlement_events([good, good | change])
    assert caught.value.args[0] == reason
    assert caught.value.args[2] == 2
