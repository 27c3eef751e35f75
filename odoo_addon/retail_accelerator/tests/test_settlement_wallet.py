# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reports that name no payouts: the provider keeps a balance one withdraws from."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..settle import matching, posting
from .settlement_common import DAY, SettlementCase

SALE = {"payout": "", "order": "1001", "gross": 12000, "fee": -400}


def sale(number, hour):
    return {**SALE, "transaction": f"PP{number}", "date": f"{DAY} {hour}:00:00"}


def withdrawal(number, hour, cents):
    return {
        "payout": "",
        "kind": "payout",
        "type": "T0400",
        "transaction": f"W{number}",
        "gross": -cents,
        "date": f"{DAY} {hour}:00:00",
    }


@tagged("post_install", "-at_install")
class TestSettlementWallet(SettlementCase):
    def named(self, settlements, reference):
        return settlements.filtered(lambda payout: payout.reference == reference)

    def test_withdrawal_is_the_payout_of_the_rows_before_it(self):
        found = self.payout(
            sale(1, 10), withdrawal(1, 11, 11600), sale(2, 12), withdrawal(2, 13, 10000)
        )
        first, second = self.named(found, "W1"), self.named(found, "W2")
        self.assertEqual(first.event_ids.mapped("transaction_ref"), ["PP1", "W1"])
        self.assertEqual((first.amount_file, first.amount_declared), (116.0, 116.0))
        kept = second.event_ids.filtered(lambda event: event.kind == "reserve")
        self.assertEqual(kept.gross, -16.0)
        self.assertEqual((second.amount_file, second.amount_declared), (100.0, 100.0))
        self.assertEqual(set(found.mapped("state")), {"proved"})

    def test_rows_wait_for_a_withdrawal_in_a_later_report(self):
        pending = self.payout(sale(1, 10))
        self.assertFalse(pending.reference)
        found = self.payout(sale(1, 10), sale(2, 11), withdrawal(1, 12, 23200))
        payout = self.named(found, "W1")
        self.assertEqual(len(payout.event_ids), 3)
        self.assertEqual(payout.amount_file, 232.0)
        self.assertFalse(pending.exists())

    def test_returned_withdrawal_takes_the_payout_back(self):
        """The bank refuses the money: it is in the provider's balance again."""
        back = {**withdrawal(2, 12, -11600), "type": "T0401", "parent": "W1"}
        found = self.payout(
            sale(1, 10), withdrawal(1, 11, 11600), back, withdrawal(3, 14, 11600)
        )
        first, returned, again = (self.named(found, f"W{n}") for n in "123")
        self.assertEqual(returned.amount_declared, -116.0)
        self.assertEqual(returned.amount_file, -116.0)
        self.assertEqual(again.amount_declared, 116.0)
        self.assertFalse(found.filtered(lambda payout: not payout.reference))
        for payout in (first, returned):
            posting.post(payout)
        moves = first.move_ids + returned.move_ids
        sums = self.sums(moves)
        self.assertEqual(sums[self.channel.settlement_transit_account_id], 0.0)
        self.assertEqual(sums[self.channel.settlement_reserve_account_id], 116.0)
        posting.post(again)
        sums = self.sums(moves + again.move_ids)
        self.assertEqual(sums[self.channel.settlement_transit_account_id], 116.0)
        self.assertEqual(sums[self.channel.settlement_reserve_account_id], 0.0)

    def test_same_rows_again_change_nothing(self):
        rows = [sale(1, 10), withdrawal(1, 11, 10000)]
        payout = self.named(self.payout(*rows), "W1")
        before = payout.event_ids.ids
        again = self.take(rows)
        self.assertEqual(again.new, 0)
        self.assertEqual(payout.event_ids.ids, before)
        self.assertEqual(
            self.env["retail.settlement"].search_count(
                [("channel_id", "=", self.channel.id)]
            ),
            1,
        )

    def test_withdrawal_of_an_earlier_balance_is_a_release(self):
        found = self.payout(sale(1, 10), withdrawal(1, 11, 20000))
        payout = self.named(found, "W1")
        row = payout.event_ids.filtered(lambda event: event.kind == "release")
        self.assertEqual((row.gross, payout.amount_file), (84.0, 200.0))

    def test_posted_withdrawal_agrees_with_its_bank_line(self):
        order = self.order()
        order.client_order_ref = "1001"
        found = self.payout(sale(1, 10), withdrawal(1, 11, 10000))
        payout = self.named(found, "W1")
        matching.match(payout)
        line = self.bank_line(100.0, "PAYPAL W1")
        moves = posting.post(payout)
        sums = self.sums(moves)
        self.assertEqual(sums[self.channel.settlement_reserve_account_id], 16.0)
        self.assertEqual(sums[self.channel.settlement_fee_account_id], 4.0)
        self.assertEqual((payout.state, payout.bank_line_id), ("reconciled", line))

    def test_balance_nobody_withdrew_from_is_booked_as_a_balance(self):
        pending = self.payout(sale(1, 10))
        action = pending.action_close_balance()
        settlement = self.env["retail.settlement"].browse(action["res_id"])
        self.assertEqual((settlement.amount_file, settlement.state), (0.0, "proved"))
        sums = self.sums(posting.post(settlement))
        self.assertEqual(sums[self.channel.settlement_reserve_account_id], 116.0)
        self.assertNotIn(self.channel.settlement_transit_account_id, sums)
        self.assertEqual(settlement.state, "reconciled")
        self.assertIn("still to be matched: 1 row.", settlement.proof_html)
        settlement.event_ids.filtered(lambda e: e.kind == "capture").state = "plain"
        settlement.invalidate_recordset()
        self.assertIn("no bank line is expected", settlement.proof_html)
        posting.reverse(settlement, reason="other month")
        self.assertIn(settlement.state, ("proved", "matched"))

    def test_rows_whose_payout_a_report_will_name_are_not_closed(self):
        self.payout({**SALE, "payout": "po_1", "transaction": "PP1"})
        pending = self.payout(sale(2, 10))
        with self.assertRaisesRegex(UserError, "name the payout"):
            pending.action_close_balance()

    def test_only_accountants_close_a_balance(self):
        pending = self.payout(sale(1, 10)).with_user(self.people["operator"])
        with self.assertRaises(AccessError):
            pending.action_close_balance()
