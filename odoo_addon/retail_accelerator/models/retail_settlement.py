# SPDX-License-Identifier: LGPL-3.0-or-later
"""A payout: what a provider paid at once, and the rows it is made of."""

from odoo import api, fields, models

from ..settle import proof, proof_page, providers, refused

STATES = [
    ("draft", "Pending"),
    ("proved", "Proved"),
    ("matched", "Matched"),
    ("posted", "Posted"),
    ("reconciled", "Reconciled"),
]
OPEN_EVENTS = ("exception", "waiting")


class RetailSettlement(models.Model):
    _name = "retail.settlement"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "retail.settlement.workflow",
        "retail.settlement.trail",
    ]
    _description = "Payout of a Payment Provider"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    channel_id = fields.Many2one(
        "retail.channel", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    provider = fields.Char(
        string="Profile",
        required=True,
        readonly=True,
        help="The profile its reports were read by.",
    )
    provider_name = fields.Char(
        string="Provider", compute="_compute_provider_name", store=True
    )
    reference = fields.Char(
        readonly=True,
        help="The provider's name of the payout; empty for rows not paid out yet.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(string="Paid out", readonly=True)
    state = fields.Selection(
        STATES,
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
        copy=False,
    )
    has_declared = fields.Boolean(string="Declared by the provider", readonly=True)
    amount_declared = fields.Monetary(string="Declared", readonly=True)
    amount_file = fields.Monetary(
        string="Amount", readonly=True, help="Sum of the report's rows."
    )
    amount_posted = fields.Monetary(
        string="Posted",
        compute="_compute_amount_posted",
        help="What the entries expect from the bank.",
    )
    amount_bank = fields.Monetary(
        string="On the bank",
        readonly=True,
        copy=False,
        help="What of the bank statement is this payout's.",
    )
    event_count = fields.Integer(compute="_compute_event_counts")
    matched_count = fields.Integer(compute="_compute_event_counts")
    exception_count = fields.Integer(
        string="To resolve",
        compute="_compute_event_counts",
        search="_search_exception_count",
    )
    unmatched_count = fields.Integer(
        string="Not matched yet", compute="_compute_event_counts"
    )
    amount_exception = fields.Monetary(
        string="At stake",
        compute="_compute_event_counts",
        help="Of the rows that wait to be resolved, each without its sign.",
    )
    event_ids = fields.One2many(
        "retail.settlement.event", "settlement_id", readonly=True
    )
    file_ids = fields.Many2many(
        "retail.settlement.file",
        "retail_settlement_file_rel",
        "settlement_id",
        "file_id",
        readonly=True,
    )
    move_ids = fields.Many2many(
        "account.move",
        "retail_settlement_move_rel",
        "settlement_id",
        "move_id",
        string="Entries",
        readonly=True,
        copy=False,
    )
    move_count = fields.Integer(compute="_compute_move_count")
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The last one, where a payout came in parts.",
    )
    bank_match_ids = fields.One2many(
        "retail.settlement.bank.match",
        "settlement_id",
        string="Bank Lines",
        readonly=True,
        copy=False,
    )
    bank_line_refused_ids = fields.Many2many(
        "account.bank.statement.line",
        "retail_settlement_refused_line_rel",
        "settlement_id",
        "line_id",
        readonly=True,
        copy=False,
        help="Lines that a person said are not this payout's: they are not taken by "
        "themselves again.",
    )
    lane_notes = fields.Text(
        string="Booked by Odoo's own code",
        readonly=True,
        help="Why parts of it were not written by the fast native code. The books are "
        "the same either way.",
    )
    failure = fields.Text(
        readonly=True, copy=False, help="Why the last attempt to post was refused."
    )
    failure_cause = fields.Selection(
        refused.CAUSES,
        string="Cause",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="One fix helps all payouts of a cause; post them again then.",
    )
    proof_html = fields.Html(
        string="Proof", compute="_compute_proof_html", sanitize=False
    )

    _reference_unique = models.UniqueIndex(
        "(channel_id, provider, COALESCE(reference, ''), currency_id)",
        "This payout is known already.",
    )

    @api.depends("provider")
    def _compute_provider_name(self):
        for settlement in self:
            settlement.provider_name = providers.label(settlement.provider)

    @api.depends("provider_name", "reference", "currency_id")
    def _compute_name(self):
        for settlement in self:
            what = settlement.reference or self.env._(
                "not paid out (%s)", settlement.currency_id.name
            )
            settlement.name = f"{settlement.provider_name} {what}"

    @api.depends("event_ids.state", "event_ids.net")
    def _compute_event_counts(self):
        groups = self.env["retail.settlement.event"]._read_group(
            [("settlement_id", "in", self.ids)],
            ["settlement_id", "state"],
            ["__count", "amount_at_stake:sum"],
        )
        found = {(settlement.id, state): rest for settlement, state, *rest in groups}
        for settlement in self:
            states = {
                state: found.get((settlement.id, state), (0, 0.0))
                for state in dict(self.env["retail.settlement.event"].STATES)
            }
            settlement.event_count = sum(count for count, _sum in states.values())
            settlement.matched_count = states["matched"][0]
            settlement.unmatched_count = states["new"][0]
            settlement.exception_count = sum(states[name][0] for name in OPEN_EVENTS)
            settlement.amount_exception = sum(states[name][1] for name in OPEN_EVENTS)

    @api.model
    def _search_exception_count(self, operator, value):
        if operator not in (">", "!=", "=") or value:
            return NotImplemented
        return [
            (
                "event_ids",
                "not any" if operator == "=" else "any",
                [("state", "in", OPEN_EVENTS)],
            )
        ]

    @api.depends("move_ids")
    def _compute_move_count(self):
        for settlement in self:
            settlement.move_count = len(settlement.sudo().move_ids)

    @api.depends("move_ids.line_ids", "move_ids.state")
    def _compute_amount_posted(self):
        for settlement in self:
            settlement.amount_posted = proof.posted(settlement.sudo())

    @api.depends(
        "event_ids",
        "move_ids",
        "state",
        "bank_line_id",
        "bank_match_ids",
        "amount_bank",
        "amount_file",
    )
    def _compute_proof_html(self):
        for settlement in self:
            settlement.proof_html = proof_page.page(settlement)

    def _variance(self):
        """{cause: amount} from the sales to the bank; see settle.proof."""
        self.ensure_one()
        return proof.variance(self)
