# SPDX-License-Identifier: LGPL-3.0-or-later
"""One bank line for several payouts that the bank exchanged: each is undone by itself,
and what is taken anew leaves the books as if nothing had been undone."""

from itertools import permutations

from odoo.tests import tagged

from ..settle import bank, bank_entry, bank_search, posting
from .test_settlement_bank_charge import ChargeCase


@tagged("post_install", "-at_install")
class TestSettlementBankShared(ChargeCase):
    def shared(self, amount=398.0, **vals):
        """Three payouts of 199.55 francs, and the bank line that is taken for them."""
        payouts = self.foreign()
        for reference, gross in (("po_2", 5000), ("po_3", 3333)):
            payouts |= self.foreign(payout=reference, gross=gross, fee=0)
        line = self.line(amount, "po_1 po_2 po_3", **vals)
        self.settle(payouts[0], line, payouts[1:])
        return payouts, line

    def settle(self, payout, line, others=(), **vals):
        wizard = self.form(payout, line, **vals)
        wizard.other_ids = others
        wizard.action_take()

    def books(self, payouts, line):
        """What must be the same, whichever way it came about: balances of accounts,
        the bank line's entry, and what the payouts say."""
        balances = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")],
            ["account_id"],
            ["balance:sum"],
        )
        round_ = self.currency.round
        return (
            {a.code: round_(sum_) for a, sum_ in balances if round_(sum_)},
            sorted(
                (
                    *(item.account_id.code, item.currency_id.name),
                    *(item.amount_currency, item.balance, item.reconciled),
                    *(item.amount_residual, item.amount_residual_currency),
                )
                for item in line.line_ids
            ),
            [
                (payout.state, payout.amount_bank, payout._variance())
                for payout in payouts
            ],
        )

    def check_entry(self, line):
        """The bank's entry balances, and no match of items holds what they have not."""
        self.assertFalse(self.currency.compare_amounts(sum_(line, "balance"), 0.0))
        for item in line.line_ids:
            taken = sum(item.matched_debit_ids.mapped("amount"))
            taken -= sum(item.matched_credit_ids.mapped("amount"))
            if item.account_id.reconcile and item.parent_state == "posted":
                rest = item.balance + taken - item.amount_residual
                self.assertFalse(self.currency.round(rest), item.display_name)

    def opened(self, line):
        """(currency, amount, value) of what is open of the line."""
        item = bank_entry.open_item(line)
        return item.currency_id, -item.amount_currency, -item.balance

    # -- the books' own bank account --

    def test_undoing_one_payout_opens_its_value_in_the_banks_currency(self):
        payouts, line = self.shared()
        first, second, third = payouts
        clean, before = self.books(payouts, line), line.amount
        mine = second.bank_match_ids.move_line_id
        worth = -mine.balance
        self.assertEqual(mine.amount_currency, -50.0)
        second.action_release_bank_line()
        self.assertEqual(self.opened(line), (self.currency, worth, worth))
        self.assertEqual(line.amount_residual, -worth)
        self.assertFalse(line.is_reconciled)
        self.assertEqual((line.amount, line.foreign_currency_id.name), (before, False))
        self.assertEqual(
            payouts.mapped("state"), ["reconciled", "posted", "reconciled"]
        )
        self.assertEqual(payouts.mapped("amount_bank"), [116.22, 0.0, 33.33])
        self.assertEqual(payouts.mapped(bank_search.expected), [0.0, 50.0, 0.0])
        self.assertEqual(second._variance()["timing"], -50.0)
        self.check_entry(line)
        self.check_proof(first, 116.22)
        self.check_proof(third, 33.33)
        self.settle(second, line)
        self.assertEqual(self.books(payouts, line), clean)

    def test_what_is_open_again_is_never_taken_as_said_in_the_payouts_currency(self):
        """The bank named no francs: of them only Odoo's rate can tell."""
        payouts, line = self.shared()
        payouts[1].action_release_bank_line()
        payouts[1].sudo().bank_line_refused_ids = [(5,)]
        franc = payouts.currency_id
        self.assertIsNone(bank_entry.amount_in(line, franc))
        found = bank_search.candidate(payouts[1], line)
        self.assertTrue(found.converted)
        self.assertFalse(bank.reconcile(payouts[1]))
        other = self.foreign(payout="po_9", gross=5000, fee=0)
        self.assertFalse(bank.reconcile(other))

    def test_undone_in_any_order_the_line_is_as_it_came(self):
        payouts, line = self.shared()
        clean = self.books(payouts, line)
        for order in permutations(range(3)):
            with self.subTest(order=order):
                wanted = 0.0
                for at in order:
                    wanted -= payouts[at].bank_match_ids.move_line_id.balance
                    payouts[at].action_release_bank_line()
                    currency, amount, value = self.opened(line)
                    self.assertEqual(currency, self.currency)
                    self.assertEqual(amount, value)
                    self.assertAlmostEqual(value, wanted, 2)
                    self.check_entry(line)
                self.assertEqual(value, 398.0)
                self.assertEqual(payouts.mapped("state"), ["posted"] * 3)
                self.assertEqual(self.rates(), 0.0)
                self.settle(payouts[0], line, payouts[1:])
                self.assertEqual(self.books(payouts, line), clean)

    def test_two_of_three_taken_anew_together_are_as_before(self):
        payouts, line = self.shared()
        clean = self.books(payouts, line)
        for payout in payouts[1:]:
            payout.action_release_bank_line()
        self.settle(payouts[1], line, payouts[2])
        self.assertEqual(self.books(payouts, line), clean)

    def test_payout_reversed_and_posted_anew_leaves_the_books_as_before(self):
        payouts, line = self.shared()
        clean = self.books(payouts, line)
        second = payouts[1]
        posting.reverse(second, date=second.date, reason="test")
        self.check_entry(line)
        self.assertEqual(payouts.mapped("amount_bank"), [116.22, 0.0, 33.33])
        posting.post(second)
        self.assertEqual(second.state, "posted", "the rate takes a person")
        self.settle(second, line)
        self.assertEqual(self.books(payouts, line), clean)

    def test_charge_that_is_given_back_is_open_with_its_payout(self):
        payouts = self.foreign() | self.foreign(payout="po_2", gross=5000, fee=0)
        line = self.line(330.0, "po_1 po_2", charge=1.5)
        self.settle(payouts[0], line, payouts[1])
        clean, fees = self.books(payouts, line), self.balance(self.fees)
        value = -sum(payouts[0].bank_match_ids._items().mapped("balance"))
        payouts[0].action_release_bank_line()
        self.assertEqual(self.opened(line), (self.currency, value, value))
        self.assertAlmostEqual(self.balance(self.fees), fees - 1.5, 2)
        self.check_entry(line)
        self.settle(payouts[0], line)
        self.assertEqual(self.books(payouts, line), clean)

    # -- accounts and lines of other currencies --

    def test_account_of_a_third_currency_has_its_own_amount_open(self):
        euros = self.euro_account()
        payouts, line = self.shared(318.41, journal_id=euros.id)
        clean = self.books(payouts, line)
        liquidity, _suspense, _other = line._seek_for_lines()
        total = 0.0
        for payout in payouts[:2]:
            taken = -payout.bank_match_ids.move_line_id.balance
            payout.action_release_bank_line()
            total += 318.41 * taken / liquidity.balance
            currency, amount, _value = self.opened(line)
            self.assertEqual(currency, euros.currency_id)
            self.assertAlmostEqual(amount, total, delta=0.011)
            self.check_entry(line)
        self.assertEqual(line.amount_residual, -amount)
        self.settle(payouts[0], line, payouts[1])
        self.assertEqual(self.books(payouts, line), clean)
        for payout in payouts:
            payout.action_release_bank_line()
        self.assertEqual(self.opened(line)[:2], (euros.currency_id, 318.41))

    def test_amount_told_in_another_currency_is_shared_by_value(self):
        pound = self.other_currency("GBP", 0.75)
        payouts, line = self.shared(398.0, told=300.0, code="GBP")
        self.assertEqual(line.foreign_currency_id, pound)
        clean = self.books(payouts, line)
        payouts[1].action_release_bank_line()
        currency, amount, value = self.opened(line)
        self.assertEqual(currency, pound)
        self.assertEqual(amount, pound.round(300.0 * value / 398.0))
        self.assertEqual((line.foreign_currency_id, line.amount_currency), (pound, 300))
        self.settle(payouts[1], line)
        self.assertEqual(self.books(payouts, line), clean)

    def test_amount_told_in_the_payouts_currency_is_open_to_the_cent(self):
        payouts, line = self.shared(396.5, charge=1.5, told=199.55)
        clean = self.books(payouts, line)
        for payout, left in ((payouts[2], 33.33), (payouts[0], 149.55)):
            payout.action_release_bank_line()
            self.assertEqual(self.opened(line)[:2], (payouts.currency_id, left))
            self.check_entry(line)
        self.settle(payouts[0], line, payouts[2])
        self.assertEqual(self.books(payouts, line), clean)


def sum_(line, name):
    return sum(line.line_ids.mapped(name))
