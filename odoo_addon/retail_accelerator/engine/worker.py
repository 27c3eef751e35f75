# SPDX-License-Identifier: LGPL-3.0-or-later
"""One connection's work on an import: chunk after chunk, each one transaction."""

import logging
import random
import threading
import time
from contextlib import closing

import psycopg2

from odoo.tools import SQL

from . import refunds
from .conflicts import CONFLICTS, not_logged
from .queue import Abandoned, OutOfTurn
from .references import Strangers
from .session import Session

_logger = logging.getLogger(__name__)

RETRIES = 8
LONGEST_WAIT = 5  # seconds between two tries
PATIENCE = 10  # seconds a chunk's locks are held while earlier chunks are not committed


class Worker:
    """Takes pieces from the queue until there are none.

    ``env`` is where rows are written, ``book`` where progress is noted: the same
    transaction, but for a dry run, whose rows are never committed.
    """

    def __init__(self, env, book, channel, import_id, lane, queue, progress, shelf):
        self.env = env
        self.book = book
        # Of this worker's own connection: the channel as given belongs to another.
        channel = channel.with_env(env)
        self.channel = channel.with_company(channel.company_id)
        self.import_id = import_id
        self.lane = lane
        self.queue = queue
        self.progress = progress
        self.shelf = shelf
        self.session = None

    def _open_session(self, lane):
        self.session = Session(self.channel, self.import_id, lane, shelf=self.shelf)
        self.progress.lane_notes = self.session.lane_notes
        self.progress.key_check = self.session.key_check

    def work(self, first=True):
        """Process pieces; a failure stops the queue. ``first``: take the first one."""
        number = 0
        try:
            # While the first chunk is being read there is time to make ready.
            if first or self.queue.is_long:
                self._open_session(self.lane)
            if not first:
                self.queue.open.wait()
            # A chunk that waited for earlier ones is to see what they brought.
            self.env.cr.rollback()
            while True:
                # When reading fails, everything handed out before is still good.
                number = self.queue.handed_out
                piece = self.queue.take()
                if piece is None:
                    return
                number = piece.number
                self._bring_home(piece)
        except Abandoned:
            self.env.cr.rollback()
        except BaseException as error:
            self.env.cr.rollback()
            self.queue.fail(number, error)
        finally:
            self.queue.open.set()  # there may have been no chunk at all

    # -- one piece --

    def _bring_home(self, piece):
        """Process the piece and commit it, when its turn has come."""
        chunk, lane, conflicts, wait = piece.chunk, self.lane, 0, piece.meets_earlier
        is_fresh = False  # whether nothing is remembered of earlier chunks
        while True:
            if wait:
                self.queue.wait_turn(piece)
            wait = True
            try:
                with not_logged(retried=conflicts < RETRIES):
                    self._process(piece, lane)
                    if not self.queue.wait_turn(piece, PATIENCE):
                        raise OutOfTurn
                    self._commit(chunk)
            except OutOfTurn:
                self._let_go(chunk)
            except CONFLICTS as error:
                conflicts += 1
                if conflicts > RETRIES:
                    raise
                self._undo(chunk)
                # What this chunk's transaction made and looked up is gone.
                self.session = None
                self.shelf.forget()
                self._pause(error, conflicts)
            except psycopg2.OperationalError:
                raise
            except (Strangers, psycopg2.Error) as error:
                lane = self._other_way(chunk, lane, error, is_fresh)
                is_fresh = True
            else:
                self.queue.done(piece)
                if lane != self.lane:
                    self.session = None
                return

    def _process(self, piece, lane):
        # Decided before the transaction sees anything: later is too late.
        first = self.queue.is_first(piece)
        if self.import_id:
            # The import's row gets new counters meanwhile; this lock lets rows refer
            # to it all the same.
            self.env.execute_query(
                SQL(
                    "SELECT id FROM retail_import WHERE id = %s FOR KEY SHARE",
                    self.import_id,
                )
            )
        if self.session is None:
            self._open_session(lane)
        self.session.claim = _granted if first else _refuse
        self.session.met = frozenset() if first else piece.met
        self.session.resolved = self.queue.open.set
        piece.chunk.assign(self.session.job)
        self.session.work(piece.chunk)
        self.progress.lane_notes = self.session.lane_notes
        refunds.record_mentions(self.session, piece.chunk)
        self.env.flush_all()

    def _commit(self, chunk):
        self.session.conclude()
        size = self.progress.note(self.book, chunk)
        if self.book is self.progress.record.env:
            self.progress.fold()
        # Not to wait for the disk each time: rows, ledger and place in the file are one
        # transaction, so what a crash of the server may take away is imported again.
        # The commit that ends the import waits, and for all before it.
        self.book.cr.execute("SET LOCAL synchronous_commit TO off")
        self.book.cr.commit()  # pylint: disable=invalid-commit
        self.progress.committed(size)
        self.session.committed()

    def _let_go(self, chunk):
        self._undo(chunk)
        if self.session.parties.has_made:
            self.session = None  # it knows contacts that are gone again

    def _undo(self, chunk):
        self.env.cr.rollback()
        self.env.invalidate_all(flush=False)
        for wave in range(chunk.waves):
            chunk.reopen(wave)

    def _pause(self, error, conflicts):
        """Another transaction was faster: wait a little, go on."""
        _logger.info(
            "Import %s: chunk is tried again after %s",
            self.import_id,
            type(error).__name__,
        )
        time.sleep(min(random.uniform(0.05, 0.2) * 2**conflicts, LONGEST_WAIT))

    def _other_way(self, chunk, lane, error, is_fresh):
        """The lane to try the refused chunk by; raises the error when none is left.

        By the ORM lane the record at fault is found and rejected alone.
        """
        # Strangers may have been the company's when this import met them: look again.
        if is_fresh or not isinstance(error, Strangers):
            if lane == "orm" or not self.session.native_open:
                raise error
            _logger.warning(
                "Import %s: a chunk was refused (%s), the ORM lane takes it",
                self.import_id,
                getattr(error, "pgcode", None) or type(error).__name__,
            )
            lane = "orm"
        self._undo(chunk)
        self.session = None
        return lane


def _granted():
    """The chunk is the earliest one: it may do anything."""


def _refuse():
    raise OutOfTurn


class Crew:
    """Workers side by side, each in a thread with a connection of its own.

    ``fail(number, error)`` takes what kept a worker from its first chunk.
    """

    def __init__(self, env, count, make_worker, fail):
        self.env = env
        self.fail = fail
        self.make_worker = make_worker
        self.cursors = []
        self.threads = [
            threading.Thread(
                target=self._run, args=(number,), name=f"retail-import-{number}"
            )
            for number in range(count)
        ]

    def _run(self, number):
        threading.current_thread().dbname = self.env.cr.dbname
        try:
            with closing(self.env.registry.cursor()) as cr:
                self.cursors.append(cr)
                self.make_worker(self.env(cr=cr)).work(first=number == 0)
        except Exception as error:
            # No connection, or no right to read the channel.
            self.fail(0, error)

    def start(self):
        for thread in self.threads:
            thread.start()

    @property
    def busy(self):
        return any(thread.is_alive() for thread in self.threads)

    def wait(self, seconds):
        """Until all have ended, for at most ``seconds``."""
        until = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(until - time.monotonic(), 0))

    def cancel(self):
        """Interrupt what the server is doing for the workers."""
        for cr in self.cursors:
            if not cr.closed:
                cr._cnx.cancel()

    def join(self):
        for thread in self.threads:
            if thread.ident:
                thread.join()
