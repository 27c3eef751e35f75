# SPDX-License-Identifier: LGPL-3.0-or-later
"""From journal entries back to the payout."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    retail_settlement_ids = fields.Many2many(
        "retail.settlement",
        "retail_settlement_move_rel",
        "move_id",
        "settlement_id",
        string="Settlements",
        readonly=True,
        copy=False,
        groups="retail_accelerator.group_auditor",
    )
    retail_settlement_count = fields.Integer(
        compute="_compute_retail_settlement_count", compute_sudo=True
    )

    def _compute_retail_settlement_count(self):
        for move in self:
            move.retail_settlement_count = len(move._retail_settlements())

    def _retail_settlements(self):
        """Payouts that made this entry, or pay it."""
        links = self.env["retail.settlement.link"].search(
            [("move_line_id", "in", self.line_ids.ids), ("state", "=", "applied")]
        )
        return self.retail_settlement_ids | links.settlement_id

    def action_view_retail_settlements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_settlement_action"
        )
        return {**action, "domain": [("id", "in", self._retail_settlements().ids)]}
