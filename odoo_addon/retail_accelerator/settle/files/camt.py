# SPDX-License-Identifier: LGPL-3.0-or-later
"""ISO 20022 bank files: camt.052, camt.053 and camt.054, of any version."""

from datetime import date, datetime

from lxml import etree

from .camt_charges import exchange, kept
from .camt_nodes import amount_of, nodes_of, sign_of, text_of
from .errors import AGAIN, FileError
from .statement import Line, Statement

STATEMENTS = ("Stmt", "Ntfctn", "Rpt")
BOOKED = "BOOK"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
REFERENCES = ("EndToEndId", "TxId", "InstrId", "PmtInfId", "MsgId", "MndtId")
NOT_PROVIDED = ("NOTPROVIDED", "NONREF", "")


def camt_statements(content):
    """The statements of the file: list of Statement. FileError."""
    root = _parse(content)
    nodes = [
        node for name in STATEMENTS for node in root.iterfind(f"{{*}}*/{{*}}{name}")
    ]
    if not nodes:
        raise FileError(
            f"the document holds no bank statement (its root is "
            f"{etree.QName(root).localname}); download the statement as camt.053, "
            "camt.054 or OFX"
        )
    return [_statement(node) for node in nodes]


def _parse(content):
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise FileError(
            f"the XML is damaged: {error.msg}; download the file again",
            error.lineno or 0,
        ) from error
    if root.getroottree().docinfo.doctype:
        raise FileError("a bank's file has no document type declaration", remedy=AGAIN)
    return root


def _day(node, *paths):
    text = text_of(node, *paths)
    if not text:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise FileError(
            "this is no date", node.sourceline or 0, paths[0], AGAIN
        ) from error


def _statement(node):
    entries = list(nodes_of(node, "Ntry"))
    booked = [entry for entry in entries if _is_booked(entry)]
    currency = text_of(node, "Acct/Ccy") or _entry_currency(node, entries)
    if not currency:
        raise FileError(
            "the statement names no currency", node.sourceline or 0, remedy=AGAIN
        )
    opening, closing = _balance(node, OPENING), _balance(node, CLOSING)
    lines = [line for entry in booked for line in _lines(entry, currency)]
    day = _day(node, "FrToDt/ToDtTm", "CreDtTm")
    return Statement(
        account=text_of(node, "Acct/Id/IBAN", "Acct/Id/Othr/Id").replace(" ", ""),
        currency=currency,
        reference=text_of(node, "Id", "ElctrncSeqNb"),
        date=day or max((line.date for line in lines), default=None),
        lines=lines,
        opening=opening,
        closing=closing,
        pending=len(entries) - len(booked),
    )


def _is_booked(entry):
    """Entries of old versions have the status as text, those of new ones a code."""
    return (text_of(entry, "Sts/Cd", "Sts") or BOOKED) == BOOKED


def _entry_currency(node, entries):
    for holder in (*nodes_of(node, "Bal"), *entries):
        _value, currency = amount_of(holder, "Amt")
        if currency:
            return currency
    return ""


def _balance(node, codes):
    for code in codes:
        for balance in nodes_of(node, "Bal"):
            if text_of(balance, "Tp/CdOrPrtry/Cd") == code:
                value, _currency = amount_of(balance, "Amt")
                return None if value is None else value * sign_of(balance)
    return None


def _lines(entry, currency):
    """One line for each transaction of the entry, as long as they make up the entry.
    Where charges are inside they do not: then the entry is one line, of what was
    booked."""
    total, own = amount_of(entry, "Amt")
    if total is None:
        raise FileError("the entry has no amount", entry.sourceline or 0, "Amt", AGAIN)
    if own and own != currency:
        raise FileError(
            f"an entry in {own} on an account in {currency}",
            entry.sourceline or 0,
            "Amt",
            "Download a statement of each currency's account by itself, and read it "
            "with a channel whose bank journal is in that currency",
        )
    total *= sign_of(entry)
    details = list(nodes_of(entry, "NtryDtls/TxDtls"))
    parts = [_part(detail, currency, sign_of(entry)) for detail in details]
    if len(parts) > 1 and None not in parts and sum(parts) == total:
        return [
            _line(entry, detail, amount, number, currency)
            for number, (detail, amount) in enumerate(
                zip(details, parts, strict=True), 1
            )
        ]
    detail = details[0] if len(details) == 1 else None
    return [_line(entry, detail, total, 0, currency)]


def _part(detail, currency, sign):
    """A transaction's amount in the account's currency; None when it is not told."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        value, own = amount_of(detail, path)
        if value is not None and own in ("", currency):
            return value * sign_of(detail, sign)
    return None


def _line(entry, detail, amount, number, currency):
    day = _day(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if day is None:
        raise FileError(
            "the entry has no date", entry.sourceline or 0, "BookgDt", AGAIN
        )
    reference = text_of(entry, "AcctSvcrRef", "NtryRef")
    known = detail if detail is not None else entry
    side = "Dbtr" if amount >= 0 else "Cdtr"
    foreign, foreign_amount = _foreign(entry, detail, amount)
    charges = kept(entry, detail, amount, currency, number)
    return Line(
        date=day,
        amount=amount,
        label=_label(entry, detail),
        bank_reference=f"{reference}/{number}" if reference and number else reference,
        partner=text_of(known, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"),
        partner_account=text_of(
            known, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"
        ),
        foreign_currency=foreign,
        foreign_amount=foreign_amount,
        kind=text_of(entry, "BkTxCd/Prtry/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd"),
        references=_references(entry, detail),
        charge=charges.kept,
        other_charges=", ".join(charges.others),
        exchange=exchange(entry, detail),
    )


def _foreign(entry, detail, amount):
    """What was instructed in another currency."""
    own = amount_of(entry, "Amt")[1]
    for node, path in (
        (detail, "AmtDtls/InstdAmt/Amt"),
        (entry, "AmtDtls/InstdAmt/Amt"),
    ):
        if node is None:
            continue
        value, currency = amount_of(node, path)
        if value is not None and currency and currency != own:
            return currency, value if amount >= 0 else -value
    return "", None


def _label(entry, detail):
    """All that the bank says, each once."""
    texts = []
    for node in [detail] if detail is not None else nodes_of(entry, "NtryDtls/TxDtls"):
        for path in ("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref"):
            texts += [part.text or "" for part in nodes_of(node, path)]
        texts.append(text_of(node, "AddtlTxInf"))
        texts += [text for _name, text in _ids(node)]
    texts.append(text_of(entry, "AddtlNtryInf"))
    kept = list(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
    return " ".join(kept)[:2000] or text_of(entry, "AcctSvcrRef", "NtryRef")


def _ids(node):
    for name in REFERENCES:
        text = text_of(node, f"Refs/{name}")
        if text.upper() not in NOT_PROVIDED:
            yield name, text


def _references(entry, detail):
    nodes = [detail] if detail is not None else nodes_of(entry, "NtryDtls/TxDtls")
    found = {}
    for node in nodes:
        for name, text in _ids(node):
            found.setdefault(name, text)
    return found
