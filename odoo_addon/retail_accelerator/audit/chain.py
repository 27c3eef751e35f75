# SPDX-License-Identifier: LGPL-3.0-or-later
"""The hash chain of the audit log.

Each entry's hash is SHA-256 over the hash before it and the entry's own content, in a
fixed spelling. Whoever changes, removes or inserts an entry breaks every hash after it,
and the number and hash of the last entry, noted elsewhere, show a log cut short or
written anew as a whole.
"""

import hashlib
import json

GENESIS = "0" * 64
FIELDS = ("number", "company_id", "date", "user_id", "action", "model", "res_id")
TEXTS = ("summary", "details")


def entry_hash(previous, values):
    """Hash of an entry: hex, 64 digits.

    ``values`` has FIELDS and TEXTS; dates as text in UTC, ids as integers, absent as
    None.
    """
    content = json.dumps(
        [previous, *(values[name] for name in (*FIELDS, *TEXTS))],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(content.encode()).hexdigest()


def verify(rows, head, noted=()):
    """Check a company's entries, in order of their numbers.

    rows: dicts with FIELDS, TEXTS, "previous_hash" and "hash"; head: (number, hash) the
    log should end with, None when it is not known; noted: (number, hash) of entries as
    somebody wrote them down before. Returns (count of entries, problem): the first
    entry that does not fit as {"number", "cause"}, or None. Causes: "gap" (an entry is
    missing before it), "inserted", "link", "content", "noted" (another one than was
    noted), "end" (entries at the end are missing), "head".
    """
    noted = dict(noted)
    last = max([*noted, head[0] if head else 0])
    previous, count = GENESIS, 0
    for row in rows:
        cause = _defect(row, count + 1, previous)
        if not cause and noted.get(row["number"], row["hash"]) != row["hash"]:
            cause = "noted"
        if not cause and head and row["number"] > head[0]:
            cause = "inserted"
        if cause:
            return count, {"number": row["number"], "cause": cause}
        previous, count = row["hash"], count + 1
    if count < last:
        return count, {"number": count + 1, "cause": "end"}
    if (count, previous) != (head or (0, GENESIS)):
        return count, {"number": count, "cause": "head"}
    return count, None


def _defect(row, number, previous):
    if row["number"] != number:
        return "gap" if row["number"] > number else "inserted"
    if row["previous_hash"] != previous:
        return "link"
    if row["hash"] != entry_hash(previous, row):
        return "content"
    return None
