# SPDX-License-Identifier: LGPL-3.0-or-later
"""The engine's words for levels of comparison (ra_link_level.c), in the reader's
language."""

import re

NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?: to [0-9]+)?")


def level_name(env, level):
    """``level`` in the language of ``env``; a word the engine has added since stays
    English."""
    numbers = NUMBER.findall(level)
    known = _names(env).get(NUMBER.sub("#", level))
    for number in numbers:
        known = known and known.replace("#", number, 1)
    return known or level


def _names(env):
    return {
        "before looking": env._("before looking"),
        "another field says as much": env._("another field counts instead"),
        "missing": env._("missing"),
        "different": env._("different"),
        "a little alike": env._("a little alike"),
        "alike": env._("alike"),
        "nearly equal": env._("nearly equal"),
        "equal": env._("equal"),
        "exchanged": env._("exchanged"),
        "same beginning": env._("same beginning"),
        "two edits": env._("two characters differ"),
        "one edit": env._("one character differs"),
        "same name, other domain": env._("same name, other domain"),
        "far apart": env._("far apart"),
        "too far apart": env._("too far apart"),
        "within an hour": env._("within an hour"),
        "within # minutes": env._("within # minutes"),
        "within # hours": env._("within # hours"),
        "within # days": env._("within # days"),
        "within # %": env._("within # percent"),
        "over # days": env._("over # days"),
        "over # days before": env._("over # days before"),
        "# days before": env._("# days before"),
        "# day before": env._("# day before"),
        "same day": env._("same day"),
        "# day later": env._("# day later"),
        "# days later": env._("# days later"),
        "little in common": env._("little in common"),
        "some words, in another order": env._("some words, in another order"),
        "many words, in another order": env._("many words, in another order"),
        "most words, in another order": env._("most words, in another order"),
        "some words": env._("some words"),
        "many words": env._("many words"),
        "most words": env._("most words"),
        "one begins the other": env._("one begins the other"),
        "another number of the series": env._("another number of the series"),
        "a number one edit apart": env._("a number, one character differs"),
        "others have this in common": env._("others have this in common"),
        "done again and again": env._("as often as it is seen here"),
    }
