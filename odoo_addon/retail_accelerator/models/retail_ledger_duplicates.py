# SPDX-License-Identifier: LGPL-3.0-or-later
"""Records that were held because they seem to be in Odoo already."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.duplicates import REASONS


class RetailLedger(models.Model):
    _inherit = "retail.ledger"

    duplicate_ids = fields.One2many(
        "retail.duplicate", "ledger_id", string="Possible duplicates"
    )
    is_held = fields.Boolean(
        string="Held as a duplicate",
        compute="_compute_is_held",
        help="Not imported until somebody has decided about the duplicate.",
    )

    @api.depends("outcome", "reason")
    def _compute_is_held(self):
        for entry in self:
            entry.is_held = entry.outcome == "review" and entry.reason in REASONS

    def _expect_not_held(self):
        if any(entry.is_held for entry in self):
            raise UserError(
                self.env._(
                    "This record was held as a possible duplicate. Decide under "
                    "Retail > Duplicates to review."
                )
            )

    def action_keep(self):
        self._expect_not_held()
        return super().action_keep()

    def action_apply(self):
        self._expect_not_held()
        return super().action_apply()

    def action_view_duplicates(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_duplicate_action"
        )
        pairs = self.duplicate_ids
        if len(pairs) == 1:
            return {**action, "views": [(False, "form")], "res_id": pairs.id}
        return {**action, "domain": [("ledger_id", "in", self.ids)], "context": {}}
