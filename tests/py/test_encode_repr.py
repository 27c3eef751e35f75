# SPDX-License-Identifier: LGPL-3.0-or-later
"""Doubles are written digit for digit as Python's repr() writes them."""

import math
import random
import struct
import subprocess
from pathlib import Path

import pytest

DRIVER = Path(__file__).parents[2] / ".run/build/tests/driver_encode"
SEED = 20260101


def _bits(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def _reprs(values):
    lines = "\n".join(f"{_bits(value):x}" for value in values)
    answer = subprocess.run(
        [DRIVER, "repr"], input=lines, capture_output=True, check=True, text=True
    )
    return answer.stdout.splitlines()


def _assert_same(values):
    answers = _reprs(values)
    assert len(answers) == len(values)
    wrong = [(repr(v), a) for v, a in zip(values, answers, strict=True) if repr(v) != a]
    assert not wrong, f"{len(wrong)} of {len(values)} differ, e.g. {wrong[:5]}"


@pytest.fixture(scope="module")
def rng():
    return random.Random(SEED)


def test_any_bit_pattern(rng):
    values = []
    while len(values) < 200_000:
        value = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
        if math.isfinite(value):
            values.append(value)
    _assert_same(values)


def test_money_and_quantities(rng):
    values = [round(rng.uniform(-1e6, 1e6), rng.randint(0, 8)) for _ in range(100_000)]
    values += [n / 100 for n in range(-50_000, 50_000)]
    _assert_same(values)


def test_products_and_quotients_of_money(rng):
    values = []
    for _ in range(100_000):
        price = rng.randint(1, 10**7) / 100
        values.append(price * rng.randint(1, 999) / rng.choice([1.19, 3.0, 7.0, 1.21]))
    _assert_same(values)


def test_decimals_of_any_length(rng):
    values = [
        float(f"{rng.randint(1, 10 ** rng.randint(1, 18))}e{rng.randint(-30, 30)}")
        for _ in range(100_000)
    ]
    _assert_same(values)


def test_powers_of_two_and_their_neighbours():
    values = []
    for exponent in range(-1074, 1024):
        value = math.ldexp(1.0, exponent)
        values += [value, math.nextafter(value, 0.0), math.nextafter(value, math.inf)]
    _assert_same(values)


def test_powers_of_ten_and_their_neighbours():
    values = []
    for exponent in range(-323, 309):
        value = float(f"1e{exponent}")
        values += [value, math.nextafter(value, 0.0), math.nextafter(value, math.inf)]
    _assert_same([v for v in values if math.isfinite(v)])


def test_subnormals(rng):
    values = [n * 5e-324 for n in range(1, 5_000)]
    values += [rng.getrandbits(52) * 5e-324 for _ in range(20_000)]
    _assert_same(values)


def test_integers_around_the_exact_limit(rng):
    values = [float(2**53 + n) for n in range(-5_000, 5_000)]
    values += [rng.uniform(1e13, 1e17) for _ in range(50_000)]
    values += [float(10**15 + n) for n in range(-2_000, 2_000)]
    _assert_same(values)


def test_halves_between_two_short_decimals(rng):
    values = [rng.randint(0, 10**9) + 0.5 for _ in range(20_000)]
    values += [n / 8 for n in range(7 * 10**15, 7 * 10**15 + 4_000)]
    _assert_same(values)
