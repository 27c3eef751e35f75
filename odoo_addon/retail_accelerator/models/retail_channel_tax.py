# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import float_repr


class RetailChannelTax(models.Model):
    _name = "retail.channel.tax"
    _inherit = "retail.channel.mapping"
    _description = "Tax Rate of a Retail Channel"
    _order = "channel_id, country_code, state_code, id"

    rate_ref = fields.Char(
        string="Shop Rate",
        required=True,
        help="The shop's own id of the rate; order lines refer to it.",
    )
    name = fields.Char(required=True, help="Name of the rate in the shop.")
    rate = fields.Float(
        string="Rate (%)", digits=(16, 4), help="Per cent, as the shop has it."
    )
    country_code = fields.Char(string="Country")
    state_code = fields.Char(string="State")
    compound = fields.Boolean(
        help="The shop charges this rate on the price plus the taxes before it."
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Odoo Taxes",
        domain="[('type_tax_use', '=', 'sale'), "
        "('company_id', 'parent_of', company_id)]",
        check_company=True,
        context={"active_test": False},
        help="The taxes an order line gets in Odoo for this rate, mostly one. Lines "
        "whose rate has none are rejected.",
    )

    _rate_ref_unique = models.Constraint(
        "UNIQUE (channel_id, rate_ref)",
        "This shop rate is already mapped in the channel.",
    )

    @api.depends("name", "rate")
    def _compute_display_name(self):
        for rate in self:
            percent = float_repr(rate.rate, 4).rstrip("0").rstrip(".")
            rate.display_name = f"{rate.name or ''} ({percent} %)"
