# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank lines that come from files, each once, and the payouts they are the money of."""

from odoo import api, fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    retail_bank_key = fields.Char(
        string="Key in Bank Files",
        readonly=True,
        copy=False,
        help="What tells the line from all others of the account, whatever file of the "
        "bank it comes in.",
    )

    retail_bank_charge = fields.Monetary(
        string="Kept by the Bank",
        currency_field="currency_id",
        readonly=True,
        copy=False,
        help="Charges inside the amount, as the bank's file says; less than nothing "
        "when the bank gave more back than it took.",
    )
    retail_bank_other_charges = fields.Char(
        string="Other Charges",
        readonly=True,
        copy=False,
        help="What the bank's file says of charges, but not in the account's currency.",
    )
    retail_bank_rate = fields.Char(
        string="The Bank's Rate",
        readonly=True,
        copy=False,
        help="The rate at which the bank exchanged, as its file says.",
    )

    retail_bank_match_ids = fields.One2many(
        "retail.settlement.bank.match",
        "bank_line_id",
        string="Payouts It Settles",
        groups="retail_accelerator.group_auditor",
    )
    retail_settlement_ids = fields.Many2many(
        "retail.settlement",
        compute="_compute_retail_settlement_ids",
        string="Payouts",
        groups="retail_accelerator.group_auditor",
    )

    _retail_bank_key_unique = models.UniqueIndex(
        "(journal_id, retail_bank_key) WHERE retail_bank_key IS NOT NULL",
        "This line of the bank is there already.",
    )

    @api.depends("retail_bank_match_ids")
    def _compute_retail_settlement_ids(self):
        for line in self:
            line.retail_settlement_ids = line.retail_bank_match_ids.settlement_id

    def action_view_retail_settlements(self):
        self.ensure_one()
        return self.retail_settlement_ids._action_list()

    def action_open_retail_line(self):
        """The line on a form of its own: Odoo has none without its accounting app."""
        self.ensure_one()
        form = self.env.ref("retail_accelerator.account_bank_statement_line_view_form")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(form.id, "form")],
        }

    def action_open_retail_entry(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
