# SPDX-License-Identifier: LGPL-3.0-or-later
"""That one worker alone has a piece of work, for longer than a transaction."""

from contextlib import contextmanager

from odoo.tools import SQL


@contextmanager
def lease(env, room, number):
    """Yield whether this worker alone has ``number`` of ``room`` (two integers).

    The lock belongs to the database connection: it survives the commits of a run, and
    is gone at once when the worker dies.
    """
    [(taken,)] = env.execute_query(
        SQL("SELECT pg_try_advisory_lock(%s, %s)", room, number)
    )
    try:
        yield taken
    except BaseException:
        # A spoilt transaction could not release the lock.
        env.cr.rollback()
        raise
    finally:
        if taken:
            env.execute_query(SQL("SELECT pg_advisory_unlock(%s, %s)", room, number))
