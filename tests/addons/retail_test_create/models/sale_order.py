# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        for order in orders:
            order.client_order_ref = f"{order.client_order_ref or ''}!"
        return orders
