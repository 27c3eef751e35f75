# SPDX-License-Identifier: LGPL-3.0-or-later
"""Template records: what the ORM itself puts into columns the engine does not compute.

Such columns depend on little: on some facts about the customer, the delivery address,
the product. Contacts and products that agree in those facts form a class. For each
class the ORM makes one record in a savepoint, its raw column values are read in
PostgreSQL's binary format, and the savepoint is rolled back.
"""

import contextlib
import threading
from collections import deque

from odoo.tools import SQL

from ..arrays import ints
from . import lanes

SEND_FUNCTIONS = {
    "int4": "int4send",
    "int8": "int8send",
    "numeric": "numeric_send",
    "float8": "float8send",
    "bool": "boolsend",
    "varchar": "varcharsend",
    "text": "textsend",
    "timestamp": "timestamp_send",
    "date": "date_send",
    "jsonb": "jsonb_send",
    "bytea": "byteasend",
}
PARTNER_PROPERTIES = (
    "property_account_position_id",
    "property_payment_term_id",
    "property_inbound_payment_method_line_id",
)
PRODUCT_FACTS = (
    "type",
    "sale_delay",
    "expense_policy",
    "service_type",
    "service_tracking",
    "invoice_policy",
)


class _Undo(Exception):
    """Leaves a savepoint on purpose."""


@contextlib.contextmanager
def undone(cr):
    """A block whose every effect on the database is rolled back."""
    with contextlib.suppress(_Undo), cr.savepoint():
        yield
        raise _Undo


def touched(env):
    """{table: rows written in this transaction}, counting what was rolled back too."""
    rows = env.execute_query(
        SQL(
            """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
                 FROM pg_stat_xact_all_tables
                WHERE schemaname = current_schema
                  AND n_tup_ins + n_tup_upd + n_tup_del > 0"""
        )
    )
    return dict(rows)


class Shelf:
    """Template values that sessions of one run share, so that each is made once.

    A class is known by its facts; the value is the encoded columns and the records they
    refer to. Who makes values holds ``lock``. ``linked`` are the party keys that the
    latest ``under_way`` chunks linked to contacts: a chunk that began before does not
    see that in the database.
    """

    def __init__(self, under_way=1):
        self.lock = threading.Lock()
        self.linked = deque(maxlen=under_way)
        self.forget()

    def forget(self):
        """What values refer to may be gone: make them anew."""
        self.orders = {}
        self.lines = {}
        self.contacts = {}  # class: encoded columns, or None when left to the ORM
        self.contact_reasons = []  # why


class Templates:
    """Classes of contacts and products, and the template values of each."""

    def __init__(self, job, channel, plan, shelf=None):
        self.job = job
        self.shelf = shelf or Shelf()
        self.channel = channel
        self.env = channel.env
        self.plan = plan
        self.partner_class = {}
        self.partner_class_numbers = {}
        self.line_class_numbers = {}
        self.references = {"order": {}, "line": {}}  # class -> {(table, id), ...}

    def trim(self, limit):
        """Forget which class each contact has once more than ``limit`` are held."""
        if len(self.partner_class) > limit:
            self.partner_class.clear()

    # -- classes --

    def partner_classes(self, partner_ids):
        """{partner id: class number}; 0, which stands for nobody, has class 0."""
        classes = {0: 0}
        new = [pid for pid in partner_ids if pid and pid not in self.partner_class]
        if new:
            for partner_id, facts in self._partner_facts(new):
                number = self.partner_class_numbers.setdefault(
                    facts, len(self.partner_class_numbers)
                )
                self.partner_class[partner_id] = number
        for partner_id in partner_ids:
            if partner_id:
                classes[partner_id] = self.partner_class[partner_id]
        return classes

    def _partner_facts(self, partner_ids):
        """(id, facts) rows: everything the order's class columns can depend on."""
        company = str(self.channel.company_id.id)
        columns = [SQL("p.country_id"), SQL("p.state_id"), SQL("p.user_id")]
        columns += [SQL("c.user_id"), SQL("p.lang"), SQL("p.vat"), SQL("p.company_id")]
        if self._zip_matters():
            columns.append(SQL("p.zip"))
        for name in PARTNER_PROPERTIES:
            field = self.env["res.partner"]._fields.get(name)
            if field is not None and field.company_dependent:
                columns.append(SQL("p.%s->>%s", SQL.identifier(name), company))
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, %s FROM res_partner p
                   LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
                   WHERE p.id = ANY(%s)""",
                SQL(", ").join(columns),
                ints(partner_ids),
            )
        )
        return [(row[0], row[1:]) for row in rows]

    def _zip_matters(self):
        positions = self.env["account.fiscal.position"].sudo()
        return bool(positions.search_count([("zip_from", "!=", False)], limit=1))

    def line_classes(self, products):
        """{product id: class index of the job}."""
        products = products.with_company(self.channel.company_id)
        facts = self._product_facts(products)
        examples = {}
        for product in products:
            if facts[product.id] not in self.line_class_numbers:
                examples.setdefault(facts[product.id], product)
        if examples:
            self._add_line_classes(examples)
        return {
            product_id: self.line_class_numbers[fact]
            for product_id, fact in facts.items()
        }

    def _add_line_classes(self, examples):
        """examples: {facts: product}."""
        with self.shelf.lock:
            values = self.shelf.lines  # another chunk may let go of it meanwhile
            missing = {
                fact: product
                for fact, product in examples.items()
                if fact not in values
            }
            if missing:
                made = self._make_line_values(missing.values())
                values.update(zip(missing, made, strict=True))
        for fact in examples:
            row, references = values[fact]
            number = self.job.add_line_class(row)
            self.line_class_numbers[fact] = number
            self.references["line"][number] = references

    @staticmethod
    def _product_facts(products):
        """{product id: facts}: everything the line's class columns can depend on."""
        templates = products.product_tmpl_id
        names = [name for name in PRODUCT_FACTS if name in templates._fields]
        routes = ["route_ids"] if "route_ids" in templates._fields else []
        # Read through the product each would be computed for each of them.
        templates.fetch([*names, *routes, "uom_id"])
        facts = {
            template.id: (
                *(template[name] for name in names),
                template.uom_id.id,
                *(tuple(template[name].ids) for name in routes),
            )
            for template in templates
        }
        return {product.id: facts[product.product_tmpl_id.id] for product in products}

    # -- template records --

    def add_headers(self, chunk, needs, currency_ids):
        """needs: tuples ("header", record, key); makes the class of each key."""
        facts = {need: self._header_facts(need[2], currency_ids) for need in needs}
        with self.shelf.lock:
            values = self.shelf.orders  # another chunk may let go of it meanwhile
            missing = {
                fact: record
                for (_kind, record, _key), fact in facts.items()
                if fact not in values
            }
            if missing:
                made = self._make_order_values(chunk, missing.values())
                values.update(zip(missing, made, strict=True))
        for (_kind, _record, key), fact in facts.items():
            row, references = values[fact]
            number = self.job.add_order_class(row)
            self.references["order"][number] = references
            self.job.add_headers([(key, number)])

    def _header_facts(self, key, currency_ids):
        """What a header key means outside of this job."""
        customer, delivery, currency, action, payment = key
        by_number = {n: facts for facts, n in self.partner_class_numbers.items()}
        return (
            by_number.get(customer),
            by_number.get(delivery),
            currency_ids[currency],
            action,
            payment,
        )

    def _make_order_values(self, chunk, records):
        """[(encoded columns, references)]: one order per record, in a savepoint."""
        order_lane = lanes.OrmLane(self.channel)
        vals_list = []
        for record in records:
            vals = order_lane.order_vals(chunk.plan(record))
            vals["order_line"] = []
            vals["name"] = "template"
            vals_list.append(vals)
        with undone(self.env.cr):
            orders = order_lane.orders.create(vals_list)
            orders.env.flush_all()
            rows = self._read("sale_order", self.plan.order_columns, orders.ids)
            self.plan.check_relations(orders)
            return self._values(orders, rows)

    def _values(self, records, rows):
        return [
            (rows[record.id], self._column_references(records, record))
            for record in records
        ]

    def _make_line_values(self, products):
        """[(encoded columns, references)]: one line per product on one order, in a
        savepoint."""
        order_lane = lanes.OrmLane(self.channel)
        partner = self.channel.company_id.partner_id
        lines = [
            order_lane.line_vals(
                {
                    "product_id": product.id,
                    "name": product.name,
                    "quantity": 1.0,
                    "price_unit": 1.0,
                    "discount": 0.0,
                    "tax_ids": [],
                    "extra_tax_data": None,
                }
            )
            for product in products
        ]
        with undone(self.env.cr):
            order = order_lane.orders.create(
                {
                    **order_lane.channel_vals(),
                    "name": "template",
                    "partner_id": partner.id,
                    "order_line": lines,
                }
            )
            order.env.flush_all()
            template_lines = order.order_line
            rows = self._read(
                "sale_order_line", self.plan.line_columns, template_lines.ids
            )
            self.plan.check_relations(template_lines)
            return self._values(template_lines, rows)

    def _read(self, table, columns, ids):
        """{id: [encoded value or None, ...]} in the order of the columns."""
        parts = [
            SQL(
                "%s(%s)",
                SQL.identifier(SEND_FUNCTIONS[column.udt]),
                SQL.identifier(column.name),
            )
            for column in columns
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE id = ANY(%s)",
                SQL(", ").join(parts),
                SQL.identifier(table),
                ints(ids),
            )
        )
        return {
            row[0]: [None if value is None else bytes(value) for value in row[1:]]
            for row in rows
        }

    def _column_references(self, records, record):
        """{(table, id)} of the class columns that are foreign keys."""
        columns = (
            self.plan.order_columns
            if records._name == "sale.order"
            else self.plan.line_columns
        )
        result = set()
        for column in columns:
            field = records._fields.get(column.name)
            if column.kind != "class" or field is None or field.type != "many2one":
                continue
            target = record[column.name]
            if target:
                result.add((target._table, target.id))
        return result
