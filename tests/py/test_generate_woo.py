# SPDX-License-Identifier: LGPL-3.0-or-later
"""The generator of shop exports: repeatable, consistent, every feature seen."""

import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "generate"))

import woo_orders
from woo_shop import Shop

LINES = ("line_items", "shipping_lines", "fee_lines")


def difference(order):
    """The order's total minus what its lines add up to."""
    return Decimal(order["total"]) - sum(
        Decimal(line["total"]) + sum(Decimal(tax["total"]) for tax in line["taxes"])
        for kind in LINES
        for line in order[kind]
    )


def make(count=300, **settings):
    return [order for order, _refunds in woo_orders.orders(Shop(**settings), count)]


@pytest.mark.parametrize("includes_tax", [False, True])
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_totals_add_up_when_the_shop_rounds_per_line(includes_tax, currency):
    features = woo_orders.FEATURES - {"cents"}
    orders = make(includes_tax=includes_tax, currency=currency, features=features)
    assert {difference(order) for order in orders} == {0}


def test_totals_differ_by_cents_when_the_shop_rounds_at_the_subtotal():
    off = [difference(order) for order in make(round_at_subtotal=True)]
    assert any(off)
    assert max(map(abs, off)) <= Decimal("0.05")


def test_cents_shift_totals_by_exactly_one_unit():
    off = {difference(order) for order in make(features=frozenset({"cents"}))}
    assert off == {Decimal("-0.01"), Decimal(0), Decimal("0.01")}


def test_same_seed_same_file_and_orders_stand_alone(tmp_path):
    shop = Shop(seed=5, features=woo_orders.FEATURES)
    woo_orders.write(shop, 40, tmp_path / "a.json")
    woo_orders.write(shop, 40, tmp_path / "b.json")
    woo_orders.write(shop, 10, tmp_path / "tail.ndjson", first=30)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    whole = json.loads((tmp_path / "a.json").read_text())
    tail = [json.loads(row) for row in (tmp_path / "tail.ndjson").open()]
    assert whole[30:] == tail
    assert make(5, seed=6) != make(5, seed=5)


def test_a_revision_is_a_later_version_of_the_same_order():
    shop = Shop()
    first, _refunds = next(woo_orders.orders(shop, 1))
    second, _refunds = next(woo_orders.orders(shop, 1, revision=1))
    assert first["id"] == second["id"]
    assert first["date_modified_gmt"] < second["date_modified_gmt"]
    assert first["total"] != second["total"]


SEEN = {
    "compound": lambda o: any(tax["compound"] for tax in o["tax_lines"]),
    "deleted-products": lambda o: any(ln["sku"] is None for ln in o["line_items"]),
    "discounts": lambda o: o["coupon_lines"],
    "empty-sku": lambda o: any(ln["sku"] == "" for ln in o["line_items"]),
    "foreign": lambda o: o["currency"] != "USD",
    "fractional": lambda o: any(ln["quantity"] == 0.5 for ln in o["line_items"]),
    "guests": lambda o: o["customer_id"] == 0,
    "line-edits": lambda o: Decimal(o["discount_total"]) and not o["coupon_lines"],
    "metadata": lambda o: any(isinstance(m["value"], dict) for m in o["meta_data"]),
    "missing-address": lambda o: not o["billing"]["country"],
    "negative-fees": lambda o: any(Decimal(f["total"]) < 0 for f in o["fee_lines"]),
    "odd-currencies": lambda o: o["currency"] in ("JPY", "KWD"),
    "refunds": lambda o: o["refunds"],
    "separate-address": lambda o: o["shipping"]["city"] != o["billing"]["city"],
    "shipping": lambda o: o["shipping_lines"],
    "statuses": lambda o: o["status"] == "awaiting-pickup",
    "untaxed": lambda o: not o["tax_lines"],
    "variations": lambda o: any(ln["variation_id"] for ln in o["line_items"]),
    "zero-lines": lambda o: any(not Decimal(ln["total"]) for ln in o["line_items"]),
}


@pytest.mark.parametrize("feature", sorted(SEEN))
def test_each_feature_shows_only_when_asked_for(feature):
    plain, featured = make(), make(features=frozenset({feature}))
    assert not any(map(SEEN[feature], plain))
    assert any(map(SEEN[feature], featured))


def test_new_customers_are_unknown_to_the_export():
    shop = Shop(customers_count=20)
    known = {row["id"] for row in shop.customers()}
    made = [
        order["customer_id"]
        for order, _refunds in woo_orders.orders(shop, 400, new_customers=10)
    ]
    share = sum(customer not in known for customer in made) / len(made)
    assert 0.05 < share < 0.15


def test_exports_hold_what_the_orders_refer_to(tmp_path):
    shop = Shop(features=frozenset({"variations"}))
    shop.write_exports(tmp_path)
    read = {path.stem: json.loads(path.read_text()) for path in tmp_path.iterdir()}
    products = {row["id"] for row in read["products"]}
    variations = {row["id"] for rows in read["variations"].values() for row in rows}
    rates = {row["id"]: row["rate"] for row in read["taxes"]}
    assert rates[3] == "1.2500"
    for order in make(50, features=frozenset({"variations"})):
        for line in order["line_items"]:
            assert line["product_id"] in products
            assert line["variation_id"] in variations | {0}
            assert {tax["id"] for tax in line["taxes"]} <= rates.keys()
