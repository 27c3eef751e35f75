# SPDX-License-Identifier: LGPL-3.0-or-later
"""The books of a database without ids and moments, to compare one run with another."""

LINES = """
SELECT m.name, m.ref, a.account_type, p.name, l.name, l.balance, l.amount_currency,
       l.amount_residual, l.amount_residual_currency, l.reconciled,
       l.matching_number IS NULL, l.matching_number LIKE 'P%', l.parent_state
  FROM account_move_line l
  JOIN account_move m ON m.id = l.move_id
  LEFT JOIN account_account a ON a.id = l.account_id
  LEFT JOIN res_partner p ON p.id = l.partner_id
"""
MATCHINGS = """
SELECT d.name, dl.name, dl.balance, c.name, cl.name, cl.balance, r.amount,
       r.debit_amount_currency, r.credit_amount_currency,
       r.full_reconcile_id IS NULL, count(*)
  FROM account_partial_reconcile r
  JOIN account_move_line dl ON dl.id = r.debit_move_id
  JOIN account_move d ON d.id = dl.move_id
  JOIN account_move_line cl ON cl.id = r.credit_move_id
  JOIN account_move c ON c.id = cl.move_id
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
ENTRIES = """
SELECT name, ref, state, payment_state, amount_total, amount_residual
  FROM account_move
"""
PAYMENTS = "SELECT name, state, is_matched, is_reconciled FROM account_payment"
FULLS = "SELECT count(*) FROM account_full_reconcile"
MESSAGES = """
SELECT coalesce(m.name, p.name), t.old_value_char, t.new_value_char, count(*)
  FROM mail_message g
  JOIN mail_tracking_value t ON t.mail_message_id = g.id
  JOIN ir_model_fields f ON f.id = t.field_id
   AND f.name IN ('payment_state', 'state')
  LEFT JOIN account_move m ON g.model = 'account.move' AND m.id = g.res_id
  LEFT JOIN account_payment p ON g.model = 'account.payment' AND p.id = g.res_id
 WHERE g.model IN ('account.move', 'account.payment')
 GROUP BY 1, 2, 3
"""
QUERIES = (LINES, MATCHINGS, ENTRIES, PAYMENTS, FULLS, MESSAGES)


def books_state(cr):
    """Lines, matchings, entries, payments and messages, each a sorted list of rows."""
    state = []
    for query in QUERIES:
        cr.execute(query)
        state.append(sorted(map(str, cr.fetchall())))
    return state


def balanced(cr):
    """No entry out of balance, no line matched beyond its balance."""
    cr.execute(
        "SELECT move_id FROM account_move_line GROUP BY 1 HAVING sum(balance) <> 0"
    )
    if cr.fetchall():
        return False
    cr.execute(
        """SELECT l.id FROM account_move_line l
             JOIN (SELECT debit_move_id AS id, amount FROM account_partial_reconcile
                    UNION ALL
                   SELECT credit_move_id, -amount FROM account_partial_reconcile) p
               ON p.id = l.id
         GROUP BY l.id
           HAVING l.amount_residual <> l.balance - sum(p.amount)
               OR l.amount_residual * l.balance < 0"""
    )
    return not cr.fetchall()
