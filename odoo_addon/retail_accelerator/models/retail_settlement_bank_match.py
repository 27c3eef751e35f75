# SPDX-License-Identifier: LGPL-3.0-or-later
"""A bank line as the money of a payout, and how that is known."""

from odoo import api, fields, models

from ..settle import bank_words

LEVELS = [
    ("reference", "Names the payout"),
    ("amount", "Amount and date"),
    ("group", "Names several payouts, their sum"),
    ("manual", "By hand"),
    ("odoo", "In Odoo's own screens"),
]
CAUSES = [
    ("bank_charge", "Kept by the bank"),
    ("bank_rate", "The bank's exchange rate"),
    ("bank_other", "Something else"),
    ("open", "Left open: the rest is still to come"),
]


class RetailSettlementBankMatch(models.Model):
    _name = "retail.settlement.bank.match"
    _description = "Bank Line of a Payout"
    _order = "settlement_id, id"
    _rec_name = "bank_line_id"

    settlement_id = fields.Many2one(
        "retail.settlement",
        string="Payout",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="settlement_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    date = fields.Date(related="bank_line_id.date")
    label = fields.Char(related="bank_line_id.payment_ref", string="Text")
    bank_currency_id = fields.Many2one(
        related="bank_line_id.currency_id", string="Bank's Currency"
    )
    bank_amount = fields.Monetary(
        related="bank_line_id.amount",
        string="Bank line",
        currency_field="bank_currency_id",
    )
    level = fields.Selection(LEVELS, string="Known by", required=True, readonly=True)
    score = fields.Float(digits=(6, 4), readonly=True, aggregator=None)
    evidence = fields.Char(string="Evidence Code", readonly=True)
    evidence_text = fields.Text(
        string="Evidence",
        compute="_compute_evidence_text",
        help="What speaks for this bank line.",
    )
    amount = fields.Monetary(
        string="Settles", readonly=True, help="What it settles of the payout."
    )
    difference = fields.Monetary(
        readonly=True, help="What the bank has more, or less, than it settles."
    )
    received = fields.Monetary(
        compute="_compute_received",
        help="What of the bank line is this payout's, in the payout's currency.",
    )
    cause = fields.Selection(CAUSES, string="The difference is", readonly=True)
    account_id = fields.Many2one(
        "account.account", string="Booked on", readonly=True, ondelete="restrict"
    )
    note = fields.Char(readonly=True)
    charge = fields.Monetary(
        readonly=True,
        help="What the bank kept, at its own rate, of a line in another currency.",
    )
    charge_account_id = fields.Many2one(
        "account.account", readonly=True, ondelete="restrict"
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The bank line's item that is reconciled with the payout.",
    )
    difference_line_id = fields.Many2one(
        "account.move.line",
        string="Item of the Difference",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    charge_line_id = fields.Many2one(
        "account.move.line",
        string="Item of the Charge",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _line_unique = models.Constraint(
        "UNIQUE (settlement_id, bank_line_id, move_line_id)",
        "This bank line is the payout's already.",
    )

    @api.depends("evidence")
    @api.depends_context("lang")
    def _compute_evidence_text(self):
        for match in self:
            match.evidence_text = bank_words.text(self.env, match.evidence)

    @api.depends("amount", "difference", "charge")
    def _compute_received(self):
        for match in self:
            match.received = match.amount + match.difference + match.charge

    def _items(self):
        """The bank line's items that are the match's."""
        return self.move_line_id | self.difference_line_id | self.charge_line_id

    def _holds(self):
        """Whether the books still have the two reconciled."""
        self.ensure_one()
        item = self.move_line_id
        others = item.matched_debit_ids.debit_move_id
        others |= item.matched_credit_ids.credit_move_id
        return bool(others.move_id & self.settlement_id.move_ids)

    def action_open_line(self):
        """The bank line, to look at."""
        self.ensure_one()
        return self.bank_line_id.action_open_retail_line()
