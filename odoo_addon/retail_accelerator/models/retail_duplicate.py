# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two records that may be the same, why, and what was decided."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.compared_records import MODELS as KINDS
from ..engine.context import QUIET

STATES = [
    ("open", "To review"),
    ("kept", "Both kept"),
    ("merged", "Merged"),
    ("linked", "One cancelled"),
    ("ignored", "Ignored"),
    ("gone", "No longer there"),
]
BANDS = [
    ("content", "Same content"),
    ("40", "40 bits and more"),
    ("20", "20 to 40 bits"),
    ("10", "10 to 20 bits"),
    ("0", "0 to 10 bits"),
    ("below", "Below 0 bits"),
]
# What a pair is about is there no more: deleted, archived, cancelled.
THERE = {
    "partner": SQL("r.active"),
    "order": SQL("r.state != 'cancel'"),
    "payment": SQL("r.state NOT IN ('canceled', 'rejected')"),
}
CLOSED_AT_ONCE = 500


class RetailDuplicate(models.Model):
    _name = "retail.duplicate"
    _description = "Possible Duplicate"
    _inherit = [
        "mail.thread",
        "retail.duplicate.screen",
        "retail.duplicate.obstacles",
    ]
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
    channel_id = fields.Many2one(
        "retail.channel",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Where the second order came from.",
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
    score_band = fields.Selection(
        BANDS,
        string="Score range",
        compute="_compute_score_band",
        store=True,
        precompute=True,
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
        string="Which one stays",
        default="first",
        required=True,
        help="The other one is cancelled, or merged into this one.",
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

    @api.depends("kind")
    def _compute_res_model(self):
        for pair in self:
            pair.res_model = KINDS.get(pair.kind)

    @api.depends("score", "found_by")
    def _compute_score_band(self):
        for pair in self:
            pair.score_band = pair._band()

    def _band(self):
        if self.found_by == "content":
            return "content"
        bounds = [name for name, _label in BANDS if name.isdigit()]
        return next((b for b in bounds if self.score >= int(b)), "below")

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Score ranges from the surest down, not by their names."""
        band = groupby_terms.get("score_band")
        if not band:
            return super()._read_group_orderby(order, groupby_terms, query)
        ranges = [name for name, _label in BANDS]
        rank = SQL("array_position(%s::varchar[], %s)", ranges, band)
        groupby_terms["score_band"] = rank
        result = super()._read_group_orderby(order, groupby_terms, query)
        groupby_terms["score_band"] = band
        return result

    def _record(self, side):
        """The first or second record, as the current user may see it."""
        self.ensure_one()
        return self.env[KINDS[self.kind]].browse(self[f"{side}_id"] or ()).exists()

    # -- nobody is shown a record he may not read --

    @api.model
    def _readable(self):
        """Domain of the pairs of which the current user may read both records. One
        that no longer exists hides nothing."""

        def to_sql(model, alias, query):
            kind = model._field_to_sql(alias, "kind", query)
            ledger = model._field_to_sql(alias, "ledger_id", query)
            cases = SQL(" OR ").join(
                SQL(
                    "(%s = %s AND %s AND %s)",
                    kind,
                    name,
                    *(
                        self._may_read(
                            res_model,
                            model._field_to_sql(alias, f"{side}_id", query),
                            gone=True,
                        )
                        for side in ("first", "second")
                    ),
                )
                for name, res_model in KINDS.items()
            )
            return SQL("((%s) AND %s)", cases, self._may_read("retail.ledger", ledger))

        return Domain.custom(to_sql=to_sql)

    def _may_read(self, res_model, column, gone=False):
        """Condition that an id is empty or of a record the current user may read; or,
        if ``gone``, of none at all."""
        records = self.env[res_model].with_context(active_test=False)
        own_id = SQL.identifier(records._table, "id")
        options = [SQL("COALESCE(%s, 0) = 0", column)]
        if gone:
            options.append(
                SQL(
                    "NOT EXISTS (SELECT FROM %s WHERE %s = %s)",
                    SQL.identifier(records._table),
                    own_id,
                    column,
                )
            )
        if records.has_access("read"):
            query = records._search([])
            query.add_where(SQL("%s = %s", own_id, column))
            options.append(SQL("EXISTS (%s)", query.select(SQL("1"))))
        return SQL("(%s)", SQL(" OR ").join(options))

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs
    ):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._readable()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self.ids:
            return result
        allowed = self - result[0] if result else self
        domain = Domain("id", "in", allowed.ids) & self._readable()
        hidden = allowed - self.browse(self._search(domain, bypass_access=True))
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
        """Add pairs; one that is known stays as it was decided, unless it was closed
        because a record was no longer there. Returns those that are to be reviewed
        now and were not before.

        ``vals_list``: values with ``first_id`` below ``second_id`` or, while the second
        order is held back, with ``ledger_id``.
        """
        pairs = self.sudo().with_context(**QUIET)
        known = pairs.search_fetch(
            [("first_id", "in", [vals["first_id"] for vals in vals_list])],
            ["kind", "first_id", "second_id", "ledger_id", "state"],
        )
        by_key = {pair._key(): pair for pair in known}
        fresh, returned = {}, pairs
        for vals in vals_list:
            key = (
                vals["kind"],
                vals["first_id"],
                vals.get("second_id") or 0,
                0 if vals.get("second_id") else vals["ledger_id"],
            )
            if key not in by_key:
                fresh.setdefault(key, vals)
            elif by_key[key].state == "gone":
                returned |= by_key[key]
        returned._set_state("open", self.env._("Both are there again."))
        return pairs.create(list(fresh.values())) | returned

    def _key(self):
        second = self.second_id or 0
        return (self.kind, self.first_id, second, 0 if second else self.ledger_id.id)

    @api.model
    def _close_gone(self, kind, company):
        """Close open pairs with a record that was deleted, archived or cancelled: there
        is nothing left to decide. A held order still waits for somebody. Returns
        how many; call it until there are none."""
        self.env.flush_all()
        both = SQL(" AND ").join(
            SQL(
                "EXISTS (SELECT FROM %s r WHERE r.id = %s AND %s)",
                SQL.identifier(self.env[KINDS[kind]]._table),
                SQL.identifier("d", f"{side}_id"),
                THERE[kind],
            )
            for side in ("first", "second")
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT d.id FROM retail_duplicate d
                    WHERE d.kind = %s AND d.state = 'open' AND d.second_id > 0
                      AND (d.company_id = %s OR d.company_id IS NULL)
                      AND NOT (%s)
                    ORDER BY d.id LIMIT %s""",
                kind,
                company.id,
                both,
                CLOSED_AT_ONCE,
            )
        )
        pairs = self.sudo().browse(row[0] for row in rows)
        pairs._set_state(
            "gone", self.env._("Closed: one of the two was deleted or cancelled.")
        )
        return len(pairs)
