# SPDX-License-Identifier: LGPL-3.0-or-later
"""The import under test, by the very command an administrator types."""

import argparse
import time
from collections import defaultdict
from dataclasses import replace

from odoo.addons.retail_accelerator.command import import_orders
from odoo.addons.retail_accelerator.engine import (
    duplicates,
    progress,
    queue,
    session,
    worker,
)

CALLS = (
    "identities",
    "set_known",
    "price",
    "route",
    "select",
    "write",
    "write_ledger",
    "results",
    "summary",
)


def prepare(env, channel, args):
    """A function that imports the file and returns its counts."""
    env["ir.config_parameter"].set_param(
        "retail_accelerator.constraint_mode",
        "validated" if args.way == "validated" else "triggers",
    )
    command = argparse.Namespace(
        channel=channel, lane="native", dry_run=False, refunds=None, files=[args.file]
    )
    if args.no_duplicates:
        duplicates.DuplicateCheck.hold = lambda *_arguments: None
    parts = profile() if args.profile else {}

    def run():
        result = import_orders.run(env, command)
        if result.get("error") or result["lanes"]["native"] != result["read"]:
            raise RuntimeError(f"not all orders took the native lane: {result}")
        return {"orders": result["created"], "parts": dict(parts)}

    return run


def profile():
    """Wall and processor seconds of the parts of a chunk, filled during the run."""
    parts = defaultdict(float)
    for owner, name in (
        (worker.Worker, "_process"),
        (worker.Worker, "_commit"),
        (progress.Progress, "note"),
        (progress.Progress, "fold"),
        (queue.ChunkQueue, "wait_turn"),
        (session.Session, "__init__"),
        (session.Session, "work"),
        (session.Session, "_resolve"),
        (session.Session, "_native_wave"),
        (duplicates.DuplicateCheck, "hold"),
        (duplicates.DuplicateCheck, "_in_ledger"),
        (duplicates.DuplicateCheck, "_judge"),
        (duplicates.DuplicateCheck, "conclude"),
    ):
        setattr(owner, name, _timed(parts, name, getattr(owner, name)))
    take = _timed(parts, "wait for the reader", queue.ChunkQueue.take)

    def timed_take(of):
        piece = take(of)
        return piece and replace(piece, chunk=TimedChunk(piece.chunk, parts))

    queue.ChunkQueue.take = timed_take
    known = session.ledger.known
    session.ledger.known = _timed(parts, "ledger.known", known)
    return parts


def _timed(parts, name, function):
    def timed(*args, **kwargs):
        wall, processor = time.perf_counter(), time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            parts[name] += time.perf_counter() - wall
            parts[f"{name} (cpu)"] += time.thread_time() - processor

    return timed


class TimedChunk:
    """A chunk whose calls into C are timed."""

    def __init__(self, chunk, parts):
        self._chunk = chunk
        self._parts = parts

    def __getattr__(self, name):
        value = getattr(self._chunk, name)
        if name in CALLS:
            value = _timed(self._parts, f"chunk.{name}", value)
        return value
