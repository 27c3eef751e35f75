# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank files to statement lines: nothing lost, nothing twice, balances held."""

import builtins
from decimal import Decimal

import pytest
from bank_files import DAY, IBAN, camt, ofx
from settle_files import files

LINES = [
    {
        "amount": Decimal("164.47"),
        "text": "PAYOUT po_1",
        "name": "Stripe",
        "reference": "B1",
    },
    {"amount": Decimal("-20.00"), "text": "Fee", "reference": "B2", "end": "E2E-7"},
]


def one(content):
    (statement,) = files.statements(content)
    return statement


def amounts(statement):
    return [str(line.amount) for line in statement.lines]


@pytest.mark.parametrize("version", [2, 4, 8, 10])
def test_camt_lines_are_read_in_every_version(version):
    statement = one(camt(LINES, Decimal("100.00"), version=version))
    statement.prove()
    assert (statement.account, statement.currency) == (IBAN, "EUR")
    assert (statement.opening, statement.closing) == (Decimal(100), Decimal("244.47"))
    first, second = statement.lines
    assert (first.amount, first.date) == (LINES[0]["amount"], DAY)
    assert first.partner == "Stripe"
    assert "po_1" in first.label
    assert (second.amount, second.references) == (Decimal(-20), {"EndToEndId": "E2E-7"})


def test_notifications_have_lines_without_balances():
    statement = one(camt(LINES, kind="054"))
    statement.prove()
    assert (statement.opening, statement.closing) == (None, None)
    assert amounts(statement) == ["164.47", "-20.00"]


def test_a_lost_line_shows_against_the_balances_with_the_difference():
    statement = one(camt(LINES[:1], Decimal(100), closing=Decimal("244.47")))
    with pytest.raises(files.FileError, match=r"264\.47.*244\.47.*20\.00 EUR"):
        statement.prove()


def test_a_batch_becomes_its_transactions():
    batch = {
        "amount": Decimal("30.00"),
        "reference": "B9",
        "parts": [
            {"amount": Decimal("10.00"), "text": "one", "end": "A"},
            {"amount": Decimal("20.00"), "text": "two", "end": "B"},
        ],
    }
    statement = one(camt([batch]))
    assert [line.amount for line in statement.lines] == [Decimal(10), Decimal(20)]
    assert [line.bank_reference for line in statement.lines] == ["B9/1", "B9/2"]


def test_transactions_with_charges_inside_stay_one_line_of_the_booked_amount():
    batch = {
        "amount": Decimal("29.50"),
        "parts": [
            {"amount": Decimal("10.00"), "text": "one", "end": "A"},
            {"amount": Decimal("20.00"), "text": "two", "end": "B"},
        ],
    }
    statement = one(camt([batch]))
    statement.prove()
    (line,) = statement.lines
    assert line.amount == Decimal("29.50")
    assert "one" in line.label and "two" in line.label


def test_entries_that_are_not_booked_yet_are_counted_but_no_lines():
    statement = one(camt([*LINES, {"amount": Decimal(5), "status": "PDNG"}]))
    statement.prove()
    assert (len(statement.lines), statement.pending) == (2, 1)


def test_keys_are_those_of_the_bank_whatever_file_the_line_is_in():
    full = one(camt(LINES)).keys()
    assert one(camt(LINES[1:], Decimal(9))).keys() == full[1:]
    assert one(camt(LINES, kind="054", version=8)).keys() == full
    assert len(set(full)) == 2


def test_equal_lines_without_reference_are_two():
    twins = [{"amount": Decimal(5), "text": "same"}] * 2
    keys = one(camt(twins)).keys()
    assert len(set(keys)) == 2
    assert one(camt(twins)).keys() == keys


def test_ofx_lines_are_read():
    pytest.importorskip("ofxparse")
    statement = one(ofx(LINES, Decimal("244.47")))
    statement.prove()
    assert (statement.account, statement.currency) == ("202051", "EUR")
    assert statement.closing == Decimal("244.47")
    assert amounts(statement) == ["164.47", "-20.00"]
    assert [line.bank_reference for line in statement.lines] == ["B1", "B2"]
    assert "po_1" in statement.lines[0].label


OFX = """OFXHEADER:100
ENCODING:USASCII
CHARSET:1252

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>20260312120000<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>123<ACCTID>000111222<ACCTTYPE>CHECKING
</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260312
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day}<TRNAMT>{amount}<FITID>F1<NAME>{name}
<MEMO>po_1 &amp; more</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>5000.00<DTASOF>20260312</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX_2 = """<?xml version="1.0" encoding="{encoding}"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1</TRNUID><STMTRS><CURDEF>EUR</CURDEF>
<BANKACCTFROM><BANKID>1</BANKID><ACCTID>22</ACCTID></BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20260311</DTPOSTED><TRNAMT>970.00</TRNAMT>
<FITID>F1</FITID><NAME>Zo\u00eb</NAME></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>
</BANKMSGSRSV1></OFX>
"""


def written(day="20260311", amount="970.00", name="Stripe", encoding="ascii"):
    text = OFX.format(day=day, amount=amount, name=name)
    return text.encode(encoding)


@pytest.mark.parametrize(
    "day", ["20260311", "20260311233000[-5:EST]", "20260311000000.000[+1:CET]"]
)
def test_the_day_of_an_ofx_line_is_the_one_the_bank_writes(day):
    pytest.importorskip("ofxparse")
    (line,) = one(written(day=day)).lines
    assert (line.date.isoformat(), line.amount) == ("2026-03-11", Decimal(970))
    assert line.label == "Stripe po_1 & more"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_ofx_is_read_in_the_encoding_it_has(encoding):
    pytest.importorskip("ofxparse")
    (line,) = one(written(name="Zo\u00eb", encoding=encoding)).lines
    assert line.partner == "Zo\u00eb"
    named = {"cp1252": "windows-1252"}.get(encoding, encoding)
    (line,) = one(OFX_2.format(encoding=named).encode(encoding)).lines
    assert (line.partner, line.amount) == ("Zo\u00eb", Decimal(970))


def test_ofx_writes_decimal_commas_too():
    pytest.importorskip("ofxparse")
    assert amounts(one(written(amount="-970,05"))) == ["-970.05"]


def test_a_cut_ofx_file_is_refused():
    pytest.importorskip("ofxparse")
    whole = written()
    for end in ("</BANKTRANLIST>", "<LEDGERBAL>", "</OFX>"):
        with pytest.raises(files.FileError, match="is cut"):
            files.statements(whole[: whole.index(end.encode())])


def test_an_entry_without_direction_is_refused_and_not_taken_for_money():
    content = camt(LINES, kind="054")
    mark = b"<CdtDbtInd>CRDT</CdtDbtInd>"
    for wrong in (b"", b"<CdtDbtInd>CREDIT</CdtDbtInd>"):
        with pytest.raises(files.FileError, match=r"CRDT or DBIT.*\(CdtDbtInd\)"):
            files.statements(content.replace(mark, wrong, 1))


def test_without_the_library_the_message_says_how_to_get_it(monkeypatch):
    original = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "ofxparse":
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(files.FileError, match="python3-ofxparse"):
        files.statements(ofx(LINES))


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Document><BkToCstmrStmt><Stmt><Id>&b;</Id>'
    b"</Stmt></BkToCstmrStmt></Document>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<Document><BkToCstmrStmt><Stmt><Id>&x;</Id></Stmt></BkToCstmrStmt></Document>"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (camt(LINES)[:-60], "row 1: the XML is damaged"),
        (camt(LINES).replace(b"164.47", b"164,47", 1), "no amount .*Amt"),
        (camt(LINES).replace(b'EUR">164', b'USD">164', 1), "in USD on an account"),
        (camt(LINES).replace(b"2026-03-10<", b"2026-13-10<", 1), "no date"),
        (b"<?xml version='1.0'?><Other/>", "its root is Other"),
        (BOMB, "no document type"),
        (OUTSIDE, "no document type"),
        (b"a,b\n1,2\n", "no bank statement"),
        (
            camt(LINES).replace(b'Ccy="EUR"', b"").replace(b"<Ccy>EUR</Ccy>", b""),
            "no currency",
        ),
        (
            camt(LINES).replace(b"<BookgDt><Dt>2026-03-10</Dt></BookgDt>", b""),
            "no date",
        ),
        (camt(LINES).replace(b"<CdtDbtInd>CRDT</CdtDbtInd>", b""), "CRDT or DBIT"),
        (camt(LINES, closing=Decimal(1)), "a difference of"),
        (ofx(LINES, currency=""), "no currency|damaged"),
        (ofx(LINES).replace(b"164.47", b"many", 1), "OFX file is damaged"),
    ],
)
def test_bad_bank_files_say_what_is_wrong_and_what_to_do(content, reason):
    with pytest.raises(files.FileError, match=reason) as caught:
        for statement in files.statements(content):
            statement.prove()
    assert "download" in str(caught.value).lower(), "it names no way out"
