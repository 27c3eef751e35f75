# SPDX-License-Identifier: LGPL-3.0-or-later
"""Customers, guests and addresses as real shops send them."""

from odoo.tests import tagged

from .quirk_common import ADDRESS, NOBODY, QuirkCase, order


@tagged("post_install", "-at_install")
class TestQuirkCustomers(QuirkCase):
    def test_deleted_customer_keeps_his_contact(self):
        first = self.created(order(1))
        second = self.created(order(2, customer_id=0))
        self.assertEqual(first.partner_id, second.partner_id)

    def test_account_and_guest_of_one_email_are_one_contact(self):
        outcomes, _reasons = self.take(order(1, customer_id=0), order(2))
        self.assertEqual(outcomes, {"created": 2})
        self.assertEqual(
            self.entry(1).order_id.partner_id, self.entry(2).order_id.partner_id
        )

    def test_without_matching_each_account_is_a_contact(self):
        """Also where both accounts come in one chunk."""
        self.channel.match_email = False
        outcomes, _reasons = self.take(order(1), order(2, customer_id=8), order(3))
        self.assertEqual(outcomes, {"created": 3})
        first, other, again = (self.entry(ref).order_id.partner_id for ref in (1, 2, 3))
        self.assertNotEqual(first, other)
        self.assertEqual(first, again)

    def test_email_is_matched_whatever_its_case(self):
        known = self.env["res.partner"].create(
            {"name": "Ada", "email": "Ada.QUIRK@Example.com"}
        )
        billing = {**ADDRESS, "email": "ada.quirk@example.COM"}
        self.assertEqual(self.created(order(billing=billing)).partner_id, known)

    def test_order_of_nobody_gets_a_contact(self):
        document = order(
            customer_id=0, billing={**NOBODY, "email": ""}, shipping=NOBODY
        )
        created = self.created(document)
        self.assertTrue(created.partner_id.name)
        self.assertEqual(created.partner_shipping_id, created.partner_id)
        self.check_invoice(created, document)

    def test_unfilled_shipping_means_the_billing_address(self):
        created = self.created(order(shipping=dict(NOBODY)))
        self.assertEqual(created.partner_shipping_id, created.partner_invoice_id)
        self.assertEqual(created.partner_id.city, "Montréal")

    def test_separate_delivery_address_is_one_contact_for_ever(self):
        elsewhere = {**ADDRESS, "city": "Ottawa", "state": "ON"}
        first = self.created(order(1, shipping=elsewhere))
        delivery = first.partner_shipping_id
        self.assertEqual(
            (delivery.parent_id, delivery.type), (first.partner_id, "delivery")
        )
        self.assertEqual((delivery.city, delivery.state_id.code), ("Ottawa", "ON"))
        second = self.created(order(2, shipping=elsewhere))
        self.assertEqual(second.partner_shipping_id, delivery)
        self.assertEqual(len(first.partner_id.child_ids), 1)
