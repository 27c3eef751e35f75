# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a row to what it pays, its journal item and its bank line, and back to it."""

from odoo import api, fields, models
from odoo.fields import Domain

from ...settle import undone


class RetailSettlementEventTrail(models.AbstractModel):
    _name = "retail.settlement.event.trail"
    _description = "Audit Trail of a Settlement Row"

    posted_item_ids = fields.Many2many(
        "account.move.line",
        string="Journal Items",
        compute="_compute_posted_item_ids",
        compute_sudo=True,
        help="The journal items that hold the row's amount: one for each item it pays.",
    )
    posted_item_count = fields.Integer(
        compute="_compute_posted_item_ids", compute_sudo=True
    )

    @api.depends("move_line_id", "link_ids.state", "reason")
    def _compute_posted_item_ids(self):
        for event in self:
            event.posted_item_ids = event._posted_items()
            event.posted_item_count = len(event.posted_item_ids)

    def _posted_items(self):
        """Of a row that pays several items, ``move_line_id`` is the last; the others
        stand in the same entry, with its label and the amount of what each pays."""
        item = self.move_line_id
        paid = self.link_ids.filtered(
            lambda link: link.state == "applied" or self.reason == undone.REASON
        )
        if not item or len(paid) < 2:
            return item
        wanted = [(link.currency_id, -link.amount) for link in paid]
        alike = item.move_id.line_ids.filtered(
            lambda other: (
                other.name == item.name
                and any(
                    currency == other.currency_id
                    and not currency.compare_amounts(amount, other.amount_currency)
                    for currency, amount in wanted
                )
            )
        )
        return alike | item

    @api.model
    def _of_items(self, items):
        """Rows of several items, one of which is among these."""
        several = self.sudo().search(
            [
                ("move_line_id.move_id", "in", items.move_id.ids),
                ("move_line_id.name", "in", items.mapped("name")),
            ]
        )
        return several.filtered(lambda event: event.posted_item_ids & items)

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
            posted |= Domain("id", "in", self._of_items(items).ids)
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

    def action_view_posted_items(self):
        """The journal items that hold the row's amount."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal items of %s", self.display_name),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("id", "in", self.posted_item_ids.ids)],
            "context": {"create": False},
        }

    def action_open_bank_line(self):
        """The bank line of the row's payout."""
        self.ensure_one()
        return self.settlement_id.action_view_bank_line()
