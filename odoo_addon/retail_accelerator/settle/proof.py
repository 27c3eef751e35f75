# SPDX-License-Identifier: LGPL-3.0-or-later
"""The three-way proof: rows, declared payout, bank line, and what lies between the
sales and the bank, by cause and to the cent. Each figure leads to what makes it up."""

from odoo.fields import Domain

from .undone import REASON

CAUSES = (
    "fee",
    "fx",
    "refund",
    "chargeback",
    "reserve",
    "writeoff",
    "adjustment",
    "bank_charge",
    "bank_rate",
    "bank_other",
    "timing",
    "unknown",
)
OF_KIND = {
    "refund": "refund",
    "chargeback": "chargeback",
    "chargeback_reversal": "chargeback",
    "reserve": "reserve",
    "release": "reserve",
    "conversion": "fx",
    "fee": "fee",
    "fee_tax": "fee",
}
# What has an order or invoice of its own, and is not explained by its kind alone.
PAYING = ("refund", "chargeback", "chargeback_reversal")
UNRESOLVED = ("new", "waiting", "exception")
# The provider's own sum of the rows, and what moved no money.
NO_ROWS = ("payout", "authorisation")
FIGURES = ("rows", "declared", "posted", "bank")


def sales(settlement):
    """Gross of the payments that are matched."""
    return settlement.currency_id.round(_walk(settlement)["sales"])


def variance(settlement):
    """{cause: amount}: sales plus all of them are what the bank has."""
    walk, missing = _walk(settlement), settlement.amount_bank - settlement.amount_file
    for cause, amount in bank_differences(settlement).items():
        walk[cause] += amount
        missing -= amount
    walk["timing" if settlement.state != "reconciled" else "unknown"] += missing
    return {cause: settlement.currency_id.round(walk[cause]) for cause in CAUSES}


def bank_differences(settlement):
    """{cause: amount} of what the bank line has more or less than the payout, and was
    booked as that."""
    found = {}
    for match in settlement.bank_match_ids:
        parts = ((match.cause, match.difference), ("bank_charge", match.charge))
        for cause, amount in parts:
            if amount:
                found[cause] = found.get(cause, 0.0) + amount
    return found


def exchange_difference(settlement):
    """What Odoo booked between the rate of the payout's entry and the bank's, in the
    company's currency; a loss is less than nothing."""
    items = settlement.bank_match_ids.sudo().move_line_id
    moves = (items.matched_debit_ids | items.matched_credit_ids).exchange_move_id
    transit = settlement.channel_id.sudo().settlement_transit_account_id
    mine = moves.line_ids.filtered(lambda item: item.account_id == transit)
    return settlement.company_id.currency_id.round(sum(mine.mapped("balance")))


def _walk(settlement):
    walk = dict.fromkeys(("sales", *CAUSES), 0.0)
    groups = settlement.env["retail.settlement.event"]._read_group(
        _rows_of(settlement),
        ["kind", "state"],
        ["gross:sum", "fee:sum", "fee_tax:sum"],
    )
    for kind, state, gross, fee, fee_tax in groups:
        walk[_cause(kind, state)] += gross
        walk["fee"] += fee + fee_tax
    return walk


def _rows_of(settlement):
    return Domain("settlement_id", "=", settlement.id) & Domain(
        "kind", "not in", NO_ROWS
    )


def undone_rows(settlement):
    """Domain of the rows whose reconciliation was undone in Odoo's own screens."""
    return _rows_of(settlement) & Domain("reason", "=", REASON)


def unmatched_rows(settlement):
    """Domain of the rows that nobody matched yet and that their kind does not
    explain."""
    return rows(settlement, "unknown") & Domain("state", "=", "new")


def rows(settlement, part="rows"):
    """Domain of the rows that a part of the proof is made of: "sales", one of CAUSES,
    "undone", or a figure of the report. What of them counts: the gross, for "fee" also
    fee and tax on it, for "rows" the net."""
    mine = _rows_of(settlement)
    if part == "rows":
        return mine
    if part == "declared":
        return Domain("settlement_id", "=", settlement.id) & Domain(
            "kind", "=", "payout"
        )
    if part == "undone":
        return undone_rows(settlement)
    model = settlement.env["retail.settlement.event"]
    found = [
        Domain("kind", "=", kind) & Domain("state", "in", states)
        for kind, _label in model._fields["kind"].selection
        if (
            states := [
                name for name, _label in model.STATES if _cause(kind, name) == part
            ]
        )
    ]
    if part == "fee":
        found += [Domain("fee", "!=", 0), Domain("fee_tax", "!=", 0)]
    return mine & Domain.OR(found)


def _cause(kind, state):
    if state == "written_off":
        return "writeoff"
    if state == "plain" and kind in ("capture", "adjustment", "unknown"):
        return "adjustment"
    if kind in OF_KIND and not (kind in PAYING and state in UNRESOLVED):
        return OF_KIND[kind]
    # Of no kind that says more, a person told what it pays.
    return "sales" if state == "matched" else "unknown"


def posted(settlement):
    """What the posted entries expect from the bank."""
    [[amount]] = settlement.env["account.move.line"]._read_group(
        posted_items(settlement), aggregates=["amount_currency:sum"]
    )
    return amount


def posted_items(settlement):
    """Domain of the journal items on which the payout waits for the bank."""
    account = settlement.channel_id.sudo().settlement_transit_account_id
    return [
        ("move_id", "in", settlement.move_ids.ids),
        ("account_id", "=", account.id),
        ("parent_state", "=", "posted"),
    ]
