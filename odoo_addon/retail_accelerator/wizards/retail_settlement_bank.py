# SPDX-License-Identifier: LGPL-3.0-or-later
"""Choose the bank line that is a payout's money."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..settle import bank, bank_search, posting
from ..settle.bank_words import evidence


class RetailSettlementBank(models.TransientModel):
    _name = "retail.settlement.bank"
    _description = "Choice of a Payout's Bank Line"

    settlement_id = fields.Many2one(
        "retail.settlement", string="Payout", required=True, readonly=True
    )
    company_id = fields.Many2one(related="settlement_id.company_id")
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    amount = fields.Monetary(
        string="Expected", readonly=True, help="What the bank has not paid yet."
    )
    date = fields.Date(related="settlement_id.date")
    line_ids = fields.One2many(
        "retail.settlement.bank.line", "choice_id", string="Candidates", readonly=True
    )
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Another Bank Line",
        domain="[('company_id', '=', company_id), ('is_reconciled', '=', False)]",
        help="Any line that is not reconciled yet.",
    )

    @api.model
    def _for(self, settlement):
        posting.check_accountant(self.env)
        posting.held(settlement, "posted")
        return self.create(
            {
                "settlement_id": settlement.id,
                "amount": bank_search.expected(settlement),
                "line_ids": [
                    Command.create(
                        {
                            "bank_line_id": one.line.id,
                            "amount": one.amount,
                            "difference": one.difference,
                            "is_exact": one.exact,
                            "is_exchanged": one.exchanged,
                            "score": one.score,
                            "evidence": evidence(self.env, one),
                        }
                    )
                    for one in bank_search.scored(settlement)
                ],
            }
        )

    def action_take_other(self):
        """Take the line that is not among the candidates."""
        self.ensure_one()
        if not self.bank_line_id:
            raise UserError(self.env._("Choose the bank line first."))
        return self._take(self.bank_line_id)

    def _take(self, line):
        """The form that says what is taken, and what becomes of a difference."""
        wizard = self.env["retail.settlement.bank.take"]._for(self.settlement_id, line)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank line of %s", self.settlement_id.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }


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
    amount = fields.Monetary(
        help="What is open of the line; at Odoo's rate where it is in another currency."
    )
    difference = fields.Monetary(help="Bank line less what is expected.")
    is_exact = fields.Boolean()
    is_exchanged = fields.Boolean()
    score = fields.Float(digits=(6, 4), aggregator=None)
    evidence = fields.Text()

    def action_take(self):
        """This line is the payout's money."""
        self.ensure_one()
        settlement = self.choice_id.settlement_id
        posting.check_accountant(self.env)
        posting.held(settlement, "posted")
        found = bank_search.candidate(settlement, self.bank_line_id.sudo())
        bank.apply(settlement, found, "manual")
        return {"type": "ir.actions.act_window_close"}

    def action_take_difference(self):
        """This line is the payout's money, though it is not the amount expected."""
        self.ensure_one()
        return self.choice_id._take(self.bank_line_id)
