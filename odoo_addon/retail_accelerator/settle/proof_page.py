# SPDX-License-Identifier: LGPL-3.0-or-later
"""The three-way proof as an accountant reads it."""

from markupsafe import Markup

from . import words
from .proof import (
    CAUSES,
    FIGURES,
    bank_differences,
    exchange_difference,
    sales,
    undone_rows,
    unmatched_rows,
    variance,
)

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
    return Markup("%s%s<div class='row'>%s%s</div>%s") % (
        _verdict(settlement, figures),
        _undone(settlement),
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
        _exchange(settlement),
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
            env._("nothing is expected")
            if settlement.state == "reconciled"
            else env._("not there yet"),
        ),
    ]


def _unexplained(settlement, part, amount):
    """What a figure has other than the rows; what the bank has other than the payout
    and was booked is explained."""
    booked = sum(bank_differences(settlement).values()) if part == "bank" else 0.0
    return settlement.currency_id.round(amount - booked - settlement.amount_file)


def _verdict(settlement, figures):
    env, currency = settlement.env, settlement.currency_id
    waits = settlement.state == "posted"
    wrong = [
        env._(
            "%(figure)s differs from the rows by %(amount)s.",
            figure=label,
            amount=currency.format(_unexplained(settlement, part, amount)),
        )
        for part, (label, amount, known, _otherwise) in zip(
            FIGURES, figures, strict=True
        )
        if known and _unexplained(settlement, part, amount)
        if not (part == "bank" and waits)
    ]
    if wrong:
        return _alert("danger", " ".join(wrong))
    if settlement.state == "reconciled":
        return _alert(*_proved(settlement))
    if settlement.bank_line_id:
        rest = settlement.amount_posted - settlement.amount_bank
        rest += sum(bank_differences(settlement).values())
        return _alert(
            "info",
            env._(
                "Posted; a part is on the bank statement, %s are still to come.",
                currency.format(currency.round(rest)),
            ),
        )
    if settlement.move_ids:
        return _alert(
            "info",
            env._(
                "Posted; waits for the line of %s on the bank statement.",
                settlement.currency_id.format(settlement.amount_posted),
            ),
        )
    return _alert("info", _before(settlement))


def _undone(settlement):
    """Rows that are posted, and reconciled with nothing any more."""
    env = settlement.env
    rows = env["retail.settlement.event"]
    [[count, gross]] = rows._read_group(
        undone_rows(settlement), aggregates=["__count", "gross:sum"]
    )
    if not count:
        return ""
    text = env._(
        "The reconciliation of %(rows)s (%(amount)s) was undone in Odoo. Use "
        "“Reconcile Again” there, or “Resolve”.",
        rows=words.rows(env, count),
        amount=settlement.currency_id.format(gross),
    )
    link = _link("undone", env._("Show"))
    return _alert("warning", Markup("%s %s") % (text, link))


def _exchange(settlement):
    """The rate's part, which is none of the payout's currency."""
    amount, currency = (
        exchange_difference(settlement),
        settlement.company_id.currency_id,
    )
    if not amount:
        return ""
    return Markup("<p class='text-muted'>%s</p>") % settlement.env._(
        "Between the bank's rate and the rate of the payout's entry Odoo booked an "
        "exchange difference of %s.",
        currency.format(amount),
    )


def _before(settlement):
    """What is sure before anything is posted."""
    env = settlement.env
    if not settlement.reference:
        return env._("Not paid out yet, and nothing is posted yet.")
    if not settlement.has_declared:
        return env._(
            "The report declares no payout to compare the rows with; nothing is posted "
            "yet."
        )
    return env._("The rows add up; nothing is posted yet.")


def _proved(settlement):
    """Sums alone prove nothing of rows of which nobody knows what they are for."""
    env, unexplained = settlement.env, _unexplained_rows(settlement)
    if unexplained:
        text = " ".join(unexplained)
        return "warning", _with_bank_differences(settlement, text)
    if not settlement.bank_line_id:
        text = env._("Proved: the rows add up to nothing, so no bank line is expected.")
    elif bank_differences(settlement):
        text = env._("Proved: all figures agree.")
    else:
        text = env._("Proved: all figures agree, up to the bank statement.")
    return "success", _with_bank_differences(settlement, text)


def _unexplained_rows(settlement):
    """Sentences about rows that wait for people, and rows that nobody matched yet."""
    env, found = settlement.env, []
    if settlement.exception_count:
        found.append(
            env._(
                "Not proved yet: the sums agree, but what the money is for is open for "
                "%s. See “To resolve”.",
                words.rows(env, settlement.exception_count),
            )
        )
    unmatched = env["retail.settlement.event"].search_count(unmatched_rows(settlement))
    if unmatched:
        found.append(
            env._(
                "Not proved yet: the sums agree, but still to be matched: %s. Use "
                "“Match Again”.",
                words.rows(env, unmatched),
            )
        )
    return found


def _with_bank_differences(settlement, text):
    env, booked = settlement.env, bank_differences(settlement)
    if not booked:
        return text
    labels = names(env)
    return env._(
        "%(text)s What the bank has other than the payout is booked: %(booked)s.",
        text=text,
        booked=", ".join(
            f"{labels[cause]} {settlement.currency_id.format(amount)}"
            for cause, amount in booked.items()
        ),
    )


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
        "bank_charge": env._("Kept by the bank"),
        "bank_rate": env._("The bank's exchange rate"),
        "bank_other": env._("Other difference at the bank"),
        "timing": env._("Not on the bank statement yet"),
        "unknown": env._("Not explained yet"),
        "undone": env._("Reconciliation undone in Odoo"),
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
    agrees = not _unexplained(settlement, part, amount)
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
