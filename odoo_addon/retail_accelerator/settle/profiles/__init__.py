# SPDX-License-Identifier: LGPL-3.0-or-later
"""Profiles of reports as an accountant edits them: columns, words and settings instead
of the engine's text. Nothing here knows Odoo or the engine.

    text ─> take_apart ─> Mapping ─> compose ─> text
    sample ─> table_of ─> guess ─> Mapping
"""

from .guess import guess, guess_kind
from .mapping import FIELDS, Column, Mapping, Word, compose, slug, take_apart
from .sample import Table, table_of
from .zones import nearest_zones, unknown_zone

__all__ = [
    "FIELDS",
    "Column",
    "Mapping",
    "Table",
    "Word",
    "compose",
    "guess",
    "guess_kind",
    "nearest_zones",
    "slug",
    "table_of",
    "take_apart",
    "unknown_zone",
]
