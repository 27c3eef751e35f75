# SPDX-License-Identifier: LGPL-3.0-or-later
"""No item is consumed twice: what stands in the database, added up anew."""

from odoo.tools import SQL

from ..arrays import ints
from . import items, pos

# Whether new links take more of it (up) or give back (down).
WAYS = SQL(
    "bool_or(is_new AND amount > 0) AS up, bool_or(is_new AND amount < 0) AS down"
)
OVERDRAWN = """
    WITH links AS MATERIALIZED (
        SELECT l.order_id, l.move_line_id, l.source_id, l.amount,
               %(taken)s AS taken, l.event_id = ANY(%(events)s) AS is_new
          FROM retail_settlement_link l
          JOIN retail_settlement_event e ON e.id = l.event_id
          LEFT JOIN account_move_line pl ON pl.id = e.move_line_id
         WHERE l.state = 'applied' AND l.company_id = %(company)s),
    orders AS MATERIALIZED (
        SELECT order_id, sum(amount) AS amount, %(ways)s
          FROM links WHERE order_id IS NOT NULL
         GROUP BY order_id HAVING bool_or(is_new)),
    items AS MATERIALIZED (
        SELECT move_line_id, sum(taken) AS amount, %(ways)s
          FROM links
         WHERE move_line_id IS NOT NULL AND source_id IS NULL
         GROUP BY move_line_id HAVING bool_or(is_new))
    SELECT o.name FROM orders k
      JOIN sale_order o ON o.id = k.order_id
     WHERE k.up AND k.amount > o.amount_total
        OR k.down AND k.amount < 0
     UNION ALL
    SELECT ml.move_name FROM items k
      JOIN account_move_line ml ON ml.id = k.move_line_id
     CROSS JOIN LATERAL (
          SELECT ml.amount_residual_currency - k.amount AS open) rest
     WHERE ml.amount_currency >= 0
           AND (k.up AND rest.open < 0
                OR k.down AND rest.open > ml.amount_currency)
        OR ml.amount_currency < 0
           AND (k.down AND rest.open > 0
                OR k.up AND rest.open < ml.amount_currency)
     %(pos)s"""


def overdrawn(company, events):
    """Names of orders and entries of which the rows ``events`` (ids) and all others
    together take more than there is, or give back more than was taken.

    One pass over all links: right after a bulk write the database knows too little of
    them to look each item up well.
    """
    rows = company.env.execute_query(
        SQL(
            OVERDRAWN,
            events=ints(events),
            taken=items.TAKEN,
            pos=_overdrawn_pos() if pos.installed(company.env) else SQL(""),
            company=company.id,
            ways=WAYS,
        )
    )
    return [name for (name,) in rows]


def _overdrawn_pos():
    """POS payments have their own amounts: the session's item may be less than what
    was paid, by its refunds."""
    return SQL(
        """UNION ALL
           SELECT COALESCE(po.pos_reference, po.name)
             FROM (SELECT source_id, sum(amount) AS amount FROM links
                    WHERE source_id IS NOT NULL
                    GROUP BY source_id HAVING bool_or(is_new)) k
             JOIN pos_payment pp ON pp.id = k.source_id
             JOIN pos_order po ON po.id = pp.pos_order_id
            WHERE k.amount NOT BETWEEN LEAST(pp.amount, 0) AND GREATEST(pp.amount, 0)"""
    )
