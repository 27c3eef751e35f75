# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small files, and what the engine takes their columns for."""

import csv

import retail_accelerator_native as native

SEED = 20261126
GIVEN = "anna bruno carla dario elena fabio gerda hugo irene jonas karla luis".split()
FAMILY = "meyer okafor duarte lindqvist moreau petit rossi schulz tanaka weber".split()


def write(path, header, rows, delimiter=","):
    with open(path, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, delimiter=delimiter).writerows([header, *rows])
    return str(path)


def fields_of(found, other=0):
    _prior, *reasons = found.explain(0, other)
    return {name for name, *_rest in reasons} - {"shared", "habit"}


def guessed(tmp_path, profile, header):
    """The fields of a file of two rows, and the columns that are none."""
    rows = [[f"{at}{row}" for at in range(len(header))] for row in range(2)]
    found = native.link_files(profile, [write(tmp_path / "a.csv", header, rows)])
    return fields_of(found, 1), found.unused
