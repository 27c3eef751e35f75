# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's own products become Odoo's, once."""

from odoo.tests import tagged

from .common import customer, product, rate, variation
from .setup_common import SetupCase


@tagged("post_install", "-at_install")
class TestProducts(SetupCase):
    def test_simple_products_are_created_with_their_data(self):
        result = self.load(
            products=[
                product(
                    1,
                    name="Caf&eacute; &amp; more",
                    sku="0002",
                    global_unique_id="4012345600000",
                    regular_price="12.50",
                    weight="2.152",
                ),
                product(2, sku="", virtual=True, tax_status="none"),
            ]
        )
        self.assertEqual(
            result["products"], {"created": 2, "matched": 0, "known": 0, "skipped": 0}
        )
        goods = self.mapped("product", 1)
        self.assertEqual(goods.name, "Café & more")
        self.assertEqual(goods.default_code, "0002")
        self.assertEqual(goods.barcode, "4012345600000")
        self.assertEqual(goods.list_price, 12.5)
        self.assertEqual((goods.type, goods.is_storable), ("consu", True))
        self.assertAlmostEqual(goods.weight, 2.15, places=2)
        self.assertEqual(goods.company_id, self.company)
        service = self.mapped("product", 2)
        self.assertEqual((service.type, service.is_storable), ("service", False))
        self.assertFalse(service.default_code)
        self.assertFalse(service.taxes_id)

    def test_second_set_up_creates_nothing(self):
        files = {
            "products": [product(1), product(2, sku="")],
            "taxes": [rate(1, "GST", "5.0000")],
            "customers": [customer(1, "ann@example.com")],
        }
        self.load(**files)
        counts = self.env["product.product"].search_count([])
        result = self.load(**files)
        self.assertEqual(result["created"], 0)
        self.assertEqual(result["products"]["known"], 2)
        self.assertEqual(result["taxes"]["known"], 1)
        self.assertEqual(result["customers"]["matched"], 1)
        self.assertEqual(self.env["product.product"].search_count([]), counts)

    def test_products_without_a_sku_are_found_again_when_the_mapping_is_gone(self):
        """As after the module was uninstalled, or for a channel made anew."""
        files = {
            "products": [
                product(1, sku="A"),
                product(2, sku=""),
                product(3, type="variable", sku="CAP", variations=[31, 32]),
            ],
            "variations": {
                "3": [
                    variation(31, "S", sku="CAP"),
                    variation(32, "M", sku="CAP"),
                ]
            },
        }
        self.load(**files)
        keys = [("product", 1), ("product", 2), ("variation", 31), ("variation", 32)]
        before = [self.mapped(*key).id for key in keys]
        self.mapped("variation", 32).active = False
        self.channel.product_ids.unlink()
        result = self.load(**files)["products"]
        self.assertEqual((result["created"], result["matched"]), (0, len(before)))
        self.assertEqual([self.mapped(*key).id for key in keys], before)

    def test_a_product_that_moved_to_another_company_is_not_found_again(self):
        self.load(products=[product(2, sku="")])
        moved = self.mapped("product", 2)
        self.channel.product_ids.unlink()
        moved.product_tmpl_id.company_id = self.env["res.company"].create({"name": "B"})
        for _again in range(2):
            self.load(products=[product(2, sku="")])
            self.assertNotEqual(self.mapped("product", 2), moved)
            found = self.mapped("product", 2)
            self.channel.product_ids.unlink()
        self.load(products=[product(2, sku="")])
        self.assertEqual(self.mapped("product", 2), found)

    def test_existing_products_are_matched_by_sku_then_barcode(self):
        by_sku, by_barcode = self.env["product.product"].create(
            [
                {"name": "Mine", "default_code": "0002"},
                {"name": "Mine too", "barcode": "4012345600017"},
            ]
        )
        result = self.load(
            products=[
                product(1, sku="0002", global_unique_id="4012345600017"),
                product(2, sku="OTHER", global_unique_id="4012345600017"),
                product(3, sku="2"),
            ]
        )
        self.assertEqual(self.mapped("product", 1), by_sku)
        self.assertEqual(by_sku.name, "Mine")
        # The barcode is on two products of the shop, so it decides nothing.
        self.assertNotEqual(self.mapped("product", 2), by_barcode)
        self.assertNotEqual(self.mapped("product", 3), by_sku)
        self.assertEqual(result["products"]["matched"], 1)

    def test_match_by_barcode_leaves_an_alias_for_the_sku(self):
        mine = self.env["product.product"].create(
            {"name": "Mine", "default_code": "ERP-1", "barcode": "4012345600017"}
        )
        self.load(products=[product(1, sku="S-1", global_unique_id="4012345600017")])
        self.assertEqual(self.mapped("product", 1), mine)
        self.assertEqual(self.mapped("sku", "S-1"), mine)

    def test_sku_of_several_products_matches_none(self):
        self.env["product.product"].create(
            [
                {"name": "A", "default_code": "TWICE"},
                {"name": "B", "default_code": "TWICE"},
            ]
        )
        result = self.load(products=[product(1, sku="TWICE")])
        self.assertEqual(result["products"]["created"], 1)

    def test_variations_become_products_of_their_own(self):
        result = self.load(
            products=[
                product(7, name="Parka", type="variable", sku="P", manage_stock=True),
                product(8, type="grouped"),
                product(9, type="external"),
            ],
            variations={
                "7": [
                    variation(71, "S", "Red", sku="P", manage_stock="parent"),
                    variation(72, "M", "Red", sku="P", manage_stock="parent"),
                    variation(73, sku="P-L", attributes=[]),
                ]
            },
        )
        self.assertEqual(result["products"]["created"], 3)
        self.assertEqual(result["products"]["skipped"], 2)
        small, medium = self.mapped("variation", 71), self.mapped("variation", 72)
        self.assertEqual(small.name, "Parka \N{EN DASH} S, Red")
        self.assertNotEqual(small, medium)
        self.assertTrue(small.is_storable)
        self.assertEqual(small.default_code, "P")
        self.assertFalse(self.mapped("product", 7))
        self.assertFalse(self.channel.product_ids.filtered(lambda r: r.kind == "sku"))

    def test_taken_barcode_is_left_out(self):
        twin = self.env["product.product"].create(
            [
                {"name": "Old", "barcode": "4012345600017", "active": False},
                {"name": "Unit", "default_code": "UNIT"},
            ]
        )[1]
        self.env["product.uom"].create(
            {
                "product_id": twin.id,
                "uom_id": self.env.ref("uom.product_uom_dozen").id,
                "barcode": "4012345600024",
            }
        )
        self.load(products=[product(1, global_unique_id="4012345600024")])
        self.assertFalse(self.mapped("product", 1).barcode)

    def test_products_cost_no_more_queries_than_creating_them(self):
        """Matching and mapping are set-wise: their queries hardly grow."""
        rows = [product(ref, manage_stock=False) for ref in range(1, 301)]
        templates = self.env["product.template"]
        vals = [
            {"name": row["name"], "company_id": self.company.id, "type": "consu"}
            for row in rows
        ]

        def queries(work):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            work()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(lambda: self.load(products=[product(9999)]))
        plain = queries(lambda: templates.create(vals))
        whole = queries(lambda: self.load(products=rows))
        self.assertLess(whole - plain, 60)

    def test_prices_are_in_the_company_s_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.5,
            }
        )
        self.assertNotEqual(self.company.currency_id, euro)
        self.channel.currency_id = euro
        result = self.load(products=[product(1, regular_price="10.00")])
        self.assertEqual(self.mapped("product", 1).list_price, 20.0)
        self.assertFalse(result["warnings"])
