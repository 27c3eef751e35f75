# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the room's statements share: ids, plans, columns."""

from odoo.tools import SQL

# Rows added at once that are worth new statistics.
MANY = 1000


def next_ids(env, table, count):
    """``count`` ascending ids of a table's sequence."""
    rows = env.execute_query(
        SQL(
            """SELECT nextval(sequence)
                 FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass OFFSET 0)
                      AS found(sequence), generate_series(1, %s)""",
            table,
            count,
        )
    )
    return [row[0] for row in rows]


def renew_plans(env, table, count):
    """Have PostgreSQL plan its checks of foreign keys to a table anew, after many rows
    were added to few.

    It keeps these plans for the session. One of a time when the table was small reads
    all of the table for each row that refers to it.
    """
    if count < MANY:
        return
    [[rows]] = env.execute_query(
        SQL("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", table)
    )
    if rows < count:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def copied_columns(env, table, without):
    """What an INSERT … SELECT takes over from the rows ``t`` of the same table: all
    columns that can be written but ``without``, as its parameters ``shared`` (the
    columns) and ``values`` (where they come from)."""
    rows = env.execute_query(
        SQL(
            """SELECT attname FROM pg_attribute
                WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
                  AND attgenerated = '' AND attname <> ALL(%s) ORDER BY attnum""",
            table,
            list(without),
        )
    )
    names = [row[0] for row in rows]
    return {
        "shared": SQL(", ").join(SQL.identifier(name) for name in names),
        "values": SQL(", ").join(SQL.identifier("t", name) for name in names),
    }
