# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exact money as WooCommerce computes it: integers of one millionth, PHP's rounding."""

from typing import NamedTuple

SCALE = 1_000_000


class Rate(NamedTuple):
    """One tax rate of the shop; ``value`` counts ten-thousandths of a per cent."""

    ident: int
    country: str
    state: str
    tax_class: str
    name: str
    value: int
    priority: int
    compound: bool
    shipping: bool

    @property
    def code(self):
        place = f"{self.country}-{self.state}-" if self.state else f"{self.country}-"
        return f"{place}{self.name.upper()}-{self.priority}"

    @property
    def percent(self):
        """As WooCommerce prints it: a number without needless decimals."""
        return number(self.value * 100)


def divide(numerator, denominator, half_down=False):
    """Nearest integer; a half goes away from zero, or with ``half_down`` towards it."""
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and not half_down):
        whole += 1
    return sign * whole


def to_unit(amount, decimals, half_down=False):
    """Round an amount to the shop's price decimals."""
    unit = 10 ** (6 - decimals)
    return divide(amount, unit, half_down) * unit


def show(amount, digits):
    """The text of an amount with a fixed number of decimals."""
    scaled = divide(amount, 10 ** (6 - digits))
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def trimmed(amount):
    """The text of an amount with as many decimals as it needs."""
    text = show(amount, 6).rstrip("0").rstrip(".")
    return text or "0"


def number(amount):
    """The JSON number of an amount: PHP prints whole values without a point."""
    return amount // SCALE if amount % SCALE == 0 else amount / SCALE


def exclusive_taxes(base, rates):
    """Tax per rate on an amount without tax; compound rates tax the others too."""
    taxes = [0 if r.compound else divide(base * r.value, SCALE) for r in rates]
    for index, rate in enumerate(rates):
        if rate.compound:
            taxes[index] = divide((base + sum(taxes)) * rate.value, SCALE)
    return taxes


def inclusive_taxes(gross, rates):
    """Tax per rate contained in an amount with tax."""
    taxes = [0] * len(rates)
    rest = gross
    for index in reversed(range(len(rates))):
        if rates[index].compound:
            taxes[index] = rest - divide(rest * SCALE, SCALE + rates[index].value)
            rest -= taxes[index]
    plain = SCALE + sum(rate.value for rate in rates if not rate.compound)
    for index, rate in enumerate(rates):
        if not rate.compound:
            taxes[index] = divide(rest * rate.value, plain)
    return taxes
