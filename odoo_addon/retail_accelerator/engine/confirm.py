# SPDX-License-Identifier: LGPL-3.0-or-later
"""Confirm imported quotations whose shop status asks for it, in the background, by the
ORM: stock, numbering and other modules' reactions are its business."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .context import QUIET

REASON = "confirm_failed"


def waiting(env, channel, limit):
    """Quotations to confirm, oldest first; those that failed wait for a person."""
    rows = env.execute_query(
        SQL(
            """SELECT o.id FROM retail_ledger l
                 JOIN sale_order o ON o.id = l.order_id
                 JOIN retail_channel_status s
                   ON s.channel_id = l.channel_id AND s.status = l.source_status
                WHERE l.channel_id = %s AND s.action = 'confirm' AND o.state = 'draft'
                  AND l.outcome IN ('created', 'updated') AND l.reason IS NULL
                ORDER BY o.date_order, o.id LIMIT %s""",
            channel.id,
            limit,
        )
    )
    return env["sale.order"].browse([row[0] for row in rows])


def confirm(env, channel, limit=50):
    """Confirm up to ``limit`` quotations of the channel.

    Returns (confirmed, failed). All at once; when that fails, one by one, so that one
    order that cannot be confirmed does not hold up the others.
    """
    orders = waiting(env, channel, limit).with_company(channel.company_id)
    if not channel.chatter:
        orders = orders.with_context(**QUIET)
    if not orders:
        return 0, 0
    try:
        with env.cr.savepoint():
            _confirm(orders)
        return len(orders), 0
    except (UserError, ValidationError, AccessError):
        return _one_by_one(env, orders)


def _confirm(orders):
    """``action_confirm`` puts today on the order: the day of the sale is kept."""
    dates = {order.id: order.date_order for order in orders}
    orders.action_confirm()
    for order in orders:
        order.date_order = dates[order.id]
    orders.env.flush_all()


def _one_by_one(env, orders):
    confirmed = 0
    for order in orders:
        try:
            with env.cr.savepoint():
                _confirm(order)
            confirmed += 1
        except (UserError, ValidationError, AccessError) as error:
            entries = env["retail.ledger"].search([("order_id", "=", order.id)])
            entries.write({"reason": REASON, "message": str(error.args[0])})
    return confirmed, len(orders) - confirmed
