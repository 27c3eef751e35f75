# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the screens of settlements do beyond showing records."""

import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import format_date

from ..models.retail_settlement_event import REASONS
from ..settle import desk, posting, proof, words
from .settlement_common import SALE, SettlementCase

STRIPE = (
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    "reporting_category,payment_metadata[order_id]\n"
    "{payout},txn_1,2026-03-10 10:00:00,usd,{gross},3.00,{net},charge,1001\n"
    "{payout},po,2026-03-12 10:00:00,usd,-97.00,0.00,-97.00,payout,\n"
)


@tagged("post_install", "-at_install")
class TestSettlementScreens(SettlementCase):
    def upload(self, *contents):
        attachments = self.env["ir.attachment"].create(
            [
                {"name": f"report{number}.csv", "raw": content.encode()}
                for number, content in enumerate(contents, 1)
            ]
        )
        return self.env["retail.settlement.upload"].create(
            {"channel_id": self.channel.id, "attachment_ids": attachments.ids}
        )

    def good(self, payout="po_9"):
        return STRIPE.format(payout=payout, gross="100.00", net="97.00")

    def wrong(self):
        return STRIPE.format(payout="po_8", gross="101.00", net="98.00")

    # -- names --

    def test_payout_is_named_by_its_provider(self):
        self.channel._prepare_settlements()
        wizard = self.upload(self.good())
        wizard.action_read()
        payout = self.env["retail.settlement"].search([("reference", "=", "po_9")])
        self.assertEqual(payout.name, "Stripe po_9")

    def test_every_cause_has_its_advice(self):
        event = self.exception()
        for reason, _label in REASONS:
            event.sudo().reason = reason
            self.assertGreater(len(event.advice), 40, reason)

    # -- upload --

    def test_preview_tells_what_each_report_is_and_keeps_nothing(self):
        before = self.env["retail.settlement"].search_count([])
        wizard = self.upload(self.good(), self.wrong(), "no report at all")
        self.assertIn("Stripe: 2 rows, 1 payout, the rows", wizard.preview)
        self.assertIn("difference of", wizard.preview)
        self.assertEqual(wizard.preview.count("fa-times-circle"), 2)
        self.assertEqual(self.env["retail.settlement"].search_count([]), before)

    def test_preview_is_the_same_when_the_saved_form_is_read_again(self):
        """A web client asks for the size of files then."""
        wizard = self.upload(self.good())
        before = wizard.preview
        wizard.invalidate_recordset()
        self.env.invalidate_all()
        self.assertEqual(wizard.with_context(bin_size=True).preview, before)

    def test_report_that_is_refused_does_not_hold_up_the_others(self):
        action = self.upload(self.good(), self.wrong()).action_read()
        self.assertIn("difference of 1.00", action["params"]["message"])
        payouts = self.env["retail.settlement"].search([("reference", "like", "po_")])
        self.assertEqual(payouts.mapped("reference"), ["po_9"])
        refused = self.env["retail.settlement.file"].search([("state", "=", "refused")])
        self.assertIn("difference of 1.00", refused.message)
        refused.invalidate_recordset()
        self.assertEqual(base64.b64decode(refused.content), self.wrong().encode())

    def test_reading_only_wrong_reports_says_why(self):
        with self.assertRaisesRegex(UserError, "report1.csv is refused"):
            self.upload(self.wrong()).action_read()

    def test_empty_file_is_refused_like_any_other(self):
        self.assertIn("fa-times-circle", self.upload("").preview)
        with self.assertRaisesRegex(UserError, "report1.csv"):
            self.upload("").action_read()
        self.upload(self.good(), "").action_read()
        refused = self.env["retail.settlement.file"].search([("state", "=", "refused")])
        self.assertIn("report2.csv", refused.message)

    def test_report_read_before_is_recognised(self):
        self.upload(self.good()).action_read()
        preview = self.upload(self.good()).preview
        self.assertIn("changes nothing", preview)
        read = self.env["retail.settlement.file"].search([("state", "=", "read")])
        self.assertIn(format_date(self.env, read.create_date), preview)

    def test_file_of_every_kind_that_is_read_can_be_chosen(self):
        view = self.env.ref("retail_accelerator.retail_settlement_upload_view_form")
        for suffix in ("csv", "xlsx", "json", "xml", "ofx"):
            self.assertIn(f".{suffix}", view.arch)

    # -- posting from the list --

    def test_one_payout_that_is_refused_does_not_hold_up_the_others(self):
        good = self.payout({**SALE, "payout": "po_a", "transaction": "a"})
        later = self.payout(
            {
                **SALE,
                "payout": "po_b",
                "transaction": "b",
                "date": "2099-01-01 10:00:00",
            }
        )
        answer = (good | later).action_post_selected()
        self.assertEqual(good.state, "posted")
        self.assertIn("2099-01-01", later.failure)
        self.assertIn("Posted: 1 of 2 payouts", answer["params"]["title"])

    def test_what_is_put_right_posts_all_that_were_refused_for_it(self):
        """And nothing that waits for another reason, or was never tried."""
        rows = [{**SALE, "payout": name, "transaction": name} for name in "abcd"]
        first, second, later, untried = (self.payout(row) for row in rows)
        later.date = "2099-01-01"
        account = self.channel.settlement_fee_account_id
        self.channel.settlement_fee_account_id = False
        with patch.object(type(self.channel), "_prepare_settlements"):
            (first | second).action_post_selected()
        self.assertIn("Fee", first.failure)
        self.assertEqual(first.failure_cause, "setting_missing")
        self.channel.settlement_fee_account_id = account
        later.action_post_selected()
        self.assertEqual(later.failure_cause, "date_future")
        answer = first.action_post_cause()
        self.assertIn("2 of 2", answer["params"]["title"])
        self.assertEqual((first | second).mapped("state"), ["posted", "posted"])
        self.assertEqual((later | untried).mapped("state"), ["proved", "proved"])
        self.assertFalse(first.failure or second.failure or second.failure_cause)

    def test_refusals_of_one_cause_are_one_group_whatever_their_words(self):
        """Two locked dates say two sentences; one unlocking helps both."""
        self.company.fiscalyear_lock_date = "2026-03-31"
        first = self.payout({**SALE, "payout": "po_a", "transaction": "a"})
        second = self.payout(
            {
                **SALE,
                "payout": "po_b",
                "transaction": "b",
                "date": "2026-02-10 10:00:00",
            }
        )
        (first | second).action_post_selected()
        self.assertNotEqual(first.failure, second.failure)
        self.assertEqual((first | second).mapped("failure_cause"), ["date_locked"] * 2)
        self.company.fiscalyear_lock_date = False
        second.action_post_cause()
        self.assertEqual((first | second).mapped("state"), ["posted"] * 2)

    def test_what_odoo_refuses_by_itself_is_alike_only_in_the_same_words(self):
        payouts = [
            self.payout({**SALE, "payout": name, "transaction": name}) for name in "abc"
        ]
        words = {payouts[0]: "No period", payouts[1]: "No period", payouts[2]: "Else"}

        def refuse(settlement):
            raise UserError(words[settlement])

        with patch.object(posting, "post", refuse):
            self.env["retail.settlement"].union(*payouts).action_post_selected()
        self.assertEqual({payout.failure_cause for payout in payouts}, {"other"})
        payouts[0].action_post_cause()
        self.assertEqual(
            [payout.state for payout in payouts], ["posted", "posted", "proved"]
        )

    def test_first_cause_in_the_order_of_fixing_is_the_payouts(self):
        payout = self.payout(SALE)
        payout.date = "2099-01-01"
        self.channel.settlement_fee_account_id.active = False
        payout.action_post_selected()
        self.assertEqual(payout.failure_cause, "account_archived")
        self.assertIn("2099-01-01", payout.failure)

    def test_missing_bank_line_is_said_with_its_amount(self):
        payout = self.payout(SALE)
        posting.post(payout)
        answer = payout.action_reconcile()
        self.assertIn("116.22", answer["params"]["message"])
        self.bank_line(116.22, "po_1")
        self.assertIsNone(payout.action_reconcile())
        self.assertEqual(payout.state, "reconciled")

    # -- proof --

    def test_proof_says_how_far_it_goes(self):
        payout = self.payout(SALE)
        self.assertIn("nothing is posted yet", payout.proof_html)
        posting.post(payout)
        self.assertIn("waits for the line of", payout.proof_html)
        self.bank_line(116.22, "po_1")
        payout.action_reconcile()
        self.assertIn("still to be matched: 1 row.", payout.proof_html)
        self.assertNotIn("Proved", payout.proof_html)
        payout.amount_bank = 115.22
        self.assertIn("Bank statement differs from the rows by", payout.proof_html)

    def test_proof_does_not_say_that_all_agrees_while_a_row_is_not_explained(self):
        event = self.exception()
        payout = event.settlement_id
        posting.post(payout)
        self.bank_line(116.22, "po_1")
        payout.action_reconcile()
        self.assertEqual(payout.state, "reconciled")
        self.assertNotIn("Proved", payout.proof_html)
        self.assertIn("open for 1 row.", payout.proof_html)
        desk.book(event, self.channel.settlement_fee_account_id, "ours")
        payout.invalidate_recordset()
        self.assertIn("all figures agree", payout.proof_html)

    def test_proof_is_none_before_it_was_looked_for_what_the_rows_pay(self):
        """Posted from the list, before anything was matched."""
        invoice = self.invoice(120.0)
        payout = self.payout(
            {**SALE, "invoice": invoice.name},
            {"transaction": "f", "kind": "fee", "fee": -100},
            {"transaction": "po_1", "kind": "payout", "gross": -11522},
        )
        posting.post(payout)
        self.bank_line(115.22, "po_1")
        payout.action_reconcile()
        self.assertEqual(
            (payout.state, payout.exception_count, payout.unmatched_count),
            ("reconciled", 0, 3),
        )
        self.assertEqual(payout._variance()["unknown"], 120.0)
        self.assertNotIn("Proved", payout.proof_html)
        self.assertIn("still to be matched: 1 row.", payout.proof_html)
        payout.action_match()
        payout.invalidate_recordset()
        self.assertEqual(payout.unmatched_count, 0)
        self.assertEqual(payout._variance()["unknown"], 0.0)
        self.assertIn("Proved: all figures agree", payout.proof_html)
        self.assertTrue(self.item(invoice).reconciled)

    def test_chargeback_won_that_pays_nothing_yet_is_not_explained(self):
        won = {"kind": "chargeback_reversal", "transaction": "dp", "gross": 500}
        for state, cause in (("exception", "unknown"), ("matched", "chargeback")):
            payout = self.payout({**won, "payout": state, "transaction": state})
            payout.event_ids.state = state
            self.assertEqual(payout._variance()[cause], 5.0)

    def test_row_of_an_unknown_kind_that_was_matched_by_hand_is_explained(self):
        invoice = self.invoice(120.0)
        for kind in ("unknown", "adjustment"):
            payout = self.payout(
                {**SALE, "kind": kind, "payout": kind, "transaction": kind}
            )
            self.link(payout.event_ids, self.item(invoice))
            self.assertEqual(payout._variance()["unknown"], 0.0)
            self.assertEqual(proof.sales(payout), 120.0)

    def test_counts_have_their_plural_and_amounts_their_separators(self):
        for count, said in ((0, "0 rows"), (1, "1 row"), (1234, "1,234 rows")):
            self.assertEqual(words.rows(self.env, count), said)
        self.assertEqual(words.payouts(self.env, 1), "1 payout")
        self.assertEqual(words.entries(self.env, 2), "2 entries")
        self.assertEqual(words.bank_lines(self.env, 1), "1 bank line")
        self.assertEqual(words.days(self.env, 1), "1 day")
        self.assertEqual(words.amount(self.env, -123456, 2, "EUR"), "-1,234.56 EUR")
        self.assertEqual(words.amount(self.env, 1234, 3, "KWD"), "1.234 KWD")

    def test_screen_is_named_as_the_menu_that_opens_it(self):
        menus = self.env.ref("retail_accelerator.settlement_menu").child_id
        self.assertIn("Payouts", menus.mapped("name"))
        for menu in menus:
            self.assertEqual(menu.action.name, menu.name)

    # -- what a person explains --

    def test_unknown_type_is_settled_once_for_all_its_rows(self):
        row = {"kind": "unknown", "type": "mystery", "gross": -300, "fee": 0}
        events = self.payout(
            {**row, "transaction": "m1"}, {**row, "transaction": "m2", "gross": -200}
        ).event_ids
        events.write({"state": "exception", "reason": "unknown_type"})
        self.resolve(events[0], kind="fee").action_treat()
        self.assertEqual(set(events.mapped("state")), {"plain"})
        self.assertEqual(events.settlement_id.state, "matched")
        sums = self.sums(posting.post(events.settlement_id))
        self.assertEqual(sums[self.channel.settlement_fee_account_id], 5.0)

    def test_fee_recognised_after_posting_leaves_the_suspense_account(self):
        event = self.exception(
            reason="unknown_type", kind="unknown", type="mystery", gross=-300, fee=0
        )
        posting.post(event.settlement_id)
        suspense = event.suspense_line_id
        self.resolve(event, kind="fee").action_treat()
        self.assertEqual(suspense.amount_residual, 0.0)
        self.assertFalse(event.suspense_line_id)
        sums = self.sums(event.settlement_id.move_ids)
        self.assertEqual(sums[self.channel.settlement_fee_account_id], 3.0)

    def test_rows_are_treated_as_something(self):
        event = self.exception(reason="unknown_type", kind="unknown", type="mystery")
        with self.assertRaises(UserError):
            self.resolve(event).action_treat()

    def test_row_matched_again_after_posting_leaves_the_suspense_account(self):
        event = self.exception(order="", transaction="ch_77")
        posting.post(event.settlement_id)
        suspense, order = event.suspense_line_id, self.order()
        order.reference = "ch_77"
        event.action_retry_cause()
        self.assertEqual(event.state, "matched")
        self.assertEqual(suspense.amount_residual, 0.0)
        self.assertFalse(event.suspense_line_id)

    def test_matching_in_vain_adds_nothing_to_the_log(self):
        settlement = self.payout(SALE)
        settlement.action_match()
        logged = self.env["retail.audit"].search_count([("action", "=", "match")])
        self.assertEqual(logged, 1)
        settlement.action_match()
        again = self.env["retail.audit"].search_count([("action", "=", "match")])
        self.assertEqual(again, logged)

    def test_operator_leaves_posted_payouts_as_they_are(self):
        event = self.exception(order="", transaction="ch_77")
        posting.post(event.settlement_id)
        self.order().reference = "ch_77"
        event.with_user(self.people["operator"]).action_retry()
        self.assertEqual(event.state, "exception")
        self.assertTrue(event.suspense_line_id)

    def test_operator_is_told_why_posted_rows_stay_unmatched(self):
        event = self.exception(order="", transaction="ch_77")
        posting.post(event.settlement_id)
        answer = event.settlement_id.with_user(self.people["operator"]).action_match()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("only accountants", answer["params"]["message"])
        self.assertNotIn(
            "accountants", event.settlement_id.action_match()["params"]["message"]
        )

    def test_payout_has_at_stake_what_its_rows_have(self):
        """A refund does not take a payment's amount away from what is at stake."""
        sale = {**SALE, "order": "", "fee": -100}
        settlement = self.payout(
            {**sale, "transaction": "ch_88", "gross": 5000},
            {**sale, "transaction": "re_88", "gross": -4000, "kind": "refund"},
        )
        rows = settlement.event_ids
        rows.write({"state": "exception", "reason": "no_candidate"})
        self.assertEqual(settlement.exception_count, 2)
        self.assertEqual(settlement.amount_exception, 90.0)
        self.assertEqual(sum(rows.mapped("amount_at_stake")), 90.0)

    def test_payout_without_bank_line_is_told_with_its_date_as_the_user_reads_it(self):
        settlement = self.payout(SALE)
        posting.post(settlement)
        answer = settlement.action_reconcile()["params"]
        self.assertIn(format_date(self.env, settlement.date), answer["message"])
        self.assertFalse(answer["title"].endswith("."))

    def test_preview_shows_the_payouts_currency_where_it_is_not_the_companys(self):
        settlement = self.payout(SALE)
        preview = self.env["retail.settlement.preview"]._for(settlement)
        self.assertFalse(preview.is_foreign)
        settlement.sudo().currency_id = self.env.ref("base.EUR")
        preview.invalidate_recordset()
        self.assertTrue(preview.is_foreign)

    def test_reports_are_listed_by_their_providers_name(self):
        self.upload(self.good()).action_read()
        report = self.env["retail.settlement.file"].search([], limit=1)
        self.assertEqual(report.provider_name, "Stripe")
        report.provider = "camt"
        self.assertEqual(report.provider_name, "CAMT")

    def test_several_refused_reports_are_told_apart(self):
        bad = [self.wrong(), self.wrong().replace("po_8", "po_7")]
        message = self.upload(self.good(), *bad).action_read()["params"]["message"]
        self.assertEqual(message.count("• report"), 2)

    def test_retry_of_everything_says_what_is_left(self):
        self.exception(order="", transaction="ch_77")
        answer = self.env["retail.settlement.event"].action_retry_all()
        self.assertIn("Left to resolve: 1 row", answer["params"]["title"])

    def test_write_off_is_offered_within_the_limit_only(self):
        small = self.exception(gross=500)
        self.assertTrue(self.resolve(small).may_write_off)
        large = self.exception(gross=20000, transaction="ch_2", payout="po_2")
        self.assertFalse(self.resolve(large).may_write_off)

    def test_auditor_may_not_settle_types(self):
        event = self.exception(reason="unknown_type", kind="unknown", type="mystery")
        wizards = self.env["retail.settlement.resolve"]
        with self.assertRaises(AccessError):
            wizards.with_user(self.people["auditor"]).create({"event_id": event.id})
