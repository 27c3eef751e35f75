# SPDX-License-Identifier: LGPL-3.0-or-later
"""The entries of a payout before they are posted."""

from odoo import Command, api, fields, models

from ..settle import posting, rates
from ..settle.entry import in_units
from ..settle.plan import Planner

SHOWN_LINES = 500


class RetailSettlementPreview(models.TransientModel):
    _name = "retail.settlement.preview"
    _description = "Preview of a Settlement's Entries"

    settlement_id = fields.Many2one(
        "retail.settlement", string="Payout", required=True, readonly=True
    )
    problems = fields.Text(readonly=True)
    cautions = fields.Text(readonly=True)
    is_foreign = fields.Boolean(
        compute="_compute_is_foreign", help="Amounts are in two currencies."
    )
    entry_count = fields.Integer(string="Entries", readonly=True)
    line_count = fields.Integer(string="Lines", readonly=True)
    line_ids = fields.One2many(
        "retail.settlement.preview.line", "preview_id", readonly=True
    )

    @api.depends("settlement_id")
    def _compute_is_foreign(self):
        for preview in self:
            payout = preview.settlement_id
            preview.is_foreign = payout.currency_id != payout.company_currency_id

    @api.model
    def _for(self, settlement):
        posting.check_accountant(self.env)
        settlement.channel_id._prepare_settlements()
        entries = Planner(settlement).entries()
        rows = [(entry, line) for entry in entries for line in entry.lines]
        ours = settlement.company_currency_id
        return self.create(
            {
                "settlement_id": settlement.id,
                "problems": "\n".join(posting.refusals(settlement, entries)),
                "cautions": "\n".join(rates.cautions(settlement)),
                "entry_count": len(entries),
                "line_count": len(rows),
                "line_ids": [
                    Command.create(
                        {
                            "date": entry.date,
                            "account_id": line.account.id,
                            "partner_id": line.partner.id if line.partner else False,
                            "name": line.name,
                            "currency_id": line.currency.id,
                            "amount": in_units(line.minor, line.currency),
                            "company_currency_id": ours.id,
                            "debit": in_units(max(line.balance, 0), ours),
                            "credit": in_units(max(-line.balance, 0), ours),
                        }
                    )
                    for entry, line in rows[:SHOWN_LINES]
                ],
            }
        )

    def action_post(self):
        self.ensure_one()
        posting.post(self.settlement_id)
        return {"type": "ir.actions.act_window_close"}


class RetailSettlementPreviewLine(models.TransientModel):
    _name = "retail.settlement.preview.line"
    _description = "Line of a Settlement's Preview"

    preview_id = fields.Many2one(
        "retail.settlement.preview", required=True, ondelete="cascade"
    )
    date = fields.Date()
    account_id = fields.Many2one("account.account")
    partner_id = fields.Many2one("res.partner")
    name = fields.Char(string="Label")
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary(string="In currency")
    company_currency_id = fields.Many2one("res.currency")
    debit = fields.Monetary(currency_field="company_currency_id")
    credit = fields.Monetary(currency_field="company_currency_id")
