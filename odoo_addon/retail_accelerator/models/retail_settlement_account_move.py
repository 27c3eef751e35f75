# SPDX-License-Identifier: LGPL-3.0-or-later
"""From journal entries and their items back to the payout and its rows."""

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from ..settle import bank, undone
from ..settle.desk import POSTED


class AccountMove(models.Model):
    _inherit = "account.move"

    retail_settlement_ids = fields.Many2many(
        "retail.settlement",
        "retail_settlement_move_rel",
        "move_id",
        "settlement_id",
        string="Payouts",
        readonly=True,
        copy=False,
        groups="retail_accelerator.group_auditor",
    )
    retail_settlement_count = fields.Integer(
        compute="_compute_retail_settlement_counts", compute_sudo=True
    )
    retail_settlement_event_count = fields.Integer(
        compute="_compute_retail_settlement_counts", compute_sudo=True
    )

    def _compute_retail_settlement_counts(self):
        for move in self:
            move.retail_settlement_count = len(move._retail_settlements())
            move.retail_settlement_event_count = self.env[
                "retail.settlement.event"
            ].search_count(move._retail_trail())

    def button_draft(self):
        self._retail_refuse_undoing()
        return super().button_draft()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._retail_refuse_undoing()
        return super()._reverse_moves(default_values_list, cancel)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_retail_payout(self):
        self._retail_refuse_undoing()

    def _retail_refuse_undoing(self):
        """An entry of a posted payout is taken back with the payout, or not at all: its
        rows, proof and bank line would go on saying that it is booked."""
        payouts = self.env["retail.settlement"].sudo()
        payout = payouts.search(
            [("move_ids", "in", self.ids), ("state", "in", POSTED)], limit=1
        )
        if not payout:
            return
        message = self.env._(
            "%(entry)s is an entry of the payout %(payout)s, whose rows and bank line "
            "depend on it, so it is not taken back by itself. Open the payout and use "
            "“Reverse”: all its entries are reversed, what they paid is open again, "
            "and the payout can be posted anew.",
            entry=(self & payout.move_ids)[:1].name,
            payout=payout.name,
        )
        if not payout.with_user(self.env.user).has_access("read"):
            raise UserError(
                self.env._("%s Ask a settlement accountant to do so.", message)
            )
        raise RedirectWarning(
            message,
            {**payout._action_list(), "context": {}},
            self.env._("Open the Payout"),
        )

    def _retail_settlements(self):
        """Payouts that made this entry, are paid by it, or whose bank line it is."""
        paying = self.env["retail.settlement"].search(
            [("event_ids", "any", self._retail_trail())]
        )
        return (
            self.retail_settlement_ids
            | paying
            | self.statement_line_id.retail_settlement_ids
        )

    def _retail_trail(self):
        """Domain of the rows that pay this invoice, or are posted in this entry."""
        return self.env["retail.settlement.event"]._trail(moves=self)

    def action_view_retail_settlements(self):
        self.ensure_one()
        return self._retail_settlements()._action_list()

    def action_view_retail_settlement_events(self):
        self.ensure_one()
        return self.env["retail.settlement.event"]._action_trail(
            self.env._("Payout rows of %s", self.name), self._retail_trail()
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    retail_settlement_link_ids = fields.One2many(
        "retail.settlement.link",
        "move_line_id",
        domain=[("state", "=", "applied")],
        string="Paid by rows",
        groups="retail_accelerator.group_auditor",
    )
    retail_settlement_event_count = fields.Integer(
        compute="_compute_retail_settlement_event_count", compute_sudo=True
    )

    def _compute_retail_settlement_event_count(self):
        for line in self:
            line.retail_settlement_event_count = self.env[
                "retail.settlement.event"
            ].search_count(line._retail_trail())

    def unlink(self):
        undone.forget(self)
        return super().unlink()

    def _retail_trail(self):
        """Domain of the rows that pay this item, or whose amount it holds."""
        return self.env["retail.settlement.event"]._trail(items=self)

    def action_view_retail_settlement_events(self):
        self.ensure_one()
        return self.env["retail.settlement.event"]._action_trail(
            self.env._("Payout rows of %s", self.move_name), self._retail_trail()
        )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    retail_settlement_event_count = fields.Integer(
        compute="_compute_retail_settlement_event_count", compute_sudo=True
    )

    def _compute_retail_settlement_event_count(self):
        for payment in self:
            payment.retail_settlement_event_count = (
                payment.move_id.retail_settlement_event_count
            )

    def action_view_retail_settlement_events(self):
        """The rows that pay this payment, which are those of its entry."""
        self.ensure_one()
        return self.move_id.action_view_retail_settlement_events()


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        undone.adopt(partials)
        return partials

    def unlink(self):
        """A payout whose bank line somebody takes away waits for it again, and so do
        rows that are not reconciled any more with what they pay."""
        pairs = [(one.debit_move_id.id, one.credit_move_id.id) for one in self]
        moves = (self.debit_move_id | self.credit_move_id).move_id
        payouts = (
            self.env["retail.settlement"]
            .sudo()
            .search([("move_ids", "in", moves.ids), ("amount_bank", "!=", 0)])
        )
        result = super().unlink()
        bank.follow(payouts)
        undone.follow(self.env, pairs)
        return result
