# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contacts, orders and payments of the database as tables for the linkage core."""

from collections import namedtuple

from odoo.tools import SQL

from . import native
from .resemblance import (
    ORDER_FIELDS,
    PERSON_FIELDS,
    SEED,
    invented_orders,
    profile_text,
    usable,
)
from .usual_orders import ENOUGH

MODELS = {
    "partner": "res.partner",
    "order": "sale.order",
    "payment": "account.payment",
}
PAYMENT_FIELDS = ("reference", "partner", "memo", "date", "amount")

# What is known of a record beside what is compared. ``guard``: equal in both records
# of a pair; ``parent``: a contact and its own company are no pair.
Head = namedtuple("Head", "id changed company channel guard parent")

# An order or payment counts as changed with its customer, whose name it is compared by.
PARTNERS = """
    SELECT p.id, %(changed)s, p.company_id, NULL, NULL, p.parent_id,
           p.name,
           COALESCE(p.company_name,
                    CASE WHEN p.parent_id > 0 THEN p.commercial_company_name END),
           p.street, p.street2, p.city, p.zip, s.code, c.code, p.vat, p.phone, p.email
      FROM res_partner p
      LEFT JOIN res_country_state s ON s.id = p.state_id
      LEFT JOIN res_country c ON c.id = p.country_id
     WHERE p.active AND (p.parent_id IS NULL OR p.type = 'contact')
       AND (p.company_id IS NULL OR p.company_id = %(company)s)
     ORDER BY 2, p.id"""
ORDERS = """
    SELECT o.id, %(changed)s, o.company_id,
           (SELECT l.channel_id FROM retail_ledger l WHERE l.order_id = o.id LIMIT 1),
           o.currency_id::text, NULL,
           p.name, p.email, p.phone, NULLIF(concat_ws(' ', p.street, p.zip), ''),
           to_char(o.date_order, 'YYYY-MM-DD"T"HH24:MI:SS'),
           o.amount_total::text,
           (SELECT string_agg(trim_scale(l.product_uom_qty) || ' '
                              || COALESCE(NULLIF(v.default_code, ''), l.name), ' '
                              ORDER BY l.name)
              FROM sale_order_line l LEFT JOIN product_product v ON v.id = l.product_id
             WHERE l.order_id = o.id AND l.display_type IS NULL)
      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state != 'cancel' AND o.company_id = %(company)s
     ORDER BY 2, o.id"""
PAYMENTS = """
    SELECT o.id, %(changed)s, o.company_id, NULL,
           concat_ws(' ', o.payment_type, o.partner_type, o.currency_id), NULL,
           NULLIF(o.payment_reference, o.memo), p.name, o.memo,
           to_char(o.date, 'YYYY-MM-DD'), o.amount::text
      FROM account_payment o LEFT JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state NOT IN ('canceled', 'rejected') AND o.company_id = %(company)s
     ORDER BY 2, o.id"""
SOURCES = {
    "partner": (PARTNERS, SQL("p.write_date"), PERSON_FIELDS),
    "order": (ORDERS, SQL("GREATEST(o.write_date, p.write_date)"), ORDER_FIELDS),
    "payment": (PAYMENTS, SQL("GREATEST(o.write_date, p.write_date)"), PAYMENT_FIELDS),
}


class Table:
    """All records of a kind and company, those changed since a moment at the end.

    Few orders have invented ones before them, which have no head.
    """

    def __init__(self, env, kind, company, since=None):
        query, changed, fields = SOURCES[kind]
        rows = env.execute_query(
            SQL(
                query,
                company=company.id,
                changed=SQL("%s >= %s", changed, since) if since else SQL("TRUE"),
            )
        )
        self.count = len(rows)
        self.changed = sum(row[1] for row in rows)
        self.text = profile_text(env, kind)
        size = len(Head._fields)
        invented = (
            invented_orders(max(ENOUGH - len(rows), 0)) if kind == "order" else []
        )
        self.heads = [None] * len(invented) + [Head(*row[:size]) for row in rows]
        self.fields, self.rows = usable(
            self.text, fields, invented + [row[size:] for row in rows]
        )

    def link(self):
        """The LinkResult; only pairs with a changed record when some are old. None
        when nothing has changed."""
        if not self.changed:
            return None
        focus = self.changed if self.changed < self.count else None
        return native.require().link(
            self.text, self.fields, self.rows, seed=SEED, focus=focus
        )

    def pairs(self, result):
        """The pairs of a LinkResult, or of None, that can be the same."""
        return [
            pair
            for pair in (result.pairs if result else ())
            if self._can_be_same(*self.heads_of(pair))
        ]

    def heads_of(self, pair):
        """The heads of a pair, the lower id first."""
        heads = [self.heads[pair[0]], self.heads[pair[1]]]
        return heads if None in heads else sorted(heads, key=lambda head: head.id)

    @staticmethod
    def _can_be_same(first, second):
        return bool(
            first
            and second
            and first.guard == second.guard
            and first.parent != second.id
            and second.parent != first.id
        )
