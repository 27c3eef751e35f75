#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""An Odoo database with any number of open orders and invoices; settlement_reports.py
writes the reports that pay them.

One order and one invoice are Odoo's own; all others are copies of their rows under
other names and amounts, written by SQL. Order ``number`` is WEB-<number> in its shop.

    tools/env /usr/bin/python3 tests/generate/settlement_books.py -d DB --orders N
"""

import argparse
from contextlib import closing

import psycopg2
from psycopg2 import sql
from settlement_reports import DAYS, FIRST_DAY, PAID_OUT, PARTNERS, numbers_of, paid_out

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

CHANNEL = "books"
# -- orders and invoices in Odoo -------------------------------------------------------

NUMBER = "g.n"
UNTAXED = "(10 + g.n %% 490)"
DAY = f"(DATE '{FIRST_DAY}' + (g.n * 7 %% {DAYS})::int)"
ORDER = {
    "name": "'S' || lpad(g.n::text, 8, '0')",
    "client_order_ref": "'WEB-' || g.n",
    "date_order": f"{DAY} + interval '10 hours'",
    "amount_untaxed": UNTAXED,
    "amount_tax": f"{UNTAXED} * 0.2",
    "amount_total": f"{UNTAXED} * 1.2",
    "access_token": "NULL",
}
ORDER_LINE = {
    "price_unit": UNTAXED,
    "price_subtotal": UNTAXED,
    "price_reduce_taxexcl": UNTAXED,
    "price_tax": f"{UNTAXED} * 0.2",
    "price_total": f"{UNTAXED} * 1.2",
    "price_reduce_taxinc": f"{UNTAXED} * 1.2",
    "amount_to_invoice": f"{UNTAXED} * 1.2",
    "untaxed_amount_to_invoice": UNTAXED,
}
INVOICE = {
    "name": "'INV/2026/' || lpad(g.n::text, 8, '0')",
    "payment_reference": "'INV/2026/' || lpad(g.n::text, 8, '0')",
    "sequence_number": NUMBER,
    "ref": "'WEB-' || g.n",
    "invoice_origin": "'S' || lpad(g.n::text, 8, '0')",
    "access_token": "NULL",
    **dict.fromkeys(("date", "invoice_date", "invoice_date_due"), DAY),
    **dict.fromkeys(
        (
            "amount_untaxed",
            "amount_untaxed_signed",
            "amount_untaxed_in_currency_signed",
        ),
        UNTAXED,
    ),
    **dict.fromkeys(("amount_tax", "amount_tax_signed"), f"{UNTAXED} * 0.2"),
    **dict.fromkeys(
        (
            *("amount_total", "amount_total_signed", "amount_residual"),
            *("amount_residual_signed", "amount_total_in_currency_signed"),
        ),
        f"{UNTAXED} * 1.2",
    ),
}


def item_of(t):
    """Columns of an invoice's item: the template's share of the invoice."""
    amount = f"{UNTAXED} * (t.balance / {t})"
    return {
        "move_name": INVOICE["name"],
        "ref": INVOICE["ref"],
        **dict.fromkeys(("date", "invoice_date"), DAY),
        "date_maturity": f"CASE WHEN t.date_maturity IS NOT NULL THEN {DAY} END",
        "balance": amount,
        "amount_currency": amount,
        "debit": f"greatest({amount}, 0)",
        "credit": f"greatest(-({amount}), 0)",
        "amount_residual": f"CASE WHEN t.amount_residual <> 0 THEN {amount} ELSE 0 END",
        "amount_residual_currency": (
            f"CASE WHEN t.amount_residual <> 0 THEN {amount} ELSE 0 END"
        ),
        "tax_base_amount": (
            f"CASE WHEN t.tax_base_amount <> 0 THEN {UNTAXED} ELSE 0 END"
        ),
        "price_unit": f"CASE WHEN t.price_unit <> 0 THEN {UNTAXED} ELSE 0 END",
        "price_subtotal": f"abs({amount})",
        "price_total": f"abs({amount}) * 1.2",
    }


class Copier:
    """Copies rows by SQL, without foreign key checks."""

    def __init__(self, cr, first, last):
        self.cr = cr
        self.numbers = {"first": first, "last": last}

    def columns(self, table):
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND is_generated = 'NEVER' AND table_schema = current_schema",
            (table,),
        )
        return [name for (name,) in self.cr.fetchall()]

    def reserve(self, table):
        """The id that stands before those of the copies."""
        self.cr.execute(
            sql.SQL("SELECT COALESCE(max(id), 0) FROM {}").format(sql.Identifier(table))
        )
        return self.cr.fetchone()[0]

    def copy(self, table, template, overrides):
        """One copy of the row ``template`` for each number; returns what a number's id
        is counted from."""
        base = self.reserve(table) - self.numbers["first"] + 1
        overrides = {"id": f"{base} + g.n", **overrides}
        names = self.columns(table)
        values = [
            sql.SQL(overrides[name])
            if name in overrides
            else sql.SQL("t.{}").format(sql.Identifier(name))
            for name in names
        ]
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table} t,"
            " generate_series(%(first)s, %(last)s) AS g(n) WHERE t.id = %(template)s"
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(values),
        )
        self.cr.execute(statement, {**self.numbers, "template": template})
        self.cr.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
            (table, base + self.numbers["last"]),
        )
        return base


def prepare(env):
    """Channel, customers, one order and one invoice of it; their ids."""
    channel = env["retail.channel"].create({"name": "Books", "code": CHANNEL})
    channel._prepare_settlements()
    tax = env["account.tax"].create(
        {"name": "Sales 20%", "amount": 20.0, "type_tax_use": "sale"}
    )
    product = env["product.product"].create(
        {"name": "Cap", "type": "service", "invoice_policy": "order"}
    )
    line = {"product_id": product.id, "price_unit": 100.0, "tax_ids": [(6, 0, tax.ids)]}
    partner = env["res.partner"].create(
        {"name": "Customer 0", "email": "customer0@mail.example"}
    )
    orders = env["sale.order"].create(
        [{"partner_id": partner.id, "order_line": [(0, 0, line)]} for _each in range(2)]
    )
    orders.action_confirm()
    invoice = orders[1]._create_invoices()
    invoice.invoice_date = str(FIRST_DAY)
    invoice.action_post()
    env.flush_all()
    return {
        "partner": partner.id,
        "order": orders[0].id,
        "invoiced": orders[1].id,
        "invoice": invoice.id,
    }


def add_bank_lines(env, payouts, rows):
    """The bank's line of each payout."""
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    env["account.bank.statement.line"].create(
        [
            {
                "journal_id": journal.id,
                "date": str(PAID_OUT),
                "amount": paid_out(numbers_of(payout, rows)) / 100,
                "payment_ref": f"STRIPE po_{payout}",
            }
            for payout in range(payouts)
        ]
    )
    env.flush_all()


def copy_orders(cr, template, numbers, partners):
    """Copies of one order and its line; what their ids are counted from."""
    copier = Copier(cr, *numbers)
    partner = f"{partners} + g.n %% {PARTNERS}"
    who = dict.fromkeys(
        ("partner_id", "partner_invoice_id", "partner_shipping_id"), partner
    )
    orders = copier.copy("sale_order", template, {**ORDER, **who})
    cr.execute("SELECT id FROM sale_order_line WHERE order_id = %s", (template,))
    [[line]] = cr.fetchall()
    lines = copier.copy(
        "sale_order_line",
        line,
        {**ORDER_LINE, "order_id": f"{orders} + g.n", "order_partner_id": partner},
    )
    cr.execute(
        "INSERT INTO account_tax_sale_order_line_rel"
        " SELECT %(lines)s + n, r.account_tax_id"
        "   FROM account_tax_sale_order_line_rel r,"
        "        generate_series(%(first)s, %(last)s) AS g(n)"
        "  WHERE r.sale_order_line_id = %(line)s",
        {**copier.numbers, "lines": lines, "line": line},
    )
    return orders, lines


def copy_invoices(cr, template, lines, numbers, partners):
    """Copies of an invoice, for orders whose lines' ids are counted from ``lines``."""
    copier = Copier(cr, *numbers)
    partner = f"{partners} + g.n %% {PARTNERS}"
    who = dict.fromkeys(
        ("partner_id", "commercial_partner_id", "partner_shipping_id"), partner
    )
    moves = copier.copy("account_move", template, {**INVOICE, **who})
    cr.execute(
        "SELECT id, display_type FROM account_move_line WHERE move_id = %s", (template,)
    )
    for item, kind in cr.fetchall():
        items = copier.copy(
            "account_move_line",
            item,
            {**item_of(100), "move_id": f"{moves} + g.n", "partner_id": partner},
        )
        if kind == "product":
            cr.execute(
                "INSERT INTO sale_order_line_invoice_rel (order_line_id,"
                " invoice_line_id) SELECT %(lines)s + n, %(items)s + n"
                "   FROM generate_series(%(first)s, %(last)s) AS g(n)",
                {**copier.numbers, "lines": lines, "items": items},
            )


def fill(database, orders, invoiced, payouts):
    """``orders`` open orders, the last ``invoiced`` of them with an open invoice, and
    the bank lines of so many payouts that pay all."""
    config.parse_config(
        ["-d", database, "--no-http", "--log-level=warn"], setup_logging=False
    )
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        templates = prepare(env)
        if payouts:
            add_bank_lines(env, payouts, orders // payouts)
    with closing(psycopg2.connect(dbname=database)) as connection:
        with connection, connection.cursor() as cr:
            cr.execute("SET session_replication_role = replica")
            plain, paid = (1, orders - invoiced), (orders - invoiced + 1, orders)
            partners = Copier(cr, 0, PARTNERS - 1).copy(
                "res_partner",
                templates["partner"],
                {
                    "name": "'Customer ' || g.n",
                    "complete_name": "'Customer ' || g.n",
                    "email": "'customer' || g.n || '@mail.example'",
                    "email_normalized": "'customer' || g.n || '@mail.example'",
                    "commercial_partner_id": "(SELECT max(id) FROM res_partner)"
                    " + 1 + g.n",
                },
            )
            if plain[0] <= plain[1]:
                copy_orders(cr, templates["order"], plain, partners)
            if paid[0] <= paid[1]:
                _ids, lines = copy_orders(cr, templates["invoiced"], paid, partners)
                copy_invoices(cr, templates["invoice"], lines, paid, partners)
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute("VACUUM (ANALYZE)")
            cr.execute("CHECKPOINT")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-d", "--database", required=True)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--invoiced", type=int, default=0)
    parser.add_argument("--bank", type=int, default=0, help="payouts on the statement")
    args = parser.parse_args()
    fill(args.database, args.orders, args.invoiced, args.bank)


if __name__ == "__main__":
    main()
