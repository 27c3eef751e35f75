# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's own exports become products, taxes and contacts, once."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..setup.channel_setup import ChannelSetup
from ..setup.exports import Exports
from .common import RetailCase, as_file, customer, product, rate, variation


class SetupCase(RetailCase):
    def load(self, channel=None, remap_taxes=False, **exports):
        files = {name: as_file(rows) for name, rows in exports.items()}
        setup = ChannelSetup(channel or self.channel, remap_taxes=remap_taxes)
        return setup.load(Exports(**files))

    def mapped(self, kind, ref):
        return self.channel.product_ids.filtered(
            lambda row: (row.kind, row.ref) == (kind, str(ref))
        ).product_id

    def tax_of(self, ref):
        rule = self.channel.tax_ids.filtered(lambda rule: rule.rate_ref == str(ref))
        return rule.tax_ids


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


@tagged("post_install", "-at_install")
class TestTaxes(SetupCase):
    def test_rows_of_one_tax_share_it(self):
        result = self.load(
            taxes=[
                rate(1, "HST", "15.0000", state="NB"),
                rate(2, "HST", "15.0000", state="NS"),
                rate(3, "HST", "13.0000", state="ON"),
            ]
        )
        self.assertEqual(result["taxes"]["created"], 2)
        self.assertEqual(self.tax_of(1), self.tax_of(2))
        self.assertNotEqual(self.tax_of(1), self.tax_of(3))
        self.assertEqual(self.tax_of(3).amount, 13)
        self.assertEqual(self.tax_of(3).tax_group_id.name, "HST")
        self.assertEqual(self.channel.tax_ids.mapped("state_code"), ["NB", "NS", "ON"])

    def test_rates_of_two_priorities_stay_two_taxes(self):
        self.load(
            taxes=[
                rate(1, "Local", "1.0000", state="CA"),
                rate(2, "Local", "1.0000", state="CA", priority=2),
            ]
        )
        self.assertEqual(len(self.tax_of(1) + self.tax_of(2)), 2)

    def test_compound_rate_is_charged_on_the_others(self):
        self.load(
            taxes=[
                rate(1, "GST", "5.0000", state="QC"),
                rate(2, "QST", "9.9750", state="QC", compound=True, priority=2),
                rate(3, "PST", "7.0000", state="BC", priority=2),
            ]
        )
        gst, qst, pst = self.tax_of(1), self.tax_of(2), self.tax_of(3)
        both = (gst + qst).compute_all(100.0)
        self.assertEqual(
            {tax["id"]: tax["amount"] for tax in both["taxes"]},
            {gst.id: 5.0, qst.id: 10.47},
        )
        plain = (gst + pst).compute_all(100.0)
        self.assertEqual(
            {tax["id"]: tax["amount"] for tax in plain["taxes"]},
            {gst.id: 5.0, pst.id: 7.0},
        )

    def test_price_mode_follows_the_shop(self):
        self.channel.tax_included = True
        self.load(taxes=[rate(1, "MwSt.", "19.0000", country="DE")])
        tax = self.tax_of(1)
        self.assertTrue(tax.price_include)
        self.assertEqual(tax.compute_all(119.0)["total_excluded"], 100.0)

    def test_changed_price_mode_gives_new_taxes(self):
        rows = [rate(1, "MwSt.", "19.0000", country="DE")]
        self.load(taxes=rows)
        excluded = self.tax_of(1)
        setup = ChannelSetup.for_code(self.env, "shop", tax_included=True)
        result = setup.load(Exports(taxes=as_file(rows)))
        self.assertEqual(result["taxes"]["updated"], 1)
        self.assertNotEqual(self.tax_of(1), excluded)
        self.assertTrue(self.tax_of(1).price_include)

    def test_existing_tax_of_the_same_name_and_rate_is_used(self):
        mine = self.env["account.tax"].create(
            {
                "name": "hst 13%",
                "amount": 13,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
            }
        )
        result = self.load(taxes=[rate(1, "HST", "13.0000")])
        self.assertEqual(self.tax_of(1), mine)
        self.assertEqual(result["taxes"]["matched"], 1)
        self.assertEqual(result["created"], 0)

    def test_the_country_s_only_tax_of_that_rate_is_used_once(self):
        country = self.company.account_fiscal_country_id
        mine = self.env["account.tax"].create(
            {
                "name": "State",
                "amount": 6.125,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
            }
        )
        self.load(
            taxes=[
                rate(1, "First", "6.1250", country=country.code),
                rate(2, "Second", "6.1250", country=country.code, priority=2),
                rate(3, "Abroad", "6.1250", country="ZW"),
            ]
        )
        self.assertEqual(self.tax_of(1), mine)
        self.assertNotEqual(self.tax_of(2), mine)
        self.assertNotEqual(self.tax_of(3), mine)

    def test_tax_of_the_other_price_mode_is_not_used(self):
        self.env["account.tax"].create(
            {
                "name": "HST 13%",
                "amount": 13,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        self.load(taxes=[rate(1, "HST", "13.0000")])
        self.assertFalse(self.tax_of(1).price_include)
        self.assertEqual(self.tax_of(1).name, "HST 13% (excluded)")

    def test_zero_rate_is_a_tax(self):
        self.load(taxes=[rate(1, "Zero", "0.0000")])
        self.assertEqual(self.tax_of(1).amount, 0)
        self.assertEqual(self.tax_of(1).name, "Zero 0%")

    def test_a_mapping_made_by_hand_stays(self):
        self.load(taxes=[rate(1, "GST", "5.0000")])
        mine = self.env["account.tax"].create(
            {"name": "By hand", "amount": 5, "type_tax_use": "sale"}
        )
        self.channel.tax_ids.tax_ids = mine
        self.load(taxes=[rate(1, "GST", "5.0000")])
        self.assertEqual(self.tax_of(1), mine)

    def test_changed_rate_of_the_shop_gets_another_tax(self):
        self.load(taxes=[rate(1, "GST", "5.0000"), rate(2, "GST", "5.0000")])
        old = self.tax_of(1)
        result = self.load(taxes=[rate(1, "GST", "6.0000"), rate(2, "GST", "5.0000")])
        self.assertEqual(self.tax_of(1).amount, 6)
        self.assertEqual(self.tax_of(2), old)
        self.assertEqual(self.channel.tax_ids.mapped("rate"), [6.0, 5.0])
        self.assertEqual(
            {name: result["taxes"][name] for name in ("updated", "known", "mapped")},
            {"updated": 1, "known": 1, "mapped": 0},
        )

    def test_new_taxes_are_posted_where_the_company_s_own_is(self):
        default = self.company.account_sale_tax_id
        account = default.invoice_repartition_line_ids.account_id
        self.assertTrue(account)
        self.load(taxes=[rate(1, "GST", "5.0000")])
        for lines in ("invoice_repartition_line_ids", "refund_repartition_line_ids"):
            self.assertEqual(self.tax_of(1)[lines].account_id, account)


@tagged("post_install", "-at_install")
class TestCustomers(SetupCase):
    def test_contacts_are_created_with_their_address(self):
        self.load(
            customers=[
                customer(
                    1,
                    "ann@example.com",
                    billing={
                        "first_name": "Ann",
                        "last_name": "Lee",
                        "company": "Lee Ltd",
                        "address_1": "1 Main St",
                        "city": "Montréal",
                        "postcode": "H1A 1A1",
                        "country": "CA",
                        "state": "QC",
                        "phone": "+1 514 555 0100",
                    },
                )
            ]
        )
        contact = self.env["res.partner"].search([("email", "=", "ann@example.com")])
        self.assertEqual(contact.name, "Ann Lee")
        self.assertEqual(contact.company_name, "Lee Ltd")
        self.assertEqual(contact.city, "Montréal")
        self.assertEqual(contact.country_id.code, "CA")
        self.assertEqual(contact.state_id.code, "QC")
        self.assertFalse(contact.company_id)

    def test_states_are_found_with_and_without_their_country(self):
        self.load(
            customers=[
                customer(
                    1,
                    "bo@example.com",
                    shipping={"country": "DE", "state": "BY", "city": "Ulm"},
                ),
                customer(
                    2,
                    "cy@example.com",
                    shipping={"country": "DE", "state": "DE-BY", "city": "Ulm"},
                ),
                customer(
                    3,
                    "di@example.com",
                    shipping={"country": "CA", "state": "CA-QC", "city": "Laval"},
                ),
            ]
        )
        contacts = self.env["res.partner"].search(
            [("email", "in", ("bo@example.com", "cy@example.com", "di@example.com"))],
            order="email",
        )
        bavaria, quebec = (
            self.env.ref("base.state_de_by"),
            self.env.ref("base.state_ca_qc"),
        )
        self.assertEqual(
            [contact.state_id for contact in contacts], [bavaria, bavaria, quebec]
        )

    def test_existing_contacts_are_matched_by_email(self):
        mine = self.env["res.partner"].create(
            {"name": "Ann", "email": "Ann <ANN@example.com>"}
        )
        result = self.load(
            customers=[
                customer(1, "ann@Example.com"),
                customer(2, "ann@example.com"),
                customer(3, ""),
                customer(4, "new@example.com"),
            ]
        )
        self.assertEqual(
            result["customers"], {"created": 1, "matched": 1, "skipped": 2}
        )
        found = self.env["res.partner"].search(
            [("email_normalized", "=", "ann@example.com")]
        )
        self.assertEqual(found, mine)


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


@tagged("post_install", "-at_install")
class TestWizard(SetupCase):
    def test_manager_loads_exports_without_other_rights(self):
        import base64

        manager = self.user("manager")
        wizard = (
            self.env["retail.channel.setup"]
            .with_user(manager)
            .create(
                {
                    "channel_id": self.channel.id,
                    "products": base64.b64encode(as_file([product(1)])),
                    "taxes": base64.b64encode(as_file([rate(1, "GST", "5.0000")])),
                    "customers": base64.b64encode(
                        as_file([customer(1, "ann@example.com")])
                    ),
                }
            )
        )
        action = wizard.action_load()
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn("Products: 1 created", action["params"]["message"])
        self.assertTrue(self.mapped("product", 1))
        self.assertTrue(self.tax_of(1))
        self.assertIn("Products: 1 created", self.channel.message_ids[0].body)

    def test_wizard_without_a_file_says_so(self):
        wizard = self.env["retail.channel.setup"].create(
            {"channel_id": self.channel.id}
        )
        with self.assertRaisesRegex(UserError, "at least one"):
            wizard.action_load()

    def test_operator_cannot_set_a_channel_up(self):
        operator = self.user("operator")
        with self.assertRaises(AccessError):
            ChannelSetup(self.channel.with_user(operator))

    def test_tax_of_a_manager_s_mapping_may_be_a_group(self):
        child = self.env["account.tax"].create(
            {"name": "Child", "amount": 5, "type_tax_use": "sale"}
        )
        group = self.env["account.tax"].create(
            {
                "name": "Both",
                "amount_type": "group",
                "type_tax_use": "sale",
                "children_tax_ids": [Command.set(child.ids)],
            }
        )
        self.load(taxes=[rate(1, "GST", "5.0000")])
        self.channel.tax_ids.with_user(self.user("manager")).tax_ids = group
        self.assertEqual(self.tax_of(1), group)
