# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two transactions at once on one database."""

import threading
from contextlib import contextmanager
from functools import partial

import psycopg2
import pytest
from support import ADMIN

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import retrying

WAIT = 30  # seconds


@contextmanager
def transaction(database):
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, ADMIN, {})


def meet(database, first, second):
    """``second`` begins before ``first`` commits; how often it was tried."""
    tries = []

    def counted(env):
        tries.append(1)
        return second(env)

    def beside():
        try:
            with transaction(database) as env:
                # The snapshot is taken before the first one commits.
                env.cr.execute("SELECT count(*) FROM account_move_line")
                begun.set()
                retrying(partial(counted, env), env)
        except Exception as error:  # for the test to see
            errors.append(error)

    errors, begun = [], threading.Event()
    thread = threading.Thread(target=beside)
    with transaction(database) as env:
        first(env)
        env.flush_all()
        thread.start()
        assert begun.wait(WAIT)
        wait_until_it_waits(database, thread)
        env.cr.commit()
    thread.join(WAIT)
    assert not thread.is_alive()
    if errors:
        raise errors[0]
    return len(tries)


def wait_until_it_waits(database, thread):
    """Until the second transaction waits for the first, or is done."""
    with psycopg2.connect(dbname=database) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for _ in range(WAIT * 20):
                cursor.execute(
                    """SELECT count(*) FROM pg_stat_activity
                        WHERE datname = %s AND wait_event_type = 'Lock'""",
                    [database],
                )
                if cursor.fetchone()[0] or not thread.is_alive():
                    return
                thread.join(0.05)
    pytest.fail("the second transaction neither waits nor ends")
