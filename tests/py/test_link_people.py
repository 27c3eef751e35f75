# SPDX-License-Identifier: LGPL-3.0-or-later
"""Made-up people with families and namesakes: few pairs missed, next to none wrong.

What different people have in common must not make them one, nor mislead the estimation.
"""

import sys
from pathlib import Path

import pytest
import retail_accelerator_native as native

sys.path.insert(0, str(Path(__file__).parents[1] / "generate"))

from linkage import Outcome
from people import FIELDS, Crowd, Setting

NO_NUMBERS = (
    *("given_name", "surname", "address_1", "suburb", "postcode", "state"),
    "date_of_birth",
)
CONTACT = (
    *("given_name", "surname", "address_1", "suburb", "postcode", "phone", "email"),
)
SEED = 20260601
WORLDS = {
    # name: (setting, least precision, least recall)
    "everything": ({}, 0.999, 0.99),
    "families": ({"households": 0.7}, 0.998, 0.99),
    "no numbers": ({"fields": NO_NUMBERS}, 0.99, 0.94),
    "families, no numbers": (
        {"fields": NO_NUMBERS, "households": 0.7},
        *(0.99, 0.88),
    ),
    "contacts": ({"fields": CONTACT}, 0.98, 0.94),
    "one e-mail for a family": (
        {"households": 0.7, "shared_emails": 0.6},
        *(0.99, 0.97),
    ),
    "one e-mail for a family, no numbers": (
        {"fields": CONTACT, "households": 0.5, "shared_emails": 0.6},
        *(0.95, 0.75),
    ),
    "towns without their postcode": ({"are_places_linked": False}, 0.999, 0.99),
    "one town": ({"towns": 1}, 0.999, 0.99),
    "few names": ({"given_names": 50, "surnames": 200}, 0.999, 0.99),
    "many slips": (
        {"slips": 6.0, "per_field": 3, "twins": 0.4, "most": 5},
        *(0.995, 0.96),
    ),
    "many gaps": ({"missing": 0.3}, 0.995, 0.95),
    "hardly any twins": ({"twins": 0.005}, 0.98, 0.98),
}


def outcome(setting):
    crowd = Crowd(setting).gather()
    rows = [tuple(value or None for value in row[1:]) for row in crowd.rows]
    result = native.link("person", setting.fields, rows)
    return Outcome(result, [row[0] for row in crowd.rows], crowd.pairs)


@pytest.mark.parametrize("name", WORLDS)
def test_people_noted_twice_are_found_and_their_neighbours_left_alone(name):
    values, precision, recall = WORLDS[name]
    found = outcome(Setting(rows=10_000, seed=SEED, **values))
    assert found.precision >= precision
    assert found.recall >= recall
    assert found.automatic_precision >= 0.999


def test_addresses_made_of_one_family_name_are_alike_anyway():
    """Also where names stand in one column."""
    rows = [
        ("Koben Kulesza", "1 Elm Lane", "koben.kulesza75@mail.example"),
        ("Kynan Kulesza", "1 Elm Lane", "kynan.kulesza58@mail.example"),
        ("Petra Okafor", "2 Elm Lane", "koben.kulesza58@mail.example"),
    ]
    result = native.link("person", ("name", "address_1", "email"), rows)
    family = {field: bits for field, _level, bits in result.explain(0, 1)}
    strangers = {field: level for field, level, _bits in result.explain(0, 2)}
    assert family["email"] == 0
    assert strangers["email"] not in ("missing", "different")


@pytest.mark.parametrize("households", [0.0, 0.4])
def test_where_nobody_is_noted_twice_nothing_is_found(households):
    setting = Setting(rows=10_000, seed=SEED, twins=0.0, households=households)
    found = outcome(setting)
    assert not found.true
    assert len(found.listed) <= 2


@pytest.mark.parametrize("rows", [10, 30, 100, 300, 1000, 3000])
def test_small_sets_are_enough(rows):
    """Over several sets each, since one small set proves little."""
    wrong = missed = right = 0
    for seed in range(20 if rows <= 100 else 3):
        found = outcome(Setting(rows=rows, seed=SEED + seed, twins=0.3))
        right += len(found.listed & found.true)
        wrong += len(found.listed - found.true)
        missed += len(found.true - found.listed)
    assert wrong <= 0.02 * right
    assert missed <= 0.02 * right


def test_a_set_of_two_notes_of_one_person_is_one_pair():
    rows = [row[1:] for row in _rows(Setting(rows=1, seed=SEED, missing=0.0))]
    result = native.link("person", FIELDS, [rows[0], rows[0]])
    assert [pair[:2] for pair in result.pairs] == [(0, 1)]


def test_the_explanation_says_what_others_have_in_common():
    setting = Setting(rows=3000, seed=SEED, households=0.5)
    rows = [tuple(value or None for value in row[1:]) for row in _rows(setting)]
    result = native.link("person", FIELDS, rows)
    assert result.pairs
    for a, b, weight, _probability in result.pairs:
        reasons = {field: bits for field, _level, bits in result.explain(a, b)}
        assert sum(reasons.values()) == pytest.approx(weight, abs=1e-3)
        assert reasons.get("shared", -1) < 0


def _rows(setting):
    return Crowd(setting).gather().rows


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("share home", "two fields"),
        ("share home x", "two fields"),
        ("share home x shoe", "unknown field"),
        ("share", "a share has a name"),
        ("field mail email made_of=shoe", "fields before it"),
        ("field mail email made_of=", "fields before it"),
        ("all 0", "from 1 to 2000"),
        ("all 2001", "from 1 to 2000"),
    ],
)
def test_a_wrong_share_or_source_is_refused(line, words):
    with pytest.raises(native.Error, match=words):
        native.link_check(f"field x name\nblock x\n{line}\n")
