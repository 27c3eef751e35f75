# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class RetailChannelService(models.Model):
    _name = "retail.channel.service"
    _inherit = "retail.channel.mapping"
    _description = "Shipping Method or Fee of a Retail Channel"
    _order = "channel_id, kind desc, sequence, id"

    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("shipping", "Shipping method"), ("fee", "Fee")],
        required=True,
        default="shipping",
    )
    code = fields.Char(
        string="Method or Fee Name",
        help="The shipping method's id (e.g. flat_rate) or the fee's name. Empty: any "
        "that has no line of its own.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        domain="[('type', '=', 'service')]",
        check_company=True,
        help="The service an order line gets in Odoo.",
    )

    # An empty code stands for any, so there may be one of it per kind, too.
    _code_unique = models.UniqueIndex(
        "(channel_id, kind, COALESCE(code, ''))",
        "This shipping method or fee is already mapped in the channel.",
    )

    @api.depends("kind", "code")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for service in self:
            code = service.code or self.env._("any")
            service.display_name = f"{kinds.get(service.kind, '')}: {code}"
