# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ask for date and reason before a payout's entries are reversed."""

from odoo import fields, models

from ..settle import posting


class RetailSettlementReverse(models.TransientModel):
    _name = "retail.settlement.reverse"
    _description = "Reverse a Settlement"

    settlement_id = fields.Many2one(
        "retail.settlement", string="Payout", required=True, readonly=True
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Of the reversing entries.",
    )
    reason = fields.Char(required=True)

    def action_reverse(self):
        self.ensure_one()
        posting.reverse(self.settlement_id, date=self.date, reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
