# SPDX-License-Identifier: LGPL-3.0-or-later
"""Choose the bank line that is a payout's money."""

from odoo import Command, api, fields, models

from ..settle import bank, posting


class RetailSettlementBank(models.TransientModel):
    _name = "retail.settlement.bank"
    _description = "Choice of a Payout's Bank Line"

    settlement_id = fields.Many2one(
        "retail.settlement", string="Payout", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    amount = fields.Monetary(related="settlement_id.amount_posted", string="Expected")
    date = fields.Date(related="settlement_id.date")
    line_ids = fields.One2many(
        "retail.settlement.bank.line", "choice_id", string="Candidates", readonly=True
    )

    @api.model
    def _for(self, settlement):
        posting.check_accountant(self.env)
        posting.held(settlement, "posted")
        return self.create(
            {
                "settlement_id": settlement.id,
                "line_ids": [
                    Command.create(
                        {
                            "bank_line_id": one.line.id,
                            "amount": one.amount,
                            "difference": one.difference,
                            "score": one.score,
                            "evidence": self._evidence(one),
                        }
                    )
                    for one in bank.scored(settlement)
                ],
            }
        )

    def _evidence(self, candidate):
        words = [
            self.env._("other amount")
            if candidate.difference
            else self.env._("same amount")
        ]
        if candidate.named:
            words.append(self.env._("names the payout"))
        words.append(self._distance(candidate.days))
        return ", ".join(words)

    def _distance(self, days):
        if not days:
            return self.env._("same day")
        if abs(days) == 1:
            return self.env._("a day after") if days > 0 else self.env._("a day before")
        if days > 0:
            return self.env._("%s days after", days)
        return self.env._("%s days before", -days)


class RetailSettlementBankLine(models.TransientModel):
    _name = "retail.settlement.bank.line"
    _description = "Bank Line to Choose"
    _order = "score desc, id"

    choice_id = fields.Many2one(
        "retail.settlement.bank", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="choice_id.currency_id")
    bank_line_id = fields.Many2one(
        "account.bank.statement.line", required=True, ondelete="cascade"
    )
    date = fields.Date(related="bank_line_id.date")
    journal_id = fields.Many2one(related="bank_line_id.journal_id")
    label = fields.Char(related="bank_line_id.payment_ref", string="Text")
    amount = fields.Monetary()
    difference = fields.Monetary(help="Bank line less what is posted.")
    score = fields.Float(digits=(6, 4), aggregator=None)
    evidence = fields.Char()

    def action_take(self):
        """This line is the payout's money."""
        self.ensure_one()
        settlement = self.choice_id.settlement_id
        posting.check_accountant(self.env)
        posting.held(settlement, "posted")
        self.bank_line_id.invalidate_recordset(["is_reconciled"])
        bank.apply(settlement, self.bank_line_id)
        return {"type": "ir.actions.act_window_close"}

    def action_open(self):
        """The line, to look at."""
        self.ensure_one()
        return self.bank_line_id.action_open_retail_line()
