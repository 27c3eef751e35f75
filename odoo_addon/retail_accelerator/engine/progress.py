# SPDX-License-Identifier: LGPL-3.0-or-later
"""How far an import is: noted with each chunk in its own transaction, then added up.

Chunks that run side by side cannot all update the import's row, so each adds a row of
``retail.import.chunk``; the import's own counters follow from those a moment later.
"""

import os
import time

from psycopg2.extras import Json

from odoo.tools import SQL

from .tally import Tally

RESULT_HEADER = b"row,source_ref,number,outcome,lane,reason,detail,order\r\n"
PLACE = ("file_offset", "file_row", "result_size")
COUNTERS = (
    "read_count",
    "created_count",
    "updated_count",
    "unchanged_count",
    "skipped_count",
    "rejected_count",
    "review_count",
    "native_count",
    "orm_count",
    "seconds",
)


class Progress:
    """Counters, place in the file and result file of one import."""

    def __init__(self, record):
        self.record = record
        self.lane_notes = record.lane_notes
        self.key_check = record.key_check
        self.path = record._result_path()
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        self.fold()
        self.result_size = int(record.result_size)
        self.last_commit = time.monotonic()

    def note(self, env, chunk):
        """What the chunk adds, in the transaction of ``env``, which its caller commits
        and then calls ``committed`` with the returned size."""
        tally = Tally()
        tally.add_chunk(chunk)
        size = self._write_results(chunk)
        counts = {
            "read_count": tally.read,
            **{f"{name}_count": n for name, n in tally.outcomes.items()},
            **{f"{name}_count": n for name, n in tally.lanes.items()},
            "review_count": tally.review,
            # Commits follow each other, so these add up to the clock's time.
            "seconds": time.monotonic() - self.last_commit,
        }
        # By the ORM this took as long as pricing the chunk's orders.
        env.cr.execute(
            SQL(
                """INSERT INTO retail_import_chunk (import_id, file_offset, file_row,
                                                    result_size, counts, reasons)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                self.record.id,
                chunk.end_offset,
                chunk.end_row,
                size,
                Json(counts),
                Json(tally.reasons) if tally.reasons else None,
            )
        )
        return size

    def committed(self, result_size):
        """The chunk of the last ``note`` is safe."""
        self.result_size = result_size
        self.last_commit = time.monotonic()

    def _write_results(self, chunk):
        """Append to the result file; what was never committed is cut off."""
        size = self.result_size
        with open(
            self.path, "r+b" if size and os.path.exists(self.path) else "wb"
        ) as handle:
            handle.seek(size)
            handle.truncate()
            handle.write(chunk.results() if size else RESULT_HEADER + chunk.results())
            return handle.tell()

    def fold(self):
        """Add the noted chunks to the import itself, in its transaction."""
        record = self.record
        rows = record.env.execute_query(
            SQL(
                """WITH folded AS (
                       DELETE FROM retail_import_chunk WHERE import_id = %s RETURNING *
                   )
                   SELECT file_offset, file_row, result_size, counts, reasons
                     FROM folded ORDER BY id""",
                record.id,
            )
        )
        vals = {}
        if self.lane_notes != record.lane_notes:
            vals["lane_notes"] = self.lane_notes
        if self.key_check != record.key_check:
            vals["key_check"] = self.key_check
        if rows:
            vals.update(zip(PLACE, rows[-1][:3], strict=True))
            vals.update(self._sums([row[3] for row in rows]))
            vals["reasons"] = self._merged_reasons([row[4] for row in rows])
        if vals:
            record.write(vals)

    def _sums(self, counts):
        return {
            name: self.record[name] + sum(count[name] for count in counts)
            for name in COUNTERS
        }

    def _merged_reasons(self, more):
        merged = dict(self.record.reasons or {})
        for reasons in more:
            for name, count in (reasons or {}).items():
                merged[name] = merged.get(name, 0) + count
        return merged
