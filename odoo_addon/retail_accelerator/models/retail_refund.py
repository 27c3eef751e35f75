# SPDX-License-Identifier: LGPL-3.0-or-later
"""Refunds of the shop, recorded against their order."""

from odoo import api, fields, models


class RetailRefund(models.Model):
    _name = "retail.refund"
    _description = "Refund in the Shop"
    _inherit = ["mail.thread"]
    _order = "refunded_at desc, id desc"
    _rec_name = "source_ref"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "retail.channel",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    import_id = fields.Many2one(
        "retail.import",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The last import that brought news of this refund.",
    )
    source_ref = fields.Char(
        string="Refund id", required=True, readonly=True, help="The shop's id."
    )
    order_source_ref = fields.Char(
        string="Shop order id",
        required=True,
        readonly=True,
        index=True,
        help="The shop's id of the refunded order.",
    )
    order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Empty until the order itself has been imported.",
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    refunded_at = fields.Datetime(string="Refunded on", readonly=True)
    amount = fields.Monetary(
        string="Refunded", readonly=True, help="Given back, taxes included."
    )
    line_total = fields.Monetary(
        string="Of which on lines",
        compute="_compute_line_total",
        help="The rest was refunded as an amount, without naming goods.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    reason = fields.Char(readonly=True, help="As entered in the shop.")
    state = fields.Selection(
        [("waiting_order", "Waiting for its order"), ("recorded", "Recorded")],
        string="Status",
        required=True,
        readonly=True,
        default="waiting_order",
        index=True,
    )
    detailed = fields.Boolean(
        string="With details",
        readonly=True,
        help="Off: only the order's mention of the refund is known: amount and reason. "
        "Import the shop's refunds file for date and lines.",
    )
    content_hash = fields.Char(readonly=True, size=32)
    line_ids = fields.One2many(
        "retail.refund.line", "refund_id", string="Lines", readonly=True
    )

    _source_ref_unique = models.UniqueIndex(
        "(channel_id, source_ref)", "This refund of the shop is recorded already."
    )

    @api.depends("source_ref")
    def _compute_display_name(self):
        for refund in self:
            refund.display_name = self.env._("Refund %s", refund.source_ref)

    @api.depends("line_ids.amount_untaxed", "line_ids.amount_tax")
    def _compute_line_total(self):
        for refund in self:
            refund.line_total = sum(
                line.amount_untaxed + line.amount_tax for line in refund.line_ids
            )

    def _detach_orders(self, orders):
        """These orders go away: their refunds wait for them again."""
        refunds = self.search([("order_id", "in", orders.ids)])
        refunds.line_ids.write({"order_line_id": False})
        refunds.write({"order_id": False, "state": "waiting_order"})


class RetailRefundLine(models.Model):
    _name = "retail.refund.line"
    _description = "Line of a Refund in the Shop"
    _order = "refund_id, id"

    refund_id = fields.Many2one(
        "retail.refund", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(related="refund_id.channel_id")
    company_id = fields.Many2one(related="refund_id.company_id", store=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    kind = fields.Selection(
        [("product", "Product"), ("shipping", "Shipping"), ("fee", "Fee")],
        required=True,
        readonly=True,
    )
    name = fields.Char(string="Description", readonly=True)
    sku = fields.Char(string="SKU", readonly=True)
    source_line_ref = fields.Char(
        string="Shop line id",
        readonly=True,
        help="The shop's id of the refunded line of the order.",
    )
    order_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The line of the order, when it could be told for certain.",
    )
    product_id = fields.Many2one(related="order_line_id.product_id")
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="0: money was given back without goods coming back.",
    )
    amount_untaxed = fields.Monetary(string="Untaxed", readonly=True)
    amount_tax = fields.Monetary(string="Taxes", readonly=True)
    tax_detail = fields.Char(
        string="Tax detail",
        readonly=True,
        help="Amount by the shop's tax rate, as 'rate id: amount'.",
    )
