# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the ledger knows of a chunk's identities, and what it learns of known ones."""

from datetime import timedelta

from odoo.tools import SQL

from ..arrays import texts
from . import native
from .lanes import EPOCH, to_microseconds

# Outcomes that hold as long as the record stays the same.
SETTLED = ("created", "updated", "skipped", "review", "kept", "ignored")
# Of a record, as the row has it.
SAME = (
    *("content", "content_key", "near_key", "outcome", "total", "payload"),
    *("currency", "ledger_id"),
)


def known(env, keys):
    """Rows for ``Chunk.set_known``."""
    if not keys:
        return []
    rows = env.execute_query(
        SQL(
            """SELECT identity_key, id, order_id, content_hash, source_modified, outcome
                 FROM retail_ledger
                WHERE identity_key = ANY(%s)""",
            texts(keys),
        )
    )
    return [
        (
            key,
            ledger_id,
            order_id or 0,
            content,
            to_microseconds(modified) if modified else None,
            outcome in SETTLED,
        )
        for key, ledger_id, order_id, content, modified, outcome in rows
    ]


def _moment(microseconds):
    return (
        None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)
    )


def message(record):
    """Why, in the same words as the engine writes them for new rows."""
    if record["outcome"] in ("created", "updated"):
        return None
    if record["outcome"] == "review" and not record["reason"]:
        return f"order {record['detail']} is confirmed or locked in Odoo"
    parts = [native.reason_text(record["reason"])] if record["reason"] else []
    if record["field"]:
        parts.append(f"– {record['field']}")
    text = " ".join(parts)
    if record["detail"]:
        text = f"{text}: {record['detail']}" if text else record["detail"]
    return text or None


def rewrite(env, record, import_id, order_id=0, from_file=True):
    """A known identity has a new outcome: its row follows (``record`` of
    Chunk.record). A replayed record keeps its place in the file it came in."""
    env.cr.execute(
        SQL(
            """UPDATE retail_ledger
                  SET import_id = COALESCE(%(import_id)s, import_id),
                      source_number = %(number)s, source_status = %(status)s,
                      content_hash = %(content)s, content_key = %(content_key)s,
                      near_key = %(near_key)s,
                      source_created = COALESCE(%(created)s, source_created),
                      source_modified = %(modified)s, recorded_at = %(now)s,
                      outcome = %(outcome)s, lane = %(lane)s, reason = %(reason)s,
                      message = %(message)s,
                      source_row = COALESCE(%(row)s, source_row),
                      source_offset = COALESCE(%(offset)s, source_offset),
                      order_id = COALESCE(%(order_id)s, order_id),
                      amount_total = %(total)s, payload = %(payload)s,
                      currency_id = (
                          SELECT id FROM res_currency WHERE name = %(currency)s)
                WHERE id = %(ledger_id)s""",
            import_id=import_id or None,
            now=env.cr.now(),
            order_id=order_id or None,
            **_values(record),
            **_place(record if from_file else None),
        )
    )


def _values(record):
    """What the row says of the record itself."""
    in_review = record["outcome"] == "review"
    return {
        **{name: record[name] for name in SAME},
        "number": record["number"] or None,
        "status": record["status"] or None,
        "created": _moment(record["created_us"]),
        "modified": _moment(record["modified_us"]),
        "lane": record["lane"] or None,
        "reason": record["reason"] or ("order_locked" if in_review else None),
        "message": message(record),
    }


def _place(record):
    """Where in the file it is; nowhere new without a record."""
    if not record:
        return {"row": None, "offset": None}
    return {"row": min(record["row"], 2**31 - 1), "offset": record["offset"]}
