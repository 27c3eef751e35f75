# SPDX-License-Identifier: LGPL-3.0-or-later
"""Card payments at the till, when the module Point of Sale is installed.

A row of a terminal's report pays one ``pos.payment``. Closing the session books these:
all of a payment method in one entry, or one entry for each when the method identifies
its customer. What the provider owes is that entry's item on the outstanding account.
So a row is matched with the POS payment, and posted against the item of its session:
it takes its part, and the item is paid when all rows of the session have come.

No column of the module is named unless it is installed.
"""

from odoo.tools import SQL

from ..arrays import ints

MODEL = "pos.payment"
LINES = """
    SELECT pay.id AS payment_id, entry.line_id
      FROM (SELECT pp.id, pp.session_id, pp.payment_method_id, pp.amount,
                   pc.currency_id,
                   p.commercial_partner_id AS partner_id,
                   row_number() OVER (
                       PARTITION BY pp.session_id, pp.payment_method_id,
                                    p.commercial_partner_id, pp.amount
                       ORDER BY pp.id) AS turn
              FROM pos_payment pp
              JOIN pos_order po ON po.id = pp.pos_order_id
              JOIN pos_session ps ON ps.id = pp.session_id
              JOIN pos_config pc ON pc.id = ps.config_id
              LEFT JOIN res_partner p ON p.id = po.partner_id
             WHERE pp.session_id IN (
                   SELECT pp.session_id FROM pos_payment pp WHERE %(payments)s)
           ) pay
      JOIN (SELECT ml.id AS line_id, ap.pos_session_id, ap.partner_id,
                   ap.pos_payment_method_id, ml.amount_currency AS amount,
                   ml.currency_id,
                   row_number() OVER (
                       PARTITION BY ap.pos_session_id, ap.pos_payment_method_id,
                                    ap.partner_id, ml.amount_currency
                       ORDER BY ap.id) AS turn
              FROM account_payment ap
              JOIN account_move_line ml ON ml.move_id = ap.move_id
              JOIN account_account a ON a.id = ml.account_id
             WHERE ap.pos_session_id IS NOT NULL
               AND ml.parent_state = 'posted' AND %(owed)s) entry
        ON entry.pos_session_id = pay.session_id
       AND entry.pos_payment_method_id = pay.payment_method_id
       AND entry.currency_id = pay.currency_id
       AND (entry.partner_id IS NULL
            OR entry.partner_id = pay.partner_id
               AND entry.amount = pay.amount AND entry.turn = pay.turn)"""


def installed(env):
    return MODEL in env


def lines(payments):
    """The statement (payment_id, line_id) of POS payments ``payments`` (SQL: a
    condition on ``pp``) whose session is closed, with the item by which the provider
    owes them.

    Split payments of one customer and amount are interchangeable: the first goes with
    the first entry.
    """
    return SQL(LINES, payments=payments, owed=owed())


def targets(payments):
    """The statement (id, currency_id, line_id) of POS payments by their ids; no line
    while their session is open."""
    chosen = SQL("pp.id = ANY(%s)", ints(payments))
    return SQL(
        """SELECT pp.id, pc.currency_id, pl.line_id
             FROM pos_payment pp
             JOIN pos_session ps ON ps.id = pp.session_id
             JOIN pos_config pc ON pc.id = ps.config_id
             LEFT JOIN (%s) pl ON pl.payment_id = pp.id
            WHERE %s""",
        lines(chosen),
        chosen,
    )


def owed():
    """SQL: ``ml`` (on account ``a``) is what the provider owes by the entry of the
    payment ``ap``; the accounts of refunds are swapped."""
    return SQL(
        "ml.account_id IN (ap.outstanding_account_id, ap.destination_account_id)"
        " AND a.account_type <> 'asset_receivable' AND a.reconcile"
    )


def recent(since, months, company):
    """SQL: the condition on ``pp`` for the payments that are looked at."""
    return SQL(
        "pp.company_id = %s AND pp.amount <> 0"
        " AND pp.payment_date >= %s::date - make_interval(months => %s)",
        company.id,
        since,
        months,
    )


def combined():
    """SQL: the payment ``ap``, whose item is ``ml``, is none of a session, or stands
    for several POS payments of it of which no row has paid any. A row that pays it is
    the session's sum, from a report without details."""
    return SQL(
        """(ap.pos_session_id IS NULL OR ap.partner_id IS NULL
            AND (SELECT count(*) FROM pos_payment pp
                  WHERE pp.session_id = ap.pos_session_id AND pp.amount <> 0
                    AND pp.payment_method_id = ap.pos_payment_method_id) > 1
            AND NOT EXISTS (
                SELECT 1 FROM retail_settlement_link l
                 WHERE l.move_line_id = ml.id AND l.state = 'applied'
                   AND l.source_model = %s))""",
        MODEL,
    )


def settled(line):
    """SQL: the item (alias) of the session is matched by somebody else, with the bank's
    line for instance, or pays a row as a whole. So its payments are no row's."""
    return SQL(
        """(%(line)s.reconciled AND NOT EXISTS (
              SELECT 1 FROM retail_settlement_link l
                JOIN retail_settlement_event e ON e.id = l.event_id
               WHERE l.move_line_id = %(line)s.id AND l.state = 'applied'
                 AND l.source_model = %(model)s AND e.move_line_id IS NOT NULL)
            OR EXISTS (
              SELECT 1 FROM retail_settlement_link l
               WHERE l.move_line_id = %(line)s.id AND l.state = 'applied'
                 AND l.source_model IS NULL))""",
        line=SQL.identifier(line),
        model=MODEL,
    )


def not_of_others(channel):
    """SQL: the journal of the method ``pm`` is that of no other channel only."""
    return SQL(
        """(pm.journal_id IN %(mine)s OR NOT EXISTS (
              SELECT 1 FROM retail_channel other
               WHERE other.company_id = %(company)s AND other.id <> %(channel)s
                 AND pm.journal_id IN (other.settlement_bank_journal_id,
                                       other.settlement_journal_id)))""",
        mine=(
            channel.settlement_bank_journal_id.id or 0,
            channel.settlement_journal_id.id or 0,
        ),
        company=channel.company_id.id,
        channel=channel.id,
    )
