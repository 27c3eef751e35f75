# SPDX-License-Identifier: LGPL-3.0-or-later
"""OFX bank files, by ofxparse."""

import io
from datetime import datetime

from .errors import FileError
from .statement import Line, Statement

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
        parsed = OfxParser.parse(io.BytesIO(content), fail_fast=True)
    except Exception as error:
        # The library lets errors of all its helpers through.
        raise FileError(f"the OFX file is damaged: {error}") from error
    return [
        _statement(account)
        for account in parsed.accounts
        if getattr(account, "statement", None) is not None
    ]


def _statement(account):
    statement = account.statement
    currency = (getattr(statement, "currency", "") or account.curdef or "").upper()
    if len(currency) != 3:
        raise FileError("the statement names no currency")
    transactions = getattr(statement, "transactions", None) or []
    lines = [
        _line(transaction, number) for number, transaction in enumerate(transactions, 1)
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


def _line(transaction, number):
    day = _day(transaction.date)
    if day is None:
        raise FileError("the transaction has no date", number, "DTPOSTED")
    if transaction.amount is None or not transaction.amount.is_finite():
        raise FileError("the transaction has no amount", number, "TRNAMT")
    texts = (transaction.payee, transaction.memo, transaction.checknum)
    kept = dict.fromkeys(text.strip() for text in texts if text and text.strip())
    return Line(
        date=day,
        amount=transaction.amount,
        label=" ".join(kept) or transaction.id,
        bank_reference=transaction.id or "",
        partner=(transaction.payee or "").strip(),
        kind=transaction.type or "",
    )
