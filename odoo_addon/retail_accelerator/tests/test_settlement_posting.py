# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..settle import posting
from ..settle.entry import share
from ..settle.plan import Planner
from .settlement_common import DAY, SALE, SettlementCase


@tagged("post_install", "-at_install")
class TestSettlementPosting(SettlementCase):
    def matched(self, *rows, targets=()):
        """A payout whose first rows pay the targets."""
        settlement = self.payout(*rows)
        events = settlement.event_ids.sorted("source_row")
        for event, target in zip(events, targets, strict=False):
            self.link(event, target)
        return settlement

    def account(self, name):
        return self.channel[f"settlement_{name}_account_id"]

    def check_balanced(self, moves):
        for move in moves:
            self.assertEqual(move.state, "posted")
            self.assertTrue(self.currency.is_zero(sum(move.line_ids.mapped("balance"))))

    def test_payment_of_an_invoice_is_posted_and_reconciled(self):
        invoice = self.invoice(120.0)
        settlement = self.matched(SALE, targets=[self.item(invoice)])
        moves = posting.post(settlement)
        self.check_balanced(moves)
        sums = self.sums(moves)
        self.assertEqual(sums[self.account("transit")], 116.22)
        self.assertEqual(sums[self.account("fee")], 3.78)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(settlement.state, "posted")
        self.assertEqual(settlement.amount_posted, settlement.amount_file)

    def test_row_leads_to_its_journal_item_and_back(self):
        settlement = self.matched(SALE, targets=[self.item(self.invoice(120.0))])
        posting.post(settlement)
        event = settlement.event_ids
        self.assertIn(event.move_line_id.move_id, settlement.move_ids)
        self.assertEqual(event.move_line_id.move_id.retail_settlement_ids, settlement)

    def test_unmatched_rows_wait_on_the_suspense_account(self):
        settlement = self.payout(SALE)
        settlement.event_ids.state = "exception"
        sums = self.sums(posting.post(settlement))
        self.assertEqual(sums[self.account("suspense")], -120.0)
        self.assertTrue(settlement.event_ids.suspense_line_id)

    def test_fees_reserves_and_releases_have_their_accounts(self):
        settlement = self.payout(
            {"kind": "fee", "transaction": "f", "fee": -500, "fee_tax": -95},
            {"kind": "fee_tax", "transaction": "t", "fee_tax": -5},
            {"kind": "reserve", "transaction": "r", "gross": -1000},
            {"kind": "release", "transaction": "l", "gross": 3000},
            {"kind": "payout", "transaction": "po_1", "gross": -1400},
        )
        sums = self.sums(posting.post(settlement))
        self.assertEqual(sums[self.account("fee")], 5.0)
        self.assertEqual(sums[self.account("fee_tax")], 1.0)
        self.assertEqual(sums[self.account("reserve")], -20.0)
        self.assertEqual(sums[self.account("transit")], 14.0)

    def test_negative_payout_is_owed_to_the_provider(self):
        settlement = self.payout({"kind": "refund", "transaction": "re", "gross": -900})
        sums = self.sums(posting.post(settlement))
        self.assertEqual(sums[self.account("transit")], -9.0)

    def test_order_without_invoice_is_paid_on_the_customers_account(self):
        settlement = self.matched(SALE, targets=[self.order()])
        moves = posting.post(settlement)
        line = settlement.event_ids.move_line_id
        self.assertEqual(line.partner_id, self.partner)
        self.assertEqual(line.account_id.account_type, "asset_receivable")
        self.assertEqual(line.amount_residual, -120.0)
        self.check_balanced(moves)

    def test_orders_in_sums_book_the_same_tax_as_their_invoice(self):
        self.channel.settlement_order_policy = "summary"
        order, twin = self.order(100.0), self.order(100.0)
        moves = posting.post(self.matched(SALE, targets=[order]))
        twin.action_confirm()
        invoice = twin._create_invoices()
        wanted = {
            (line.account_id, line.tax_ids, line.tax_line_id, line.balance)
            for line in invoice.line_ids
            if line.display_type in ("product", "tax")
        }
        found = {
            (line.account_id, line.tax_ids, line.tax_line_id, line.balance)
            for line in moves.line_ids
            if line.tax_ids or line.tax_line_id
        }
        self.assertEqual(found, wanted)
        self.check_balanced(moves)

    def test_order_booked_in_sums_cannot_be_invoiced_until_the_payout_is_reversed(self):
        self.channel.settlement_order_policy = "summary"
        order = self.order(100.0)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        self.assertEqual(order.invoice_status, "to invoice")
        settlement = self.matched({**SALE, "order": order.name}, targets=[order])
        posting.post(settlement)
        self.assertEqual(order.invoice_status, "no")
        with self.assertRaisesRegex(UserError, "in sums"):
            order._create_invoices()
        posting.reverse(settlement, reason="an invoice is wanted")
        self.assertEqual(order.invoice_status, "to invoice")
        invoice = order._create_invoices()
        invoice.action_post()
        posting.post(settlement)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(settlement.event_ids.applied_ids.move_line_id.move_id, invoice)

    def test_row_booked_in_sums_leads_to_its_revenue(self):
        self.channel.settlement_order_policy = "summary"
        settlement = self.matched(SALE, targets=[self.order(100.0)])
        moves = posting.post(settlement)
        line = settlement.event_ids.move_line_id
        self.assertIn(line, moves.line_ids)
        self.assertEqual(line.account_id.account_type, "income")

    def test_order_invoiced_since_it_was_matched_is_paid_by_its_invoice(self):
        order = self.order(100.0)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        row = {**SALE, "invoice": order.name}
        settlement = self.matched(row, targets=[order])
        invoice = order._create_invoices()
        invoice.action_post()
        posting.post(settlement)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_rows_that_want_more_than_is_left_wait_one_after_the_other(self):
        invoice = self.invoice(120.0)
        half = {**SALE, "gross": 6000}
        settlement = self.matched(
            half, {**half, "transaction": "ch_2"}, targets=[self.item(invoice)] * 2
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 50.0}).action_create_payments()
        posting.post(settlement)
        events = settlement.event_ids.sorted("source_row")
        self.assertEqual(events.mapped("reason"), [False, "target_changed"])
        self.assertEqual(invoice.amount_residual, 10.0)

    def test_chargeback_that_is_lost_and_won_in_the_payout_of_its_sale(self):
        invoice = self.invoice(120.0)
        lost = {"kind": "chargeback", "transaction": "dp_1", "gross": -12000}
        won = {"kind": "chargeback_reversal", "transaction": "dp_2", "gross": 12000}
        settlement = self.matched(SALE, lost, won, targets=[self.item(invoice)] * 3)
        posting.post(settlement)
        self.assertEqual(settlement.event_ids.mapped("state"), ["matched"] * 3)
        self.assertFalse(settlement.event_ids.suspense_line_id)
        self.assertEqual(invoice.amount_residual, 0.0)

        again = self.invoice(120.0)
        settlement = self.matched(
            *(
                {**row, "payout": "po_9", "transaction": f"{row['transaction']}b"}
                for row in (SALE, lost, won)
            ),
            targets=[self.item(again)] * 3,
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=again.ids
        ).create({}).action_create_payments()
        posting.post(settlement)
        events = settlement.event_ids.sorted("source_row")
        self.assertEqual(events[0].reason, "target_changed")

    def test_several_rows_pay_one_invoice_and_one_row_pays_several(self):
        one, two, three = (self.invoice(amount) for amount in (120.0, 50.0, 70.0))
        half = {**SALE, "gross": 6000}
        settlement = self.matched(
            half, {**half, "transaction": "ch_2"}, targets=[self.item(one)] * 2
        )
        both = self.payout({**SALE, "transaction": "ch_3", "payout": "po_2"})
        self.link(both.event_ids, self.item(two), 50.0)
        self.link(both.event_ids, self.item(three), 70.0)
        for payout in (settlement, both):
            posting.post(payout)
        for invoice in (one, two, three):
            self.assertEqual(invoice.amount_residual, 0.0)

    def test_chargeback_is_open_until_it_is_won(self):
        item = self.item(self.invoice(120.0))
        posting.post(self.matched(SALE, targets=[item]))
        lost = {"kind": "chargeback", "transaction": "dp_1", "gross": -12000}
        settlement = self.matched({**lost, "payout": "po_2"}, targets=[item])
        posting.post(settlement)
        claim = settlement.event_ids.move_line_id
        self.assertEqual(claim.amount_residual, 120.0)
        won = {"kind": "chargeback_reversal", "transaction": "dp_2", "gross": 12000}
        posting.post(self.matched({**won, "payout": "po_3"}, targets=[item]))
        self.assertEqual(claim.amount_residual, 0.0)
        self.assertTrue(claim.reconciled)

    def test_both_sides_of_a_conversion_meet_on_one_account(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.8}
        )
        row = {"kind": "conversion", "payout": "po_1"}
        given = self.payout({**row, "transaction": "c1", "gross": -10000})
        got = self.payout(
            {**row, "transaction": "c2", "gross": 7900, "currency": "EUR"}
        )
        account = self.company.expense_currency_exchange_account_id
        self.assertTrue(account)
        sums = [self.sums(posting.post(payout))[account] for payout in (given, got)]
        self.assertEqual(sums, [100.0, -98.75])  # the provider's rate cost 1.25

    def test_reversal_on_a_locked_date_is_refused_before_anything_is_written(self):
        settlement = self.payout(SALE)
        posting.post(settlement)
        self.company.fiscalyear_lock_date = "2026-03-31"
        before = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, "locked"):
            posting.reverse(settlement, date="2026-03-15", reason="test")
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual(settlement.state, "posted")

    def test_hashed_journal_is_refused_before_anything_is_written(self):
        self.channel.settlement_journal_id.restrict_mode_hash_table = True
        settlement = self.payout(SALE)
        with self.assertRaisesRegex(UserError, "secures"):
            posting.post(settlement)
        self.assertFalse(settlement.move_ids)

    def test_discounts_in_sums_are_shown_on_their_account(self):
        self.channel.settlement_order_policy = "summary"
        self.channel.settlement_discount_account_id = self.account("writeoff").copy()
        order = self.order(200.0, discount=50.0)
        moves = posting.post(self.matched(SALE, targets=[order]))
        self.assertEqual(self.sums(moves)[self.account("discount")], 100.0)
        self.check_balanced(moves)

    def test_refund_in_sums_takes_revenue_and_tax_back(self):
        self.channel.settlement_order_policy = "summary"
        refund = {**SALE, "kind": "refund", "gross": -6000, "fee": 0}
        moves = posting.post(self.matched(refund, targets=[self.order()]))
        tax = moves.line_ids.filtered("tax_line_id")
        self.assertEqual(tax.balance, 10.0)
        self.check_balanced(moves)

    def test_policy_day_makes_an_entry_a_day(self):
        self.channel.settlement_policy = "day"
        moves = posting.post(self.two_days())
        self.assertEqual(
            sorted(map(str, moves.mapped("date"))), ["2026-02-27", "2026-03-10"]
        )

    def test_policy_transaction_makes_an_entry_a_row(self):
        self.channel.settlement_policy = "transaction"
        moves = posting.post(
            self.payout(*({**SALE, "transaction": f"c{n}"} for n in "123"))
        )
        self.assertEqual(len(moves), 3)
        self.check_balanced(moves)

    def test_month_end_splits_the_entry(self):
        self.channel.settlement_month_split = True
        moves = posting.post(self.two_days())
        self.assertEqual(
            sorted(map(str, moves.mapped("date"))), ["2026-02-28", "2026-03-10"]
        )
        transit = self.sums(moves)[self.account("transit")]
        self.assertEqual(transit, 2 * 116.22)

    def two_days(self):
        return self.payout(
            {**SALE, "date": "2026-02-27 12:00:00"}, {**SALE, "transaction": "ch_2"}
        )

    def test_foreign_payout_balances_in_both_currencies(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.7}
        )
        rows = [
            {
                **SALE,
                "transaction": f"c{n}",
                "currency": "EUR",
                "gross": 1001 + n,
                "fee": -33,
            }
            for n in range(7)
        ]
        moves = posting.post(self.payout(*rows))
        self.check_balanced(moves)
        self.assertTrue(euro.is_zero(sum(moves.line_ids.mapped("amount_currency"))))

    def test_invoice_in_the_customers_currency_is_paid_in_full(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.8}
        )
        invoice = self.invoice(100.0, currency=euro)
        settlement = self.payout(
            {**SALE, "gross": 12650, "paid_currency": "EUR", "paid": 10000}
        )
        self.link(settlement.event_ids, self.item(invoice), 100.0)
        posting.post(settlement)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_lock_date_is_refused_before_anything_is_written(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        settlement = self.payout(SALE)
        before = self.env["account.move"].search_count([])
        with self.assertRaises(UserError):
            posting.post(settlement)
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual(settlement.state, "proved")

    def test_archived_account_is_refused(self):
        self.account("fee").active = False
        with self.assertRaises(UserError):
            posting.post(self.payout(SALE))

    def test_rows_that_are_not_paid_out_are_not_posted(self):
        with self.assertRaises(UserError):
            posting.post(self.payout({**SALE, "payout": ""}))

    def test_posting_twice_is_refused(self):
        settlement = self.payout(SALE)
        posting.post(settlement)
        with self.assertRaisesRegex(UserError, "Posted"):
            posting.post(settlement)

    def test_invoice_paid_by_hand_meanwhile_is_not_paid_again(self):
        invoice = self.invoice(120.0)
        settlement = self.matched(SALE, targets=[self.item(invoice)])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()
        posting.post(settlement)
        self.assertEqual(settlement.event_ids.reason, "target_changed")
        self.assertEqual(settlement.event_ids.suspense_line_id.balance, -120.0)

    def test_reversal_leaves_everything_as_it_was(self):
        invoice = self.invoice(120.0)
        settlement = self.matched(SALE, targets=[self.item(invoice)])
        moves = posting.post(settlement)
        reversals = posting.reverse(settlement, reason="wrong account")
        self.assertEqual(invoice.amount_residual, 120.0)
        self.assertFalse(any(self.sums(moves | reversals).values()))
        self.assertEqual(settlement.state, "matched")
        posting.post(settlement)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_only_accountants_post(self):
        settlement = self.payout(SALE).with_user(self.people["operator"])
        with self.assertRaises(AccessError):
            posting.post(settlement)

    def test_accountant_posts_with_the_rights_of_the_role(self):
        settlement = self.payout(SALE).with_user(self.people["accountant"])
        self.check_balanced(posting.post(settlement).sudo())

    def test_preview_shows_what_is_posted(self):
        settlement = self.payout(SALE)
        preview = self.env["retail.settlement.preview"]._for(settlement)
        shown = sorted(
            (line.account_id.id, line.debit - line.credit) for line in preview.line_ids
        )
        moves = posting.post(settlement)
        self.assertEqual(
            shown, sorted((line.account_id.id, line.balance) for line in moves.line_ids)
        )

    def test_analytic_account_gets_the_fees(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        analytic = self.env["account.analytic.account"].create(
            {"name": "Shop", "plan_id": plan.id}
        )
        self.channel.settlement_analytic_account_id = analytic
        moves = posting.post(self.payout(SALE))
        fee = moves.line_ids.filtered(
            lambda line: line.account_id == self.account("fee")
        )
        self.assertEqual(fee.analytic_distribution, {str(analytic.id): 100.0})

    def test_bank_line_that_names_the_payout_is_reconciled(self):
        self.bank_line(116.22, "something else")
        line = self.bank_line(116.22, "STRIPE po_1 payout")
        settlement = self.payout(SALE)
        posting.post(settlement)
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement.bank_line_id, line)
        self.assertTrue(line.is_reconciled)

    def test_two_possible_bank_lines_are_left_to_people(self):
        self.bank_line(116.22)
        self.bank_line(116.22)
        settlement = self.payout(SALE)
        posting.post(settlement)
        self.assertEqual(settlement.state, "posted")

    def test_reversal_gives_the_bank_line_back(self):
        line = self.bank_line(116.22, "po_1")
        settlement = self.payout(SALE)
        posting.post(settlement)
        posting.reverse(settlement, reason="test")
        self.assertFalse(line.is_reconciled)
        self.assertFalse(settlement.bank_line_id)

    def test_variance_explains_every_cent_from_sales_to_bank(self):
        invoice = self.invoice(120.0)
        settlement = self.matched(
            SALE,
            {"kind": "refund", "transaction": "re", "gross": -2000},
            {"kind": "reserve", "transaction": "rs", "gross": -1000},
            {"transaction": "lost", "gross": 777},
            targets=[self.item(invoice)],
        )
        settlement.event_ids[1].state = "matched"
        causes = settlement._variance()
        self.assertEqual(causes["fee"], -3.78)
        self.assertEqual(causes["refund"], -20.0)
        self.assertEqual(causes["unknown"], 7.77)
        self.assertEqual(causes["reserve"], -10.0)
        self.assertTrue(
            self.currency.is_zero(120.0 + sum(causes.values()) - settlement.amount_bank)
        )

    def test_share_loses_no_unit(self):
        for total in (-1001, -1, 0, 1, 999, 10**15 + 1):
            for weights in ([1, 1, 1], [7, -2, 5], [3], [10**12, 1]):
                self.assertEqual(sum(share(total, weights)), total)

    def test_planning_writes_nothing(self):
        settlement = self.payout(SALE)
        before = self.env["account.move"].search_count([])
        self.assertTrue(Planner(settlement).entries())
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_currency_without_a_rate_is_said_before_and_after_posting(self):
        code = "CHF"
        franc = self.env["res.currency"].with_context(active_test=False)
        franc = franc.search([("name", "=", code)])
        franc.active = True
        franc.rate_ids.unlink()
        settlement = self.payout({**SALE, "currency": code})
        preview = self.env["retail.settlement.preview"]._for(settlement)
        self.assertIn("no exchange rate of CHF", preview.cautions)
        self.assertFalse(preview.problems)
        posting.post(settlement)
        said = "".join(settlement.message_ids.mapped("body"))
        self.assertIn("no exchange rate of CHF", said)
        franc.rate_ids.create({"currency_id": franc.id, "name": DAY, "rate": 0.9})
        later = self.payout({**SALE, "payout": "po_2", "currency": code})
        self.assertFalse(self.env["retail.settlement.preview"]._for(later).cautions)
