# SPDX-License-Identifier: LGPL-3.0-or-later
"""The column plan: where the value of every stored column comes from.

Sources: *engine* (computed in C per row), *class* (a template record's value), *header*
(a line's copy of an order's value), *deferred* (the ORM recomputes the field after the
COPY). A column, override or rule that fits none of them closes the native lane with a
reason; the ORM lane then does the work.
"""

from dataclasses import dataclass

from odoo.tools import SQL

from ..arrays import texts
from . import templates
from .column_sources import (
    LINE_CLASS,
    LINE_ENGINE,
    LINE_HEADER,
    ORDER_CLASS,
    ORDER_ENGINE,
    REPRODUCED_METHODS,
)
from .plan_checks import PlanChecks

# Tables of the native lane.
WRITTEN = (
    "sale_order",
    "sale_order_line",
    "account_tax_sale_order_line_rel",
    "retail_ledger",
)


@dataclass(frozen=True)
class Column:
    """A stored column: its PostgreSQL type and its source."""

    name: str
    udt: str
    kind: str  # as in ra_rows.h
    header_index: int = -1


class ColumnPlan(PlanChecks):
    """The plan for one channel; ``reasons`` says why the native lane is closed."""

    models = ("sale.order", "sale.order.line")
    methods = REPRODUCED_METHODS

    def __init__(self, channel):
        super().__init__(channel)
        self.deferred = {"sale.order": [], "sale.order.line": []}
        self.order_columns = self._columns("sale.order", ORDER_ENGINE, ORDER_CLASS)
        self.line_columns = self._columns("sale.order.line", LINE_ENGINE, LINE_CLASS)
        self._check_methods()
        self._check_constraints()
        self._check_dependents()
        self._check_automations()
        self._check_policies()

    # -- columns --

    def _columns(self, model_name, engine, classes):
        model = self.env[model_name]
        columns = []
        for name, udt, nullable in self._stored(model._table):
            field = model._fields.get(name)
            kind = self._source(model, name, field, engine, classes)
            if udt not in templates.SEND_FUNCTIONS and kind == "class":
                self._close(
                    self.env._(
                        "Column %(column)s of %(model)s has the type %(type)s, which "
                        "the engine cannot write.",
                        column=name,
                        model=model_name,
                        type=udt,
                    )
                )
                continue
            if kind == "null" and not nullable:
                self._close(
                    self.env._(
                        "Column %(column)s of %(model)s is required, but nothing says "
                        "what to put into it.",
                        column=name,
                        model=model_name,
                    )
                )
            header = -1
            if kind == "header":
                names = [column.name for column in self.order_columns]
                header = names.index(LINE_HEADER[name])
            columns.append(Column(name, udt, kind, header))
        return columns

    def _source(self, model, name, field, engine, classes):
        """The kind of source of one column; closes the lane where there is none."""
        if field is None:
            return "null"  # left behind by an uninstalled module
        if name in engine or name in classes or name in LINE_HEADER:
            self._check_field_modules(model, field)
        if name in engine:
            return engine[name]
        if model._name == "sale.order.line" and name in LINE_HEADER:
            return "header"
        if name in classes:
            return "class"
        if field.compute or field.related:
            self.deferred[model._name].append(name)
            return "null" if not field.required else "class"
        self._check_default(model, field)
        return "class"

    # -- what other modules do --

    def _check_policies(self):
        if self.channel.chatter:
            self._close(
                self.env._(
                    "The channel logs the creation of each order in its chatter."
                )
            )
        distribution = self.env["account.analytic.distribution.model"].sudo()
        if distribution.search_count(
            distribution._check_company_domain(self.channel.company_id), limit=1
        ):
            self._close(
                self.env._(
                    "Analytic distribution models decide on the analytic accounts of "
                    "order lines."
                )
            )
        terms = self.env["account.payment.term"].sudo()
        if terms.search_count(
            [
                ("early_discount", "=", True),
                ("early_pay_discount_computation", "=", "mixed"),
            ],
            limit=1,
        ):
            self._close(
                self.env._(
                    "A payment term has an early discount that changes the taxes of "
                    "orders."
                )
            )

    # -- used by the other rooms --

    def check_relations(self, records):
        """Many2many values that a template got by itself would be missing in the
        rows."""
        for field in records._fields.values():
            if field.type != "many2many" or not field.store or field.name == "tax_ids":
                continue
            # Some are for other groups only; what matters is that rows exist.
            if records[:1].sudo()[field.name]:
                self._close(
                    self.env._(
                        "%(model)s gets %(field)s by default, which the engine does "
                        "not write.",
                        model=records._name,
                        field=field.name,
                    )
                )

    def configure(self, job):
        """Hand the plan to the engine."""
        job.set_columns(
            [(column.kind, column.header_index) for column in self.order_columns],
            [(column.kind, column.header_index) for column in self.line_columns],
            f"{self.channel.name} #",
        )

    def copy_statements(self):
        """COPY commands of orders, lines and line taxes."""
        return tuple(
            self._copy(table, names)
            for table, names in (
                ("sale_order", [column.name for column in self.order_columns]),
                ("sale_order_line", [column.name for column in self.line_columns]),
                (
                    "account_tax_sale_order_line_rel",
                    ["account_tax_id", "sale_order_line_id"],
                ),
            )
        )

    def _copy(self, table, names):
        query = SQL(
            "COPY %s (%s) FROM STDIN (FORMAT binary)",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in names),
        )
        return query.code

    def recompute_deferred(self, orders, lines):
        """Let the ORM compute what only the ORM knows how to."""
        for model, records in (("sale.order.line", lines), ("sale.order", orders)):
            for name in self.deferred[model]:
                self.env.add_to_compute(records._fields[name], records)
        if self.deferred["sale.order"] or self.deferred["sale.order.line"]:
            self.env.flush_all()


def has_user_triggers(env):
    """Tables of the native lane that carry triggers beyond PostgreSQL's own."""
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT c.relname FROM pg_trigger t
                 JOIN pg_class c ON c.oid = t.tgrelid
                WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
                  AND c.relname = ANY(%s)""",
            texts(WRITTEN),
        )
    )
    return [name for (name,) in rows]
