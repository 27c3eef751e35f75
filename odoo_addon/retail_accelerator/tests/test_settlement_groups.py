# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tests import tagged

from ..settle import intake, matching, posting
from .settlement_common import DAY, SettlementCase

HEADER = (
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    "reporting_category,charge_id,customer_name,customer_email,"
    "payment_metadata[order_id]"
)


@tagged("post_install", "-at_install")
class TestSettlementGroups(SettlementCase):
    """Sums, from the report's bytes to paid invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "ada@mail.example"
        cls.other = cls.channel.create({"name": "Other", "code": "settle-other"})
        cls.other._prepare_settlements()

    def report(self, *rows, payout="po_1"):
        """A payout of (charge, cents, name, e-mail, order); each costs 0.30."""
        moment = f"{DAY} 10:00:00"
        lines = [HEADER]
        for charge, cents, name, email, order in rows:
            amounts = f"{cents / 100:.2f},0.30,{cents / 100 - 0.3:.2f}"
            lines.append(
                f"{payout},txn_{charge},{moment},{self.currency.name.lower()},"
                f"{amounts},charge,{charge},{name},{email},{order}"
            )
        total = sum(row[1] for row in rows) - 30 * len(rows)
        paid = f"{-total / 100:.2f}"
        lines.append(
            f"{payout},txn_{payout},{moment},{self.currency.name.lower()},"
            f"{paid},0.00,{paid},payout,,,,"
        )
        return "\n".join([*lines, ""]).encode()

    def settle(self, *rows, channel=None, payout="po_1"):
        channel = channel or self.channel
        content = self.report(*rows, payout=payout)
        settlement = intake.take(channel, content, f"{payout}.csv").settlements
        return settlement, matching.match(settlement)

    def post(self, settlement):
        posting.post(settlement)
        balances = settlement.move_ids.line_ids.mapped("balance")
        self.assertTrue(self.currency.is_zero(sum(balances)))
        self.assertEqual(settlement.amount_posted, settlement.amount_file)

    def open_amounts(self, *invoices):
        return [invoice.amount_residual for invoice in invoices]

    def linked(self, settlement):
        return settlement.event_ids.applied_ids.move_line_id.move_id

    def test_one_row_pays_the_invoices_of_a_person_that_make_its_sum(self):
        invoices = [self.invoice(amount) for amount in (1234.56, 777.01, 3210.99)]
        row = ("ch_1", 123456 + 321099, "Ada Lovelace", "ada@mail.example", "")
        settlement, result = self.settle(row)
        self.assertEqual(result["levels"]["group"], 1)
        self.post(settlement)
        self.assertEqual(self.open_amounts(*invoices), [0, 777.01, 0])

    def test_one_row_that_names_nobody_pays_the_only_sum_of_a_customer(self):
        invoices = [self.invoice(amount) for amount in (1234.56, 777.01, 3210.99)]
        settlement, result = self.settle(("ch_1", 123456 + 321099, "", "", ""))
        self.assertEqual(result["levels"]["group"], 1)
        links = settlement.event_ids.applied_ids
        self.assertIn("sum of one customer", links[0].evidence)
        self.post(settlement)
        self.assertEqual(self.open_amounts(*invoices), [0, 777.01, 0])

    def test_sum_of_two_customers_is_proposed_to_nobody(self):
        mine = self.invoice(1234.56)
        self.partner = self.partner.create({"name": "Bob Ray"})
        theirs = self.invoice(3210.99)
        settlement, result = self.settle(("ch_1", 123456 + 321099, "", "", ""))
        self.assertEqual(result["levels"]["group"], 0)
        self.post(settlement)
        self.assertTrue(settlement.event_ids.filtered("suspense_line_id"))
        self.assertEqual(self.open_amounts(mine, theirs), [1234.56, 3210.99])

    def test_several_rows_of_a_person_pay_one_invoice(self):
        invoice = self.invoice(3210.99)
        rows = [
            (f"ch_{cents}", cents, "Ada Lovelace", "ada@mail.example", "")
            for cents in (100_001, 100_002, 121_096)
        ]
        settlement, result = self.settle(*rows)
        self.assertEqual(result["levels"]["group"], 3)
        self.post(settlement)
        self.assertEqual(self.open_amounts(invoice), [0])

    def test_one_row_pays_all_invoices_of_the_order_it_names(self):
        invoices = [self.invoice(amount) for amount in (120.0, 80.5)]
        for invoice in invoices:
            invoice.payment_reference = "WEB-4711"
        settlement, result = self.settle(("ch_1", 20050, "", "", "WEB-4711"))
        self.assertEqual(result["levels"]["group"], 1)
        self.post(settlement)
        self.assertEqual(self.open_amounts(*invoices), [0, 0])

    def test_two_channels_at_once_take_each_invoice_once(self):
        invoices = [self.invoice(amount) for amount in (1234.56, 3210.99)]
        row = ("ch_1", 123456 + 321099, "Ada Lovelace", "ada@mail.example", "")
        first, _result = self.settle(row)
        second, result = self.settle(row, channel=self.other, payout="po_2")
        self.assertEqual(result["levels"]["group"], 0)
        self.assertFalse(second.matched_count)
        self.post(second)
        self.assertEqual(self.open_amounts(*invoices), [1234.56, 3210.99])
        self.post(first)
        self.assertEqual(self.open_amounts(*invoices), [0, 0])

    def test_rows_of_two_channels_pay_one_invoice_as_far_as_it_goes(self):
        invoice = self.invoice(100.0)
        named = (6000, "", "", invoice.name)
        first, _result = self.settle(("ch_1", *named))
        second, result = self.settle(
            ("ch_2", *named), channel=self.other, payout="po_2"
        )
        self.assertEqual(result["reasons"], {"exceeds_open": 1})
        self.post(first)
        self.post(second)
        self.assertEqual(self.open_amounts(invoice), [40.0])
        self.assertEqual(self.linked(first), invoice)

    def test_invoices_that_come_later_are_paid_by_the_sum_that_waited(self):
        row = ("ch_1", 123456 + 321099, "Ada Lovelace", "ada@mail.example", "")
        settlement, result = self.settle(row)
        self.assertEqual(result["levels"]["group"], 0)
        self.post(settlement)
        invoices = [self.invoice(amount) for amount in (1234.56, 3210.99)]
        result = matching.match(settlement)
        self.assertEqual(result["levels"]["group"], 1)
        self.assertFalse(settlement.event_ids.filtered("suspense_line_id"))
        self.assertEqual(self.open_amounts(*invoices), [0, 0])
