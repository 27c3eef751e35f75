# SPDX-License-Identifier: LGPL-3.0-or-later
"""Decimals against Python's decimal and float."""

from decimal import Decimal, InvalidOperation

from examples import tried_on
from hypothesis import given
from hypothesis import strategies as st
from read_driver import run

SIGNS = st.sampled_from(["", "-", "+"])
DIGITS = st.text("0123456789", max_size=20)
EXPONENTS = st.one_of(st.just(""), st.integers(-25, 25).map("e{}".format))
SHAPED = st.builds(
    "{}{}{}{}{}".format, SIGNS, DIGITS, st.sampled_from(["", "."]), DIGITS, EXPONENTS
)
NOISE = st.text("0123456789.eE+- x", max_size=12)


def expected(text):
    """The exact value when 18 digits and a sane exponent hold it, else None."""
    try:
        value = Decimal(text.strip(" "))
        if abs(int(text.lower().partition("e")[2] or 0)) > 1000:
            return None
    except InvalidOperation:
        return None
    digits, exponent = value.normalize().as_tuple()[1:] if value else ((0,), 0)
    if exponent > 0:
        digits, exponent = digits + (0,) * exponent, 0
    return value if len(digits) <= 18 and exponent >= -18 else None


@tried_on(60)
@given(st.lists(st.one_of(SHAPED, NOISE), min_size=50, max_size=300))
def test_decimals_are_those_of_python(texts):
    output = run("decimal", ("\n".join(texts) + "\n").encode()).decode()
    answers = output.split("\n")[:-1]
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        value = expected(text)
        if value is None:
            assert answer == "bad_number", text
            continue
        printed, double = answer.split(" ")
        assert Decimal(printed) == value, text
        assert "e" not in printed and not ("." in printed and printed[-1] in "0.")
        assert float.fromhex(double) == float(value), text
