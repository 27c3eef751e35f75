# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exports that cannot be read say so; odd values are taken as they can be."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..setup.exports import Exports
from .common import as_file, product, rate
from .setup_common import SetupCase


@tagged("post_install", "-at_install")
class TestExports(SetupCase):
    def assertRefused(self, pattern, **files):
        with self.assertRaisesRegex(UserError, pattern):
            Exports(**files)

    def test_unreadable_exports_say_what_is_wrong(self):
        self.assertRefused("products is not JSON", products=b"[{")
        self.assertRefused("products is not JSON", products=b"[" * 100_000)
        self.assertRefused("products is not JSON", products=b"\xff\xfe")
        self.assertRefused("products should be a list", products=b"{}")
        self.assertRefused("taxes should be an object with an id", taxes=b"[1]")
        self.assertRefused("cannot be read.*nowhere", customers="/nowhere.json")
        self.assertRefused("need the export of products", variations=b"{}")
        self.assertRefused(
            "Tax rate 3 has the rate", taxes=as_file([rate(3, "X", "a lot")])
        )
        self.assertRefused(
            "variations should be lists", products=b"[]", variations=b"[]"
        )

    def test_parts_of_another_shape_name_their_record(self):
        shop = as_file([product(7, name="Cap", type="variable")])
        for group in (5, None, {"id": 1}):
            self.assertRefused(
                "variations should be lists",
                products=shop,
                variations=as_file({"7": group}),
            )
        for attributes in (5, ["red"], {"option": "red"}):
            child = {"id": 71, "name": "Red", "attributes": attributes}
            self.assertRefused(
                "Record 71: attributes should be a list of objects",
                products=shop,
                variations=as_file({"7": [child]}),
            )
        for billing in (5, "Ann", ["Ann"]):
            self.assertRefused(
                "Record 4: billing should be an object",
                customers=as_file([{"id": 4, "email": "a@b.c", "billing": billing}]),
            )
        for priority in ("first", [1], float("inf")):
            self.assertRefused(
                "Tax rate 3 has the priority",
                taxes=as_file([{**rate(3, "X", "21"), "priority": priority}]),
            )

    def test_odd_values_are_taken_as_they_can_be(self):
        rows = [
            product(1, name=None, sku=None, regular_price="", price="free", weight="x"),
            product(2, name=5, sku=17, regular_price="-3"),
            product(7, name="Cap", type="variable"),
        ]
        bare = {"7": [{"id": 71, "name": "Blue"}]}
        exports = Exports(products=as_file(rows), variations=as_file(bare))
        first, second, third = exports.items
        self.assertEqual((third.kind, third.ref, third.sku), ("variation", "71", ""))
        self.assertEqual(third.name, "Cap \N{EN DASH} Blue")
        self.assertEqual((first.name, first.sku, first.price), ("1", "", 0.0))
        self.assertEqual((second.name, second.sku, second.price), ("5", "17", 0.0))
