# SPDX-License-Identifier: LGPL-3.0-or-later
"""Work that is held up at a chosen place, and what may die there."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds a busy machine may take to restart the server
WAITING = """
SELECT pid FROM pg_stat_activity
 WHERE datname = '{}' AND backend_type = 'client backend' AND wait_event_type = 'Lock'
"""


def run(*command, check=True, **options):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, **options
    )
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def query(database, sql):
    return run(ROOT / "tools/env", "psql", "-XAtq", "-d", database, "-c", sql).stdout


def drop(name):
    run(ROOT / "tools/db", "drop", name)


def make_safe(name):
    """A database cloned from a template trusts the sequences' logged reserve of the
    template; until a checkpoint, a crash would hand out numbers twice."""
    query(name, "CHECKPOINT")


def prepared(name, *template):
    """A new clone that may crash; of ``template``, or of the tests' own."""
    drop(name)
    run(ROOT / "tools/db", "clone", name, *template)
    make_safe(name)
    return name


@contextmanager
def template_of(name, generator, *options):
    """A database that a script of tests/generate has filled, to be cloned."""
    drop(name)
    run(ROOT / "tools/db", "clone", name)
    script = ROOT / "tests/generate" / generator
    run(ROOT / "tools/env", "/usr/bin/python3", script, "-d", name, *options)
    yield name
    drop(name)


def start(command):
    """The command in a process group of its own, which can be killed as a whole."""
    return subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextmanager
def held(database, statement):
    """Whoever needs what the statement locks waits."""
    holder = subprocess.Popen(
        [str(ROOT / "tools/env"), "psql", "-XAtq", "-d", database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    holder.stdin.write(f"BEGIN; {statement}; SELECT 'held';\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate(timeout=60)


def waiting(process, database):
    """The server process of the work, once it waits."""
    while process.poll() is None:
        pids = query(database, WAITING.format(database)).split()
        if pids:
            return int(pids[0])
        time.sleep(0.05)
    raise AssertionError("the work ended without waiting")


def killed_while(command, database, statement, kill):
    """Kill the command's work when it waits for what the statement holds."""
    process = start(command)
    with held(database, statement):
        kill(process, waiting(process, database))
        assert process.wait(timeout=120) != 0


def kill_worker(process, _backend):
    os.killpg(process.pid, signal.SIGKILL)


def kill_backend(_process, backend):
    """The server process of the work dies; PostgreSQL restarts itself."""
    os.kill(backend, signal.SIGKILL)
    wait_for_server()


def wait_for_server():
    """Until PostgreSQL has recovered from the loss of one of its processes."""
    time.sleep(3)  # it may not have noticed yet
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        asked = ("psql", "-XAtq", "-d", "postgres", "-c", "SELECT 1")
        if run(ROOT / "tools/env", *asked, check=False).returncode == 0:
            return
        time.sleep(1)
    pytest.fail("PostgreSQL did not come back")
