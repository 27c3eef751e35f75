# SPDX-License-Identifier: LGPL-3.0-or-later
"""What bank files say of charges and rates: kept as told, nothing guessed."""

from decimal import Decimal

import pytest
from bank_files import camt, ofx
from settle_files import files

NEW, OLD = 8, 2
USD = '<AmtDtls><InstdAmt><Amt Ccy="USD">116.22</Amt>{}</InstdAmt></AmtDtls>'


def record(value, currency="EUR", side="DBIT", inside="true", tax=""):
    mark = f"<ChrgInclInd>{inside}</ChrgInclInd>" if inside else ""
    side = f"<CdtDbtInd>{side}</CdtDbtInd>" if side else ""
    return f'<Rcrd><Amt Ccy="{currency}">{value}</Amt>{side}{mark}{tax}</Rcrd>'


def charges(*records, total=""):
    total = f'<TtlChrgsAndTaxAmt Ccy="EUR">{total}</TtlChrgsAndTaxAmt>' if total else ""
    return f"<Chrgs>{total}{''.join(records)}</Chrgs>"


def old(value, currency="EUR", side="DBIT", total=""):
    """A charge as version 02 writes it."""
    return charges(
        f'<Amt Ccy="{currency}">{value}</Amt><CdtDbtInd>{side}</CdtDbtInd>',
        total=total,
    )


def lines(beside="", inside="", version=NEW, amount="105.42", **more):
    line = {"amount": Decimal(amount), "beside": beside, "inside": inside, **more}
    (statement,) = files.statements(camt([line], version=version))
    statement.prove()
    return statement.lines


def told(*args, **more):
    (line,) = lines(*args, **more)
    assert str(line.amount) == more.get("amount", "105.42")
    return str(line.charge), line.other_charges


@pytest.mark.parametrize("place", ["beside", "inside"])
@pytest.mark.parametrize(
    ("version", "text", "kept"),
    [
        (OLD, old("1.50"), "1.50"),
        (OLD, old("1.50") + old("0.35"), "1.85"),
        (OLD, old("1.50", total="2.10") + old("0.35", total="2.10"), "2.10"),
        (OLD, old("1.50", side="CRDT"), "-1.50"),
        (4, charges(record("1.50")), "1.50"),
        (NEW, charges(record("1.50"), record("0.35")), "1.85"),
        (NEW, charges(record("1.50", side="")), "1.50"),
        (NEW, charges(record("1.50", inside="")), "1.50"),
        (10, charges(record("1.50"), total="1.80"), "1.80"),
        (10, charges(total="1.80"), "1.80"),
        (10, charges(record("2.00"), record("0.50", side="CRDT")), "1.50"),
        (10, charges(record("2.00"), record("0.50", inside="false")), "2.00"),
    ],
)
def test_charge_is_read_from_every_version_and_place(place, version, text, kept):
    assert told(**{place: text}, version=version) == (kept, "")


def test_charge_that_was_booked_by_itself_is_not_inside():
    for mark in ("false", "0"):
        text = charges(record("1.50", inside=mark), total="1.50")
        assert told(text) == ("0", "")


def test_charge_is_not_inside_when_the_amount_before_it_is_the_amount():
    before = '<AmtDtls><CntrValAmt><Amt Ccy="EUR">{}</Amt></CntrValAmt></AmtDtls>'
    assert told(before.format("105.42") + old("1.50")) == ("0", "")
    assert told(before.format("106.92") + old("1.50")) == ("1.50", "")
    assert told(before.format("105.42") + charges(record("1.50"))) == ("1.50", "")


def test_charge_in_another_currency_is_told_and_not_converted():
    rate = "<CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>0.92</XchgRate></CcyXchg>"
    text = USD.format(rate) + charges(record("2.00", "USD"), record("1.50"))
    assert told(text) == ("1.50", "2.00 USD")
    assert told(inside=old("2.00", "USD"), version=OLD) == ("0", "2.00 USD")
    tax = '<Tax><Amt Ccy="EUR">0.30</Amt></Tax>'
    assert told(charges(record("1.50", tax=tax))) == ("1.50", "0.30 EUR (tax)")
    assert told(charges(record("1.50", tax=tax), total="1.80")) == ("1.80", "")


def test_entry_and_transaction_that_repeat_the_charge_have_it_once():
    text = charges(record("1.50"))
    assert told(text, text) == ("1.50", "")


def test_each_transaction_of_a_batch_has_its_own_charge():
    parts = [
        {"amount": Decimal("65.42"), "inside": charges(record("1.00"))},
        {"amount": Decimal("40.00"), "inside": charges(record("0.50"))},
    ]
    first, second = lines(parts=parts)
    assert (str(first.charge), str(second.charge)) == ("1.00", "0.50")
    parts = [{"amount": part["amount"]} for part in parts]
    for line in lines(charges(record("1.50")), parts=parts):
        assert (line.charge, line.other_charges) == (0, "1.50 EUR (entry)")


def test_transactions_that_do_not_make_the_entry_add_their_charges_up():
    parts = [
        {"amount": Decimal("66.42"), "inside": charges(record("1.00"))},
        {"amount": Decimal("40.50"), "inside": charges(record("0.50"))},
    ]
    assert told(parts=parts) == ("1.50", "")


def test_charge_of_money_that_goes_out_is_kept_too():
    assert told(charges(record("1.50")), amount="-51.50") == ("1.50", "")


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("USD", "EUR", "USD"), "1 USD = 0.92 EUR"),
        (("USD", "EUR", "EUR"), "1 EUR = 0.92 USD"),
        (("USD", "EUR", ""), "USD/EUR 0.92"),
        (("USD", "", "USD"), "USD 0.92"),
    ],
)
def test_rate_of_the_bank_is_told_in_its_own_direction(pair, said):
    texts = zip(("SrcCcy", "TrgtCcy", "UnitCcy"), pair, strict=True)
    names = "".join(f"<{name}>{text}</{name}>" for name, text in texts if text)
    rate = f"<CcyXchg>{names}<XchgRate>0.92</XchgRate></CcyXchg>"
    (line,) = lines(USD.format(rate))
    assert line.exchange == said
    assert (line.foreign_currency, str(line.foreign_amount)) == ("USD", "116.22")
    (line,) = lines(inside=USD.format(rate))
    assert line.exchange == said


def test_amount_is_never_computed_from_a_rate():
    rate = (
        "<AmtDtls><TxAmt><Amt Ccy='EUR'>105.42</Amt><CcyXchg><SrcCcy>USD</SrcCcy>"
        "<TrgtCcy>EUR</TrgtCcy><UnitCcy>USD</UnitCcy><XchgRate>0.92</XchgRate>"
        "</CcyXchg></TxAmt></AmtDtls>"
    )
    (line,) = lines(rate)
    assert line.exchange == "1 USD = 0.92 EUR"
    assert (line.foreign_currency, line.foreign_amount) == ("", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (charges(record("-1.50")), r"never negative.*\(Chrgs/Amt\)"),
        (charges(total="-1.50"), r"never negative.*TtlChrgsAndTaxAmt"),
        (charges(record("much")), "no amount"),
        (charges(record("NaN")), "no amount"),
        (charges(record("1.50", side="BOTH")), "CRDT or DBIT"),
        (charges("<Rcrd><CdtDbtInd>DBIT</CdtDbtInd></Rcrd>"), "has no amount"),
        (USD.format("<CcyXchg><XchgRate>0</XchgRate></CcyXchg>"), "no rate"),
        (USD.format("<CcyXchg><XchgRate>1:2</XchgRate></CcyXchg>"), "no amount"),
    ],
)
def test_bad_charges_and_rates_are_refused_with_their_place(text, reason):
    with pytest.raises(files.FileError, match=reason) as caught:
        lines(text)
    assert caught.value.row and "Download" in caught.value.remedy


def test_charge_does_not_change_the_key_of_a_line():
    def keys(text):
        line = {"amount": Decimal(5), "reference": "B1", "beside": text}
        (statement,) = files.statements(camt([line], version=NEW))
        return statement.keys()

    assert keys("") == keys(charges(record("1.50")))


def converted(name, symbol="USD"):
    return f"<{name}><CURRATE>0.92\n<CURSYM>{symbol}\n</{name}>"


def test_ofx_tells_the_rate_and_no_amount_before_it():
    pytest.importorskip("ofxparse")
    line = {"amount": Decimal("105.42"), "reference": "B1"}
    content = ofx([{**line, "currency": converted("ORIGCURRENCY")}, line])
    (statement,) = files.statements(content)
    first, second = statement.lines
    assert (first.exchange, second.exchange) == ("1 USD = 0.92 EUR", "")
    assert (first.charge, first.foreign_amount) == (0, None)


def test_ofx_amount_in_another_currency_is_not_taken_for_the_accounts():
    pytest.importorskip("ofxparse")
    line = {"amount": Decimal("105.42"), "reference": "B1"}
    own = {**line, "currency": converted("CURRENCY", "EUR")}
    (statement,) = files.statements(ofx([own]))
    assert str(statement.lines[0].amount) == "105.42"
    with pytest.raises(files.FileError, match=r"in USD, the account in EUR"):
        files.statements(ofx([own, {**line, "currency": converted("CURRENCY")}]))
