# SPDX-License-Identifier: LGPL-3.0-or-later
"""Many pairs decided at once by a threshold, and undone at once."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..audit import log
from ..engine import comparison

LIMIT = 1000  # pairs in one step: it is one transaction


class RetailDuplicateBulk(models.Model):
    _name = "retail.duplicate.bulk"
    _description = "Decision on Many Duplicates"
    _order = "id desc"

    kind = fields.Selection(
        [("partner", "Contacts"), ("order", "Orders"), ("payment", "Payments")],
        required=True,
        default="order",
    )
    decision = fields.Selection(
        [
            ("keep", "Keep both"),
            ("ignore", "Ignore"),
            ("link", "Cancel the second order"),
        ],
        required=True,
        default="keep",
        help="Contacts are merged one by one: a merge cannot be undone.",
    )
    side = fields.Selection(
        [("over", "at least"), ("under", "at most")],
        string="Score is",
        required=True,
        default="under",
    )
    threshold = fields.Float(
        string="Bits",
        digits=(16, 1),
        help="Pairs whose score reaches this are decided, or stays below it.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Decided"), ("undone", "Undone")],
        required=True,
        readonly=True,
        default="draft",
    )
    decided_by = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    matching_count = fields.Integer(
        string="Open pairs that fit", compute="_compute_matching_count"
    )
    decided_count = fields.Integer(string="Pairs decided", readonly=True)
    refused_count = fields.Integer(
        string="Pairs left open",
        readonly=True,
        help="Orders that were delivered or invoiced: decide them one by one.",
    )
    remaining_count = fields.Integer(
        string="Pairs not reached",
        readonly=True,
        help="More fitted than are decided in one step. Decide again for the next.",
    )
    undo_refused_count = fields.Integer(
        string="Pairs not undone",
        readonly=True,
        help="Decided otherwise since, or their order cannot be opened again.",
    )
    odds = fields.Char(
        string="That is", compute="_compute_odds", help="The threshold in other words."
    )
    duplicate_ids = fields.One2many("retail.duplicate", "bulk_id", string="Pairs")

    @api.depends("kind", "decision", "side", "threshold")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for bulk in self:
            bulk.display_name = self.env._(
                "%(kind)s, score %(side)s %(bits)s bits: %(decision)s",
                bits=f"{bulk.threshold:.1f}",
                **bulk._labels("kind", "side", "decision"),
            )

    def _labels(self, *names):
        return {
            name: dict(self._fields[name]._description_selection(self.env)).get(
                self[name], ""
            )
            for name in names
        }

    @api.constrains("kind", "decision")
    def _check_decision(self):
        if any(bulk.decision == "link" and bulk.kind != "order" for bulk in self):
            raise ValidationError(self.env._("Only orders can be cancelled."))

    def _domain(self):
        self.ensure_one()
        operator = ">=" if self.side == "over" else "<="
        return [
            ("kind", "=", self.kind),
            ("state", "=", "open"),
            ("found_by", "=", "score"),
            ("score", operator, self.threshold),
            ("company_id", "in", (False, self.company_id.id)),
        ]

    @api.depends("kind", "side", "threshold", "company_id", "state")
    def _compute_matching_count(self):
        for bulk in self:
            bulk.matching_count = self.env["retail.duplicate"].search_count(
                bulk._domain()
            )

    @api.depends("threshold")
    @api.depends_context("lang")
    def _compute_odds(self):
        for bulk in self:
            bulk.odds = comparison.odds(self.env, bulk.threshold)

    def action_view_matching(self):
        """The pairs that would be decided, to look at them first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_duplicate_action"
        )
        context = {"retail_to_review": 1}  # all are open: nobody has decided yet
        return {**action, "domain": self._domain(), "context": context}

    def action_decide(self):
        """Decide on all that fit; what cannot be decided stays open."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("This was decided already."))
        pairs = self.env["retail.duplicate"].search(self._domain(), limit=LIMIT)
        if not pairs:
            raise UserError(
                self.env._("No open pair fits. Choose another kind or another score.")
            )
        total = self.matching_count
        pairs._check_may_decide("open")
        decided = self.env["retail.duplicate"]
        for pair in pairs:
            try:
                with self.env.cr.savepoint():
                    pair.sudo().bulk_id = self
                    getattr(pair, f"action_{self.decision}")()
            except UserError:
                continue
            decided |= pair
        self.write(
            {
                "state": "done",
                "decided_by": self.env.uid,
                "decided_count": len(decided),
                "refused_count": len(pairs - decided),
                "remaining_count": total - len(pairs),
            }
        )
        self._log("bulk", len(decided), len(pairs - decided))

    def _log(self, action, count, refused):
        """In the audit log, beside the entries of the single pairs."""
        log.append(
            self,
            action,
            self.env._(
                "%(bulk)s. %(state)s: %(count)s pairs",
                bulk=self.display_name,
                count=count,
                **self._labels("state"),
            ),
            kind=self.kind,
            decision=self.decision,
            side=self.side,
            threshold=f"{self.threshold:.1f}",
            count=count,
            refused=refused,
        )

    def action_undo(self):
        """Open again what was decided here and has not been changed since."""
        self.ensure_one()
        if self.state != "done":
            raise UserError(self.env._("There is nothing to undo."))
        pairs, refused = self.duplicate_ids, 0
        for pair in pairs:
            try:
                with self.env.cr.savepoint():
                    pair.action_reopen()
            except UserError:
                refused += 1
        self.write({"state": "undone", "undo_refused_count": refused})
        self._log("undo", len(pairs) - refused, refused)
