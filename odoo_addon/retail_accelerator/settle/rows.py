# SPDX-License-Identifier: LGPL-3.0-or-later
"""A settlement's rows and what they pay, read set-wise for the planner."""

from collections import defaultdict
from dataclasses import dataclass, field

from odoo.tools import SQL

from ..arrays import ints
from .items import minor


@dataclass(slots=True)
class Payment:
    """A row's share of one order or journal item."""

    minor: int  # in the target's currency, with the sign of the row
    currency_id: int
    order_id: int | None
    item_id: int | None
    account_id: int | None  # of the item, and so on
    partner_id: int | None  # of the item; who is invoiced for the order
    reconciled: bool

    @property
    def target(self):
        """What tells targets apart."""
        return ("order", self.order_id) if self.order_id else ("item", self.item_id)


@dataclass(slots=True)
class Row:
    """Amounts in minor units of the payout's currency."""

    id: int
    kind: str
    state: str
    day: object  # where the channel is; None when the report does not say
    gross: int
    fee: int
    fee_tax: int
    account_id: int | None  # booked there by a rule or by hand
    transaction: str | None
    reference: str | None
    payments: list = field(default_factory=list)


def read(settlement, timezone, events=None):
    """Rows of the settlement, or those of ``events`` (ids), in order of their ids."""
    env = settlement.env
    env.flush_all()
    chosen = SQL("e.settlement_id = %s", settlement.id)
    if events is not None:
        chosen = SQL("%s AND e.id = ANY(%s)", chosen, ints(events))
    found = env.execute_query(
        SQL(
            """SELECT e.id, e.kind, e.state,
                      ((COALESCE(e.date, e.date_available) AT TIME ZONE 'UTC')
                       AT TIME ZONE %(timezone)s)::date,
                      %(gross)s, %(fee)s, %(fee_tax)s, e.account_id, e.transaction_ref,
                      COALESCE(e.order_ref, e.invoice_ref)
                 FROM retail_settlement_event e
                 JOIN res_currency c ON c.id = e.currency_id
                WHERE %(chosen)s
                ORDER BY e.id""",
            timezone=timezone,
            gross=minor(SQL("e.gross"), "c"),
            fee=minor(SQL("COALESCE(e.fee, 0)"), "c"),
            fee_tax=minor(SQL("COALESCE(e.fee_tax, 0)"), "c"),
            chosen=chosen,
        )
    )
    rows = [Row(*values) for values in found]
    by_id = {row.id: row for row in rows}
    for event_id, *values in env.execute_query(_payments(chosen)):
        by_id[event_id].payments.append(Payment(*values))
    return rows


def _payments(chosen):
    return SQL(
        """SELECT l.event_id, %(amount)s, l.currency_id, l.order_id, l.move_line_id,
                  ml.account_id, COALESCE(ml.partner_id, p.commercial_partner_id),
                  COALESCE(ml.reconciled, false)
             FROM retail_settlement_link l
             JOIN retail_settlement_event e ON e.id = l.event_id
             JOIN res_currency c ON c.id = l.currency_id
             LEFT JOIN account_move_line ml ON ml.id = l.move_line_id
             LEFT JOIN sale_order o ON o.id = l.order_id
             LEFT JOIN res_partner p ON p.id = o.partner_invoice_id
            WHERE l.state = 'applied' AND %(chosen)s
            ORDER BY l.event_id, l.id""",
        amount=minor(SQL("l.amount"), "c"),
        chosen=chosen,
    )


def earlier(settlement, rows):
    """{target: ids of open journal items} of rows of payouts posted before that pay the
    same: a chargeback is won, a refund follows its sale."""
    orders, items = set(), set()
    for row in rows:
        orders.update(p.order_id for p in row.payments if p.order_id)
        items.update(p.item_id for p in row.payments if p.item_id)
    found = settlement.env.execute_query(
        SQL(
            """SELECT l.order_id, l.move_line_id, ml.id
                 FROM retail_settlement_link l
                 JOIN retail_settlement_event e ON e.id = l.event_id
                 JOIN account_move_line ml ON ml.id = e.move_line_id
                WHERE l.state = 'applied' AND NOT ml.reconciled
                  AND e.settlement_id <> %(settlement)s AND e.suspense_line_id IS NULL
                  AND (l.order_id = ANY(%(orders)s) OR l.move_line_id = ANY(%(items)s))
                  AND NOT EXISTS (SELECT 1 FROM retail_settlement_link other
                                   WHERE other.event_id = l.event_id
                                     AND other.state = 'applied' AND other.id <> l.id)
                ORDER BY ml.id""",
            settlement=settlement.id,
            orders=ints(orders),
            items=ints(items),
        )
    )
    result = defaultdict(list)
    for order_id, item_id, line_id in found:
        result[("order", order_id) if order_id else ("item", item_id)].append(line_id)
    return result
