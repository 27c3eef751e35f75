# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a row pays, and how that is known."""

from odoo import api, fields, models

from ..settle import match_words
from .copied_many2one import CopiedMany2one

KINDS = [
    ("order", "Order"),
    ("invoice", "Invoice"),
    ("credit_note", "Credit note"),
    ("payment", "Payment"),
    ("transaction", "Online payment"),
    ("pos_payment", "POS payment"),
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
    settlement_id = CopiedMany2one(
        related="event_id.settlement_id", store=True, index=True
    )
    company_id = CopiedMany2one(related="event_id.company_id", store=True)
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
    # The target's.
    currency_id = CopiedMany2one("res.currency", required=True, readonly=True)
    evidence = fields.Char(
        string="Evidence Code", readonly=True, help="As the engine tells it."
    )
    evidence_text = fields.Text(
        string="Evidence",
        compute="_compute_evidence_text",
        help="What ties the row to it.",
    )
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
    source_model = fields.Char(
        readonly=True,
        help="Model of what the row pays where the journal item is of several: a POS "
        "payment, or an online payment that is not booked yet.",
    )
    source_id = fields.Many2oneReference(
        model_field="source_model", readonly=True, aggregator=None
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
        "res.partner",
        compute="_compute_target",
        compute_sudo=True,
        groups="retail_accelerator.group_operator",
    )

    _source_index = models.Index(
        "(source_model, source_id) WHERE source_id IS NOT NULL"
    )

    @api.depends("evidence", "kind")
    @api.depends_context("lang")
    def _compute_evidence_text(self):
        for link in self:
            link.evidence_text = match_words.text(self.env, link.evidence, link.kind)

    @api.depends("order_id", "move_line_id", "source_model", "source_id")
    def _compute_target(self):
        for link in self:
            order, line, source = link.order_id, link.move_line_id, link._source()
            link.partner_id = (order or source or line).partner_id
            if source:
                link.target_name = link._source_name(source)
                link.target_open = source.amount
            else:
                link.target_name = order.name if order else line.move_name
                link.target_open = (
                    order.amount_total if order else line.amount_residual_currency
                )

    def _source(self):
        """The POS payment or online payment; none where its module is gone."""
        if self.source_model not in self.env:
            return None
        return self.env[self.source_model].browse(self.source_id).exists()

    @staticmethod
    def _source_name(source):
        if source._name == "payment.transaction":
            return source.reference
        order = source.pos_order_id
        return order.pos_reference or order.name

    def action_apply(self):
        """Take this proposal."""
        self.ensure_one()
        self.event_id._match_by_hand(self)
        return {"type": "ir.actions.act_window_close"}

    def action_open_target(self):
        """The order, invoice or payment; the entry, for who may not see the till."""
        self.ensure_one()
        record = self.order_id or self.move_line_id.move_id
        source = self._source()
        if source and (source.has_access("read") or not record):
            record = source
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
