# SPDX-License-Identifier: LGPL-3.0-or-later
"""Time zones by their names in the tz database: region and town.

The engine also knows towns and abbreviations alone, as rows of reports have them. A
profile is not to say those: "CET" is winter time for good, and a town may be anywhere.
"""

import re
import unicodedata
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

UTC = "UTC"
NEAR = 0.8  # as difflib measures it: of ten letters two are wrong
SHORT = 4  # letters of abbreviations, which are like too much
SHOWN = 3


@cache
def _names():
    named = (name for name in available_timezones() if "/" in name)
    return frozenset(name for name in named if not name.startswith("Etc/")) | {UTC}


def unknown_zone(text):
    """The time zone that a profile's text names though there is none of that name; an
    empty text when it names none, or one there is."""
    for line in text.splitlines():
        word, _blank, name = line.strip().replace("\t", " ").partition(" ")
        if word == "zone" and name.strip() not in _names():
            return name.strip()
    return ""


def nearest_zones(name):
    """Names of time zones that may be meant: those of that town, else of towns spelled
    alike, the likeliest first."""
    towns = {}
    for zone in sorted(_names()):
        towns.setdefault(_town(zone), []).append(zone)
    town = _town(name)
    alike = [town] if town in towns else []
    if not alike and len(town) > SHORT:
        alike = get_close_matches(town, towns, SHOWN, NEAR)
    return [zone for one in alike for zone in towns[one]][:SHOWN]


def _town(name):
    """The last part of a zone's name, in plain letters."""
    plain = unicodedata.normalize("NFKD", name.rpartition("/")[2])
    return re.sub(r"[^a-z0-9]", "", plain.lower())
