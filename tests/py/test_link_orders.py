# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same order by two routes is found; the same basket bought again is not."""

import sys
from pathlib import Path

import pytest
import retail_accelerator_native as native

sys.path.insert(0, str(Path(__file__).parents[1] / "generate"))

from order_twins import Setting, Shop

FIELDS = {
    "channel": 1,
    "date": 2,
    "customer": 3,
    "email": 4,
    "phone": 5,
    "address": 6,
    "amount": 7,
    "basket": 8,
}
DAY = ["anna meyer", "anna@shop.example", "40.00", "HAT SCARF"]


class Outcome:
    """Pairs of references: what is true, what was taken, what was listed."""

    def __init__(self, setting):
        shop = Shop(setting).open()
        rows = [tuple(row[at] or None for at in FIELDS.values()) for row in shop.rows]
        result = native.link("order", tuple(FIELDS), rows)
        self.true = {frozenset(pair) for pair in shop.twins}
        self.decoys = {frozenset(pair) for pair in shop.decoys}
        self.listed, self.taken = set(), set()
        for a, b, weight, _probability in result.pairs:
            pair = frozenset((shop.rows[a][0], shop.rows[b][0]))
            self.listed.add(pair)
            if weight >= result.automatic:
                self.taken.add(pair)

    @property
    def precision(self):
        return len(self.taken & self.true) / len(self.taken)

    @property
    def recall(self):
        return len(self.listed & self.true) / len(self.true)


def test_twins_among_100000_orders_are_found_and_decoys_left_alone():
    outcome = Outcome(Setting(orders=100_000, seed=20260501))
    assert len(outcome.true) > 4000
    assert len(outcome.decoys) > 3000
    assert outcome.precision >= 0.999
    assert outcome.recall >= 0.98
    assert len(outcome.taken) > len(outcome.true) / 2
    assert not outcome.listed & outcome.decoys


SETTINGS = {
    "few twins": {"twins": 0.02},
    "much edited": {"edited": 0.8, "missing": 0.6},
    "dates only": {"has_time": False},
    "one route": {"same_route": 1.0},
    "few products": {"products": 40},
    "no regulars": {"regulars": 0.0},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_other_shops_keep_to_the_precision(name):
    values = {"orders": 30_000, "seed": 20260502, **SETTINGS[name]}
    outcome = Outcome(Setting(**values))
    assert outcome.precision >= 0.998
    assert outcome.recall >= 0.95
    assert not outcome.listed & outcome.decoys


def test_who_buys_the_same_every_day_is_not_merged():
    outcome = Outcome(Setting(orders=20_000, seed=20260503, regulars=0.2))
    assert outcome.precision >= 0.998


@pytest.mark.parametrize(
    ("first", "second", "is_listed"),
    [
        ("2025-03-04 10:00", "2025-03-04 10:20", True),
        ("2025-03-04T10:00:00Z", "2025-03-04T11:00:00+01:00", True),
        ("2025-03-04 23:59:00", "2025-03-05 00:01", True),
        ("2025-03-04 10:00", "2025-03-11 09:59", True),
        ("2025-03-04 10:00", "2025-03-11 10:01", False),
        ("2025-03-04", "2025-04-20", False),
    ],
)
def test_the_limit_of_the_profile_is_kept(first, second, is_listed):
    rows = [(first, *DAY), (second, *DAY)]
    fields = ("date", "customer", "email", "amount", "basket")
    result = native.link("order", fields, rows, threshold=-100)
    assert bool(result.pairs) == is_listed


def test_fields_of_a_group_count_once():
    outcome = Shop(Setting(orders=2000, seed=20260504)).open()
    rows = [tuple(row[at] or None for at in FIELDS.values()) for row in outcome.rows]
    result = native.link("order", tuple(FIELDS), rows)
    assert result.pairs
    for a, b, weight, _probability in result.pairs:
        reasons = result.explain(a, b)
        assert sum(bits for *_names, bits in reasons) == pytest.approx(weight, abs=1e-3)
        bits = {field: value for field, _level, value in reasons}
        assert sum(bits[name] != 0 for name in ("customer", "email", "phone")) <= 1
        assert sum(bits[name] != 0 for name in ("amount", "basket")) <= 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("field when time", "limit="),
        ("field when time limit=0", "from 1 to 9999"),
        ("field who name limit=3", "limit="),
        ("field who name group=", "group has a name"),
        ("review 100", "from 1 to 99"),
        ("field a time limit=1\nfield b time limit=1", "at most one"),
    ],
)
def test_a_wrong_limit_or_group_is_refused(line, words):
    with pytest.raises(native.Error, match=words):
        native.link_check(f"field x name\nblock x\n{line}\n")
