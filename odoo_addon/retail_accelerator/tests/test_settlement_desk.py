# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..audit import log
from ..settle import desk, posting
from .settlement_common import SettlementCase


@tagged("post_install", "-at_install")
class TestSettlementDesk(SettlementCase):
    def test_row_matched_by_hand_keeps_who_and_why(self):
        event, order = self.exception(), self.order()
        self.resolve(event, order_id=order.id).action_match()
        self.assertEqual(event.state, "matched")
        self.assertEqual(event.applied_ids.level, "manual")
        self.assertEqual(event.settlement_id.state, "matched")
        last = self.env["retail.audit"].search([], limit=1)
        self.assertEqual((last.action, last.user_id), ("manual_match", self.env.user))

    def test_row_matched_after_posting_leaves_the_suspense_account(self):
        event, invoice = self.exception(), self.invoice(120.0)
        posting.post(event.settlement_id)
        suspense = event.suspense_line_id
        self.resolve(event, move_line_id=self.item(invoice).id).action_match()
        self.assertEqual(suspense.amount_residual, 0.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertFalse(event.suspense_line_id)

    def test_item_is_not_paid_beyond_what_is_open(self):
        event, invoice = self.exception(), self.invoice(100.0)
        wizard = self.resolve(event, move_line_id=self.item(invoice).id)
        with self.assertRaisesRegex(UserError, "open by"):
            wizard.action_match()

    def test_write_off_needs_a_note_and_a_limit(self):
        event = self.exception(gross=500)
        with self.assertRaises(UserError):
            self.resolve(event, note=" ").action_write_off()
        operator = self.people["operator"]
        with self.assertRaisesRegex(AccessError, "no limit"):
            self.resolve(event).with_user(operator).action_write_off()
        self.channel.settlement_writeoff_limit_operator = 5.0
        self.resolve(event).with_user(operator).action_write_off()
        self.assertEqual(event.state, "written_off")

    def test_role_without_a_limit_is_told_that_it_may_not_write_off(self):
        event, operator = self.exception(gross=500), self.people["operator"]
        self.assertIn("may not", self.resolve(event).with_user(operator).writeoff_hint)
        self.assertFalse(self.resolve(event).writeoff_hint)
        self.channel.settlement_writeoff_limit_operator = 1.0
        wizard = self.resolve(event).with_user(operator)
        self.assertEqual((wizard.writeoff_hint, wizard.writeoff_limit), (False, 1.0))

    def test_accountant_has_a_limit_of_his_own(self):
        event = self.exception(gross=10001)
        accountant = event.with_user(self.people["accountant"])
        with self.assertRaisesRegex(AccessError, "at most"):
            desk.write_off(accountant, "too much")

    def test_written_off_row_is_booked_as_difference(self):
        event = self.exception(gross=500, fee=0)
        desk.write_off(event, "rounding")
        sums = self.sums(posting.post(event.settlement_id))
        self.assertEqual(sums[self.channel.settlement_writeoff_account_id], -5.0)

    def test_settled_row_is_not_resolved_again(self):
        event = self.exception(gross=500)
        desk.write_off(event, "once")
        with self.assertRaisesRegex(UserError, "settled already"):
            desk.write_off(event, "twice")

    def test_people_note_and_assign_but_do_not_change_rows(self):
        event = self.exception().with_user(self.people["operator"])
        event.write({"note": "called the provider", "user_id": self.env.uid})
        with self.assertRaises(AccessError):
            event.write({"gross": 1.0})

    def test_proposal_is_taken_with_its_score(self):
        event, order = self.exception(), self.order()
        proposal = self.env["retail.settlement.link"].create(
            {
                "event_id": event.id,
                "state": "proposed",
                "kind": "order",
                "level": "amount",
                "score": 0.8,
                "amount": 120.0,
                "currency_id": self.currency.id,
                "order_id": order.id,
            }
        )
        proposal.action_apply()
        self.assertEqual(event.applied_ids.score, 0.8)
        self.assertFalse(event.proposal_ids)

    def test_auditor_reads_and_changes_nothing(self):
        event = self.exception().with_user(self.people["auditor"])
        self.assertEqual(event.gross, 120.0)
        self.assertRaises(AccessError, event.write, {"note": "x"})
        self.assertRaises(AccessError, event.settlement_id.action_match)
        with self.assertRaises(AccessError):
            _ = event.email

    def test_other_company_sees_nothing(self):
        event = self.exception()
        other = self.env["res.company"].create({"name": "Other"})
        user = self.people["operator"]
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for model in ("retail.settlement", "retail.settlement.event", "retail.audit"):
            self.assertFalse(self.env[model].with_user(user).search([]))
        self.assertTrue(event)

    def test_ageing_rows_get_one_activity(self):
        settlement = self.exception().settlement_id
        self.channel.settlement_reminder_days = 7
        self.env.cr.execute(
            "UPDATE retail_settlement SET create_date = now() - interval '8 days'"
        )
        settlement.invalidate_recordset()
        for _repeat in range(2):
            self.env["retail.settlement"]._cron_remind()
        self.assertEqual(len(settlement.activity_ids), 1)

    def test_every_entry_is_named_in_the_log(self):
        """Those of the posting, of what leaves the suspense account later, and of the
        reversal."""
        event, invoice = self.exception(), self.invoice(120.0)
        payout = event.settlement_id
        posting.post(payout)
        self.resolve(event, move_line_id=self.item(invoice).id).action_match()
        moves = payout.move_ids
        self.assertEqual(len(moves), 2)
        moves |= posting.reverse(payout, reason="test")
        details = "".join(self.env["retail.audit"].search([]).mapped("details"))
        for move in moves:
            self.assertIn(f'"{move.name}"', details)

    def test_every_decision_is_in_the_log(self):
        event = self.exception(gross=500)
        before = log.verify(self.env, self.company)["entries"]
        desk.write_off(event, "small")
        posting.post(event.settlement_id)
        posting.reverse(event.settlement_id, reason="test")
        report = log.verify(self.env, self.company)
        self.assertFalse(report["problem"])
        self.assertGreaterEqual(report["entries"], before + 3)
