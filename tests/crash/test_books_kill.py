# SPDX-License-Identifier: LGPL-3.0-or-later
"""kill -9 of a worker that books a payout, or of its server backend, then go on.

The moments are seeded: before one of the statements of posting or of reconciling. Run
again, the books must be those of a clean run. ``RA_SEED`` reproduces the moments.
"""

import os
import random
import signal
import sys
from pathlib import Path

import psycopg2
import pytest
from crash_support import wait_for_server

import odoo
from odoo import api, sql_db
from odoo.modules.registry import Registry

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parity"))
from books_database import (
    ADMIN,
    copied_database,
    forget,
    prepared_database,
    tool,
)
from books_jobs import book_payout, reconcile
from books_state import balanced, books_state

SEED = int(os.environ.get("RA_SEED", "19"))
PREPARED, DATABASE = "ra_crash_books", "ra_crash_books_work"
KILLS = {"worker": 6, "backend": 3}
DONE, FAILED = 0, 3


def work(env):
    """All that is to be done, with a commit between posting and matching."""
    book_payout(env)
    env.cr.commit()
    reconcile(env)
    env.cr.commit()


@pytest.fixture(scope="module")
def prepared():
    with prepared_database(PREPARED) as name:
        yield name


@pytest.fixture
def database(prepared):
    with copied_database(DATABASE, prepared) as name:
        # Sequences of a clone are safe after a crash only once a checkpoint has been.
        query("CHECKPOINT")
        yield name


def query(sql):
    with psycopg2.connect(dbname=DATABASE) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def clean_state():
    """The books after a clean run, and the number of its statements."""
    count = [0]
    execute = sql_db.Cursor.execute

    def counted(cursor, *args, **kwargs):
        count[0] += 1
        return execute(cursor, *args, **kwargs)

    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, ADMIN, {})
        sql_db.Cursor.execute = counted
        try:
            work(env)
        finally:
            sql_db.Cursor.execute = execute
        state = books_state(cr)
    return state, count[0]


def run_and_kill(registry, victim, number):
    """Do the work in a process of its own, which is killed before a statement.

    Returns its exit code, negative when it was killed.
    """
    odoo.sql_db.close_all()
    process = os.fork()
    if process == 0:
        try:
            doomed(registry, victim, number)
        finally:
            os._exit(FAILED)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def doomed(registry, victim, number):
    left = [number]
    execute = sql_db.Cursor.execute

    def counted(cursor, *args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            own = os.getpid()
            backend = cursor._cnx.info.backend_pid
            os.kill(own if victim == "worker" else backend, signal.SIGKILL)
        return execute(cursor, *args, **kwargs)

    with registry.cursor() as cr:
        env = api.Environment(cr, ADMIN, {})
        sql_db.Cursor.execute = counted
        work(env)
    os._exit(DONE)


@pytest.mark.parametrize("victim", KILLS)
def test_books_after_kills_are_those_of_a_clean_run(prepared, database, victim):
    clean, count = clean_state()
    forget(DATABASE)
    chooser = random.Random(f"{SEED}-{victim}")
    killed = 0
    tool("drop", DATABASE)
    tool("clone", DATABASE, prepared)
    query("CHECKPOINT")
    registry = Registry(DATABASE)
    for attempt in range(KILLS[victim]):
        # Of each share of the run one moment; what is done is not done again.
        share = (attempt + chooser.random()) / KILLS[victim]
        code = run_and_kill(registry, victim, max(1, int(count * share)))
        killed += code == (-signal.SIGKILL if victim == "worker" else FAILED)
        if victim == "backend":
            wait_for_server()
        with registry.cursor() as cr:
            assert balanced(cr), f"seed {SEED}"
    with registry.cursor() as cr:
        work(api.Environment(cr, ADMIN, {}))
        assert killed >= 2, f"seed {SEED}: nothing was killed"
        assert books_state(cr) == clean, f"seed {SEED}"
