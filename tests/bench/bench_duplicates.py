# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the look for duplicates costs an import when the ledger is full.

Two databases hold the same ledger. In the one everything is as installed. In the other
the import does not look for duplicates, and the indexes that only the look needs are
missing. The same file goes into both, in turn, and is taken out again.
"""

import sys

import bench_database as database
import bench_report as report
import bench_rows
from psycopg2.sql import SQL, Identifier

WAYS = {"checked": "ledger", "unchecked": "bare"}
INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid ="
INDEXES += " 'retail_ledger'::regclass AND pg_get_indexdef(indexrelid) ~ %(column)s"
# Of the file's orders one in so many finds an order of the same total and a
# like-sounding surname in the ledger, less than a day before, with other goods.
ALIKE = 100
DAYS = 365
REPEATED = ("id", "order_id", "name", "identity_key", "content_hash", "content_key")
REPEATED += ("near_key", "source_created", "date_order", "amount_total", "source_ref")

# Each order of the base stands model for many; ``n`` counts them.
NUMBERS = """
    CREATE UNLOGGED TABLE bench_clone AS
    WITH base AS (
        SELECT row_number() OVER (ORDER BY o.id) - 1 AS position, l.id AS ledger_id,
               o.id AS order_id, count(*) OVER () AS size
          FROM sale_order o JOIN retail_ledger l ON l.order_id = o.id
    ), like_new AS (
        SELECT row_number() OVER (ORDER BY near_key) AS position, near_key, created
          FROM bench_new
    )
    SELECT n, base.ledger_id AS model, base.order_id AS order_model,
           (SELECT max(id) FROM sale_order) + n AS order_id,
           COALESCE(like_new.created - interval '3 hours',
                    times.last - n * (interval '1 day' * %(days)s / %(count)s))
               AS created,
           COALESCE(like_new.near_key, md5('near ' || n)) AS near_key,
           (n::bigint * 7919 %% 40000)::numeric / 100 AS more
      FROM generate_series(1, %(count)s) n
      JOIN base ON base.position = n %% base.size
      LEFT JOIN like_new ON n = like_new.position * %(step)s
     CROSS JOIN (SELECT max(created) AS last FROM bench_new) times
"""
ORDERS = """
    INSERT INTO sale_order (id, name, date_order, amount_total, {columns})
    SELECT c.order_id, 'L' || c.n, c.created, o.amount_total + c.more, {values}
      FROM bench_clone c JOIN sale_order o ON o.id = c.order_model ORDER BY c.n
"""
LEDGER = """
    INSERT INTO retail_ledger (order_id, identity_key, content_hash, content_key,
                               near_key, source_created, amount_total, source_ref,
                               {columns})
    SELECT c.order_id, md5('identity ' || c.n), md5('hash ' || c.n),
           md5('content ' || c.n), c.near_key, c.created, o.amount_total + c.more,
           c.n::text, {values}
      FROM bench_clone c JOIN retail_ledger o ON o.id = c.model ORDER BY c.n
"""


def run(bench, count, repetitions):
    """The measures; ``bench`` (run.Bench) has a database prepared."""
    path = bench.file("checked", bench.size.orders)
    fill(bench, path, count)
    for way, name in WAYS.items():  # to warm the caches
        imported(bench, way, name, path)
    runs = {way: [] for way in WAYS}
    for _ in range(repetitions):
        seconds = dict.fromkeys(WAYS, 0)
        # There and back again: a machine that gets slower does so for both.
        for way in (*WAYS, *reversed(WAYS)):
            seconds[way] += imported(bench, way, WAYS[way], path) / 2
        for way, mean in seconds.items():
            runs[way].append(mean)
    for name in WAYS.values():
        database.drop(name)
    return conclude(runs, bench.size.orders, count)


def conclude(runs, orders, count):
    overhead = [
        100 * (ratio - 1) for ratio in report.ratios(runs["checked"], runs["unchecked"])
    ]
    method = (
        f"seconds to import {orders} orders with the check, divided by those without"
        f" check and without its indexes, minus 1, means of two runs each, in turn;"
        f" {count} orders in the ledger before, native lane, foreign keys by triggers"
    )
    measures = [report.Measure.of("import_check_overhead", overhead, "%", method)]
    for way, seconds in runs.items():
        rates = [orders / value for value in seconds]
        key = f"info_{way}_import_rate"
        measures.append(report.Measure.of(key, rates, "orders/s", method))
    return measures


# -- the ledger --


def fill(bench, path, count):
    """``ledger`` with ``count`` further orders, and ``bare`` without the indexes."""
    database.clone("ledger", "ready")
    columns = near_keys(bench, path)
    database.execute(
        "ledger",
        "SET session_replication_role = replica",  # no triggers for each row
        "SET client_min_messages = warning",
        NUMBERS,
        days=DAYS,
        count=count,
        step=max(count // columns, 1),
    )
    for statement, table in ((ORDERS, "sale_order"), (LEDGER, "retail_ledger")):
        names = columns_of(table)
        insert = SQL(statement).format(
            columns=SQL(", ").join(map(Identifier, names)),
            values=SQL(", ").join(Identifier("o", name) for name in names),
        )
        database.execute("ledger", "SET session_replication_role = replica", insert)
    database.execute(
        "ledger",
        "SELECT setval('sale_order_id_seq', (SELECT max(id) FROM sale_order))",
        "DROP TABLE bench_clone, bench_new",
    )
    database.settle("ledger")
    database.clone("bare", "ledger")
    for column in ("content_key", "near_key"):
        for (index,) in database.execute("bare", INDEXES, column=column):
            database.execute("bare", SQL("DROP INDEX {}").format(Identifier(index)))
    print(f"  ledger of {count} orders is filled", file=sys.stderr, flush=True)


def near_keys(bench, path):
    """Import the file once aside, for the near keys of some of its orders; how many."""
    database.clone("keys", "ready")
    bench.worker("native", "keys", path)
    rows = database.execute(
        "keys",
        "SELECT near_key, source_created FROM (SELECT near_key, source_created,"
        " row_number() OVER (ORDER BY id) AS position FROM retail_ledger"
        " WHERE order_id > %(last)s) l WHERE position %% %(alike)s = 0",
        last=bench.last_order,
        alike=ALIKE,
    )
    database.drop("keys")
    database.execute(
        "ledger",
        "CREATE UNLOGGED TABLE bench_new (near_key text, created timestamp)",
        "INSERT INTO bench_new SELECT * FROM unnest(%(keys)s, %(created)s)",
        keys=[key for key, _created in rows],
        created=[created for _key, created in rows],
    )
    return len(rows)


def columns_of(table):
    rows = database.execute(
        "ledger",
        "SELECT attname FROM pg_attribute WHERE attrelid = %(table)s::regclass"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        table=table,
    )
    return [name for (name,) in rows if name not in REPEATED]


# -- one run --


def imported(bench, way, name, path):
    """Seconds of one import, whose rows are deleted afterwards."""
    [[last]] = database.execute(name, "SELECT max(id) FROM sale_order")
    options = [] if way == "checked" else ["--no-duplicates"]
    result = bench.worker("native", name, path, *options)
    bench.note(way, result)
    [[newest]] = database.execute(name, "SELECT max(id) FROM sale_order")
    database.execute(name, *bench_rows.DELETES, first=last + 1, last=newest)
    for table in bench_rows.TABLES:
        database.execute(name, SQL("VACUUM (ANALYZE) {}").format(Identifier(table)))
    return result["seconds"]
