# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import float_repr


class RetailChannelTax(models.Model):
    _name = "retail.channel.tax"
    _inherit = "retail.channel.mapping"
    _description = "Tax Rate of a Retail Channel"
    _order = "channel_id, country_code, state_code, rate_ref, id"

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
    is_mapped = fields.Boolean(compute="_compute_is_mapped", search="_search_is_mapped")

    _rate_ref_unique = models.Constraint(
        "UNIQUE (channel_id, rate_ref)",
        "This shop rate is already mapped in the channel.",
    )

    @api.depends("name", "rate")
    def _compute_display_name(self):
        for rate in self:
            percent = float_repr(rate.rate, 4).rstrip("0").rstrip(".")
            rate.display_name = f"{rate.name or ''} ({percent} %)"

    @api.depends("tax_ids")
    def _compute_is_mapped(self):
        for rate in self:
            rate.is_mapped = bool(rate.tax_ids)

    def _search_is_mapped(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = {True: [("tax_ids", "!=", False)], False: [("tax_ids", "=", False)]}
        wanted = {bool(item) for item in value}
        return domains[wanted.pop()] if len(wanted) == 1 else []
