# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..settle import matching, posting
from .settlement_common import SALE, SettlementCase

CORRECTION = {"kind": "adjustment", "type": "Balance_correction", "gross": -700}


@tagged("post_install", "-at_install")
class TestSettlementRules(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["account.account"].create(
            {"name": "Corrections", "code": "629900", "account_type": "expense"}
        )

    def rule(self, word="balance_correction", **vals):
        vals = vals or {"account_id": self.account.id}
        return self.env["retail.settlement.rule"].create(
            {"channel_id": self.channel.id, "provider_type": word, **vals}
        )

    def matched(self, *rows):
        settlement = self.payout(*rows)
        matching.match(settlement)
        return settlement

    def resolve(self, event, **vals):
        return self.env["retail.settlement.resolve"].create(
            {"event_id": event.id, "account_id": self.account.id, **vals}
        )

    def test_adjustment_waits_until_somebody_says_what_it_is(self):
        event = self.matched(CORRECTION).event_ids
        self.assertEqual((event.state, event.reason), ("exception", "no_rule"))

    def test_rule_books_rows_of_its_word_on_its_account(self):
        rule = self.rule()
        settlement = self.matched(CORRECTION, {**CORRECTION, "type": "other"})
        ours, other = settlement.event_ids.sorted("source_row")
        self.assertEqual((ours.state, ours.rule_id), ("plain", rule))
        self.assertEqual(other.state, "exception")
        sums = self.sums(posting.post(settlement))
        self.assertEqual(sums[self.account], 7.0)
        self.assertEqual(sums[self.channel.settlement_suspense_account_id], 7.0)
        self.assertEqual(settlement._variance()["adjustment"], -7.0)

    def test_special_letters_of_a_word_are_letters(self):
        self.rule("balance%correction")
        event = self.matched(CORRECTION).event_ids
        self.assertEqual(event.state, "exception")

    def test_star_stands_for_any_letters(self):
        self.rule("BALANCE*")
        self.assertEqual(self.matched(CORRECTION).event_ids.state, "plain")

    def test_rule_of_another_provider_does_not_count(self):
        self.rule(account_id=self.account.id, provider="adyen")
        self.assertEqual(self.matched(CORRECTION).event_ids.state, "exception")

    def test_first_rule_counts(self):
        second = self.rule(sequence=20, account_id=self.account.id)
        first = self.rule(sequence=5, account_id=self.account.id)
        event = self.matched(CORRECTION).event_ids
        self.assertEqual(event.rule_id, first)
        self.assertEqual((first.event_count, second.event_count), (1, 0))

    def test_unknown_word_treated_as_a_payment_is_matched_with_its_order(self):
        order = self.order(price=100.0)
        order.client_order_ref = "1001"
        self.rule("express", kind="capture")
        row = {**SALE, "kind": "unknown", "type": "express"}
        event = self.matched(row).event_ids
        self.assertEqual((event.kind, event.state), ("capture", "matched"))
        self.assertEqual(event.applied_ids.order_id, order)

    def test_same_report_again_stays_known_after_a_rule(self):
        self.rule("express", kind="fee")
        row = {"kind": "unknown", "type": "express", "gross": -100}
        self.matched(row)
        self.assertEqual(self.take([row]).new, 0)

    def test_rule_needs_one_answer(self):
        with self.assertRaises(ValidationError):
            self.rule(kind="fee", account_id=self.account.id)
        with self.assertRaises(ValidationError):
            self.rule(sequence=1)

    def test_one_decision_explains_all_rows_of_the_type(self):
        first = self.matched(CORRECTION, {**CORRECTION, "gross": -900})
        second = self.matched({**CORRECTION, "payout": "po_2", "gross": -100})
        event = first.event_ids[0]
        self.resolve(event, for_all=True, note="monthly correction").action_book()
        states = (first | second).event_ids.mapped("state")
        self.assertEqual(set(states), {"plain"})
        self.assertEqual(first.state, "matched")
        self.assertEqual(event.note, "monthly correction")

    def test_booking_one_row_leaves_the_others(self):
        settlement = self.matched(CORRECTION, {**CORRECTION, "gross": -900})
        one, other = settlement.event_ids.sorted("source_row")
        self.resolve(one).action_book()
        self.assertEqual((one.state, other.state), ("plain", "exception"))

    def test_rows_explained_after_posting_leave_the_suspense_account(self):
        settlement = self.matched(CORRECTION, {**CORRECTION, "gross": -900})
        posting.post(settlement)
        suspense = settlement.event_ids.suspense_line_id
        self.resolve(settlement.event_ids[0], for_all=True).action_book()
        self.assertEqual(sum(suspense.mapped("amount_residual")), 0.0)
        self.assertFalse(settlement.event_ids.suspense_line_id)
        self.assertEqual(self.sums(settlement.move_ids)[self.account], 16.0)

    def test_row_whose_order_comes_after_posting_leaves_the_suspense_account(self):
        settlement = self.matched(SALE)
        self.assertEqual(settlement.event_ids.state, "waiting")
        posting.post(settlement)
        order = self.order(price=100.0)
        order.client_order_ref = "1001"
        matching.match(settlement)
        event = settlement.event_ids
        self.assertEqual((event.state, event.applied_ids.order_id), ("matched", order))
        self.assertFalse(event.suspense_line_id)
        receivable = order.partner_id.property_account_receivable_id
        self.assertEqual(self.sums(settlement.move_ids)[receivable], -120.0)

    def test_only_accountants_book(self):
        event = self.matched(CORRECTION).event_ids
        wizard = self.resolve(event).with_user(self.people["operator"])
        with self.assertRaises(AccessError):
            wizard.action_book()
        with self.assertRaises(AccessError):
            self.env["retail.settlement.rule"].with_user(
                self.people["operator"]
            ).create({"channel_id": self.channel.id, "provider_type": "x"})

    def test_booking_without_an_account_asks_for_it(self):
        event = self.matched(CORRECTION).event_ids
        with self.assertRaisesRegex(UserError, "Choose the account"):
            self.resolve(event, account_id=False).action_book()
