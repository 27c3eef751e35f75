# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a row to what it pays, its journal item and its bank line, and back to it."""

from odoo import api, models
from odoo.fields import Domain


class RetailSettlementEventTrail(models.AbstractModel):
    _name = "retail.settlement.event.trail"
    _description = "Audit Trail of a Settlement Row"

    @api.model
    def _trail(self, orders=None, items=None, moves=None):
        """Domain of the rows that pay these orders, journal items or entries, or are
        posted in them; an invoice is also paid by what paid its order."""
        links, posted = Domain.FALSE, Domain.FALSE
        if moves:
            invoices = moves.sudo().filtered(lambda move: move.is_sale_document())
            sold = invoices.invoice_line_ids.sale_line_ids.order_id
            orders = sold | orders if orders else sold
            links |= Domain("move_line_id.move_id", "in", moves.ids)
            posted |= Domain("move_line_id.move_id", "in", moves.ids)
        if items:
            links |= Domain("move_line_id", "in", items.ids)
            posted |= Domain("move_line_id", "in", items.ids)
        if orders:
            links |= Domain("order_id", "in", orders.ids)
        applied = links & Domain("state", "=", "applied")
        return posted | Domain("link_ids", "any", applied)

    @api.model
    def _action_trail(self, name, domain):
        """The rows of a trail; the one there is."""
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "domain": list(domain),
        }
        found = self.search(domain, limit=2)
        if len(found) == 1:
            action.update(view_mode="form", res_id=found.id)
        return action

    def action_open_target(self):
        """What the row pays; a list when that is more than one document."""
        self.ensure_one()
        links = self.applied_ids
        orders, moves = links.order_id, links.move_line_id.move_id
        if len(orders) + len(moves) <= 1 or (orders and moves):
            return links[:1].action_open_target()
        targets = orders or moves
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Paid by %s", self.display_name),
            "res_model": targets._name,
            "view_mode": "list,form",
            "domain": [("id", "in", targets.ids)],
            "context": {"create": False},
        }

    def action_open_entry(self):
        """The entry that holds the row's amount."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_line_id.move_id.id,
            "view_mode": "form",
        }

    def action_open_bank_line(self):
        """The bank line of the row's payout."""
        self.ensure_one()
        return self.settlement_id.action_view_bank_line()
