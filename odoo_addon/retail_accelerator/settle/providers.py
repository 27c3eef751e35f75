# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names of payment providers for people: reports carry the name of their profile."""

import re
from functools import cache

from ..engine import native

TITLE = re.compile(r"^title ([^:\n]+)", re.MULTILINE)


@cache
def _titles():
    """{profile: provider} of the built-in profiles."""
    if not native.available():
        return {}
    found = {}
    for name, text in native.require().settlement_profiles():
        title = TITLE.search(text)
        if title:
            found[name] = title[1].strip()
    return found


def label(profile):
    """``Stripe`` for ``stripe_itemized``, ``Card Report`` for a profile of one's own
    that files know as ``card_report``."""
    return _titles().get(profile) or profile.replace("_", " ").title()
