# SPDX-License-Identifier: LGPL-3.0-or-later
"""The three-way proof as an accountant reads it."""

from markupsafe import Markup

from .proof import CAUSES, FIGURES, sales, variance

COLUMN = Markup("<div class='col-lg-6'><h4>%s</h4>%s</div>")
LINK = Markup("<a href='#' data-part='%s'>%s</a>")
MARKS = {
    True: Markup("<span class='text-success' title='%s'>✓</span>"),
    False: Markup("<span class='text-danger' title='%s'>✗</span>"),
}


def page(settlement):
    """Verdict, the figures that must agree, and the way from the sales to the bank."""
    env = settlement.env
    figures = _figures(settlement)
    causes = [
        _row(_link(part, label), settlement.currency_id.format(amount), "")
        for part, label, amount in _labelled(settlement)
        if not settlement.currency_id.is_zero(amount)
    ]
    return Markup("%s<div class='row'>%s%s</div>") % (
        _verdict(settlement, figures),
        COLUMN
        % (
            env._("What must agree"),
            _table(
                [
                    _figure(settlement, part, *figure)
                    for part, figure in zip(FIGURES, figures, strict=True)
                ]
            ),
        ),
        COLUMN % (env._("From the sales to the bank"), _table(causes)),
    )


def _figures(settlement):
    """[(label, amount, whether it is known, what to say if not)], as FIGURES"""
    env = settlement.env
    labels = names(env)
    return [
        (labels["rows"], settlement.amount_file, True, ""),
        (
            labels["declared"],
            settlement.amount_declared,
            settlement.has_declared,
            env._("not stated in this report"),
        ),
        (
            labels["posted"],
            settlement.amount_posted,
            bool(settlement.move_ids),
            env._("not posted yet"),
        ),
        (
            labels["bank"],
            settlement.amount_bank,
            bool(settlement.bank_line_id),
            env._("not there yet"),
        ),
    ]


def _agrees(settlement, amount):
    return not settlement.currency_id.compare_amounts(amount, settlement.amount_file)


def _verdict(settlement, figures):
    env = settlement.env
    wrong = [
        env._(
            "%(figure)s differs from the rows by %(amount)s.",
            figure=label,
            amount=settlement.currency_id.format(amount - settlement.amount_file),
        )
        for label, amount, known, _otherwise in figures
        if known and not _agrees(settlement, amount)
    ]
    if wrong:
        return _alert("danger", " ".join(wrong))
    if settlement.bank_line_id:
        return _alert(
            "success", env._("Proved: all figures agree, up to the bank statement.")
        )
    if settlement.move_ids:
        return _alert(
            "info",
            env._(
                "Posted; waits for the line of %s on the bank statement.",
                settlement.currency_id.format(settlement.amount_posted),
            ),
        )
    return _alert("info", env._("The rows add up; nothing is posted yet."))


def _alert(kind, text):
    return Markup("<div class='alert alert-%s' role='status'>%s</div>") % (kind, text)


def names(env):
    """{part of the proof: its name for people}"""
    return {
        "rows": env._("Rows of the report"),
        "declared": env._("Payout declared by the provider"),
        "posted": env._("Posted in Odoo"),
        "bank": env._("Bank statement"),
        "sales": env._("Payments matched"),
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


def _labelled(settlement):
    """[(part of the proof, label, amount)] from the sales to the bank."""
    labels, amounts = names(settlement.env), variance(settlement)
    return [
        ("sales", labels["sales"], sales(settlement)),
        *((cause, labels[cause], amounts[cause]) for cause in CAUSES),
        ("bank", settlement.env._("On the bank statement"), settlement.amount_bank),
    ]


def _figure(settlement, part, label, amount, known, otherwise):
    if not known:
        return _row(label, Markup("<span class='text-muted'>%s</span>") % otherwise, "")
    agrees = _agrees(settlement, amount)
    hint = settlement.env._("agrees") if agrees else settlement.env._("differs")
    return _row(
        _link(part, label), settlement.currency_id.format(amount), MARKS[agrees] % hint
    )


def _link(part, label):
    """Opens what the part is made of; see static/src/proof."""
    return LINK % (part, label)


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
