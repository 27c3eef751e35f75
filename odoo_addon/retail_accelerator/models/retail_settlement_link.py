# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a row pays, and how that is known."""

from odoo import api, fields, models

KINDS = [
    ("order", "Order"),
    ("invoice", "Invoice"),
    ("credit_note", "Credit note"),
    ("payment", "Payment"),
    ("transaction", "Online payment"),
    ("bank_line", "Bank line"),
]
LEVELS = [
    ("id", "Provider's id"),
    ("reference", "Reference"),
    ("amount", "Amount, date and party"),
    ("group", "Group sum"),
    ("manual", "By hand"),
]


class RetailSettlementLink(models.Model):
    _name = "retail.settlement.link"
    _description = "Match of a Settlement Row"
    _order = "event_id, state, score desc, id"
    _rec_name = "event_id"
    # A hundred thousand at once; who decided by hand is in the audit log.
    _log_access = False

    event_id = fields.Many2one(
        "retail.settlement.event",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    settlement_id = fields.Many2one(
        related="event_id.settlement_id", store=True, index=True
    )
    company_id = fields.Many2one(related="event_id.company_id", store=True)
    state = fields.Selection(
        [("applied", "Applied"), ("proposed", "Proposed")],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    level = fields.Selection(LEVELS, required=True, readonly=True)
    score = fields.Float(digits=(6, 4), readonly=True, aggregator=None)
    amount = fields.Monetary(
        readonly=True, help="In the target's currency; with the sign of the row."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    evidence = fields.Char(readonly=True)
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The open item that the row pays.",
    )
    is_revenue = fields.Boolean(
        string="Booked as revenue",
        readonly=True,
        help="The payout's entry booked the order's revenue and taxes; an invoice "
        "would book them again.",
    )
    target_name = fields.Char(
        string="Pays", compute="_compute_target", compute_sudo=True
    )
    target_open = fields.Monetary(
        string="Open", compute="_compute_target", compute_sudo=True
    )
    partner_id = fields.Many2one(
        "res.partner", compute="_compute_target", compute_sudo=True
    )

    @api.depends("order_id", "move_line_id")
    def _compute_target(self):
        for link in self:
            order, line = link.order_id, link.move_line_id
            link.target_name = order.name if order else line.move_name
            link.partner_id = order.partner_id if order else line.partner_id
            link.target_open = (
                order.amount_total if order else line.amount_residual_currency
            )

    def action_apply(self):
        """Take this proposal."""
        self.ensure_one()
        self.event_id._match_by_hand(self)
        return {"type": "ir.actions.act_window_close"}

    def action_open_target(self):
        """The order, invoice or payment."""
        self.ensure_one()
        record = self.order_id or self.move_line_id.move_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
