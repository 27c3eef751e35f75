# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files of shops and market places: Shopify, WooPayments, Square, eBay, Amazon."""

from settlement_amazon import flat_file_v1, flat_file_v2
from settlement_rows import (
    MOVES,
    PACIFIC,
    Report,
    comma,
    dollars,
    each,
    point,
    table,
)

# -- shops and market places -----------------------------------------------------------

SHOPIFY = {
    "capture": "charge",
    "chargeback_reversal": "chargeback won",
    "reserve": "reserve",
    "release": "reserve",
}


def shopify(rows):
    def line(row):
        return {
            "Transaction Date": row.time("%Y-%m-%d %H:%M:%S +0000"),
            "Type": SHOPIFY.get(row.kind, row.kind),
            "Order": row.order,
            "Payout Status": "paid",
            "Payout Date": row.day(),
            "Payout ID": row.payout,
            "Amount": point(row.gross),
            "Fee": point(-row.fee),
            "Net": point(row.net),
            "Checkout": row.parent or row.id,
            "Presentment Amount": point(abs(row.paid)),
            "Presentment Currency": row.paid_currency,
            "Currency": "EUR",
        }

    lines, owners = each(rows, line)
    return Report(table(lines).encode(), owners)


WOO = {"capture": "Charge", "chargeback": "Dispute"}


def woopayments(rows):
    words = {
        **WOO,
        "refund": "Refund",
        "chargeback_reversal": "Dispute_reversal",
        "reserve": "Reserved funds",
        "release": "Reserved funds",
        "payout": "Payout",
    }

    def line(row):
        return {
            "Transaction Id": f"txn_{row.index}",
            "Date / Time (UTC)": row.time(),
            "Type": words[row.kind],
            "Paid Currency": row.paid_currency,
            "Amount Paid": point(row.paid),
            "Payout Currency": "EUR",
            "Amount": point(row.gross),
            "Fees": point(row.fee),
            "Net": point(row.net),
            "Order #": row.order,
            "Customer": row.party,
            "Email": row.email,
            "Payout ID": row.payout,
            "Payout date": row.day(),
        }

    lines, owners = each(rows, line)
    return Report(table(lines).encode(), owners)


def square(rows):
    words = {"capture": "Payment", "refund": "Refund", "chargeback": "Dispute"}
    words["chargeback_reversal"] = "Dispute"
    rows = [row for row in rows if row.kind in words]

    def line(row):
        return {
            "Date": row.day(zone=PACIFIC),
            "Time": row.time("%H:%M:%S", PACIFIC),
            "Time Zone": "Pacific Time (US & Canada)",
            "Gross Sales": dollars(row.gross),
            "Total Collected": dollars(row.gross + 500),
            "Cash": "$5.00",
            "Fees": dollars(row.fee),
            "Transaction ID": row.parent or row.id,
            "Payment ID": row.id,
            "Event Type": words[row.kind],
            "Deposit ID": row.payout,
            "Customer Name": row.party,
            "Order Reference ID": row.order,
        }

    lines, owners = each(rows, line)
    content = table(lines).encode()
    return Report(content, owners, MOVES, declares=False, foreign=False)


EBAY = {
    "capture": "Order",
    "refund": "Refund",
    "chargeback": "Payment dispute",
    "chargeback_reversal": "Payment dispute",
    "reserve": "Hold",
    "release": "Hold",
    "payout": "Payout",
}


def ebay(rows):
    """Nine lines before the header, words for months, two dashes for nothing."""

    def line(row):
        sold = row.kind in MOVES
        return {
            "Transaction creation date": row.day("%b %d, %Y"),
            "Type": EBAY[row.kind],
            "Order number": row.order or "--",
            "Buyer name": row.party or "--",
            "Net amount": point(row.net),
            "Payout currency": "EUR",
            "Payout date": row.day("%b %d, %Y"),
            "Payout ID": row.payout,
            "Transaction ID": row.id,
            "Final Value Fee - fixed": point(row.fee) if sold else "--",
            "Gross transaction amount": point(row.paid) if sold else "--",
            "Transaction currency": row.paid_currency,
            "Exchange rate": "--" if row.rate == "1" else row.rate,
            "Reference ID": row.parent or "--",
            "Description": "--",
        }

    lines, owners = each(rows, line)
    preamble = "".join(f"Line {number},\n" for number in range(9))
    return Report((preamble + table(lines)).encode(), owners)


def amazon_pay(rows):
    words = {
        "capture": "Capture",
        "refund": "Refund",
        "chargeback": "Chargeback",
        "chargeback_reversal": "Chargeback",
        "reserve": "Reserve",
        "release": "Reserve",
        "payout": "Transfer",
    }

    def line(row):
        return {
            "TransactionPostedDate": row.time("%Y-%m-%dT%H:%M:%S+00:00"),
            "SettlementId": row.payout,
            "AmazonTransactionId": row.id,
            "SellerReferenceId": f"ref-{row.index}",
            "TransactionType": words[row.kind],
            "AmazonOrderReferenceId": row.parent,
            "SellerOrderId": row.order,
            "CurrencyCode": "EUR",
            "TransactionAmount": point(row.gross),
            "TotalTransactionFee": point(-row.fee),
            "NetTransactionAmount": point(row.net),
        }

    lines, owners = each(rows, line)
    content = ("Settlement report,\n" + table(lines)).encode()
    return Report(content, owners, foreign=False)


def amazon_v2(rows):
    """One settlement of all payouts but their own rows; decimal commas, days first."""
    return Report(*flat_file_v2(rows, comma), fees="apart", foreign=False)


def amazon_v1(rows):
    """The wide file, with a row that only opens each order."""
    return Report(*flat_file_v1(rows, point), fees="apart", foreign=False)
