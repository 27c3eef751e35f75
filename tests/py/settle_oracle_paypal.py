# SPDX-License-Identifier: LGPL-3.0-or-later
"""PayPal's reports, written from a list of movements as in settle_oracle.py."""

import csv
import io
from datetime import timedelta

import settle_oracle as oracle


def stl(rows):
    codes = {
        "capture": "T0006",
        "refund": "T1107",
        "chargeback": "T1201",
        "fee": "T0106",
        "payout": "T0400",
    }
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(["RH", "2026/10/01 02:44:19 -0700", "A", "ACCOUNT", "009"])
    write(["FH", "01"])
    write(["SH", "2026/09/01 00:00:00 -0700", "2026/09/30 23:59:59 -0700", "A", ""])
    write(
        [
            *("CH", "Transaction ID", "Invoice ID", "PayPal Reference ID"),
            *("PayPal Reference ID Type", "Transaction Event Code"),
            *("Transaction Initiation Date", "Transaction Completion Date"),
            *("Transaction  Debit or Credit", "Gross Transaction Amount"),
            *("Gross Transaction Currency", "Fee Debit or Credit", "Fee Amount"),
            *("Fee Currency", "Custom Field", "Consumer ID"),
        ]
    )
    for row in rows:
        pacific = (row.date - timedelta(hours=7)).strftime("%Y/%m/%d %H:%M:%S -0700")
        gross, fee = oracle.whole(row), oracle.beside(row)
        write(
            [
                *("SB", row.transaction, "", "", "", codes[row.kind]),
                *(pacific, pacific, "DR" if gross < 0 else "CR"),
                *(int(abs(gross) * 100), row.currency),
                *("DR" if fee < 0 else "CR", int(abs(fee) * 100), row.currency),
                *(row.order, "C"),
            ]
        )
    write(["SF", "EUR", "0"])
    write(["SC", str(len(rows))])
    return out.getvalue().encode()


ACTIVITY = {
    "en": (
        *("Date", "Time", "TimeZone", "Type", "Status", "Currency", "Gross", "Fee"),
        *("Net", "Transaction ID", "Custom Number", "Balance Impact"),
    ),
    "de": (
        *("Datum", "Uhrzeit", "Zeitzone", "Typ", "Status", "Währung", "Brutto"),
        *("Gebühr", "Netto", "Transaktionscode", "Zollnummer"),
        "Auswirkung auf Guthaben",
    ),
    "fr": (
        *("Date", "Heure", "Fuseau horaire", "Type", "État", "Devise"),
        *("Avant commission", "Commission", "Net", "Numéro de transaction"),
        *("Numéro client", "Impact sur le solde"),
    ),
    "es": (
        *("Fecha", "Hora", "Zona horaria", "Tipo", "Estado", "Divisa", "Bruto"),
        *("Comisión", "Neto", "Id. de transacción", "Número personalizado"),
        "Impacto en el saldo",
    ),
    "it": (
        *("Data", "Orario", "Fuso orario", "Tipo", "Stato", "Valuta", "Lordo"),
        *("Tariffa", "Netto", "Codice transazione", "Numero personalizzato"),
        "Impatto sul saldo",
    ),
    "nl": (
        *("Datum", "Tijd", "Tijdzone", "Type", "Status", "Valuta", "Bruto", "Kosten"),
        *("Net", "Transactiereferentie", "Aangepast nummer", "Effect op saldo"),
    ),
    "pl": (
        *("Data", "Godzina", "Strefa czasowa", "Typ", "Status", "Waluta", "Brutto"),
        *("Opłata", "Netto", "Numer transakcji", "Numer niestandardowy"),
        "Wpływ na saldo",
    ),
    "pt": (
        *("Data", "Hora", "Fuso horário", "Tipo", "Status", "Moeda", "Bruto", "Tarifa"),
        *("Líquido", "ID da transação", "Número personalizado", "Impacto no saldo"),
    ),
}
# capture, refund, chargeback, fee, payout
ACTIVITY_WORDS = {
    "en": (
        *("Website Payment", "Payment Refund", "Chargeback", "Monthly Fee"),
        "General Withdrawal",
    ),
    "de": (
        *("Handyzahlung", "Rückzahlung", "Rückbuchung", "Monatliche Gebühr"),
        "Allgemeine Auszahlung",
    ),
    "fr": (
        *("Paiement sur site marchand", "Remboursement", "Impayé", "Frais mensuels"),
        "Virement bancaire",
    ),
    "es": (
        *("Pago del sitio web", "Reembolso", "Contracargo", "Tarifa mensual"),
        "Retirada de fondos",
    ),
    "it": (
        *("Pagamento sito web", "Rimborso", "Chargeback", "Tariffa mensile"),
        "Prelievo generico",
    ),
    "nl": (
        *("Websitebetaling", "Terugbetaling", "Chargeback", "Maandelijkse kosten"),
        "Opname door gebruiker",
    ),
    "pl": (
        *("Płatność na stronie", "Zwrot płatności", "Chargeback", "Opłata miesięczna"),
        "Wypłata środków",
    ),
    "pt": (
        *("Pagamento do site", "Reembolso", "Chargeback", "Tarifa mensal"),
        "Retirada geral",
    ),
}
KINDS = ("capture", "refund", "chargeback", "fee", "payout")


def activity(rows, language):
    names = ACTIVITY[language]
    words = dict(zip(KINDS, ACTIVITY_WORDS[language], strict=True))
    number = oracle.point if language == "en" else oracle.comma
    form = {"en": "%m/%d/%Y", "de": "%d.%m.%Y"}.get(language, "%d/%m/%Y")
    lines = []
    for row in rows:
        summer = row.date + timedelta(hours=2)
        lines.append(
            dict(
                zip(
                    names,
                    (
                        *(summer.strftime(form), summer.strftime("%H:%M:%S"), "CEST"),
                        *(words[row.kind], "Completed", row.currency),
                        *map(number, (oracle.whole(row), oracle.beside(row), row.net)),
                        *(row.transaction, row.order, "Credit"),
                    ),
                    strict=True,
                )
            )
        )
    return oracle.text(lines).encode("utf-8-sig")
