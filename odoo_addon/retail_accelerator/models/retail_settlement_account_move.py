# SPDX-License-Identifier: LGPL-3.0-or-later
"""From journal entries and their items back to the payout and its rows."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    retail_settlement_ids = fields.Many2many(
        "retail.settlement",
        "retail_settlement_move_rel",
        "move_id",
        "settlement_id",
        string="Settlements",
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

    def _retail_trail(self):
        """Domain of the rows that pay this item, or whose amount it holds."""
        return self.env["retail.settlement.event"]._trail(items=self)

    def action_view_retail_settlement_events(self):
        self.ensure_one()
        return self.env["retail.settlement.event"]._action_trail(
            self.env._("Payout rows of %s", self.move_name), self._retail_trail()
        )
