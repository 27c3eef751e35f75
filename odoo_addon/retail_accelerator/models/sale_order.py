# SPDX-License-Identifier: LGPL-3.0-or-later
"""From an order back to what the shop sent."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # Nothing is stored on the order itself: the ledger points to it.
    retail_ledger_ids = fields.One2many(
        "retail.ledger",
        "order_id",
        string="Shop records",
        groups="retail_accelerator.group_auditor",
    )
    retail_channel_id = fields.Many2one(
        "retail.channel",
        string="Channel",
        compute="_compute_retail_source",
        search="_search_retail_channel_id",
        compute_sudo=True,
        help="The shop this order was imported from.",
    )
    retail_source_number = fields.Char(
        string="Shop order",
        compute="_compute_retail_source",
        search="_search_retail_source_number",
        compute_sudo=True,
        help="The number of this order in the shop.",
    )
    retail_review_count = fields.Integer(
        compute="_compute_retail_source", compute_sudo=True
    )
    retail_refund_ids = fields.One2many(
        "retail.refund",
        "order_id",
        string="Shop refunds",
        groups="retail_accelerator.group_auditor",
    )
    retail_refund_count = fields.Integer(
        string="Shop refunds count",
        compute="_compute_retail_refund_count",
        compute_sudo=True,
    )
    retail_settlement_link_ids = fields.One2many(
        "retail.settlement.link",
        "order_id",
        string="Paid by",
        groups="retail_accelerator.group_auditor",
    )
    retail_settlement_count = fields.Integer(
        compute="_compute_retail_settlement_count", compute_sudo=True
    )

    @api.depends("retail_ledger_ids")
    def _compute_retail_source(self):
        entries = self.env["retail.ledger"].search([("order_id", "in", self.ids)])
        by_order = entries.grouped("order_id")
        for order in self:
            own = by_order.get(order._origin, self.env["retail.ledger"])
            order.retail_channel_id = own[:1].channel_id
            order.retail_source_number = own[:1].source_number
            order.retail_review_count = len(
                own.filtered(lambda entry: entry.outcome == "review")
            )

    @api.depends("retail_refund_ids")
    def _compute_retail_refund_count(self):
        counts = dict(
            self.env["retail.refund"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.retail_refund_count = counts.get(order._origin, 0)

    @api.model
    def _search_by_ledger(self, field, operator, value):
        """Orders whose ledger row fits; without one, for an empty value."""
        if operator not in ("in", "any", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        ledger = self.env["retail.ledger"].sudo()
        if operator != "in" or False not in value:
            wanted = [(field, operator, value), ("order_id", "!=", False)]
            query = ledger._search(wanted)
            return [("id", "in", query.subselect("order_id"))]
        others = [item for item in value if item]
        unwanted = ledger._search(
            [("order_id", "!=", False), (field, "not in", [*others, False])]
        )
        return [("id", "not in", unwanted.subselect("order_id"))]

    @api.model
    def _search_retail_channel_id(self, operator, value):
        return self._search_by_ledger("channel_id", operator, value)

    @api.model
    def _search_retail_source_number(self, operator, value):
        return self._search_by_ledger("source_number", operator, value)

    def action_view_retail_ledger(self):
        """What the shop sent for this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_ledger_action"
        )
        entries = self.retail_ledger_ids
        if len(entries) == 1:
            return {**action, "views": [(False, "form")], "res_id": entries.id}
        return {**action, "domain": [("id", "in", entries.ids)], "context": {}}

    def action_view_retail_refunds(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_refund_action"
        )
        return {
            **action,
            "domain": [("order_id", "=", self.id)],
            "context": {"create": False},
        }

    def _compute_retail_settlement_count(self):
        for order in self:
            order.retail_settlement_count = self.env[
                "retail.settlement.event"
            ].search_count(order._retail_trail())

    def _retail_trail(self):
        """Domain of the rows of payouts that pay the order, or its invoices."""
        return self.env["retail.settlement.event"]._trail(
            orders=self, moves=self.sudo().invoice_ids
        )

    def action_view_retail_settlement_events(self):
        self.ensure_one()
        return self.env["retail.settlement.event"]._action_trail(
            self.env._("Payments of %s", self.name), self._retail_trail()
        )

    # -- orders whose revenue a payout booked: an invoice would book it twice --

    def _retail_booked_links(self):
        return (
            self.env["retail.settlement.link"]
            .sudo()
            .search([("order_id", "in", self.ids), ("is_revenue", "=", True)])
        )

    def _compute_invoice_status(self):
        res = super()._compute_invoice_status()
        booked = self._retail_booked_links().order_id
        for order in self.filtered(lambda order: order._origin in booked):
            if order.invoice_status == "to invoice":
                order.invoice_status = "no"
        return res

    def _retail_refresh_invoice_status(self):
        """Revenue was booked in sums, or is not any more."""
        self.env.add_to_compute(self._fields["invoice_status"], self)
        self.flush_recordset(["invoice_status"])

    def _create_invoices(self, *args, **kwargs):
        links = self._retail_booked_links()
        if links:
            raise UserError(
                self.env._(
                    "The revenue of %(orders)s is in the books already, in sums, by "
                    "the payout %(payouts)s: an invoice would book it twice. If a "
                    "customer needs an invoice, reverse the payout, invoice the order "
                    "and post the payout again: it then pays the invoice.",
                    orders=", ".join(links.order_id.mapped("name")[:10]),
                    payouts=", ".join(links.settlement_id.mapped("name")),
                )
            )
        return super()._create_invoices(*args, **kwargs)
