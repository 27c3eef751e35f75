# SPDX-License-Identifier: LGPL-3.0-or-later
"""Documents of providers' interfaces, in minor units, to the events of their files."""

import json

import pytest
import retail_accelerator_native as native
import settle_oracle as oracle
from settle_files import files

MICRO = 1_000_000


def minor(value):
    return int(value * 100)


def read(document):
    return native.settlement_read(files.rows(json.dumps(document).encode()))


def actual(events, *names):
    return list(zip(*(events.column(name) for name in names), strict=True))


def stripe(rows):
    words = {"capture": "charge", "chargeback": "dispute"}
    return {
        "object": "list",
        "url": "/v1/balance_transactions",
        "data": [
            {
                "id": row.transaction,
                "amount": minor(oracle.whole(row)),
                "fee": minor(-oracle.beside(row)),
                "net": minor(row.net),
                "currency": row.currency.lower(),
                "created": int(row.date.timestamp()),
                "available_on": int(row.date.timestamp()),
                "reporting_category": words.get(row.kind, row.kind),
                "source": "po_7"
                if row.kind == "payout"
                else {"id": "ch", "metadata": {"order_id": row.order}},
                "fee_details": [{"amount": minor(-oracle.beside(row))}],
            }
            for row in rows
        ],
    }


def square(rows):
    words = {"capture": "CHARGE", "refund": "REFUND", "chargeback": "DISPUTE"}

    def money(value):
        return {"amount": minor(value), "currency": "EUR"}

    return {
        "payout": {
            "id": "po_7",
            "arrival_date": "2026-10-01",
            "created_at": "2026-10-01T00:00:00Z",
            "amount_money": money(sum(row.net for row in rows[:-1])),
        },
        "payout_entries": [
            {
                "id": f"poe_{number}",
                "payout_id": "po_7",
                "type": words.get(row.kind, "FEE"),
                "effective_at": row.date.isoformat(),
                "gross_amount_money": money(oracle.whole(row)),
                "fee_amount_money": money(-oracle.beside(row)),
                "net_amount_money": money(row.net),
                "type_charge_details": {"payment_id": row.transaction},
            }
            for number, row in enumerate(rows[:-1])
        ],
    }


def klarna(rows):
    words = {"capture": "SALE", "refund": "RETURN", "chargeback": "REVERSAL"}
    return [
        {
            "transactions": [
                {
                    "type": words.get(row.kind, "FEE"),
                    "amount": minor(oracle.whole(row)),
                    "capture_id": row.transaction,
                    "merchant_reference1": row.order,
                    "sale_date": row.date.isoformat(),
                    "capture_date": row.date.isoformat(),
                    "payment_reference": "po_7",
                    "purchase_country": "DE",
                    "currency_code": "EUR",
                }
                for row in oracle.alone(rows)
                if row.kind != "payout"
            ]
        },
        {
            "payouts": [
                {
                    "payment_reference": "po_7",
                    "payout_date": "2026-10-01T00:00:00Z",
                    "currency_code": "EUR",
                    "totals": {
                        "settlement_amount": minor(sum(row.net for row in rows[:-1]))
                    },
                }
            ]
        },
    ]


WRITERS = {
    "stripe_api": (stripe, "order", False),
    "square_entries": (square, "transaction", False),
    "klarna_api": (klarna, "order", True),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("seed", range(3))
def test_documents_give_the_movements_they_were_written_from(name, seed):
    writer, key, apart = WRITERS[name]
    rows = oracle.movements(seed)
    events = read(writer(rows))
    truth = oracle.alone(rows) if apart else rows
    names = {"order": "order", "transaction": "transaction"}
    wanted = [
        (
            row.kind,
            getattr(row, names[key]),
            int(row.date.timestamp()) * MICRO,
            minor(row.gross),
            minor(row.fee),
        )
        for row in truth
        if row.kind != "payout"
    ]
    got = [
        row
        for row in actual(events, "kind", key, "date", "gross", "fee")
        if row[0] != "payout"
    ]
    assert events.profile == name
    assert got == wanted


@pytest.mark.parametrize("name", WRITERS)
def test_a_document_is_proved_and_a_lost_record_shows(name):
    writer = WRITERS[name][0]
    rows = oracle.movements(7)
    (payout,) = read(writer(rows)).payouts
    declared = minor(sum(row.net for row in rows[:-1]))
    assert (payout["reference"], payout["declared"]) == ("po_7", declared)
    assert payout["difference"] == 0
    if name == "stripe_api":
        document = writer(rows)
        del document["data"][0]
        assert read(document).payouts == []
        return
    document = writer(rows)
    page = document[0] if isinstance(document, list) else document
    del page["transactions" if name == "klarna_api" else "payout_entries"][0]
    (payout,) = read(document).payouts
    assert payout["difference"] != 0


def test_members_nobody_reads_are_kept():
    document = stripe(oracle.movements(1, 2))
    document["data"][0]["status"] = "available"
    extra = json.loads(read(document).row(0)["extra"])
    assert extra["data.status"] == "available"


def test_records_with_more_members_than_columns_are_still_read():
    document = stripe(oracle.movements(1, 40))
    for number, record in enumerate(document["data"]):
        if isinstance(record["source"], dict):
            many = {f"key{number}_{at}": "x" for at in range(60)}
            record["source"]["metadata"].update(many)
    events = read(document)
    assert len(events) == len(document["data"])
    assert "key0_" in events.row(0)["extra"]


def test_pages_behind_each_other_are_one_file():
    first, second = (stripe(oracle.movements(seed, 5)) for seed in (1, 2))
    text = json.dumps(first) + "\n" + json.dumps(second)
    events = native.settlement_read(files.rows(text.encode()))
    assert len(events) == len(first["data"]) + len(second["data"])


def test_minor_units_that_are_not_those_of_the_standard():
    for currency, amount, expected in (
        ("isk", 50000, 500),  # two digits in the interface, none in ISO 4217
        ("ugx", 50000, 500),
        ("mga", 500, 50000),  # none in the interface, two in ISO 4217
        ("huf", 50000, 50000),
        ("jpy", 500, 500),
        ("kwd", 5000, 5000),
    ):
        document = stripe(oracle.movements(1, 1)[:1])
        document["data"][0].update(
            currency=currency, amount=amount, fee=0, net=amount, source="ch"
        )
        assert read(document).column("gross") == [expected], currency
    document["data"][0].update(currency="isk", amount=50001, net=50001)
    with pytest.raises(native.Error) as caught:
        read(document)
    assert caught.value.args[0] == "bad_number"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"data": [{"net": 1', "damaged or cut"),
        ('{"data": [{"net": 1, "net": 2}]}', "occurs twice"),
        ('{"data": [{"net": NaN}]}', "no amount"),
        ("[1, 2]", "a record is an object"),
        ('[{"a": "b\\u0000c"}]', r"row 1: .*NUL.*\(a\)"),
        ("[" * 100_000, "deeply|damaged"),
        ('{"name": "\\ud800"}', "surrogate"),
    ],
)
def test_bad_documents_say_what_is_wrong(text, reason):
    with pytest.raises(files.FileError, match=reason):
        files.rows(text.encode())


def test_latin_bytes_in_a_document_are_refused():
    with pytest.raises(files.FileError, match="UTF-8 at byte"):
        files.rows(b'{"name": "J\xfcrgen"}')
