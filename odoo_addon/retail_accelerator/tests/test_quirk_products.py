# SPDX-License-Identifier: LGPL-3.0-or-later
"""Products that are gone, missing, or named in odd ways."""

from odoo.tests import tagged

from .quirk_common import QuirkCase, line, order


@tagged("post_install", "-at_install")
class TestQuirkProducts(QuirkCase):
    def test_deleted_product_is_found_by_its_alias_or_placeholder(self):
        gone = line(product_id=0, sku=None)
        self.rejected(order(line_items=[gone]), "unknown_product")
        placeholder = self.channel.placeholder_product_id or self.cap.copy()
        self.channel.write(
            {
                "placeholder_product_id": placeholder.id,
                "missing_product_policy": "placeholder",
            }
        )
        created = self.created(order(line_items=[gone]))
        self.assertEqual(created.order_line.product_id, placeholder)
        self.assertEqual(created.order_line.name, "Cap")

    def test_missing_product_is_created_once(self):
        self.channel.missing_product_policy = "create"
        unknown = line(product_id=66, sku="HAT", name="Hat")
        first = self.created(order(1, line_items=[unknown]))
        second = self.created(order(2, line_items=[unknown]))
        product = first.order_line.product_id
        self.assertEqual((product.name, product.default_code), ("Hat", "HAT"))
        self.assertEqual(second.order_line.product_id, product)
        self.assertNotEqual(product, self.cap)

    def test_missing_product_is_rejected_with_its_reference(self):
        unknown = line(product_id=66, sku="HAT", name="Hat")
        entry = self.rejected(order(line_items=[unknown]), "unknown_product")
        self.assertIn("HAT", entry.message)
        self.map_product("sku", "HAT", self.cap)
        self.assertEqual(
            self.created(order(line_items=[unknown])).order_line.product_id, self.cap
        )

    def test_reject_leads_to_the_mapping_that_removes_its_cause(self):
        cases = (
            (line(product_id=66, sku="HAT"), ("sku", "HAT")),
            (line(product_id=66, sku=""), ("product", "66")),
            (line(product_id=66, variation_id=67, sku=""), ("variation", "67")),
        )
        for ref, (unknown, expected) in enumerate(cases, start=1):
            document = order(ref, line_items=[line(), unknown], total="42.00")
            document["total_tax"] = "2.00"
            entry = self.rejected(document, "unknown_product")
            context = entry.action_fix_cause()["context"]
            self.assertEqual(
                (context["default_kind"], context["default_ref"]), expected
            )
            self.env["retail.channel.product"].with_context(**context).create(
                {"product_id": self.cap.id}
            )
            entry.action_replay()
            self.assertEqual(entry.order_id.order_line.product_id, self.cap)

    def test_zero_padded_skus_are_other_skus(self):
        padded, plain = self.env["product.product"].create(
            [{"name": sku, "default_code": sku} for sku in ("0002", "2")]
        )
        for ref, sku, product in ((1, "0002", padded), (2, "2", plain)):
            created = self.created(order(ref, line_items=[line(product_id=0, sku=sku)]))
            self.assertEqual(created.order_line.product_id, product)
        self.rejected(
            order(3, line_items=[line(product_id=0, sku="02")]), "unknown_product"
        )

    def test_empty_sku_finds_the_product_by_its_id_only(self):
        self.env["product.product"].create({"name": "No code", "default_code": False})
        hat = self.env["product.product"].create({"name": "Hat"})
        document = order(line_items=[line(product_id=77, sku="")])
        self.rejected(document, "unknown_product")
        self.map_product("product", "77", hat)
        created = self.created(document)
        self.assertEqual(created.order_line.product_id, hat)
