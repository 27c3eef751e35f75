# SPDX-License-Identifier: LGPL-3.0-or-later
"""How many made-up inputs a property is tried on, and which."""

import os

from hypothesis import settings

TIMES = int(os.environ.get("RA_EXPLORE", "0"))


def tried_on(number):
    """The same ``number`` of inputs in every run, so that a result belongs to a commit.
    With RA_EXPLORE=20 twenty times as many, other ones each time: to look for what
    these miss."""
    return settings(
        max_examples=number * max(TIMES, 1), deadline=None, derandomize=not TIMES
    )
