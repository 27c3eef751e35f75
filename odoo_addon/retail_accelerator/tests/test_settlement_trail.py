# SPDX-License-Identifier: LGPL-3.0-or-later
"""From every figure of the proof to what it is made of, and back from the books."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models.retail_settlement_event import KINDS
from ..settle import bank, bank_search, posting, proof
from .settlement_common import SALE, SettlementCase

STATES = ("new", "matched", "plain", "waiting", "exception", "written_off")


@tagged("post_install", "-at_install")
class TestSettlementTrail(SettlementCase):
    def opened(self, record, action="action_view_proof", *args):
        """The records that a button or a figure opens."""
        found = getattr(record, action)(*args)
        records = self.env[found["res_model"]]
        if found.get("res_id"):
            return records.browse(found["res_id"])
        return records.search(list(found["domain"]))

    def reconciled(self):
        """A payout of an order, an invoice, a refund and a fee, on the bank."""
        order, invoice = self.order(), self.invoice(50.0)
        payout = self.payout(
            SALE,
            {"transaction": "ch_2", "gross": 5000, "fee": -175},
            {"transaction": "fee_1", "kind": "fee", "fee": -250},
        )
        first, second, _fee = payout.event_ids
        self.link(first, order)
        self.link(second, self.item(invoice))
        posting.post(payout)
        line = self.bank_line(161.97, "po_1")
        self.assertTrue(bank.reconcile(payout))
        return payout, order, invoice, line

    # -- down --

    def test_rows_behind_each_cause_add_up_to_it(self):
        """Whatever kinds and states the rows have, each counts in exactly one part."""
        rows = [
            {"kind": kind, "transaction": f"{kind}-{state}", "gross": 100 + number}
            for number, (kind, state) in enumerate(
                (kind, state) for kind, _label in KINDS for state in STATES
            )
        ]
        for number, row in enumerate(rows):
            row.update(fee=-(number % 7), fee_tax=-(number % 3))
        payout = self.payout(*rows)
        for event in payout.event_ids:
            event.sudo().state = event.transaction_ref.split("-")[1]
        payout._refresh_amounts()
        causes = proof.variance(payout)
        causes["timing"] = 0.0  # nothing is posted, so all of it
        for part in ("sales", *proof.CAUSES):
            found = self.opened(payout, "action_view_proof", part)
            if part == "timing":
                self.assertEqual(
                    found, self.opened(payout, "action_view_proof", "rows")
                )
                continue
            wanted = proof.sales(payout) if part == "sales" else causes[part]
            amount = sum(
                event.gross
                for event in found
                if proof._cause(event.kind, event.state) == part
            )
            if part == "fee":
                amount += sum(found.mapped("fee")) + sum(found.mapped("fee_tax"))
            self.assertAlmostEqual(amount, wanted, 2, part)
        everything = self.opened(payout, "action_view_proof", "rows")
        self.assertAlmostEqual(sum(everything.mapped("net")), payout.amount_file, 2)
        total = proof.sales(payout) + sum(causes.values())
        self.assertAlmostEqual(total, payout.amount_file, 2)

    def test_authorised_money_that_never_moved_is_no_variance(self):
        payout = self.payout(
            SALE, {"kind": "authorisation", "transaction": "a_1", "gross": 9900}
        )
        self.assertEqual(proof.variance(payout)["unknown"], 120.0)
        self.assertEqual(payout.amount_file, 116.22)

    def test_every_figure_of_a_proved_payout_opens_what_it_is_made_of(self):
        payout, _order, _invoice, line = self.reconciled()
        self.assertEqual(self.opened(payout, "action_view_proof", "bank"), line)
        items = self.opened(payout, "action_view_proof", "posted")
        self.assertEqual(sum(items.mapped("amount_currency")), payout.amount_posted)
        rows = self.opened(payout, "action_view_proof", "rows")
        self.assertEqual(sum(rows.mapped("net")), payout.amount_file)
        self.assertEqual(
            self.opened(payout, "action_view_proof", "declared"), payout.file_ids
        )
        for part in ("rows", "posted", "bank", "fee", "sales"):
            self.assertIn(f"data-part='{part}'", payout.proof_html)

    def test_what_is_not_on_the_bank_yet_opens_the_items_that_wait_for_it(self):
        payout = self.payout(SALE)
        posting.post(payout)
        items = self.opened(payout, "action_view_proof", "timing")
        self.assertEqual(items, bank_search.transit_items(payout))

    # -- and back --

    def test_row_order_invoice_item_and_bank_line_lead_to_one_another(self):
        payout, order, invoice, line = self.reconciled()
        first, second, _fee = payout.event_ids
        rows = "action_view_retail_settlement_events"
        payouts = "action_view_retail_settlements"
        self.assertEqual(self.opened(first, "action_open_target"), order)
        self.assertEqual(self.opened(order, rows), first)
        self.assertEqual(order.retail_settlement_count, 1)
        self.assertEqual(self.opened(second, "action_open_target"), invoice)
        self.assertEqual(self.opened(invoice, rows), second)
        self.assertEqual(self.opened(invoice, payouts), payout)
        self.assertEqual(invoice.retail_settlement_event_count, 1)
        entry = self.opened(second, "action_open_entry")
        self.assertEqual(entry, payout.move_ids)
        self.assertEqual(self.opened(entry, payouts), payout)
        self.assertIn(second, self.opened(entry, rows))
        self.assertEqual(self.opened(second.move_line_id, rows), second)
        self.assertEqual(self.opened(self.item(invoice), rows), second)
        self.assertEqual(self.opened(second, "action_open_bank_line"), line)
        self.assertEqual(self.opened(line, payouts), payout)
        self.assertEqual(self.opened(line, "action_open_retail_entry"), line.move_id)
        self.assertEqual(self.opened(line.move_id, payouts), payout)

    def test_order_leads_to_the_row_that_paid_its_invoice(self):
        order = self.order()
        order.action_confirm()
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        payout = self.payout(SALE)
        self.link(payout.event_ids, self.item(invoice))
        rows = "action_view_retail_settlement_events"
        self.assertEqual(self.opened(order, rows), payout.event_ids)

    def test_invoice_leads_to_the_row_that_paid_its_order_before(self):
        order = self.order()
        order.action_confirm()
        payout = self.payout(SALE)
        self.link(payout.event_ids, order)
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        rows = "action_view_retail_settlement_events"
        self.assertEqual(self.opened(invoice, rows), payout.event_ids)

    def test_row_that_pays_several_opens_all_of_them(self):
        payout = self.payout({**SALE, "gross": 10000})
        invoices = self.invoice(60.0) | self.invoice(40.0)
        for invoice, amount in zip(invoices, (60.0, 40.0), strict=True):
            self.link(payout.event_ids, self.item(invoice), amount)
        self.assertEqual(self.opened(payout.event_ids, "action_open_target"), invoices)

    def test_payment_leads_to_the_row_that_paid_it(self):
        account = self.env["account.account"].create(
            {
                "name": "Outstanding",
                "code": "OUTRA1",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        journal = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        journal.inbound_payment_method_line_ids.payment_account_id = account
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.partner.id,
                "amount": 120.0,
                "journal_id": journal.id,
                "payment_type": "inbound",
            }
        )
        payment.action_post()
        payout = self.payout(SALE)
        item = payment.move_id.line_ids.filtered(lambda line: line.debit)
        self.link(payout.event_ids, item)
        self.assertEqual(payment.retail_settlement_event_count, 1)
        rows = "action_view_retail_settlement_events"
        self.assertEqual(self.opened(payment, rows), payout.event_ids)
        auditor = self.people["auditor"]
        self.assertTrue(Form(payment.with_user(auditor)).id)

    def test_row_that_pays_several_and_its_items_lead_to_one_another(self):
        """Also when one of them was undone in Odoo's own screens."""
        payout = self.payout({**SALE, "gross": 10000})
        event, invoices = payout.event_ids, self.invoice(60.0) | self.invoice(40.0)
        for invoice, amount in zip(invoices, (60.0, 40.0), strict=True):
            self.link(event, self.item(invoice), amount)
        posting.post(payout)
        rows = "action_view_retail_settlement_events"
        for _again in range(2):
            event.invalidate_recordset()
            items = self.opened(event, "action_view_posted_items")
            self.assertEqual(sorted(items.mapped("credit")), [40.0, 60.0])
            self.assertEqual(event.posted_item_count, 2)
            for item in items:
                self.assertEqual(self.opened(item, rows), event)
            self.item(invoices[0]).remove_move_reconcile()
        self.assertEqual(event.reason, "unreconciled")

    def test_auditor_follows_a_payout_to_invoice_entry_and_bank_line(self):
        payout, order, invoice, line = self.reconciled()
        auditor = self.people["auditor"]
        self.assertEqual(invoice.with_user(auditor).amount_total, 50.0)
        self.assertEqual(payout.move_ids.with_user(auditor).state, "posted")
        self.assertEqual(line.with_user(auditor).payment_ref, "po_1")
        self.assertTrue(payout.with_user(auditor).bank_line_id.display_name)
        self.assertEqual(order.with_user(auditor).retail_settlement_count, 1)
        other = self.invoice(10.0)
        visible = self.env["account.move"].with_user(auditor).search([])
        self.assertIn(invoice, visible)
        self.assertNotIn(other, visible)
        item = payout.event_ids[1].move_line_id
        for record in (payout.move_ids, invoice, line, line.move_id, item):
            with self.subTest(model=record._name, record=record.display_name):
                self.assertTrue(Form(record.with_user(auditor)).id)

    def test_accountants_still_see_all_payments_and_reconciliations(self):
        payment = self.env["account.payment"].create(
            {"partner_id": self.partner.id, "amount": 7.0}
        )
        invoice, credit = self.invoice(9.0), self.invoice(9.0, "out_refund")
        (self.item(invoice) | self.item(credit)).reconcile()
        partial = self.item(invoice).matched_credit_ids
        for role, sees in (("accountant", True), ("auditor", False)):
            user = self.people[role]
            for record in (payment, partial):
                found = record.with_user(user).search([("id", "=", record.id)])
                self.assertEqual(bool(found), sees, (role, record._name))


@tagged("post_install", "-at_install")
class TestSettlementUndo(SettlementCase):
    def test_wrong_match_is_undone_and_not_made_again_by_itself(self):
        order = self.order()
        order.client_order_ref = "1001"
        payout = self.payout(SALE)
        payout.action_match()
        event = payout.event_ids
        self.assertEqual((event.state, payout.state), ("matched", "matched"))
        self.assertTrue(event.may_undo)
        event.action_undo()
        self.assertEqual((event.state, event.reason), ("exception", "undone"))
        self.assertEqual(payout.state, "proved")
        payout.action_match()
        self.assertEqual((event.state, event.reason), ("exception", "undone"))
        self.resolve(event, order_id=self.order().id).action_match()
        self.assertEqual(payout.state, "matched")
        last = self.env["retail.audit"].search([], limit=2).mapped("action")
        self.assertEqual(last, ["manual_match", "undo"])

    def test_write_off_and_booking_are_undone(self):
        off = self.exception(gross=500)
        self.resolve(off).action_write_off()
        booked = self.exception(transaction="ch_2", payout="po_2")
        account = self.channel.settlement_fee_account_id
        self.resolve(booked, account_id=account.id).action_book()
        (off | booked).action_undo()
        self.assertEqual(set((off | booked).mapped("state")), {"exception"})
        self.assertFalse(booked.account_id)
        with self.assertRaisesRegex(UserError, "Nothing was decided"):
            booked.action_undo()

    def test_row_booked_by_a_rule_stays_undone(self):
        account = self.channel.settlement_fee_account_id
        event = self.payout(
            {"kind": "adjustment", "type": "gift", "gross": 300, "transaction": "a1"}
        ).event_ids
        event.settlement_id.action_match()
        self.resolve(event, account_id=account.id, for_all=True).action_book()
        self.assertEqual(event.state, "plain")
        event.action_undo()
        event.settlement_id.action_match()
        self.assertEqual((event.state, event.reason), ("exception", "undone"))

    def test_posted_decision_is_undone_after_the_reversal_only(self):
        event, invoice = self.exception(), self.invoice(120.0)
        self.resolve(event, move_line_id=self.item(invoice).id).action_match()
        payout = event.settlement_id
        posting.post(payout)
        self.assertFalse(event.may_undo)
        with self.assertRaisesRegex(UserError, "Reverse .* first"):
            event.action_undo()
        posting.reverse(payout, reason="wrong invoice")
        self.assertEqual(payout.state, "matched")
        event.action_undo()
        posting.post(payout)
        self.assertEqual(invoice.amount_residual, 120.0)
        self.assertTrue(event.suspense_line_id)

    def test_payout_with_rows_nobody_looked_at_is_not_matched(self):
        payout = self.payout(SALE, {**SALE, "transaction": "ch_2", "gross": 500})
        payout.event_ids[1].write({"state": "exception", "reason": "no_candidate"})
        self.resolve(payout.event_ids[1]).action_write_off()
        self.assertEqual(payout.state, "proved")


@tagged("post_install", "-at_install")
class TestSettlementBankChoice(SettlementCase):
    def posted(self, payout="po_1", transaction="ch_1"):
        settlement = self.payout({**SALE, "payout": payout, "transaction": transaction})
        posting.post(settlement)
        return settlement

    def choice(self, settlement):
        action = settlement.action_choose_bank_line()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_several_lines_are_offered_with_score_and_evidence(self):
        settlement = self.posted()
        late = self.bank_line(116.22, "card sales", "2026-03-20")
        near = self.bank_line(116.22, "card sales", "2026-03-10")
        named = self.bank_line(100.0, "STRIPE po_1", "2026-03-11")
        self.bank_line(55.0, "rent", "2026-03-11")
        action = settlement.action_reconcile()
        self.assertEqual(action["res_model"], "retail.settlement.bank")
        lines = self.choice(settlement).line_ids.sorted(lambda line: -line.score)
        self.assertEqual(lines.bank_line_id, near | late | named)
        self.assertEqual(lines[0].evidence, "same amount, same day")
        self.assertIn("10 days after", lines[1].evidence)
        self.assertIn("names the payout", lines[2].evidence)
        self.assertEqual(lines[2].difference, -16.22)
        with self.assertRaisesRegex(UserError, "is not the"):
            lines[2].action_take()
        self.assertEqual(settlement.state, "posted")

    def test_chosen_line_is_reconciled_and_can_be_undone(self):
        settlement = self.posted()
        wrong = self.bank_line(116.22, "card sales", "2026-03-11")
        right = self.bank_line(116.22, "card sales", "2026-03-12")
        lines = self.choice(settlement).line_ids
        lines.filtered(lambda line: line.bank_line_id == wrong).action_take()
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement.bank_line_id, wrong)
        self.assertFalse(bank_search.transit_items(settlement))
        settlement.action_release_bank_line()
        self.assertEqual(settlement.state, "posted")
        self.assertFalse(wrong.is_reconciled)
        self.assertEqual(settlement.amount_bank, 0.0)
        self.assertTrue(bank_search.transit_items(settlement))
        lines = self.choice(settlement).line_ids
        lines.filtered(lambda line: line.bank_line_id == right).action_take()
        self.assertEqual(settlement.bank_line_id, right)
        self.assertTrue(right.is_reconciled)
        last = self.env["retail.audit"].search([], limit=3).mapped("action")
        self.assertEqual(last, ["reconcile", "release", "reconcile"])

    def test_line_that_was_taken_away_is_not_found_by_itself_again(self):
        settlement = self.posted()
        line = self.bank_line(116.22, "po_1")
        self.assertTrue(bank.reconcile(settlement))
        settlement.action_release_bank_line()
        self.assertFalse(bank.reconcile(settlement))
        self.choice(settlement).line_ids.action_take()
        self.assertEqual(settlement.bank_line_id, line)
        self.assertFalse(settlement.bank_line_refused_ids)

    def test_line_somebody_took_meanwhile_is_not_taken_again(self):
        first, second = self.posted(), self.posted("po_2", "ch_2")
        self.bank_line(116.22, "a")
        self.bank_line(116.22, "b")
        choices = self.choice(first).line_ids, self.choice(second).line_ids
        choices[0][0].action_take()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            choices[1][0].action_take()
        choices[1][1].action_take()
        self.assertNotEqual(first.bank_line_id, second.bank_line_id)

    def test_line_far_from_the_payout_is_offered_and_not_taken_by_itself(self):
        settlement = self.posted()
        self.bank_line(116.22, "card sales", "2026-04-10")
        self.assertFalse(bank.reconcile(settlement))
        self.assertEqual(len(self.choice(settlement).line_ids), 1)

    def test_posting_after_a_reversal_finds_the_bank_line_again(self):
        settlement = self.posted()
        line = self.bank_line(116.22, "po_1")
        settlement.action_reconcile()
        posting.reverse(settlement, reason="other policy")
        self.assertFalse(line.is_reconciled)
        posting.post(settlement)
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement.bank_line_id, line)


@tagged("post_install", "-at_install")
class TestSettlementCompanies(SettlementCase):
    def test_payouts_of_two_companies_stay_apart(self):
        other = self.env["res.company"].create(
            {"name": "Other Shop", "country_id": self.company.country_id.id}
        )
        env = self.env(context={**self.env.context, "allowed_company_ids": [other.id]})
        env["account.chart.template"].try_loading("generic_coa", company=other)
        channel = (
            env["retail.channel"]
            .with_company(other)
            .create({"name": "Other", "code": "other-shop", "company_id": other.id})
        )
        channel._prepare_settlements()
        ours = self.payout(SALE)
        mine, type(self).channel = self.channel, channel
        try:
            theirs = self.payout(SALE)
        finally:
            type(self).channel = mine
        self.assertEqual(theirs.company_id, other)
        order = self.order()
        order.client_order_ref = "1001"
        theirs.with_company(other).action_match()
        self.assertEqual(theirs.event_ids.state, "waiting")
        ours.action_match()
        self.assertEqual(ours.event_ids.state, "matched")
        posting.post(theirs.with_company(other))
        posting.post(ours)
        self.assertEqual(theirs.move_ids.company_id, other)
        self.assertEqual(theirs.move_ids.line_ids.account_id.company_ids, other)
        self.bank_line(116.22, "po_1")
        self.assertFalse(bank_search.scored(theirs))
        self.assertTrue(bank.reconcile(ours))
        entries = self.env["retail.audit"].search([("company_id", "=", other.id)])
        self.assertEqual(set(entries.mapped("action")), {"read", "match", "post"})
        numbers = sorted(entries.mapped("number"))
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
