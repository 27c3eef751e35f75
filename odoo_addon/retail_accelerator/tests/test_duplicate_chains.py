# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders that repeat an order which is held itself: each waits for a decision against
an order that is there, nothing is lost, and nothing is imported twice."""

import base64
import csv
import json
import os
from datetime import datetime, timedelta

from odoo.tests import tagged

from ..engine.progress import Progress
from ..engine.session import Session
from .quirk_common import QuirkCase, line, order, tax_line

BEGIN = datetime(2026, 1, 5, 10)
NEWER = {
    "date_modified_gmt": "2026-03-01T10:00:00",
    "customer_note": "please hurry",
}
# Hours after the first order: the first of them is within a channel's 24 of it, and
# the others are within 24 of the first of them only.
APART = (20, 40, 43)
CHAIN = (2, 3, 4)


@tagged("post_install", "-at_install")
class TestDuplicateChains(QuirkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.write(
            dict.fromkeys(
                ("duplicate_policy", "suspect_policy", "repeat_policy"), "hold"
            )
        )

    # -- importing and looking ----

    def sale(self, ref, hours=0, **changes):
        """The same sale under a number of its own, some hours after the first."""
        moment = (BEGIN + timedelta(hours=hours)).isoformat()
        times = {"date_created_gmt": moment, "date_modified_gmt": moment}
        return order(ref, **{**times, **changes})

    def bring(self, *documents):
        """Import a file; its counts, results and ledger must tell the same."""
        self.env.flush_all()
        data = json.dumps(documents).encode()
        record = self.env["retail.import"].create(
            {
                "channel_id": self.channel.id,
                "file": base64.b64encode(data),
                "file_name": "orders.json",
            }
        )
        session = Session(self.channel.with_company(self.company), record.id)
        session.job.open(data)
        chunk = session.job.read(100, 1 << 24)
        session.process(chunk)
        progress = Progress(record)
        progress.note(self.env, chunk)
        self.addCleanup(os.unlink, record._result_path())
        progress.fold()
        self.env.flush_all()
        self.env.invalidate_all()
        self.check_told_alike(record, documents)
        return record

    def check_told_alike(self, record, documents):
        self.assertEqual(record.review_count, record.open_review_count)
        self.assertEqual(
            record.rejected_count, record.open_reject_count + record.open_review_count
        )
        self.assertEqual(
            sum((record.reasons or {}).values()), record.rejected_count, record.reasons
        )
        with open(record._result_path(), encoding="utf-8", newline="") as handle:
            told = {row["source_ref"]: row["outcome"] for row in csv.DictReader(handle)}
        for document in documents:
            entry = self.entry(document["id"])
            if told[entry.source_ref] != "unchanged":
                self.assertEqual(told[entry.source_ref], entry.outcome)
            if entry.is_held:
                self.assertFalse(entry.order_id)
                self.assertIn("open", entry.duplicate_ids.mapped("state"))

    def pair(self, ref):
        """The one open pair of a record."""
        self.env.invalidate_all()
        pair = self.entry(ref).duplicate_ids.filtered(lambda one: one.state == "open")
        self.assertEqual(len(pair), 1)
        return pair

    def held_against(self, ref):
        """Number of the record whose order the record is held against."""
        pair = self.pair(ref)
        self.assertEqual(self.entry(ref).outcome, "review")
        self.assertFalse(pair.second_id)
        [other] = self.env["sale.order"].browse(pair.first_id).retail_ledger_ids
        return int(other.source_ref)

    def outcomes(self, *refs):
        self.env.invalidate_all()
        return [self.entry(ref).outcome for ref in refs]

    def orders(self):
        return self.env["sale.order"].search(
            [("retail_ledger_ids.channel_id", "=", self.channel.id)]
        )

    def chain(self):
        """An order that is there, and a file of a repetition of it and of two
        repetitions of that."""
        self.bring(self.sale(1))
        record = self.bring(*(self.sale(*item) for item in enumerate(APART, 2)))
        self.assertEqual(record.review_count, 3)
        self.assertEqual([self.held_against(ref) for ref in CHAIN], [1, 1, 1])

    # -- held ----

    def test_repetitions_of_one_order_in_one_file_are_all_held_against_it(self):
        self.bring(self.sale(1))
        record = self.bring(self.sale(2), self.sale(3, 1), self.sale(4, 2))
        self.assertEqual(record.review_count, 3)
        self.assertEqual([self.held_against(ref) for ref in CHAIN], [1, 1, 1])

    def test_what_repeats_a_held_one_is_held_against_the_order_that_is_there(self):
        self.chain()

    def test_a_chain_of_three_is_held_against_the_order_that_is_there(self):
        """The second resembles the first, the third the second, and the fourth has
        the content of the third."""
        billing = {**self.sale(1)["billing"], "email": "relay-7@market.example"}
        like = {"billing": {**billing, "first_name": "Adah"}, "customer_id": 0}
        self.bring(self.sale(1))
        record = self.bring(
            self.sale(2, 20, **like), self.sale(3, 40), self.sale(4, 60)
        )
        self.assertEqual(record.reasons, {"duplicate_suspected": 3})
        self.assertEqual([self.held_against(ref) for ref in CHAIN], [1, 1, 1])
        pairs = [self.pair(ref) for ref in CHAIN]
        self.assertEqual({pair.found_by for pair in pairs}, {"score"})
        self.assertTrue(all(pair.explanation for pair in pairs))

    def test_what_repeats_a_held_one_of_its_own_shop_is_told_too(self):
        """Such are imported with a warning by default, but here there is nothing yet
        that the warning could name, only the other shop's order."""
        shop = self.channel
        self.channel = shop.copy({"code": "market", "name": "Market"})
        untaxed = {
            "total": "20.00",
            "total_tax": "0.00",
            "line_items": [line(tax=None)],
            "tax_lines": [],
        }
        self.bring(self.sale(1, **untaxed))
        self.channel = shop
        shop.repeat_policy = "warn"
        record = self.bring(self.sale(2, 1, **untaxed), self.sale(3, 2, **untaxed))
        self.assertEqual(record.review_count, 2)
        self.assertEqual([self.held_against(ref) for ref in (2, 3)], [1, 1])

    def test_the_same_file_again_changes_nothing(self):
        self.chain()
        record = self.bring(*(self.sale(*item) for item in enumerate(APART, 2)))
        self.assertEqual((record.unchanged_count, record.read_count), (3, 3))
        self.assertEqual([self.held_against(ref) for ref in CHAIN], [1, 1, 1])

    def test_with_a_warning_each_is_told_with_the_order_it_repeats(self):
        self.channel.duplicate_policy = "warn"
        record = self.bring(self.sale(1), self.sale(2, 1))
        self.assertEqual(record.created_count, 2)
        before, pair = self.entry(1).order_id, self.pair(2)
        self.assertEqual(
            {pair.first_id, pair.second_id}, {before.id, self.entry(2).order_id.id}
        )
        self.assertIn(before.name, self.entry(2).message)

    # -- decided ----

    def test_kept_one_after_the_other_each_is_asked_for_and_imported_once(self):
        self.chain()
        self.pair(2).action_keep()
        self.assertEqual(self.outcomes(*CHAIN), ["created", "review", "review"])
        self.assertEqual([self.held_against(ref) for ref in (3, 4)], [1, 1])
        # Not the first order once more, but one of those kept before, maybe.
        for ref, others in ((3, (1, 2)), (4, (1, 2, 3))):
            for other in others:
                self.assertEqual(self.held_against(ref), other)
                told = self.pair(ref).action_keep()
                self.assertEqual(bool(told), other != others[-1])
                if told:
                    self.assertIn(f"#{ref} is held again", told["params"]["message"])
        self.assertEqual(self.outcomes(*CHAIN), ["created"] * 3)
        self.assertEqual(len(self.orders()), 4)

    def test_kept_together_each_further_one_is_asked_for(self):
        self.chain()
        pairs = self.pair(2) | self.pair(3)
        pairs.action_keep()
        self.assertEqual(self.outcomes(*CHAIN), ["created", "review", "review"])
        self.assertEqual([self.held_against(ref) for ref in (3, 4)], [2, 1])
        self.assertEqual(set(pairs.mapped("state")), {"kept"})
        self.pair(3).action_keep()
        self.assertEqual(len(self.orders()), 3)

    def test_newer_versions_of_a_chain_make_no_second_orders(self):
        self.chain()
        self.pair(2).action_keep()
        record = self.bring(self.sale(2, 20, **NEWER), self.sale(3, 40, **NEWER))
        self.assertEqual((record.updated_count, record.review_count), (1, 1))
        self.assertEqual(len(self.orders()), 2)

    def test_the_same_sale_stays_out_with_all_its_versions(self):
        self.chain()
        for ref in CHAIN:
            self.pair(ref).action_link()
        self.assertEqual(self.outcomes(*CHAIN), ["ignored"] * 3)
        item = self.sale(4)["line_items"][0]
        corrected = {
            "date_modified_gmt": "2026-04-01T10:00:00",
            "line_items": [{**item, "quantity": 1}],
        }
        # Also alone, and after a correction that makes it another order's content.
        for newer in (NEWER, corrected):
            record = self.bring(self.sale(4, 43, **newer))
            self.assertEqual(record.skipped_count, 1)
        self.assertEqual(len(self.orders()), 1)

    def test_what_repeats_a_sale_that_was_left_out_is_held_against_the_first(self):
        self.bring(self.sale(1))
        self.bring(self.sale(2, 20))
        self.pair(2).action_link()
        record = self.bring(self.sale(2, 20, **NEWER), self.sale(3, 40))
        self.assertEqual((record.skipped_count, record.review_count), (1, 1))
        self.assertEqual(self.held_against(3), 1)

    def test_one_kept_in_the_middle_of_a_chain_asks_the_others_again(self):
        self.chain()
        self.pair(3).action_keep()
        self.assertEqual(self.outcomes(*CHAIN), ["review", "created", "review"])
        self.pair(2).action_keep()
        self.assertEqual(self.held_against(2), 3)
        self.pair(2).action_link()
        self.assertEqual(self.outcomes(*CHAIN), ["ignored", "created", "review"])
        self.assertEqual(len(self.orders()), 2)

    def test_what_was_kept_apart_is_not_held_again_by_way_of_another(self):
        self.chain()
        self.pair(3)._decide("kept", "They are two.")
        (self.entry(2) | self.entry(3))._replay()
        self.assertEqual(self.outcomes(*CHAIN), ["review", "created", "review"])
        self.assertEqual([self.held_against(ref) for ref in (2, 4)], [1, 1])
        self.assertEqual(len(self.orders()), 2)

    # -- taken back ----

    def test_a_decision_in_the_middle_of_a_chain_can_be_taken_back(self):
        self.chain()
        decided = self.pair(3)
        for action in (decided.action_ignore, decided.action_link):
            action()
            self.assertEqual(self.outcomes(*CHAIN), ["review", "ignored", "review"])
            decided.action_reopen()
            self.assertEqual([self.held_against(ref) for ref in CHAIN], [1, 1, 1])
        decided.action_keep()
        self.assertEqual(self.outcomes(*CHAIN), ["review", "created", "review"])
        decided.action_reopen()
        self.assertEqual(self.pair(3), decided)
        self.assertEqual(decided.second_id, self.entry(3).order_id.id)
        self.assertEqual(len(self.orders()), 2)

    # -- refused ----

    def refused(self, ref):
        """The sale with a tax that nobody has mapped."""
        taxes = [{"id": 99, "total": "1.00", "subtotal": "1.00"}]
        return self.sale(
            ref, line_items=[line(taxes=taxes)], tax_lines=[tax_line(rate=99)]
        )

    def test_what_repeats_a_refused_record_counts_as_refused_until_tried_again(self):
        record = self.bring(self.refused(1), self.sale(2, 20), self.sale(3, 23))
        self.assertEqual((record.rejected_count, record.review_count), (3, 0))
        self.assertEqual(record.reasons, {"unknown_tax": 1, "duplicate_content": 2})
        self.assertEqual(self.outcomes(1, 2, 3), ["rejected"] * 3)
        self.assertIn("Try again", self.entry(3).message)
        (self.entry(2) | self.entry(3)).action_replay()
        self.assertEqual(self.outcomes(1, 2, 3), ["rejected", "created", "review"])
        self.assertEqual(self.held_against(3), 2)

    def test_a_locked_order_is_counted_beside_what_repeats_a_refused_one(self):
        self.bring(self.sale(9, 500))
        self.entry(9).order_id.action_confirm()
        record = self.bring(
            self.sale(9, 500, **NEWER), self.refused(1), self.sale(2, 1)
        )
        self.assertEqual(
            record.reasons,
            {"order_locked": 1, "unknown_tax": 1, "duplicate_content": 1},
        )
