# SPDX-License-Identifier: LGPL-3.0-or-later
"""A small world for the extension: jobs, orders and tables that need no Odoo."""

import json
import os
from contextlib import closing

import psycopg2
import pytest
import retail_accelerator_native as native

LIMIT = 512 << 20
NOW = 1_700_000_000_000_000
ORDER_COLUMNS = [
    ("id", "id"),
    ("name", "order_name"),
    ("partner_id", "partner_id"),
    ("amount_total", "amount_total"),
    ("state", "class"),
]
LINE_COLUMNS = [
    ("id", "id"),
    ("order_id", "order_id"),
    ("name", "line_name"),
    ("price_unit", "price_unit"),
]
STATEMENTS = tuple(
    f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    for table, columns in (
        ("orders", [name for name, _kind in ORDER_COLUMNS]),
        ("lines", [name for name, _kind in LINE_COLUMNS]),
        ("line_taxes", ["tax_id", "line_id"]),
    )
)
LEDGER = f"COPY ledger ({native.LEDGER_COLUMNS}) FROM STDIN (FORMAT binary)"


def woo(source_id, **values):
    """One order in WooCommerce's form: a hat for 10.00 and 2.10 of tax."""
    return {
        "id": source_id,
        "number": f"A-{source_id}",
        "status": "completed",
        "currency": "EUR",
        "date_created_gmt": "2024-01-02T03:04:05",
        "date_modified_gmt": "2024-01-02T03:04:05",
        "total": "12.10",
        "total_tax": "2.10",
        "customer_id": source_id,
        "billing": {"first_name": "Ann", "email": f"ann{source_id}@shop.example"},
        "line_items": [
            {
                "id": 1,
                "name": "Hat",
                "product_id": 3,
                "sku": "HAT",
                "quantity": 1,
                "subtotal": "10.00",
                "total": "10.00",
                "total_tax": "2.10",
                "taxes": [{"id": 4, "total": "2.10"}],
            }
        ],
        **values,
    }


def new_job(**values):
    arguments = {
        "scope": "shop",
        "channel_id": 1,
        "company_id": 1,
        "import_id": 0,
        "round_globally": False,
        "compensated_sum": False,
        "show_discount": False,
        "discount_digits": 2,
        "quantity_digits": 2,
        "rounding_limit": "0.05",
        **values,
    }
    return native.Job(**arguments)


def ready_job(orders, **values):
    """A job with the policies of a shop, open on these orders (or bytes)."""
    job = new_job(**values)
    job.add_currencies([("EUR", 1, 0.01, 2, True)])
    job.add_taxes([(1, 1, 0, 21.0, False, False, True, [], True)])
    job.add_statuses([("completed", 0)])
    job.add_products([(90, 1, 0)])
    job.set_policy(default_action=0, rounding_slot=0)
    job.set_columns(
        [(kind, -1) for _name, kind in ORDER_COLUMNS],
        [(kind, -1) for _name, kind in LINE_COLUMNS],
        "Shop #",
    )
    job.add_order_class([None, None, None, None, b"draft"])
    job.add_line_class([None] * len(LINE_COLUMNS))
    job.open(orders if isinstance(orders, bytes) else json.dumps(orders).encode())
    return job


def answer(job, need):
    """Complete the job with what a wave lacks; `need` as Chunk.resolve gives it."""
    kind = need[0]
    if kind == "product":
        _kind, _record, _line, line_kind, variation, product, sku, _bar, code, name = (
            need
        )
        slot = job.add_products([(91, 1, 0)])
        spaces = {1: (6, code), 2: (7, code)}
        by_reference = ((0, variation), (1, product), (3, sku), (5, name))
        space, ref = spaces.get(line_kind) or next(r for r in by_reference if r[1])
        job.add_refs([(space, ref, slot)])
    elif kind == "rate":
        job.add_rates([(need[2], [1])])
    elif kind == "currency":
        job.add_currencies([(need[2], 2, 0.01, 2, False)])
    elif kind == "currency_rate":
        job.add_currency_rates([(need[2], need[3], 1.25)])
    elif kind == "party":
        job.add_parties([(need[2], 7, 0)])
    else:
        job.add_headers([(need[2], 0)])


def planned_chunk(job, max_orders=100_000):
    """The next chunk, its first wave resolved, priced and routed to the native lane."""
    chunk = job.read(max_orders, LIMIT)
    while needs := chunk.resolve(0):
        for need in needs:
            answer(job, need)
    chunk.price(0)
    chunk.route(0, True)
    return chunk


def write_orders(chunk, connection, first_id=1):
    """Chunk.write with ids from `first_id`, on a psycopg2 connection."""
    orders, lines, _entries = chunk.counts(0)
    chunk.write(
        0,
        connection.get_native_connection(),
        STATEMENTS,
        list(range(first_id, first_id + orders)),
        list(range(first_id, first_id + lines)),
        [f"S{number}" for number in range(orders)],
        NOW,
    )


def count_rows(connection, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def server(database="postgres"):
    try:
        return psycopg2.connect(dbname=database)
    except psycopg2.OperationalError as error:
        pytest.fail(
            "These tests need the PostgreSQL server that PGHOST, PGPORT and PGUSER "
            f"name: {error}"
        )


def _command(statement):
    with closing(server()) as main:
        main.autocommit = True
        main.cursor().execute(statement)


@pytest.fixture(scope="module")
def database():
    """A scratch database with tables as simple as they can be."""
    name = f"ra_test_native_{os.getpid()}"
    _command(f"CREATE DATABASE {name}")
    try:
        with closing(server(name)) as connection, connection.cursor() as cursor:
            columns = native.LEDGER_COLUMNS.split(", ")
            ledger = ", ".join(
                f"{column} {LEDGER_TYPES.get(column, 'int')}" for column in columns
            )
            cursor.execute(
                f"""CREATE TABLE orders (id int PRIMARY KEY, name text, partner_id int,
                                         amount_total numeric, state text);
                    CREATE TABLE lines (id int PRIMARY KEY, order_id int, name text,
                                        price_unit numeric);
                    CREATE TABLE line_taxes (tax_id int, line_id int);
                    CREATE TABLE ledger ({ledger})"""
            )
            connection.commit()
        yield name
    finally:
        _command(f"DROP DATABASE {name} WITH (FORCE)")


LEDGER_TYPES = {
    "source_created": "timestamp",
    "source_modified": "timestamp",
    "recorded_at": "timestamp",
    "source_offset": "numeric",
    "amount_total": "numeric",
    "payload": "bytea",
    **dict.fromkeys(
        (
            "kind",
            "source_ref",
            "source_number",
            "source_status",
            "identity_key",
            "content_hash",
            "content_key",
            "near_key",
            "outcome",
            "lane",
            "reason",
            "message",
        ),
        "text",
    ),
}


@pytest.fixture()
def connection(database):
    """A connection inside a transaction that is rolled back after the test."""
    native.attach_libpq(psycopg2._psycopg.__file__)
    with closing(server(database)) as connection:
        connection.cursor().execute("SAVEPOINT before")
        yield connection
