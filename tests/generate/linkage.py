# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the makers of people and of orders with second notes have in common."""

import argparse
import csv
from dataclasses import MISSING, fields


class Outcome:
    """Pairs of ids that a linkage listed and took, beside the true ones."""

    def __init__(self, result, ids, true):
        self.true = {frozenset(pair) for pair in true}
        self.listed, self.taken = set(), set()
        for a, b, weight, _probability in result.pairs:
            pair = frozenset((ids[a], ids[b]))
            self.listed.add(pair)
            if weight >= result.automatic:
                self.taken.add(pair)

    @property
    def precision(self):
        """Of the pairs listed."""
        return len(self.listed & self.true) / len(self.listed)

    @property
    def recall(self):
        """Of the true pairs, by those listed."""
        return len(self.listed & self.true) / len(self.true)

    @property
    def automatic_precision(self):
        """Of the pairs that need nobody's eye."""
        return len(self.taken & self.true) / len(self.taken)


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])


def add_setting(parser, item):
    """An option for one field of a setting: a number, yes or no, or a list."""
    name = f"--{item.name.replace('_', '-')}"
    is_required = item.default is MISSING
    if item.type is bool:
        parser.add_argument(name, action=argparse.BooleanOptionalAction)
    elif item.type is tuple:
        kind = type(item.default[0])
        parser.add_argument(name, type=lambda text: tuple(map(kind, text.split(","))))
    else:
        parser.add_argument(name, type=item.type, required=is_required)


def run(description, setting_class, make):
    """`make(setting)` gives header, rows and pairs; the arguments say which setting."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for item in fields(setting_class):
        add_setting(parser, item)
    parser.add_argument("--out", required=True)
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    names = [item.name for item in fields(setting_class)]
    given = {name: getattr(args, name) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    header, rows, pairs = make(setting_class(**given))
    write(args.out, header, rows)
    write(args.truth, ("id_a", "id_b"), pairs)
