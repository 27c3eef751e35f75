# SPDX-License-Identifier: LGPL-3.0-or-later
"""Posts a settlement, and takes it back."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..arrays import ints
from ..audit import log
from ..books import Books
from ..books.checks import Refusal
from . import bank, matching, pos, rates, words
from .items import TAKEN
from .plan import Planner
from .refused import PostingRefused
from .rows import earlier
from .writing import Writer, check_accountant, held, refusals


def post(settlement):
    """Post the payout: entries, and their reconciliation with what they pay.

    Raises UserError, before anything is written, when it cannot be.
    """
    env = settlement.env
    check_accountant(env)
    held(settlement, "proved", "matched")
    settlement.channel_id._prepare_settlements()
    release_changed(settlement)
    planner = Planner(settlement)
    entries = planner.entries()
    problems = refusals(settlement, entries)
    if problems:
        raise PostingRefused(problems)
    writer = Writer(settlement)
    moves = writer.post_all(entries, earlier(settlement, planner.read))
    settlement.write(
        {
            "state": "posted",
            "move_ids": [(6, 0, moves.ids)],
            "failure": False,
            "failure_cause": False,
        }
    )
    mark_booked(settlement, True)
    _check(settlement)
    log.append(
        settlement,
        "post",
        f"{settlement.name}: {words.entries(env, len(moves))}",
        moves=moves.mapped("name"),
        net=str(settlement.amount_file),
        currency=settlement.currency_id.name,
    )
    for caution in rates.cautions(settlement):
        settlement.message_post(body=caution)
    bank.reconcile(settlement)
    return moves


def _check(settlement):
    """What the entries expect from the bank is what the rows add up to."""
    posted, rows = settlement.amount_posted, settlement.amount_file
    if settlement.currency_id.compare_amounts(posted, rows):
        sentence = settlement.env._(
            "%(name)s was not posted: its entries expect %(posted)s from the bank, its "
            "rows add up to %(rows)s.",
            name=settlement.name,
            posted=settlement.currency_id.format(posted),
            rows=settlement.currency_id.format(rows),
        )
        raise PostingRefused([Refusal("sums_differ", sentence)])


# -- what happened between matching and posting ----------------------------------------


def release_changed(settlement):
    """Rows whose target changed since they were matched are not what they were: an item
    paid by somebody else leaves its rows to people, an order that was invoiced or
    cancelled has its rows matched again."""
    env = settlement.env
    env.flush_all()
    paid = _ids(env, _paid_meanwhile(settlement))
    _release(env, paid, "exception", "target_changed")
    moved = _ids(env, _orders_moved_on(settlement))
    _release(env, moved, "new", None)
    if moved:
        matching.Matching(settlement.channel_id, settlement).run()


def _ids(env, query):
    return [row_id for (row_id,) in env.execute_query(query)]


def _paid_meanwhile(settlement):
    """Rows that, one after the other, want more of an item than is open: of its own
    residual, of what posted chargebacks and refunds claimed back, and of what rows of
    this payout give back before. Nothing is open of an entry that was taken back."""
    return SQL(
        """WITH wish AS MATERIALIZED (
               SELECT l.event_id, ml.id, abs(ml.amount_residual_currency) AS open,
                      l.amount * ml.amount_currency > 0 AS pays,
                      sum(l.amount * sign(ml.amount_currency)) OVER (
                          PARTITION BY ml.id ORDER BY l.event_id, l.id) AS wanted
                 FROM retail_settlement_link l
                 JOIN retail_settlement_event e ON e.id = l.event_id
                 JOIN account_move_line ml ON ml.id = l.move_line_id
                WHERE e.settlement_id = %(settlement)s AND l.state = 'applied'
                  AND l.source_id IS NULL)
           SELECT DISTINCT event_id FROM wish w
            WHERE pays AND wanted > open + COALESCE((
                  SELECT sum(abs(%(taken)s))
                    FROM retail_settlement_link l
                    JOIN retail_settlement_event e ON e.id = l.event_id
                    JOIN account_move_line pl ON pl.id = e.move_line_id
                    JOIN account_move_line ml ON ml.id = l.move_line_id
                   WHERE l.move_line_id = w.id AND l.state = 'applied'
                     AND e.settlement_id <> %(settlement)s
                     AND l.amount * ml.amount_currency < 0), 0)
            UNION
           SELECT l.event_id
             FROM retail_settlement_link l
             JOIN retail_settlement_event e ON e.id = l.event_id
             JOIN account_move_line ml ON ml.id = l.move_line_id
            WHERE e.settlement_id = %(settlement)s AND l.state = 'applied'
              AND ml.parent_state <> 'posted'
            UNION
           SELECT l.event_id
             FROM retail_settlement_link l
             JOIN retail_settlement_event e ON e.id = l.event_id
             JOIN account_move_line ml ON ml.id = l.move_line_id
            WHERE e.settlement_id = %(settlement)s AND l.state = 'applied'
              AND l.source_id IS NOT NULL AND %(settled)s""",
        settlement=settlement.id,
        taken=TAKEN,
        settled=pos.settled("ml"),
    )


def _orders_moved_on(settlement):
    return SQL(
        """SELECT DISTINCT e.id
             FROM retail_settlement_event e
             JOIN retail_settlement_link l
               ON l.event_id = e.id AND l.state = 'applied'
             JOIN sale_order o ON o.id = l.order_id
            WHERE e.settlement_id = %s
              AND (o.state = 'cancel' OR EXISTS (
                   SELECT 1 FROM sale_order_line ol
                     JOIN sale_order_line_invoice_rel r ON r.order_line_id = ol.id
                     JOIN account_move_line ml ON ml.id = r.invoice_line_id
                    WHERE ol.order_id = o.id AND ml.parent_state = 'posted'))""",
        settlement.id,
    )


def _release(env, events, state, reason):
    if not events:
        return
    env.cr.execute(
        SQL(
            "DELETE FROM retail_settlement_link WHERE event_id = ANY(%s)"
            " AND state = 'applied'",
            ints(events),
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE retail_settlement_event SET state = %s, reason = %s"
            " WHERE id = ANY(%s)",
            state,
            reason,
            ints(events),
        )
    )
    env.invalidate_all(flush=False)


# -- orders whose revenue the payout booked --------------------------------------------


def mark_booked(settlement, booked):
    """Note on the links whether the payout booked the revenue of their orders; an
    invoice would book it twice."""
    env = settlement.env
    if booked and settlement.channel_id.settlement_order_policy != "summary":
        return
    env.flush_all()
    orders = _ids(
        env,
        SQL(
            """UPDATE retail_settlement_link SET is_revenue = %s
                WHERE settlement_id = %s AND state = 'applied'
                  AND order_id IS NOT NULL AND is_revenue IS DISTINCT FROM %s
            RETURNING order_id""",
            booked,
            settlement.id,
            booked,
        ),
    )
    env.invalidate_all(flush=False)
    env["sale.order"].sudo().browse(set(orders))._retail_refresh_invoice_status()


def reverse(settlement, date=None, reason=""):
    """Take the payout's entries back, completely; it can be posted anew then."""
    env = settlement.env
    check_accountant(env)
    held(settlement, "posted", "reconciled")
    books = Books(env)
    moves = settlement.move_ids
    date = date or fields.Date.context_today(settlement)
    accounts = moves.line_ids.account_id
    journal = settlement.channel_id.sudo().settlement_journal_id
    problems = books.check(moves.journal_id or journal, date, accounts.sudo())
    if problems:
        raise UserError("\n".join(problems))
    bank.release(settlement)
    settlement.write({"state": "proved", "move_ids": [(5,)]})
    reversals = [books.reverse(move, date=date, reason=reason) for move in moves]
    mark_booked(settlement, False)
    env.flush_all()
    env.cr.execute(
        SQL(
            """UPDATE retail_settlement_event
                  SET move_line_id = NULL, suspense_line_id = NULL
                WHERE settlement_id = %s""",
            settlement.id,
        )
    )
    env.invalidate_all(flush=False)
    settlement._conclude_matching()
    log.append(
        settlement,
        "reverse",
        env._("%(name)s: %(reason)s", name=settlement.name, reason=reason),
        moves=moves.mapped("name"),
        reversals=[reversal.name for reversal in reversals],
    )
    settlement.message_post(
        body=env._("Reversed: %s", ", ".join(r.name for r in reversals))
    )
    return settlement.env["account.move"].union(*reversals)
