# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..settle import bank, intake, posting
from .settlement_common import SettlementCase

IBAN = "DE02120300000000202051"
LINES = (("B1", 164.47, "PAYOUT po_1"), ("B2", -20.0, "Account fee"))


def camt(lines, opening=100.0, closing=None, iban=IBAN, currency="USD", extra=""):
    """A camt.053 of (bank's reference, amount, text)."""
    if closing is None:
        closing = opening + sum(amount for _reference, amount, _text in lines)

    def amount_of(value):
        side = "CRDT" if value >= 0 else "DBIT"
        return (
            f'<Amt Ccy="{currency}">{abs(value):.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        )

    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount_of(value)}</Bal>"
        for code, value in (("OPBD", opening), ("CLBD", closing))
    )
    entries = "".join(
        f"<Ntry>{amount_of(amount)}<Sts>BOOK</Sts><BookgDt><Dt>2026-03-11</Dt></BookgDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>{text}"
        f"</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for reference, amount, text in lines
    )
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>"
        f"<BkToCstmrStmt><Stmt><Id>ST1{extra}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


@tagged("post_install", "-at_install")
class TestSettlementBankFiles(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create(
            {"name": "House bank", "code": "HB", "type": "bank"}
        )
        cls.channel.settlement_bank_journal_id = cls.journal

    def take_bank(self, content, name="bank.xml"):
        return intake.take(self.channel, content, name)

    def lines(self):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.journal.id)], order="amount"
        )

    def test_statement_becomes_lines_with_both_balances(self):
        taken = self.take_bank(camt(LINES))
        self.assertEqual((taken.rows, taken.new), (2, 2))
        self.assertEqual(self.lines().mapped("amount"), [-20.0, 164.47])
        statement = self.lines().statement_id
        self.assertEqual(statement.balance_start, 100)
        self.assertEqual(statement.balance_end_real, 244.47)
        self.assertTrue(statement.is_complete)
        self.assertEqual(taken.file.provider, "camt")

    def test_same_and_overlapping_statements_add_nothing_twice(self):
        self.take_bank(camt(LINES))
        self.assertEqual(self.take_bank(camt(LINES)).new, 0)
        self.assertEqual(self.take_bank(camt(LINES, extra="again")).new, 0)
        more = camt((*LINES, ("B3", 5.0, "More")), extra="later")
        self.assertEqual(self.take_bank(more).new, 1)
        self.assertEqual(len(self.lines()), 3)

    def test_statement_that_misses_a_line_is_refused_with_the_difference(self):
        message = r"bank\.xml: .*264\.47.*244\.47.*20\.00"
        with self.assertRaisesRegex(UserError, message):
            self.take_bank(camt(LINES[:1], closing=244.47))
        self.assertFalse(self.lines())

    def test_statement_of_another_account_or_currency_says_what_to_do(self):
        self.journal.bank_account_id = self.env["res.partner.bank"].create(
            {
                "acc_number": "DE89 3704 0044 0532 0130 00",
                "partner_id": self.company.partner_id.id,
            }
        )
        with self.assertRaisesRegex(
            UserError,
            "of account DE02.*of account DE89.*Download the statement of account DE89.*"
            "“Bank of Payouts” of the channel Shop.*“Account Number”",
        ):
            self.take_bank(camt(LINES))
        self.journal.bank_account_id = False
        with self.assertRaisesRegex(
            UserError,
            "in EUR.*in USD. Download the statement of an account in USD, or choose a "
            "journal with the currency EUR as “Bank of Payouts” of the channel Shop",
        ):
            self.take_bank(camt(LINES, currency="EUR"))

    def test_channel_without_bank_journal_says_what_to_set(self):
        self.channel.settlement_bank_journal_id = False
        with self.assertRaisesRegex(UserError, "Set the bank journal"):
            self.take_bank(camt(LINES))

    def test_lines_go_to_the_only_bank_journal_when_none_is_set(self):
        self.channel.settlement_bank_journal_id = False
        banks = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)]
        )
        (banks - self.journal).active = False
        self.take_bank(camt(LINES))
        self.assertEqual(len(self.lines()), len(LINES))
        # Payouts in other currencies may arrive at journals that are made later.
        self.assertFalse(self.channel.settlement_bank_journal_id)

    def test_operators_read_reports_but_no_statements(self):
        channel = self.channel.with_user(self.people["operator"])
        with self.assertRaises(AccessError):
            intake.take(channel, camt(LINES), "bank.xml")

    def test_payout_is_reconciled_with_the_line_of_the_file(self):
        settlement = self.payout(
            {"transaction": "ch_1", "gross": 12000, "fee": -378},
            {"transaction": "ch_2", "gross": 5000, "fee": -175},
        )
        settlement.action_match()
        posting.post(settlement)
        self.assertFalse(bank.reconcile(settlement))
        wizard = self.env["retail.settlement.upload"].create(
            {
                "channel_id": self.channel.id,
                "attachment_ids": [
                    Command.create({"name": "bank.xml", "raw": camt(LINES)})
                ],
            }
        )
        self.assertIn("2 bank lines", wizard.preview)
        wizard.action_read()
        self.assertEqual(settlement.state, "reconciled")
        self.assertEqual(settlement.amount_bank, 164.47)
        self.assertEqual(settlement.bank_line_id.journal_id, self.journal)
