# SPDX-License-Identifier: LGPL-3.0-or-later
"""A row of a report: one movement of money at the provider."""

from odoo import api, fields, models

from .copied_many2one import CopiedMany2one

KINDS = [
    ("authorisation", "Authorisation"),
    ("capture", "Payment"),
    ("refund", "Refund"),
    ("chargeback", "Chargeback"),
    ("chargeback_reversal", "Chargeback won"),
    ("fee", "Fee"),
    ("fee_tax", "Tax on fee"),
    ("reserve", "Reserve"),
    ("release", "Release of reserve"),
    ("adjustment", "Adjustment"),
    ("conversion", "Currency conversion"),
    ("payout", "Payout"),
    ("unknown", "Unknown"),
]
STATES = [
    ("new", "New"),
    ("matched", "Matched"),
    ("plain", "Needs no match"),
    ("waiting", "Waiting for its sale"),
    ("exception", "To resolve"),
    ("written_off", "Written off"),
]
# Reasons of the matcher, and those of the settlement itself.
REASONS = [
    ("unknown_type", "Unknown type of row"),
    ("no_rule", "No account for this type of row"),
    ("not_found_yet", "Order not there yet"),
    ("not_booked", "Payment not booked yet"),
    ("no_candidate", "Nothing to match with"),
    ("several_candidates", "Several candidates"),
    ("weak_evidence", "Evidence too weak"),
    ("exceeds_open", "More than is open"),
    ("already_settled", "Settled already"),
    ("currency_mismatch", "Other currency"),
    ("duplicate_row", "Row is there twice"),
    ("target_changed", "Paid in another way meanwhile"),
    ("undone", "Decision was undone"),
    ("unreconciled", "Reconciliation undone in Odoo"),
]


class RetailSettlementEvent(models.Model):
    _name = "retail.settlement.event"
    _inherit = ["retail.settlement.event.desk", "retail.settlement.event.trail"]
    _description = "Row of a Settlement"
    _order = "settlement_id desc, source_row, id"
    _rec_name = "transaction_ref"
    # Rows come by COPY, with exactly the columns they need.
    _log_access = False
    STATES = STATES

    # Channel, company and currency are the payout's.
    channel_id = CopiedMany2one(
        "retail.channel", required=True, readonly=True, ondelete="restrict"
    )
    company_id = CopiedMany2one("res.company", required=True, readonly=True)
    settlement_id = fields.Many2one(
        "retail.settlement",
        string="Payout",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    file_id = fields.Many2one(
        "retail.settlement.file", readonly=True, ondelete="restrict"
    )
    identity = fields.Char(
        required=True,
        readonly=True,
        size=32,
        help="Tells this movement from every other, in whatever file it comes.",
    )
    source_row = fields.Integer(string="Row", readonly=True, aggregator=None)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    provider_type = fields.Char(
        string="Provider's type", readonly=True, help="The provider's own word for it."
    )
    transaction_ref = fields.Char(string="Transaction", readonly=True)
    parent_ref = fields.Char(
        string="Follows", readonly=True, help="The transaction this one follows."
    )
    order_ref = fields.Char(string="Order reference", readonly=True)
    invoice_ref = fields.Char(string="Invoice reference", readonly=True)
    checkout_ref = fields.Char(string="Checkout reference", readonly=True)
    party = fields.Char(
        string="Customer",
        readonly=True,
        groups="retail_accelerator.group_operator",
    )
    email = fields.Char(readonly=True, groups="retail_accelerator.group_operator")
    date = fields.Datetime(readonly=True)
    date_available = fields.Datetime(string="Available", readonly=True)
    currency_id = CopiedMany2one("res.currency", required=True, readonly=True)
    gross = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)
    fee_tax = fields.Monetary(string="Tax on fee", readonly=True)
    net = fields.Monetary(readonly=True)
    paid_currency_id = fields.Many2one("res.currency", readonly=True)
    paid_amount = fields.Monetary(
        string="Customer paid", currency_field="paid_currency_id", readonly=True
    )
    rate = fields.Float(
        digits=(20, 10),
        readonly=True,
        aggregator=None,
        help="The provider's own: payout currency for one unit of the paid one.",
    )
    description = fields.Char(readonly=True, groups="retail_accelerator.group_operator")
    extra = fields.Text(
        string="Other columns",
        readonly=True,
        groups="retail_accelerator.group_operator",
    )
    state = fields.Selection(
        STATES, string="Status", required=True, readonly=True, default="new"
    )
    reason = fields.Selection(REASONS, string="Cause", readonly=True)
    advice = fields.Text(
        string="What to do", compute="_compute_advice", help="About the cause."
    )
    amount_at_stake = fields.Monetary(
        string="At stake",
        compute="_compute_amount_at_stake",
        store=True,
        help="The row's amount, without its sign.",
    )
    rule_id = fields.Many2one(
        "retail.settlement.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The rule that says what this row is.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Booked on",
        readonly=True,
        ondelete="restrict",
        help="Account of a row that pays no order, by a rule or by hand.",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Posted as",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The journal item that holds the row's amount.",
    )
    suspense_line_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The item on the suspense account, until the row is resolved.",
    )
    link_ids = fields.One2many("retail.settlement.link", "event_id", readonly=True)
    applied_ids = fields.One2many(
        "retail.settlement.link",
        "event_id",
        domain=[("state", "=", "applied")],
        string="Matched with",
        readonly=True,
    )
    proposal_ids = fields.One2many(
        "retail.settlement.link",
        "event_id",
        domain=[("state", "=", "proposed")],
        string="Candidates",
        readonly=True,
    )
    target_names = fields.Char(string="Pays", compute="_compute_target_names")
    settlement_state = fields.Selection(
        related="settlement_id.state", string="Payout status"
    )
    bank_line_id = fields.Many2one(related="settlement_id.bank_line_id")

    _identity_unique = models.UniqueIndex(
        "(channel_id, identity)", "This row is known already."
    )
    _open_index = models.Index(
        "(channel_id, state, reason) WHERE state IN ('exception', 'waiting')"
    )

    @api.depends("gross")
    def _compute_amount_at_stake(self):
        for event in self:
            event.amount_at_stake = abs(event.gross)

    @api.depends("applied_ids")
    def _compute_target_names(self):
        for event in self:
            names = event.applied_ids.mapped("target_name")
            event.target_names = ", ".join(filter(None, names))

    @api.depends("transaction_ref", "order_ref", "source_row")
    def _compute_display_name(self):
        for event in self:
            event.display_name = (
                event.transaction_ref
                or event.order_ref
                or self.env._("Row %s", event.source_row)
            )
