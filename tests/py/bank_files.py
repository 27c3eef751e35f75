# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank files written from lines: CAMT of several versions, and OFX."""

from datetime import date
from decimal import Decimal

IBAN = "DE02120300000000202051"
DAY = date(2026, 3, 10)
NEW_NAMES = 8  # from this version on names stand in Pty, and the status is a code


def amount_of(value):
    return f'<Amt Ccy="EUR">{abs(value)}</Amt>'


def side_of(value):
    return "CRDT" if value >= 0 else "DBIT"


def balance(code, value):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount_of(value)}"
        f"<CdtDbtInd>{side_of(value)}</CdtDbtInd></Bal>"
    )


def details(part, value, version):
    name = part.get("name", "Provider")
    person = f"<Nm>{name}</Nm>"
    if version >= NEW_NAMES:
        person = f"<Pty>{person}</Pty>"
    who = "Dbtr" if value >= 0 else "Cdtr"
    amount = amount_of(part["amount"]) if "amount" in part else ""
    if version < NEW_NAMES and amount:
        amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    return (
        f"<TxDtls><Refs><EndToEndId>{part.get('end', 'NOTPROVIDED')}</EndToEndId>"
        f"</Refs>{amount}{part.get('inside', '')}"
        f"<RltdPties><{who}>{person}</{who}></RltdPties>"
        f"<RmtInf><Ustrd>{part.get('text', '')}</Ustrd></RmtInf></TxDtls>"
    )


def entry(line, version):
    value = line["amount"]
    status = line.get("status", "BOOK")
    status = f"<Cd>{status}</Cd>" if version >= NEW_NAMES else status
    parts = line.get("parts", [{**line, "amount": value}])
    inner = "".join(details(part, value, version) for part in parts)
    reference = line.get("reference", "")
    return (
        f"<Ntry>{amount_of(value)}<CdtDbtInd>{side_of(value)}</CdtDbtInd>"
        f"<Sts>{status}</Sts><BookgDt><Dt>{line.get('date', DAY)}</Dt></BookgDt>"
        + (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "")
        + line.get("beside", "")
        + f"<NtryDtls>{inner}</NtryDtls></Ntry>"
    )


def camt(lines, opening=Decimal(0), closing=None, version=2, kind="053", iban=IBAN):
    """The document; balances only in statements."""
    group, holder = {
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]
    booked = [line for line in lines if line.get("status", "BOOK") == "BOOK"]
    if closing is None:
        closing = opening + sum(line["amount"] for line in booked)
    sums = balance("OPBD", opening) + balance("CLBD", closing) if kind == "053" else ""
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}"><{group}>'
        f"<{holder}><Id>ST1</Id><CreDtTm>2026-03-10T23:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{sums}"
        f"{''.join(entry(line, version) for line in lines)}</{holder}></{group}>"
        "</Document>"
    ).encode()


def ofx(lines, closing=Decimal(0), currency="EUR", account="202051"):
    body = "".join(
        f"<STMTTRN><TRNTYPE>{'CREDIT' if line['amount'] >= 0 else 'DEBIT'}\n"
        f"<DTPOSTED>{line.get('date', DAY):%Y%m%d}120000\n<TRNAMT>{line['amount']}\n"
        f"<FITID>{line['reference']}\n<NAME>{line.get('name', 'Provider')}\n"
        f"<MEMO>{line.get('text', '')}\n{line.get('currency', '')}</STMTTRN>\n"
        for line in lines
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\n"
        "CHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0\n<SEVERITY>INFO\n</STATUS>\n"
        "<DTSERVER>20260310120000\n<LANGUAGE>ENG\n</SONRS></SIGNONMSGSRSV1>\n"
        "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1\n<STATUS><CODE>0\n<SEVERITY>INFO\n</STATUS>\n"
        f"<STMTRS><CURDEF>{currency}\n<BANKACCTFROM><BANKID>1\n<ACCTID>{account}\n"
        "<ACCTTYPE>CHECKING\n</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20260301\n"
        f"<DTEND>20260310\n{body}</BANKTRANLIST>\n<LEDGERBAL><BALAMT>{closing}\n"
        "<DTASOF>20260310\n</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()
