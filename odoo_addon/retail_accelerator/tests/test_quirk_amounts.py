# SPDX-License-Identifier: LGPL-3.0-or-later
"""Discounts, fees, shipping, rounding of real shops: imported to the cent."""

from odoo.tests import tagged

from .quirk_common import QuirkCase, line, order


@tagged("post_install", "-at_install")
class TestQuirkAmounts(QuirkCase):
    def test_plain_order_and_its_invoice_equal_the_shop(self):
        document = order()
        self.check_invoice(self.created(document), document)

    def test_coupon_is_a_lower_price_of_its_lines(self):
        document = order(
            total="18.90",
            total_tax="0.90",
            discount_total="2.00",
            line_items=[line("18.00", "0.90", subtotal="20.00")],
            coupon_lines=[{"id": 3, "code": "été", "discount": "2.00"}],
        )
        created = self.created(document)
        self.assertEqual(created.order_line.price_subtotal, 18)
        self.check_invoice(created, document)

    def test_coupon_may_be_shown_as_discount(self):
        self.channel.show_discount = True
        document = order(
            total="18.90",
            total_tax="0.90",
            discount_total="2.00",
            line_items=[line("18.00", "0.90", subtotal="20.00")],
        )
        created = self.created(document)
        self.assertEqual(created.order_line.discount, 10)
        self.assertEqual(created.order_line.price_unit, 10)
        self.check_invoice(created, document)

    def test_discount_without_coupon_is_kept(self):
        document = order(
            total="13.99",
            total_tax="0.67",
            discount_total="6.68",
            line_items=[line("13.32", "0.67", subtotal="20.00")],
        )
        self.check_invoice(self.created(document), document)

    def test_negative_fee_lowers_the_order(self):
        fee = {
            "id": 13,
            "name": "Rabatt",
            "amount": "-3",
            "total": "-3.00",
            "total_tax": "-0.15",
            "taxes": [{"id": 1, "total": "-0.15", "subtotal": ""}],
        }
        document = order(total="17.85", total_tax="0.85", fee_lines=[fee])
        created = self.created(document)
        self.assertEqual(created.order_line[1].product_id, self.channel.fee_product_id)
        self.assertEqual(created.order_line[1].price_subtotal, -3)
        self.check_invoice(created, document)

    def test_lines_of_no_amount_stay_lines(self):
        gift = line("0.00", "", id=12, name="Gift", quantity=1)
        created = self.created(order(line_items=[line(), gift]))
        self.assertEqual(created.order_line.mapped("price_subtotal"), [20, 0])
        self.assertEqual(created.order_line[1].product_uom_qty, 1)

    def test_shipping_carries_its_taxes(self):
        shipping = {
            "id": 14,
            "method_id": "flat_rate",
            "method_title": "Flat rate",
            "total": "7.90",
            "total_tax": "0.40",
            "taxes": [{"id": 1, "total": "0.40", "subtotal": ""}],
        }
        document = order(total="29.30", total_tax="1.40", shipping_lines=[shipping])
        created = self.created(document)
        shipped = created.order_line[1]
        self.assertEqual(shipped.product_id, self.channel.shipping_product_id)
        self.assertEqual((shipped.price_subtotal, shipped.tax_ids), (7.9, self.gst))
        self.check_invoice(created, document)

    def test_unrounded_taxes_end_in_the_rounded_total(self):
        document = order(
            total="58.85",
            total_tax="2.80",
            line_items=[line("56.05", "2.8025", total_tax="2.80")],
        )
        self.check_invoice(self.created(document), document)

    def test_one_cent_off_becomes_a_rounding_line(self):
        for total, total_tax, difference in (
            ("21.01", "1.00", 0.01),
            ("20.99", "1.00", -0.01),
        ):
            with self.subTest(total=total):
                ref = int(total.replace(".", ""))
                document = order(ref, total=total, total_tax=total_tax)
                created = self.created(document)
                rounding = created.order_line[-1]
                self.assertEqual(rounding.product_id, self.channel.rounding_product_id)
                self.assertAlmostEqual(rounding.price_subtotal, difference)
                self.check_invoice(created, document)

    def test_one_cent_of_tax_off_is_tax_on_the_rounding_line(self):
        document = order(total="21.01", total_tax="1.01")
        created = self.created(document)
        self.assertEqual(created.amount_untaxed, 20)
        self.check_invoice(created, document)

    def test_beyond_the_limit_the_order_is_rejected(self):
        entry = self.rejected(order(total="21.06"), "total_mismatch")
        self.assertIn("0.06", entry.message)
        self.assertEqual(self.take(order(2, total="21.05"))[0], {"created": 1})

    def test_both_lanes_take_every_quirk_of_amounts(self):
        document = order(total="21.01", total_tax="1.00")
        outcomes, _reasons = self.take(document, lane="orm")
        self.assertEqual(outcomes, {"created": 1})
        self.assertEqual(self.entry().lane, "orm")
        self.check_amounts(self.entry().order_id, document)
