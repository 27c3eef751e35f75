# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows that rows sent by COPY refer to: whether they may, and that they stay."""

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..arrays import ints

CHECKED = (
    ("res.partner", "partner"),
    ("product.product", "product"),
    ("account.tax", "tax"),
)
NAMED = 5  # of a longer list, in messages


class Strangers(UserError):
    """The engine's orders would refer to records of another company: what it remembers
    of them is out of date, or the channel's settings are wrong."""


class References:
    """Checks of one company's native rows; queries are made once for all chunks."""

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self.strangers = None  # (model, kind of reference, query of other companies')

    def check_company(self, references):
        """What the ORM's company check would refuse must not pass by COPY either.

        ``references``: ids by kind, as Chunk.references gives them. Rows deleted
        meanwhile are for the foreign keys to find.
        """
        if self.strangers is None:
            self.strangers = [
                (model, kind, self._of_others(model)) for model, kind in CHECKED
            ]
        rows = self.env.execute_query(
            SQL(
                "%s LIMIT %s",
                SQL(" UNION ALL ").join(
                    SQL(
                        "SELECT %s, id FROM %s AS stranger(id) WHERE id = ANY(%s)",
                        model,
                        query.subselect(),
                        ints(sorted(references[kind])),
                    )
                    for model, kind, query in self.strangers
                ),
                NAMED,
            )
        )
        if rows:
            raise Strangers(
                self.env._(
                    "%(names)s belong to another company than %(company)s.",
                    names=", ".join(
                        self.env[model].sudo().browse(record_id).display_name
                        for model, record_id in rows
                    ),
                    company=self.company.name,
                )
            )

    def _of_others(self, model):
        """The query of a model's records that the company may not use."""
        records = self.env[model].sudo().with_context(active_test=False)
        return records._search(~Domain(records._check_company_domain(self.company)))

    def hold(self, held):
        """Every row of ``held``, pairs (table, id), exists and stays until the
        commit. Tables and ids are locked in their order, so that two chunks cannot
        wait for each other."""
        by_table = {}
        for table, record_id in held:
            by_table.setdefault(table, []).append(record_id)
        tables = sorted(by_table)
        rows = self.env.execute_query(
            SQL(" UNION ALL ").join(
                SQL(
                    """SELECT %s, array_agg(id)
                         FROM (SELECT id FROM %s WHERE id = ANY(%s)
                                ORDER BY id FOR KEY SHARE) held""",
                    table,
                    SQL.identifier(table),
                    ints(sorted(by_table[table])),
                )
                for table in tables
            )
        )
        for table, found in rows:
            missing = sorted(set(by_table[table]).difference(found or ()))
            if missing:
                raise psycopg2.errors.ForeignKeyViolation(
                    f"{table} {missing[:NAMED]} no longer exist"
                )
