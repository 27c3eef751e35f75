# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    test_required = fields.Char(required=True, default="counter")
    test_company_note = fields.Char(company_dependent=True)
    test_line_count = fields.Integer(compute="_compute_test_line_count", store=True)
    test_partner_city = fields.Char(related="partner_id.city", store=True)

    @api.depends("order_line.product_uom_qty")
    def _compute_test_line_count(self):
        for order in self:
            order.test_line_count = len(
                order.order_line.filtered(lambda line: line.product_uom_qty > 0)
            )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    test_weight = fields.Float(compute="_compute_test_weight", store=True)
    test_flag = fields.Boolean(default=True)

    @api.depends("product_uom_qty", "price_subtotal")
    def _compute_test_weight(self):
        for line in self:
            line.test_weight = line.product_uom_qty * 0.25 + line.price_subtotal / 7
