# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same order by two routes is found; the same basket bought again is not."""

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import retail_accelerator_native as native

sys.path.insert(0, str(Path(__file__).parents[1] / "generate"))

from order_twins import FIELDS, Setting, Shop, link

WORDS = [a + b + c for a in "bdfkl" for b in "aeo" for c in ("rin", "san", "tok")]
DAY = ["anna meyer", "anna@shop.example", "40.00", "HAT SCARF"]


def decoys_of(shop):
    return {frozenset(pair) for pair in shop.decoys}


def test_twins_among_100000_orders_are_found_and_decoys_left_alone():
    outcome, shop = link(native, Setting(orders=100_000, seed=20260501))
    assert len(outcome.true) > 4000
    assert len(decoys_of(shop)) > 3000
    assert outcome.automatic_precision >= 0.999
    assert outcome.recall >= 0.98
    assert len(outcome.taken) > len(outcome.true) / 2
    assert not outcome.listed & decoys_of(shop)


SETTINGS = {
    "few twins": {"twins": 0.02},
    "much edited": {"edited": 0.8, "missing": 0.6},
    "dates only": {"has_time": False},
    "one route": {"same_route": 1.0},
    "few products": {"products": 40},
    "no regulars": {"regulars": 0.0},
    "noted up to six days later": {"longest_hours": 150},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_other_shops_keep_to_the_precision(name):
    values = {"orders": 30_000, "seed": 20260502, **SETTINGS[name]}
    outcome, shop = link(native, Setting(**values))
    assert outcome.automatic_precision >= 0.999
    assert outcome.recall >= 0.98
    assert not outcome.listed & decoys_of(shop)


@pytest.mark.parametrize("days", [(1, 14), (3, 30), (0, 60)])
@pytest.mark.parametrize("has_time", [True, False])
def test_who_buys_the_same_again_within_days_is_not_merged(has_time, days):
    """Second notes come as late as second purchases: some are listed, none taken."""
    setting = Setting(orders=20_000, seed=20260505, decoy_days=days, has_time=has_time)
    outcome, shop = link(native, setting)
    assert outcome.recall >= 0.98
    assert outcome.listed & decoys_of(shop)
    assert not outcome.taken & decoys_of(shop)
    assert len(outcome.taken - outcome.true) <= 1


def test_who_buys_the_same_every_day_is_not_merged():
    outcome, _shop = link(native, Setting(orders=20_000, seed=20260503, regulars=0.2))
    assert outcome.automatic_precision >= 0.999
    assert outcome.recall >= 0.98


def test_a_second_note_written_otherwise_is_told_from_who_buys_every_day():
    """A day after one of many daily orders; written alike it is one more of them."""
    moments = [datetime(2025, 3, 1, 8) + timedelta(days=day) for day in range(30)]
    rows = [(str(moment), *DAY) for moment in moments]
    rows += [
        (str(datetime(2025, 1, 1) + timedelta(hours=7 * number)), *stranger(number))
        for number in range(600)
    ]
    rows += [
        (str(datetime(2025, 1, 1, 0, 30) + timedelta(hours=7 * number)), *again(number))
        for number in range(0, 600, 10)
    ]
    fields = ("date", "customer", "email", "amount", "basket")
    when = str(datetime(2025, 3, 10, 20))
    weights, options = [], {"scores_only": True, "threshold": -100}
    for note in (DAY, ["meyer, anna", None, *DAY[2:]]):
        result = native.link("order", fields, [*rows, (when, *note)], **options)
        found = {pair[:2]: pair[2] for pair in result.pairs}
        weights.append(found[9, len(rows)])
        assert weights[-1] < result.automatic
    assert weights[1] > weights[0] + 1


def stranger(number):
    return [
        f"{WORDS[number % 29]} {WORDS[number % 31]}{WORDS[number // 31]}",
        f"{WORDS[number % 29]}{number}@shop.example",
        f"{11 + number * 0.37:.2f}",
        f"SKU{number * 7 % 97} SKU{number}",
    ]


def again(number):
    """The same sale half an hour later, written otherwise."""
    name, _email, *rest = stranger(number)
    return [", ".join(reversed(name.split())), None, *rest]


def test_a_likely_pair_of_two_groups_is_listed_for_review():
    """Which of two purchases was noted twice is open: each likely one is listed."""
    shop = Shop(Setting(orders=20_000, seed=1, regulars=0.2)).open()
    rows = [tuple(row[at] or None for at in FIELDS.values()) for row in shop.rows]
    result = native.link("order", tuple(FIELDS), rows)
    group = result.clusters
    apart = [pair for pair in result.pairs if group[pair[0]] != group[pair[1]]]
    assert apart
    assert all(result.review <= pair[2] < result.automatic for pair in apart)


def test_a_basket_that_begins_another_is_not_the_same():
    outcome, shop = link(native, Setting(orders=30_000, seed=1, products=40))
    baskets = {row[0]: row[FIELDS["basket"]] for row in shop.rows}
    begun = []
    for pair in outcome.listed - outcome.true:
        short, long = sorted((baskets[reference] for reference in pair), key=len)
        begun += [pair] * (short != long and long.startswith(short))
    assert not begun


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
    shop = Shop(Setting(orders=2000, seed=20260504)).open()
    rows = [tuple(row[at] or None for at in FIELDS.values()) for row in shop.rows]
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


def test_lines_in_another_order_are_the_same_basket_and_one_line_more_is_not():
    pick = random.Random(20261128)
    rows = []
    for number in range(400):
        lines = " ".join(
            f"{pick.randrange(1, 4)}x{pick.getrandbits(20)}" for _line in "abc"
        )
        rows.append((f"buyer {number}", f"2025-01-{number % 28 + 1:02}", lines))
    customer, day, lines = rows[0]
    first, *rest = lines.split()
    rows.append((customer, day, " ".join((*rest, first))))
    rows.append((customer, day, " ".join((*rest, "1x77", first, "2x88", "1x99"))))
    found = native.link("order", ("customer", "date", "basket"), rows)

    def basket(other):
        return {name: level for name, level, _bits in found.explain(0, other)}["basket"]

    assert basket(400) == "most words, in another order"
    assert basket(401) == "little in common"
