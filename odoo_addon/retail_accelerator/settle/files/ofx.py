# SPDX-License-Identifier: LGPL-3.0-or-later
"""OFX bank files, by ofxparse.

The format has no charges. A transaction's ``ORIGCURRENCY`` names the currency it was
converted from, and ``CURRATE`` what one unit of it cost in the account's currency
(OFX 2.2, Currency Aggregates); what was converted is not told. ``CURRENCY`` names
another currency of the amount itself.
"""

import io
import re
from datetime import datetime

from .errors import AGAIN, FileError
from .statement import Line, Statement

DECLARED = re.compile(r"""encoding=["']([\w.-]+)""", re.IGNORECASE)
CHARSET = re.compile(r"^CHARSET:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
MISSING = (
    "OFX files need the Python library ofxparse; install Debian's package "
    "python3-ofxparse, or ofxparse with pip, then restart Odoo"
)


def ofx_statements(content):
    """The statements of the file: list of Statement. FileError."""
    try:
        from ofxparse import OfxParser
    except ImportError as error:
        raise FileError(MISSING) from error
    try:
        readable = _readable(content)
        parsed = _complete(OfxParser).parse(io.BytesIO(readable), fail_fast=True)
    except FileError:
        raise
    except Exception as error:
        # The library lets errors of all its helpers through.
        raise FileError(
            f"the OFX file is damaged: {error}; download it again"
        ) from error
    return [
        _statement(account)
        for account in parsed.accounts
        if getattr(account, "statement", None) is not None
    ]


def _complete(parser):
    """The library counts times in UTC; a bank's day is the one that it writes. And it
    leaves out what a transaction says of its currency."""

    class Complete(parser):
        @classmethod
        def parseOfxDateTime(cls, ofxDateTime):
            return super().parseOfxDateTime(ofxDateTime.partition("[")[0].strip())

        @classmethod
        def parseTransaction(cls, txn_ofx):
            transaction = super().parseTransaction(txn_ofx)
            transaction.currency = _currency(txn_ofx, "currency")
            transaction.original = _currency(txn_ofx, "origcurrency")
            return transaction

    return Complete


def _currency(node, name):
    """(currency, rate as text) of the aggregate, or empty texts."""
    found = node.find(name)
    texts = [found.find(part) if found else None for part in ("cursym", "currate")]
    return tuple(text.get_text().strip() if text else "" for text in texts)


def _readable(content):
    """The file in UTF-8, with a header that the library understands: it knows no
    encodings of OFX 2, and banks announce Windows' where they write UTF-8."""
    start = content.upper().find(b"<OFX>")
    if start < 0 or b"</OFX>" not in content.upper():
        raise FileError("the OFX file is cut: its end is missing; download it again")
    head = content[:start].decode("ascii", "replace")
    declared = DECLARED.search(head)
    charset = CHARSET.search(head)
    names = ["utf-8"]
    if declared:
        names.append(declared[1])
    elif charset and charset[1].isdigit():
        names.append(f"cp{charset[1]}")
    names.append("cp1252")
    for name in names:
        try:
            text = content[start:].decode(name)
            break
        except (LookupError, UnicodeDecodeError):
            continue
    else:
        raise FileError(
            "the OFX file has characters of no known encoding", remedy=AGAIN
        )
    return b"OFXHEADER:100\r\nENCODING:UTF-8\r\n\r\n" + text.encode()


def _statement(account):
    statement = account.statement
    currency = (getattr(statement, "currency", "") or account.curdef or "").upper()
    if len(currency) != 3:
        raise FileError("the statement names no currency", remedy=AGAIN)
    transactions = getattr(statement, "transactions", None) or []
    lines = [
        _line(transaction, number, currency)
        for number, transaction in enumerate(transactions, 1)
    ]
    number = (account.number or "").replace(" ", "")
    last = max((line.date for line in lines), default=None)
    day = _day(getattr(statement, "end_date", None)) or last
    closing = getattr(statement, "balance", None)
    return Statement(
        account=number,
        currency=currency,
        reference=f"{number} {day or ''}".strip(),
        date=day,
        lines=lines,
        closing=closing,
    )


def _day(value):
    return value.date() if isinstance(value, datetime) else None


def _line(transaction, number, currency):
    day = _day(transaction.date)
    if day is None:
        raise FileError("the transaction has no date", number, "DTPOSTED", AGAIN)
    if transaction.amount is None or not transaction.amount.is_finite():
        raise FileError("the transaction has no amount", number, "TRNAMT", AGAIN)
    named, _rate = transaction.currency
    if named and named.upper() != currency:
        raise FileError(
            f"the amount is in {named.upper()}, the account in {currency}",
            number,
            "CURRENCY",
            "Download the statement as camt.053, or one of the account in its own "
            "currency",
        )
    original, rate = transaction.original
    texts = (transaction.payee, transaction.memo, transaction.checknum)
    kept = dict.fromkeys(text.strip() for text in texts if text and text.strip())
    return Line(
        date=day,
        amount=transaction.amount,
        label=" ".join(kept) or transaction.id,
        bank_reference=transaction.id or "",
        partner=(transaction.payee or "").strip(),
        kind=transaction.type or "",
        exchange=f"1 {original.upper()} = {rate} {currency}"
        if original and rate
        else "",
    )
