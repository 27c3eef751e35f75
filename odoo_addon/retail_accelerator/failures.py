# SPDX-License-Identifier: LGPL-3.0-or-later
"""What may be told of an unexpected error.

Behind the first line of its message PostgreSQL quotes the row, with what is in it of
people: that line alone is shown and logged.
"""

import traceback


def words(error, otherwise=""):
    """The first line of the error's message; of one without a message ``otherwise``, or
    the name of its class."""
    return str(error).strip().partition("\n")[0] or otherwise or type(error).__name__


def log(logger, error, what, *args):
    """Log that ``what`` (a format of ``args``) failed, why and where."""
    stack = "".join(traceback.format_tb(error.__traceback__))
    reason = f"{type(error).__name__}: {words(error)}"
    logger.error(f"{what}: %s\n%s", *args, reason, stack)
