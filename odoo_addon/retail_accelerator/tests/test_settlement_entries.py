# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people do to a payout's entries in Odoo's own accounting screens."""

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import new_test_user, tagged

from ..settle import bank, posting
from .settlement_common import SALE, SettlementCase


@tagged("post_install", "-at_install")
class TestSettlementEntries(SettlementCase):
    def setUp(self):
        super().setUp()
        self.payout_posted = self.payout(SALE)
        self.entry = posting.post(self.payout_posted)

    def reversal(self, user=None):
        """Odoo's own form to reverse an entry."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(user or self.env.user)
            .with_context(active_model="account.move", active_ids=self.entry.ids)
            .create({"journal_id": self.entry.journal_id.id, "reason": "by hand"})
        )
        return wizard.reverse_moves()

    def test_entry_is_not_taken_back_without_its_payout(self):
        """Neither by draft, cancellation and deletion, nor by Odoo's own reversal."""
        entry = self.entry
        for undoing in (
            entry.button_draft,
            entry.button_cancel,
            entry.with_context(force_delete=True).unlink,
            self.reversal,
        ):
            with self.subTest(way=undoing.__name__):
                with self.assertRaisesRegex(RedirectWarning, "use “Reverse”") as caught:
                    undoing()
                _message, action, button, *_rest = caught.exception.args
                self.assertEqual(action["res_id"], self.payout_posted.id)
                self.assertEqual(button, "Open the Payout")
        self.assertEqual((entry.state, self.payout_posted.state), ("posted", "posted"))

    def test_who_sees_no_payouts_is_told_whom_to_ask(self):
        user = new_test_user(self.env, "books_only", "account.group_account_manager")
        with self.assertRaisesRegex(UserError, "Ask a settlement accountant"):
            self.entry.with_user(user).button_draft()
        with self.assertRaisesRegex(UserError, "Ask a settlement accountant"):
            self.reversal(user)

    def test_entries_that_leave_the_suspense_account_are_kept_too(self):
        event = self.payout_posted.event_ids
        wizard = self.env["retail.settlement.resolve"].create(
            {"event_id": event.id, "move_line_id": self.item(self.invoice()).id}
        )
        event.state = "exception"
        wizard.action_match()
        [later] = self.payout_posted.move_ids - self.entry
        with self.assertRaises(RedirectWarning):
            later.button_draft()

    def test_reversed_payout_lets_go_of_its_entries(self):
        self.bank_line(116.22, "po_1")
        self.assertTrue(bank.reconcile(self.payout_posted))
        [opposite] = posting.reverse(self.payout_posted, reason="other policy")
        self.assertEqual(opposite.reversed_entry_id, self.entry)
        self.assertEqual(self.payout_posted.state, "proved")
        opposite.button_draft()
        self.assertEqual(opposite.state, "draft")

    def test_other_entries_are_free(self):
        other = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.channel.settlement_fee_account_id.id,
                            "debit": debit,
                            "credit": 5.0 - debit,
                        }
                    )
                    for debit in (5.0, 0.0)
                ]
            }
        )
        other.action_post()
        other.button_draft()
        other.unlink()
        self.assertFalse(other.exists())
