# SPDX-License-Identifier: LGPL-3.0-or-later
"""Words of single providers: columns, zones, the order of a date's parts."""

from datetime import datetime, timezone

import pytest
import retail_accelerator_native as native


def read(header, row, delimiter=",", **options):
    text = f"{delimiter.join(header)}\n{delimiter.join(row)}\n"
    return native.settlement_read(text.encode(), **options).row(0)


def moment(event):
    return datetime.fromtimestamp(event["date"] / 1e6, timezone.utc).isoformat()[:16]


SQUARE = {
    "Date": "2026-07-01",
    "Time": "10:00:00",
    "Time Zone": "Berlin",
    "Gross Sales": "$5.00",
    "Total Collected": "$5.00",
    "Fees": "-$0.20",
    "Net Total": "$4.80",
    "Transaction ID": "t1",
    "Payment ID": "p1",
    "Event Type": "Payment",
    "Deposit ID": "d1",
    "Source": "Register",
}


def test_square_names_time_zones_by_their_towns():
    event = read(SQUARE, SQUARE.values(), currency="EUR")
    assert moment(event) == "2026-07-01T08:00"
    row = {**SQUARE, "Time Zone": "Nowhere"}
    with pytest.raises(native.Error, match="time zone"):
        read(row, row.values(), currency="EUR")


def test_braintree_writes_the_month_first():
    row = {
        "Transaction ID": "t1",
        "Transaction Type": "sale",
        "Transaction Status": "settled",
        "Settlement Amount": "9.00",
        "Settlement Currency": "EUR",
        "Settlement Date": "02/03/2026",
        "Created Datetime": "02/01/2026 10:00:00",
        "Created Timezone": "CET",
    }
    assert moment(read(row, row.values())) == "2026-02-01T09:00"


def test_paypal_names_the_invoice_in_french_in_two_ways():
    for name in ("Numéro de facture", "N° de facture"):
        row = {
            "Date": "13/02/2026",
            "Heure": "09:15:00",
            "Fuseau horaire": "CET",
            "Nom": "Ada",
            "Type": "Paiement Express Checkout",
            "État": "Terminé",
            "Devise": "EUR",
            "Avant commission": '"1\u202f234,50"',
            "Commission": '"-1,00"',
            "Net": '"1\u202f233,50"',
            "Numéro de transaction": "F1",
            name: "WC-7",
            "Impact sur le solde": "Crédit",
        }
        event = read(row, row.values())
        assert (event["gross"], event["invoice"]) == (123450, "WC-7")
