# SPDX-License-Identifier: LGPL-3.0-or-later
"""Klarna's tax on its fees: an event of its own, and never told twice."""

import json
import random

import pytest
import retail_accelerator_native as native
from settle_files import files

HEAD = "type;capture_date;short_order_id;order_id;merchant_reference1;amount;"
HEAD += "posting_currency;payment_reference;tax_rate;tax_amount\n"


def read(rows):
    """Events of (type, amount, tax) as CSV; amounts as the file writes them."""
    lines = (
        f"{kind};2026-10-01T10:00:00Z;s{number};o{number};10{number};{amount};EUR;P1;"
        f"25;{tax}\n"
        for number, (kind, amount, tax) in enumerate(rows)
    )
    return native.settlement_read((HEAD + "".join(lines)).encode())


def events(found):
    names = ("row", "kind", "gross", "fee", "fee_tax", "net")
    return list(zip(*(found.column(name) for name in names), strict=True))


@pytest.mark.parametrize("tax", ["0,75", "-0,75"])
def test_tax_inside_a_fee_is_an_event_of_its_own(tax):
    found = read([("SALE", "100,00", ""), ("FEE", "-3,75", tax), ("FEE", "-1,00", "")])
    assert events(found) == [
        (1, "capture", 10000, 0, 0, 10000),
        (2, "fee", 0, -300, 0, -300),
        (2, "fee_tax", 0, 0, -75, -75),
        (3, "fee", 0, -100, 0, -100),
    ]
    assert found.column("type")[1:3] == ["FEE", "FEE/tax"]
    [payout] = found.payouts
    assert payout["total"] == 9525


def test_tax_of_a_fee_that_is_given_back_comes_in():
    found = read([("SALE", "10,00", ""), ("FEE_REFUND", "3,75", "0,75")])
    assert events(found)[1:] == [
        (2, "fee", 0, 300, 0, 300),
        (2, "fee_tax", 0, 0, 75, 75),
    ]


def test_tax_that_has_rows_of_its_own_is_not_in_the_fees():
    """The column tells the same tax again then; wherever in the file the row is."""
    fee, tax = ("FEE", "-3,00", "-0,75"), ("TAX", "-0,75", "")
    for rows in ([fee, tax], [tax, fee]):
        found = read([("SALE", "100,00", ""), *rows])
        assert sorted(found.column("fee")) == [-300, 0, 0]
        assert sorted(found.column("fee_tax")) == [-75, 0, 0]
        assert found.payouts[0]["total"] == 9625


def test_tax_of_sales_is_no_tax_of_fees_and_is_kept():
    found = read([("SALE", "100,00", "20,00")])
    assert events(found) == [(1, "capture", 10000, 0, 0, 10000)]
    assert json.loads(found.column("extra")[0])["tax_amount"] == "20,00"


def test_more_tax_than_fee_is_refused_with_its_place():
    with pytest.raises(ValueError, match="more than the fee") as caught:
        read([("SALE", "100,00", ""), ("FEE", "-3,75", "3,76")])
    _code, _message, row, _offset, field = caught.value.args
    assert (row, field) == (2, "tax_amount")


def test_sums_are_those_of_the_amounts_whatever_the_taxes():
    chance = random.Random(7)
    for _ in range(200):
        rows, total, taxes = [("SALE", "100,00", "")], 10000, 0
        for _ in range(chance.randrange(1, 8)):
            fee = chance.choice((-1, 1)) * chance.randrange(1, 2000)
            tax = chance.randrange(abs(fee) + 1)
            rows.append(
                (
                    "FEE",
                    f"{fee / 100:.2f}".replace(".", ","),
                    f"{tax / 100:.2f}".replace(".", ","),
                )
            )
            total += fee
            taxes += tax if fee > 0 else -tax
        found = read(rows)
        assert sum(found.column("net")) == found.payouts[0]["total"] == total
        assert sum(found.column("fee_tax")) == taxes


@pytest.mark.parametrize("column", ["tax_amount", "vat_amount"])
def test_interface_is_proved_by_its_totals_with_tax_inside(column):
    common = {
        "sale_date": "2026-10-01T10:00:00Z",
        "payment_reference": "P1",
        "currency_code": "EUR",
        "purchase_country": "SE",
    }
    document = [
        {
            "transactions": [
                {**common, "type": "SALE", "capture_id": "c1", "amount": 10000},
                {**common, "type": "FEE", "amount": -375, column: 75},
            ]
        },
        {
            "payouts": [
                {
                    "payment_reference": "P1",
                    "payout_date": "2026-10-02T00:00:00Z",
                    "currency_code": "EUR",
                    "totals": {"settlement_amount": 9625},
                }
            ]
        },
    ]
    found = native.settlement_read(files.rows(json.dumps(document).encode()))
    assert sum(found.column("fee")) == -300
    assert sum(found.column("fee_tax")) == -75
    assert (found.payouts[0]["declared"], found.payouts[0]["difference"]) == (9625, 0)
