# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ask before an import is undone, with the numbers."""

from odoo import api, fields, models


class RetailImportUndo(models.TransientModel):
    _name = "retail.import.undo"
    _description = "Undo an Import"

    import_id = fields.Many2one("retail.import", required=True, readonly=True)
    removable_count = fields.Integer(
        string="Quotations to delete", compute="_compute_counts"
    )
    kept_count = fields.Integer(string="Orders left alone", compute="_compute_counts")

    @api.depends("import_id")
    def _compute_counts(self):
        for wizard in self:
            record = wizard.import_id
            wizard.removable_count = len(record._untouched_orders()) if record else 0
            wizard.kept_count = len(record._touched_orders()) if record else 0

    def action_show_kept(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders that will be left alone"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [("id", "in", self.import_id._touched_orders().ids)],
            "context": {"create": False},
        }

    def action_undo(self):
        self.ensure_one()
        self.import_id._undo()
