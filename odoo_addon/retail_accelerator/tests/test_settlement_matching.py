# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tests import tagged

from ..settle import matching, overdraft, posting
from .settlement_common import SettlementCase

SALE = {"transaction": "ch_1", "gross": 12000, "fee": -378}


@tagged("post_install", "-at_install")
class TestSettlementMatching(SettlementCase):
    def settle(self, *rows):
        settlement = self.payout(*rows)
        return settlement, matching.match(settlement)

    def test_order_is_found_by_the_providers_id(self):
        order = self.order()
        order.reference = "ch_1"
        settlement, result = self.settle(SALE)
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)
        self.assertEqual(result["levels"]["id"], 1)
        self.assertEqual(settlement.state, "matched")

    def test_order_is_found_by_its_reference(self):
        order = self.order()
        order.client_order_ref = "WEB-4711"
        settlement, result = self.settle({**SALE, "order": "WEB-4711"})
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)
        self.assertEqual(result["levels"]["reference"], 1)
        self.assertIn("order", settlement.event_ids.applied_ids.evidence)

    def test_invoice_goes_before_its_order(self):
        order = self.order()
        order.client_order_ref = "WEB-4711"
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        settlement, _result = self.settle({**SALE, "order": "WEB-4711"})
        link = settlement.event_ids.applied_ids
        self.assertEqual(link.move_line_id, self.item(invoice))
        posting.post(settlement)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_credit_note_takes_the_refund(self):
        note = self.invoice(30.0, kind="out_refund")
        refund = {"kind": "refund", "transaction": "re_1", "gross": -3000}
        settlement, _result = self.settle({**refund, "invoice": note.name})
        posting.post(settlement)
        self.assertEqual(note.amount_residual, 0.0)

    def test_registered_payment_is_taken_from_the_outstanding_account(self):
        invoice = self.invoice(120.0)
        method = self.env["account.payment.method.line"].search(
            [("journal_id.type", "=", "bank"), ("payment_type", "=", "inbound")],
            limit=1,
        )
        method.payment_account_id = self.channel.settlement_transit_account_id.copy()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.partner.id,
                "amount": 120.0,
                "memo": "WEB-4712",
                "date": "2026-03-09",
                "journal_id": method.journal_id.id,
                "payment_method_line_id": method.id,
            }
        )
        payment.action_post()
        settlement, _result = self.settle({**SALE, "order": "WEB-4712"})
        link = settlement.event_ids.applied_ids
        self.assertEqual(link.kind, "payment")
        posting.post(settlement)
        self.assertTrue(link.move_line_id.reconciled)
        self.assertEqual(invoice.amount_residual, 120.0)

    def test_a_row_of_no_amount_waits_for_nothing(self):
        settlement, result = self.settle(
            {**SALE, "gross": 0, "fee": 0},
            {"transaction": "f", "gross": 0, "fee": -30},
            {"transaction": "x", "kind": "unknown", "gross": 0},
        )
        events = settlement.event_ids.sorted("source_row")
        self.assertEqual(events.mapped("state"), ["plain", "plain", "exception"])
        self.assertEqual(result["reasons"], {"unknown_type": 1})

    def test_one_order_is_paid_once_across_payouts(self):
        order = self.order()
        order.client_order_ref = "WEB-1"
        self.settle({**SALE, "order": "WEB-1"})
        again, _result = self.settle(
            {**SALE, "order": "WEB-1", "transaction": "ch_9", "payout": "po_9"}
        )
        self.assertEqual(again.event_ids.state, "exception")
        self.assertFalse(again.event_ids.applied_ids)

    def test_refund_goes_back_to_the_order_of_an_earlier_payout(self):
        order = self.order()
        order.client_order_ref = "WEB-2"
        self.settle({**SALE, "order": "WEB-2"})
        refund = {"kind": "refund", "transaction": "re_2", "parent": "ch_1"}
        later, _result = self.settle({**refund, "gross": -2000, "payout": "po_2"})
        self.assertEqual(later.event_ids.applied_ids.order_id, order)

    def test_row_waits_for_its_order_and_is_matched_when_it_comes(self):
        settlement, result = self.settle({**SALE, "order": "WEB-3"})
        self.assertEqual(result["reasons"], {"not_found_yet": 1})
        self.assertEqual(settlement.event_ids.state, "waiting")
        self.order().client_order_ref = "WEB-3"
        matching.match(settlement)
        self.assertEqual(settlement.event_ids.state, "matched")
        self.assertEqual(settlement.state, "matched")

    def test_retry_of_a_cause_replays_all_it_unblocks(self):
        rows = [
            {**SALE, "order": f"WEB-{number}", "transaction": f"ch_{number}"}
            for number in range(20, 23)
        ]
        settlement, _result = self.settle(*rows)
        for number in range(20, 23):
            self.order().client_order_ref = f"WEB-{number}"
        settlement.event_ids[0].action_retry_cause()
        self.assertEqual(set(settlement.event_ids.mapped("state")), {"matched"})

    def test_fees_and_reserves_need_no_match(self):
        settlement, _result = self.settle({"kind": "fee", "fee": -500})
        self.assertEqual(settlement.event_ids.state, "plain")
        self.assertEqual(settlement.state, "matched")

    def test_other_companies_items_are_never_taken(self):
        order = self.order()
        order.client_order_ref = "WEB-5"
        other = self.env["res.company"].create({"name": "Other"})
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s", (other.id, order.id)
        )
        order.invalidate_recordset()
        settlement, _result = self.settle({**SALE, "order": "WEB-5"})
        self.assertFalse(settlement.event_ids.applied_ids)

    def test_matching_again_changes_nothing(self):
        order = self.order()
        order.client_order_ref = "WEB-6"
        settlement, _result = self.settle({**SALE, "order": "WEB-6"})
        link = settlement.event_ids.applied_ids
        matching.match(settlement)
        self.assertEqual(settlement.event_ids.applied_ids, link)

    def test_order_that_became_cheaper_stops_no_other_row(self):
        cheaper, order = self.order(), self.order()
        cheaper.client_order_ref, order.client_order_ref = "WEB-7", "WEB-8"
        self.settle({**SALE, "order": "WEB-7"})
        cheaper.order_line.price_unit = 10.0
        other = {**SALE, "order": "WEB-8", "transaction": "ch_8", "payout": "po_8"}
        settlement, _result = self.settle(other)
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)

    def test_invoice_paid_by_hand_after_its_match_stops_no_other_row(self):
        paid, order = self.invoice(120.0), self.order()
        order.client_order_ref = "WEB-9"
        self.settle({**SALE, "invoice": paid.name})
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({}).action_create_payments()
        other = {**SALE, "order": "WEB-9", "transaction": "ch_9", "payout": "po_9"}
        settlement, _result = self.settle(other)
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)

    def other_shops(self, order):
        """The order came from another shop."""
        shop = self.env["retail.channel"].create({"name": "Other", "code": "other"})
        self.env["retail.ledger"].create(
            {
                "channel_id": shop.id,
                "company_id": shop.company_id.id,
                "kind": "order",
                "source_ref": order.client_order_ref,
                "source_number": order.client_order_ref,
                "identity_key": f"{order.id:032d}",
                "outcome": "created",
                "order_id": order.id,
            }
        )

    def test_orders_of_another_shop_are_never_taken(self):
        order = self.order()
        order.client_order_ref = "1007"
        self.other_shops(order)
        settlement, _result = self.settle({**SALE, "order": "1007"})
        self.assertFalse(settlement.event_ids.applied_ids)

    def test_invoices_of_another_shops_orders_are_never_taken(self):
        order = self.order()
        order.client_order_ref = "1008"
        self.other_shops(order)
        order.action_confirm()
        order._create_invoices().action_post()
        settlement, _result = self.settle({**SALE, "order": "1008"})
        self.assertFalse(settlement.event_ids.applied_ids)
        self.assertFalse(settlement.event_ids.proposal_ids)

    def test_order_in_two_records_of_the_shop_is_one_item(self):
        order = self.order()
        for ref in ("1009", "1010"):
            self.env["retail.ledger"].create(
                {
                    "channel_id": self.channel.id,
                    "company_id": self.company.id,
                    "kind": "order",
                    "source_ref": ref,
                    "source_number": ref,
                    "identity_key": ref.zfill(32),
                    "outcome": "created",
                    "order_id": order.id,
                }
            )
        settlement, _result = self.settle({**SALE, "order": "1010"})
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)

    def test_order_is_found_by_its_online_payment(self):
        order = self.order()
        provider = self.env["payment.provider"].search([], limit=1)
        methods = self.env["payment.method"].with_context(active_test=False)
        method = methods.search([], limit=1)
        self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "tx-77",
                "provider_reference": "ch_77",
                "amount": 120.0,
                "currency_id": self.currency.id,
                "partner_id": self.partner.id,
                "sale_order_ids": [(6, 0, order.ids)],
            }
        )
        settlement, result = self.settle({**SALE, "transaction": "ch_77"})
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)
        self.assertEqual(result["levels"]["id"], 1)

    def test_many_rows_of_one_order_stop_no_later_row(self):
        order = self.order(1000.0)
        order.client_order_ref = "WEB-70"
        row = {**SALE, "order": "WEB-70", "gross": 100, "fee": 0}
        self.settle(*({**row, "transaction": f"ch_{n}"} for n in range(100)))
        later = {**row, "transaction": "ch_last", "payout": "po_70"}
        settlement, _result = self.settle(later)
        self.assertEqual(settlement.event_ids.applied_ids.order_id, order)

    def test_more_is_never_taken_than_there_is(self):
        order = self.order()
        settlement = self.payout(SALE, {**SALE, "transaction": "ch_2"})
        for event in settlement.event_ids:
            self.link(event, order)
        self.env.flush_all()
        names = overdraft.overdrawn(self.company, settlement.event_ids.ids)
        self.assertEqual(names, [order.name])

    def test_dispute_that_is_won_after_it_was_posted_finds_its_invoice(self):
        invoice = self.invoice(120.0)
        rows = (
            {"kind": "capture", "transaction": "ch_1", "gross": 12000},
            {"kind": "chargeback", "transaction": "dp_1", "gross": -12000},
            {"kind": "chargeback_reversal", "transaction": "dp_2", "gross": 12000},
        )
        for number, row in enumerate(rows):
            payout = {"payout": f"po_{number}", "invoice": invoice.name}
            settlement, _result = self.settle({**row, **payout})
            self.assertEqual(settlement.event_ids.state, "matched", row)
            posting.post(settlement)
        items = self.env["account.move.line"].search(
            [("move_id.retail_settlement_ids.channel_id", "=", self.channel.id)]
        )
        receivable = items.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(len(receivable), 3)
        self.assertFalse(receivable.filtered(lambda item: not item.reconciled))
