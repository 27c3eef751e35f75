# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the reconciliation means for invoices and payments.

Odoo's ``_compute_amount``, ``_compute_payment_state``, ``_compute_state`` and
``_compute_reconciliation_status``, over sets.
"""

from collections import defaultdict
from dataclasses import dataclass

from odoo.tools import SQL

from ..arrays import array, ints, texts
from .invariants import execute, returning
from .reading import PAYABLE

SALE_TYPES = ("out_invoice", "out_refund", "out_receipt")
INBOUND = ("out_invoice", "in_refund", "out_receipt")
# Odoo's synchronisation of entries marks a reconciled invoice as modified, and rewrites
# every line of it except costs of goods; both show in their columns.
SET_PAYMENT_STATE = """
    WITH residual AS (
        SELECT m.id, m.payment_state AS old_state, m.move_type,
               coalesce(sum(l.amount_residual), 0) AS home,
               coalesce(sum(l.amount_residual_currency), 0) AS own
          FROM account_move m
     LEFT JOIN account_move_line l
            ON l.move_id = m.id AND l.display_type = 'payment_term'
         WHERE m.id = ANY(%(ids)s)
      GROUP BY m.id),
    matching AS (%(matching)s),
    new AS (
        SELECT r.*, %(state)s AS state
          FROM residual r LEFT JOIN matching ON matching.move_id = r.id)
    UPDATE account_move m
       SET amount_residual_signed = new.home,
           amount_residual = CASE WHEN m.move_type = ANY(%(inbound)s)
                                  THEN new.own ELSE -new.own END,
           payment_state = new.state, is_manually_modified = TRUE,
           write_uid = %(uid)s, write_date = %(now)s
      FROM new
     WHERE m.id = new.id
    RETURNING m.id, new.old_state, new.state"""


def update_invoices(env, move_ids):
    """Residual and payment state of invoices; returns {id: (old, new) state}."""
    _touch_lines(env, move_ids)
    rows = returning(
        env,
        SQL(
            SET_PAYMENT_STATE,
            matching=_matching(move_ids),
            state=_payment_state(env),
            inbound=list(INBOUND),
            ids=ints(move_ids),
            uid=env.uid,
            now=env.cr.now(),
        ),
        len(move_ids),
    )
    return {move_id: (old, new) for move_id, old, new in rows if old != new}


def _touch_lines(env, move_ids):
    """Who rewrote the invoices' lines, and when."""
    env.cr.execute(
        SQL(
            """UPDATE account_move_line SET write_uid = %(uid)s, write_date = %(now)s
                WHERE move_id = ANY(%(ids)s) AND display_type <> 'cogs'
                  AND (write_date <> %(now)s OR write_uid IS DISTINCT FROM %(uid)s)""",
            uid=env.uid,
            now=env.cr.now(),
            ids=ints(move_ids),
        )
    )


def _matching(move_ids):
    """By invoice: what its receivable and payable lines are matched with."""
    side = """
        SELECT source.move_id, other_move.move_type, other_move.statement_line_id,
               other_move.origin_payment_id, payment.is_matched, payment.id AS payment
          FROM account_move_line source
          JOIN account_account account
            ON account.id = source.account_id AND account.account_type = ANY(%(types)s)
          JOIN account_partial_reconcile part ON part.%(own)s = source.id
          JOIN account_move_line other ON other.id = part.%(other)s
          JOIN account_move other_move ON other_move.id = other.move_id
     LEFT JOIN account_payment payment ON payment.id = other_move.origin_payment_id
         WHERE source.move_id = ANY(%(ids)s) AND other.move_id <> source.move_id"""
    debit, credit = SQL("debit_move_id"), SQL("credit_move_id")
    given = {"types": list(PAYABLE), "ids": ints(move_ids)}
    return SQL(
        """SELECT move_id, array_agg(DISTINCT move_type::text) AS types,
                  bool_or(payment IS NOT NULL OR statement_line_id IS NOT NULL) AS paid,
                  coalesce(bool_and(coalesce(is_matched, FALSE))
                           FILTER (WHERE origin_payment_id IS NOT NULL),
                           TRUE) AS matched
             FROM (%s UNION ALL %s) AS matched GROUP BY move_id""",
        SQL(side, own=debit, other=credit, **given),
        SQL(side, own=credit, other=debit, **given),
    )


def _payment_state(env):
    return SQL(
        """CASE
            WHEN r.old_state IN ('invoicing_legacy', 'blocked') THEN r.old_state
            WHEN r.own <> 0 AND matching.move_id IS NULL THEN 'not_paid'
            WHEN r.own <> 0 THEN 'partial'
            WHEN matching.paid AND matching.matched THEN 'paid'
            WHEN matching.paid THEN %s
            WHEN r.move_type IN ('out_invoice', 'out_receipt')
             AND matching.types IN ('{out_refund}', '{entry,out_refund}')
            THEN 'reversed'
            WHEN r.move_type IN ('in_invoice', 'in_receipt')
             AND matching.types IN ('{in_refund}', '{entry,in_refund}') THEN 'reversed'
            WHEN r.move_type IN ('out_refund', 'in_refund')
             AND matching.types = '{entry}' THEN 'reversed'
            ELSE 'paid' END""",
        env["account.move"]._get_invoice_in_payment_state(),
    )


def _matched_payments(invoice_ids):
    """Payments whose entry is matched with one of the invoices."""
    side = """
        SELECT other_move.origin_payment_id
          FROM account_move_line source
          JOIN account_partial_reconcile part ON part.%s = source.id
          JOIN account_move_line other ON other.id = part.%s
          JOIN account_move other_move ON other_move.id = other.move_id
         WHERE source.move_id = ANY(%s)"""
    debit, credit = SQL("debit_move_id"), SQL("credit_move_id")
    return SQL(
        "%s UNION %s",
        SQL(side, debit, credit, ints(invoice_ids)),
        SQL(side, credit, debit, ints(invoice_ids)),
    )


@dataclass(slots=True)
class Payment:
    id: int
    state: str
    is_matched: bool
    is_reconciled: bool
    empty: bool  # its amount is zero
    domestic: bool  # in the company's currency
    outstanding_id: int
    default_id: int
    liquidity: frozenset  # accounts
    lines: list

    def dispatch(self):
        """(liquidity, counterpart, write-off) lines, as ``_seek_for_lines``."""
        liquidity, counterpart, other = [], [], []
        for line in self.lines:
            if line["account_id"] in self.liquidity:
                liquidity.append(line)
            elif line["counterpart"]:
                counterpart.append(line)
            else:
                other.append(line)
        if len(other) == 1:
            for lines in (liquidity, counterpart):
                if not lines and other:
                    lines.append(other.pop())
        return liquidity, counterpart, other

    def status(self):
        """(is_matched, is_reconciled), as ``_compute_reconciliation_status``."""
        liquidity, counterpart, other = self.dispatch()
        if not self.outstanding_id:
            return self.state == "paid", False
        if self.empty:
            return True, True
        key = "residual" if self.domestic else "residual_currency"
        matched = self.default_id in {line["account_id"] for line in liquidity} or (
            not sum(line[key] for line in liquidity)
        )
        open_lines = [line for line in counterpart + other if line["reconcile"]]
        return matched, not sum(line[key] for line in open_lines)

    def new_state(self, states):
        """The state, as ``_compute_state``; ``states`` are its invoices' own."""
        if self.state not in ("paid", "in_process"):
            return self.state
        liquidity = self.dispatch()[0]
        if not any(line["reconcile"] for line in liquidity) or not sum(
            line["residual"] for line in liquidity
        ):
            return "paid"
        return "paid" if states and states == {"paid"} else "in_process"


class Payments:
    """The payments that the reconciliation touches."""

    def __init__(self, env):
        self.env = env
        self.liquidity = {}  # facts of a payment -> its liquidity accounts
        self.found = []

    def update_statuses(self, move_ids):
        """``is_matched`` of these entries' payments: the invoices' states need it."""
        self.found = self._read(SQL("p.move_id = ANY(%s)", ints(move_ids)))
        changed = {}
        for payment in self.found:
            matched = payment.status()[0]
            if matched != payment.is_matched:
                payment.is_matched = matched
                changed[payment.id] = payment
        self._write(changed)

    def update_states(self, invoice_ids):
        """States of those payments, and of the payments of these invoices.

        Returns {id: (old, new)}.
        """
        if invoice_ids:
            known = [payment.id for payment in self.found]
            others = SQL(
                "p.id <> ALL(%s) AND p.id IN (%s)",
                ints(known),
                _matched_payments(invoice_ids),
            )
            self.found += self._read(others)
        if not self.found:
            return {}
        states = self._invoice_states([payment.id for payment in self.found])
        changed, changes = {}, {}
        for payment in self.found:
            before = (payment.state, payment.is_matched, payment.is_reconciled)
            payment.state = payment.new_state(states.get(payment.id))
            payment.is_matched, payment.is_reconciled = payment.status()
            after = (payment.state, payment.is_matched, payment.is_reconciled)
            if after != before:
                changed[payment.id] = payment
            if after[0] != before[0]:
                changes[payment.id] = (before[0], after[0])
        self._write(changed)
        return changes

    def _read(self, condition):
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, p.state, p.is_matched IS TRUE, p.is_reconciled IS TRUE,
                          p.amount = 0, p.currency_id = company.currency_id,
                          p.outstanding_account_id, j.default_account_id,
                          p.journal_id, p.payment_method_line_id, p.move_id
                     FROM account_payment p
                     JOIN account_journal j ON j.id = p.journal_id
                     JOIN res_company company ON company.id = p.company_id
                    WHERE p.move_id IS NOT NULL AND (%s)""",
                condition,
            )
        )
        lines = self._lines([row[-1] for row in rows]) if rows else {}
        return [
            Payment(*row[:8], self._liquidity(row), lines.get(row[-1], []))
            for row in rows
        ]

    def _liquidity(self, row):
        key = (row[6], row[8], row[9])
        if key not in self.liquidity:
            payment = self.env["account.payment"].sudo().browse(row[0])
            accounts = payment._get_valid_liquidity_accounts()
            self.liquidity[key] = frozenset(accounts.ids)
        return self.liquidity[key]

    def _lines(self, move_ids):
        """{entry: its lines}; residuals in millionths."""
        types = self.env["account.payment"]._get_valid_payment_account_types()
        rows = self.env.execute_query(
            SQL(
                """SELECT l.move_id, l.account_id,
                          a.account_type = ANY(%s)
                            OR l.account_id IS NOT DISTINCT FROM c.transfer_account_id,
                          a.reconcile IS TRUE, (l.amount_residual * 1000000)::bigint,
                          (l.amount_residual_currency * 1000000)::bigint
                     FROM account_move_line l
                     JOIN account_account a ON a.id = l.account_id
                     JOIN res_company c ON c.id = l.company_id
                    WHERE l.move_id = ANY(%s)""",
                list(types),
                ints(move_ids),
            )
        )
        names = (
            "account_id",
            "counterpart",
            "reconcile",
            "residual",
            "residual_currency",
        )
        lines = defaultdict(list)
        for move_id, *values in rows:
            lines[move_id].append(dict(zip(names, values, strict=True)))
        return lines

    def _invoice_states(self, payment_ids):
        """{payment: payment states of the sales documents it is matched with}."""
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, i.payment_state
                     FROM account_payment p
                     JOIN account_move_line l ON l.move_id = p.move_id
                     JOIN account_account a
                       ON a.id = l.account_id AND a.account_type = ANY(%(types)s)
                     JOIN LATERAL (
                          SELECT credit_move_id AS id FROM account_partial_reconcile
                           WHERE debit_move_id = l.id
                          UNION ALL
                          SELECT debit_move_id FROM account_partial_reconcile
                           WHERE credit_move_id = l.id) other ON TRUE
                     JOIN account_move_line o ON o.id = other.id
                     JOIN account_move i ON i.id = o.move_id
                    WHERE p.id = ANY(%(ids)s) AND i.move_type = ANY(%(sales)s)
                    UNION
                   SELECT r.payment_id, i.payment_state
                     FROM account_move__account_payment r
                     JOIN account_move i ON i.id = r.invoice_id
                    WHERE r.payment_id = ANY(%(ids)s) AND i.move_type = ANY(%(sales)s)
                """,
                types=list(PAYABLE),
                ids=ints(payment_ids),
                sales=list(SALE_TYPES),
            )
        )
        states = defaultdict(set)
        for payment_id, state in rows:
            states[payment_id].add(state)
        return states

    def _write(self, payments):
        if not payments:
            return
        execute(
            self.env,
            SQL(
                """UPDATE account_payment p
                      SET state = new.state, is_matched = new.is_matched,
                          is_reconciled = new.is_reconciled,
                          write_uid = %(uid)s, write_date = %(now)s
                     FROM unnest(%(ids)s, %(states)s, %(matched)s, %(reconciled)s)
                          AS new(id, state, is_matched, is_reconciled)
                    WHERE p.id = new.id""",
                uid=self.env.uid,
                now=self.env.cr.now(),
                ids=ints(payments),
                states=texts(p.state for p in payments.values()),
                matched=array("bool", (p.is_matched for p in payments.values())),
                reconciled=array("bool", (p.is_reconciled for p in payments.values())),
            ),
            len(payments),
        )
