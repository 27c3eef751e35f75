# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's order as its REST interface gives it, and the import of a few of them."""

import json

from odoo.tests import TransactionCase

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


class QuirkCase(TransactionCase):
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
        return self.take_bytes(json.dumps(documents).encode(), lane)

    def take_bytes(self, data, lane="auto"):
        channel = self.channel.with_context(active_test=False)
        session = Session(channel.with_company(self.company), 0, lane)
        session.job.open(data)
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
        """The posted invoice has the shop's amounts: in all, by line and by tax."""
        created.action_confirm()
        invoice = created._create_invoices(final=True)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.check_amounts(invoice, document)
        items = [
            item
            for kind in ("line_items", "shipping_lines", "fee_lines")
            for item in document[kind]
        ]
        cents = created.currency_id.round
        lines = created.order_line[: len(items)]
        for line, item in zip(lines, items, strict=True):
            self.assertAlmostEqual(
                sum(line.invoice_lines.mapped("price_subtotal")),
                cents(float(item["total"])),
                6,
            )
        self.check_taxes(invoice, document, items)
        self.assertFalse(created.order_line.filtered("qty_to_invoice"))

    def check_taxes(self, invoice, document, items):
        """Tax by rate, but for what the rounding line took to reach the total."""
        wanted = {}
        for tax in (tax for item in items for tax in item["taxes"]):
            rule = self.channel.tax_ids.filtered(
                lambda rule, ref=str(tax["id"]): rule.rate_ref == ref
            )
            wanted.setdefault(rule.tax_ids, []).append(float(tax["total"]))
        rounding = invoice.invoice_line_ids.filtered(
            lambda line: line.product_id == self.channel.rounding_product_id
        )
        spare = abs(sum(line.price_total - line.price_subtotal for line in rounding))
        for tax, amounts in wanted.items():
            booked = invoice.line_ids.filtered(
                lambda line, tax=tax: line.tax_line_id == tax
            )
            self.assertAlmostEqual(
                -sum(booked.mapped("amount_currency")),
                invoice.currency_id.round(sum(amounts)),
                delta=spare + 1e-6,
            )

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
