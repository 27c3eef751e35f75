# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows whose reconciliation somebody undoes, or makes anew, in Odoo's own screens."""

import json

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..audit import log
from ..settle import bank, desk, posting, undone
from .settlement_common import DAY, SettlementCase

SALE = {"transaction": "ch_1", "gross": 12000, "fee": -378}
REASON = "unreconciled"


class UndoneCase(SettlementCase):
    def posted(self, *invoices, **row):
        """A posted payout with one row an invoice."""
        payout = self.payout(
            *(
                {**SALE, "transaction": f"ch_{invoice.id}", **row}
                for invoice in invoices
            )
        )
        for event, invoice in zip(payout.event_ids, invoices, strict=True):
            self.link(event, self.item(invoice))
        posting.post(payout)
        return payout

    def logged(self, payout, action):
        entries = self.env["retail.audit"].search(
            [
                ("model", "=", payout._name),
                ("res_id", "=", payout.id),
                ("action", "=", action),
            ]
        )
        return [json.loads(entry.details) for entry in entries]

    def assertUndone(self, event):
        self.assertEqual((event.state, event.reason), ("exception", REASON))
        self.assertFalse(event.applied_ids)
        self.assertEqual(event.settlement_id.state, "posted")

    def assertPaid(self, event, invoice, is_open=False):
        """``is_open``: the row's own item waits for another row."""
        self.assertEqual((event.state, event.reason), ("matched", False))
        self.assertEqual(event.applied_ids.move_line_id, self.item(invoice))
        self.assertFalse(event.suspense_line_id or event.proposal_ids)
        self.assertTrue(self.item(invoice).reconciled)
        self.assertEqual(event.move_line_id.reconciled, not is_open)


@tagged("post_install", "-at_install")
class TestSettlementUndone(UndoneCase):
    # -- the row tells the truth --

    def test_row_whose_reconciliation_is_undone_waits_with_its_reason(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        self.assertPaid(payout.event_ids, invoice)
        self.item(invoice).remove_move_reconcile()
        self.assertUndone(payout.event_ids)
        self.assertEqual(payout.event_ids.proposal_ids.move_line_id, self.item(invoice))
        self.assertEqual(payout.exception_count, 1)
        self.assertEqual(payout._variance()["unknown"], 120.0)
        self.assertIn("Reconcile Again", payout.event_ids.advice)
        self.assertIn("data-part='undone'", payout.proof_html)
        shown = payout.action_view_proof("undone")
        rows = self.env[shown["res_model"]].search(shown["domain"])
        self.assertEqual(rows, payout.event_ids)
        [said] = self.logged(payout, "unreconcile")
        self.assertEqual(said["events"], payout.event_ids.ids)
        self.assertEqual(said["targets"], [invoice.name])
        self.assertFalse(log.verify(self.env, self.company)["problem"])

    def test_undoing_from_the_list_of_journal_items_is_followed(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        lines = self.env["account.move.line"].with_context(
            active_ids=payout.event_ids.move_line_id.ids
        )
        lines.action_unreconcile_match_entries()
        self.assertUndone(payout.event_ids)

    def test_invoice_cancelled_leaves_its_row_to_resolve(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        invoice.button_cancel()
        self.assertUndone(payout.event_ids)

    def test_invoice_reset_and_changed_leaves_its_row_to_resolve(self):
        """Odoo keeps the reconciliation of a draft until its amount changes."""
        invoice = self.invoice()
        payout = self.posted(invoice)
        invoice.button_draft()
        self.assertPaid(payout.event_ids, invoice)
        invoice.action_post()
        self.assertPaid(payout.event_ids, invoice)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 130.0
        invoice.action_post()
        self.assertUndone(payout.event_ids)
        payout.event_ids.action_reconcile_again()
        self.assertEqual(payout.event_ids.state, "matched")
        self.assertEqual(self.item(invoice).amount_residual, 10.0)

    def test_payment_cancelled_or_deleted_leaves_its_row_to_resolve(self):
        for number, button in enumerate(("action_cancel", "unlink")):
            payment, item = self.payment()
            payout = self.payout(
                {**SALE, "payout": f"pay{number}", "transaction": f"ch_{number}"}
            )
            self.link(payout.event_ids, item)
            posting.post(payout)
            self.assertTrue(item.reconciled)
            payment.action_draft()
            self.assertEqual(payout.event_ids.state, "matched")
            payment.action_post()
            getattr(payment, button)()
            self.assertUndone(payout.event_ids)
            self.assertEqual(len(payout.event_ids.proposal_ids), 1 - number)

    def payment(self):
        """A posted payment with its item on an outstanding account."""
        account = self.env["account.account"].create(
            {
                "code": f"OUT{self.env['account.account'].search_count([])}",
                "name": "Outstanding",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        method = journal.inbound_payment_method_line_ids[:1]
        method.payment_account_id = account
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.partner.id,
                "amount": 120.0,
                "date": fields.Date.to_date(DAY),
                "journal_id": journal.id,
                "payment_method_line_id": method.id,
            }
        )
        payment.action_post()
        return payment, payment.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )

    def test_many_undone_at_once_are_followed_by_few_statements(self):
        counts = []
        for size in (2, 12):
            invoices = [self.invoice() for _number in range(size)]
            payout = self.posted(*invoices, payout=f"po_{size}")
            partials = payout.move_ids.line_ids.matched_debit_ids
            pairs = [
                (partial.debit_move_id.id, partial.credit_move_id.id)
                for partial in partials
            ]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            undone.follow(self.env, pairs)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(payout.exception_count, size)
            self.assertEqual(len(self.logged(payout, "unreconcile")), 1)
        self.assertEqual(*counts)

    def test_one_of_several_rows_undone_leaves_the_others(self):
        first, second = self.invoice(), self.invoice()
        payout = self.posted(first, second)
        self.item(first).remove_move_reconcile()
        one, other = payout.event_ids.sorted("id")
        self.assertUndone(one)
        self.assertPaid(other, second)

    def test_capture_and_refund_of_one_sale_are_both_undone(self):
        invoice = self.invoice()
        payout = self.payout(
            SALE, {"transaction": "re_1", "kind": "refund", "gross": -12000}
        )
        for event in payout.event_ids:
            self.link(event, self.item(invoice))
        posting.post(payout)
        paid = payout.event_ids.filtered("move_line_id.reconciled")
        paid.move_line_id.remove_move_reconcile()
        self.assertEqual(set(paid.mapped("reason")), {REASON})

    def test_reversing_a_payout_is_no_undoing_of_its_rows(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        posting.reverse(payout, reason="test")
        self.assertEqual(payout.event_ids.state, "matched")
        self.assertFalse(self.logged(payout, "unreconcile"))
        posting.post(payout)
        self.assertPaid(payout.event_ids, invoice)

    def test_reversing_a_payout_undoes_no_row_of_another_one(self):
        """A chargeback and its return are matched with one another."""
        invoice = self.invoice()
        payouts = []
        for number, kind, gross in (
            (1, "capture", 12000),
            (2, "chargeback", -12000),
            (3, "chargeback_reversal", 12000),
        ):
            payout = self.payout(
                {**SALE, "kind": kind, "gross": gross, "fee": 0}
                | {"payout": f"po_{number}", "transaction": f"tx_{number}"}
            )
            self.link(payout.event_ids, self.item(invoice))
            posting.post(payout)
            payouts.append(payout)
        _sale, lost, won = payouts
        self.assertTrue(won.event_ids.move_line_id.reconciled)
        for reversed_, other in ((lost, won), (won, lost)):
            posting.reverse(reversed_, reason="test")
            self.assertPaid(other.event_ids, invoice, is_open=True)
            self.assertFalse(self.logged(other, "unreconcile"))
            posting.post(reversed_)
            for payout in payouts:
                self.assertPaid(payout.event_ids, invoice)

    def test_payout_that_is_reversed_and_posted_anew_matches_the_row_again(self):
        invoice = self.invoice()
        payout = self.posted(invoice, invoice=invoice.name)
        self.item(invoice).remove_move_reconcile()
        payout.action_match()
        self.assertUndone(payout.event_ids)  # what a person undid is not redone
        posting.reverse(payout, reason="test")
        payout.action_match()
        posting.post(payout)
        self.assertPaid(payout.event_ids, invoice)

    def test_bank_line_and_row_undone_together_are_both_followed(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        self.bank_line(116.22, "po_1")
        self.assertTrue(bank.reconcile(payout))
        payout.move_ids.line_ids.remove_move_reconcile()
        self.assertUndone(payout.event_ids)
        self.assertFalse(payout.bank_match_ids)

    def test_invoice_taken_back_before_posting_is_no_target_any_more(self):
        invoice = self.invoice()
        payout = self.payout(SALE)
        self.link(payout.event_ids, self.item(invoice))
        invoice.button_draft()
        posting.post(payout)
        self.assertEqual(payout.event_ids.reason, "target_changed")
        self.assertTrue(payout.event_ids.suspense_line_id)

    def test_invoice_deleted_before_posting_leaves_its_row_to_resolve(self):
        invoice = self.invoice()
        payout = self.payout(SALE)
        self.link(payout.event_ids, self.item(invoice))
        payout._conclude_matching()
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.assertEqual(payout.event_ids.reason, "target_changed")
        self.assertEqual(payout.state, "proved")
        self.assertEqual(len(self.logged(payout, "unreconcile")), 1)

    # -- and there is a way out --

    def test_one_click_reconciles_again(self):
        invoices = [self.invoice() for _number in range(3)]
        payout = self.posted(*invoices)
        for invoice in invoices:
            self.item(invoice).remove_move_reconcile()
        events = payout.event_ids.with_user(self.people["accountant"])
        events.action_reconcile_again()
        for event, invoice in zip(payout.event_ids.sorted("id"), invoices, strict=True):
            self.assertPaid(event, invoice)
        self.assertEqual(len(payout.move_ids), 1)
        self.assertNotIn("data-part='undone'", payout.proof_html)
        [said] = self.logged(payout, "reconcile_again")
        self.assertEqual(set(said["events"]), set(payout.event_ids.ids))

    def test_taking_the_candidate_reconciles_again(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        self.item(invoice).remove_move_reconcile()
        payout.event_ids.proposal_ids.action_apply()
        self.assertPaid(payout.event_ids, invoice)
        self.assertEqual(len(payout.move_ids), 1)

    def test_operators_and_auditors_do_not_reconcile_again(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        self.item(invoice).remove_move_reconcile()
        for role in ("operator", "auditor"):
            events = payout.event_ids.with_user(self.people[role])
            with self.assertRaises(AccessError):
                events.action_reconcile_again()

    def test_what_cannot_be_reconciled_again_says_why_and_what_to_do(self):
        draft, paid, good = (self.invoice() for _number in range(3))
        payout = self.posted(draft, paid, good)
        for invoice in (paid, good):
            self.item(invoice).remove_move_reconcile()
        draft.button_cancel()
        other = self.posted(paid, payout="po_2", transaction="ch_2")
        self.assertPaid(other.event_ids, paid)
        first, second, third = payout.event_ids.sorted("id")
        with self.assertRaisesRegex(UserError, "is not posted.*Post it"):
            first.action_reconcile_again()
        with self.assertRaisesRegex(UserError, "Resolve"):
            second.action_reconcile_again()
        told = payout.event_ids.action_reconcile_again()
        self.assertIn(paid.name, told["params"]["message"])
        self.assertPaid(third, good)
        self.assertUndone(first)

    def test_row_undone_is_matched_with_another_invoice(self):
        invoice, other = self.invoice(), self.invoice()
        payout = self.posted(invoice)
        self.item(invoice).remove_move_reconcile()
        desk.match_by_hand(
            payout.event_ids, "invoice", self.item(other), 120.0, "by hand"
        )
        self.assertPaid(payout.event_ids, other)
        self.assertFalse(self.item(invoice).reconciled)
        sums = self.sums(payout.move_ids)
        self.assertEqual(sums[self.item(other).account_id], -120.0)

    def test_row_of_several_invoices_is_reconciled_again_with_all(self):
        first, second = self.invoice(50.0), self.invoice(70.0)
        payout = self.payout(SALE)
        event = payout.event_ids
        self.link(event, self.item(first), 50.0)
        self.link(event, self.item(second), 70.0)
        posting.post(payout)
        for invoice in (first, second):
            self.assertTrue(self.item(invoice).reconciled)
        for invoice in (first, second):
            self.item(invoice).remove_move_reconcile()
            self.assertUndone(event)
            with self.assertRaisesRegex(UserError, "Reconcile Again"):
                desk.write_off(event, "nobody knows")
            event.action_reconcile_again()
            self.assertEqual((event.state, event.reason), ("matched", False))
            self.assertEqual(len(event.applied_ids), 2)
            self.assertTrue(self.item(first).reconciled)
            self.assertTrue(self.item(second).reconciled)

    # -- reconciled anew in Odoo's own screens --

    def test_outstanding_credit_added_to_the_invoice_makes_the_row_matched(self):
        invoice = self.invoice()
        payout = self.posted(invoice)
        invoice.button_cancel()
        self.assertUndone(payout.event_ids)
        invoice.button_draft()
        invoice.action_post()
        invoice.js_assign_outstanding_line(payout.event_ids.move_line_id.id)
        self.assertPaid(payout.event_ids, invoice)
        self.assertEqual(len(self.logged(payout, "reconcile_again")), 1)

    def test_other_invoice_paid_by_the_credit_is_what_the_row_pays(self):
        invoice, other = self.invoice(), self.invoice()
        payout = self.posted(invoice)
        self.item(invoice).remove_move_reconcile()
        (self.item(other) | payout.event_ids.move_line_id).reconcile()
        self.assertPaid(payout.event_ids, other)
        link = payout.event_ids.applied_ids
        self.assertEqual(
            (link.kind, link.level, link.amount), ("invoice", "manual", 120.0)
        )
