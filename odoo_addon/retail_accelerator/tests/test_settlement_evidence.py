# SPDX-License-Identifier: LGPL-3.0-or-later
"""Evidence is kept as a code, and read in words."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..settle import bank, bank_words, match_words, matching, posting
from .settlement_common import SettlementCase

SALE = {"transaction": "ch_1", "gross": 12000, "fee": -378}


@tagged("post_install", "-at_install")
class TestSettlementEvidence(SettlementCase):
    def test_match_is_explained_in_words(self):
        for code, kind, said in (
            (
                "parent=id; gives back; party agrees; -76 days",
                "order",
                "Same id as the transaction it follows; gives back what was paid; "
                "customer agrees; 76 days before the order",
            ),
            (
                "order=letters and digits; whole amount; 1 days",
                "invoice",
                "Same order reference, signs and case aside; equals the open amount; "
                "1 day after the invoice",
            ),
            (
                "description=number; part of amount; party differs; 1234 days",
                "pos_payment",
                "Named in the description, by its number alone; part of the open "
                "amount; customer differs; 1,234 days after the payment",
            ),
            (
                "person; exceeds open amount; 0 days",
                "credit_note",
                "Found by amount and date; more than the open amount; on the day of "
                "the credit note",
            ),
            ("=odoo", "invoice", "Reconciled in Odoo's own screens"),
        ):
            self.assertEqual(match_words.text(self.env, code, kind), said)

    def test_what_a_person_wrote_is_shown_as_it_is(self):
        for note in ("", "order", "wrong number; called", "order=none; gives back"):
            self.assertEqual(match_words.text(self.env, note, "order"), note)
            self.assertEqual(bank_words.text(self.env, note), note)

    def test_row_and_its_candidates_show_words(self):
        order = self.order()
        order.client_order_ref = "WEB-4711"
        order.date_order = "2026-03-01 10:00:00"
        settlement = self.payout({**SALE, "order": "web 4711"})
        matching.match(settlement)
        link = settlement.event_ids.link_ids
        self.assertIn("order=letters and digits", link.evidence)
        self.assertIn("Same order reference, signs and case", link.evidence_text)
        self.assertIn("after the order", link.evidence_text)

    def test_bank_line_is_explained_in_words(self):
        for code, said in (
            ("equal; named; days 0", "same amount, names the payout, same day"),
            ("differs; days 1", "other amount, 1 day after"),
            ("converted; days -1", "other currency, 1 day before"),
            ("payouts 3; days -12", "sum of 3 payouts, 12 days before"),
            ("odoo; charges 2.00 CHF; 1 GBP", ", charges: 2.00 CHF; 1 GBP"),
            ("equal; days 2; charge -1.50 XXA", "the bank gave 1.5 XXA back"),
        ):
            self.assertIn(said, bank_words.text(self.env, code))

    def test_bank_line_speaks_the_language_of_its_reader(self):
        settlement = self.payout(SALE)
        posting.post(settlement)
        self.bank_line(116.22, "STRIPE po_1", "2026-03-11")
        self.assertTrue(bank.reconcile(settlement))
        match = settlement.bank_match_ids
        self.assertEqual(match.evidence, "equal; named; days 1")
        self.assertEqual(
            match.evidence_text, "same amount, names the payout, 1 day after"
        )
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {"same amount": "même montant"}
        with patch.object(
            code_translations, "get_python_translations", lambda *_args: french
        ):
            match = match.with_context(lang="fr_FR")
            self.assertTrue(match.evidence_text.startswith("même montant, "))

    def test_audit_log_tells_the_evidence_in_words(self):
        settlement = self.payout(SALE)
        posting.post(settlement)
        self.bank_line(116.22, "STRIPE po_1", "2026-03-10")
        self.assertTrue(bank.reconcile(settlement))
        entries = self.env["retail.audit"].search(
            [("model", "=", settlement._name), ("res_id", "=", settlement.id)]
        )
        said = {entry.action: entry.evidence for entry in entries}
        self.assertEqual(said["reconcile"], "same amount, names the payout, same day")
        self.assertFalse(said["post"])
