# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank lines as the money of payouts: other amounts, other currencies, several payouts,
and what people do with them in Odoo's own screens."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..settle import bank, bank_search, posting, proof
from .settlement_common import DAY, SettlementCase

SALE = {"transaction": "ch_1", "order": "1001", "gross": 12000, "fee": -378}


class BankCase(SettlementCase):
    def posted(self, payout="po_1", **row):
        settlement = self.payout(
            {**SALE, "payout": payout, "transaction": f"ch_{payout}", **row}
        )
        posting.post(settlement)
        return settlement

    def explain(self, settlement):
        """Somebody said what the rows are."""
        settlement.event_ids.state = "plain"
        settlement.invalidate_recordset()

    def form(self, settlement, line, **vals):
        """The form of a line that is not the amount expected."""
        wizards = self.env["retail.settlement.bank.take"]
        wizard = wizards._for(settlement, line)
        wizard.write(vals)
        return wizard

    def logged(self, settlement, action):
        entries = self.env["retail.audit"].search(
            [
                ("model", "=", settlement._name),
                ("res_id", "=", settlement.id),
                ("action", "=", action),
            ]
        )
        return [json.loads(entry.details) for entry in entries]

    def other_currency(self, code, rate):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", code)])
        currency.active = True
        currency.rate_ids.unlink()
        currency.rate_ids.create(
            {"currency_id": currency.id, "name": DAY, "rate": rate}
        )
        return currency

    def balance(self, account):
        groups = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")],
            aggregates=["balance:sum"],
        )
        return self.currency.round(groups[0][0] or 0.0)


@tagged("post_install", "-at_install")
class TestSettlementBank(BankCase):
    # -- a line of the payout's amount --

    def test_automatic_match_keeps_its_evidence(self):
        settlement = self.posted()
        line = self.bank_line(116.22, "STRIPE po_1", "2026-03-11")
        self.assertTrue(bank.reconcile(settlement))
        match = settlement.bank_match_ids
        self.assertEqual(match.bank_line_id, line)
        self.assertEqual((match.level, match.amount), ("reference", 116.22))
        self.assertEqual(match.evidence, "equal; named; days 1")
        self.assertFalse(match.difference or match.cause)
        [said] = self.logged(settlement, "reconcile")
        self.assertEqual(said["evidence"], match.evidence)
        self.assertEqual((said["level"], said["amount"]), ("reference", "116.22"))

    def test_line_that_names_a_longer_reference_names_not_this_payout(self):
        settlement = self.posted()
        self.bank_line(116.22, "STRIPE po_12")
        self.bank_line(116.22, "other money")
        self.assertFalse(bank.reconcile(settlement))
        [first, second] = bank_search.scored(settlement)
        self.assertFalse(first.named or second.named)

    def test_line_reconciled_elsewhere_is_neither_offered_nor_taken(self):
        settlement, invoice = self.posted(), self.invoice(116.22)
        line = self.bank_line(116.22, "po_1")
        wizard = settlement.action_choose_bank_line()
        choice = self.env[wizard["res_model"]].browse(wizard["res_id"])
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.item(invoice).account_id
        (suspense | self.item(invoice)).reconcile()
        self.assertFalse(bank_search.scored(settlement))
        with self.assertRaisesRegex(UserError, "meanwhile"):
            choice.line_ids.action_take()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            self.form(settlement, line).action_take()
        self.assertEqual(settlement.state, "posted")

    def test_only_what_is_open_of_a_line_is_offered(self):
        """An accountant took a part of the line for an invoice before."""
        settlement, invoice = self.posted(), self.invoice(50.0)
        line = self.bank_line(166.22, "po_1")
        _liquidity, suspense, _other = line._seek_for_lines()
        receivable = self.item(invoice)
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    (1, suspense.id, {"amount_currency": -116.22, "balance": -116.22}),
                    (
                        0,
                        0,
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": receivable.partner_id.id,
                            "balance": -50.0,
                        },
                    ),
                ]
            }
        )
        part = line.line_ids.filtered(lambda item: item.balance == -50.0)
        (part | receivable).reconcile()
        self.assertTrue(bank.reconcile(settlement))
        self.assertEqual(settlement.amount_bank, 116.22)
        settlement.action_release_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.amount_residual, -116.22)
        self.assertTrue(receivable.reconciled)

    # -- a line of another amount --

    def test_charge_of_the_bank_is_booked_and_explained(self):
        settlement = self.posted()
        line = self.bank_line(113.22, "STRIPE po_1")
        self.assertFalse(bank.reconcile(settlement))
        fees = self.channel.settlement_fee_account_id
        before = self.balance(fees)
        wizard = self.form(settlement, line)
        self.assertEqual((wizard.expected, wizard.difference), (116.22, -3.0))
        with self.assertRaisesRegex(UserError, "Say what the difference is"):
            wizard.action_take()
        wizard.cause = "bank_charge"
        self.assertEqual(wizard.account_id, fees)
        wizard.action_take()
        self.assertEqual(settlement.state, "reconciled")
        self.assertFalse(bank_search.transit_items(settlement))
        self.assertAlmostEqual(self.balance(fees) - before, 3.0, 2)
        self.assertEqual(line.line_ids.mapped("balance"), [113.22, -116.22, 3.0])
        self.assertEqual((settlement.amount_bank, line.is_reconciled), (113.22, True))
        causes = settlement._variance()
        self.assertEqual((causes["bank_charge"], causes["unknown"]), (-3.0, 120.0))
        self.assertIn("Kept by the bank", settlement.proof_html)
        self.assertNotIn("Proved", settlement.proof_html)
        self.explain(settlement)
        self.assertIn("Proved", settlement.proof_html)
        [said] = self.logged(settlement, "reconcile")
        self.assertEqual((said["difference"], said["cause"]), ("-3.0", "bank_charge"))
        self.assertEqual(said["account"], fees.code)

    def test_forms_fill_in_what_follows_from_a_choice(self):
        settlement, second = self.posted(), self.posted("po_2", gross=5000, fee=0)
        line = self.bank_line(113.22, "po_1")
        action = settlement.action_choose_bank_line()
        choice = self.env[action["res_model"]].browse(action["res_id"])
        with Form(choice) as form:
            form.bank_line_id = line
        action = choice.line_ids.action_take_difference()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            self.assertEqual((form.expected, form.difference), (116.22, -3.0))
            form.cause = "bank_charge"
            self.assertEqual(form.account_id, self.channel.settlement_fee_account_id)
            form.cause = "bank_other"
            form.note = "asked the bank"
            self.assertEqual(
                form.account_id, self.channel.settlement_writeoff_account_id
            )
            form.other_ids.add(second)
            self.assertEqual(form.difference, -53.0)
            form.other_ids.remove(second.id)
        wizard.action_take()
        self.assertEqual(settlement._variance()["bank_other"], -3.0)

    def test_booked_difference_is_undone_with_the_bank_line(self):
        settlement = self.posted()
        line = self.bank_line(113.22, "po_1")
        fees = self.channel.settlement_fee_account_id
        before = self.balance(fees)
        self.form(settlement, line, cause="bank_charge").action_take()
        settlement.action_release_bank_line()
        self.assertEqual((settlement.state, settlement.amount_bank), ("posted", 0.0))
        self.assertEqual(self.balance(fees), before)
        self.assertFalse(line.is_reconciled or settlement.bank_match_ids)
        self.assertEqual(bank_search.expected(settlement), 116.22)
        self.assertEqual(self.logged(settlement, "release")[0]["bank_lines"], line.ids)
        self.form(settlement, line, cause="bank_charge").action_take()
        self.assertEqual(settlement.state, "reconciled")

    def test_other_difference_needs_a_note_and_an_account(self):
        settlement = self.posted()
        line = self.bank_line(120.22, "po_1")
        wizard = self.form(settlement, line, cause="bank_other")
        with self.assertRaisesRegex(UserError, "in the note"):
            wizard.action_take()
        wizard.write({"note": "paid twice", "account_id": False})
        with self.assertRaisesRegex(UserError, "Choose the account"):
            wizard.action_take()
        wizard.account_id = self.channel.settlement_writeoff_account_id
        wizard.action_take()
        self.assertEqual(settlement._variance()["bank_other"], 4.0)
        self.assertEqual(settlement.bank_match_ids.note, "paid twice")

    def test_rest_that_is_still_to_come_is_left_open_and_found_later(self):
        settlement = self.posted()
        line = self.bank_line(100.0, "po_1")
        self.form(settlement, line, cause="open").action_take()
        self.assertEqual((settlement.state, settlement.amount_bank), ("posted", 100.0))
        self.assertEqual(bank_search.expected(settlement), 16.22)
        self.assertEqual(settlement._variance()["timing"], -16.22)
        self.assertIn("still to come", settlement.proof_html)
        rest = self.bank_line(16.22, "po_1 rest")
        self.assertTrue(bank.reconcile(settlement))
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement.bank_match_ids.bank_line_id, line | rest)
        self.assertEqual(settlement.amount_bank, 116.22)
        self.explain(settlement)
        self.assertIn("all figures agree", settlement.proof_html)
        settlement.action_release_bank_line()
        self.assertFalse(line.is_reconciled or rest.is_reconciled)

    def test_more_than_expected_cannot_be_left_open(self):
        settlement = self.posted()
        line = self.bank_line(120.0, "po_1")
        with self.assertRaisesRegex(UserError, "Book the difference"):
            self.form(settlement, line, cause="open").action_take()
        self.assertFalse(settlement.bank_match_ids or line.is_reconciled)

    def test_negative_payout_with_a_charge(self):
        settlement = self.posted(kind="refund", gross=-5000, fee=0)
        line = self.bank_line(-51.5, "po_1")
        self.form(settlement, line, cause="bank_charge").action_take()
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement.amount_bank, -51.5)
        self.assertEqual(settlement._variance()["bank_charge"], -1.5)

    # -- several payouts in one line --

    def test_line_that_names_several_payouts_is_taken_for_all_of_them(self):
        first, second = self.posted(), self.posted("po_2", gross=5000, fee=0)
        line = self.bank_line(166.22, "STRIPE po_1 po_2")
        self.assertTrue(bank.reconcile(first))
        self.assertEqual((first | second).mapped("state"), ["reconciled"] * 2)
        self.assertEqual((first.amount_bank, second.amount_bank), (116.22, 50.0))
        self.assertEqual((first | second).bank_match_ids.mapped("level"), ["group"] * 2)
        self.assertEqual(line.retail_settlement_ids, first | second)
        second.action_release_bank_line()
        self.assertEqual((first.state, second.state), ("reconciled", "posted"))
        self.assertEqual(line.amount_residual, -50.0)

    def test_sum_of_payouts_that_are_not_named_is_for_a_person(self):
        first, second = self.posted(), self.posted("po_2", gross=5000, fee=0)
        line = self.bank_line(165.0, "CARD SALES")
        self.assertFalse(bank.reconcile(first))
        wizard = self.form(first, line, other_ids=[(6, 0, second.ids)])
        self.assertEqual(wizard.difference, -1.22)
        wizard.cause = "bank_charge"
        wizard.action_take()
        self.assertEqual((first | second).mapped("state"), ["reconciled"] * 2)
        self.assertEqual((first.amount_bank, second.amount_bank), (115.0, 50.0))
        self.assertEqual(
            set((first | second).bank_match_ids.mapped("level")), {"manual"}
        )

    def test_any_open_line_can_be_chosen(self):
        settlement = self.posted()
        line = self.bank_line(60.0, "no name", "2026-06-01")
        action = settlement.action_choose_bank_line()
        choice = self.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(choice.line_ids)
        with self.assertRaises(UserError):
            choice.action_take_other()
        choice.bank_line_id = line
        action = choice.action_take_other()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.difference, -56.22)

    # -- other currencies --

    def test_line_in_the_books_currency_settles_a_foreign_payout(self):
        """What lies between the rates is Odoo's exchange difference."""
        franc = self.other_currency("CHF", 0.5)
        settlement = self.posted(currency="CHF")
        self.assertEqual(settlement.move_ids.currency_id, franc)
        line = self.bank_line(230.0, "po_1")
        self.assertFalse(bank.reconcile(settlement))
        wizard = self.form(settlement, line)
        self.assertTrue(wizard.is_converted and wizard.is_booked_by_odoo)
        self.assertEqual(wizard.cause, "bank_rate")
        wizard.action_take()
        self.assertEqual(settlement.state, "reconciled")
        match = settlement.bank_match_ids
        self.assertEqual((match.amount, match.bank_amount), (116.22, 230.0))
        self.assertFalse(bank_search.transit_items(settlement))
        transit = self.channel.settlement_transit_account_id
        self.assertEqual(self.balance(transit), 0.0)
        lost = self.company.expense_currency_exchange_account_id
        self.assertEqual(self.balance(lost), 2.44)
        self.assertEqual(sum(settlement._variance().values()), 116.22)
        settlement.action_release_bank_line()
        self.assertEqual(self.balance(lost), 0.0)
        self.assertEqual(bank_search.expected(settlement), 116.22)

    def test_payout_in_the_books_currency_on_a_foreign_bank(self):
        franc = self.other_currency("CHF", 0.5)
        settlement = self.posted()
        journal = self.env["account.journal"].create(
            {"name": "CHF", "type": "bank", "code": "BCHF", "currency_id": franc.id}
        )
        line = self.bank_line(57.0, "po_1")
        line = line.create(
            {
                "journal_id": journal.id,
                "date": DAY,
                "amount": 57.0,
                "payment_ref": "STRIPE po_1",
            }
        )
        wizard = self.form(settlement, line)
        self.assertEqual((wizard.amount, wizard.difference), (114.0, -2.22))
        self.assertFalse(wizard.is_booked_by_odoo)
        wizard.action_take()
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement._variance()["bank_rate"], -2.22)

    def test_difference_of_a_foreign_payout_is_valued_at_the_banks_rate(self):
        self.other_currency("CHF", 0.5)
        settlement = self.posted(currency="CHF")
        line = self.bank_line(240.0, "po_1")
        line.write(
            {
                "foreign_currency_id": settlement.currency_id.id,
                "amount_currency": 113.22,
            }
        )
        self.form(settlement, line, cause="bank_charge").action_take()
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement._variance()["bank_charge"], -3.0)
        self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0.0, 2)
        self.assertEqual(self.balance(self.channel.settlement_transit_account_id), 0.0)

    # -- people in Odoo's own screens --

    def test_line_reconciled_in_odoo_is_noted(self):
        settlement = self.posted()
        line = self.bank_line(116.22, "by hand", "2026-06-01")
        items = bank_search.transit_items(settlement)
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = items.account_id
        (suspense | items).reconcile()
        self.assertEqual(settlement.state, "posted")
        self.assertTrue(bank.reconcile(settlement))
        match = settlement.bank_match_ids
        self.assertEqual((match.level, match.bank_line_id), ("odoo", line))
        self.assertEqual(
            (settlement.state, settlement.amount_bank), ("reconciled", 116.22)
        )
        settlement.action_release_bank_line()
        self.assertFalse(line.is_reconciled)

    def test_line_undone_in_odoo_leaves_the_payout_posted(self):
        settlement = self.posted()
        line = self.bank_line(113.22, "po_1")
        self.form(settlement, line, cause="bank_charge").action_take()
        line.action_undo_reconciliation()
        self.assertEqual((settlement.state, settlement.amount_bank), ("posted", 0.0))
        self.assertFalse(settlement.bank_match_ids or settlement.bank_line_id)
        self.assertEqual(self.logged(settlement, "release")[0]["bank_lines"], line.ids)
        self.assertIn("waits for the line of", settlement.proof_html)

    def test_line_deleted_in_odoo_leaves_the_payout_posted(self):
        settlement = self.posted()
        line = self.bank_line(116.22, "po_1")
        self.assertTrue(bank.reconcile(settlement))
        line.unlink()
        self.assertEqual((settlement.state, settlement.amount_bank), ("posted", 0.0))
        self.assertEqual(len(self.logged(settlement, "release")), 1)

    # -- roles --

    def test_operators_and_auditors_take_no_bank_line(self):
        settlement = self.posted()
        line = self.bank_line(113.22, "po_1")
        for role in ("operator", "auditor"):
            user = self.people[role]
            wizards = self.env["retail.settlement.bank.take"].with_user(user)
            with self.assertRaises(AccessError):
                wizards._for(settlement.with_user(user), line)
            with self.assertRaises(AccessError):
                settlement.with_user(user).action_release_bank_line()
        taken = self.env["retail.settlement.bank.take"].with_user(
            self.people["accountant"]
        )
        wizard = taken._for(settlement.with_user(self.people["accountant"]), line)
        wizard.cause = "bank_charge"
        wizard.action_take()
        self.assertEqual(settlement.state, "reconciled")
        match = settlement.bank_match_ids
        self.assertTrue(match.with_user(self.people["auditor"]).evidence_text)
        with self.assertRaises(AccessError):
            match.with_user(self.people["accountant"]).write({"amount": 1.0})

    def test_every_cause_of_a_difference_is_a_cause_of_the_proof(self):
        causes = self.env["retail.settlement.bank.match"]._fields["cause"].selection
        booked = {cause for cause, _label in causes} - {bank.LEFT_OPEN}
        self.assertEqual(booked, set(bank.BOOKED))
        self.assertLessEqual(booked, set(proof.CAUSES))
