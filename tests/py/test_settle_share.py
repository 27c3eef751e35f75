# SPDX-License-Identifier: LGPL-3.0-or-later
"""How an amount is split in proportion: to the last unit, whatever the signs."""

from fractions import Fraction
from itertools import pairwise

import pytest
from examples import tried_on
from hypothesis import given
from hypothesis import strategies as st
from settle_files import entry

TOTALS = st.integers(-(10**12), 10**12)
# Small ones make equal remainders and sums of nothing, which large ones seldom do.
WEIGHTS = st.lists(
    st.integers(-9, 9) | st.integers(-(10**9), 10**9), min_size=1, max_size=12
)


@tried_on(2000)
@given(TOTALS, WEIGHTS)
def test_parts_of_any_signs_are_the_total_and_none_is_a_unit_off(total, weights):
    parts = entry.share(total, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == total
    base = sum(weights)
    if base:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, base)) < 1


@tried_on(500)
@given(TOTALS, WEIGHTS)
def test_what_is_taken_back_has_the_opposite_parts(total, weights):
    parts = entry.share(total, weights)
    assert entry.share(-total, weights) == [-part for part in parts]
    if sum(weights):
        assert entry.share(total, [-weight for weight in weights]) == parts


@tried_on(500)
@given(TOTALS, st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_larger_parts_of_one_sign_never_get_less(total, weights):
    if sum(weights):
        found = sorted(zip(weights, map(abs, entry.share(total, weights)), strict=True))
        for (small, less), (large, more) in pairwise(found):
            assert small == large or less <= more


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (2, [2, 1, 1], [1, 1, 0]),
        (1, [1, 1], [1, 0]),
        (-1, [1, 1], [-1, 0]),
        (10, [3, -1], [15, -5]),
        (100, [7, -3, -1], [233, -100, -33]),
        (5, [0, 0, 0], [5, 0, 0]),
        (5, [4, -4], [5, 0]),
        (0, [4, 1], [0, 0]),
    ],
)
def test_parts_by_hand(total, weights, parts):
    assert entry.share(total, weights) == parts
