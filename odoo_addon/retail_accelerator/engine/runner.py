# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs an import: chunk after chunk, a commit each, resumable at any moment.

A chunk's business rows, ledger rows, counters and file offset share one transaction, so
a crash loses at most the chunks under way. Only this room commits.
"""

import os
import time
from contextlib import closing, contextmanager

from odoo import api, fields
from odoo.exceptions import UserError

from . import file_check, late_duplicates, native, refunds
from .catalog import new_job
from .progress import Progress
from .queue import CHUNK_MEMORY, ChunkQueue
from .session import Session
from .tally import Tally
from .templates import Shelf
from .worker import CONFLICTS, RETRIES, Crew, Worker

CONNECTIONS = 2  # by default, for one import
MAX_CONNECTIONS = 8
FOLD_SECONDS = 0.5  # between two updates of the counters people see


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
            except OSError as error:
                self._fail(
                    self.env._("The file cannot be opened: %s.", error.strerror or "")
                )
            except native.require().Error as error:
                self._fail(self._place(error.args))
        if self.record.state != "running" and not self.record.dry_run:
            late_duplicates.tell(self.record, self._commit)
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
        progress = Progress(self.record)
        self._commit()
        job = new_job(self._channel(env), self._import_id)
        end = self._open(job)
        workers = self._connections()
        is_crew = workers > 1
        self.stopping = False
        self.shelf = Shelf(workers)
        queue = ChunkQueue(
            job,
            self.channel.chunk_size or 2000,
            # Only this thread may use this connection.
            (lambda: self.stopping) if is_crew else (lambda: self._is_over(deadline)),
            workers,
            end,
        )
        try:
            if is_crew:
                self._run_crew(queue, progress, deadline)
            else:
                self._workers(queue, progress)(env, self.env).work()
        finally:
            queue.close()
        if queue.failure:
            raise queue.failure[1]
        if queue.finished:
            self._finish(env, queue.last)

    def _run_crew(self, queue, progress, deadline):
        """Several connections; this one looks after the counters and stop requests."""
        make = self._workers(queue, progress)
        crew = Crew(self.env, queue.workers, lambda env: make(env, env), queue.fail)
        self.stopping = self._is_over(deadline)
        try:
            crew.start()
            while crew.busy:
                crew.wait(FOLD_SECONDS)
                self._follow(progress)
                self.stopping = self.stopping or self._is_over(deadline)
        except BaseException as error:
            queue.fail(-1, error)
            crew.cancel()
            raise
        finally:
            crew.join()
        self._follow_to_the_end(progress)

    def _follow(self, progress):
        """Bring the import's counters up to date; whether that was possible."""
        self._commit()  # to see what was committed since
        try:
            progress.fold()
            self._commit()
        except CONFLICTS:
            # Somebody changed the import meanwhile: the next time will do.
            self.env.cr.rollback()
            self.env.invalidate_all(flush=False)
            return False
        return True

    def _follow_to_the_end(self, progress):
        for _attempt in range(RETRIES):
            if self._follow(progress):
                return
        progress.fold()

    def _workers(self, queue, progress):
        """A function (env, book) that makes a worker. Workers may not read this
        connection's records, so everything they need is read now."""
        lane, import_id = self.record.lane or "auto", self._import_id

        def make(env, book):
            return Worker(
                env, book, self.channel, import_id, lane, queue, progress, self.shelf
            )

        return make

    @property
    def _import_id(self):
        return 0 if self.record.dry_run else self.record.id

    def _connections(self):
        """How many chunks are worked on at the same time. A dry run has one
        transaction, and the ORM lane goes one record after the other."""
        if self.record.dry_run or self.record.lane == "orm":
            return 1
        parameters = self.env["ir.config_parameter"].sudo()
        text = parameters.get_param("retail_accelerator.connections", CONNECTIONS)
        try:
            return min(max(int(text), 1), MAX_CONNECTIONS)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The system parameter retail_accelerator.connections must be a "
                    "number from 1 to %(most)s, not %(text)s.",
                    most=MAX_CONNECTIONS,
                    text=text,
                )
            ) from error

    def _channel(self, env):
        channel = self.channel.with_env(env)
        return channel.with_company(channel.company_id)

    def _open(self, job):
        """Open the file where the last committed chunk ended; its size in bytes."""
        path = self.record._open_path()
        file_check.check(self.env, path, self.record.file_format)
        refund_path = self.record._refund_path()
        if refund_path:
            file_check.check_refunds(self.env, refund_path)
        job.open(
            path,
            format=self.record.file_format or "auto",
            start_offset=int(self.record.file_offset),
            start_row=int(self.record.file_row),
        )
        return os.path.getsize(path)

    # -- the end --

    def _is_over(self, deadline):
        return self._stop_requested() or (
            deadline is not None and time.monotonic() > deadline
        )

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
            session = Session(self._channel(env), self._import_id)
            try:
                counts = refunds.record_file(session, refund_path)
            except native.require().Error as error:
                self._fail(self._refund_place(error.args))
                return
            record.refund_count = counts["created"] + counts["updated"]
            record._note_refund_problems(counts["rejected"])
        record.write({"state": "done", "finished_at": fields.Datetime.now()})
        record._attach_results()

    def _place(self, error):
        """(code, message, row, offset, ...) in words."""
        _code, message, row, offset, *field = error
        if field and field[0]:
            message = f"{message} ({field[0]})"
        if row == 1:
            return self.env._(
                "The file cannot be read: %(message)s (record 1, byte %(offset)s). "
                "Nothing was imported. Correct the file, or choose another one.",
                message=message,
                offset=offset,
            )
        if not row:
            return self.env._(
                "The file cannot be read: %s. Nothing was imported. Choose the right "
                "file, or say its format in the settings.",
                message,
            )
        return self.env._(
            "The file cannot be read further: %(message)s (record %(row)s, byte "
            "%(offset)s). Everything before it was imported. Correct the file and "
            "import it again: what is known already stays as it is.",
            message=message,
            row=row,
            offset=offset,
        )

    def _refund_place(self, error):
        _code, message, row, offset, *_field = error
        return self.env._(
            "The orders were imported. The refunds file cannot be read: %(message)s "
            "(record %(row)s, byte %(offset)s), and none of its refunds was recorded. "
            "Correct it and import both again: what is known already stays as it is.",
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
    for form, data in _by_form(packed):
        try:
            session.job.open(data, format=form)
        except native.require().Error as error:
            # Bytes of no record: they stay rejected, and hold up no other.
            tally.add_unreadable(error.args[0])
            continue
        while True:
            chunk = session.job.read(channel.chunk_size or 2000, CHUNK_MEMORY)
            session.process(chunk)
            refunds.record_mentions(session, chunk)
            tally.add_chunk(chunk)
            if chunk.last:
                break
        if chunk.error:
            tally.add_unreadable(chunk.error[0])
    channel.env.flush_all()
    entries.invalidate_recordset()
    return {"read": tally.read, **tally.outcomes, "reasons": tally.reasons}


def _by_form(payloads):
    """(format, bytes): canonical payloads, which are msgpack, all at once; records that
    could not be read kept their bytes, and may spoil what is read with them."""
    packed = []
    for payload in payloads:
        # A canonical map starts with a fixmap, map16 or map32 byte.
        if payload[0] >> 4 == 8 or payload[0] in (0xDE, 0xDF):
            packed.append(payload)
        else:
            yield "json", payload
    if packed:
        yield "msgpack", b"".join(packed)
