# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people see of a pair: columns of the list, the comparison, the reasons."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import comparison, facts
from ...engine.compared_records import MODELS

# Where the words of a search are looked for.
SEARCHED = {
    "partner": ("complete_name", "email", "phone", "vat", "ref"),
    "order": ("name", "client_order_ref", "partner_id.complete_name"),
    "payment": ("name", "memo", "payment_reference", "partner_id.complete_name"),
}


class RetailDuplicateScreen(models.AbstractModel):
    _name = "retail.duplicate.screen"
    _description = "What People See of Two Duplicates"

    first_name = fields.Char(
        string="First record", compute="_compute_facts", search="_search_name"
    )
    second_name = fields.Char(
        string="Second record", compute="_compute_facts", search="_search_name"
    )
    who = fields.Char(
        string="Customer",
        compute="_compute_facts",
        help="Of contacts the e-mail address. Two, where they differ.",
    )
    amount_text = fields.Char(
        string="Amount", compute="_compute_facts", help="Two, where they differ."
    )
    date_text = fields.Char(
        string="Date", compute="_compute_facts", help="Of the first record."
    )
    apart = fields.Char(
        compute="_compute_facts", help="How much time lies between the two."
    )
    obstacle = fields.Char(
        compute="_compute_obstacle",
        help="Why one of the two cannot simply be cancelled or merged.",
    )
    comparison_html = fields.Html(
        string="Side by side", compute="_compute_comparison_html", sanitize=False
    )
    explanation_html = fields.Html(
        string="Why", compute="_compute_explanation_html", sanitize=False
    )

    @api.depends("kind", "first_id", "second_id", "ledger_id")
    @api.depends_context("uid", "lang", "tz", "allowed_company_ids")
    def _compute_facts(self):
        for kind, pairs in self.grouped("kind").items():
            ids = {*pairs.mapped("first_id"), *pairs.mapped("second_id")} - {0}
            records = self.env[MODELS[kind]].browse(ids).exists() if kind else ()
            known = {record.id: facts.of_record(kind, record) for record in records}
            for pair in pairs:
                first = known.get(pair.first_id) or pair._gone(pair.first_id)
                second = known.get(pair.second_id)
                if not second and pair.ledger_id and not pair.second_id:
                    second = facts.of_held(pair.ledger_id)
                pair._show(first, second or pair._gone(pair.second_id))

    def _gone(self, number):
        return facts.Facts(self.env._("no. %s (gone)", number))

    def _show(self, first, second):
        self.first_name = first.name
        self.second_name = second.name
        self.who = facts.both(first.who, second.who)
        self.amount_text = facts.both(first.amount, second.amount)
        self.date_text = facts.moment_text(self.env, first.moment or second.moment)
        self.apart = facts.apart(self.env, first.moment, second.moment)

    @api.depends("first_name", "second_name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.first_name} – {pair.second_name}"

    @api.depends("first_id", "second_id", "ledger_id")
    @api.depends_context("uid", "lang", "tz")
    def _compute_comparison_html(self):
        for pair in self:
            pair.comparison_html = comparison.side_by_side(pair)

    @api.depends("explanation", "found_by")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for pair in self:
            pair.explanation_html = comparison.waterfall(pair)

    @api.depends("kind", "state", "keep_first", "first_id", "second_id")
    @api.depends_context("uid", "lang")
    def _compute_obstacle(self):
        for pair in self:
            pair.obstacle = pair.state == "open" and pair._obstacle()

    # -- search by number, name, customer --

    @api.model
    def _search_name(self, operator, value):
        if operator not in ("in", "like", "ilike", "=like", "=ilike"):
            return NotImplemented
        if not value:
            return Domain.TRUE
        return Domain.OR(
            [self._search_kind(kind, operator, value) for kind in MODELS]
            + [
                Domain(f"ledger_id.{name}", operator, value)
                for name in ("source_number", "source_ref")
            ]
        )

    @api.model
    def _search_display_name(self, operator, value):
        return self._search_name(operator, value)

    def _search_kind(self, kind, operator, value):
        """Pairs of a kind one of whose records has the words, among those the current
        user may read."""
        records = self.env[MODELS[kind]].with_context(active_test=False)
        if not records.has_access("read"):
            return Domain.FALSE
        found = records._search(
            Domain.OR([Domain(name, operator, value) for name in SEARCHED[kind]])
        )

        def to_sql(model, alias, query):
            sides = [
                model._field_to_sql(alias, f"{side}_id", query)
                for side in ("first", "second")
            ]
            tests = [SQL("%s IN %s", side, found.subselect()) for side in sides]
            return SQL("(%s OR %s)", *tests)

        return Domain("kind", "=", kind) & Domain.custom(to_sql=to_sql)
