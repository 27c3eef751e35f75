# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reports of every provider, written from one list of movements.

The truth is the list of movements, in Decimal. A writer puts it into the words, units
and columns of one provider; what the engine reads must be the truth again.
"""

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

START = datetime(2026, 9, 1, tzinfo=UTC)
CENT = Decimal("0.01")


@dataclass
class Movement:
    kind: str
    transaction: str
    order: str
    date: datetime
    gross: Decimal
    fee: Decimal
    payout: str = "P1"
    currency: str = "EUR"

    @property
    def net(self):
        return self.gross + self.fee


def movements(seed, count=60, currency="EUR", step=CENT):
    """Captures, refunds, chargebacks and fees of one payout, the payout last."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        kind = rng.choice(["capture"] * 6 + ["refund", "refund", "chargeback", "fee"])
        gross = rng.randrange(100, 2_000_000) * step
        if kind != "capture":
            gross = -gross
        fee = -rng.randrange(0, 5000) * step if kind == "capture" else Decimal(0)
        rows.append(
            Movement(
                kind,
                f"tx_{seed}_{number}",
                f"S{number:05}",
                START + timedelta(seconds=rng.randrange(2_000_000)),
                Decimal(0) if kind == "fee" else gross,
                gross if kind == "fee" else fee,
                currency=currency,
            )
        )
    total = sum(row.net for row in rows)
    payout = Movement("payout", "po", "", rows[-1].date, -total, Decimal(0))
    return [*rows, replace(payout, currency=currency)]


def text(rows, delimiter=",", terminator="\n"):
    """Rows of dicts as a file."""
    out = io.StringIO()
    writer = csv.DictWriter(
        out, list(rows[0]), delimiter=delimiter, lineterminator=terminator
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def point(value):
    return f"{value:f}"


def comma(value):
    """1.234,50"""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def whole(row):
    """The amount that providers write who have no column for a fee alone."""
    return row.fee if row.kind == "fee" else row.gross


def beside(row):
    return Decimal(0) if row.kind == "fee" else row.fee


def stamp(row, form="%Y-%m-%d %H:%M:%S"):
    return row.date.strftime(form)


def stripe(rows):
    words = {"capture": "charge", "chargeback": "dispute"}
    return text(
        [
            {
                "automatic_payout_id": row.payout,
                "balance_transaction_id": row.transaction,
                "created_utc": stamp(row),
                "currency": row.currency.lower(),
                "gross": point(whole(row)),
                "fee": point(-beside(row)),
                "net": point(row.net),
                "reporting_category": words.get(row.kind, row.kind),
                "payment_metadata[order_id]": row.order,
                "card_brand": "visa",
            }
            for row in rows
        ]
    ).encode()


def stripe_balance(rows):
    words = {
        "capture": "charge",
        "fee": "stripe_fee",
        "chargeback": "issuing_dispute",
    }
    return text(
        [
            {
                "id": row.transaction,
                "Type": words.get(row.kind, row.kind),
                "Source": "src",
                "Amount": point(whole(row)),
                "Fee": point(-beside(row)),
                "Net": point(row.net),
                "Currency": row.currency.lower(),
                "Created (UTC)": stamp(row, "%Y-%m-%d %H:%M"),
                "order_id (metadata)": row.order,
            }
            for row in rows
        ]
    ).encode()


def adyen(rows):
    words = {
        "capture": "Settled",
        "refund": "Refunded",
        "chargeback": "Chargeback",
        "fee": "Fee",
        "payout": "MerchantPayout",
    }

    def sides(value):
        return (point(-value), "") if value < 0 else ("", point(value))

    lines = []
    for row in rows:
        own = row.kind not in ("fee", "payout")
        gross = sides(row.gross) if own else ("", "")
        net = sides(row.net)
        lines.append(
            {
                "Company Account": "Co",
                "Psp Reference": row.transaction,
                "Merchant Reference": row.order,
                "Creation Date": stamp(row),
                "TimeZone": "UTC",
                "Type": words[row.kind],
                "Modification Reference": "",
                "Gross Currency": row.currency,
                "Gross Debit (GC)": gross[0],
                "Gross Credit (GC)": gross[1],
                "Exchange Rate": "1",
                "Net Currency": row.currency,
                "Net Debit (NC)": net[0],
                "Net Credit (NC)": net[1],
                "Commission (NC)": point(-beside(row)) if own else "",
                "Batch Number": row.payout,
            }
        )
    return text(lines).encode()


def shopify(rows):
    words = {"capture": "charge", "fee": "application_fee"}
    return text(
        [
            {
                "Transaction Date": stamp(row, "%Y-%m-%d %H:%M:%S +0000"),
                "Type": words.get(row.kind, row.kind),
                "Order": row.order,
                "Payout Status": "paid",
                "Payout Date": "2026-10-01",
                "Payout ID": row.payout,
                "Amount": point(whole(row)),
                "Fee": point(-beside(row)),
                "Net": point(row.net),
                "Checkout": row.transaction,
                "Currency": row.currency,
            }
            for row in rows
        ]
    ).encode()


def square(rows):
    words = {"capture": "Payment", "refund": "Refund", "chargeback": "Dispute"}

    def dollars(value):
        return f"{'-' if value < 0 else ''}${abs(value):,.2f}"

    return text(
        [
            {
                "Date": stamp(row, "%Y-%m-%d"),
                "Time": stamp(row, "%H:%M:%S"),
                "Time Zone": "UTC",
                "Gross Sales": dollars(row.gross),
                "Total Collected": dollars(row.gross + 5),
                "Cash": "$5.00",
                "Fees": dollars(row.fee),
                "Transaction ID": "T",
                "Payment ID": row.transaction,
                "Event Type": words[row.kind],
                "Deposit ID": row.payout,
                "Order Reference ID": row.order,
            }
            for row in rows
            if row.kind in words
        ]
    ).encode()


def mollie(rows):
    prefix = {"capture": "tr_", "refund": "re_", "chargeback": "chb_"}
    method = {"capture": "ideal", "refund": "refund", "chargeback": "chargeback"}
    return text(
        [
            {
                "Date": stamp(row),
                "Payment method": method.get(row.kind, ""),
                "Currency": row.currency,
                "Amount": point(row.gross),
                "ID": prefix[row.kind] + row.transaction if row.kind in prefix else "",
                "Description": row.order if row.kind in prefix else "Withheld fees 1",
                "Settlement currency": row.currency,
                "Settlement amount": point(whole(row)),
                "Settlement reference": row.payout,
            }
            for row in alone(rows)
            if row.kind != "payout"
        ]
    ).encode()


def alone(rows):
    """The fees as rows of their own, as some providers write them."""
    result = []
    for row in rows:
        if row.kind == "fee" or not row.fee:
            result.append(row)
            continue
        result.append(replace(row, fee=Decimal(0)))
        result.append(replace(row, kind="fee", gross=Decimal(0)))
    return result


def klarna(rows):
    words = {
        "capture": "SALE",
        "refund": "RETURN",
        "chargeback": "REVERSAL",
        "fee": "FEE",
    }
    preamble = "Payout report;\npayment_reference;P1\n"
    return (
        preamble
        + text(
            [
                {
                    "type": words[row.kind],
                    "capture_date": stamp(row, "%Y-%m-%dT%H:%M:%SZ"),
                    "order_id": "K",
                    "short_order_id": row.transaction,
                    "capture_id": row.transaction,
                    "merchant_reference1": row.order,
                    "amount": comma(whole(row)),
                    "posting_currency": row.currency,
                    "payment_reference": row.payout,
                }
                for row in alone(rows)
                if row.kind in words
            ],
            ";",
        )
    ).encode("utf-16")


def woopayments(rows):
    words = {
        "capture": "Charge",
        "refund": "Refund",
        "chargeback": "Dispute",
        "fee": "Instant payout fee",
        "payout": "Payout",
    }
    return text(
        [
            {
                "Transaction Id": row.transaction,
                "Date / Time (UTC)": stamp(row),
                "Type": words[row.kind],
                "Payout Currency": row.currency.lower(),
                "Amount": point(whole(row)),
                "Fees": point(beside(row)),
                "Net": point(row.net),
                "Order #": row.order,
                "Payout ID": row.payout,
            }
            for row in rows
        ]
    ).encode()


def ebay(rows):
    words = {
        "capture": "Order",
        "refund": "Refund",
        "chargeback": "Payment dispute",
        "fee": "Other fee",
        "payout": "Payout",
    }
    preamble = "Seller,shop\n\nReport,Transactions\nStart,2026-09-01\n"
    return (
        preamble
        + text(
            [
                {
                    "Transaction creation date": stamp(row, "%b %d, %Y"),
                    "Type": words[row.kind],
                    "Order number": row.order or "--",
                    "Net amount": point(row.net),
                    "Payout currency": row.currency,
                    "Payout ID": row.payout,
                    "Transaction ID": row.transaction,
                    "Final Value Fee - fixed": point(beside(row)),
                    'Very high "item not as described" fee': "--",
                    "Gross transaction amount": point(row.gross)
                    if row.kind != "fee"
                    else "--",
                    "Transaction currency": row.currency,
                    "Exchange rate": "--",
                }
                for row in rows
            ]
        )
    ).encode("cp1252")


def braintree(rows):
    words = {"capture": "sale", "refund": "credit"}
    return text(
        [
            {
                "Transaction ID": row.transaction,
                "Transaction Type": words[row.kind],
                "Created Datetime": stamp(row, "%m/%d/%Y %H:%M:%S"),
                "Created Timezone": "UTC",
                "Settlement Currency": row.currency,
                "Settlement Amount": point(abs(row.gross)),
                "Disbursement Date": "2026-10-01",
                "Order ID": row.order,
            }
            for row in rows
            if row.kind in words
        ]
    ).encode()


def amazon_pay(rows):
    words = {"capture": "Capture", "refund": "Refund", "chargeback": "Chargeback"}
    return (
        "Report,Settlement\n"
        + text(
            [
                {
                    "TransactionPostedDate": stamp(row, "%Y-%m-%dT%H:%M:%S+00:00"),
                    "SettlementId": row.payout,
                    "AmazonTransactionId": row.transaction,
                    "SellerOrderId": row.order,
                    "TransactionType": words[row.kind],
                    "CurrencyCode": row.currency,
                    "TransactionAmount": point(row.gross),
                    # Fees without sign: the net amount tells.
                    "TotalTransactionFee": point(-row.fee),
                    "NetTransactionAmount": point(row.net),
                }
                for row in rows
                if row.kind in words
            ]
        )
    ).encode()


V2 = (
    *("settlement-id", "settlement-end-date", "deposit-date", "total-amount"),
    *("currency", "transaction-type", "order-id", "adjustment-id", "amount-type"),
    *("amount-description", "amount", "posted-date", "posted-date-time", "sku"),
)


def amazon_v2(rows):
    """Decimal commas and dates of an European file; an inch sign in the article."""
    total = sum(row.net for row in rows if row.kind != "payout")
    head = dict.fromkeys(V2, "") | {
        "settlement-id": "P1",
        "settlement-end-date": "30.09.2026 00:00:00 UTC",
        "deposit-date": "02.10.2026 00:00:00 UTC",
        "total-amount": point(total).replace(".", ","),
        "currency": "EUR",
    }
    words = {
        "capture": ("Order", "ItemPrice", "Principal"),
        "refund": ("Refund", "ItemPrice", "Principal"),
        "chargeback": ("Chargeback Refund", "ItemPrice", "Principal"),
        "fee": ("Order", "ItemFees", "Commission"),
    }
    lines = ["\t".join(V2), "\t".join(head.values())]
    for row in alone(rows):
        if row.kind not in words:
            continue
        kind, group, label = words[row.kind]
        values = dict.fromkeys(V2, "") | {
            "settlement-id": "P1",
            "transaction-type": kind,
            "order-id": row.order,
            "adjustment-id": row.transaction,
            "amount-type": group,
            "amount-description": label,
            "amount": point(whole(row)).replace(".", ","),
            "posted-date-time": stamp(row, "%d.%m.%Y %H:%M:%S UTC"),
            "sku": 'pan-12"',
        }
        lines.append("\t".join(values.values()))
    return ("\n".join(lines) + "\n").encode()
