# SPDX-License-Identifier: LGPL-3.0-or-later
"""The books' parity oracle: the same work by the ORM and natively, every row compared.

Both run in savepoints of one transaction that are rolled back. PostgreSQL says which
tables were touched; in those every row is compared. New ids are replaced by their rank,
also where they hide in matching numbers; moments of the run stand for "now".
"""

import re
from collections import defaultdict
from datetime import datetime, timezone

from odoo.tools import SQL

# Random identifiers.
IGNORED = {
    ("mail_message", "message_id"),
    ("mail_mail", "references"),
    ("account_move", "access_token"),
    ("sale_order", "access_token"),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")


def compare(env, work):
    """``work(lane)`` under both lanes; returns (differences, tables touched)."""
    orm, tables = _run(env, work, "orm")
    native, others = _run(env, work, "auto")
    differences = []
    for table in sorted(tables | others):
        mine, theirs = native.get(table, {}), orm.get(table, {})
        for key in sorted(set(mine) | set(theirs), key=str):
            left, right = mine.get(key), theirs.get(key)
            if left is None or right is None:
                differences.append((table, key, "*", left, right))
                continue
            differences += [
                (table, key, name, left[name], right[name])
                for name in left
                if left[name] != right[name]
            ]
    return differences, tables | others


def _run(env, work, lane):
    # Odoo's addons path is known only once an environment is open.
    from odoo.addons.retail_accelerator.engine.templates import undone

    env.flush_all()
    env.cr.precommit.run()
    env.flush_all()
    env.invalidate_all()
    with undone(env.cr):
        before = _touched(env)
        last_ids = {}
        for table in _tables(env):
            [[last]] = env.execute_query(
                SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(table))
            )
            last_ids[table] = last
        work(lane)
        env.flush_all()
        env.cr.precommit.run()
        env.flush_all()
        tables = {
            table
            for table, count in _touched(env).items()
            if count != before.get(table)
        }
        rows = {table: _rows(env, table) for table in tables}
        _normalize(env, rows, last_ids)
    env.invalidate_all()
    env.registry.clear_all_caches()
    return {table: _keyed(table, found) for table, found in rows.items()}, tables


def _tables(env):
    rows = env.execute_query(
        SQL(
            """SELECT table_name FROM information_schema.columns
                WHERE table_schema = current_schema AND column_name = 'id'
                  AND data_type IN ('integer', 'bigint')
                  AND table_name IN (
                      SELECT tablename FROM pg_tables
                       WHERE schemaname = current_schema)"""
        )
    )
    return [row[0] for row in rows]


def _touched(env):
    return dict(
        env.execute_query(
            SQL(
                """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
                     FROM pg_stat_xact_all_tables
                    WHERE schemaname = current_schema"""
            )
        )
    )


def _rows(env, table):
    columns = env.execute_query(
        SQL(
            """SELECT column_name, udt_name FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = %s""",
            table,
        )
    )
    selected = SQL(", ").join(
        SQL("trim_scale(%s)::text", SQL.identifier(name))
        if udt == "numeric"
        else SQL("%s::text", SQL.identifier(name))
        for name, udt in columns
    )
    names = [name for name, _udt in columns]
    return [
        dict(zip(names, row, strict=True))
        for row in env.execute_query(
            SQL("SELECT %s FROM %s", selected, SQL.identifier(table))
        )
    ]


def _normalize(env, rows, last_ids):
    references = dict(_references(env))
    ranks = {}
    for table, found in rows.items():
        if found and "id" in found[0]:
            new = [row for row in found if int(row["id"]) > last_ids[table]]
            new.sort(key=lambda row: _order(table, row))
            if table == "mail_message":
                _sort_notes(new)
            ranks[table] = {row["id"]: f"new {n}" for n, row in enumerate(new)}
    span = str(env.cr.now())[:19], str(datetime.now(timezone.utc))[:26]
    for table, found in rows.items():
        for row in found:
            for name, value in row.items():
                target = table if name == "id" else references.get((table, name))
                if name == "res_id":
                    model = row.get("model") or row.get("res_model") or ""
                    target = model.replace(".", "_")
                if (table, name) in IGNORED:
                    row[name] = None
                elif value in ranks.get(target, {}):
                    row[name] = ranks[target][value]
                elif value and span[0] <= value <= span[1] and MOMENT.fullmatch(value):
                    row[name] = "now"
                elif name == "matching_number" and value:
                    row[name] = _number(value, ranks)


def _order(table, row):
    if table in ("mail_message", "mail_tracking_value"):
        # By what they tell, for messages of the native lane come earlier.
        return (row.get("model") or "", int(row.get("res_id") or 0), int(row["id"]))
    return (int(row["id"]),)


def _sort_notes(rows):
    """The notes on an order whose invoices are paid, by what they say: Odoo's hook
    posts those of one order in the order of a set."""
    notes = defaultdict(list)
    for row in rows:
        if row["model"] == "sale.order" and row["body"]:
            notes[row["res_id"]].append(row)
    for found in notes.values():
        bodies = sorted(row["body"] for row in found)
        for row, body in zip(found, bodies, strict=True):
            row["body"] = body


def _number(value, ranks):
    stem, number = re.fullmatch(r"(P?)(\d+)", value).groups()
    table = "account_partial_reconcile" if stem else "account_full_reconcile"
    return stem + ranks.get(table, {}).get(number, number)


def _references(env):
    rows = env.execute_query(
        SQL(
            """SELECT c.relname, a.attname, f.relname
                 FROM pg_constraint k
                 JOIN pg_class c ON c.oid = k.conrelid
                 JOIN pg_class f ON f.oid = k.confrelid
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
                WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1"""
        )
    )
    return (((table, column), target) for table, column, target in rows)


def _keyed(table, rows):
    if rows and "id" in rows[0] and table != "mail_tracking_value":
        return {row["id"]: row for row in rows}
    if table == "mail_tracking_value":
        for row in rows:
            row["id"] = None
    ordered = sorted(rows, key=lambda row: str(sorted(row.items(), key=str)))
    return dict(enumerate(ordered))
