# SPDX-License-Identifier: LGPL-3.0-or-later
"""Twins that two imports brought at the same time, when neither saw the other's orders:
the one that ends later finds them. Both orders are there already, so that they are
told, not held."""

from odoo.tools import SQL

from .conflicts import CONFLICTS, not_logged
from .duplicates import HOUR
from .findings import CONTENT

RETRIES = 8


def tell(record, commit):
    """Remember as pairs what is twice because of imports at the same time as
    ``record``; ``commit`` begins a new transaction when such an import tells the same.
    Returns how many."""
    others = _others(record)
    if not others:
        return 0
    for attempt in range(1, RETRIES + 1):
        try:
            with not_logged(attempt < RETRIES), record.env.cr.savepoint():
                return _tell(record, others)
        except CONFLICTS:
            if attempt == RETRIES:
                raise
            commit()
    return 0


def _others(record):
    """Ids of the company's imports that were at work since this one began."""
    return (
        record.sudo()
        .search(
            [
                ("id", "!=", record.id),
                ("company_id", "=", record.company_id.id),
                ("dry_run", "=", False),
                ("started_at", "!=", False),
                "|",
                ("finished_at", "=", False),
                ("finished_at", ">=", record.started_at),
            ]
        )
        .ids
    )


def _tell(record, others):
    env = record.env
    rows = env.execute_query(_query(record, others))
    vals_list, seen = [], set()
    for entry, channel, order, other, name in rows:
        if entry in seen:
            continue
        seen.add(entry)
        vals_list.append(
            {
                "kind": "order",
                "first_id": min(order, other),
                "second_id": max(order, other),
                "ledger_id": entry,
                "company_id": record.company_id.id,
                "channel_id": channel,
                "found_by": "content",
                "level": "automatic",
                "probability": 1.0,
            }
        )
        env.cr.execute(
            SQL(
                "UPDATE retail_ledger SET reason = %s, message = %s WHERE id = %s",
                CONTENT,
                env._("Imported, though it may repeat the order %s.", name),
                entry,
            )
        )
    return len(env["retail.duplicate"]._remember(vals_list))


def _query(record, others):
    """Orders of the import with the content of the others', near in time, that are no
    pair yet."""
    window = record.channel_id.duplicate_hours * HOUR
    return SQL(
        """SELECT n.id, n.channel_id, n.order_id, o.id, o.name
             FROM retail_ledger n
             JOIN retail_ledger l
               ON l.content_key = n.content_key AND l.import_id = ANY(%s)
              AND l.company_id = n.company_id
              AND l.source_created BETWEEN n.source_created - %s
                                       AND n.source_created + %s
             JOIN sale_order own ON own.id = n.order_id AND own.state != 'cancel'
             JOIN sale_order o ON o.id = l.order_id AND o.state != 'cancel'
            WHERE n.import_id = %s
              AND NOT EXISTS (
                  SELECT FROM retail_duplicate d
                   WHERE d.kind = 'order'
                     AND d.first_id = LEAST(n.order_id, o.id)
                     AND d.second_id = GREATEST(n.order_id, o.id))
            ORDER BY n.id, o.id""",
        others,
        window,
        window,
        record.id,
    )
