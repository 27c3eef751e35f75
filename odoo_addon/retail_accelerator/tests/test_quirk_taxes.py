# SPDX-License-Identifier: LGPL-3.0-or-later
"""Taxes upon taxes, and taxes Odoo does not know."""

import json

from odoo.tests import tagged

from ..engine.session import Session
from .quirk_common import QuirkCase, line, order, tax_line


def order_taxed(rate):
    """An order of 20.00 with 8.3 % at a rate of the shop."""
    taxed = line(taxes=[{"id": rate, "total": "1.66", "subtotal": "1.66"}])
    taxed["total_tax"] = "1.66"
    return order(
        total="21.66",
        total_tax="1.66",
        line_items=[taxed],
        tax_lines=[tax_line(rate, 8.3, tax_total="1.66", label="New tax")],
    )


@tagged("post_install", "-at_install")
class TestQuirkTaxes(QuirkCase):
    def test_unknown_tax_is_rejected_with_its_rate(self):
        taxed = line(taxes=[{"id": 99, "total": "1.00", "subtotal": "1.00"}])
        document = order(line_items=[taxed], tax_lines=[tax_line(99, 5)])
        entry = self.rejected(document, "unknown_tax")
        self.assertIn("99", entry.message)

    def test_unknown_tax_is_set_up_where_the_channel_says_so(self):
        self.channel.unknown_tax_policy = "create"
        document = order_taxed(99)
        created = self.created(document)
        rule = self.channel.tax_ids.filtered(lambda rule: rule.rate_ref == "99")
        self.assertEqual(created.order_line.tax_ids, rule.tax_ids)
        self.assertAlmostEqual(rule.tax_ids.amount, 8.3)
        self.check_invoice(created, document)

    def test_a_tax_made_since_the_import_began_keeps_its_orders_native(self):
        """By a chunk on another connection, or by an accountant meanwhile."""
        session = Session(self.channel.with_company(self.company))
        tax = self.make_tax(98, 8.3)
        document = order_taxed(98)
        session.job.open(json.dumps([document]).encode())
        chunk = session.job.read(100, 1 << 24)
        session.process(chunk)
        _outcomes, lanes, reasons = chunk.summary()
        self.assertEqual((lanes["native"], reasons), (1, {}))
        self.assertEqual(self.entry(1).order_id.order_line.tax_ids, tax)

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
