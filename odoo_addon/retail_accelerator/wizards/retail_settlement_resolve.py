# SPDX-License-Identifier: LGPL-3.0-or-later
"""Match a row by hand, book it on an account, or write it off."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.retail_settlement_rule import ANSWERS
from ..settle import desk


class RetailSettlementResolve(models.TransientModel):
    _name = "retail.settlement.resolve"
    _description = "Resolve a Settlement Row"

    event_id = fields.Many2one(
        "retail.settlement.event", string="Row", required=True, readonly=True
    )
    company_id = fields.Many2one(related="event_id.company_id")
    currency_id = fields.Many2one(related="event_id.currency_id")
    gross = fields.Monetary(related="event_id.gross")
    paid_currency_id = fields.Many2one(related="event_id.paid_currency_id")
    paid_amount = fields.Monetary(
        related="event_id.paid_amount", currency_field="paid_currency_id"
    )
    reason = fields.Selection(related="event_id.reason")
    advice = fields.Text(related="event_id.advice")
    date = fields.Datetime(related="event_id.date")
    order_ref = fields.Char(related="event_id.order_ref")
    party = fields.Char(related="event_id.party")
    provider_type = fields.Char(related="event_id.provider_type")
    proposal_ids = fields.One2many(related="event_id.proposal_ids")
    order_id = fields.Many2one(
        "sale.order",
        domain="[('company_id', '=', company_id), ('state', '!=', 'cancel')]",
        help="An order that is not invoiced yet.",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice or Credit Note",
        help="The open item on the customer's account.",
        domain="[('company_id', '=', company_id), ('parent_state', '=', 'posted'),"
        " ('account_type', '=', 'asset_receivable'), ('reconciled', '=', False)]",
    )
    amount = fields.Monetary(
        currency_field="target_currency_id",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="In the currency of what it pays.",
    )
    target_currency_id = fields.Many2one(
        "res.currency", compute="_compute_target_currency_id"
    )
    account_id = fields.Many2one(
        "account.account",
        string="Book on",
        domain="[('company_ids', 'parent_of', company_id)]",
        help="For a row that pays no order: its amount is booked on this account.",
    )
    kind = fields.Selection(
        ANSWERS,
        string="Treat as",
        help="The rows are treated as if the provider had said so: a payment is "
        "matched with its order, a fee is booked as a fee.",
    )
    for_all = fields.Boolean(
        string="All rows of this type",
        help="Makes a rule of it: rows with the same word of the provider are booked "
        "on this account too, those that wait and those to come.",
    )
    amount_fixed = fields.Boolean(compute="_compute_amount_fixed")
    note = fields.Text(help="Kept with the row and in the audit log.")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    writeoff_limit = fields.Monetary(
        string="You may write off up to",
        currency_field="company_currency_id",
        compute="_compute_writeoff_limit",
    )
    may_write_off = fields.Boolean(compute="_compute_writeoff_limit")
    writeoff_hint = fields.Char(compute="_compute_writeoff_limit")

    @api.depends("order_id", "move_line_id")
    def _compute_target_currency_id(self):
        for wizard in self:
            wizard.target_currency_id = (
                wizard.order_id.currency_id
                or wizard.move_line_id.currency_id
                or wizard.event_id.currency_id
            )

    @api.depends("target_currency_id", "event_id")
    def _compute_amount(self):
        for wizard in self:
            event = wizard.event_id
            same = wizard.target_currency_id == event.currency_id
            wizard.amount = event.gross if same else event.paid_amount

    @api.depends("target_currency_id", "event_id")
    def _compute_amount_fixed(self):
        for wizard in self:
            wizard.amount_fixed = (
                wizard.target_currency_id == wizard.event_id.currency_id
            )

    @api.depends("event_id")
    def _compute_writeoff_limit(self):
        for wizard in self:
            limit, amount = desk.limit(wizard.event_id), desk.at_stake(wizard.event_id)
            currency = wizard.company_currency_id
            wizard.writeoff_limit = limit
            wizard.may_write_off = currency.compare_amounts(amount, limit) <= 0
            wizard.writeoff_hint = not limit and desk.no_limit(wizard.event_id)

    def action_match(self):
        self.ensure_one()
        self.event_id.settlement_id._check_operator()
        target = self.order_id or self.move_line_id
        if not target or (self.order_id and self.move_line_id):
            raise UserError(self.env._("Choose either an order or an open item."))
        target.check_access("read")
        kind = "order" if self.order_id else self._kind(target)
        desk.match_by_hand(
            self.event_id, kind, target.sudo(), self.amount, self.note or ""
        )
        return {"type": "ir.actions.act_window_close"}

    @staticmethod
    def _kind(item):
        return "credit_note" if item.move_id.move_type == "out_refund" else "invoice"

    def action_book(self):
        """Book the row, and by a rule all of its type, on the chosen account."""
        self.ensure_one()
        self.event_id.settlement_id._check_operator()
        if not self.account_id:
            raise UserError(self.env._("Choose the account the row is booked on."))
        if self.for_all:
            self._book_all()
        else:
            desk.book(self.event_id, self.account_id, self.note)
        return {"type": "ir.actions.act_window_close"}

    def _book_all(self):
        rule = self._rule(account_id=self.account_id.id)
        desk.book(self.event_id, self.account_id, self.note, rule)
        self.event_id.action_retry_type()

    def _rule(self, **answer):
        """What is decided for all rows with this word of the provider."""
        if not self.provider_type:
            raise UserError(
                self.env._(
                    "The report gives this row no type, so no rule knows others of it."
                )
            )
        return self.env["retail.settlement.rule"].create(
            {
                "channel_id": self.event_id.channel_id.id,
                "provider": self.event_id.settlement_id.provider,
                "provider_type": self.provider_type,
                **answer,
            }
        )

    def action_treat(self):
        """By a rule, all rows of this type are of the chosen kind."""
        self.ensure_one()
        if not self.kind:
            raise UserError(self.env._("Choose what the rows of this type are."))
        self._rule(kind=self.kind)
        self.event_id.action_retry_type()
        return {"type": "ir.actions.act_window_close"}

    def action_write_off(self):
        self.ensure_one()
        self.event_id.settlement_id._check_operator()
        if not (self.note or "").strip():
            raise UserError(self.env._("Say in the note why the row is written off."))
        desk.write_off(self.event_id, self.note)
        return {"type": "ir.actions.act_window_close"}
