# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the columns of an unknown report may be, by their names and their values."""

import re
from collections import Counter

from .mapping import Column, Mapping, Word

# Names without blanks, accents of letters kept; the first that fits a column counts.
NAMES = {
    "payout": "payoutid payout settlementid settlement settlementreference batchid"
    " batchnumber batch depositid payoutreference auszahlungsid auszahlungsnummer"
    " auszahlung abrechnungsnummer virement liquidación",
    "available": "payoutdate availableon settlementdate depositdate valutadatum"
    " wertstellung auszahlungsdatum",
    "transaction": "transactionid transaction txnid paymentid chargeid id reference"
    " transaktionsid transaktionscode transaktion referenz numérodetransaction"
    " iddetransacción codicetransazione transactiereferentie",
    "parent": "originaltransactionid originaltransaction parentid relatedtransaction"
    " referencetxnid zugehörigertransaktionscode",
    "order": "orderid ordernumber orderno order merchantreference orderreference"
    " bestellnummer bestellung auftragsnummer auftrag commande numérodecommande pedido"
    " númerodepedido ordine bestelnummer",
    "invoice": "invoicenumber invoiceid invoice rechnungsnummer rechnung facture"
    " numérodefacture factura factuurnummer fattura",
    "email": "email emailaddress customeremail mail buyeremail absenderemailadresse",
    "party": "customername customer buyername buyer cardholdername payername name kunde"
    " kundenname käufer nom client nombre cliente naam klant",
    "type": "type transactiontype eventtype kind typ art vorgang buchungsart tipo"
    " tipodetransacción soort",
    "currency": "currency currencycode settlementcurrency payoutcurrency währung"
    " waehrung devise divisa moneda valuta",
    "gross": "gross grossamount brutto bruttobetrag brut montantbrut bruto importebruto"
    " lordo amount betrag umsatz montant importe importo bedrag sum total",
    "fee": "fee fees feeamount transactionfee commission gebühr gebuehr gebühren"
    " entgelt provision frais comisión comision tarifa commissione tariffa kosten",
    "fee_tax": "vat feetax taxonfee vatonfee mwst ust mehrwertsteuer tva iva btw",
    "net": "net netamount netto nettobetrag payoutamount auszahlungsbetrag montantnet"
    " neto importeneto líquido",
    "date": "transactiondate date created createdat createddate datum buchungsdatum"
    " transaktionsdatum fecha data dateetheure timestamp",
    "time": "time uhrzeit heure hora ora orario tijd",
    "zone": "timezone zeitzone fuseauhoraire zonahoraria fusoorario tijdzone",
    "description": "description beschreibung verwendungszweck details descripción"
    " descrizione omschrijving libellé",
}
NUMBERS = ("gross", "fee", "fee_tax", "net")
DATES = ("date", "available")
NEEDED = ("gross", "net", "transaction", "date", "type")
AMOUNT = re.compile(r"^\D{0,4}-?\s?\d[\d.,'’  ]*-?\s?[^\d\W]{0,4}\W?$")
DATE = re.compile(
    r"^(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|[A-Z][a-z]{2,8} \d|\d{1,2} [A-Z])"
)
CODE = re.compile(r"^[A-Za-z]{3}$")
KINDS = (
    (r"charge.?back.*(revers|won|cancel)|dispute.*(revers|won)", "chargeback_reversal"),
    (r"charge.?back|dispute|rückbuchung|rücklastschrift|impayé|contracargo",
     "chargeback"),
    (r"refund|return|erstattung|rückzahlung|gutschrift|rembours|reembolso|rimborso"
     r"|terugbetaling", "refund"),
    (r"(vat|tax|mwst|steuer).*(fee|gebühr)", "fee_tax"),
    (r"fee|gebühr|gebuehr|entgelt|provision|commission|frais|comisi|kosten", "fee"),
    (r"release|freigabe|auflösung", "release"),
    (r"reserve|hold|einbehalt|sicherheit", "reserve"),
    (r"payout|withdraw|disburse|auszahlung|abbuchung|überweisung|virement|retir",
     "payout"),
    (r"authori[sz]|autoris", "authorisation"),
    (r"conver|umrechnung", "conversion"),
    (r"charge|sale|payment|order|capture|settled|zahlung|verkauf|umsatz|kauf|paiement"
     r"|vente|pago|venta|pagamento|betaling", "capture"),
    (r"adjust|korrektur|correction|ajust", "adjustment"),
)  # fmt: skip
WORDS = 60


def guess(table, name):
    """The Mapping of a Table: a proposal for people to look at."""
    found = _columns(table)
    by_field = {column.field: column for column in found}
    mapping = Mapping(name=name, columns=found, decimal_sign="auto", day_order="auto")
    mapping.fees_any = {"gross", "fee", "net"} <= set(by_field)
    mapping.proved = "payout" in by_field
    if {"gross", "net"} <= set(by_field) and "fee" not in by_field:
        mapping.others.append("derive fee")
    if "fee" in by_field and not mapping.fees_any:
        signs = Counter(
            cell.lstrip()[:1] in "-(" for cell in _cells(table, by_field["fee"])
        )
        by_field["fee"].invert = signs[False] > signs[True]
    if "type" in by_field:
        counted = Counter(_cells(table, by_field["type"])).most_common(WORDS)
        mapping.words = [Word(word, guess_kind(word)) for word, _count in counted]
    else:
        mapping.words = [Word("*", "capture")]
        mapping.others.append("negative capture refund")
    return mapping


def _cells(table, column):
    return table.values(column.name)


def guess_kind(word):
    """The kind that a provider's word sounds like; ``unknown`` when it is like none."""
    for pattern, kind in KINDS:
        if re.search(pattern, word, re.IGNORECASE):
            return kind
    return "unknown"


def _columns(table):
    """One Column for each named cell of the header; those nobody guesses are kept."""
    fields = {}
    for name, words in NAMES.items():
        for word in words.split():
            column = next(
                (
                    cell
                    for cell in table.header
                    if _plain(cell) == word
                    and cell not in fields.values()
                    and _fits(name, table.values(cell))
                ),
                None,
            )
            if column:
                fields[name] = column
                break
    by_cell = {cell: name for name, cell in fields.items()}
    return [
        Column(cell, by_cell.get(cell, ""), required=by_cell.get(cell) in NEEDED)
        for cell in dict.fromkeys(table.header)
        if cell and " | " not in cell
    ]


def _plain(cell):
    return "".join(char for char in cell.casefold() if char.isalnum())


def _fits(name, cells):
    """Most of the values look like the field."""
    pattern = None
    if name in NUMBERS:
        pattern = AMOUNT
    elif name in DATES:
        pattern = DATE
    elif name == "currency":
        pattern = CODE
    if pattern is None or not cells:
        return True
    return sum(bool(pattern.search(cell)) for cell in cells) >= 0.8 * len(cells)
