# SPDX-License-Identifier: LGPL-3.0-or-later
"""The three-way proof: rows, declared payout, bank line, and what lies between the
sales and the bank, by cause and to the cent."""

CAUSES = (
    "fee",
    "fx",
    "refund",
    "chargeback",
    "reserve",
    "writeoff",
    "adjustment",
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
UNRESOLVED = ("new", "waiting", "exception")


def sales(settlement):
    """Gross of the payments that are matched."""
    return settlement.currency_id.round(_walk(settlement)["sales"])


def variance(settlement):
    """{cause: amount}: sales plus all of them are what the bank has."""
    walk = _walk(settlement)
    walk["timing" if not settlement.bank_line_id else "unknown"] += (
        settlement.amount_bank - settlement.amount_file
    )
    return {cause: settlement.currency_id.round(walk[cause]) for cause in CAUSES}


def _walk(settlement):
    walk = dict.fromkeys(("sales", *CAUSES), 0.0)
    groups = settlement.env["retail.settlement.event"]._read_group(
        [("settlement_id", "=", settlement.id), ("kind", "!=", "payout")],
        ["kind", "state"],
        ["gross:sum", "fee:sum", "fee_tax:sum"],
    )
    for kind, state, gross, fee, fee_tax in groups:
        walk[_cause(kind, state)] += gross
        walk["fee"] += fee + fee_tax
    return walk


def _cause(kind, state):
    if state == "written_off":
        return "writeoff"
    if state == "plain" and kind in ("capture", "adjustment", "unknown"):
        return "adjustment"
    if kind in OF_KIND and not (
        kind in ("refund", "chargeback") and state in UNRESOLVED
    ):
        return OF_KIND[kind]
    return "sales" if kind == "capture" and state == "matched" else "unknown"


def posted(settlement):
    """What the posted entries expect from the bank."""
    account = settlement.channel_id.settlement_transit_account_id
    [[amount]] = settlement.env["account.move.line"]._read_group(
        [
            ("move_id", "in", settlement.move_ids.ids),
            ("account_id", "=", account.id),
            ("parent_state", "=", "posted"),
        ],
        aggregates=["amount_currency:sum"],
    )
    return amount
