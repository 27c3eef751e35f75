# SPDX-License-Identifier: LGPL-3.0-or-later
"""Decisions on duplicates are in the audit log: who, what, when; no personal data."""

import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..audit import log
from .duplicate_common import DuplicateCase


@tagged("post_install", "-at_install")
class TestDuplicateAudit(DuplicateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = max(cls.env["retail.audit"].search([]).ids, default=0)

    def entries(self):
        """What was logged in this test, oldest first."""
        return self.env["retail.audit"].search([("id", ">", self.last)], order="id")

    def actions(self):
        return self.entries().mapped("action")

    def assert_whole(self, company=None):
        company = company or self.env.company
        report = log.verify(self.env, company)
        self.assertFalse(report["problem"])
        mine = self.entries().filtered(lambda entry: entry.company_id == company)
        self.assertTrue(mine)
        self.assertGreaterEqual(report["entries"], len(mine))

    def order_pair(self, **vals):
        return self.make_pair(self.make_order(), self.make_order(), **vals)

    def held_pair(self):
        entry = self.make_entry(
            78, outcome="review", reason="duplicate_content", message="as S1"
        )
        return self.pairs.create(
            {
                "kind": "order",
                "first_id": self.make_order().id,
                "ledger_id": entry.id,
                "company_id": self.env.company.id,
                "found_by": "content",
            }
        )

    def test_each_decision_and_its_undo_is_logged_with_who_and_what(self):
        pair = self.order_pair(score=12.34).with_user(self.operator)
        for decide in (pair.action_keep, pair.action_ignore, pair.action_link):
            decide()
            pair.action_reopen()
        entries = self.entries()
        self.assertEqual(
            entries.mapped("action"), ["keep", "undo", "ignore", "undo", "link", "undo"]
        )
        self.assertEqual(entries.user_id, self.operator)
        self.assertEqual(entries.company_id, self.env.company)
        self.assertEqual(set(entries.mapped("model")), {pair._name})
        self.assertEqual(set(entries.mapped("res_id")), {pair.id})
        details = [json.loads(entry.details) for entry in entries]
        was = ["open", "kept", "open", "ignored", "open", "linked"]
        self.assertEqual([one["was"] for one in details], was)
        for one in details:
            found = (one["kind"], one["first"], one["second"], one["score"])
            self.assertEqual(found, ("order", pair.first_id, pair.second_id, "12.3"))
        self.assertEqual([one["stays"] for one in details[4:]], [pair.first_id, None])
        self.assert_whole()

    def test_the_entry_tells_which_one_stays(self):
        pair = self.order_pair(keep_first="second")
        pair.action_link()
        details = json.loads(self.entries().details)
        self.assertEqual(details["stays"], pair.second_id)

    def test_a_merge_is_logged_without_names_and_with_what_it_settles(self):
        people, again = self.make_people()
        pair = self.make_pair(people[0], again, "partner", company_id=False)
        copy = people[0].copy({"name": "Ann Meyers"})
        pairs = [self.make_pair(copy, one, "partner") for one in (people[0], again)]
        pair.action_merge()
        settled = [one for one in pairs if one.state == "merged"]
        self.assertEqual(len(settled), 1)
        entries = self.entries()
        self.assertEqual(entries.mapped("action"), ["merge", "merge"])
        self.assertEqual(entries.mapped("res_id"), [pair.id, settled[0].id])
        # Contacts of all companies: the company the user works in.
        self.assertEqual(entries.company_id, self.env.company)
        for entry in entries:
            text = f"{entry.summary} {entry.details}"
            for secret in ("Meyer", "Ann", "Main", "shop.example", "0731"):
                self.assertNotIn(secret, text)
        self.assert_whole()

    def test_a_decision_on_a_held_record_names_it(self):
        pair = self.held_pair()
        pair.action_ignore()
        pair.action_reopen()
        pair.action_link()
        self.assertEqual(self.actions(), ["ignore", "undo", "link"])
        for entry in self.entries():
            details = json.loads(entry.details)
            self.assertEqual(details["held"], pair.ledger_id.id)
            self.assertIsNone(details["second"])
            self.assertIn(str(pair.ledger_id.id), entry.summary)

    def bulk(self, **vals):
        return self.env["retail.duplicate.bulk"].create(
            {"kind": "order", "side": "under", "threshold": 5, **vals}
        )

    def test_a_decision_by_threshold_and_its_undo_are_logged_pair_by_pair(self):
        pairs = self.pairs.union(*(self.order_pair(score=score) for score in (1, 2, 3)))
        bulk = self.bulk(decision="keep").with_user(self.operator)
        bulk.action_decide()
        self.assertEqual(self.actions(), ["keep"] * 3 + ["bulk"])
        entries = self.entries()
        self.assertEqual(set(entries[:3].mapped("res_id")), set(pairs.ids))
        self.assertEqual(
            {json.loads(entry.details)["bulk"] for entry in entries[:3]}, {bulk.id}
        )
        total = entries[-1]
        self.assertEqual((total.model, total.res_id), (bulk._name, bulk.id))
        found = json.loads(total.details)
        self.assertEqual((found["threshold"], found["count"]), ("5.0", 3))
        bulk.action_undo()
        undone = self.entries() - entries
        self.assertEqual(undone.mapped("action"), ["undo"] * 4)
        self.assertEqual(
            {json.loads(entry.details).get("bulk") for entry in undone[:3]}, {bulk.id}
        )
        self.assertEqual(entries.user_id | undone.user_id, self.operator)
        self.assert_whole()

    def test_what_was_refused_is_not_logged_as_decided(self):
        free, stuck = (self.order_pair(score=20) for _number in range(2))
        stuck._record("second").action_confirm()
        stuck._record("second").order_line.qty_delivered = 1
        bulk = self.bulk(decision="link", side="over", threshold=10)
        bulk.action_decide()
        self.assertEqual(self.actions(), ["link", "bulk"])
        self.assertEqual(self.entries()[0].res_id, free.id)
        found = json.loads(self.entries()[1].details)
        self.assertEqual((found["count"], found["refused"]), (1, 1))
        self.assertFalse(stuck.bulk_id)
        self.assert_whole()

    def test_a_decision_that_fails_at_the_end_leaves_no_entry(self):
        pair = self.order_pair()
        with (
            patch.object(type(pair), "_log_decision", side_effect=UserError("no")),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            pair.action_keep()
        pair.invalidate_recordset()
        self.assertEqual(pair.state, "open")
        self.assertFalse(self.entries())

    def test_what_a_sweep_closes_is_nobody_s_decision(self):
        pair = self.order_pair()
        pair._record("second").action_cancel()
        self.assertEqual(self.pairs._close_gone("order", self.env.company), 1)
        self.assertEqual(pair.state, "gone")
        self.assertFalse(self.entries())

    def test_each_company_has_its_own_log(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids = [Command.link(other.id)]
        pair = self.order_pair()
        orders = [
            self.env["sale.order"]
            .with_company(other)
            .create({"partner_id": self.partner.id, "company_id": other.id})
            for _number in range(2)
        ]
        theirs = self.make_pair(*orders, company_id=other.id)
        both = (pair | theirs).with_context(
            allowed_company_ids=[self.env.company.id, other.id]
        )
        both.action_keep()
        self.assertEqual(self.entries().company_id, self.env.company | other)
        self.assert_whole()
        self.assert_whole(other)
