# SPDX-License-Identifier: LGPL-3.0-or-later
"""The text of a profile and its parts; csrc/read/ra_settle_profile.h tells the text."""

import re
from dataclasses import dataclass, field

TEXTS = (
    *("type", "match", "payout", "transaction", "parent", "order", "invoice"),
    *("checkout", "party", "email", "description", "currency", "paid_currency"),
    *("rate", "date", "time", "zone", "available"),
)
AMOUNTS = ("gross", "fee", "fee_tax", "net", "paid", "declared", "tax_inside")
FIELDS = (*TEXTS, *AMOUNTS)
NAME_MAX = 63


@dataclass
class Column:
    """``name`` may be alternatives, "A | B"; without ``field`` it is kept as it is."""

    name: str
    field: str = ""
    invert: bool = False
    required: bool = False


@dataclass
class Word:
    """Rows whose type is like ``pattern``; ``*`` is any text."""

    pattern: str
    kind: str


@dataclass
class Mapping:
    name: str = ""
    title: str = ""
    columns: list = field(default_factory=list)
    words: list = field(default_factory=list)
    decimal_sign: str = "point"
    day_order: str = ""
    zone: str = ""
    currency: str = ""
    empty_text: str = ""
    minor_units: bool = False
    proved: bool = True
    fees_any: bool = False
    others: list = field(default_factory=list)  # statements of no field here


def slug(name):
    """A profile's name as the engine takes it: letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:NAME_MAX] or "profile"


def take_apart(text):
    """The Mapping of a profile's text; what it has no field for is in ``others``."""
    mapping = Mapping()
    needs = []
    for line in text.splitlines():
        line = line.strip()
        if line:
            _take(mapping, needs, *_words(line), line)
    for names in needs:
        column = next((c for c in mapping.columns if c.name == names), None)
        if column is None:
            column = Column(names)
            mapping.columns.append(column)
        column.required = True
    return mapping


def _words(line):
    word, _blank, rest = line.partition(" ")
    return word, rest.strip()


SETTINGS = {
    "profile": "name",
    "title": "title",
    "zone": "zone",
    "currency": "currency",
    "empty": "empty_text",
}


def _take(mapping, needs, word, rest, line):
    if word in SETTINGS:
        setattr(mapping, SETTINGS[word], rest)
    elif word == "need":
        needs.append(rest)
    elif word in ("text", "add", "sub"):
        name, columns = _words(rest)
        mapping.columns.append(Column(columns, name, word == "sub"))
    elif word == "kind":
        kind, pattern = _words(rest)
        mapping.words.append(Word(pattern, kind))
    elif word == "decimal":
        mapping.decimal_sign = rest
    elif word == "days":
        mapping.day_order = rest
    elif line == "units minor":
        mapping.minor_units = True
    elif line == "proof none":
        mapping.proved = False
    elif line == "fees any":
        mapping.fees_any = True
    else:
        mapping.others.append(line)


def compose(mapping):
    """The profile's text."""
    lines = [f"profile {slug(mapping.name)}"]
    lines += [f"title {mapping.title}"] if mapping.title else []
    lines += [f"need {column.name}" for column in mapping.columns if column.required]
    lines += _settings(mapping)
    for column in mapping.columns:
        if column.field in AMOUNTS:
            lines.append(
                f"{'sub' if column.invert else 'add'} {column.field} {column.name}"
            )
        elif column.field:
            lines.append(f"text {column.field} {column.name}")
    lines += [f"kind {word.kind} {word.pattern}" for word in mapping.words]
    lines += mapping.others
    return "\n".join(lines) + "\n"


def _settings(mapping):
    pairs = (
        ("decimal", mapping.decimal_sign if mapping.decimal_sign != "point" else ""),
        ("days", mapping.day_order),
        ("zone", mapping.zone),
        ("currency", mapping.currency),
        ("empty", mapping.empty_text),
        ("units", "minor" if mapping.minor_units else ""),
        ("proof", "" if mapping.proved else "none"),
        ("fees", "any" if mapping.fees_any else ""),
    )
    return [f"{word} {value}" for word, value in pairs if value]
