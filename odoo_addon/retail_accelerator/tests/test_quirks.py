# SPDX-License-Identifier: LGPL-3.0-or-later
"""What real shops send: imported, not rejected, to the cent."""

import copy
import json
from datetime import date

from odoo.tests import TransactionCase, tagged

from ..engine import refunds
from ..engine.session import Session

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "",
    "address_1": "12 Rue des Fleurs",
    "address_2": "",
    "city": "Montréal",
    "state": "QC",
    "postcode": "H2X 1Y4",
    "country": "CA",
    "phone": "",
}
NOBODY = dict.fromkeys(ADDRESS, "")


def line(total="20.00", tax="1.00", **changes):
    """A product line of two caps with its tax at rate 1."""
    taxes = [{"id": 1, "total": tax, "subtotal": tax}] if tax else []
    return {
        "id": 11,
        "name": "Cap",
        "product_id": 5,
        "variation_id": 0,
        "sku": "CAP",
        "quantity": 2,
        "subtotal": total,
        "total": total,
        "total_tax": tax or "0.00",
        "taxes": taxes,
        **changes,
    }


def order(ref=1, **changes):
    """A small order as WooCommerce sends it; 20.00 and 5 % of it."""
    return {
        "id": ref,
        "number": str(ref),
        "status": "processing",
        "currency": "USD",
        "prices_include_tax": False,
        "date_created_gmt": "2026-01-05T10:00:00",
        "date_modified_gmt": "2026-01-05T10:00:00",
        "total": "21.00",
        "total_tax": "1.00",
        "discount_total": "0.00",
        "customer_id": 7,
        "billing": {**ADDRESS, "email": "ada@example.com"},
        "shipping": dict(ADDRESS),
        "line_items": [line()],
        "tax_lines": [tax_line()],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "meta_data": [],
        **changes,
    }


def tax_line(rate=1, percent=5, **changes):
    return {
        "rate_id": rate,
        "rate_code": f"CA-{rate}",
        "label": "GST",
        "rate_percent": percent,
        "compound": False,
        "tax_total": "1.00",
        "shipping_tax_total": "0.00",
        **changes,
    }


@tagged("post_install", "-at_install")
class TestQuirks(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.channel = cls.env["retail.channel"].create(
            {
                "name": "Quirk shop",
                "code": "quirks",
                "missing_product_policy": "reject",
                "currency_id": cls.company.currency_id.id,
                # Tests send the same basket under one number after the other.
                "duplicate_policy": "warn",
                "suspect_policy": "ignore",
            }
        )
        cls.cap = cls.env["product.product"].create(
            {"name": "Cap", "default_code": "CAP", "invoice_policy": "order"}
        )
        cls.gst = cls.make_tax(1, 5)
        for status, action in (
            ("processing", "draft"),
            ("completed", "draft"),
            ("cancelled", "cancel"),
        ):
            cls.set_status(status, action)

    @classmethod
    def set_status(cls, status, action):
        rule = cls.channel.status_ids.filtered(lambda rule: rule.status == status)
        if rule:
            rule.action = action
        else:
            cls.env["retail.channel.status"].create(
                {"channel_id": cls.channel.id, "status": status, "action": action}
            )

    @classmethod
    def make_tax(cls, ref, percent, **vals):
        tax = cls.env["account.tax"].create(
            {
                "name": f"Quirk {ref}",
                "amount": percent,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                **vals,
            }
        )
        cls.env["retail.channel.tax"].create(
            {
                "channel_id": cls.channel.id,
                "rate_ref": str(ref),
                "name": f"Quirk {ref}",
                "rate": percent,
                "tax_ids": [(6, 0, tax.ids)],
            }
        )
        return tax

    # -- importing and looking ----

    def take(self, *documents, lane="auto"):
        """Import; returns (outcomes, reasons) of the records."""
        channel = self.channel.with_context(active_test=False)
        session = Session(channel.with_company(self.company), 0, lane)
        session.job.open(json.dumps(documents).encode())
        chunk = session.job.read(100, 1 << 24)
        session.process(chunk)
        refunds.record_mentions(session, chunk)
        self.env.flush_all()
        self.env.invalidate_all()
        outcomes, _lanes, reasons = chunk.summary()
        return {name: n for name, n in outcomes.items() if n}, reasons

    def entry(self, ref=1):
        return self.env["retail.ledger"].search(
            [("channel_id", "=", self.channel.id), ("source_ref", "=", str(ref))]
        )

    def created(self, document):
        """The order of a document that must be imported, equal to the cent."""
        outcomes, reasons = self.take(document)
        self.assertEqual((outcomes, reasons), ({"created": 1}, {}))
        created = self.entry(document["id"]).order_id
        self.assertEqual(len(created), 1)
        self.check_amounts(created, document)
        return created

    def check_amounts(self, record, document):
        self.assertEqual(record.currency_id.name, document["currency"])
        self.assertAlmostEqual(record.amount_total, float(document["total"]), 6)
        self.assertAlmostEqual(record.amount_tax, float(document["total_tax"]), 6)

    def check_invoice(self, created, document):
        """The posted invoice has the shop's total and tax too."""
        created.action_confirm()
        invoice = created._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.check_amounts(invoice, document)

    def rejected(self, document, reason):
        outcomes, reasons = self.take(document)
        self.assertEqual((outcomes, reasons), ({"rejected": 1}, {reason: 1}))
        entry = self.entry(document["id"])
        self.assertFalse(entry.order_id)
        self.assertEqual(entry.reason, reason)
        return entry

    def map_product(self, kind, ref, product):
        self.env["retail.channel.product"].create(
            {
                "channel_id": self.channel.id,
                "kind": kind,
                "ref": ref,
                "product_id": product.id,
            }
        )

    # -- money ----

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

    def foreign(self):
        return "EUR" if self.company.currency_id.name != "EUR" else "USD"

    def test_foreign_currency_without_rate(self):
        document = order(currency=self.foreign())
        self.check_invoice(self.created(document), document)

    def test_foreign_currency_with_rate(self):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", self.foreign())])
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": date(2026, 1, 1),
                "rate": 1.25,
                "company_id": self.company.id,
            }
        )
        document = order(currency=self.foreign())
        created = self.created(document)
        self.assertAlmostEqual(created.currency_rate, 1.25)
        self.check_invoice(created, document)

    def test_yen_with_decimals_add_up_in_whole_yen(self):
        """The decimals stay the store's when the order is in another currency."""
        document = order(
            currency="JPY",
            total="21.00",
            total_tax="1.00",
            line_items=[line("20.00", "1.00")],
        )
        self.check_invoice(self.created(document), document)

    def test_unrounded_taxes_end_in_the_rounded_total(self):
        document = order(
            total="58.85",
            total_tax="2.80",
            line_items=[line("56.05", "2.8025", total_tax="2.80")],
        )
        self.check_invoice(self.created(document), document)

    def test_compound_tax_is_a_tax_on_the_tax(self):
        self.gst.include_base_amount = True
        self.gst.sequence = 1
        self.make_tax(2, 10, sequence=2)
        taxes = [
            {"id": 1, "total": "1.00", "subtotal": "1.00"},
            {"id": 2, "total": "2.10", "subtotal": "2.10"},
        ]
        document = order(
            total="23.10",
            total_tax="3.10",
            line_items=[line("20.00", "3.10", taxes=taxes)],
            tax_lines=[tax_line(), tax_line(2, 10, compound=True, tax_total="2.10")],
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

    def test_order_without_lines_is_kept(self):
        document = order(total="0.00", total_tax="0.00", line_items=[], tax_lines=[])
        self.assertFalse(self.created(document).order_line)

    # -- references ----

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

    def test_unknown_tax_is_rejected_with_its_rate(self):
        taxed = line(taxes=[{"id": 99, "total": "1.00", "subtotal": "1.00"}])
        document = order(line_items=[taxed], tax_lines=[tax_line(99, 5)])
        entry = self.rejected(document, "unknown_tax")
        self.assertIn("99", entry.message)

    def test_unknown_tax_is_set_up_where_the_channel_says_so(self):
        self.channel.unknown_tax_policy = "create"
        taxed = line(taxes=[{"id": 99, "total": "1.66", "subtotal": "1.66"}])
        taxed["total_tax"] = "1.66"
        document = order(
            total="21.66",
            total_tax="1.66",
            line_items=[taxed],
            tax_lines=[tax_line(99, 8.3, tax_total="1.66", label="New tax")],
        )
        created = self.created(document)
        rule = self.channel.tax_ids.filtered(lambda rule: rule.rate_ref == "99")
        self.assertEqual(created.order_line.tax_ids, rule.tax_ids)
        self.assertAlmostEqual(rule.tax_ids.amount, 8.3)
        self.check_invoice(created, document)

    # -- customers ----

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

    # -- statuses, metadata, refunds ----

    def test_custom_status_follows_the_channel(self):
        self.channel.unknown_status_action = "reject"
        document = order(status="awaiting-pickup")
        self.rejected(document, "status_refused")
        self.set_status("awaiting-pickup", "draft")
        self.assertEqual(self.created(document).state, "draft")

    def test_cancelled_order_is_a_cancelled_order(self):
        self.assertEqual(self.created(order(status="cancelled")).state, "cancel")

    def test_metadata_of_any_type_survives(self):
        values = ["text", 12.5, 7, True, None, {"a": {"b": None}}, ["x", 1, []], ""]
        meta = [{"id": n, "key": f"k{n}", "value": v} for n, v in enumerate(values)]
        item = line(meta_data=copy.deepcopy(meta))
        self.created(order(meta_data=meta, line_items=[item]))
        kept = json.loads(self.entry().payload_json)["meta_data"]
        self.assertEqual([row["value"] for row in kept], values)

    def test_refunds_leave_the_order_and_are_recorded(self):
        document = order(
            refunds=[
                {"id": 501, "reason": "partial", "total": "-10.50"},
                {"id": 502, "reason": "", "total": "-1.00", "total_tax": "0.00"},
            ]
        )
        created = self.created(document)
        found = self.env["retail.refund"].search([("order_id", "=", created.id)])
        self.assertEqual(sorted(found.mapped("amount")), [1, 10.5])
        detail = {
            "id": 501,
            "_order_ref": "1",
            "date_created_gmt": "2026-01-06T10:00:00",
            "amount": "10.50",
            "reason": "partial",
            "line_items": [
                {
                    "id": 21,
                    "quantity": 0,
                    "total": "-10.00",
                    "total_tax": "-0.50",
                    "taxes": [{"id": 1, "total": "-0.50"}],
                    "meta_data": [{"key": "_refunded_item_id", "value": "11"}],
                }
            ],
        }
        counts = self.env["retail.refund"]._record_batch(
            self.channel, self.env["retail.import"], [detail]
        )
        self.assertEqual(counts["updated"], 1)
        refund = found.filtered(lambda refund: refund.source_ref == "501")
        self.assertEqual((refund.line_ids.quantity, refund.amount), (0, 10.5))
        self.assertEqual(refund.line_ids.order_line_id, created.order_line)
        self.assertEqual(self.take(document)[0], {"unchanged": 1})

    def test_both_lanes_take_every_quirk_of_amounts(self):
        document = order(total="21.01", total_tax="1.00")
        outcomes, _reasons = self.take(document, lane="orm")
        self.assertEqual(outcomes, {"created": 1})
        self.assertEqual(self.entry().lane, "orm")
        self.check_amounts(self.entry().order_id, document)
