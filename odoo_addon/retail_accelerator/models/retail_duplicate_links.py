# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ways from contacts and orders to their duplicates."""

from odoo import api, fields, models


class RetailDuplicateMixin(models.AbstractModel):
    _name = "retail.duplicate.mixin"
    _description = "Record That May Have Duplicates"

    retail_duplicate_count = fields.Integer(
        string="Duplicates to review",
        compute="_compute_retail_duplicate_count",
        groups="retail_accelerator.group_auditor",
    )

    @api.model
    def _retail_duplicate_kind(self):
        return {"res.partner": "partner", "sale.order": "order"}[self._name]

    def _retail_duplicate_domain(self):
        return [
            ("kind", "=", self._retail_duplicate_kind()),
            ("state", "=", "open"),
            "|",
            ("first_id", "in", self.ids),
            ("second_id", "in", self.ids),
        ]

    @api.depends_context("uid")
    def _compute_retail_duplicate_count(self):
        pairs = self.env["retail.duplicate"].search(self._retail_duplicate_domain())
        for record in self:
            record.retail_duplicate_count = len(
                pairs.filtered(
                    lambda pair, wanted=record._origin.id: (
                        wanted in (pair.first_id, pair.second_id)
                    )
                )
            )

    def action_view_retail_duplicates(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_duplicate_action"
        )
        domain = self._retail_duplicate_domain()
        return {**action, "domain": domain, "context": {}}


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "retail.duplicate.mixin"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "retail.duplicate.mixin"]
