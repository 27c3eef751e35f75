# SPDX-License-Identifier: LGPL-3.0-or-later
"""Errors that say another transaction was faster: the chunk is simply tried again.
And those that say a record is at fault.
"""

import logging
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg2.errors

from odoo.exceptions import AccessError, UserError, ValidationError

CONFLICTS = (
    psycopg2.errors.UniqueViolation,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.ForeignKeyViolation,
)
# What one bad record may raise in Odoo; anything else is a fault of the whole chunk.
RECORD_ERRORS = (UserError, ValidationError, AccessError, ValueError)
# What the database refuses for the row's own sake: a check, a value too long.
REFUSED_ROWS = (
    psycopg2.errors.CheckViolation,
    psycopg2.errors.NotNullViolation,
    psycopg2.errors.RaiseException,
    psycopg2.errors.DataError,
)
_retried = ContextVar("retail_conflicts_are_retried", default=False)


@contextmanager
def not_logged(retried=True):
    """Odoo's cursor logs no conflict of this thread, if it is ``retried``."""
    token = _retried.set(retried)
    try:
        yield
    finally:
        _retried.reset(token)


def _worth_logging(record):
    """Whether a record of Odoo's cursor is anything but a conflict to be retried."""
    error = record.args[-1] if isinstance(record.args, tuple) and record.args else None
    return not (_retried.get() and isinstance(error, CONFLICTS))


# The statements are the ORM's, so ``log_exceptions=False`` cannot be passed to them.
logging.getLogger("odoo.sql_db").addFilter(_worth_logging)
