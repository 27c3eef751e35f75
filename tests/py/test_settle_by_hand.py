# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reports written by hand, each event of them to the cent."""

from datetime import datetime, timezone

import pytest
import retail_accelerator_native as native
import settle_samples as samples
from settle_files import files

AMOUNTS = ("gross", "fee", "fee_tax", "net")


def read(content, currency="EUR", **options):
    data = content.encode() if isinstance(content, str) else content
    return native.settlement_read(files.rows(data), currency=currency, **options)


def rows(events):
    """(kind, gross, fee, fee_tax, net) of each event, in minor units."""
    names = ("kind", *AMOUNTS)
    return list(zip(*(events.column(name) for name in names), strict=True))


def row(kind, gross, fee=0, tax=0):
    if kind in ("fee", "fee_tax"):
        gross, fee, tax = (0, gross, 0) if kind == "fee" else (0, 0, gross)
    return kind, gross, fee, tax, gross + fee + tax


def moments(events):
    return [
        datetime.fromtimestamp(value / 1e6, timezone.utc).strftime("%d %H:%M")
        if value is not None
        else ""
        for value in events.column("date")
    ]


def payouts(events):
    return [
        (one["reference"], one["currency"], one["total"], one["declared"])
        for one in events.payouts
    ]


# -- Amazon --

SETTLEMENT = [
    {"transaction_type": "Order", "order_id": "302-1111111-2222222"},
    samples.v1_row("Order", "price", "Principal", "1.234,50"),
    samples.v1_row("Order", "item_related_fee", "Commission", "-185,18"),
    samples.v1_row("Order", "promotion", "Shipping", "-4,90"),
    samples.v1_row("Refund", "price", "Principal", "-20,00"),
    samples.v1_row("Refund", "item_related_fee", "RefundCommission", "-0,60"),
    samples.v1_other("Previous Reserve Amount Balance", "100,00"),
    samples.v1_other("Current Reserve Amount", "-50,00"),
    samples.v1_other("Subscription Fee", "-39,00"),
    samples.v1_other("REVERSAL_REIMBURSEMENT", "7,18"),
]
SETTLED = [
    row("payout", -104200),
    row("authorisation", 0),
    row("capture", 123450),
    row("fee", -18518),
    row("capture", -490),
    row("refund", -2000),
    row("fee", -60),
    row("release", 10000),
    row("reserve", -5000),
    row("fee", -3900),
    row("adjustment", 718),
]


@pytest.mark.parametrize("total", ["1.042,00", "1042,00", "1042"])
def test_amazon_v1_tells_its_decimal_sign_by_any_of_its_amounts(total):
    events = read(samples.amazon_v1(total, "EUR", *SETTLEMENT))
    assert rows(events) == SETTLED
    assert payouts(events) == [("11223344556", "EUR", 104200, 104200)]
    assert moments(events)[2] == "04 23:30"
    assert events.column("order")[2] == "302-1111111-2222222"


def test_amazon_v1_claims_that_are_won_and_money_that_came_back():
    events = read(
        samples.amazon_v1(
            "-12.00",
            "USD",
            samples.v1_row("Chargeback Refund", "price", "Principal", "-20.00"),
            samples.v1_row("A-to-z Guarantee Refund", "price", "Principal", "-10.00"),
            samples.v1_row("A-to-z Guarantee Recovery", "price", "Principal", "10.00"),
            samples.v1_row("Order_Retrocharge", "price", "Tax", "-1.00"),
            samples.v1_other("Transfer of funds unsuccessful: refused", "9.00"),
        )
    )
    assert rows(events)[1:] == [
        row("chargeback", -2000),
        row("chargeback", -1000),
        row("chargeback_reversal", 1000),
        row("capture", -100),
        row("adjustment", 900),
    ]
    assert payouts(events) == [("11223344556", "USD", -1200, -1200)]


def test_amazon_v2_related_fees_are_fees_and_its_first_row_is_no_type():
    header = (
        "settlement-id deposit-date total-amount currency transaction-type order-id "
        "amount-type amount-description amount posted-date-time"
    ).split()
    start, day = ("7", "", "", ""), "02.03.2026 23:30:00 UTC"
    lines = [
        ("7", "17.03.2026 00:00:00 UTC", "95,00", "EUR", *[""] * 6),
        (*start, "Order", "302", "ItemPrice", "Principal", "1.100,00", day),
        (*start, "Refund", "302", "ItemPrice", "Principal", "-1.007,00", day),
        (*start, "Refund", "302", "ItemRelatedFees", "RefundCommission", "2,00", day),
    ]
    events = read("\n".join("\t".join(line) for line in (header, *lines)))
    assert rows(events) == [
        row("payout", -9500),
        row("capture", 110000),
        row("refund", -100700),
        row("fee", 200),
    ]
    assert not events.column("type")[0]
    assert payouts(events) == [("7", "EUR", 9500, 9500)]


def test_amazon_pay_has_a_preamble_and_fees_of_both_signs():
    events = read(samples.AMAZON_PAY)
    assert rows(events) == [
        row("capture", 10000, -320),
        row("capture", 105000, -3075),
        row("refund", -10000, 290),
        row("chargeback", -105000, -2000),
        row("chargeback_reversal", 105000),
        row("reserve", -5000),
        row("release", 2000),
        row("fee", -10),
        row("unknown", 100),
        row("payout", -96985),
    ]
    assert payouts(events) == [("7011223344", "USD", 96985, 96985)]
    assert moments(events)[0] == "02 04:15"


# -- PayPal --

FIRST = [
    ("T1", "T0006", "CR", 10000, "USD", 320),
    ("T2", "T0006", "CR", 5000, "JPY", 220),
    ("T3", "T1107", "DR", 4000, "USD", -120),
    ("T4", "T1201", "DR", 6000, "USD", 0),
    ("T5", "T0106", "DR", 2000, "USD", 0),
    ("T6", "T1202", "CR", 6000, "USD", 0),
    ("T7", "T2103", "DR", 1500, "USD", 0),
    ("T8", "T2104", "CR", 500, "USD", 0),
    ("T9", "T0200", "DR", 4780, "JPY", 0),
    ("T10", "T0200", "CR", 3100, "USD", 0),
    ("T11", "T0400", "DR", 8000, "USD", 0),
    ("T12", "T1300", "CR", 8000, "USD", 0),
    ("T13", "T1107", "CR", 900, "USD", 0),
    ("T14", "T1201", "CR", 700, "USD", 0),
    ("T15", "T0003", "DR", 300, "USD", 0),
    ("T16", "T9900", "CR", 100, "USD", 0),
]
SECOND = [
    ("T20", "T0006", "CR", 1099, "EUR", 72),
    ("T21", "T0400", "DR", 1027, "EUR", 0),
]


@pytest.fixture
def stl():
    """A report of two sections, each with the number of its rows at its end."""
    return samples.stl(
        samples.stl_section("A", len(FIRST), *FIRST),
        samples.stl_section("B", len(SECOND), *SECOND),
    )


def test_paypal_stl_of_several_sections_and_currencies(stl):
    events = read(stl)
    assert rows(events) == [
        row("capture", 10000, -320),
        row("capture", 5000, -220),
        row("refund", -4000, 120),
        row("chargeback", -6000),
        row("fee", -2000),
        row("chargeback_reversal", 6000),
        row("reserve", -1500),
        row("release", 500),
        row("conversion", -4780),
        row("conversion", 3100),
        row("payout", -8000),
        row("authorisation", 8000),
        row("adjustment", 900),
        row("chargeback_reversal", 700),
        row("adjustment", -300),
        row("unknown", 100),
        row("capture", 1099, -72),
        row("payout", -1027),
    ]
    assert events.column("currency")[1] == "JPY"
    assert set(moments(events)) == {"11 04:30"}


def refusal(content):
    """(reason, message, row) of a file that must not be read."""
    with pytest.raises(native.Error) as caught:
        read(content)
    return caught.value.args[:3]


def test_paypal_stl_that_lost_a_row_is_refused_with_both_numbers(stl):
    reason, message, at = refusal(stl.replace(b'"SC",2', b'"SC",3'))
    assert (reason, at) == ("total_mismatch", 19)
    assert "has 2 rows" in message and "says 3" in message
    assert refusal(stl.replace(b'"SC",2', b'"SC",""'))[0] == "bad_number"


def test_paypal_stl_goes_on_with_a_section_of_the_file_before(stl):
    rest = stl[stl.index(b'"CH"') :].replace(b'"SC",16', b'"SC",1000016')
    assert len(read(rest)) == 18


LANGUAGES = {
    "de": (
        "Datum;Uhrzeit;Zeitzone;Name;Typ;Status;Währung;Brutto;Gebühr;Netto;"
        "Transaktionscode;Zugehöriger Transaktionscode;Rechnungsnummer;"
        "Auswirkung auf Guthaben",
        "04.03.2026",
        ("PayPal Express-Zahlung", "Rückzahlung", "Gebühr für Rückbuchung"),
        "Abgeschlossen",
        "Haben",
        "1.234,56",
    ),
    "fr": (
        "Date;Heure;Fuseau horaire;Nom;Type;État;Devise;Avant commission;Commission;"
        "Net;Numéro de transaction;Numéro de la transaction de référence;"
        "Numéro de facture;Impact sur le solde",
        "04/03/2026",
        ("Paiement Express", "Remboursement de paiement", "Frais d'impayé"),
        "Terminé",
        "Crédit",
        "1 234,56",
    ),
    "it": (
        "Data;Orario;Fuso orario;Nome;Tipo;Stato;Valuta;Lordo;Tariffa;Netto;"
        "Codice transazione;Codice transazione di riferimento;Numero fattura;"
        "Impatto sul saldo",
        "04/03/2026",
        ("Pagamento Express", "Rimborso pagamento", "Tariffa per chargeback"),
        "Completata",
        "Credito",
        "1.234,56",
    ),
    "es": (
        "Fecha;Hora;Zona horaria;Nombre;Tipo;Estado;Divisa;Bruto;Comisión;Neto;"
        "Id. de transacción;Id. de referencia de trans.;Número de factura;"
        "Repercusiones en el saldo",
        "4/3/2026",
        ("Pago Express", "Reembolso de pago", "Comisión por devolución de cargo"),
        "Completado",
        "Abono",
        "1.234,56",
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_paypal_activity_in_four_languages_and_encodings(language, encoding):
    header, day, kinds, done, credit, gross = LANGUAGES[language]
    start = f"{day};23:10:11;CET;Zoë"
    net = gross.replace("234,56", "191,00")
    lines = [
        header,
        f"{start};{kinds[0]};{done};EUR;{gross};-43,56;{net};X1;;R1;{credit}",
        f"{start};{kinds[1]};{done};EUR;-10,00;0,30;-9,70;X2;X1;R1;",
        f"{start};{kinds[2]};{done};EUR;-16,00;0,00;-16,00;X3;X1;;",
        f"{start};Überraschung;{done};EUR;1,00;0,00;1,00;X4;;;",
    ]
    events = read("\n".join(lines).encode(encoding))
    assert events.profile == f"paypal_activity_{language}"
    assert rows(events) == [
        row("capture", 123456, -4356),
        row("refund", -1000, 30),
        row("fee", -1600),
        row("unknown", 100),
    ]
    assert set(moments(events)) == {"04 22:10"}
    assert events.column("party")[0] == "Zoë"


# -- others --


def test_shopify_of_2017_groups_payouts_by_their_day():
    events = read(samples.SHOPIFY_2017, currency="USD")
    assert rows(events) == [
        row("capture", 2183, -93),
        row("capture", 1000, -59),
        row("refund", -500),
    ]
    assert payouts(events) == [("2017-03-04", "USD", 2531, None)]
    assert moments(events)[1] == "02 04:30"


def test_shopify_with_dollar_signs_and_three_ways_to_write_less_than_nothing():
    events = read(samples.SHOPIFY_DOLLARS)
    assert rows(events) == [
        row("capture", 102183, -93),
        row("refund", -500),
        row("adjustment", -500),
        row("chargeback", -102183, -1500),
        row("chargeback_reversal", 102183, 1500),
        row("unknown", -100),
    ]


def test_shopify_with_fee_tax_a_foreign_sale_and_a_pending_row():
    events = read(samples.SHOPIFY_VAT)
    assert rows(events) == [
        row("capture", 10000, -250, -48),
        row("capture", 5000, -150, -29),
        row("refund", -10000),
        row("capture", 2000, -74, -14),
        row("payout", -14523),
    ]
    assert payouts(events) == [
        ("901", "EUR", 14523, 14523),
        ("902", "EUR", -10000, None),
    ]
    paid = list(zip(events.column("paid_currency"), events.column("paid"), strict=True))
    assert paid[1] == ("USD", 5400)


def test_ebay_with_preamble_holds_disputes_and_a_foreign_sale():
    none = "--"
    events = read(
        samples.ebay(
            ("Order", 10, "12-1", "1,083.10", "-0.35", "-126.55", "1,210.00", none),
            (
                *("Order", 11, "12-2", "91.00", "-0.35", "-8.65", "110.00", none),
                *("USD", "0.90909"),
            ),
            ("Refund", 12, "12-1", "-9.00", none, "1.00", "-10.00", none),
            ("Payment dispute", 12, "12-1", "-100.00", none, none, "-100.00", "D1"),
            ("Payment dispute", 13, "12-1", "100.00", none, none, "100.00", "D1"),
            ("Hold", 13, none, "-30.00", none, none, "-30.00", "H1"),
            ("Hold", 14, none, "30.00", none, none, "30.00", "H1"),
            ("Shipping label", 14, "12-1", "-4.10", none, none, "-4.10", "L1"),
            ("Payout", 15, none, "-1,161.00", none, none, "-1,161.00", "P1"),
        )
    )
    assert rows(events) == [
        row("capture", 121000, -12690),
        row("capture", 10000, -900),
        row("refund", -1000, 100),
        row("chargeback", -10000),
        row("chargeback_reversal", 10000),
        row("reserve", -3000),
        row("release", 3000),
        row("fee", -410),
        row("payout", -116100),
    ]
    assert payouts(events) == [("6001", "EUR", 116100, 116100)]


def test_braintree_moves_money_only_when_it_was_settled():
    events = read(samples.BRAINTREE)
    assert rows(events) == [
        row("capture", 10000),
        row("authorisation", 0),
        row("refund", -4000),
        row("authorisation", 4000),
        row("capture", 95680),
        row("authorisation", 4100),
        row("authorisation", 4200),
    ]
    assert payouts(events) == [
        ("2026-03-05_shop", "EUR", 10000, None),
        ("2026-03-15_shop", "EUR", 91680, None),
    ]
    assert moments(events)[0] == "05 04:00"


@pytest.mark.parametrize("comma", [False, True])
def test_klarna_with_fee_tax_reserve_and_two_currencies(comma):
    text = samples.KLARNA
    if comma:
        text = text.replace(",", ";").replace(".", ",")
    events = read(text)
    assert rows(events) == [
        row("capture", 11900),
        row("fee", -357),
        row("fee", -35),
        row("fee_tax", -74),
        row("refund", -5000),
        row("chargeback", -2000),
        row("chargeback_reversal", 2000),
        row("reserve", -1000),
        row("release", 400),
        row("fee", 50),
        row("capture", 100000),
        row("unknown", 100),
    ]
    assert payouts(events) == [
        ("PR1", "EUR", 5884, None),
        ("PR2", "SEK", 100100, None),
    ]


def test_woopayments_disputes_are_lost_and_won():
    events = read(samples.WOOPAYMENTS)
    assert rows(events) == [
        row("capture", 10000, -290),
        row("capture", 10000, -440),
        row("refund", -4000),
        row("chargeback", -6000, -1500),
        row("chargeback_reversal", 6000, 1500),
        row("adjustment", -500),
    ]
    assert payouts(events) == [("po_1", "EUR", 14770, None)]


def test_square_counts_cards_but_no_cash():
    events = read(samples.SQUARE, currency="USD")
    assert rows(events) == [
        row("capture", 123450, -4336),
        row("capture", 0),
        row("refund", -10000, 95),
        row("capture", 1000, -50),
    ]
    assert payouts(events) == [("D1", "USD", 110159, None)]
    assert moments(events)[0] == "14 23:05"
