# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the bank kept of a payout that it exchanged: told apart from the rate, to the
cent, whoever tells it."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..settle import bank, bank_entry, bank_search, bank_words, intake, proof
from .test_settlement_bank import BankCase
from .test_settlement_bank_files import camt

# A payout of 116.22 francs is 232.44 in the books at Odoo's rate.
RATE = 0.5


class ChargeCase(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.channel.settlement_fee_account_id
        cls.lost = cls.company.expense_currency_exchange_account_id
        cls.gained = cls.company.income_currency_exchange_account_id
        cls.transit = cls.channel.settlement_transit_account_id

    def foreign(self, code="CHF", rate=RATE, payout="po_1", **row):
        self.other_currency(code, rate)
        return self.posted(payout, currency=code, **row)

    def line(self, amount, reference="po_1", charge=0.0, told=0.0, code="CHF", **vals):
        """A bank line; ``told`` is the amount before the exchange."""
        if told:
            currency = self.env["res.currency"].search([("name", "=", code)])
            vals |= {"foreign_currency_id": currency.id, "amount_currency": told}
        return self.bank_line(amount, reference, retail_bank_charge=charge, **vals)

    def euro_account(self, rate=0.8):
        journal = self.env["account.journal"].create(
            {
                "name": "Euro account",
                "code": "EURB",
                "type": "bank",
                "currency_id": self.other_currency("EUR", rate).id,
            }
        )
        self.channel.settlement_bank_journal_id = journal
        return journal

    def items(self, line):
        """{account: (amount, balance)} of the entry but its bank account."""
        _liquidity, suspense, other = line._seek_for_lines()
        return {
            item.account_id: (item.amount_currency, item.balance)
            for item in suspense | other
        }

    def rates(self):
        """What was lost and gained by exchange."""
        return self.balance(self.lost) + self.balance(self.gained)

    def check_proof(self, settlement, received):
        """Sales and causes make what the bank has, and nothing is unexplained that was
        explained without a bank."""
        causes = settlement._variance()
        total = proof.sales(settlement) + sum(causes.values())
        compare = settlement.currency_id.compare_amounts
        self.assertFalse(compare(total, settlement.amount_bank))
        self.assertFalse(compare(settlement.amount_bank, received))
        booked = sum(proof.bank_differences(settlement).values())
        self.assertFalse(compare(settlement.amount_file + booked, received))
        return causes


@tagged("post_install", "-at_install")
class TestSettlementBankCharge(ChargeCase):
    # -- the books' account, a foreign payout --

    def test_charge_that_a_person_tells_is_booked_and_the_rest_is_the_rate(self):
        settlement = self.foreign()
        line = self.line(230.0)
        fees = self.balance(self.fees)
        wizard = self.form(settlement, line)
        self.assertTrue(wizard.is_exchanged)
        self.assertEqual((wizard.charge, wizard.charge_account_id), (0.0, self.fees))
        wizard.charge = 1.5
        wizard.action_take()
        items = self.items(line)
        self.assertEqual(items[self.transit], (-116.22, -231.5))
        self.assertEqual(items[self.fees], (1.5, 1.5))
        self.assertAlmostEqual(self.balance(self.fees) - fees, 1.5, 2)
        self.assertAlmostEqual(self.rates(), 0.94, 2)  # 232.44 - 231.50
        self.assertEqual(self.balance(self.transit), 0.0)
        self.assertEqual(settlement.state, "reconciled")
        causes = self.check_proof(settlement, 115.47)
        # 1.50 of 231.50 are 0.75 of 116.22 francs.
        self.assertEqual((causes["bank_charge"], causes["bank_rate"]), (-0.75, 0.0))
        self.assertIn("Kept by the bank", settlement.proof_html)
        lost = self.currency.format(-0.94)
        self.assertIn(f"exchange difference of {lost}", settlement.proof_html)
        self.explain(settlement)
        self.assertIn("Proved", settlement.proof_html)

    def test_charge_that_the_file_tells_is_never_taken_silently(self):
        settlement = self.foreign()
        line = self.line(230.0, "STRIPE po_1", 1.5, told=116.22)
        self.assertFalse(bank.reconcile(settlement))
        self.assertFalse(settlement.bank_match_ids or line.is_reconciled)
        [found] = bank_search.scored(settlement)
        self.assertFalse(found.exact or found.difference or found.converted)
        action = settlement.action_choose_bank_line()
        choice = self.env[action["res_model"]].browse(action["res_id"]).line_ids
        self.assertIn("the bank kept $\N{NO-BREAK SPACE}1.50", choice.evidence)
        with self.assertRaisesRegex(UserError, "kept a charge"):
            choice.action_take()
        action = choice.action_take_difference()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            self.assertEqual((form.charge, form.difference), (1.5, 0.0))
            self.assertEqual(form.charge_account_id, self.fees)
        wizard.action_take()
        self.assertEqual(self.items(line)[self.transit], (-116.22, -231.5))
        self.assertAlmostEqual(self.rates(), 0.94, 2)
        self.assertEqual(self.check_proof(settlement, 115.47)["bank_charge"], -0.75)
        match = settlement.bank_match_ids
        self.assertIn("the bank kept", match.evidence_text)
        self.assertEqual(match.charge_account_id, self.fees)

    def test_charge_in_another_currency_is_not_taken_silently_either(self):
        settlement = self.foreign()
        line = self.line(230.0, told=116.22, retail_bank_other_charges="2.00 CHF")
        self.assertFalse(bank.reconcile(settlement))
        [found] = bank_search.scored(settlement)
        self.assertIn("charges: 2.00 CHF", bank_words.evidence(self.env, found))
        wizard = self.form(settlement, line)
        self.assertEqual((wizard.charge, wizard.other_charges), (0.0, "2.00 CHF"))
        wizard.charge = 4.03
        wizard.action_take()
        self.assertEqual(self.check_proof(settlement, 114.22)["bank_charge"], -2.0)

    def test_exchanged_line_without_told_charge_is_taken_as_before(self):
        settlement = self.foreign()
        line = self.line(230.0, told=116.22)
        self.assertTrue(bank.reconcile(settlement))
        self.assertEqual(self.items(line), {self.transit: (-116.22, -230.0)})
        self.assertFalse(settlement.bank_match_ids.charge)

    def test_person_may_say_that_a_told_charge_is_not_inside(self):
        settlement = self.foreign()
        line = self.line(230.0, charge=1.5, told=116.22)
        self.form(settlement, line, charge=0.0).action_take()
        self.assertEqual(self.items(line), {self.transit: (-116.22, -230.0)})
        self.check_proof(settlement, 116.22)

    def test_charge_and_another_difference_are_two_items(self):
        """Another bank on the way took 3 francs, ours 1.50 of the books' currency."""
        settlement = self.foreign()
        line = self.line(223.5, charge=1.5, told=113.22)
        wizard = self.form(settlement, line)
        self.assertEqual((wizard.charge, wizard.difference), (1.5, -3.0))
        wizard.write(
            {
                "cause": "bank_other",
                "note": "the bank on the way",
                "account_id": self.channel.settlement_writeoff_account_id.id,
            }
        )
        wizard.action_take()
        # 225.00 are 113.22 francs, so 116.22 are 230.96 and 3 francs 5.96.
        self.assertEqual(
            self.items(line),
            {
                self.transit: (-116.22, -230.96),
                self.channel.settlement_writeoff_account_id: (3.0, 5.96),
                self.fees: (1.5, 1.5),
            },
        )
        causes = self.check_proof(settlement, 112.47)
        self.assertEqual((causes["bank_charge"], causes["bank_other"]), (-0.75, -3.0))

    def test_rest_that_is_left_open_comes_without_the_charge(self):
        settlement = self.foreign()
        line = self.line(198.5, charge=1.5, told=100.0)
        self.form(settlement, line, cause="open").action_take()
        self.assertEqual(settlement.state, "posted")
        self.assertEqual(bank_search.expected(settlement), 16.22)
        causes = self.check_proof_open(settlement)
        self.assertEqual((causes["bank_charge"], causes["timing"]), (-0.75, -16.22))
        self.line(32.0, told=16.22)
        self.assertTrue(bank.reconcile(settlement))
        self.check_proof(settlement, 115.47)

    def check_proof_open(self, settlement):
        causes = settlement._variance()
        total = proof.sales(settlement) + sum(causes.values())
        self.assertAlmostEqual(total, settlement.amount_bank, 2)
        return causes

    def test_charge_of_money_that_goes_out(self):
        settlement = self.foreign(kind="refund", gross=-5000, fee=0)
        line = self.line(-101.5, charge=1.5)
        self.form(settlement, line).action_take()
        self.assertEqual(self.items(line)[self.transit], (50.0, 100.0))
        self.assertEqual(self.rates(), 0.0)
        self.assertEqual(self.check_proof(settlement, -50.75)["bank_charge"], -0.75)

    def test_any_figures_leave_the_pure_rate_to_the_last_unit(self):
        figures = (
            ("JPY", 151.37, 12347, 80.01, 0.07),
            ("JPY", 151.37, 12347, 81.99, 13.33),
            ("KWD", 0.3071, 98765, 320.05, 9.99),
            ("KWD", 0.3071, 1, 0.01, 0.01),
            ("CHF", 0.8971, 10001, 111.11, 33.33),
        )
        for number, (code, rate, gross, amount, charge) in enumerate(figures):
            with self.subTest(code=code, charge=charge):
                settlement = self.foreign(
                    code, rate, f"po_{number}9", gross=gross, fee=0
                )
                before = self.rates(), self.balance(self.fees)
                wanted = bank_search.expected(settlement)
                worth = sum(bank_search.transit_items(settlement).mapped("balance"))
                line = self.line(amount, f"po_{number}9")
                self.form(settlement, line, charge=charge).action_take()
                items = self.items(line)
                value = self.currency.round(amount + charge)
                self.assertEqual(items[self.transit], (-wanted, -value))
                self.assertEqual(items[self.fees], (charge, charge))
                self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0.0, 2)
                self.assertEqual(self.balance(self.transit), 0.0)
                self.assertAlmostEqual(self.rates() - before[0], worth - value, 2)
                self.assertAlmostEqual(self.balance(self.fees) - before[1], charge, 2)
                kept = settlement.currency_id.round(charge * wanted / value)
                self.check_proof(settlement, wanted - kept)

    # -- an account in another currency --

    def test_charge_of_an_account_in_a_third_currency_is_valued_at_its_own_rate(self):
        settlement = self.foreign()
        journal = self.euro_account()
        line = self.line(184.0, charge=1.2, journal_id=journal.id)
        self.assertEqual(bank_entry.value(line), 230.0)
        wizard = self.form(settlement, line)
        self.assertEqual((wizard.bank_currency_id.name, wizard.charge), ("EUR", 1.2))
        wizard.action_take()
        items = self.items(line)
        self.assertEqual(items[self.transit], (-116.22, -231.5))
        self.assertEqual(items[self.fees], (1.2, 1.5))
        self.assertAlmostEqual(self.rates(), 0.94, 2)
        self.check_proof(settlement, 115.47)

    def test_charge_and_rate_of_a_payout_in_the_books_currency_are_two_items(self):
        settlement, journal = self.posted(), self.euro_account()
        line = self.line(91.0, charge=1.2, journal_id=journal.id)
        self.assertEqual(bank_entry.value(line), 113.75)
        wizard = self.form(settlement, line)
        # 116.22 expected, 113.75 there and 1.50 kept: 0.97 are the rate.
        self.assertEqual((wizard.charge, wizard.difference), (1.2, -0.97))
        self.assertEqual((wizard.cause, wizard.account_id), ("bank_rate", self.lost))
        wizard.action_take()
        self.assertEqual(
            self.items(line),
            {
                self.transit: (-116.22, -116.22),
                self.lost: (0.97, 0.97),
                self.fees: (1.2, 1.5),
            },
        )
        causes = self.check_proof(settlement, 113.75)
        self.assertEqual((causes["bank_charge"], causes["bank_rate"]), (-1.5, -0.97))

    def test_amount_told_in_the_books_currency_has_the_charge_beside_a_rate(self):
        """The line is worth the amount before the charge, which is a rate then."""
        settlement, journal = self.posted(), self.euro_account()
        line = self.line(
            91.0, charge=1.2, told=116.22, code="USD", journal_id=journal.id
        )
        self.assertFalse(bank.reconcile(settlement))
        wizard = self.form(settlement, line)
        worth = self.currency.round(1.2 * 116.22 / 91)
        self.assertEqual((wizard.difference, wizard.cause), (worth, "bank_rate"))
        wizard.action_take()
        self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0.0, 2)
        self.assertEqual(self.balance(self.transit), 0.0)
        causes = self.check_proof(settlement, 116.22)
        self.assertEqual((causes["bank_charge"], causes["bank_rate"]), (-worth, worth))

    def test_charge_of_one_currency_is_the_difference_and_its_cause_filled_in(self):
        settlement = self.posted()
        line = self.line(113.22, charge=3.0)
        wizard = self.form(settlement, line)
        self.assertFalse(wizard.is_exchanged or wizard.charge)
        self.assertEqual((wizard.difference, wizard.cause), (-3.0, "bank_charge"))
        self.assertEqual(wizard.account_id, self.fees)
        wizard.action_take()
        self.assertEqual(self.check_proof(settlement, 113.22)["bank_charge"], -3.0)

    def test_whole_amount_is_taken_though_a_charge_is_told(self):
        """Nothing is missing, so the charge was booked by itself."""
        settlement = self.posted()
        self.line(116.22, charge=3.0)
        self.assertTrue(bank.reconcile(settlement))
        self.assertIn("the bank kept", settlement.bank_match_ids.evidence_text)
        self.check_proof(settlement, 116.22)

    def test_amount_of_the_account_counts_whatever_was_instructed(self):
        """The payer's bank exchanged, before the money was the payout's."""
        settlement = self.posted()
        self.other_currency("CHF", RATE)
        line = self.line(116.22, told=60.0)
        self.assertTrue(bank.reconcile(settlement))
        self.assertEqual(self.items(line), {self.transit: (-116.22, -116.22)})
        settlement.action_release_bank_line()
        self.assertEqual(line.amount_currency, 60.0)
        self.assertEqual(list(self.items(line).values()), [(-60.0, -116.22)])

    def test_foreign_amount_of_the_account_is_not_settled_by_another_one(self):
        journal = self.euro_account()
        settlement = self.foreign("EUR", 0.8)
        self.other_currency("CHF", RATE)
        line = self.line(113.22, told=60.0, journal_id=journal.id)
        self.assertFalse(bank.reconcile(settlement))
        wizard = self.form(settlement, line)
        self.assertFalse(wizard.is_exchanged or wizard.is_converted)
        self.assertEqual(wizard.difference, -3.0)
        wizard.cause = "bank_charge"
        wizard.action_take()
        self.assertEqual(self.check_proof(settlement, 113.22)["bank_charge"], -3.0)
        self.assertEqual(self.balance(self.transit), 0.0)

    # -- several payouts, and the way back --

    def test_undo_gives_payout_charge_and_told_amount_back(self):
        settlement = self.foreign()
        line = self.line(230.0, charge=1.5, told=116.22)
        before = self.balance(self.fees), self.rates()
        self.form(settlement, line).action_take()
        [said] = self.logged(settlement, "reconcile")
        self.assertEqual((said["charge"], said["cause"]), ("-0.75", "bank_rate"))
        self.assertEqual(said["charge_account"], self.fees.code)
        settlement.action_release_bank_line()
        self.assertEqual((self.balance(self.fees), self.rates()), before)
        self.assertFalse(line.is_reconciled or settlement.bank_match_ids)
        self.assertEqual(bank_search.expected(settlement), 116.22)
        self.assertEqual(list(self.items(line).values()), [(-116.22, -230.0)])
        wizard = self.form(settlement, line)
        self.assertEqual(wizard.charge, 1.5)
        wizard.action_take()
        self.check_proof(settlement, 115.47)

    def test_undone_in_odoo_the_charge_is_gone_too(self):
        settlement = self.foreign()
        line = self.line(230.0)
        before = self.balance(self.fees), self.rates()
        self.form(settlement, line, charge=1.5).action_take()
        line.action_undo_reconciliation()
        self.assertEqual((settlement.state, settlement.amount_bank), ("posted", 0.0))
        self.assertEqual((self.balance(self.fees), self.rates()), before)
        self.assertEqual(self.logged(settlement, "release")[0]["bank_lines"], line.ids)

    def test_payouts_of_one_line_share_its_value_and_are_undone_one_by_one(self):
        first = self.foreign()
        second = self.foreign(payout="po_2", gross=5000, fee=0)
        line = self.line(328.5, "po_1 po_2", 1.5, told=166.22)
        fees = self.balance(self.fees)
        self.assertFalse(bank.reconcile(first))
        wizard = self.form(first, line)
        self.assertEqual(wizard.other_ids, second)
        wizard.action_take()
        self.assertEqual((first | second).mapped("state"), ["reconciled"] * 2)
        self.check_proof(first, 115.46)
        self.check_proof(second, 50.0)
        first.action_release_bank_line()
        self.assertEqual((first.state, second.state), ("posted", "reconciled"))
        self.assertEqual(self.balance(self.fees), fees)
        self.assertEqual(bank_entry.amount_in(line, first.currency_id), 116.22)
        self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0.0, 2)
        self.form(first, line).action_take()
        self.assertAlmostEqual(self.balance(self.fees) - fees, 1.5, 2)
        self.check_proof(first, 115.46)
        self.assertEqual(self.balance(self.transit), 0.0)
        for settlement in (first, second):
            settlement.action_release_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(bank_entry.value(line), 328.5)

    def test_charge_is_booked_once_though_payouts_are_taken_one_by_one(self):
        first = self.foreign()
        second = self.foreign(payout="po_2", gross=5000, fee=0)
        line = self.line(328.5, "po_1 po_2", 1.5, told=166.22)
        self.form(first, line).action_take()
        second.action_release_bank_line()
        second.sudo().bank_line_refused_ids = [Command.clear()]
        self.assertTrue(bank.reconcile(second), "the charge is booked already")
        self.assertFalse(second.bank_match_ids.charge)

    def test_charge_that_was_booked_in_odoo_is_noted(self):
        settlement = self.foreign()
        line = self.line(230.0, charge=1.5, told=116.22)
        waiting = bank_search.transit_items(settlement)
        _liquidity, suspense, _other = line._seek_for_lines()
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.update(
                        suspense.id,
                        {
                            "account_id": self.transit.id,
                            "amount_currency": -116.22,
                            "balance": -231.5,
                        },
                    ),
                    Command.create({"account_id": self.fees.id, "balance": 1.5}),
                ]
            }
        )
        (suspense | waiting).reconcile()
        bank.reconcile(settlement)
        match = settlement.bank_match_ids
        self.assertEqual((match.level, match.charge), ("odoo", -0.75))
        self.assertIn("the bank kept", match.evidence_text)
        self.assertEqual(self.check_proof(settlement, 115.47)["bank_charge"], -0.75)
        settlement.action_release_bank_line()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(bank_entry.value(line), 230.0)

    # -- what cannot be --

    def test_charge_that_cannot_be_inside_is_refused_and_nothing_written(self):
        settlement = self.foreign()
        line = self.line(230.0)
        for charge in (-230.0, -500.0):
            with self.assertRaisesRegex(UserError, "cannot be inside"):
                self.form(settlement, line, charge=charge).action_take()
        with self.assertRaisesRegex(UserError, "on which the charge is booked"):
            self.form(
                settlement, line, charge=1.5, charge_account_id=False
            ).action_take()
        same = self.posted("po_2")
        other = self.line(113.22, "po_2")
        with self.assertRaisesRegex(UserError, "what the bank kept is the difference"):
            self.form(same, other, charge=3.0, cause="bank_charge").action_take()
        self.assertFalse((settlement | same).bank_match_ids)
        self.assertFalse(line.is_reconciled or other.is_reconciled)

    def test_charge_is_in_the_channels_analytic_account(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        shop = self.env["account.analytic.account"].create(
            {"name": "Shop", "plan_id": plan.id}
        )
        self.channel.settlement_analytic_account_id = shop
        settlement = self.foreign()
        line = self.line(230.0)
        self.form(settlement, line, charge=1.5).action_take()
        item = settlement.bank_match_ids.charge_line_id
        self.assertEqual(item.analytic_distribution, {str(shop.id): 100.0})

    # -- from the file --

    def test_charge_and_rate_of_a_file_are_kept_with_the_line(self):
        journal = self.env["account.journal"].create(
            {"name": "House bank", "code": "HB", "type": "bank"}
        )
        self.channel.settlement_bank_journal_id = journal
        content = camt((("B1", 230.0, "PAYOUT po_1"),))
        rate = (
            b"<AmtDtls><InstdAmt><Amt Ccy='CHF'>116.22</Amt><CcyXchg><SrcCcy>CHF"
            b"</SrcCcy><TrgtCcy>USD</TrgtCcy><UnitCcy>CHF</UnitCcy><XchgRate>1.9919"
            b"</XchgRate></CcyXchg></InstdAmt></AmtDtls>"
        )
        charges = (
            b"<Chrgs><Amt Ccy='USD'>1.50</Amt></Chrgs>"
            b"<Chrgs><Amt Ccy='EUR'>0.40</Amt></Chrgs>"
        )
        self.other_currency("CHF", RATE)
        intake.take(self.channel, content, "notice.xml")
        line = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", journal.id)]
        )
        self.assertFalse(line.retail_bank_charge or line.retail_bank_rate)
        told = content.replace(b"<NtryDtls>", rate + charges + b"<NtryDtls>")
        self.assertEqual(intake.take(self.channel, told, "statement.xml").new, 0)
        self.assertEqual(line.retail_bank_charge, 1.5)
        self.assertEqual(line.retail_bank_other_charges, "0.40 EUR")
        self.assertEqual(line.retail_bank_rate, "1 CHF = 1.9919 USD")
        fine = told.replace(b"1.50<", b"1.505<").replace(b"B1", b"B2")
        with self.assertRaisesRegex(UserError, "round"):
            intake.take(self.channel, fine, "fine.xml")
