# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs an import: chunk after chunk, a commit each, resumable at any moment.

A chunk's business rows, ledger rows, counters and file offset share one transaction, so
a crash loses at most the chunk under way. The only module that commits.
"""

import logging
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg2

from odoo import api, fields
from odoo.exceptions import UserError

from . import native, refunds
from .session import Session, Tally

_logger = logging.getLogger(__name__)

CHUNK_MEMORY = 12 << 20  # bytes of records after which a chunk ends early
RETRIES = 8
LONGEST_WAIT = 5  # seconds between two tries
RESULT_HEADER = b"row,source_ref,number,outcome,lane,reason,detail,order\r\n"
CONFLICTS = (
    psycopg2.errors.UniqueViolation,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.ForeignKeyViolation,
)


class ChunkReader:
    """Reads one chunk ahead in a thread, while the server takes the current one."""

    def __init__(self, job, size):
        self.job = job
        self.size = size
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="retail-read")
        self.next = self.pool.submit(self._read)

    def _read(self):
        return self.job.read(self.size, CHUNK_MEMORY)

    def take(self):
        chunk = self.next.result()
        self.next = None if chunk.last else self.pool.submit(self._read)
        return chunk

    def close(self):
        """Wait for the thread: the job must not be read any more."""
        self.pool.shutdown(wait=True, cancel_futures=True)


class ImportRunner:
    """Runs one ``retail.import``."""

    def __init__(self, record):
        record.ensure_one()
        self.record = record
        self.env = record.env
        self.channel = record.channel_id.with_context(active_test=False)

    # -- the whole run --

    def run(self, seconds=None):
        """Process chunks until the end of the file, the time budget, or a stop
        request."""
        with self.record._lease() as alone:
            if not alone:
                raise UserError(
                    self.env._("Another worker is at %s already.", self.record.name)
                )
            self._run_alone(time.monotonic() + seconds if seconds else None)

    def _run_alone(self, deadline):
        self._begin()
        with self._work_env() as env:
            try:
                self._run(env, deadline)
            except UserError as error:
                self._fail(str(error))
            except native.require().Error as error:
                self._fail(self._place(error.args))
        self._commit()

    def _begin(self):
        self.record.write(
            {
                "state": "running",
                "started_at": self.record.started_at or fields.Datetime.now(),
                "error_message": False,
            }
        )
        self._commit()

    def _commit(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit

    @contextmanager
    def _work_env(self):
        """The environment of the rows: this one, or for a dry run one that is
        undone."""
        if not self.record.dry_run:
            yield self.env
            return
        with closing(self.env.registry.cursor()) as cr:
            yield api.Environment(cr, self.env.uid, self.env.context)
            cr.rollback()

    def _run(self, env, deadline):
        finished = False
        while not finished:
            session = self._session(env)
            self._open(session)
            self.record.lane_notes = session.lane_notes
            reader = ChunkReader(session.job, self.channel.chunk_size or 2000)
            try:
                finished = self._chunks(env, session, reader, deadline)
            except CONFLICTS as error:
                self._conflict(env, error)
            finally:
                reader.close()

    def _session(self, env, lane=None):
        channel = self.channel.with_env(env)
        channel = channel.with_company(channel.company_id)
        import_id = 0 if self.record.dry_run else self.record.id
        return Session(channel, import_id, lane or self.record.lane or "auto")

    def _open(self, session):
        """The file, from where the last committed chunk ended."""
        session.job.open(
            self.record._open_path(),
            format=self.record.file_format or "auto",
            start_offset=int(self.record.file_offset),
            start_row=int(self.record.file_row),
        )

    def _chunks(self, env, session, reader, deadline):
        """True when the run is over: end of file, stop request or time budget."""
        while True:
            started = time.monotonic()
            chunk = reader.take()
            if chunk.count:
                processed = self._process(env, session, chunk)
                refused = processed is not chunk
                self._record(processed, time.monotonic() - started)
                if refused:
                    # What was looked up before the rollback no longer holds.
                    if chunk.last:
                        self._finish(env, chunk)
                    return chunk.last
            if chunk.last:
                self._finish(env, chunk)
                return True
            if self._stop_requested() or (deadline and time.monotonic() > deadline):
                return True

    def _process(self, env, session, chunk):
        """The chunk that was written: this one or, when the database refused its rows,
        the one the ORM lane made of the same records."""
        try:
            session.process(chunk)
            refunds.record_mentions(session, chunk)
            env.flush_all()
        except (*CONFLICTS, psycopg2.OperationalError):
            raise
        except psycopg2.Error as error:
            if not session.native_open:
                raise
            _logger.warning(
                "Import %s: the database refused a chunk (%s), the ORM lane takes it",
                self.record.id,
                error.pgcode,
            )
            return self._retry_by_orm(env, chunk)
        return chunk

    def _retry_by_orm(self, env, chunk):
        """The record at fault is found and rejected alone."""
        env.cr.rollback()
        env.invalidate_all(flush=False)
        session = self._session(env, "orm")
        self._open(session)
        again = session.job.read(chunk.count, 1 << 40)
        session.process(again)
        refunds.record_mentions(session, again)
        env.flush_all()
        return again

    def _conflict(self, env, error):
        """Another transaction was faster: undo the chunk, wait a little, go on."""
        env.cr.rollback()
        env.invalidate_all(flush=False)
        self.conflicts = getattr(self, "conflicts", 0) + 1
        if self.conflicts > RETRIES:
            raise error
        _logger.info(
            "Import %s: chunk is tried again after %s",
            self.record.id,
            type(error).__name__,
        )
        time.sleep(min(random.uniform(0.05, 0.2) * 2**self.conflicts, LONGEST_WAIT))

    # -- progress --

    def _record(self, chunk, seconds):
        """Counters, offset and results of a chunk, and the commit."""
        tally = Tally()
        tally.add_chunk(chunk)
        record = self.record
        self._write_results(chunk)
        record.write(
            {
                "file_offset": chunk.end_offset,
                "file_row": chunk.end_row,
                "read_count": record.read_count + tally.read,
                "created_count": record.created_count + tally.outcomes["created"],
                "updated_count": record.updated_count + tally.outcomes["updated"],
                "unchanged_count": record.unchanged_count + tally.outcomes["unchanged"],
                "skipped_count": record.skipped_count + tally.outcomes["skipped"],
                "rejected_count": record.rejected_count + tally.outcomes["rejected"],
                "review_count": record.review_count + tally.review,
                "native_count": record.native_count + tally.lanes["native"],
                "orm_count": record.orm_count + tally.lanes["orm"],
                "seconds": record.seconds + seconds,
                "reasons": self._merged_reasons(tally.reasons),
            }
        )
        self._commit()
        self.conflicts = 0

    def _merged_reasons(self, reasons):
        merged = dict(self.record.reasons or {})
        for name, count in reasons.items():
            merged[name] = merged.get(name, 0) + count
        return merged

    def _write_results(self, chunk):
        """Append to the result file; a resumed run cuts what was never committed."""
        path = self.record._result_path()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        size = int(self.record.result_size)
        with open(path, "r+b" if size and os.path.exists(path) else "wb") as handle:
            handle.seek(size)
            handle.truncate()
            handle.write(chunk.results() if size else RESULT_HEADER + chunk.results())
            self.record.result_size = handle.tell()

    def _stop_requested(self):
        self.record.invalidate_recordset(["cancel_requested", "state"])
        record = self.record
        if record.cancel_requested:
            record.write({"state": "cancelled", "finished_at": fields.Datetime.now()})
            self._commit()
            return True
        return record.state != "running"

    def _finish(self, env, chunk):
        record = self.record
        if chunk.error:
            self._fail(self._place(chunk.error))
            return
        refund_path = record._refund_path()
        if refund_path:
            counts = refunds.record_file(self._session(env), refund_path)
            record.refund_count = counts["created"] + counts["updated"]
        record.write({"state": "done", "finished_at": fields.Datetime.now()})
        record._attach_results()

    def _place(self, error):
        """(code, message, row, offset, ...) in words."""
        _code, message, row, offset = error[:4]
        return self.env._(
            "The file cannot be read further: %(message)s (record %(row)s, byte "
            "%(offset)s). Everything before it was imported. Correct the file and "
            "import it again: what is known already stays as it is.",
            message=message,
            row=row,
            offset=offset,
        )

    def _fail(self, text):
        self.env.cr.rollback()
        self.record.write(
            {
                "state": "failed",
                "error_message": text,
                "finished_at": fields.Datetime.now(),
            }
        )
        self.record._attach_results()

    # -- replay --

    def replay(self, entries):
        """Process the payloads of ledger rows again; returns counts by outcome."""
        return replay(self.channel, entries, self.record.id)


def replay(channel, entries, import_id=0, lane="auto"):
    """Process the payloads of ledger rows again, in the current transaction."""
    channel = channel.with_company(channel.company_id)
    session = Session(channel, import_id, lane)
    session.from_file = False
    tally = Tally()
    # Only integration managers may read payloads; replaying them shows nothing.
    packed = [bytes(entry.payload) for entry in entries.sudo() if entry.payload]
    for form, payloads in _by_form(packed):
        session.job.open(payloads, format=form)
        while True:
            chunk = session.job.read(channel.chunk_size or 2000, CHUNK_MEMORY)
            session.process(chunk)
            refunds.record_mentions(session, chunk)
            tally.add_chunk(chunk)
            if chunk.last:
                break
    channel.env.flush_all()
    entries.invalidate_recordset()
    return {"read": tally.read, **tally.outcomes, "reasons": tally.reasons}


def _by_form(payloads):
    """Canonical payloads are msgpack; records that could not be read kept their
    bytes."""
    groups = {"msgpack": [], "json": []}
    for payload in payloads:
        # A canonical map starts with a fixmap, map16 or map32 byte.
        is_map = payload[0] >> 4 == 8 or payload[0] in (0xDE, 0xDF)
        groups["msgpack" if is_map else "json"].append(payload)
    if groups["msgpack"]:
        yield "msgpack", b"".join(groups["msgpack"])
    if groups["json"]:
        yield "json", b"\n".join(groups["json"])
