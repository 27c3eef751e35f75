# SPDX-License-Identifier: LGPL-3.0-or-later
"""The very rows of a finished native import, written again without the engine.

``dump`` saves them chunk by chunk; ``empty`` makes the database they are missing from;
``copy_in`` and ``values_in`` write them with their foreign keys checked as usual, one
transaction a chunk.
"""

import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

import bench_database as database
import psycopg2.extras
from psycopg2.sql import SQL, Identifier

TABLES = {
    "sale_order": "SELECT * FROM sale_order"
    " WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id",
    "sale_order_line": "SELECT * FROM sale_order_line"
    " WHERE order_id BETWEEN %(first)s AND %(last)s ORDER BY id",
    "account_tax_sale_order_line_rel": "SELECT r.* FROM sale_order_line l"
    " JOIN account_tax_sale_order_line_rel r ON r.sale_order_line_id = l.id"
    " WHERE l.order_id BETWEEN %(first)s AND %(last)s ORDER BY l.id",
    "retail_ledger": "SELECT * FROM retail_ledger"
    " WHERE order_id BETWEEN %(first)s AND %(last)s ORDER BY id",
}
DELETES = (
    "SET session_replication_role = replica",
    "DELETE FROM retail_ledger WHERE order_id BETWEEN %(first)s AND %(last)s",
    "DELETE FROM account_tax_sale_order_line_rel r USING sale_order_line l"
    " WHERE r.sale_order_line_id = l.id AND l.order_id BETWEEN %(first)s AND %(last)s",
    "DELETE FROM sale_order_line WHERE order_id BETWEEN %(first)s AND %(last)s",
    "DELETE FROM sale_order WHERE id BETWEEN %(first)s AND %(last)s",
    "RESET session_replication_role",
)
PAGE = 1000  # rows of one INSERT


def ranges(name, after):
    """(first, last) order ids of each transaction that made orders after an id.

    All rows of one transaction bear the same time.
    """
    return database.execute(
        name,
        "SELECT min(id), max(id) FROM sale_order WHERE id > %(after)s"
        " GROUP BY create_date ORDER BY 1",
        after=after,
    )


def dump(name, chunks, folder):
    """Binary COPY files of every chunk and table, in the order they go back in."""
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with closing(database.connect(name)) as connection, connection.cursor() as cursor:
        for number, (first, last) in enumerate(chunks):
            for table, query in TABLES.items():
                rows = cursor.mogrify(query, {"first": first, "last": last})
                with open(folder / f"{number:05d}-{table}", "wb") as handle:
                    cursor.copy_expert(
                        b"COPY (" + rows + b") TO STDOUT (FORMAT binary)",
                        handle,
                        1 << 20,
                    )


def empty(name, source, chunks):
    """A copy of ``source`` without those rows and without the space they took."""
    database.clone(name, source)
    database.execute(name, *DELETES, first=chunks[0][0], last=chunks[-1][1])
    for table in TABLES:
        database.execute(name, SQL("VACUUM (FULL) {}").format(Identifier(table)))
    database.settle(name)


def copy_in(name, chunks, folder):
    """Seconds psql takes for its own binary \\copy of the files."""
    script = ["\\set ON_ERROR_STOP on\n"]
    for number in range(len(chunks)):
        script.append("BEGIN;\n")
        script += [
            f"\\copy {table} FROM '{folder}/{number:05d}-{table}' (FORMAT binary)\n"
            for table in TABLES
        ]
        script.append("COMMIT;\n")
    script.append("\\echo finished\n")
    psql = subprocess.Popen(
        ["psql", "-XqAt", "-d", database.PREFIX + name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    # Connecting is no part of the measure.
    psql.stdin.write("\\echo ready\n")
    psql.stdin.flush()
    _expect(psql, "ready")
    started = time.perf_counter()
    psql.stdin.write("".join(script))
    psql.stdin.close()
    _expect(psql, "finished")
    seconds = time.perf_counter() - started
    psql.wait()
    return seconds


def _expect(psql, word):
    line = psql.stdout.readline().strip()
    if line != word:
        raise RuntimeError(f"psql stopped before it was {word}: {line!r}")


def tuples(name, chunks):
    """[(columns, rows) by table] of each chunk, as psycopg2 adapts them best."""
    result = []
    with closing(database.connect(name)) as connection, connection.cursor() as cursor:
        for first, last in chunks:
            parts = {}
            for table, query in TABLES.items():
                cursor.execute(query, {"first": first, "last": last})
                columns = [column.name for column in cursor.description]
                rows = [tuple(map(_adaptable, row)) for row in cursor]
                parts[table] = (columns, rows)
            result.append(parts)
    return result


def _adaptable(value):
    return psycopg2.extras.Json(value) if isinstance(value, (dict, list)) else value


def values_in(name, prepared):
    """Seconds ``execute_values`` takes for prepared tuples."""
    with closing(database.connect(name)) as connection, connection.cursor() as cursor:
        connection.autocommit = False
        started = time.perf_counter()
        for parts in prepared:
            for table, (columns, rows) in parts.items():
                insert = SQL("INSERT INTO {} ({}) VALUES %s").format(
                    Identifier(table), SQL(", ").join(map(Identifier, columns))
                )
                psycopg2.extras.execute_values(cursor, insert, rows, page_size=PAGE)
            connection.commit()
        return time.perf_counter() - started


def count(name, chunks):
    """Rows of the chunks by table, to prove that nothing is missing."""
    found = {}
    for table, query in TABLES.items():
        counted = SQL("SELECT count(*) FROM ({}) t").format(SQL(query))
        rows = database.execute(name, counted, first=chunks[0][0], last=chunks[-1][1])
        found[table] = rows[0][0]
    return found
