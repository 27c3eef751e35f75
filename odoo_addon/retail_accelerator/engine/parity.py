# SPDX-License-Identifier: LGPL-3.0-or-later
"""The parity oracle: the same records through both lanes, every changed row compared.

Both lanes run in savepoints of one transaction that are rolled back. PostgreSQL itself
says which tables were touched (``pg_stat_xact_all_tables``) and which rows are ours
(their ``xmin``); nothing is taken from a list of expected columns. New ids are mapped
by their rank in the table, order names by their distance from the first one, and
moments between the run's start and end stand for "now".
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone

from odoo.exceptions import UserError
from odoo.tools import SQL

from . import native as extension
from . import refunds
from .runner import CHUNK_MEMORY
from .session import Session
from .templates import touched, undone

# A ledger row names its lane, which is the one thing that must differ; messages carry a
# random identifier.
IGNORED = {("retail_ledger", "lane"), ("mail_message", "message_id")}
NUMBERED = {("sale_order", "name")}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")


@dataclass
class Snapshot:
    """Rows a lane wrote: {table: {id or values: {column: text}}}."""

    rows: dict = field(default_factory=dict)
    ranks: dict = field(default_factory=dict)  # {table: {new id: rank}}
    lanes: dict = field(default_factory=dict)
    outcomes: dict = field(default_factory=dict)
    contacts: dict = field(default_factory=dict)  # made, by lane


def compare(channel, sources, record_limit=None):
    """Run ``sources`` (paths or bytes) through both lanes; returns the report.

    ``{"orders", "tables", "columns", "lanes", "outcomes", "contacts", "differences"}``;
    each difference names table, column, the record's rank and both values.
    """
    return _compare(channel, sources, record_limit, _import)


def compare_all(channel, sources, record_limit=None):
    """The same in one report with contacts alone, as if nobody in the files were known
    yet."""
    return _compare(channel, sources, record_limit, _import, _meet)


def _compare(channel, sources, record_limit, *ways):
    differences, columns = [], set()
    lanes, outcomes, contacts = Counter(), Counter(), Counter()
    orders = 0
    for way in ways:
        native = _run(channel, sources, "auto", record_limit, way)
        orm = _run(channel, sources, "orm", record_limit, way)
        for table in sorted(set(native.rows) | set(orm.rows)):
            ours, theirs = native.rows.get(table, []), orm.rows.get(table, [])
            for row in (*ours[:1], *theirs[:1]):
                columns |= {(table, column) for column in row}
            differences += _table_differences(table, ours, theirs)
        orders += len(native.ranks.get("sale_order", ()))
        lanes.update(native.lanes)
        outcomes.update(native.outcomes)
        contacts.update(native.contacts)
    return {
        "orders": orders,
        "tables": len({table for table, _column in columns}),
        "columns": len(columns),
        "lanes": dict(lanes),
        "outcomes": dict(outcomes),
        "contacts": dict(contacts),
        "differences": differences,
    }


def _run(channel, sources, lane, record_limit, way):
    env = channel.env
    snapshot = Snapshot()
    env.flush_all()
    with undone(env.cr):
        first = env.execute_query(SQL("SELECT pg_current_xact_id()::text::bigint"))
        before = touched(env)
        # A scope of its own: records that were imported before are compared as well.
        session = Session(
            channel.with_company(channel.company_id), 0, lane, f"{channel.code} verify"
        )
        for source in sources:
            way(session, source, snapshot, record_limit)
        snapshot.contacts = session.contacts.counts
        env.flush_all()
        env.cr.precommit.run()
        env.flush_all()
        tables = [
            table for table, count in touched(env).items() if count != before.get(table)
        ]
        _collect(env, snapshot, tables, first[0][0])
    # What was cached of the undone rows (groups, rules) must not help the next lane.
    env.registry.clear_all_caches()
    return snapshot


def _chunks(session, source, record_limit):
    left = record_limit or 1 << 60
    try:
        session.job.open(source)
        while left:
            chunk = session.job.read(min(left, 2000), CHUNK_MEMORY)
            yield chunk
            left -= chunk.count
            if chunk.last:
                break
    except extension.require().Error as error:
        raise _unreadable(session.env, source, error.args) from error
    if left and chunk.error:
        raise _unreadable(session.env, source, chunk.error)


def _unreadable(env, source, error):
    """Half a file proves nothing."""
    _code, message, row, offset, *_field = error
    return UserError(
        env._(
            "The file %(file)s cannot be read to its end: %(message)s (record %(row)s, "
            "byte %(offset)s). Nothing was compared.",
            file=source if isinstance(source, str) else "",
            message=message,
            row=row,
            offset=offset,
        )
    )


def _import(session, source, snapshot, record_limit):
    for chunk in _chunks(session, source, record_limit):
        session.process(chunk)
        refunds.record_mentions(session, chunk)
        outcomes, lanes, _reasons = chunk.summary()
        for name, count in outcomes.items():
            snapshot.outcomes[name] = snapshot.outcomes.get(name, 0) + count
        for name, count in lanes.items():
            snapshot.lanes[name] = snapshot.lanes.get(name, 0) + count


def _meet(session, source, _snapshot, record_limit):
    session.parties.knows_nobody = True
    for chunk in _chunks(session, source, record_limit):
        session.meet(chunk)


def _collect(env, snapshot, tables, first_xid):
    references = _references(env)
    for table in tables:
        columns = _columns(env, table)
        selected = SQL(", ").join(_as_text(name, udt) for name, udt in columns)
        has_id = any(name == "id" for name, _udt in columns)
        rows = env.execute_query(
            SQL(
                "SELECT %s FROM %s t WHERE t.xmin::text::bigint >= %s %s",
                selected,
                SQL.identifier(table),
                first_xid,
                SQL("ORDER BY t.id") if has_id else SQL(),
            )
        )
        names = [name for name, _udt in columns]
        snapshot.rows[table] = [dict(zip(names, row, strict=True)) for row in rows]
    _rank(snapshot)
    span = str(env.cr.now()), str(datetime.now(timezone.utc).replace(tzinfo=None))
    _normalize(snapshot, references, span)


def _rank(snapshot):
    """Number the rows of each table; orders, contacts and what hangs on them by their
    source, since records of different lanes are not written in the file's order."""
    orders = snapshot.rows.get("sale_order", [])
    orders.sort(key=lambda row: (row["client_order_ref"] or "", int(row["id"])))
    places = {row["id"]: place for place, row in enumerate(orders)}
    snapshot.rows.get("sale_order_line", []).sort(
        key=lambda row: (places.get(row["order_id"], -1), int(row["id"]))
    )
    snapshot.rows.get("retail_ledger", []).sort(key=lambda row: row["identity_key"])
    links = snapshot.rows.get("retail_channel_partner", [])
    links.sort(key=lambda row: row["party_key"])
    parties = {row["partner_id"]: row["party_key"] for row in reversed(links)}
    snapshot.rows.get("res_partner", []).sort(
        key=lambda row: (parties.get(row["id"], ""), int(row["id"]))
    )
    for table, rows in snapshot.rows.items():
        if rows and "id" in rows[0]:
            snapshot.ranks[table] = {row["id"]: rank for rank, row in enumerate(rows)}


def _columns(env, table):
    return env.execute_query(
        SQL(
            """SELECT column_name, udt_name FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = %s
                ORDER BY ordinal_position""",
            table,
        )
    )


def _as_text(name, udt):
    """Text in which equal values are equal: a numeric's scale does not count."""
    column = SQL.identifier(name)
    if udt == "numeric":
        return SQL("trim_scale(%s)::text", column)
    return SQL("%s::text", column)


def _references(env):
    """{(table, column): referenced table} of every single-column foreign key."""
    rows = env.execute_query(
        SQL(
            """SELECT c.relname, a.attname, f.relname
                 FROM pg_constraint k
                 JOIN pg_class c ON c.oid = k.conrelid
                 JOIN pg_class f ON f.oid = k.confrelid
                 JOIN pg_attribute a
                   ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
                WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1"""
        )
    )
    return {(table, column): target for table, column, target in rows}


def _normalize(snapshot, references, span):
    """Replace what a second run must number differently by what it must agree on."""
    started, ended = span
    numbered = []
    for table, rows in snapshot.rows.items():
        for row in rows:
            for column, value in row.items():
                if value is None:
                    continue
                target = references.get((table, column))
                if column == "id":
                    target = table
                elif column == "res_id":
                    target = (row.get("model") or row.get("res_model") or "").replace(
                        ".", "_"
                    )
                rank = snapshot.ranks.get(target, {}).get(value)
                if rank is not None:
                    row[column] = f"new {rank}"
                elif started[:19] <= value <= ended and MOMENT.fullmatch(value):
                    row[column] = "now"
                elif (table, column) in NUMBERED:
                    numbered.append((row, column, value))
                elif (table, column) in IGNORED:
                    row[column] = None
        if rows and "id" not in rows[0]:
            rows.sort(key=lambda row: [row[name] or "" for name in sorted(row)])
    _renumber(numbered)


def _renumber(numbered):
    """Names of a run in ascending order, counted from its first one: S00042 of a run
    that began with S00040 is S#+2."""
    found = sorted(_number(value) for _row, _column, value in numbered)
    first = {}
    for (row, column, _value), (stem, number) in zip(numbered, found, strict=True):
        row[column] = f"{stem}+{number - first.setdefault(stem, number)}"


def _number(name):
    """(name with its last number replaced, that number)."""
    found = re.search(r"(\d+)(?=\D*$)", name)
    if not found:
        return name, 0
    return name[: found.start()] + "#" + name[found.end() :], int(found.group())


def _table_differences(table, ours, theirs):
    differences = []
    if len(ours) != len(theirs):
        differences.append(
            {
                "table": table,
                "column": "*",
                "record": None,
                "native": f"{len(ours)} rows",
                "orm": f"{len(theirs)} rows",
            }
        )
    for rank, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
        differences += [
            {
                "table": table,
                "column": column,
                "record": rank,
                "native": mine[column],
                "orm": other[column],
            }
            for column in mine
            if mine[column] != other[column]
        ]
    return differences
