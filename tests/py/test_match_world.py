# SPDX-License-Identifier: LGPL-3.0-or-later
"""Worlds with known truth: how often the matcher is right, and how much it finds."""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import retail_accelerator_native as native

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "generate"))
from settlement_world import HEAVY, TWINS, USUAL, world

TAKING = {"capture", "refund", "chargeback", "chargeback_reversal"}


def judge(made):
    """The result, Counter of (level, is right) per event, and the share found."""
    matcher = native.Matcher(made.rows)
    matcher.add_items(list(made.items.values()))
    result = matcher.match()
    found = {}
    for event, item_id, kind, level, amount, _score, _evidence in result.links:
        found.setdefault(event, (level, {}))[1][kind, item_id] = amount
    counts = Counter()
    wanted = 0
    for event, truth in enumerate(made.truth):
        wanted += bool(truth)
        if event in found:
            level, links = found[event]
            counts[level, links == truth] += 1
    right = sum(count for (_level, is_right), count in counts.items() if is_right)
    return result, counts, right / wanted


def precision(counts, *levels):
    right = sum(counts[level, True] for level in levels)
    return right / max(1, right + sum(counts[level, False] for level in levels))


@pytest.mark.parametrize("seed", range(1, 9))
def test_usual_noise_all_certain_levels_right_and_99_percent_found(seed):
    _result, counts, recall = judge(world(seed, 3000))
    assert precision(counts, "id", "reference") == 1
    assert precision(counts, "amount") >= 0.999
    assert precision(counts, "group") == 1
    assert recall >= 0.99
    assert all(
        counts[level, True] > 5 for level in ("id", "reference", "amount", "group")
    )


@pytest.mark.parametrize("seed", range(101, 105))
@pytest.mark.parametrize(
    "noise",
    [
        HEAVY,
        replace(USUAL, known_id=0.0),
        replace(USUAL, missing=0.5),
        replace(USUAL, late=0.3),
    ],
    ids=["heavy", "no ids", "no references", "many late"],
)
def test_more_noise_finds_less_but_stays_right(seed, noise):
    _result, counts, recall = judge(world(seed, 2000, noise))
    assert precision(counts, "id", "reference") == 1
    assert precision(counts, "amount", "group") >= 0.999
    assert recall >= 0.6


@pytest.mark.parametrize("seed", range(201, 207))
def test_equal_amounts_days_and_names_are_not_guessed(seed):
    made = world(seed, 400, TWINS)
    result, counts, _recall = judge(made)
    assert precision(counts, "id", "reference") == 1
    assert counts["amount", False] + counts["group", False] == 0
    waiting = {
        event for event, reason in result.exceptions if reason == "several_candidates"
    }
    assert waiting and waiting <= {proposal[0] for proposal in result.proposals}


def test_without_references_no_link_is_wrong_in_ten_thousand():
    wrong = right = 0
    for seed in range(301, 306):
        noise = replace(USUAL, missing=1.0, known_id=0.0, nameless=0.0)
        _result, counts, _recall = judge(world(seed, 4000, noise))
        wrong += counts["amount", False] + counts["group", False]
        right += counts["amount", True] + counts["group", True]
    assert right > 5000
    assert wrong / (wrong + right) <= 0.001


def test_where_rows_name_nobody_no_amount_is_wrong_in_a_thousand():
    counts = Counter()
    for seed in range(401, 411):
        noise = replace(USUAL, nameless=1.0, missing=0.3)
        _result, found, recall = judge(world(seed, 2000, noise))
        assert recall >= 0.87
        counts += found
    assert precision(counts, "id", "reference") == 1
    assert counts["amount", True] > 400
    assert precision(counts, "amount", "group") >= 0.999


def test_rows_before_their_orders_are_found_when_the_orders_came():
    made = world(7, 1000, replace(USUAL, late=0.2))
    early = [event for event, truth in enumerate(made.truth) if not truth]
    result, _counts, _recall = judge(made)
    reasons = dict(result.exceptions)
    late = [at for at in early if reasons.get(at) == "not_found_yet"]
    assert len(late) > 50
    orders = [
        (
            at,
            1,
            20_454,
            row["paid_currency"],
            row["paid"],
            None,
            None,
            None,
            [],
            [row["order"]],
        )
        if "paid" in row
        else (at, 1, 20_454, "EUR", row["gross"], None, None, None, [], [row["order"]])
        for at, row in ((at, made.rows[at]) for at in late)
        if row["kind"] == "capture" and row["order"]
    ]
    matcher = native.Matcher([made.rows[order[0]] for order in orders])
    matcher.add_items(orders)
    linked = {
        (orders[event][0], item_id) for event, item_id, *_ in matcher.match().links
    }
    assert linked == {(order[0], order[0]) for order in orders}


def test_the_same_world_gives_the_same_result():
    first, second = (judge(world(11, 500))[0] for _ in range(2))
    assert first == second
