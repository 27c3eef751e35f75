# SPDX-License-Identifier: LGPL-3.0-or-later
"""The three-way proof: rows, declared payout, bank line, and what lies between the
sales and the bank, by cause and to the cent."""

from markupsafe import Markup

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
    lines = settlement.move_ids.filtered(lambda move: move.state == "posted").line_ids
    return sum(
        lines.filtered(lambda line: line.account_id == account).mapped(
            "amount_currency"
        )
    )


def page(settlement):
    """The proof as a table."""
    env = settlement.env
    figures = [
        (env._("Rows of the report"), settlement.amount_file, True),
        (
            env._("Payout declared by the provider"),
            settlement.amount_declared,
            settlement.has_declared,
        ),
        (env._("Posted in Odoo"), settlement.amount_posted, bool(settlement.move_ids)),
        (
            env._("Bank statement"),
            settlement.amount_bank,
            bool(settlement.bank_line_id),
        ),
    ]
    causes = [
        (label, amount)
        for label, amount in _labelled(settlement)
        if not settlement.currency_id.is_zero(amount)
    ]
    return Markup("<div class='row'><div class='col-md-6'>%s</div>%s</div>") % (
        _table([_verdict(settlement, *figure) for figure in figures]),
        Markup("<div class='col-md-6'>%s</div>")
        % _table([_amount_row(settlement, *cause) for cause in causes]),
    )


def _labelled(settlement):
    env = settlement.env
    labels = {
        "fee": env._("Fees"),
        "fx": env._("Currency conversion"),
        "refund": env._("Refunds"),
        "chargeback": env._("Chargebacks"),
        "reserve": env._("Reserves"),
        "writeoff": env._("Written off"),
        "adjustment": env._("Booked on other accounts"),
        "timing": env._("Not on the bank statement yet"),
        "unknown": env._("Not explained yet"),
    }
    amounts = variance(settlement)
    return [
        (env._("Payments matched"), sales(settlement)),
        *((labels[cause], amounts[cause]) for cause in CAUSES),
        (env._("On the bank statement"), settlement.amount_bank),
    ]


def _verdict(settlement, label, amount, known):
    if not known:
        return _row(label, "–", "")
    agrees = not settlement.currency_id.compare_amounts(amount, settlement.amount_file)
    mark = Markup("<span class='text-%s'>%s</span>") % (
        ("success", "✓") if agrees else ("danger", "✗")
    )
    return _row(label, settlement.currency_id.format(amount), mark)


def _amount_row(settlement, label, amount):
    return _row(label, settlement.currency_id.format(amount), "")


def _row(label, amount, mark):
    return Markup("<tr><th>%s</th><td class='text-end'>%s</td><td>%s</td></tr>") % (
        label,
        amount,
        mark,
    )


def _table(rows):
    return Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % (
        Markup().join(rows)
    )
