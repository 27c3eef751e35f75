# SPDX-License-Identifier: LGPL-3.0-or-later
"""Take a bank line that is not the amount expected, and say what lies between."""

from dataclasses import replace

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.retail_settlement_bank_match import CAUSES
from ..settle import bank, bank_charge, bank_entry, bank_search, posting


class RetailSettlementBankTake(models.TransientModel):
    _name = "retail.settlement.bank.take"
    _description = "Bank Line with a Difference"

    settlement_id = fields.Many2one(
        "retail.settlement", string="Payout", required=True, readonly=True
    )
    company_id = fields.Many2one(related="settlement_id.company_id")
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    bank_line_id = fields.Many2one(
        "account.bank.statement.line", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Date(related="bank_line_id.date")
    label = fields.Char(related="bank_line_id.payment_ref", string="Text")
    bank_currency_id = fields.Many2one(related="bank_line_id.currency_id")
    bank_amount = fields.Monetary(
        related="bank_line_id.amount",
        string="On the bank line",
        currency_field="bank_currency_id",
    )
    other_ids = fields.Many2many(
        "retail.settlement",
        string="Pays also",
        domain="[('company_id', '=', company_id), ('currency_id', '=', currency_id),"
        " ('state', '=', 'posted'), ('id', '!=', settlement_id)]",
        help="Other payouts whose money is in the same bank line.",
    )
    expected = fields.Monetary(
        compute="_compute_amounts", help="What the payouts expect from the bank."
    )
    amount = fields.Monetary(
        string="Open on the bank line",
        compute="_compute_amounts",
        help="In the payout's currency; at Odoo's rate where the line is in another.",
    )
    difference = fields.Monetary(
        compute="_compute_amounts",
        help="Bank line less what is expected, besides what the bank kept.",
    )
    is_converted = fields.Boolean(compute="_compute_amounts")
    is_booked_by_odoo = fields.Boolean(
        compute="_compute_amounts",
        help="What lies between the two rates is an exchange difference of Odoo's own.",
    )
    is_exchanged = fields.Boolean(
        compute="_compute_amounts",
        help="A charge of the bank is no difference here: it hides in the rate.",
    )
    charge = fields.Monetary(
        string="Kept by the bank",
        currency_field="bank_currency_id",
        help="The bank's charge inside the line, as its file or slip says, in the "
        "currency of the account.",
    )
    charge_account_id = fields.Many2one(
        "account.account",
        string="Charge booked on",
        compute="_compute_charge_account_id",
        store=True,
        readonly=False,
        domain="[('company_ids', 'parent_of', company_id)]",
    )
    other_charges = fields.Char(related="bank_line_id.retail_bank_other_charges")
    bank_rate = fields.Char(related="bank_line_id.retail_bank_rate")
    cause = fields.Selection(CAUSES, string="The difference is")
    account_id = fields.Many2one(
        "account.account",
        string="Booked on",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        domain="[('company_ids', 'parent_of', company_id)]",
    )
    note = fields.Char(help="Kept with the match and in the audit log.")

    @api.model
    def _for(self, settlement, line):
        posting.check_accountant(self.env)
        posting.held(settlement, "posted")
        found = bank_search.candidate(settlement, line.sudo())
        return self.create(
            {
                "settlement_id": settlement.id,
                "bank_line_id": line.id,
                "other_ids": [Command.set(found.others.ids)],
                "cause": _cause(found),
                "charge": found.charge if found.exchanged else 0.0,
            }
        )

    def _found(self):
        """The line as the candidate for exactly these payouts."""
        settlement, others = self.settlement_id, self.other_ids._origin
        found = bank_search.candidate(settlement, self.bank_line_id.sudo())
        wanted = sum(map(bank_search.expected, settlement | others))
        charge = bank_charge.value(found.line, self.charge)
        gap = bank_charge.left(found, wanted, charge)
        return replace(found, others=others, difference=gap), wanted

    @api.depends("settlement_id", "bank_line_id", "other_ids", "charge")
    def _compute_amounts(self):
        for wizard in self:
            if not bank_entry.open_item(wizard.bank_line_id.sudo()):
                wizard.expected = wizard.amount = wizard.difference = 0.0
                wizard.is_converted = wizard.is_booked_by_odoo = False
                wizard.is_exchanged = False
                continue
            found, wizard.expected = wizard._found()
            wizard.amount, wizard.difference = found.amount, found.difference
            wizard.is_exchanged = found.exchanged
            wizard.is_converted = found.converted
            wizard.is_booked_by_odoo = found.converted and (
                wizard.currency_id != wizard.company_id.currency_id
            )

    @api.depends("cause", "difference")
    def _compute_account_id(self):
        for wizard in self:
            channel = wizard.settlement_id.channel_id.sudo()
            company = wizard.company_id.sudo()
            gained = wizard.difference > 0
            accounts = {
                "bank_charge": channel.settlement_fee_account_id,
                "bank_other": channel.settlement_writeoff_account_id,
                "bank_rate": company.income_currency_exchange_account_id
                if gained
                else company.expense_currency_exchange_account_id,
            }
            wizard.account_id = accounts.get(wizard.cause, False)

    @api.depends("settlement_id")
    def _compute_charge_account_id(self):
        for wizard in self:
            channel = wizard.settlement_id.channel_id.sudo()
            wizard.charge_account_id = channel.settlement_fee_account_id

    def action_take(self):
        """The line is the money of the payouts; difference and charge are what was
        said."""
        self.ensure_one()
        posting.check_accountant(self.env)
        posting.held(self.settlement_id, "posted")
        if self.difference and not self.cause:
            raise UserError(self.env._("Say what the difference is."))
        if self.cause == "bank_other" and not (self.note or "").strip():
            raise UserError(self.env._("Say in the note what the difference is."))
        found, _wanted = self._found()
        bank.apply(self.settlement_id, found, "manual", self._said(found))
        return {"type": "ir.actions.act_window_close"}

    def _said(self, found):
        cause = self.cause if self.difference or found.converted else False
        if not cause and (self.charge or found.hides_charge):
            cause = "bank_rate"
        if not cause:
            return None
        return bank.Difference(
            cause,
            self.account_id,
            self.note or "",
            self.charge,
            self.charge_account_id,
        )


def _cause(found):
    """What the difference of a candidate is, as far as the bank's file tells."""
    if found.converted or found.hides_charge:
        return "bank_rate"
    if found.charge and not found.currency.compare_amounts(
        found.difference, -found.charge
    ):
        return "bank_charge"
    return False
