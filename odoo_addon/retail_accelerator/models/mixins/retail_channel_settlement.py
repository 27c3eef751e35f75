# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the payouts of a shop's payment providers become books."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...settle import defaults
from ...settle.folder import check_folder

POLICIES = [
    ("payout", "One entry a payout"),
    ("day", "One entry a day"),
    ("transaction", "One entry a transaction"),
]


class RetailChannelSettlement(models.AbstractModel):
    _name = "retail.channel.settlement"
    _description = "Settlement Policies of a Retail Channel"

    settlement_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Payouts",
        domain="[('type', '=', 'general')]",
        check_company=True,
        ondelete="restrict",
        help="Journal of the entries made from payouts.",
    )
    settlement_bank_journal_id = fields.Many2one(
        "account.journal",
        string="Bank of Payouts",
        domain="[('type', '=', 'bank')]",
        check_company=True,
        ondelete="restrict",
        help="Bank account the provider pays to. Empty: all of the company's "
        "are looked through.",
    )
    settlement_policy = fields.Selection(
        POLICIES, string="Entries", required=True, default="payout"
    )
    settlement_month_split = fields.Boolean(
        string="Split at Month End",
        help="Rows of an earlier month than the payout get an entry of their own, at "
        "the end of their month.",
    )
    settlement_order_policy = fields.Selection(
        [
            ("account", "On the customer's account"),
            ("summary", "As revenue with taxes, in sums"),
        ],
        string="Orders without Invoice",
        required=True,
        default="account",
        help="On the customer's account: the payment waits there for the invoice.\n"
        "In sums: the entry itself books revenue, discounts and taxes of the orders; "
        "they are not to be invoiced any more.",
    )
    settlement_auto_post = fields.Selection(
        [
            ("never", "By hand"),
            ("complete", "When every row is matched"),
            ("always", "Always; what is not matched goes to suspense"),
        ],
        string="Posting",
        required=True,
        default="never",
    )
    settlement_transit_account_id = fields.Many2one(
        "account.account",
        string="Transit Account",
        check_company=True,
        ondelete="restrict",
        domain="[('reconcile', '=', True)]",
        help="Holds a payout from its entry until its bank line comes.",
    )
    settlement_suspense_account_id = fields.Many2one(
        "account.account",
        string="Suspense Account",
        check_company=True,
        ondelete="restrict",
        domain="[('reconcile', '=', True)]",
        help="Holds rows that are not matched yet.",
    )
    settlement_reserve_account_id = fields.Many2one(
        "account.account",
        string="Reserve Account",
        check_company=True,
        ondelete="restrict",
        help="Holds what the provider keeps back.",
    )
    settlement_fee_account_id = fields.Many2one(
        "account.account", string="Fee Account", check_company=True, ondelete="restrict"
    )
    settlement_fee_tax_account_id = fields.Many2one(
        "account.account",
        string="Account of Tax on Fees",
        check_company=True,
        ondelete="restrict",
    )
    settlement_discount_account_id = fields.Many2one(
        "account.account",
        string="Discount Account",
        check_company=True,
        ondelete="restrict",
        help="For orders booked in sums: discounts are shown here, and revenue before "
        "them. Empty: revenue is booked after discounts.",
    )
    settlement_writeoff_account_id = fields.Many2one(
        "account.account",
        string="Difference Account",
        check_company=True,
        ondelete="restrict",
    )
    settlement_writeoff_limit_operator = fields.Float(
        string="Write-off Limit, Operator",
        digits="Account",
        help="Largest amount of one row, in the company's currency.",
    )
    settlement_writeoff_limit_accountant = fields.Float(
        string="Write-off Limit, Accountant",
        digits="Account",
        default=100.0,
        help="Largest amount of one row, in the company's currency.",
    )
    settlement_analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic Account",
        check_company=True,
        help="Gets the fees, and the revenue booked in sums.",
    )
    settlement_timezone = fields.Selection(
        "_timezones",
        string="Time Zone",
        required=True,
        default="UTC",
        help="Of dates in reports that do not say theirs.",
    )
    settlement_folder = fields.Char(
        string="Folder on the Server",
        help="Folder of the server whose files are read by themselves. The "
        "administrator has to open it for imports first.",
    )
    settlement_reminder_days = fields.Integer(
        string="Remind after (days)",
        default=7,
        help="Rows that wait longer get an activity; 0: never.",
    )
    settlement_reminder_user_id = fields.Many2one(
        "res.users",
        string="Remind",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: who read the file.",
    )
    settlement_count = fields.Integer(compute="_compute_settlement_counts")
    settlement_exception_count = fields.Integer(compute="_compute_settlement_counts")

    @api.model
    def _timezones(self):
        return self.env["res.partner"]._fields["tz"]._description_selection(self.env)

    @api.constrains(
        "settlement_writeoff_limit_operator", "settlement_writeoff_limit_accountant"
    )
    def _check_writeoff_limits(self):
        for channel in self:
            limits = (
                channel.settlement_writeoff_limit_operator,
                channel.settlement_writeoff_limit_accountant,
            )
            if min(limits) < 0:
                raise ValidationError(self.env._("A limit cannot be below zero."))

    @api.constrains("settlement_folder")
    def _check_settlement_folder(self):
        for channel in self.filtered("settlement_folder"):
            check_folder(channel)

    def _compute_settlement_counts(self):
        counts = self._count("retail.settlement")
        waiting = self._count(
            "retail.settlement.event", [("state", "in", ("exception", "waiting"))]
        )
        for channel in self:
            channel.settlement_count = counts.get(channel, 0)
            channel.settlement_exception_count = waiting.get(channel, 0)

    def action_prepare_settlements(self):
        """Journal and accounts that are missing, so that the channel can settle."""
        for channel in self:
            channel.check_access("write")
            channel._prepare_settlements()

    def _prepare_settlements(self):
        """Fill what is not set; see settle.defaults. Without a chart of accounts there
        is nothing to fill it with."""
        self.ensure_one()
        vals = defaults.missing(self)
        if vals:
            self.sudo().write(vals)

    def action_view_settlements(self):
        return self._action(
            self.env._("Payouts"),
            "retail.settlement",
            [("channel_id", "=", self.id)],
        )

    def action_view_settlement_exceptions(self):
        return self._action(
            self.env._("Exceptions"),
            "retail.settlement.event",
            [
                ("channel_id", "=", self.id),
                ("state", "in", ("exception", "waiting")),
            ],
            {"search_default_group_reason": 1},
        )
