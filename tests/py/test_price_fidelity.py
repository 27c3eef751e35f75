# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's orders keep their amounts to the cent, in Odoo and on the posted invoice."""

import json
import random
import subprocess
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from price_odoo import ROOT, database, run_in_odoo
from price_statements import hex_of, tax_statement

DRIVER = ROOT / ".run/build/tests/driver_price"
SAMPLES = Path(__file__).parents[1] / "data/woocommerce"
SEED = 20260104
METHODS = ["round_globally", "round_per_line"]
INVOICED = 60
# Global rounding gives these their tax, but moves cents from one rate to another.
SHARED_BETWEEN_RATES = ("ex 347 excl", "ex 445 excl", "ex 685 excl")


def _tax(key, amount, **values):
    return {
        "key": key,
        "kind": "percent",
        "amount": float(amount),
        "sequence": 1,
        "included": False,
        "include_base": False,
        "affected": False,
        "children": [],
        **values,
    }


def _sample_taxes(shop, included):
    for rate in json.loads((SAMPLES / shop / "taxes.json").read_text()):
        yield _tax(
            f"{shop} {'incl' if included else 'excl'} {rate['id']}",
            rate["rate"],
            sequence=int(rate["priority"]),
            included=included,
            include_base=True,
            affected=bool(rate["compound"]),
        )


def _all_taxes():
    taxes = []
    for shop in ("ex", "inc"):
        for included in (False, True):
            taxes += _sample_taxes(shop, included)
    for rate in ("19", "7", "5.5", "9.975", "20", "0"):
        taxes.append(_tax(f"{rate} excl", rate))
        taxes.append(_tax(f"{rate} incl", rate, included=True))
    taxes.append(_tax("fee", "0.3", kind="fixed", include_base=True))
    taxes.append(_tax("division", "10", kind="division", included=True))
    taxes.append(_tax("group", "0", kind="group", children=["7 excl", "9.975 excl"]))
    return taxes


def _sample_orders():
    """(name, order of the shop, linked taxes per rate) of both shops, both ways."""
    for shop in ("ex", "inc"):
        for order in json.loads((SAMPLES / shop / "orders.json").read_text()):
            for included in ("excl", "incl"):
                lines = [
                    {
                        "quantity": str(line.get("quantity", 1)),
                        "subtotal": str(line.get("subtotal", line["total"])),
                        "total": line["total"],
                        "taxes": {
                            f"{shop} {included} {tax['id']}": tax["total"] or "0"
                            for tax in line["taxes"]
                        },
                    }
                    for kind in ("line_items", "shipping_lines", "fee_lines")
                    for line in order[kind]
                ]
                yield {
                    "name": f"{shop} {order['id']} {included}",
                    "currency": order["currency"],
                    "total": order["total"],
                    "total_tax": order["total_tax"],
                    "lines": lines,
                }


RANDOM_TAXES = [
    "19 excl",
    "19 incl",
    "7 excl",
    "5.5 incl",
    "20 incl",
    "0 excl",
    "group",
]
RANDOM_TAXES += ["fee", "division", "9.975 excl"]
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}


def _random_line(rng, digits, taxes):
    unit = Decimal(1).scaleb(-digits)
    quantity = Decimal(rng.choice(["1", "1", "2", "3", "7", "12", "0", "-1", "1.5"]))
    total = Decimal(rng.randint(-300, 30_000)).scaleb(-digits)
    subtotal = total
    if rng.random() < 0.4:
        off = Decimal(rng.choice(["0.9", "0.85", "0.5", "0.875", "0.3333", "0"]))
        total = (subtotal * off).quantize(unit, ROUND_HALF_UP)
    if rng.random() < 0.2:
        quantity = Decimal(1)
        subtotal = total = Decimal(rng.randint(-999, 999)).scaleb(-digits)
    amounts = {}
    for key in rng.sample(taxes, rng.randint(0, min(2, len(taxes)))):
        share = total * Decimal(rng.choice(["0.19", "0.07", "0.2", "0.16667", "0"]))
        scale = rng.choice([unit, unit, unit / 100])
        amounts[key] = str(share.quantize(scale, ROUND_HALF_UP))
    return {
        "quantity": str(quantity),
        "subtotal": str(subtotal),
        "total": str(total),
        "taxes": amounts,
    }


def _random_order(rng, number):
    currency = rng.choice(list(DIGITS))
    digits = DIGITS[currency]
    unit = Decimal(1).scaleb(-digits)
    taxes = rng.sample(RANDOM_TAXES, rng.randint(1, 3))
    lines = [
        _random_line(rng, digits, taxes) for _ in range(rng.choice([1, 2, 3, 5, 9]))
    ]
    total_tax = sum(Decimal(tax) for line in lines for tax in line["taxes"].values())
    total = sum(Decimal(line["total"]) for line in lines) + total_tax
    has_tax = any(line["taxes"] for line in lines)
    drift = rng.choice([0, 0, 0, 0, 1, -1, 2]) * unit
    tax_drift = rng.choice([0, 0, 0, 0, 1, -1]) * unit * has_tax
    return {
        "name": f"random {number}",
        "currency": currency,
        "total": str((total + drift).quantize(unit, ROUND_HALF_UP)),
        "total_tax": str((total_tax + tax_drift).quantize(unit, ROUND_HALF_UP)),
        "lines": lines,
    }


def _order_statements(order, world):
    currency = world["currencies"][order["currency"]]
    words = ["order", int(order["method"] == "round_globally")]
    words += [hex_of(currency["rounding"]), currency["digits"]]
    words += [
        int(sys.version_info >= (3, 12)),
        currency["id"],
        hex_of(currency["rate"]),
    ]
    words += [2, 2, order["limit"], int(order["show_discount"])]
    words += [order["total"], order["total_tax"], len(order["lines"])]
    yield " ".join(map(str, words))
    for line in order["lines"]:
        words = ["line", line["quantity"], line["subtotal"], line["total"]]
        words.append(str(len(line["taxes"])))
        for key, amount in line["taxes"].items():
            words += [str(world["ids"][key]), amount]
        yield " ".join(words)


def _price(world, orders):
    taxes = sorted(world["taxes"], key=lambda tax: world["ids"][tax["key"]])
    statements = [tax_statement(tax, world["ids"]) for tax in taxes]
    for order in orders:
        statements += _order_statements(order, world)
    answer = subprocess.run(
        [DRIVER],
        input="\n".join(statements),
        capture_output=True,
        check=True,
        text=True,
    )
    results = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(results) == len(orders)
    return list(zip(orders, results, strict=True))


def _in_currency(world, order, text):
    unit = Decimal(1).scaleb(-world["currencies"][order["currency"]]["digits"])
    return float(Decimal(text).quantize(unit, ROUND_HALF_UP))


def _each_way(rng, orders):
    """Every order under both rounding methods, half of them with discounts shown."""
    for order in orders:
        for method in METHODS:
            yield {
                "limit": "0.05",
                **order,
                "method": method,
                "show_discount": rng.random() < 0.5,
            }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fidelity")
    taxes = _all_taxes()
    with database() as name:
        answer = run_in_odoo(name, "price_odoo_setup.py", {"taxes": taxes}, folder)
        yield {**answer, "taxes": taxes, "database": name, "folder": folder}


@pytest.fixture(scope="module")
def priced_samples(world):
    return _price(world, list(_each_way(random.Random(SEED), _sample_orders())))


@pytest.fixture(scope="module")
def priced_random(world):
    rng = random.Random(SEED)
    orders = [_random_order(rng, number) for number in range(3_000)]
    for order in orders:
        order["limit"] = "5" if order["currency"] == "JPY" else "0.05"
    return _price(world, list(_each_way(rng, orders)))


def _assert_totals_are_the_shops(world, priced):
    wrong = []
    for order, result in priced:
        if result["status"] != "ok":
            wrong.append((order, result))
            continue
        tax = _in_currency(world, order, order["total_tax"])
        total = _in_currency(world, order, order["total"])
        if (result["amount_tax"], result["amount_total"]) != (tax, total):
            wrong.append((order, result))
    assert not wrong, f"{len(wrong)} of {len(priced)}: {wrong[0]}"


def test_every_sample_order_keeps_its_total_and_tax(world, priced_samples):
    assert len(priced_samples) == 410 * 4
    _assert_totals_are_the_shops(world, priced_samples)


def test_random_orders_keep_their_total_and_tax(world, priced_random):
    _assert_totals_are_the_shops(world, priced_random)


def test_every_line_keeps_its_amounts(world, priced_samples, priced_random):
    for order, result in priced_samples + priced_random:
        for line, priced in zip(order["lines"], result["lines"], strict=False):
            base = _in_currency(world, order, line["total"])
            taxes = sum(
                _in_currency(world, order, tax) for tax in line["taxes"].values()
            )
            assert priced["price_subtotal"] == base, order
            assert priced["price_total"] == pytest.approx(base + taxes, abs=1e-9), order


def test_nothing_is_imposed_where_odoo_agrees(priced_samples, priced_random):
    kinds = Counter()
    for order, result in priced_samples + priced_random:
        lines = result["lines"][: len(order["lines"])]
        kinds["imposed" if any(line["imposed"] for line in lines) else "own"] += 1
        kinds["rounding line"] += result["rounding_line"]
        kinds["discount"] += any(line["discount"] for line in lines)
    assert min(kinds.values()) > 300, kinds
    assert kinds["own"] > 2_000, kinds


def test_orders_beyond_the_limit_are_refused_with_the_difference(world):
    taxes = {"19 excl": "1.9"}
    line = {"quantity": "1", "subtotal": "10", "total": "10", "taxes": taxes}
    base = {
        "currency": "EUR",
        "method": "round_globally",
        "limit": "0.05",
        "show_discount": False,
        "total_tax": "1.90",
        "lines": [line],
    }
    cases = [
        ({**base, "total": "11.95"}, "ok", "0"),
        ({**base, "total": "11.96"}, "total_mismatch", "0.06"),
        ({**base, "total": "11.84"}, "total_mismatch", "-0.06"),
        ({**base, "total": "11.90", "total_tax": "1.96"}, "total_mismatch", "0.06"),
    ]
    for (_order, status, difference), (_same, result) in zip(
        cases, _price(world, [case[0] for case in cases]), strict=True
    ):
        assert result["status"] == status
        if status != "ok":
            assert result["difference"] == difference


def _chosen(priced):
    """A mixture that has every kind of order."""
    rng = random.Random(SEED)
    groups = {}
    for order, result in priced:
        if not any(line["quantity"] for line in result["lines"]):
            continue
        kind = (
            result["rounding_line"] and bool(result["lines"][-1]["price_subtotal"]),
            result["rounding_line"],
            any(line["imposed"] for line in result["lines"]),
            any(line["discount"] for line in result["lines"]),
            order["method"],
            order["currency"] in ("JPY", "KWD"),
        )
        groups.setdefault(kind, []).append((order, result))
    each = INVOICED // len(groups) + 1
    return [
        pair
        for group in groups.values()
        for pair in rng.sample(group, min(each, len(group)))
    ]


def _assert_rates_are_the_shops(world, order, result, invoiced):
    """The invoice's tax lines are the sums of the shop's, rate by rate; groups, whose
    amount is shared, and what a rounding line adds count for the sum only."""
    children = {key for tax in world["taxes"] for key in tax["children"]}
    used = {key for line in order["lines"] for key in line["taxes"]}
    if result["rounding_line"] or used & (children | {"group"}):
        return
    for key in used:
        amounts = [line["taxes"].get(key, "0") for line in order["lines"]]
        expected = sum(_in_currency(world, order, amount) for amount in amounts)
        found = invoiced.get(str(world["ids"][key]), 0.0)
        assert found == pytest.approx(expected, abs=1e-9), (key, order)


COLUMNS = ["price_subtotal", "price_total", "price_tax"]
COLUMNS += ["price_reduce_taxexcl", "price_reduce_taxinc"]


def test_odoo_shows_the_same_on_order_and_posted_invoice(
    world, priced_samples, priced_random
):
    chosen = _chosen(priced_samples) + _chosen(priced_random)
    chosen += [
        pair for pair in priced_samples if pair[0]["name"] in SHARED_BETWEEN_RATES
    ]
    cases = [
        {
            "method": order["method"],
            "currency": order["currency"],
            "lines": result["lines"],
            "invoice": True,
        }
        for order, result in chosen
    ]
    answers = run_in_odoo(
        world["database"], "price_odoo_orders.py", cases, world["folder"]
    )
    assert len(answers) > INVOICED
    closing = [result["lines"][-1] for _o, result in chosen if result["rounding_line"]]
    assert sum(not line["price_subtotal"] for line in closing) > 5, "tax alone"
    assert sum(not line["price_tax"] for line in closing) > 5, "base alone"
    for (order, result), answer in zip(chosen, answers, strict=True):
        expected = [[line[name] for name in COLUMNS] for line in result["lines"]]
        totals = [result[f"amount_{name}"] for name in ("untaxed", "tax", "total")]
        assert answer["lines"] == expected, order
        assert answer["totals"] == totals, order
        assert answer["rate"] == world["currencies"][order["currency"]]["rate"]
        invoice = answer["invoice"]
        assert invoice["state"] == "posted"
        assert invoice["balance"] == 0.0
        assert invoice["totals"] == totals, order
        assert sum(invoice["taxes"].values()) == pytest.approx(totals[1], abs=1e-9)
        _assert_rates_are_the_shops(world, order, result, invoice["taxes"])
