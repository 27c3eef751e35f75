# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demonstration's payouts as reports, each in its provider's columns and words."""

import csv
import io
from dataclasses import replace

from demo_payouts import NOTHING, USD, Row


def _table(rows, delimiter=","):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _apart(rows):
    """The fees as rows of their own."""
    for row in rows:
        yield replace(row, fee=NOTHING)
        if row.fee:
            yield replace(row, kind="fee", gross=row.fee, fee=NOTHING)


def _of(sale, name):
    return getattr(sale, name) if sale else ""


def write_stripe(payout):
    words = {"capture": "charge", "chargeback": "dispute"}
    words["reserve"] = "risk_reserved_funds"
    end = Row("payout", payout.reference, payout.date, -payout.net)
    lines = []
    for row in [*payout.rows, end]:
        alone = row.kind == "fee"  # stands in the column of amounts then
        lines.append(
            {
                "automatic_payout_id": payout.reference,
                "automatic_payout_effective_at_utc": f"{payout.date:%Y-%m-%d %H:%M:%S}",
                "balance_transaction_id": row.transaction,
                "created_utc": f"{row.date:%Y-%m-%d %H:%M:%S}",
                "currency": payout.currency.lower(),
                "gross": row.fee if alone else row.gross,
                "fee": NOTHING if alone else -row.fee,
                "net": row.net,
                "reporting_category": words.get(row.kind, row.kind),
                "source_id": "",
                "description": "Radar" if alone else "",
                "customer_facing_amount": row.paid or row.gross,
                "customer_facing_currency": (
                    row.sale.currency if row.paid else payout.currency
                ).lower(),
                "customer_email": _of(row.sale, "email"),
                "customer_name": _of(row.sale, "party"),
                "charge_id": _of(row.sale, "transaction"),
                "payment_metadata[order_id]": row.order,
            }
        )
    return _table(lines).encode()


def write_woopayments(payout):
    words = {"capture": "Charge", "refund": "Refund", "payout": "Payout"}
    end = Row("payout", payout.reference, payout.date, -payout.net)
    return _table(
        [
            {
                "Transaction Id": row.transaction,
                "Date / Time (UTC)": f"{row.date:%Y-%m-%d %H:%M:%S}",
                "Type": words[row.kind],
                "Paid Currency": payout.currency.lower(),
                "Amount Paid": row.gross,
                "Payout Currency": payout.currency.lower(),
                "Amount": row.gross,
                "Fees": row.fee,
                "Net": row.net,
                "Order #": row.order,
                "Payment Method": "card",
                "Customer": _of(row.sale, "party"),
                "Email": _of(row.sale, "email"),
                "Payout ID": payout.reference,
                "Payout date": f"{payout.date:%Y-%m-%d}",
                "Payout status": "paid",
            }
            for row in [*payout.rows, end]
        ]
    ).encode()


def write_shopify(payout):
    words = {"capture": "charge", "refund": "refund"}
    return _table(
        [
            {
                "Transaction Date": f"{row.date:%Y-%m-%d %H:%M:%S} +0000",
                "Type": words[row.kind],
                "Order": f"#{row.order}",
                "Card Brand": "visa",
                "Payout Status": "paid",
                "Payout Date": f"{payout.date:%Y-%m-%d}",
                "Payout ID": payout.reference,
                "Available On": f"{payout.date:%Y-%m-%d}",
                "Amount": row.gross,
                "Fee": -row.fee,
                "Net": row.net,
                "Checkout": f"#{row.transaction}",
                "Payment Method Name": "card",
                "Currency": payout.currency,
            }
            for row in payout.rows
        ]
    ).encode()


def write_square(payout):
    def dollars(amount):
        return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"

    return _table(
        [
            {
                "Date": f"{row.date:%Y-%m-%d}",
                "Time": f"{row.date:%H:%M:%S}",
                "Time Zone": "UTC",
                "Gross Sales": dollars(row.gross),
                "Total Collected": dollars(row.gross),
                "Card": dollars(row.gross),
                "Fees": dollars(row.fee),
                "Net Total": dollars(row.net),
                "Transaction ID": row.transaction,
                "Payment ID": f"{row.transaction}_p",
                "Event Type": "Payment",
                "Customer Name": _of(row.sale, "party"),
                "Deposit ID": payout.reference,
                "Deposit Date": f"{payout.date:%Y-%m-%d}",
                "Order Reference ID": row.order,
            }
            for row in payout.rows
        ]
    ).encode()


def write_paypal(payout):
    """The settlement report, cents without sign."""
    codes = {"capture": "T0006", "refund": "T1107", "payout": "T0403"}
    head = (
        *("CH", "Transaction ID", "Invoice ID", "PayPal Reference ID"),
        *("PayPal Reference ID Type", "Transaction Event Code"),
        *("Transaction Initiation Date", "Transaction Completion Date"),
        *("Transaction  Debit or Credit", "Gross Transaction Amount"),
        *("Gross Transaction Currency", "Fee Debit or Credit", "Fee Amount"),
        *("Fee Currency", "Custom Field", "Consumer ID"),
    )
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(["RH", f"{payout.date:%Y/%m/%d %H:%M:%S} +0000", "A", "DEMO", "009"])
    write(["FH", "01"])
    write(head)
    for row in payout.rows:
        day = f"{row.date:%Y/%m/%d %H:%M:%S} +0000"
        sold, follows = row.kind == "capture", row.kind == "refund"
        write(
            [
                *("SB", row.sale.transaction if sold else row.transaction, ""),
                *((row.sale.transaction, "TXN") if follows else ("", "")),
                *(codes[row.kind], day, day, "CR" if row.gross > 0 else "DR"),
                *(int(abs(row.gross) * 100), payout.currency),
                *("DR", int(-row.fee * 100), payout.currency, row.order, ""),
            ]
        )
    write(["SC", str(len(payout.rows))])
    return out.getvalue().encode()


def write_paypal_activity(payout):
    """The download of a German account."""
    words = {
        "capture": "Handyzahlung",
        "refund": "Rückzahlung",
        "payout": "Allgemeine Abbuchung",
    }

    def comma(amount):
        return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))

    return _table(
        [
            {
                "Datum": f"{row.date:%d.%m.%Y}",
                "Uhrzeit": f"{row.date:%H:%M:%S}",
                "Zeitzone": "GMT",
                "Name": row.sale.party if row.sale else "",
                "Typ": words[row.kind],
                "Status": "Abgeschlossen",
                "Währung": payout.currency,
                "Brutto": comma(row.gross),
                "Gebühr": comma(row.fee),
                "Netto": comma(row.net),
                "Absender E-Mail-Adresse": row.sale.email if row.sale else "",
                "Transaktionscode": f"{row.transaction}",
                "Rechnungsnummer": row.order,
            }
            for row in payout.rows
        ]
    ).encode("utf-8-sig")


def write_adyen(payout):
    words = {
        "capture": "Settled",
        "refund": "Refunded",
        "chargeback": "Chargeback",
        "reserve": "DepositCorrection",
        "fee": "Fee",
        "payout": "MerchantPayout",
    }
    end = Row("payout", "", payout.date, -payout.net)

    def sides(name, code, amount):
        return {
            f"{name} Debit ({code})": -amount if amount < 0 else "",
            f"{name} Credit ({code})": amount if amount > 0 else "",
        }

    lines = []
    for row in [*payout.rows, end]:
        paid = row.paid or row.gross
        lines.append(
            {
                "Company Account": "Demo",
                "Merchant Account": "DemoShop",
                "Psp Reference": _of(row.sale, "transaction") or row.transaction,
                "Merchant Reference": row.order,
                "Payment Method": "visa",
                "Creation Date": f"{row.date:%Y-%m-%d %H:%M:%S}",
                "TimeZone": "UTC",
                "Type": words[row.kind],
                "Modification Reference": row.transaction,
                "Gross Currency": row.sale.currency if row.paid else payout.currency,
                **sides("Gross", "GC", paid if row.sale else NOTHING),
                "Exchange Rate": USD[payout.currency] if row.paid else 1,
                "Net Currency": payout.currency,
                **sides("Net", "NC", row.net),
                "Commission (NC)": -row.fee if row.sale else "",
                "Batch Number": payout.reference,
            }
        )
    return _table(lines).encode()


def write_mollie(payout):
    prefix = {"capture": "tr_", "refund": "re_"}
    return _table(
        [
            {
                "Date": f"{row.date:%Y-%m-%d %H:%M:%S}",
                "Payment method": {"capture": "ideal"}.get(row.kind, ""),
                "Currency": payout.currency,
                "Amount": row.gross,
                "Status": "paidout",
                "ID": f"{prefix[row.kind]}{row.transaction}"
                if row.kind in prefix
                else "",
                "Description": row.order if row.kind in prefix else "Withheld fees 1",
                "Consumer name": _of(row.sale, "party"),
                "Settlement currency": payout.currency,
                "Settlement amount": row.gross,
                "Settlement reference": payout.reference,
            }
            for row in _apart(payout.rows)
        ]
    ).encode()


def write_klarna(payout):
    words = {"capture": "SALE", "refund": "RETURN", "fee": "FEE", "reserve": "HOLDBACK"}
    return _table(
        [
            {
                "type": words[row.kind],
                "capture_date": f"{row.date:%Y-%m-%dT%H:%M:%SZ}",
                "order_id": f"o-{row.transaction}",
                "short_order_id": row.transaction,
                "capture_id": f"{row.transaction}-{row.kind}",
                "merchant_reference1": row.order,
                "amount": row.gross,
                "posting_currency": payout.currency,
                "payment_reference": payout.reference,
                "payout_date": f"{payout.date:%Y-%m-%d}",
            }
            for row in _apart(payout.rows)
        ]
    ).encode()


WRITERS = {
    "stripe": write_stripe,
    "woopayments": write_woopayments,
    "shopify": write_shopify,
    "square": write_square,
    "paypal": write_paypal,
    "paypal-activity": write_paypal_activity,
    "adyen": write_adyen,
    "mollie": write_mollie,
    "klarna": write_klarna,
}


def write(payout, folder):
    """Write the payout's report; returns its path."""
    path = folder / payout.file_name
    path.write_bytes(WRITERS[payout.provider](payout))
    return path
