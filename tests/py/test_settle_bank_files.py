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
        (ofx(LINES).replace(b"164.47", b"many", 1), "OFX file is damaged"),
    ],
)
def test_bad_bank_files_say_what_is_wrong(content, reason):
    with pytest.raises(files.FileError, match=reason):
        files.statements(content)
