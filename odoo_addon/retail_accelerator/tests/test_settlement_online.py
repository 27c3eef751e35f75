# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..settle import matching, posting
from .settlement_common import SettlementCase

SALE = {"transaction": "ch_1", "gross": 12000, "fee": -378}


@tagged("post_install", "-at_install")
class TestSettlementOnline(SettlementCase):
    """Online payments that no order or invoice stands for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        archived = cls.env(context=dict(cls.env.context, active_test=False))
        cls.provider = archived["payment.provider"].search([], limit=1)
        cls.method = archived["payment.method"].search([], limit=1)

    def transaction(self, reference="TX-1", provider_reference="ch_1", **values):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": reference,
                "provider_reference": provider_reference,
                "amount": 120.0,
                "currency_id": self.currency.id,
                "partner_id": self.partner.id,
                "state": "done",
                **values,
            }
        )

    def book(self, transaction):
        """The payment of the transaction, with an entry."""
        line = self.env["account.payment.method.line"].search(
            [("journal_id.type", "=", "bank"), ("payment_type", "=", "inbound")],
            limit=1,
        )
        line.payment_account_id = self.channel.settlement_transit_account_id.copy()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.partner.id,
                "amount": 120.0,
                "journal_id": line.journal_id.id,
                "payment_method_line_id": line.id,
                "payment_transaction_id": transaction.id,
            }
        )
        payment.action_post()
        transaction.payment_id = payment
        return payment

    def settle(self, row):
        settlement = self.payout(row)
        return settlement, matching.match(settlement)

    def test_payment_of_a_transaction_is_found_by_the_providers_id(self):
        payment = self.book(self.transaction())
        settlement, result = self.settle(SALE)
        link = settlement.event_ids.applied_ids
        self.assertEqual(result["levels"]["id"], 1)
        self.assertEqual(link.kind, "payment")
        self.assertEqual(link.move_line_id.move_id, payment.move_id)
        posting.post(settlement)
        self.assertTrue(link.move_line_id.reconciled)

    def test_transaction_without_an_entry_waits_until_it_has_one(self):
        transaction = self.transaction()
        settlement, result = self.settle(SALE)
        row = settlement.event_ids
        self.assertEqual(result["reasons"], {"not_booked": 1})
        self.assertEqual((row.state, row.reason), ("waiting", "not_booked"))
        self.assertIn("entry", row.advice)
        proposal = row.proposal_ids
        self.assertEqual(proposal.kind, "transaction")
        self.assertEqual(proposal.target_name, "TX-1")
        self.assertEqual(proposal.partner_id, self.partner)
        self.assertEqual(proposal.target_open, 120.0)
        opened = proposal.action_open_target()
        self.assertEqual(opened["res_model"], "payment.transaction")
        self.assertEqual(opened["res_id"], transaction.id)
        with self.assertRaises(UserError):
            proposal.action_apply()
        self.book(transaction)
        matching.match(settlement)
        self.assertEqual(row.state, "matched")
        self.assertEqual(row.applied_ids.kind, "payment")

    def test_row_of_a_transaction_without_entry_is_posted_to_suspense_until_then(self):
        transaction = self.transaction()
        settlement, _result = self.settle(SALE)
        posting.post(settlement)
        self.assertTrue(settlement.event_ids.suspense_line_id)
        payment = self.book(transaction)
        matching.match(settlement)
        self.assertFalse(settlement.event_ids.suspense_line_id)
        item = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.outstanding_account_id
        )
        self.assertTrue(item.reconciled)

    def test_order_stands_for_its_transaction(self):
        order = self.order()
        self.transaction(sale_order_ids=[Command.link(order.id)])
        settlement, _result = self.settle(SALE)
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)

    def test_invoice_stands_for_its_transaction(self):
        invoice = self.invoice()
        self.transaction(invoice_ids=[Command.link(invoice.id)])
        settlement, result = self.settle(SALE)
        self.assertEqual(result["levels"]["id"], 1)
        link = settlement.event_ids.applied_ids
        self.assertEqual(link.move_line_id, self.item(invoice))

    def test_cancelled_order_does_not_hide_that_its_customer_paid(self):
        order = self.order()
        self.transaction(sale_order_ids=[Command.link(order.id)])
        order._action_cancel()
        settlement, result = self.settle(SALE)
        self.assertEqual(result["reasons"], {"not_booked": 1})
        self.assertEqual(settlement.event_ids.proposal_ids.kind, "transaction")

    def test_transaction_that_never_happened_is_not_found(self):
        self.transaction(state="cancel")
        self.transaction("TX-2", "ch_2", state="error")
        _settlement, result = self.settle(SALE)
        self.assertNotIn("not_booked", result["reasons"])
