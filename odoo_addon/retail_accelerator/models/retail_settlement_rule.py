# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an accountant decided once about a provider's word, for all its rows."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .retail_settlement_event import KINDS

# A payout's own row is never anything else; "adjustment" and "unknown" are the
# question, not an answer.
ANSWERS = [kind for kind in KINDS if kind[0] not in ("payout", "adjustment", "unknown")]


class RetailSettlementRule(models.Model):
    _name = "retail.settlement.rule"
    _inherit = "retail.channel.mapping"
    _description = "Settlement Rule"
    _order = "channel_id, sequence, id"
    _rec_name = "provider_type"

    sequence = fields.Integer(
        default=10, help="Of several rules that fit, the first one counts."
    )
    active = fields.Boolean(default=True)
    provider = fields.Char(
        help="Profile of the report, e.g. stripe. Empty: any report of the channel."
    )
    provider_type = fields.Char(
        string="Provider's type",
        required=True,
        help="The provider's word for the row, upper or lower case. * stands for any "
        "letters: adjustment* is every word that begins with adjustment.",
    )
    kind = fields.Selection(
        ANSWERS,
        string="Treat as",
        help="The row is treated as if the provider had said so: a payment is matched "
        "with its order, a fee is booked as a fee.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Book on",
        check_company=True,
        ondelete="restrict",
        help="The row needs no order; its amount is booked on this account.",
    )
    event_count = fields.Integer(string="Rows", compute="_compute_event_count")

    @api.constrains("provider_type", "kind", "account_id")
    def _check_answer(self):
        for rule in self:
            if bool(rule.kind) == bool(rule.account_id):
                raise ValidationError(
                    self.env._(
                        "The rule for %s needs either a kind or an account.",
                        rule.provider_type,
                    )
                )

    def _compute_event_count(self):
        groups = self.env["retail.settlement.event"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.event_count = counts.get(rule.id, 0)

    def action_view_events(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rows of %s", self.provider_type),
            "res_model": "retail.settlement.event",
            "view_mode": "list,form,pivot",
            "domain": [("rule_id", "=", self.id)],
        }

    def _pattern(self):
        """The word as PostgreSQL's LIKE reads it."""
        self.ensure_one()
        text = self.provider_type.strip()
        for special in ("\\", "%", "_"):
            text = text.replace(special, f"\\{special}")
        return text.replace("*", "%")
