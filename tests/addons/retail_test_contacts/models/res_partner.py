# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    _inherit = "res.partner"

    test_initials = fields.Char(compute="_compute_test_initials", store=True)

    @api.depends("name")
    def _compute_test_initials(self):
        for partner in self:
            words = (partner.name or "").split()
            partner.test_initials = "".join(word[0] for word in words)

    @api.constrains("name")
    def _check_test_name(self):
        if any("forbidden" in (partner.name or "").lower() for partner in self):
            raise ValidationError("forbidden")

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        for partner in partners:
            partner.ref = f"C{len(partner.name or '')}"
        return partners

    def write(self, vals):
        return super().write({**vals, "function": vals.get("function") or "Buyer"})


class ResCountry(models.Model):
    _inherit = "res.country"

    test_partner_ids = fields.One2many("res.partner", "country_id")
    test_partner_count = fields.Integer(
        compute="_compute_test_partner_count", store=True
    )

    @api.depends("test_partner_ids")
    def _compute_test_partner_count(self):
        for country in self:
            country.test_partner_count = len(country.test_partner_ids)
