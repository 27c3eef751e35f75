# SPDX-License-Identifier: LGPL-3.0-or-later
"""What each cause of an exception means, and what a person does about it; what to do
about files that cannot be read."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__, default_lang="en_US")

# By reason, for an accountant.
ADVICE = {
    "unknown_type": _lt(
        "The profile of this report does not know the row's type, so it is not "
        "clear what the money is for. Say with “Resolve” what it is: it is "
        "applied to all open rows of this type."
    ),
    "no_rule": _lt(
        "Adjustments pay no order. Say with “Resolve” what this one is, or on "
        "which account it is booked; with “All rows of this type” it is a rule "
        "from then on."
    ),
    "not_found_yet": _lt(
        "The row names an order or invoice that Odoo does not have. Import the "
        "orders of that time and match again; it is also tried again by itself. "
        "If the sale was never Odoo's, match it by hand or write it off."
    ),
    "not_booked": _lt(
        "The payment that the row names is in Odoo, but has no entry that the "
        "row could pay. Close the session of the point of sale, or post the online "
        "payment; its payment method needs an outstanding account that allows "
        "reconciliation. It is tried again by itself. If the payment will have no "
        "entry, match the row by hand with what it pays, or book it on an account."
    ),
    "no_candidate": _lt(
        "The row has no reference, and no open order or invoice has this amount "
        "at that time. Choose the order or invoice by hand."
    ),
    "several_candidates": _lt(
        "Several open orders or invoices could be meant. Compare customer and "
        "date of the candidates below, and take the right one."
    ),
    "weak_evidence": _lt(
        "There is a likely order or invoice, but amount, date and customer are "
        "not evidence enough. Take the candidate below if it is the right one."
    ),
    "exceeds_open": _lt(
        "The order or invoice that the row names has less open than the row "
        "pays. Perhaps it was paid in part by other means. Choose what else it "
        "pays by hand."
    ),
    "already_settled": _lt(
        "The order or invoice that the row names is paid already. Look for a "
        "payment registered by hand, or a second payment that has to be given "
        "back."
    ),
    "currency_mismatch": _lt(
        "The row and what it names are in different currencies, and the report "
        "gives no rate. Match it by hand with the amount in the currency of "
        "what it pays."
    ),
    "duplicate_row": _lt(
        "The provider lists the same movement twice in this payout. Ask the "
        "provider; if the money came twice, match the second row by hand or "
        "write it off."
    ),
    "target_changed": _lt(
        "Somebody paid the invoice in another way, or took it back, after the row "
        "was matched. Match again, or undo what was done."
    ),
    "undone": _lt(
        "Somebody took back what was decided about this row. It is not matched by "
        "itself again: match it by hand, book it, or write it off."
    ),
    "unreconciled": _lt(
        "The row was posted and reconciled with what it pays, and somebody undid "
        "that in Odoo: the invoice or payment was unreconciled, changed, cancelled "
        "or deleted. The row's amount is still on the account of its journal item. "
        "Use “Reconcile Again” once the candidate below is posted and open, or say "
        "with “Resolve” what else the row pays: its amount is moved there by an "
        "entry of today. It is not matched by itself."
    ),
}
AGAIN = _lt(
    "Download the report again, and do not save it with another program before."
)
# By the engine's reason to refuse a report.
REMEDIES = {
    "truncated": AGAIN,
    "bad_encoding": AGAIN,
    "bad_syntax": AGAIN,
    "total_mismatch": AGAIN,
    "duplicate_key": _lt("Remove the column that is not meant, or rename it."),
    "bad_number": _lt(
        "Correct the cell, or download the report again. If the file writes its "
        "numbers in a way of its own, describe it under Retail, Configuration, "
        "Report Profiles."
    ),
    "bad_date": _lt(
        "If the file's dates are sound, a profile under Retail, Configuration, "
        "Report Profiles can say whether day or month comes first."
    ),
    "unknown_currency": _lt(
        "Correct the cell to a code like EUR, or download the report again."
    ),
}


def advice(env, reason):
    """Sentences for an accountant; empty for no reason."""
    return _translated(env, ADVICE, reason)


def listed(texts):
    """Several texts for a notification, which keeps no line breaks."""
    return texts[0] if len(texts) == 1 else " ".join(f"• {text}" for text in texts)


def remedy(env, reason):
    """A sentence on what to do about a report that was refused for this reason of the
    engine's; empty where the reason's own text says it."""
    return _translated(env, REMEDIES, reason)


def _translated(env, texts, reason):
    return env._(texts[reason]) if reason in texts else ""
