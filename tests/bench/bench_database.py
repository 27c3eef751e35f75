# SPDX-License-Identifier: LGPL-3.0-or-later
"""Copies of one prepared database, each measured from rest."""

import os
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "ra_bench_"
QUIET_LOAD = 0.15  # share of all cores that other work may take before a run
PATIENCE = float(os.environ.get("RA_BENCH_PATIENCE", 60))  # seconds to wait for that


def tool(name, *arguments):
    """Run one of the project's tools; its messages only when it fails."""
    done = subprocess.run(
        [ROOT / "tools" / name, *arguments], capture_output=True, text=True
    )
    if done.returncode:
        command = " ".join(map(str, (name, *arguments)))
        raise RuntimeError(f"{command}: {done.stdout}\n{done.stderr}")
    return done.stdout


def connect(name, **options):
    """A plain connection; host, port and user come from the environment."""
    connection = psycopg2.connect(dbname=PREFIX + name, **options)
    connection.autocommit = True
    return connection


def execute(name, *statements, **parameters):
    """Run statements; the rows of the last one."""
    with closing(connect(name)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def clone(name, template):
    drop(name)
    tool("db", "clone", PREFIX + name, PREFIX + template)


def drop(name):
    tool("db", "drop", PREFIX + name)


def settle(name):
    """Statistics and hint bits as after a night; for a database that gets cloned."""
    execute(name, "VACUUM (ANALYZE)", "CHECKPOINT")


def rest(name):
    """No dirty pages from earlier runs, and the machine idle."""
    execute(name, "CHECKPOINT")
    os.sync()
    return wait_for_quiet()


def wait_for_quiet():
    """Wait until other programs leave the processors alone; their share at last."""
    until = time.monotonic() + PATIENCE
    while True:
        busy = _busy_share(0.5)
        if busy <= QUIET_LOAD or time.monotonic() > until:
            return busy


def _busy_share(seconds):
    before = _cpu_times()
    time.sleep(seconds)
    spent = [late - early for late, early in zip(_cpu_times(), before, strict=True)]
    idle = spent[3] + spent[4]
    return 1 - idle / max(sum(spent), 1)


def _cpu_times():
    with open("/proc/stat") as handle:
        return [int(value) for value in handle.readline().split()[1:9]]
