# SPDX-License-Identifier: LGPL-3.0-or-later
import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RetailCase

SERVICES = (
    "shipping_product_id",
    "fee_product_id",
    "rounding_product_id",
    "placeholder_product_id",
)


@tagged("post_install", "-at_install")
class TestChannel(RetailCase):
    def test_new_channel_works_at_once(self):
        actions = {rule.status: rule.action for rule in self.channel.status_ids}
        self.assertEqual(actions["processing"], "draft")
        self.assertEqual(actions["completed"], "draft")
        self.assertEqual(actions["cancelled"], "cancel")
        self.assertEqual(actions["trash"], "cancel")
        self.assertEqual(actions["failed"], "skip")
        self.assertEqual(actions["checkout-draft"], "skip")
        self.assertEqual(self.channel.unknown_status_action, "draft")
        self.assertEqual(self.channel.currency_id, self.company.currency_id)
        self.assertEqual(self.channel.warehouse_id.company_id, self.company)

    def test_service_products_have_no_taxes(self):
        for field in SERVICES:
            product = self.channel[field]
            self.assertTrue(product, field)
            self.assertFalse(product.taxes_id, field)
            self.assertEqual(product.company_id, self.company, field)
        self.assertEqual(self.channel.shipping_product_id.type, "service")
        self.assertEqual(self.channel.placeholder_product_id.type, "consu")

    def test_channels_of_a_company_share_service_products(self):
        second = self.env["retail.channel"].create({"name": "Two", "code": "two"})
        for field in SERVICES:
            self.assertEqual(second[field], self.channel[field], field)

    def test_each_company_has_its_own_service_products(self):
        other = self.other_company()
        channel = self.env["retail.channel"].create(
            {"name": "Other", "code": "other", "company_id": other.id}
        )
        for field in SERVICES:
            self.assertNotEqual(channel[field], self.channel[field], field)
            self.assertEqual(channel[field].company_id, other, field)
        self.assertEqual(channel.warehouse_id.company_id, other)

    def test_products_of_the_vals_are_kept(self):
        mine = self.env["product.product"].create({"name": "Mine", "type": "service"})
        channel = self.env["retail.channel"].create(
            {"name": "Own", "code": "own", "shipping_product_id": mine.id}
        )
        self.assertEqual(channel.shipping_product_id, mine)
        self.assertEqual(channel.fee_product_id, self.channel.fee_product_id)

    def test_code_is_unique(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self.env["retail.channel"].create({"name": "Again", "code": "shop"})

    def test_code_has_no_blanks_or_signs(self):
        for code in ("a b", "a/b", "é", "a\n"):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                self.env["retail.channel"].create({"name": "Bad", "code": code})

    def test_copy_gets_a_free_code_and_the_status_rules(self):
        self.channel.status_ids[0].action = "reject"
        first, second = self.channel.copy(), self.channel.copy()
        self.assertEqual((first.code, second.code), ("shop-2", "shop-3"))
        self.assertEqual(
            [(rule.status, rule.action) for rule in first.status_ids],
            [(rule.status, rule.action) for rule in self.channel.status_ids],
        )

    def test_limits_are_checked(self):
        for vals in (
            {"rounding_limit": -0.01},
            {"chunk_size": 0},
            {"chunk_size": 20_001},
            {"guest_policy": "shared", "guest_partner_id": False},
            {"missing_product_policy": "placeholder", "placeholder_product_id": False},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.channel.write(vals)

    def test_products_of_another_company_are_refused(self):
        foreign = self.env["product.product"].create(
            {"name": "Foreign", "company_id": self.other_company().id}
        )
        with self.assertRaises(UserError):
            self.env["retail.channel.product"].create(
                {"channel_id": self.channel.id, "ref": "1", "product_id": foreign.id}
            )
        with self.assertRaises(UserError):
            self.channel.placeholder_product_id = foreign

    def test_mapping_of_one_reference_is_unique(self):
        vals = {
            "channel_id": self.channel.id,
            "kind": "sku",
            "ref": "0002",
            "product_id": self.channel.placeholder_product_id.id,
        }
        self.env["retail.channel.product"].create(vals)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self.env["retail.channel.product"].create(vals)

    def test_any_shipping_method_is_one_line(self):
        vals = {
            "channel_id": self.channel.id,
            "kind": "shipping",
            "product_id": self.channel.shipping_product_id.id,
        }
        self.env["retail.channel.service"].create([vals, {**vals, "kind": "fee"}])
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self.env["retail.channel.service"].create(vals)

    def test_identity_stays_once_orders_are_known(self):
        self.channel.code = "renamed"
        self._ledger_row()
        with self.assertRaisesRegex(UserError, "identity"):
            self.channel.code = "again"
        with self.assertRaisesRegex(UserError, "identity"):
            self.channel.company_id = self.other_company()
        self.channel.write({"code": "renamed", "name": "Other name"})
        self.assertEqual(self.channel.name, "Other name")

    def _ledger_row(self, **vals):
        return (
            self.env["retail.ledger"]
            .sudo()
            .create(
                {
                    "channel_id": self.channel.id,
                    "company_id": self.channel.company_id.id,
                    "kind": "order",
                    "source_ref": "1",
                    "identity_key": "0" * 32,
                    "content_hash": "0" * 32,
                    "outcome": "created",
                    **vals,
                }
            )
        )

    def test_counters_follow_the_records(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.env["res.partner"].create({"name": "Buyer"}).id}
        )
        self._ledger_row(order_id=order.id)
        self._ledger_row(outcome="rejected", identity_key="1" * 32)
        self.env["retail.channel.tax"].create(
            {"channel_id": self.channel.id, "rate_ref": "1", "name": "GST", "rate": 5}
        )
        self.assertEqual(self.channel.order_count, 1)
        self.assertEqual(self.channel.ledger_count, 2)
        self.assertEqual(self.channel.reject_count, 1)
        self.assertEqual(self.channel.import_count, 0)
        self.assertEqual(self.channel.unmapped_tax_count, 1)

    def test_a_customer_with_many_keys_counts_once(self):
        buyer, home = self.env["res.partner"].create([{"name": "Buyer"}, {"name": "B"}])
        self.env["retail.channel.partner"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "party_key": str(number) * 32,
                    "role": role,
                    "partner_id": partner.id,
                }
                for number, (role, partner) in enumerate(
                    [
                        ("customer", buyer),
                        ("customer", buyer),
                        ("email", buyer),
                        ("invoice", buyer),
                        ("delivery", home),
                    ]
                )
            ]
        )
        self.assertEqual(self.channel.partner_count, 1)

    def test_order_button_shows_the_channel_s_orders(self):
        partner = self.env["res.partner"].create({"name": "Buyer"})
        orders = self.env["sale.order"].create(
            [{"partner_id": partner.id}, {"partner_id": partner.id}]
        )
        self._ledger_row(order_id=orders[0].id)
        action = self.channel.action_view_orders()
        self.assertEqual(self.env["sale.order"].search(action["domain"]), orders[0])
        self.assertEqual(action["res_model"], "sale.order")

    def test_chatter_addresses_no_customer_of_the_shop(self):
        partner = self.env["res.partner"].create({"name": "Buyer"})
        row = self.env["retail.channel.partner"].create(
            {
                "channel_id": self.channel.id,
                "party_key": "0" * 32,
                "partner_id": partner.id,
            }
        )
        self.assertEqual(self.channel.partner_ids, row)
        self.assertFalse(self.channel._mail_get_partners()[self.channel.id])

    def test_unknown_code_names_the_channels(self):
        self.assertEqual(self.env["retail.channel"]._by_code("shop"), self.channel)
        with self.assertRaisesRegex(UserError, "shop"):
            self.env["retail.channel"]._by_code("nope")

    def test_currency_of_a_channel_is_active(self):
        """Inactive ones can be chosen; a manager of shops may activate none himself."""
        currencies = self.env["res.currency"].with_context(active_test=False)
        baht, krona = currencies.search([("name", "in", ("THB", "ISK"))])
        (baht | krona).active = False
        as_manager = self.env["retail.channel"].with_user(self.user("manager"))
        channel = as_manager.create(
            {"name": "Siam", "code": "siam", "currency_id": baht.id}
        )
        self.assertTrue(baht.active)
        channel.currency_id = krona
        self.assertTrue(krona.active)

    def test_a_rate_shows_its_per_cent(self):
        rates = self.env["retail.channel.tax"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "rate_ref": ref,
                    "name": "R",
                    "rate": rate,
                }
                for ref, rate in (("1", 5), ("2", 9.975), ("3", 0))
            ]
        )
        self.assertEqual(
            rates.mapped("display_name"), ["R (5 %)", "R (9.975 %)", "R (0 %)"]
        )
