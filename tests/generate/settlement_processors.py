# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files of payment processors: Stripe, PayPal, Adyen, Braintree, Mollie, Klarna."""

import csv
import io
import json

from settlement_rows import (
    BERLIN,
    HOLDS,
    MOVES,
    PACIFIC,
    Report,
    apart,
    comma,
    each,
    point,
    sides,
    table,
)

# -- Stripe ----------------------------------------------------------------------------

STRIPE = {
    "capture": "charge",
    "chargeback": "dispute",
    "chargeback_reversal": "dispute_reversal",
    "reserve": "risk_reserved_funds",
    "release": "risk_reserved_funds",
}


def stripe_itemized(rows):
    def line(row):
        return {
            "automatic_payout_id": row.payout,
            "automatic_payout_effective_at_utc": row.time(),
            "balance_transaction_id": f"txn_{row.index}",
            "created_utc": row.time(),
            "currency": "eur",
            "gross": point(row.gross),
            "fee": point(-row.fee),
            "net": point(row.net),
            "reporting_category": STRIPE.get(row.kind, row.kind),
            "customer_facing_amount": point(row.paid),
            "customer_facing_currency": row.paid_currency.lower(),
            "charge_id": row.parent or row.id,
            "customer_name": row.party,
            "customer_email": row.email,
            "payment_metadata[order_id]": row.order,
        }

    lines, owners = each(rows, line)
    return Report(table(lines).encode(), owners)


def stripe_api(rows):
    """Each payout's list behind the other, as the interface gives them."""
    pages, owners = {}, []
    for row in rows:
        pages.setdefault(row.payout, []).append(row)
    text = []
    for payout, group in pages.items():
        owners += [row.index for row in group]
        data = [
            {
                "id": f"txn_{row.index}",
                "object": "balance_transaction",
                "amount": row.gross,
                "fee": -row.fee,
                "net": row.net,
                "currency": "eur",
                "created": int(row.date.timestamp()),
                "available_on": int(row.date.timestamp()),
                "exchange_rate": None if row.rate == "1" else float(row.rate),
                "reporting_category": STRIPE.get(row.kind, row.kind),
                "payout": payout,
                "source": {
                    "id": row.id,
                    "charge": row.parent or row.id,
                    "amount": abs(row.paid),
                    "currency": row.paid_currency.lower(),
                    "metadata": {"order_id": row.order},
                    "billing_details": {"name": row.party, "email": row.email},
                },
            }
            for row in group
        ]
        text.append(json.dumps({"object": "list", "data": data}))
    return Report("\n".join(text).encode(), owners)


# -- PayPal ----------------------------------------------------------------------------

CODES = {
    "capture": "T0006",
    "refund": "T1107",
    "chargeback": "T1201",
    "chargeback_reversal": "T1202",
    "reserve": "T2103",
    "release": "T2104",
    "payout": "T0400",
}


def paypal_stl(rows):
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(["RH", "2026/10/01 02:44:19 -0700", "A", "ACCOUNT", "009"])
    write(["FH", "01"])
    write(["SH", "2026/01/01 00:00:00 -0800", "2026/03/31 23:59:59 -0700", "A", ""])
    write(
        [
            *("CH", "Transaction ID", "Invoice ID", "PayPal Reference ID"),
            *("PayPal Reference ID Type", "Transaction Event Code"),
            *("Transaction Initiation Date", "Transaction Completion Date"),
            *("Transaction  Debit or Credit", "Gross Transaction Amount"),
            *("Gross Transaction Currency", "Fee Debit or Credit", "Fee Amount"),
            *("Fee Currency", "Custom Field"),
        ]
    )
    for row in rows:
        when = row.time("%Y/%m/%d %H:%M:%S %z", PACIFIC)
        write(
            [
                *("SB", row.id, "", row.parent, "TXN" if row.parent else ""),
                *(CODES[row.kind], when, when, "DR" if row.gross < 0 else "CR"),
                *(abs(row.gross), "EUR", "DR" if row.fee < 0 else "CR"),
                *(abs(row.fee), "EUR", row.order),
            ]
        )
    write(["SF", "EUR", "0"])
    write(["SC", len(rows)])
    owners = [row.index for row in rows]
    return Report(out.getvalue().encode(), owners, declares=False, foreign=False)


ACTIVITY = {
    "en": (
        *("Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross"),
        *("Fee", "Net", "From Email Address", "Transaction ID", "Reference Txn ID"),
        *("Custom Number", "Balance Impact"),
    ),
    "de": (
        *("Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto"),
        *("Gebühr", "Netto", "Absender E-Mail-Adresse", "Transaktionscode"),
        *("Zugehöriger Transaktionscode", "Zollnummer", "Auswirkung auf Guthaben"),
    ),
    "fr": (
        *("Date", "Heure", "Fuseau horaire", "Nom", "Type", "État", "Devise"),
        *("Avant commission", "Commission", "Net", "De l'adresse email"),
        *("Numéro de transaction", "Numéro de la transaction de référence"),
        *("Numéro de client", "Balance Impact"),
    ),
}
ACTIVITY_WORDS = {
    "en": {
        "capture": "Website Payment",
        "refund": "Payment Refund",
        "chargeback": "Chargeback",
        "chargeback_reversal": "Cancellation of Chargeback",
        "reserve": "Reserve Hold",
        "release": "Reserve Release",
        "payout": "General Withdrawal",
    },
    "de": {
        "capture": "Website-Zahlung",
        "refund": "Rückzahlung",
        "chargeback": "Rückbuchung",
        "chargeback_reversal": "Stornierung der Rückbuchung",
        "reserve": "Einbehalt",
        "release": "Freigabe des Einbehalts",
        "payout": "Allgemeine Auszahlung",
    },
    "fr": {
        "capture": "Paiement sur site marchand",
        "refund": "Remboursement",
        "chargeback": "Impayé",
        "chargeback_reversal": "Annulation de l'impayé",
        "reserve": "Réserve",
        "release": "Déblocage de la réserve",
        "payout": "Virement standard",
    },
}


def paypal_activity(rows, language):
    words = ACTIVITY_WORDS[language]
    number = point if language == "en" else comma
    form = {"en": "%m/%d/%Y", "de": "%d.%m.%Y"}.get(language, "%d/%m/%Y")
    zone = PACIFIC if language == "en" else BERLIN

    def line(row):
        local = row.date.astimezone(zone)
        values = (
            *(local.strftime(form), local.strftime("%H:%M:%S"), local.tzname()),
            *(row.party, words[row.kind], "Completed", "EUR", number(row.gross)),
            *(number(row.fee), number(row.net), row.email, row.id, row.parent),
            *(row.order, "Debit" if row.gross < 0 else "Credit"),
        )
        return dict(zip(ACTIVITY[language], values, strict=True))

    lines, owners = each(rows, line)
    content = table(lines).encode("utf-8-sig")
    return Report(content, owners, declares=False, foreign=False)


# -- card processors -------------------------------------------------------------------

ADYEN = {
    "capture": "Settled",
    "refund": "Refunded",
    "chargeback": "Chargeback",
    "chargeback_reversal": "ChargebackReversed",
    "reserve": "DepositCorrection",
    "release": "DepositCorrection",
    "payout": "MerchantPayout",
}


def adyen(rows):
    def line(row):
        own = row.kind in MOVES
        debit, credit = sides(row.paid) if own else ("", "")
        net_debit, net_credit = sides(row.net)
        return {
            "Company Account": "Co",
            "Merchant Account": "Shop",
            "Psp Reference": row.parent or row.id,
            "Merchant Reference": row.order,
            "Creation Date": row.time(),
            "TimeZone": "UTC",
            "Type": ADYEN[row.kind],
            "Modification Reference": row.id if row.parent else "",
            "Gross Currency": row.paid_currency,
            "Gross Debit (GC)": debit,
            "Gross Credit (GC)": credit,
            "Exchange Rate": row.rate,
            "Net Currency": "EUR",
            "Net Debit (NC)": net_debit,
            "Net Credit (NC)": net_credit,
            "Commission (NC)": point(-row.fee) if own else "",
            "Batch Number": row.payout,
        }

    lines, owners = each(rows, line)
    return Report(table(lines).encode(), owners)


def braintree(rows):
    words = {"capture": "sale", "refund": "credit"}
    rows = [row for row in rows if row.kind in words]

    def line(row):
        return {
            "Transaction ID": row.id,
            "Transaction Type": words[row.kind],
            "Transaction Status": "settled",
            "Created Datetime": row.time("%m/%d/%Y %H:%M:%S"),
            "Created Timezone": "UTC",
            "Settlement Date": row.day("%m/%d/%Y"),
            "Disbursement Date": row.day("%m/%d/%Y"),
            "Settlement Batch ID": row.payout,
            "Currency ISO Code": "EUR",
            "Amount Submitted For Settlement": point(abs(row.gross)),
            "Order ID": row.order,
            "Refunded Transaction ID": row.parent,
            "Customer Name": row.party,
            "Customer Email": row.email,
        }

    lines, owners = each(rows, line)
    return Report(
        *(table(lines).encode(), owners, tuple(words)),
        fees="none",
        declares=False,
        foreign=False,
    )


def mollie_id(identifier):
    """Mollie's ids say what they are of."""
    prefix = "re_" if identifier.endswith("_refund") else "tr_"
    return ("chb_" if "_chargeback" in identifier else prefix) + identifier


def mollie(rows):
    methods = {"capture": "ideal", "refund": "refund"}
    rows = [row for row in rows if row.kind != "payout"]

    def line(row, amount=None, text=None):
        held = row.kind in HOLDS or amount is not None
        return {
            "Date": row.time(),
            "Payment method": "" if held else methods.get(row.kind, "chargeback"),
            "Currency": "EUR" if held else row.paid_currency,
            "Amount": point(row.paid if amount is None else amount),
            "ID": "" if held else mollie_id(row.id),
            "Description": text or ("Rolling reserve" if held else row.order),
            "Consumer name": "" if held else row.party,
            "Settlement currency": "EUR",
            "Settlement amount": point(row.gross if amount is None else amount),
            "Settlement reference": row.payout,
        }

    lines, owners = apart(rows, line, lambda row: line(row, row.fee, "Withheld fees 1"))
    kinds = (*MOVES, *HOLDS)
    return Report(table(lines).encode(), owners, kinds, "apart", declares=False)


KLARNA = {
    "capture": "SALE",
    "refund": "RETURN",
    "chargeback": "REVERSAL",
    "chargeback_reversal": "REVERSAL_MERCHANT_PROTECTION",
    "reserve": "HOLDBACK",
    "release": "RELEASE",
}


def klarna_lines(rows, number, currency_column):
    rows = [row for row in rows if row.kind != "payout"]

    def line(row, amount=None):
        return {
            "type": KLARNA[row.kind] if amount is None else "FEE",
            "capture_date": row.time("%Y-%m-%dT%H:%M:%SZ"),
            "sale_date": row.time("%Y-%m-%dT%H:%M:%SZ"),
            "order_id": f"order-{row.index}",
            "short_order_id": row.parent or row.id,
            "capture_id": "" if row.parent else row.id,
            "refund_id": row.id if row.parent else "",
            "merchant_reference1": row.order,
            "amount": number(row.gross if amount is None else amount),
            currency_column: "EUR",
            "payment_reference": row.payout,
            "purchase_country": "DE",
        }

    return apart(rows, line, lambda row: line(row, row.fee))


def klarna(rows):
    lines, owners = klarna_lines(rows, comma, "posting_currency")
    content = ("Payout report;\n" + table(lines, ";")).encode("utf-16")
    kinds = (*MOVES, *HOLDS)
    return Report(content, owners, kinds, "apart", declares=False, foreign=False)


def klarna_api(rows):
    lines, owners = klarna_lines(rows, int, "currency_code")
    payouts = [row for row in rows if row.kind == "payout"]
    document = {
        "transactions": lines,
        "payouts": [
            {
                "payment_reference": row.payout,
                "payout_date": row.time("%Y-%m-%dT%H:%M:%SZ"),
                "currency_code": "EUR",
                "totals": {"settlement_amount": -row.gross},
            }
            for row in payouts
        ],
    }
    owners += [row.index for row in payouts]
    content = json.dumps(document).encode()
    return Report(content, owners, fees="apart", foreign=False)
