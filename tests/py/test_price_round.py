# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rounding answers with the very bits of Odoo's float_utils."""

import math
import random
import struct
import subprocess
from pathlib import Path

import pytest

from odoo.tools.float_utils import float_is_zero, float_round

DRIVER = Path(__file__).parents[2] / ".run/build/tests/driver_round"
SEED = 20260102
STEPS = [0.01, 0.001, 1.0, 0.05, 0.1, 10.0, 1e-6]
ODD_STEPS = [0.25, 0.3, 0.125, 0.0333, 0.7, 1e-4, 1e-11, 3e-14, 0.95, 1 - 2**-53, 2.5]


def _bits(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def _ask(questions):
    answer = subprocess.run(
        [DRIVER],
        input="\n".join(questions),
        capture_output=True,
        check=True,
        text=True,
    )
    return answer.stdout.split("\n")[:-1]


def _assert_rounds_like_odoo(pairs):
    questions, expected = [], []
    for value, step in pairs:
        try:
            result = float_round(value, precision_rounding=step)
        except (OverflowError, ValueError):  # Odoo itself has no answer
            continue
        questions.append(f"r {_bits(value):x} {_bits(step):x}")
        expected.append(f"{_bits(result):x}")
    answers = _ask(questions)
    assert len(answers) == len(expected)
    wrong = [
        (q, e, a)
        for q, e, a in zip(questions, expected, answers, strict=True)
        if e != a
    ]
    assert not wrong, f"{len(wrong)} of {len(expected)} differ, e.g. {wrong[:3]}"
    return len(expected)


@pytest.fixture()
def rng():
    return random.Random(SEED)


def test_money_of_any_size(rng):
    pairs = []
    for _ in range(400_000):
        digits = rng.randint(0, 9)
        value = rng.randint(-(10**9), 10**9) / 10**digits
        pairs.append((value, rng.choice(STEPS)))
    assert _assert_rounds_like_odoo(pairs) == len(pairs)


def test_products_and_quotients(rng):
    pairs = []
    for _ in range(300_000):
        value = rng.randint(1, 10**6) / 100 * rng.choice([3, 7, 0.5, 1.21])
        value *= rng.choice([1 / 1.19, 1 / 1.21, 0.19, 0.0725, 1 / 3, -1.0])
        pairs.append((value, rng.choice(STEPS)))
    assert _assert_rounds_like_odoo(pairs) == len(pairs)


def test_ties_and_their_neighbours(rng):
    pairs = []
    for _ in range(100_000):
        step = rng.choice(STEPS)
        tie = (rng.randint(-(10**7), 10**7) + 0.5) * step
        pairs += [(tie, step)]
        pairs += [(math.nextafter(tie, side), step) for side in (-math.inf, math.inf)]
    assert _assert_rounds_like_odoo(pairs) == len(pairs)


def test_any_bit_pattern(rng):
    pairs = []
    while len(pairs) < 200_000:
        value = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
        if math.isfinite(value):
            pairs.append((value, rng.choice(STEPS)))
    assert _assert_rounds_like_odoo(pairs) > 150_000


def test_zeros_subnormals_and_huge_values():
    values = [0.0, -0.0, 5e-324, -5e-324, 2.2e-308, 1.7e308, -1.7e308, 2.0**52, 2.0**53]
    values += [2.0**53 + 2, 4503599627370495.5, 1e15 + 0.5, 1e16, -1e22, 0.5, -0.5]
    values += [0.49999999999999994, 1.5, 2.5, -2.5]
    assert _assert_rounds_like_odoo([(v, s) for v in values for s in STEPS]) > 120


def test_steps_that_are_no_power_of_ten(rng):
    pairs = [(rng.uniform(-1e4, 1e4), step) for step in ODD_STEPS for _ in range(2_000)]
    pairs += [(rng.uniform(-99, 99), rng.uniform(1e-15, 3)) for _ in range(20_000)]
    pairs += [(rng.uniform(-99, 99), 10 ** rng.uniform(-15, 0)) for _ in range(20_000)]
    assert _assert_rounds_like_odoo(pairs) == len(pairs)


def test_digits(rng):
    questions, expected = [], []
    for _ in range(50_000):
        value, digits = rng.uniform(-1e3, 1e3), rng.randint(0, 15)
        questions.append(f"d {_bits(value):x} {digits:x}")
        expected.append(f"{_bits(float_round(value, precision_digits=digits)):x}")
    assert _ask(questions) == expected


def test_zero(rng):
    questions, expected = [], []
    for _ in range(50_000):
        value = rng.randint(-300, 300) / rng.choice([1, 100, 1000, 20000])
        step = rng.choice(STEPS)
        questions.append(f"z {_bits(value):x} {_bits(step):x}")
        expected.append(str(int(float_is_zero(value, precision_rounding=step))))
    assert _ask(questions) == expected
