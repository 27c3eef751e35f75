# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the ledger knows of a chunk's identities, and what it learns of known ones."""

from datetime import timedelta

from odoo.tools import SQL

from ..arrays import texts
from . import native
from .lanes import EPOCH, to_microseconds

# Outcomes that hold as long as the record stays the same.
SETTLED = ("created", "updated", "skipped", "review", "kept", "ignored")


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
    in_review = record["outcome"] == "review"
    env.cr.execute(
        SQL(
            """UPDATE retail_ledger
                  SET import_id = COALESCE(%s, import_id), source_number = %s,
                      source_status = %s, content_hash = %s, content_key = %s,
                      near_key = %s, source_created = COALESCE(%s, source_created),
                      source_modified = %s,
                      recorded_at = %s, outcome = %s, lane = %s, reason = %s,
                      message = %s,
                      source_row = CASE WHEN %s THEN %s ELSE source_row END,
                      source_offset = CASE WHEN %s THEN %s ELSE source_offset END,
                      order_id = COALESCE(%s, order_id), amount_total = %s, payload =
                      %s, currency_id = (SELECT id FROM res_currency WHERE name = %s)
                WHERE id = %s""",
            import_id or None,
            record["number"] or None,
            record["status"] or None,
            record["content"],
            record["content_key"],
            record["near_key"],
            _moment(record["created_us"]),
            _moment(record["modified_us"]),
            env.cr.now(),
            record["outcome"],
            record["lane"] or None,
            record["reason"] or ("order_locked" if in_review else None),
            message(record),
            from_file,
            min(record["row"], 2**31 - 1),
            from_file,
            record["offset"],
            order_id or None,
            record["total"],
            record["payload"],
            record["currency"],
            record["ledger_id"],
        )
    )
