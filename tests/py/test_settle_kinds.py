# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a row is when the provider's word does not tell, and files of odd shape."""

import codecs
import csv
import io

import pytest
import retail_accelerator_native as native
import settle_oracle as oracle
import settle_oracle_paypal as paypal

HEAD = (
    "profile mine\nneed Ref\nneed Sum\ntext type Type\ntext transaction Ref\n"
    "add gross Sum\n"
)


def read(data, statements="", **options):
    profiles = [("mine", HEAD + statements)] if statements else None
    return native.settlement_read(data, profiles=profiles, currency="EUR", **options)


def kinds(data, statements):
    return read(data, statements).column("kind")


def test_the_sign_of_an_amount_can_decide_the_kind():
    data = b"Ref,Type,Sum\na,sale,1.00\nb,sale,-1.00\nc,dispute,-2.00\nd,dispute,2.00\n"
    rules = (
        "negative capture adjustment\npositive chargeback chargeback_reversal\n"
        "kind capture sale\nkind chargeback dispute\n"
    )
    assert kinds(data, rules) == [
        *("capture", "adjustment", "chargeback", "chargeback_reversal"),
    ]


def test_a_report_that_settles_nothing_is_refused_with_a_way_out():
    data = b"Date,Item,Price Point Name,Transaction ID,Payment ID\n1,2,3,4,5\n"
    with pytest.raises(native.Error) as caught:
        read(data)
    assert caught.value.args[0] == "bad_format"
    assert "download the transactions" in caught.value.args[1]


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("1790000000", 1_790_000_000_000_000),
        ("1790000000123", 1_790_000_000_123_000),
        ("2026-09-21T14:13:20Z", 1_790_000_000_000_000),
    ],
)
def test_times_of_programs_are_read(text, micro):
    data = f"Ref,Type,Sum,When\na,sale,1.00,{text}\n".encode()
    events = read(data, "text date When\nkind capture *\n")
    assert events.column("date") == [micro]


@pytest.mark.parametrize("text", ["179000000", "17900000001", "1790000000.5"])
def test_other_numbers_are_no_time(text):
    data = f"Ref,Type,Sum,When\na,sale,1.00,{text}\n".encode()
    with pytest.raises(native.Error) as caught:
        read(data, "text date When\nkind capture *\n")
    assert caught.value.args[0] == "bad_date"


def test_minor_units_follow_the_digits_given_for_the_currency():
    data = b"Ref,Type,Sum,Cur\na,s,1200,ISK\nb,s,1200,HUF\nc,s,1200,JPY\n"
    profile = "units minor\ndigits ISK 2\ntext currency Cur\nkind capture *\n"
    assert read(data, profile).column("gross") == [12, 1200, 1200]
    other = read(data, profile, decimals={"HUF": 0, "ISK": 2})
    assert other.column("gross") == [1200, 12, 1200]


def test_what_the_customer_paid_has_the_sign_of_the_movement():
    data = b"Ref,Type,Sum,Cur,Paid\na,s,-5.00,USD,6.00\nb,s,5.00,USD,6.00\n"
    profile = "text paid_currency Cur\nadd paid Paid\nkind refund *\n"
    assert read(data, profile).column("paid") == [-600, 600]


def stl(rows=8, seed=3):
    return paypal.stl(oracle.movements(seed, rows)).decode()


def test_stl_of_several_sections_repeats_its_header():
    text = stl()
    lines = text.splitlines(keepends=True)
    section = [line for line in lines if line[:2] in ("SH", "CH", "SB", "SF", "SC")]
    twice = read(("".join(lines) + "".join(section)).encode())
    assert len(twice) == 2 * len(read(text.encode()))


def test_stl_with_another_header_in_a_later_section_is_refused():
    text = stl()
    lines = text.splitlines(keepends=True)
    header = next(line for line in lines if line.startswith("CH"))
    swapped = header.replace("Invoice ID", "Store ID", 1)
    with pytest.raises(native.Error) as caught:
        read((text + swapped).encode())
    assert "second header" in caught.value.args[1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8"])
def test_old_stl_files_have_unspaced_names_and_wide_characters(encoding):
    text = stl()
    start, end = text.index("CH,"), text.index("\n", text.index("CH,"))
    header = text[start:end].replace(" ", "").replace("DebitorCredit", "DebitOrCredit")
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    old = read(mark + (text[:start] + header + text[end:]).encode(encoding))
    new = read(text.encode())
    for name in ("kind", "transaction", "order", "date", "gross", "fee", "net"):
        assert old.column(name) == new.column(name), name


# Of rows that bring money.
CODES = {
    "T0003": "capture",
    "T0106": "fee",
    "T0200": "conversion",
    "T0300": "adjustment",
    "T0400": "payout",
    "T0500": "adjustment",
    "T0700": "adjustment",
    "T1101": "payout",
    "T1105": "release",
    "T1107": "adjustment",  # the account got it
    "T1106": "chargeback_reversal",
    "T1108": "fee",
    "T1110": "release",  # a hold is the same with money going out
    "T1111": "release",
    "T1201": "chargeback_reversal",
    "T1202": "chargeback_reversal",
    "T1300": "authorisation",
    "T1503": "release",
    "T1900": "adjustment",
    "T2102": "release",
    "T2107": "release",
    "T2201": "adjustment",
    "T9900": "unknown",
}


@pytest.mark.parametrize("code", CODES)
def test_event_codes_of_paypal_are_kinds(code):
    movement = oracle.movements(1, 1)[0]
    movement.kind, movement.fee = "capture", oracle.Decimal(0)
    movement.gross = abs(movement.gross)
    text = paypal.stl([movement]).decode().replace("T0006", code)
    assert read(text.encode()).column("kind") == [CODES[code]]


def test_payments_that_the_account_made_are_none_of_its_sales():
    for language in paypal.ACTIVITY:
        rows = oracle.movements(1, 4)[:1]
        rows[0].kind, rows[0].date = "capture", oracle.START.replace(day=20)
        rows[0].gross, rows[0].fee = oracle.Decimal(-5), oracle.Decimal(0)
        (kind,) = read(paypal.activity(rows, language)).column("kind")
        assert kind == "adjustment", language


GENERATIONS = [
    ("Payout ID", "Checkout", "Currency", "Available On"),
    ("Payout ID", "Checkout", "Currency"),
    ("Checkout", "Currency"),
    ("Currency",),
    (),
]


@pytest.mark.parametrize("columns", GENERATIONS)
def test_every_generation_of_shopify_columns_is_read(columns):
    optional = {"Payout ID", "Checkout", "Currency", "Available On"}
    rows = oracle.movements(3, 10)
    table = list(csv.DictReader(io.StringIO(oracle.shopify(rows).decode())))
    names = [name for name in table[0] if name not in optional - set(columns)]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(table)
    events = read(out.getvalue().encode())
    (payout,) = events.payouts
    assert events.profile == "shopify_payments"
    assert payout["reference"] == ("P1" if "Payout ID" in columns else "2026-10-01")
    assert payout["difference"] == 0
