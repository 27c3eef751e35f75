# SPDX-License-Identifier: LGPL-3.0-or-later
"""The exception desk: rows that wait for a person."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...settle import again, desk, undone, words
from ...settle.advice import advice

OPEN = ("exception", "waiting")
EDITABLE = {"note", "user_id"}


class RetailSettlementEventDesk(models.AbstractModel):
    _name = "retail.settlement.event.desk"
    _description = "Exception Desk of Settlements"

    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        domain="[('share', '=', False)]",
        index="btree_not_null",
    )
    note = fields.Text(help="What was found out about this row.")
    age = fields.Integer(
        string="Age (days)",
        compute="_compute_age",
        aggregator=None,
        help="Since it happened.",
    )

    may_undo = fields.Boolean(compute="_compute_may_undo")

    @api.depends("date")
    def _compute_age(self):
        now = fields.Datetime.now()
        for event in self:
            event.age = (now - event.date).days if event.date else 0

    @api.depends("reason")
    def _compute_advice(self):
        for event in self:
            event.advice = advice(self.env, event.reason)

    @api.depends("state", "account_id", "settlement_state")
    def _compute_may_undo(self):
        for event in self:
            event.may_undo = desk.is_decided(event) and (
                event.settlement_state not in desk.POSTED
            )

    def write(self, vals):
        """People note and assign; everything else goes through an action."""
        if not self.env.su and set(vals) - EDITABLE:
            raise AccessError(
                self.env._("Rows of a report cannot be changed, only resolved.")
            )
        return super().write(vals)

    def action_assign_to_me(self):
        self.write({"user_id": self.env.uid})

    def action_retry(self):
        """Match these rows again, and all others of their payouts."""
        return self.settlement_id.action_match()

    def action_retry_cause(self):
        """Match again everything that waits for the same reason."""
        self.ensure_one()
        events = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("reason", "=", self.reason),
                ("state", "in", OPEN),
            ]
        )
        return events.settlement_id.action_match()

    def action_retry_type(self):
        """Match again everything that waits with the same word of the provider."""
        self.ensure_one()
        events = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("provider_type", "=ilike", self.provider_type),
                ("state", "in", OPEN),
            ]
        )
        if events:
            events.settlement_id.action_match()

    def action_retry_all(self):
        """Match again every open row of the user's companies."""
        return self.search([("state", "in", OPEN)]).settlement_id.action_match()

    def action_import_orders(self):
        """The way to orders that a row names and Odoo does not have."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Orders"),
            "res_model": "retail.import",
            "view_mode": "form",
            "context": {"default_channel_id": self.channel_id.id},
        }

    def action_resolve(self):
        """The form in which a row is matched by hand or written off."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Resolve %s", self.display_name),
            "res_model": "retail.settlement.resolve",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id},
        }

    def _match_by_hand(self, link):
        """Take a proposal."""
        self.settlement_id._check_operator()
        if self.reason == undone.REASON:
            self.action_reconcile_again()
            return
        target = link.sudo().order_id or link.sudo().move_line_id
        if not target:
            raise UserError(advice(self.env, "not_booked"))
        desk.match_by_hand(
            self,
            link.kind,
            target,
            link.amount,
            link.evidence,
            link.score,
            (link.source_model, link.source_id),
        )

    def action_reconcile_again(self):
        """Reconcile these rows again with what they paid before somebody undid it."""
        done, problems = again.reconcile_again(self)
        if problems and not done:
            raise UserError("\n".join(dict.fromkeys(problems.values())))
        return self.settlement_id._notify(
            self.env._("Reconciled again: %s", words.rows(self.env, len(done))),
            list(dict.fromkeys(problems.values())),
        )

    def action_undo(self):
        """Take back what was decided about these rows."""
        self.settlement_id._check_operator()
        for event in self:
            desk.undo(event)
