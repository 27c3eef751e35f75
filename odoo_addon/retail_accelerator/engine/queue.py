# SPDX-License-Identifier: LGPL-3.0-or-later
"""The chunks of one file: read ahead, handed out to workers, committed in order.

Workers process chunks side by side, each on its own connection, but a chunk is
committed only when every earlier one is. So what is committed is always a beginning of
the file, as if one worker had done it.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

CHUNK_MEMORY = 12 << 20  # bytes of records after which a chunk ends early
LEAST_MEMORY = 1 << 20  # the same of the smallest chunks
SPREAD = 2.5  # bytes of memory that a byte of a WooCommerce export takes, about


class OutOfTurn(Exception):
    """The chunk needs what only the earliest one may do: it waits, and starts again."""


class Abandoned(Exception):
    """An earlier chunk failed: this one is not to be committed."""


@dataclass
class Piece:
    """A chunk and its place in the order."""

    number: int
    chunk: object
    keys: set = field(repr=False)
    meets_earlier: bool  # an order of this chunk is in a chunk under way, too
    marks: set = field(repr=False)  # of its customers and addresses
    met: frozenset = field(repr=False)  # those that chunks under way have, too


class ChunkQueue:
    """Reads one chunk ahead in a thread, while the server takes the current ones.

    ``stopped`` tells whether no more chunks are wanted. With several ``workers`` the
    first chunk is small, so that all of them soon have work, and so are the last ones
    before ``end``, the file's bytes, so that they end together.
    """

    def __init__(self, job, size, stopped, workers=1, end=0):
        self.job = job
        self.size = size
        self.stopped = stopped
        self.workers = workers
        self.end = end
        self.last = None  # the chunk that ended the file
        self.failure = None  # (number, exception) of the earliest chunk that failed
        self.handed_out = 0
        self.committed = 0
        # Set once more workers than one are of use: they share what the first one makes
        # for the first chunk, and would only keep it from going on.
        self.open = threading.Event()
        # Whether there is surely work for all workers.
        self.is_long = self._left > CHUNK_MEMORY
        self._under_way = {}  # number -> piece
        self._taking = threading.Lock()
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="retail-read")
        self._ahead = self._pool.submit(self._read, LEAST_MEMORY)

    @property
    def _left(self):
        return max(self.end - self.job.offset, 0)

    def _read(self, most=CHUNK_MEMORY):
        memory = CHUNK_MEMORY
        if self.workers > 1:
            share = int(self._left * SPREAD / self.workers / 2)
            memory = min(max(share, LEAST_MEMORY), most)
        return self.job.read(self.size, memory)

    @property
    def finished(self):
        """Whether the whole file is committed."""
        return self.last is not None and self.committed == self.handed_out

    def take(self):
        """The next piece of work; None when there is none, or none is wanted."""
        with self._taking:
            if self._ahead is None or self.failure:
                return None
            if self.handed_out and self.stopped():
                return None
            chunk = self._ahead.result()
            self._ahead = None if chunk.last else self._pool.submit(self._read)
            if chunk.last:
                self.last = chunk
            return self._hand_out(chunk) if chunk.count else None

    def _hand_out(self, chunk):
        # By content, too: a chunk must see the order it may repeat.
        keys = chunk.order_marks()
        marks = chunk.party_marks()
        with self._changed:
            others = self._under_way.values()
            meets = any(not keys.isdisjoint(other.keys) for other in others)
            met = frozenset().union(*(marks & other.marks for other in others))
            piece = Piece(self.handed_out, chunk, keys, meets, marks, met)
            self._under_way[piece.number] = piece
            self.handed_out += 1
        return piece

    # -- the order of commits --

    def is_first(self, piece):
        """Whether every earlier chunk is committed."""
        return self.committed == piece.number

    def wait_turn(self, piece, seconds=None):
        """Wait until every earlier chunk is committed; False when time ran out."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: self.is_first(piece) or self._is_abandoned(piece), seconds
            )
            if self._is_abandoned(piece):
                raise Abandoned
        return came

    def _is_abandoned(self, piece):
        return self.failure is not None and self.failure[0] < piece.number

    def done(self, piece):
        """The piece is committed."""
        with self._changed:
            del self._under_way[piece.number]
            self.committed += 1
            self._changed.notify_all()
        self.open.set()

    def fail(self, number, error):
        """Nothing from this chunk on will be committed."""
        with self._changed:
            if self.failure is None or number < self.failure[0]:
                self.failure = (number, error)
            self._changed.notify_all()
        self.open.set()

    def close(self):
        """Wait for the thread: the job must not be read any more."""
        self._pool.shutdown(wait=True, cancel_futures=True)
