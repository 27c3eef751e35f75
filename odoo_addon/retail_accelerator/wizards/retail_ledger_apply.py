# SPDX-License-Identifier: LGPL-3.0-or-later
"""Show what applying a newer version means before it is done."""

from odoo import api, fields, models


class RetailLedgerApply(models.TransientModel):
    _name = "retail.ledger.apply"
    _description = "Apply a Newer Version"

    ledger_id = fields.Many2one("retail.ledger", required=True, readonly=True)
    order_id = fields.Many2one(related="ledger_id.order_id")
    difference_html = fields.Html(related="ledger_id.difference_html")
    is_confirmed = fields.Boolean(compute="_compute_situation")
    obstacle = fields.Text(compute="_compute_situation")
    confirm_again = fields.Boolean(
        string="Confirm the order again afterwards",
        default=True,
        help="Otherwise it stays a quotation for you to check.",
    )

    @api.depends("ledger_id")
    def _compute_situation(self):
        for wizard in self:
            entry = wizard.ledger_id
            wizard.is_confirmed = entry.order_id.state == "sale"
            wizard.obstacle = entry and entry._apply_obstacle()

    def action_apply(self):
        self.ensure_one()
        self.ledger_id._check_may_act()
        self.ledger_id._apply(self.confirm_again)
        return {"type": "ir.actions.act_window_close"}

    def action_keep(self):
        self.ensure_one()
        self.ledger_id.action_keep()
        return {"type": "ir.actions.act_window_close"}
