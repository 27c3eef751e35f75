# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's tax rates become Odoo's taxes, once."""

from odoo.fields import Command
from odoo.tests import tagged

from ..setup.channel_setup import ChannelSetup
from ..setup.exports import Exports
from .common import as_file, rate
from .setup_common import SetupCase


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

    def test_new_tax_goes_where_the_country_s_own_tax_of_that_rate_goes(self):
        country = self.company.account_fiscal_country_id
        account, box, closing = self._own_account(), self._tag("base"), self._tag("tax")
        lines = [
            Command.create({"repartition_type": "base", "tag_ids": box.ids}),
            Command.create({"account_id": account.id, "tag_ids": closing.ids}),
        ]
        mine = self.env["account.tax"].create(
            {
                "name": "Reduced",
                "amount": 6.125,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
                "original_tax_ids": self.company.account_sale_tax_id.ids,
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )
        self.channel.tax_included = True
        self.load(
            taxes=[
                rate(1, "Shop", "6.1250", country=country.code),
                rate(2, "Abroad", "6.1250", country="ZW"),
            ]
        )
        tax = self.tax_of(1)
        self.assertNotEqual(tax, mine)
        self.assertTrue(tax.price_include)
        self.assertEqual(tax.tax_group_id, mine.tax_group_id)
        for name in ("invoice_repartition_line_ids", "refund_repartition_line_ids"):
            self.assertEqual(tax[name].account_id, account)
            self.assertEqual(tax[name].tag_ids, box + closing)
            self.assertEqual(
                self.tax_of(2)[name].tag_ids, self.env["account.account.tag"]
            )
        self.assertFalse(tax.original_tax_ids, "it would be applied beside the other")

    def _own_account(self):
        return self.env["account.account"].create(
            {
                "name": "Reduced tax",
                "code": "RATAX",
                "account_type": "liability_current",
            }
        )

    def _tag(self, name):
        return self.env["account.account.tag"].create(
            {
                "name": name,
                "applicability": "taxes",
                "country_id": self.company.account_fiscal_country_id.id,
            }
        )
