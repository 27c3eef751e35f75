# SPDX-License-Identifier: LGPL-3.0-or-later
"""What ties a row to what it pays, in an accountant's words.

It is kept as the engine tells it (``ra_match_evidence``), "order=exact; whole amount;
party agrees; 2 days", and put into words of the reader's language when it is shown.
"""

import re

from . import words

DAYS = re.compile(r"(-?\d+) days")
# Kept of what the books, not the engine, tied to a row.
IN_ODOO = "=odoo"


def text(env, evidence, kind):
    """The evidence of a link to a document of this kind; a person's note as it is."""
    if evidence == IN_ODOO:
        return env._("Reconciled in Odoo's own screens")
    first, *others = (evidence or "").split("; ")
    found = [_found(env, first), *(_more(env, part, kind) for part in others)]
    return "; ".join(found) if others and all(found) else evidence or ""


def _found(env, part):
    """How the row led to the document: field and likeness of the two spellings."""
    field, _sep, likeness = part.partition("=")
    ways = {
        "transaction": env._("Same transaction id"),
        "parent": env._("Same id as the transaction it follows"),
        "order": env._("Same order reference"),
        "invoice": env._("Same invoice reference"),
        "checkout": env._("Same checkout reference"),
        "payout": env._("Same payout reference"),
        "description": env._("Named in the description"),
        "followed event": env._("Follows another row that pays it"),
        "person": env._("Found by amount and date"),
        "sum of one customer": env._(
            "Part of the only sum of one customer's open items that fits"
        ),
    }
    if field not in ways or likeness in ("", "id", "exact"):
        return ways.get(field, "")
    likenesses = {
        "letters and digits": env._("signs and case aside"),
        "number": env._("by its number alone"),
    }
    if likeness not in likenesses:
        return ""
    return f"{ways[field]}, {likenesses[likeness]}"


def _more(env, part, kind):
    texts = {
        "whole amount": env._("equals the open amount"),
        "part of amount": env._("part of the open amount"),
        "gives back": env._("gives back what was paid"),
        "exceeds open amount": env._("more than the open amount"),
        "party agrees": env._("customer agrees"),
        "party differs": env._("customer differs"),
    }
    if lag := DAYS.fullmatch(part):
        return _distance(env, int(lag[1]), kind)
    return texts.get(part, "")


def _distance(env, days, kind):
    """How long the row's day is after the document's, or before it where negative."""
    count = words.days(env, abs(days))
    if not days:
        texts = {
            "order": env._("on the day of the order"),
            "invoice": env._("on the day of the invoice"),
            "credit_note": env._("on the day of the credit note"),
        }
        return texts.get(kind) or env._("on the day of the payment")
    if days > 0:
        texts = {
            "order": env._("%s after the order", count),
            "invoice": env._("%s after the invoice", count),
            "credit_note": env._("%s after the credit note", count),
        }
        return texts.get(kind) or env._("%s after the payment", count)
    texts = {
        "order": env._("%s before the order", count),
        "invoice": env._("%s before the invoice", count),
        "credit_note": env._("%s before the credit note", count),
    }
    return texts.get(kind) or env._("%s before the payment", count)
