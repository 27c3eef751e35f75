# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two records that may be the same, why, and what was decided."""

from odoo import api, fields, models
from odoo.tools import format_date

from ..engine import comparison

KINDS = {
    "partner": "res.partner",
    "order": "sale.order",
    "payment": "account.payment",
}
STATES = [
    ("open", "To review"),
    ("kept", "Both kept"),
    ("merged", "Merged"),
    ("linked", "One cancelled"),
    ("ignored", "Ignored"),
]


class RetailDuplicate(models.Model):
    _name = "retail.duplicate"
    _description = "Possible Duplicate"
    _inherit = ["mail.thread"]
    _order = "probability desc, score desc, id desc"

    kind = fields.Selection(
        [("partner", "Contacts"), ("order", "Orders"), ("payment", "Payments")],
        required=True,
        readonly=True,
        help="What the two records are.",
    )
    res_model = fields.Char(string="Model", compute="_compute_res_model")
    # Ids and not references: what was decided stays on record when a merge deletes one.
    first_id = fields.Many2oneReference(
        model_field="res_model",
        readonly=True,
        required=True,
        index=True,
    )
    second_id = fields.Many2oneReference(
        model_field="res_model",
        readonly=True,
        index=True,
        help="Empty while the second order is held back.",
    )
    ledger_id = fields.Many2one(
        "retail.ledger",
        string="Held record",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The record of a shop that looked like an order in Odoo at import.",
    )
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        help="Empty: the contacts belong to all companies.",
    )
    found_by = fields.Selection(
        [("content", "Same content"), ("score", "Resemblance")],
        required=True,
        readonly=True,
        default="score",
        help="Same content: customer, goods and total are equal. Resemblance: the "
        "fields were compared one by one.",
    )
    score = fields.Float(
        string="Score (bits)",
        readonly=True,
        digits=(16, 1),
        aggregator="max",
        help="Weight of the evidence: with each bit the odds that both are the same "
        "double.",
    )
    probability = fields.Float(
        readonly=True,
        aggregator="avg",
        help="How likely both are the same, by what the comparison has learnt from "
        "these records.",
    )
    level = fields.Selection(
        [("automatic", "Certain"), ("review", "Probable")],
        required=True,
        readonly=True,
        default="review",
        help="Certain: the evidence needs nobody's eye. Probable: look at it.",
    )
    explanation = fields.Json(readonly=True, help="[field, level, bits] by field.")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", tracking=True, index=True
    )
    keep_first = fields.Selection(
        [("first", "The first"), ("second", "The second")],
        string="Order to keep",
        default="first",
        required=True,
        help="The other one is cancelled when both are linked.",
    )
    decided_by = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(string="Decided", readonly=True)
    cancelled_state = fields.Char(
        readonly=True, help="State of the cancelled order before, to undo it."
    )
    bulk_id = fields.Many2one(
        "retail.duplicate.bulk",
        string="Decided together",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sweep_id = fields.Many2one(
        "retail.duplicate.sweep",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    first_name = fields.Char(string="First record", compute="_compute_names")
    second_name = fields.Char(string="Second record", compute="_compute_names")
    comparison_html = fields.Html(
        string="Side by side", compute="_compute_comparison_html", sanitize=False
    )
    explanation_html = fields.Html(
        string="Why", compute="_compute_explanation_html", sanitize=False
    )

    _pair_unique = models.UniqueIndex(
        "(kind, first_id, second_id) WHERE second_id IS NOT NULL",
        "This pair is known already.",
    )
    _held_unique = models.UniqueIndex(
        "(first_id, ledger_id) WHERE ledger_id IS NOT NULL",
        "This pair is known already.",
    )
    _ordered = models.Constraint(
        "CHECK (first_id < second_id)", "A pair is two different records."
    )

    # -- what is shown --

    @api.depends("kind")
    def _compute_res_model(self):
        for pair in self:
            pair.res_model = KINDS.get(pair.kind)

    def _record(self, side):
        """The first or second record, as the current user may see it."""
        self.ensure_one()
        return self.env[KINDS[self.kind]].browse(self[f"{side}_id"] or ()).exists()

    @api.depends("kind", "first_id", "second_id", "ledger_id")
    @api.depends_context("uid")
    def _compute_names(self):
        for pair in self:
            for side in ("first", "second"):
                record = pair._record(side)
                if record:
                    name = pair._name_of(record)
                elif side == "second" and pair.ledger_id and not pair.second_id:
                    name = self.env._(
                        "%(channel)s %(number)s (held)",
                        channel=pair.ledger_id.channel_id.name,
                        number=pair.ledger_id.display_name,
                    )
                else:
                    name = self.env._("no. %s (gone)", pair[f"{side}_id"])
                pair[f"{side}_name"] = name

    def _name_of(self, record):
        """A name that tells the two apart: drafts of payments all have the same."""
        if self.kind != "payment":
            return record.display_name
        # Names of related records are shown to whoever may read the payment, as Odoo
        # does in its own forms.
        parts = (
            record.display_name,
            record.sudo().partner_id.display_name,
            record.currency_id.format(record.amount),
            format_date(self.env, record.date),
        )
        return ", ".join(filter(None, parts))

    @api.depends("first_name", "second_name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.first_name} – {pair.second_name}"

    @api.depends("first_id", "second_id", "ledger_id")
    @api.depends_context("uid")
    def _compute_comparison_html(self):
        for pair in self:
            pair.comparison_html = comparison.side_by_side(pair)

    @api.depends("explanation", "found_by")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for pair in self:
            pair.explanation_html = comparison.waterfall(pair)

    # -- nobody is shown a record he may not read --

    def _hidden_ids(self):
        """Ids of the pairs with a record that the current user may not read."""
        pairs = self.sudo()
        ledgers = pairs.ledger_id.with_env(self.env)
        seen = {"ledger": set(ledgers._filtered_access("read").ids)}
        for kind, group in pairs.grouped("kind").items():
            ids = {*group.mapped("first_id"), *group.mapped("second_id")} - {0}
            records = self.env[KINDS[kind]].browse(ids)
            gone = ids - set(records.sudo().exists().ids)
            readable = records.browse(ids - gone)._filtered_access("read")
            seen[kind] = gone | set(readable.ids) | {0}
        return [
            pair.id
            for pair in pairs
            if not {pair.first_id, pair.second_id} <= seen[pair.kind]
            or (pair.ledger_id and pair.ledger_id.id not in seen["ledger"])
        ]

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs
    ):
        if self.env.is_superuser() or bypass_access:
            return super()._search(
                domain, offset, limit, order, bypass_access=True, **kwargs
            )
        # All that fit are looked at before a page is cut out of them.
        query = super()._search(domain, 0, None, order, **kwargs)
        found = self.browse(query)
        visible = found - self.browse(found._hidden_ids())
        page = visible[offset : offset + limit if limit else None]
        return page._as_query(order)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self.ids:
            return result
        allowed = self - result[0] if result else self
        hidden = self.browse(allowed._hidden_ids())
        if not hidden:
            return result
        if result:
            hidden |= result[0]
        rules = self.env["ir.rule"]
        return hidden, lambda: rules._make_access_error(operation, hidden)

    # -- remembering --

    @api.model
    def _follow_ledger(self):
        """Give pairs of held records the order that was imported since."""
        waiting = self.sudo().search(
            [
                ("second_id", "=", False),
                ("ledger_id.order_id", "!=", False),
            ]
        )
        for pair in waiting:
            order = pair.ledger_id.order_id.id
            known = self.sudo().search(
                [
                    ("kind", "=", "order"),
                    ("first_id", "=", min(pair.first_id, order)),
                    ("second_id", "=", max(pair.first_id, order)),
                ]
            )
            if order == pair.first_id or known:
                continue
            pair.write(
                {
                    "first_id": min(pair.first_id, order),
                    "second_id": max(pair.first_id, order),
                }
            )

    @api.model
    def _remember(self, vals_list):
        """Add pairs; one that is known stays as it was decided. Returns the new ones.

        ``vals_list``: values with ``first_id`` below ``second_id`` or, while the second
        order is held back, with ``ledger_id``.
        """
        pairs = self.sudo().with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        known = pairs.search_fetch(
            [("first_id", "in", [vals["first_id"] for vals in vals_list])],
            ["kind", "first_id", "second_id", "ledger_id"],
        )
        keys = {pair._key() for pair in known}
        fresh = {}
        for vals in vals_list:
            key = (
                vals["kind"],
                vals["first_id"],
                vals.get("second_id") or 0,
                0 if vals.get("second_id") else vals["ledger_id"],
            )
            if key not in keys:
                fresh.setdefault(key, vals)
        return pairs.create(list(fresh.values()))

    def _key(self):
        second = self.second_id or 0
        return (self.kind, self.first_id, second, 0 if second else self.ledger_id.id)
