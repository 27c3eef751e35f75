# SPDX-License-Identifier: LGPL-3.0-or-later
"""Takes rows from the suspense account once it is known what they are."""

from odoo import fields
from odoo.exceptions import UserError

from ..audit import log
from . import words
from .entry import Entry, Line, minor_units
from .plan import Planner
from .writing import Writer, check_accountant, refusals


def move_from_suspense(events):
    """Post what rows of one payout are, once that is known: their amounts leave the
    suspense account, by one entry of today."""
    settlement = events.settlement_id.ensure_one()
    check_accountant(settlement.env)
    planner = Planner(settlement)
    planner.date = fields.Date.context_today(settlement)
    entry = correction(planner, events)
    problems = refusals(settlement, [entry])
    if problems:
        raise UserError("\n".join(problems))
    writer = Writer(settlement)
    items = [event.suspense_line_id.id for event in events.sudo()]
    move = writer.post_all([entry])
    clearing = move.line_ids.ids[-len(events) :]
    writer.books.reconcile([list(pair) for pair in zip(items, clearing, strict=True)])
    settlement.move_ids = [(4, move.id)]
    events.sudo().suspense_line_id = False
    log.append(
        settlement,
        "post",
        settlement.env._(
            "%(name)s: %(rows)s taken from the suspense account",
            name=settlement.name,
            rows=words.rows(settlement.env, len(events)),
        ),
        moves=[move.name],
    )
    return move


def clear_suspense(settlement):
    """Move what was explained since the payout was posted from the suspense account;
    rows of a payout that is not posted have nothing there."""
    explained = settlement.env["retail.settlement.event"].search(
        [
            ("settlement_id", "=", settlement.id),
            ("suspense_line_id", "!=", False),
            ("state", "in", ("matched", "plain")),
        ]
    )
    if explained:
        move_from_suspense(explained)


def correction(planner, events):
    """The entry that books rows as what they are instead of on the suspense account;
    the lines that clear it come last, in the order of the rows."""
    lines, clearing = [], []
    rows = {row.id: row for row in planner.rows(events.ids)}
    for event in events:
        booked = planner.lines_of(rows[event.id])
        back = _back(planner, event.sudo().suspense_line_id)
        booked[-1].balance -= back.balance + sum(line.balance for line in booked)
        lines += booked
        clearing.append(back)
    return Entry(planner.date, planner.settlement.name, [*lines, *clearing])


def _back(planner, suspense):
    """The opposite of a suspense item."""
    ours = planner.company.currency_id
    return Line(
        "clearing",
        suspense.account_id,
        suspense.currency_id,
        -minor_units(suspense.amount_currency, suspense.currency_id),
        -minor_units(suspense.balance, ours),
        suspense.name,
        partner=suspense.partner_id,
    )
