# SPDX-License-Identifier: LGPL-3.0-or-later
"""The native reconciliation of many groups in one go."""

from odoo.tools import SQL

from ..arrays import ints
from . import exchange, paid_notes, states, writing
from .messages import ChangeLog


def reconcile_native(env, groups):
    """Write planned groups and everything that hangs on them.

    Inside the caller's savepoint; nothing may be pending in the ORM. The ORM's cache is
    of no use afterwards: the caller invalidates it.
    """
    writing.check_access(env, groups)
    exchange.book(env, groups)
    writing.write_groups(env, groups)
    lines = [line for group in groups for line in group.lines]
    invoices = list({line.move_id for line in lines if line.is_invoice})
    moves = list({line.move_id for line in lines})
    payments = states.Payments(env)
    payments.update_statuses(moves)
    invoice_changes = states.update_invoices(env, invoices) if invoices else {}
    payment_changes = payments.update_states(list(invoice_changes))
    env.invalidate_all(flush=False)
    _update_statement_lines(env, moves)
    _tell_paid(env, invoice_changes)
    ChangeLog(env, "account.move", "payment_state").log(invoice_changes)
    ChangeLog(env, "account.payment", "state").log(payment_changes)


def _update_statement_lines(env, move_ids):
    """Bank lines are few: Odoo computes their state itself."""
    rows = env.execute_query(
        SQL(
            """SELECT statement_line_id FROM account_move
                WHERE id = ANY(%s) AND statement_line_id IS NOT NULL""",
            ints(move_ids),
        )
    )
    if rows:
        bank_lines = env["account.bank.statement.line"].browse([row[0] for row in rows])
        for name in ("is_reconciled", "amount_residual"):
            env.add_to_compute(bank_lines._fields[name], bank_lines)
        env.flush_all()


def _tell_paid(env, changes):
    """Odoo's hook for invoices that are paid now."""
    done = ("paid", "in_payment")
    paid = [
        move_id
        for move_id, (old, new) in changes.items()
        if (new in done and old not in done) or (old == "in_payment" and new == "paid")
    ]
    paid_notes.tell_paid(env, paid)
