# SPDX-License-Identifier: LGPL-3.0-or-later
"""The two lanes: plain Odoo, and the engine's COPY. Both write the same plan."""

import json
import struct
from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, float_compare

from . import column_plan, native
from .context import QUIET
from .references import References

EPOCH = datetime(1970, 1, 1)
SEQUENCE_FIELDS = ("implementation", "use_date_range", "prefix", "suffix", "padding")
CANCEL = native.ACTIONS["cancel"]
# The system parameter that says who checks the foreign keys of the native lane's rows.
CONSTRAINT_MODE = "retail_accelerator.constraint_mode"
CONSTRAINT_MODES = TRIGGERS, VALIDATED = "triggers", "validated"


def to_datetime(microseconds):
    """Naive UTC datetime, whole seconds, as Odoo stores Datetime."""
    return (EPOCH + timedelta(microseconds=microseconds)).replace(microsecond=0)


def to_microseconds(moment):
    return int(moment.replace(tzinfo=timezone.utc).timestamp()) * 1_000_000 + (
        moment.microsecond
    )


class OrmLane:
    """``sale.order.create`` and ``write`` with the values of a plan."""

    def __init__(self, channel):
        self.channel = channel
        self.env = channel.env
        self.pricelists = {}
        context = {} if channel.chatter else QUIET
        self.orders = (
            self.env["sale.order"]
            .with_company(channel.company_id)
            .with_context(**context)
        )

    def _pricelist(self, currency_id):
        """The pricelist that gives an order its currency; prices come from the shop.

        The channel's own one, none for the company's currency, else one made for the
        purpose and archived, so that it never becomes the default of a customer.
        """
        if currency_id not in self.pricelists:
            self.pricelists[currency_id] = self._find_pricelist(currency_id)
        return self.pricelists[currency_id]

    def _find_pricelist(self, currency_id):
        channel = self.channel
        company = channel.company_id
        if channel.pricelist_id.currency_id.id == currency_id:
            return channel.pricelist_id.id
        if company.currency_id.id == currency_id:
            return False
        pricelists = self.env["product.pricelist"].sudo()
        found = pricelists.with_context(active_test=False).search(
            [
                ("currency_id", "=", currency_id),
                ("company_id", "=", company.id),
                ("active", "=", False),
                ("item_ids", "=", False),
            ],
            limit=1,
        )
        currency = self.env["res.currency"].browse(currency_id)
        return (
            found
            or pricelists.with_context(**QUIET).create(
                {
                    "name": self.env._("Shop orders in %s", currency.name),
                    "currency_id": currency_id,
                    "company_id": company.id,
                    "active": False,
                }
            )
        ).id

    def channel_vals(self):
        """What the channel decides for each of its orders."""
        channel = self.channel
        vals = {"company_id": channel.company_id.id}
        for field in ("warehouse_id", "team_id", "user_id"):
            if channel[field]:
                vals[field] = channel[field].id
        return vals

    def order_vals(self, plan):
        """``create`` values of a plan (see Chunk.plan)."""
        channel = self.channel
        vals = {
            **self.channel_vals(),
            "partner_id": plan["partner_id"],
            "partner_invoice_id": plan["partner_invoice_id"],
            "partner_shipping_id": plan["partner_shipping_id"],
            "date_order": to_datetime(plan["created_at"]),
            "pricelist_id": self._pricelist(plan["currency_id"]),
            "client_order_ref": plan["number"] or False,
            "origin": f"{channel.name} #{plan['number']}",
            "reference": plan["transaction_ref"] or False,
            "order_line": [self.line_vals(line) for line in plan["lines"]],
        }
        if channel.order_name_policy == "source":
            vals["name"] = f"{channel.order_name_prefix or ''}{plan['number']}"
        if plan["action"] == CANCEL:
            vals["state"] = "cancel"
        if plan["payment"]:
            term = channel.payment_ids[plan["payment"] - 1].payment_term_id
            if term:
                vals["payment_term_id"] = term.id
        return vals

    @staticmethod
    def line_vals(line):
        extra = line["extra_tax_data"]
        return Command.create(
            {
                "sequence": 10,
                "product_id": line["product_id"],
                "name": line["name"],
                "product_uom_qty": line["quantity"],
                "price_unit": line["price_unit"],
                "technical_price_unit": line["price_unit"],
                "discount": line["discount"],
                "tax_ids": [Command.set(line["tax_ids"])],
                "extra_tax_data": json.loads(extra) if extra else False,
            }
        )

    def create_orders(self, plans):
        """Create the orders of several plans at once."""
        return self.orders.create([self.order_vals(plan) for plan in plans])

    def update(self, order, plan):
        """Rewrite a draft order as the later version says."""
        vals = self.order_vals(plan)
        vals.pop("company_id")
        vals.pop("name", None)
        vals["order_line"] = [Command.clear(), *vals["order_line"]]
        order.with_context(**self.orders.env.context).write(vals)

    def check_amounts(self, order, plan):
        """The order must show the shop's total; Odoo has the last word on its taxes."""
        rounding = order.currency_id.rounding
        if float_compare(
            order.amount_total, float(plan["total"]), precision_rounding=rounding
        ):
            raise ValidationError(
                self.env._(
                    "The order would amount to %(ours)s instead of %(theirs)s.",
                    ours=order.amount_total,
                    theirs=plan["total"],
                )
            )


class NativeLane:
    """COPY of the plans' rows on Odoo's own transaction."""

    def __init__(self, channel, plan, templates, catalog, import_id, claim):
        self.import_id = import_id
        self.claim = claim
        self.channel = channel
        self.env = channel.env
        # Each commit empties Odoo's cache: what every chunk asks for is kept here.
        self.company = channel.company_id
        self.names_by_shop = channel.order_name_policy == "source"
        self.name_prefix = channel.order_name_prefix or ""
        self.plan = plan
        self.templates = templates
        self.catalog = catalog
        self.references = References(self.env, self.company)
        self.statements = plan.copy_statements()
        self.ledger_statement = (
            f"COPY retail_ledger ({native.require().LEDGER_COLUMNS}) "
            "FROM STDIN (FORMAT binary)"
        )

    def check_access(self):
        """Rows sent by COPY pass no access check of the ORM: ask for it first."""
        for model in ("sale.order", "sale.order.line"):
            self.env[model].check_access("create")
        if self.company not in self.env.companies:
            raise UserError(
                self.env._(
                    "You do not work in the company %s, so you cannot import its "
                    "orders.",
                    self.company.name,
                )
            )

    def write_wave(self, chunk, wave, validated):
        """Write orders, lines, line taxes and ledger rows of a wave.

        Returns the ids of the new orders. The caller holds a savepoint.
        """
        orders, lines, entries = chunk.counts(wave)
        if not entries and not orders:
            return [], []
        order_ids = self._ids("sale_order_id_seq", orders)
        line_ids = self._ids("sale_order_line_id_seq", lines)
        entry_ids = self._ids("retail_ledger_id_seq", entries)
        if orders:
            references = chunk.references(wave)
            self.references.check_company(references)
        names = self._names(chunk, wave, orders)
        now_us = to_microseconds(self.env.cr.now())
        connection = native.connection(self.env.cr)
        if validated and orders:
            self._hold(references)
            self._set_role("replica")
        try:
            if orders:
                chunk.write(
                    wave,
                    connection,
                    self.statements,
                    order_ids,
                    line_ids,
                    names,
                    now_us,
                )
            if entries:
                chunk.write_ledger(
                    wave, connection, self.ledger_statement, entry_ids, now_us
                )
        except native.require().DatabaseError as error:
            raise native.translate_error(error) from error
        if validated and orders:
            self._set_role("origin")
        return order_ids, line_ids

    def _ids(self, sequence, count):
        """The next ``count`` numbers of a PostgreSQL sequence. In one value: a row for
        each number costs both sides more than the number."""
        if not count:
            return []
        [[packed]] = self.env.execute_query(
            SQL(
                """SELECT string_agg(int8send(nextval(%s)), NULL)
                     FROM generate_series(1, %s)""",
                sequence,
                count,
            )
        )
        return list(struct.unpack(f">{count}q", packed))

    # -- names --

    def _names(self, chunk, wave, count):
        """Order names as ``sale.order.create`` would give them, in the same order."""
        if not count:
            return []
        if self.names_by_shop:
            return [
                self.name_prefix + chunk.record(index)["number"]
                for index in chunk.select(wave, "created", "native")
            ]
        sequence = self._sequence()
        if not sequence:
            return ["New"] * count
        if sequence.implementation == "standard" and not sequence.use_date_range:
            return self._standard_names(sequence, count)
        self.claim()  # the sequence's row stays locked until the commit
        return [
            self._next_name(sequence, to_datetime(chunk.order(index)["created_at"]))
            for index in chunk.select(wave, "created", "native")
        ]

    def _sequence(self):
        return (
            self.env["ir.sequence"]
            .sudo()
            .search_fetch(
                [
                    ("code", "=", "sale.order"),
                    ("company_id", "in", (self.company.id, False)),
                ],
                SEQUENCE_FIELDS,
                order="company_id",
                limit=1,
            )
        )

    def _next_name(self, sequence, moment):
        """One number for the day of the order, as ``sale.order.create`` asks for it."""
        local = fields.Datetime.context_timestamp(self.env["sale.order"], moment)
        return sequence.with_company(self.company).next_by_id(sequence_date=local)

    def _standard_names(self, sequence, count):
        """A block of numbers of the PostgreSQL sequence, formatted as Odoo does."""
        numbers = self._ids(f"ir_sequence_{sequence.id:03d}", count)
        prefix, suffix = sequence._get_prefix_suffix()
        width = sequence.padding
        return [f"{prefix}{number:0{width}d}{suffix}" for number in numbers]

    # -- validated mode --

    def _hold(self, references):
        """Every row the new rows refer to exists and stays until the commit."""
        held = {("res_partner", i) for i in references["partner"]}
        held |= {("product_product", i) for i in references["product"]}
        held |= {("uom_uom", i) for i in references["uom"]}
        held |= {("account_tax", i) for i in references["tax"]}
        # Ledger rows may name currencies of records that gave no order.
        held |= {("res_currency", i) for i in self.catalog.currency_ids if i}
        if self.import_id:
            held.add(("retail_import", self.import_id))
        held |= {
            ("retail_channel", self.channel.id),
            ("res_company", self.company.id),
            ("res_users", self.env.uid),
        }
        for number in references["order_class"]:
            held |= self.templates.references["order"][number]
        for number in references["line_class"]:
            held |= self.templates.references["line"][number]
        self.references.hold(held)

    def _set_role(self, role):
        self.env.cr.execute(
            SQL("SELECT set_config('session_replication_role', %s, true)", role)
        )


def validated_problem(env):
    """Why the validated mode cannot be used on this database; empty when it can."""
    triggers = column_plan.has_user_triggers(env)
    if triggers:
        return env._(
            "The validated mode is refused: there are triggers on %s.",
            ", ".join(sorted(triggers)),
        )
    if env.cr._cnx.server_version < 150000:
        return env._("The validated mode needs PostgreSQL 15 or later.")
    rows = env.execute_query(
        SQL(
            """SELECT rolsuper OR has_parameter_privilege(
                      current_user, 'session_replication_role', 'SET')
                 FROM pg_roles WHERE rolname = current_user"""
        )
    )
    if not rows[0][0]:
        return env._(
            "The validated mode needs the right to set session_replication_role: GRANT "
            "SET ON PARAMETER session_replication_role TO the database user of Odoo."
        )
    return ""
