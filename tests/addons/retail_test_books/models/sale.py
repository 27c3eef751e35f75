# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def message_post(self, **kwargs):
        return super().message_post(**{"subject": self.name, **kwargs})
