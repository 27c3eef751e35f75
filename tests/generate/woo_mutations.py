# SPDX-License-Identifier: LGPL-3.0-or-later
"""Real orders with something changed at random: a value of another type, a member
less, a cent more, a line twice. Deterministic for a seed."""

import copy
import random

JUNK = (
    *(None, "", 0, -1, 1, 1.5, 1e308, 10**19, True, False, [], {}, [[[]]], "x", " 5 "),
    *("0", "-0.00", "1e3", "1E-30", "999999999999999", "12345678901234567890.12"),
    *("0.005", "0.004999", "NaN", "Infinity", "\uff11\uff12", "1,234.56", "\u0663"),
    *("\u0000", "\ud800", "x" * 300, "é" * 5000, "\U0001f9f6" * 70, "\u202eabc"),
    *("2026-02-30T00:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"),
    *("2026-01-05T10:00:00Z", "2026-01-05T10:00:00+02:00", "XYZ", "JPY", "KWD", "eur"),
    *("<b>x</b>", "=1+1", "'; drop table sale_order; --", "a\nb\tc\r"),
    {"a": [1, {"b": None}]},
)
TOP = (
    *("total", "total_tax", "currency", "status", "customer_id", "date_created_gmt"),
    *("date_modified_gmt", "line_items", "shipping_lines", "fee_lines", "tax_lines"),
    *("billing", "shipping", "prices_include_tax", "refunds", "meta_data", "number"),
)
LISTS = ("line_items", "shipping_lines", "fee_lines", "tax_lines", "refunds")


def mutated(base, count, seed):
    """``count`` orders with ids of their own, each made of one of ``base``."""
    rng = random.Random(seed)
    result = []
    for number in range(count):
        order = copy.deepcopy(rng.choice(base))
        order["id"] = 1_000_000 + number
        order["number"] = str(order["id"])
        for _change in range(rng.choice((1, 1, 1, 2, 3, 6))):
            _change_something(rng, order)
        result.append(order)
    return result


def _change_something(rng, order):
    parent, key = rng.choice(_places(rng, order))
    value, kind = parent[key], rng.random()
    if kind < 0.45:
        parent[key] = copy.deepcopy(rng.choice(JUNK))
    elif kind < 0.6:
        del parent[key]
    elif kind < 0.7 and isinstance(value, list) and value:
        value.append(copy.deepcopy(rng.choice(value)))
    elif kind < 0.8:
        parent[key] = [value]
    else:
        parent[key] = _nudged(rng, value)


def _nudged(rng, value):
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return str(value)[::-1]
    amount += rng.choice((0.01, -0.01, 0.05, -0.06, 1, -1))
    return f"{amount:.2f}" if isinstance(value, str) else amount


def _places(rng, order):
    """(container, key) of every value; mostly of the parts that matter."""
    part = rng.random()
    if part < 0.4:
        names = [name for name in LISTS if order.get(name)]
    elif part < 0.7:
        return [(order, name) for name in TOP if name in order]
    else:
        names = list(order)
    found = []
    for name in names:
        found.append((order, name))
        _collect(order[name], found)
    return found or [(order, "total")]


def _collect(value, found):
    if isinstance(value, dict):
        keys = list(value)
    else:
        keys = range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found.append((value, key))
        _collect(value[key], found)
