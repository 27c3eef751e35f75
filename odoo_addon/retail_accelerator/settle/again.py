# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reconciles rows again whose reconciliation was undone in Odoo's own screens."""

from collections import defaultdict
from dataclasses import dataclass

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..arrays import ints
from ..audit import log
from ..books import Books
from .undone import REASON, settle
from .writing import check_accountant


@dataclass(slots=True)
class Part:
    """What a row paid of one target, and its own journal item for it."""

    event_id: int
    target: object
    item: object  # empty when it cannot be told any more
    done: bool  # whether the two are reconciled still


def reconcile_again(events):
    """Close what these rows paid, and the rows that pay the same, with their items.

    Returns (rows that are matched again, {row that is not: why, and what to do}).
    """
    env = events.env
    check_accountant(env)
    for company in events.company_id:
        log.lock(env, company)
    events.invalidate_recordset(["state", "reason"])
    asked = events.filtered(lambda event: event.reason == REASON).sudo()
    targets = asked.proposal_ids.move_line_id
    together = asked | asked.search(
        [
            ("reason", "=", REASON),
            ("settlement_id.state", "in", ("posted", "reconciled")),
            ("proposal_ids.move_line_id", "in", targets.ids),
        ]
    )
    parts = _parts(together)
    problems = {
        event: _no_items(event)
        for event in together
        if event.id not in {part.event_id for part in parts}
    }
    while refused := _refused(together, parts):
        problems |= refused
        out = {event.id for event in refused}
        parts = [part for part in parts if part.event_id not in out]
    good = together.filtered(lambda event: event not in problems)
    _reconcile(env, good, parts)
    return good, {event: text for event, text in problems.items() if event in asked}


def _reconcile(env, events, parts):
    groups = defaultdict(set)
    for part in parts:
        if not part.done:
            groups[part.target].add(part.item.id)
            if not part.target.reconciled and part.target.parent_state == "posted":
                groups[part.target].add(part.target.id)
    events.proposal_ids.write({"state": "applied"})
    settle(events)
    items = {part.item for part in parts}
    if groups:
        Books(env).reconcile([sorted(group) for group in groups.values()])
    for item in items:
        if not item.reconciled:
            raise UserError(
                env._(
                    "%s was not closed by reconciling it again, so nothing was "
                    "changed. Reverse the payout, then match and post it anew.",
                    item.display_name,
                )
            )


def _parts(events):
    """The rows' parts. The item of a row of several targets is found by what it looks
    like: account, customer and amount."""
    env = events.env
    env.flush_all()
    found = env.execute_query(
        SQL(
            """SELECT e.id, l.move_line_id, i.id, EXISTS (
                      SELECT 1 FROM account_partial_reconcile p
                       WHERE (p.debit_move_id, p.credit_move_id)
                             IN ((i.id, ml.id), (ml.id, i.id)))
                 FROM retail_settlement_event e
                 JOIN retail_settlement_link l
                   ON l.event_id = e.id AND l.state = 'proposed'
                 JOIN account_move_line ml ON ml.id = l.move_line_id
                 LEFT JOIN LATERAL (
                      SELECT own.id FROM account_move_line own
                       WHERE own.id = e.suspense_line_id
                       UNION ALL
                      SELECT own.id
                        FROM retail_settlement_move_rel r
                        JOIN account_move_line own ON own.move_id = r.move_id
                       WHERE e.suspense_line_id IS NULL
                         AND r.settlement_id = e.settlement_id
                         AND own.parent_state = 'posted'
                         AND own.account_id = ml.account_id
                         AND own.partner_id IS NOT DISTINCT FROM ml.partner_id
                         AND own.currency_id = l.currency_id
                         AND own.amount_currency = -l.amount
                         AND NOT EXISTS (
                             SELECT 1 FROM retail_settlement_event holder
                              WHERE holder.move_line_id = own.id
                                AND holder.id <> e.id)
                       LIMIT 1) i ON true
                WHERE e.id = ANY(%s)
                ORDER BY e.id, l.id""",
            ints(events.ids),
        )
    )
    lines = env["account.move.line"].sudo()
    return [
        Part(event, lines.browse(target), lines.browse(item or []), done)
        for event, target, item, done in found
    ]


def _refused(events, parts):
    """{row: why it is not reconciled with one of its targets}"""
    groups, refused = defaultdict(list), {}
    for part in parts:
        groups[part.target].append(part)
    for target, mine in groups.items():
        rows = events.browse([part.event_id for part in mine])
        lost = [part for part in mine if not part.item]
        if lost:
            refused |= {row: _no_items(row) for row in rows}
            continue
        problem = _problem(target, [part.item for part in mine if not part.done])
        if problem:
            refused |= dict.fromkeys(rows, problem)
    return refused


def _problem(target, items):
    """Why the items cannot be closed with what is open of the target; empty if they
    can, also with one another alone."""
    env, currency = target.env, target.currency_id
    wanted = currency.round(sum(item.amount_residual_currency for item in items))
    if not wanted:
        return ""
    if target.parent_state != "posted":
        return env._(
            "%s is not posted any more. Post it and reconcile again, or say with "
            "“Resolve” what else the row pays.",
            target.move_id.display_name,
        )
    residual = target.amount_residual_currency
    if (
        wanted * residual < 0
        and currency.compare_amounts(abs(wanted), abs(residual)) <= 0
    ):
        return ""
    return env._(
        "%(target)s is open by %(residual)s only, its rows want %(wanted)s. Undo what "
        "else paid it and reconcile again, or say with “Resolve” what else the row "
        "pays.",
        target=target.move_name,
        residual=currency.format(residual),
        wanted=currency.format(-wanted),
    )


def _no_items(event):
    return event.env._(
        "What %(row)s paid is not there any more. Say with “Resolve” what else it "
        "pays; a row of several items waits until its payout %(payout)s is reversed "
        "and posted anew.",
        row=event.display_name,
        payout=event.settlement_id.name,
    )
