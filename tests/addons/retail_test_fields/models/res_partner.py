# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    test_required = fields.Char(required=True, default="shop\t\\ floor")
    test_company_note = fields.Char(company_dependent=True)
    test_company_rank = fields.Integer(company_dependent=True, default=5)
    test_since = fields.Date(default=fields.Date.today)
    test_plain = fields.Json()
