#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""An Odoo database with the contacts of people.py and the orders of order_twins.py,
written by SQL. An order's customer is an archived contact of its own, as it was typed.

    tools/env /usr/bin/python3 tests/generate/odoo_twins.py -d DB --people N --orders N
"""

import argparse
from contextlib import closing

import psycopg2
from order_twins import Setting as OrderSetting
from order_twins import Shop
from people import Crowd
from people import Setting as PeopleSetting
from psycopg2.extras import execute_values

NOW = "now() AT TIME ZONE 'UTC'"
PARTNERS = f"""
    INSERT INTO res_partner (name, complete_name, street, street2, city, zip, vat,
                             phone, email, active, type, lang, autopost_bills,
                             is_company, create_uid, write_uid, create_date,
                             write_date)
    SELECT v.name, v.name, v.street, v.street2, v.city, v.zip, v.vat, v.phone, v.email,
           v.active, 'contact', 'en_US', 'ask', FALSE, 1, 1, {NOW}, {NOW}
      FROM (VALUES %s) AS v(name, street, street2, city, zip, vat, phone, email, active)
    RETURNING id
"""
ORDERS = f"""
    INSERT INTO sale_order (name, company_id, currency_id, partner_id,
                            partner_invoice_id, partner_shipping_id, date_order,
                            state, picking_policy, client_order_ref, amount_untaxed,
                            amount_tax, amount_total, create_uid, write_uid,
                            create_date, write_date)
    SELECT v.name, c.id, c.currency_id, v.partner, v.partner, v.partner,
           v.moment::timestamp, 'draft', 'direct', v.name, v.amount::numeric, 0,
           v.amount::numeric, 1, 1, {NOW}, {NOW}
      FROM (VALUES %s) AS v(name, partner, moment, amount),
           (SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1) AS c
    RETURNING id
"""
LINES = f"""
    INSERT INTO sale_order_line (order_id, name, product_uom_qty, price_unit,
                                 customer_lead, create_uid, write_uid, create_date,
                                 write_date)
    SELECT v.order_id, v.name, v.quantity, 1, 0, 1, 1, {NOW}, {NOW}
      FROM (VALUES %s) AS v(order_id, name, quantity)
"""
PAGE = 5000


def people_values(crowd):
    """The crowd's rows as values of contacts."""
    names = crowd.setting.fields
    for _key, *row in crowd.rows:
        one = dict(zip(names, row, strict=True))
        yield (
            joined(one["given_name"], one["surname"]) or "?",
            joined(one["street_number"], one["address_1"]),
            *(one[name] for name in ("address_2", "suburb", "postcode")),
            *(one[name] for name in ("soc_sec_id", "phone", "email")),
            True,
        )


def joined(*words):
    return " ".join(filter(None, words))


def insert(cursor, statement, values):
    rows = execute_values(cursor, statement, values, page_size=PAGE, fetch=True)
    return [row[0] for row in rows]


def add_people(cursor, setting):
    crowd = Crowd(setting).gather()
    insert(cursor, PARTNERS, list(people_values(crowd)))


def add_orders(cursor, setting):
    shop = Shop(setting).open()
    customers = insert(
        cursor,
        PARTNERS,
        [
            (name, street, "", "", "", "", phone, email, False)
            for _ref, _route, _day, name, email, phone, street, *_rest in shop.rows
        ],
    )
    orders = insert(
        cursor,
        ORDERS,
        [
            (row[0], customer, row[2], row[7])
            for row, customer in zip(shop.rows, customers, strict=True)
        ],
    )
    lines = [
        (order, *item.rsplit("x", 1))
        for order, row in zip(orders, shop.rows, strict=True)
        for item in row[8].split()
    ]
    execute_values(
        cursor,
        LINES,
        [(order, sku, int(quantity)) for order, sku, quantity in lines],
        page_size=PAGE,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-d", "--database", required=True)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--twins", type=float, help="share of second notes")
    args = parser.parse_args()
    given = {} if args.twins is None else {"twins": args.twins}
    with closing(psycopg2.connect(dbname=args.database)) as connection:
        with connection, connection.cursor() as cursor:
            if args.people:
                add_people(cursor, PeopleSetting(args.people, args.seed, **given))
            if args.orders:
                add_orders(cursor, OrderSetting(args.orders, args.seed, **given))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


if __name__ == "__main__":
    main()
