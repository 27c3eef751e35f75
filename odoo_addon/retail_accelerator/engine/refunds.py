# SPDX-License-Identifier: LGPL-3.0-or-later
"""Refunds: mentioned on their order, or in a feed of their own."""

import json

from . import native

BATCH = 500


def record_mentions(session, chunk):
    """Refunds that the chunk's orders mention (id, reason, total)."""
    records = []
    for index in chunk.with_refunds():
        order = chunk.order(index)
        records += [
            {
                "_order_ref": order["source_ref"],
                "_mention": True,
                "id": refund["source_ref"],
                "reason": refund["reason"],
                "total": refund["total"],
                "currency": order["currency"],
            }
            for refund in order["refunds"]
        ]
    if records:
        _record(session, records)


def record_file(session, path):
    """A refund feed: {"order id": [refund, ...]} or a list of refunds with
    parent_id. Returns what _record_batch returns."""
    counts = {"created": 0, "updated": 0, "unchanged": 0, "rejected": []}
    batch = []
    for group, data, row, offset, problem in _records(path):
        refund, defect = (None, problem) if problem else _parsed(data)
        if defect:
            place = session.env._(
                "%(problem)s, at byte %(offset)s of the file",
                problem=native.reason_text(defect),
                offset=offset,
            )
            counts["rejected"].append((f"#{row}", place))
            continue
        if isinstance(refund, dict):
            refund["_order_ref"] = group or str(refund.get("parent_id") or "")
        batch.append(refund)
        if len(batch) >= BATCH:
            _add(counts, _record(session, batch))
            batch = []
    if batch:
        _add(counts, _record(session, batch))
    return counts


def _parsed(data):
    """(refund, None), or (None, reason) of bytes that are no JSON."""
    try:
        return json.loads(data.decode()), None
    except UnicodeDecodeError:
        return None, "bad_encoding"
    except ValueError:
        return None, "bad_syntax"


def _records(path):
    """The feed's records; a top-level object groups them by order."""
    with open(path, "rb") as handle:
        grouped = handle.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return native.require().Splitter(path, grouped=grouped)


def _record(session, records):
    record = session.env["retail.import"].browse(session.import_id)
    return session.env["retail.refund"]._record_batch(session.channel, record, records)


def _add(counts, more):
    for key in ("created", "updated", "unchanged"):
        counts[key] += more[key]
    counts["rejected"] += more["rejected"]
