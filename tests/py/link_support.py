# SPDX-License-Identifier: LGPL-3.0-or-later
"""The linkage driver, and the packages its tests compare with."""

import csv
import importlib
import importlib.util
import itertools
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / ".run/build/tests/driver_link"
REQUIREMENTS = "tests/py/requirements.txt"


def _add_test_packages():
    for folder in sorted((ROOT / ".run/venv/lib").glob("python3*/site-packages")):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))


def find_package(name):
    """Folder of a test package; fails the test with what to do when it is missing."""
    _add_test_packages()
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        pytest.fail(
            f"The Python package {name} is needed for this test: "
            f"install {REQUIREMENTS} into the virtual environment .run/venv."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def import_package(name):
    find_package(name.partition(".")[0])
    return importlib.import_module(name)


def run_driver(*arguments):
    return subprocess.run(
        [DRIVER, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def link(profile, files, out, *options):
    """Pairs as (id, id) and the summary of a run that must succeed."""
    run = run_driver("--profile", profile, *files, "--out", out, "--json", *options)
    assert run.returncode == 0, run.stderr
    with open(out, newline="") as handle:
        rows = list(csv.DictReader(handle))
    return rows, json.loads(run.stdout.splitlines()[-1])


def pairs_of(rows):
    return {frozenset((row["id_a"], row["id_b"])) for row in rows}


def pairs_within(groups):
    return {
        frozenset(pair)
        for group in groups.values()
        for pair in itertools.combinations(group, 2)
    }


def febrl_truth(*files):
    """Pairs by the entity number in the record ids of FEBRL files."""
    groups = defaultdict(list)
    for file in files:
        with open(file, newline="") as handle:
            for row in csv.reader(handle):
                if row and row[0].startswith("rec-"):
                    groups[row[0].split("-")[1]].append(row[0])
    return pairs_within(groups)


def f1(found, true):
    return 2 * len(found & true) / (len(found) + len(true))
