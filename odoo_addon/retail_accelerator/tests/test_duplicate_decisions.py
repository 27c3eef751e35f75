# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is decided about a pair happens, is remembered, and can be taken back."""

import re
from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..engine.payload import MASK
from ..models import retail_duplicate_bulk
from .duplicate_common import DuplicateCase


@tagged("post_install", "-at_install")
class TestDuplicateDecisions(DuplicateCase):
    def order_pair(self, **vals):
        return self.make_pair(self.make_order(), self.make_order(), **vals)

    def notes(self, record):
        return " ".join(str(body) for body in record.message_ids.mapped("body"))

    # -- pairs --

    @mute_logger("odoo.sql_db")
    def test_a_pair_exists_once(self):
        pair = self.order_pair()
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            pair.copy()

    @mute_logger("odoo.sql_db")
    def test_a_pair_is_two_different_records(self):
        order = self.make_order()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.make_pair(order, order)

    def test_remembering_a_known_pair_leaves_its_decision(self):
        pair = self.order_pair()
        pair.action_keep()
        vals = {"kind": "order", "first_id": pair.first_id, "second_id": pair.second_id}
        self.assertFalse(self.pairs._remember([vals, vals]))
        self.assertEqual(pair.state, "kept")

    # -- keep, ignore --

    def test_who_decided_what_and_when_stays_on_record(self):
        pair = self.order_pair()
        pair.with_user(self.operator).action_keep()
        self.assertEqual((pair.state, pair.decided_by), ("kept", self.operator))
        self.assertTrue(pair.decided_at)
        note = pair.message_ids[0]
        self.assertEqual(note.author_id, self.operator.partner_id)
        self.assertIn("Both are kept", note.body)

    def test_a_decided_pair_is_not_decided_again(self):
        pair = self.order_pair()
        pair.action_ignore()
        with self.assertRaises(UserError):
            pair.action_keep()

    def test_an_ignored_pair_can_be_opened_again(self):
        pair = self.order_pair()
        pair.action_ignore()
        pair.action_reopen()
        self.assertEqual((pair.state, pair.decided_by.id), ("open", False))

    # -- merge --

    def test_contacts_are_merged_with_all_that_belongs_to_them(self):
        people, again = self.make_people()
        order = self.make_order(partner_id=again.id)
        third = self.make_pair(people[1], again, "partner")
        pair = self.make_pair(people[0], again, "partner")
        pair.action_merge()
        survivor = (people[0] | again).exists()
        self.assertEqual(len(survivor), 1)
        self.assertEqual(order.partner_id, survivor)
        self.assertEqual(pair.state, "merged")
        self.assertIn("Anne Meyer", self.notes(survivor))
        self.assertIn(survivor.id, (third.first_id, third.second_id))
        self.assertEqual(third.state, "open")

    def test_a_merge_cannot_be_undone_and_says_so(self):
        people, again = self.make_people()
        pair = self.make_pair(people[0], again, "partner")
        pair.action_merge()
        self.assertIn("gone", pair.display_name)
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            pair.action_reopen()

    def test_odoo_s_own_checks_of_a_merge_hold(self):
        people, _again = self.make_people()
        pair = self.make_pair(people[0], people[1], "partner")
        merger = new_test_user(
            self.env,
            "ra_merger",
            "retail_accelerator.group_operator,base.group_partner_manager",
        )
        with self.assertRaisesRegex(UserError, "same email"):
            pair.with_user(merger).action_merge()
        self.assertEqual(pair.state, "open")

    def test_only_contacts_are_merged_and_only_orders_linked(self):
        people, again = self.make_people()
        with self.assertRaises(UserError):
            self.order_pair().action_merge()
        with self.assertRaises(UserError):
            self.make_pair(people[0], again, "partner").action_link()

    # -- link --

    def test_linking_cancels_one_order_and_tells_both(self):
        pair = self.order_pair()
        pair.with_user(self.operator).action_link()
        first, second = pair._record("first"), pair._record("second")
        self.assertEqual((first.state, second.state), ("draft", "cancel"))
        self.assertIn(second.name, self.notes(first))
        self.assertIn(first.name, self.notes(second))
        self.assertEqual(pair.state, "linked")

    def test_the_clerk_chooses_which_order_stays(self):
        pair = self.order_pair(keep_first="second")
        pair.action_link()
        self.assertEqual(pair._record("first").state, "cancel")

    def test_undoing_a_link_brings_the_order_back_as_it_was(self):
        pair = self.order_pair()
        second = pair._record("second")
        second.action_confirm()
        pair.action_link()
        self.assertEqual(second.state, "cancel")
        pair.action_reopen()
        self.assertEqual((pair.state, second.state), ("open", "sale"))

    def test_an_invoiced_order_is_not_cancelled(self):
        pair = self.order_pair()
        second = pair._record("second")
        second.order_line.product_id.invoice_policy = "order"
        second.action_confirm()
        second._create_invoices()
        with self.assertRaisesRegex(UserError, "has been invoiced"):
            pair.action_link()
        self.assertEqual((pair.state, second.state), ("open", "sale"))

    def test_a_delivered_order_is_not_cancelled(self):
        pair = self.order_pair()
        second = pair._record("second")
        second.action_confirm()
        second.order_line.qty_delivered = 1
        with self.assertRaisesRegex(UserError, "has been delivered"):
            pair.action_link()
        self.assertEqual(pair.state, "open")

    # -- held records --

    def held_pair(self):
        order = self.make_order()
        entry = self.make_entry(
            77, outcome="review", reason="duplicate_content", message="as S1"
        )
        return self.pairs.create(
            {
                "kind": "order",
                "first_id": order.id,
                "ledger_id": entry.id,
                "company_id": self.env.company.id,
                "found_by": "content",
            }
        )

    def test_a_held_record_is_decided_as_a_duplicate_only(self):
        entry = self.held_pair().ledger_id
        self.assertTrue(entry.is_held)
        for action in (entry.action_keep, entry.action_apply):
            with self.assertRaisesRegex(UserError, "Duplicates to review"):
                action()

    def test_undoing_an_ignored_held_record_holds_it_again(self):
        pair = self.held_pair()
        pair.action_ignore()
        self.assertEqual(pair.ledger_id.outcome, "ignored")
        pair.action_reopen()
        self.assertEqual((pair.state, pair.ledger_id.outcome), ("open", "review"))

    def test_a_held_record_hides_personal_data_from_operators(self):
        pair = self.held_pair()
        self.assertIn("Ada Lovelace", pair.with_user(self.manager).comparison_html)
        pair._record("first").partner_id = self.env["res.partner"].create({"name": "X"})
        pair.invalidate_recordset()
        html = pair.with_user(self.operator).comparison_html
        self.assertNotIn("Lovelace", html)
        self.assertIn(f'<td class="table-warning">{MASK}</td>', html)

    def test_hidden_personal_data_is_marked_only_where_it_differs(self):
        pair = self.held_pair()
        pair._record("first").partner_id = self.env["res.partner"].create(
            {"name": "Ada Lovelace", "email": "other@shop.example"}
        )
        html = str(pair.with_user(self.operator).comparison_html)
        [name] = re.findall("<tr><th>Customer</th>(.*?)</tr>", html)
        self.assertEqual(name, f"<td>Ada Lovelace</td><td>{MASK}</td>")
        [mail] = re.findall("<tr><th>Email</th>(.*?)</tr>", html)
        self.assertEqual(mail.count("table-warning"), 2)
        self.assertIn(MASK, mail)

    # -- many at once --

    def bulk(self, **vals):
        return self.env["retail.duplicate.bulk"].create(
            {
                "kind": "order",
                "decision": "keep",
                "side": "under",
                "threshold": 5,
                **vals,
            }
        )

    def test_many_are_decided_by_a_threshold_and_undone(self):
        weak = [self.order_pair(score=score) for score in (1, 5)]
        strong = self.order_pair(score=9)
        bulk = self.bulk()
        self.assertEqual(bulk.matching_count, 2)
        bulk.with_user(self.operator).action_decide()
        self.assertEqual([pair.state for pair in weak], ["kept", "kept"])
        self.assertEqual((strong.state, bulk.decided_count), ("open", 2))
        self.assertEqual(bulk.decided_by, self.operator)
        bulk.action_undo()
        self.assertEqual({pair.state for pair in weak}, {"open"})
        self.assertEqual(bulk.state, "undone")

    def test_what_cannot_be_cancelled_stays_open_in_bulk(self):
        free, stuck = self.order_pair(), self.order_pair()
        stuck._record("second").action_confirm()
        stuck._record("second").order_line.qty_delivered = 1
        bulk = self.bulk(decision="link", side="over", threshold=10)
        bulk.action_decide()
        self.assertEqual((free.state, stuck.state), ("linked", "open"))
        self.assertEqual((bulk.decided_count, bulk.refused_count), (1, 1))
        bulk.action_undo()
        self.assertEqual(free._record("second").state, "draft")

    def test_more_than_one_step_says_what_is_left(self):
        for score in (1, 2, 3):
            self.order_pair(score=score)
        first = self.bulk()
        with patch.object(retail_duplicate_bulk, "LIMIT", 2):
            first.action_decide()
        self.assertEqual((first.decided_count, first.remaining_count), (2, 1))
        action = self.bulk().action_view_matching()
        self.assertEqual(len(self.pairs.search(action["domain"])), 1)

    def test_what_cannot_be_undone_in_bulk_is_counted_and_the_rest_undone(self):
        pairs = [self.order_pair(score=20) for _number in range(2)]
        bulk = self.bulk(decision="link", side="over", threshold=10)
        bulk.action_decide()
        lost = pairs[0]._record("second")
        with patch.object(
            type(lost),
            "action_draft",
            autospec=True,
            side_effect=lambda order: self.refuse(order == lost),
        ):
            bulk.action_undo()
        self.assertEqual([pair.state for pair in pairs], ["linked", "open"])
        self.assertEqual((bulk.state, bulk.undo_refused_count), ("undone", 1))

    def refuse(self, refused):
        if refused:
            raise UserError(self.env._("No."))

    def test_the_threshold_is_told_as_odds(self):
        bulk = self.bulk(threshold=10)
        self.assertEqual(bulk.odds, "1,000 to 1 for the same")
        bulk.threshold = -1
        self.assertEqual(bulk.odds, "2 to 1 against")
        bulk.threshold = 0
        self.assertEqual(bulk.odds, "even odds")

    def test_a_decision_by_threshold_is_named_by_what_it_does(self):
        bulk = self.bulk(decision="link", side="over", threshold=10)
        name = "Orders, score at least 10.0 bits: Cancel the second order"
        self.assertEqual(bulk.display_name, name)

    # -- who may see and do what --

    def test_an_auditor_sees_pairs_and_decides_nothing(self):
        pair = self.order_pair().with_user(self.auditor)
        self.assertIn(pair, self.pairs.with_user(self.auditor).search([]))
        for action in (pair.action_keep, pair.action_link, pair.action_ignore):
            with self.assertRaises(AccessError):
                action()

    def test_nobody_is_shown_a_pair_with_a_record_he_may_not_read(self):
        pair = self.order_pair()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        pair._record("second").partner_id = stranger
        self.env["ir.rule"].create(
            {
                "name": "not the stranger's orders",
                "model_id": self.env.ref("sale.model_sale_order").id,
                "domain_force": f"[('partner_id', '!=', {stranger.id})]",
            }
        )
        seen = self.pairs.with_user(self.operator)
        self.assertNotIn(pair.id, seen.search([]).ids)
        self.assertFalse(seen.search_count([("id", "=", pair.id)]))
        self.assertFalse(seen._read_group([("id", "=", pair.id)], ["kind"]))
        with self.assertRaises(AccessError):
            pair.with_user(self.operator).read(["comparison_html"])
        with self.assertRaises(AccessError):
            pair.with_user(self.operator).action_keep()

    def test_a_page_of_pairs_is_cut_after_the_hidden_ones(self):
        pairs = [self.order_pair(score=score) for score in (9, 8, 7)]
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        pairs[0]._record("first").partner_id = stranger
        self.env["ir.rule"].create(
            {
                "name": "not the stranger's orders",
                "model_id": self.env.ref("sale.model_sale_order").id,
                "domain_force": f"[('partner_id', '!=', {stranger.id})]",
            }
        )
        domain = [("id", "in", [pair.id for pair in pairs])]
        seen = self.pairs.with_user(self.operator).search(domain, limit=1, offset=1)
        self.assertEqual(seen.id, pairs[2].id)

    def test_pairs_of_another_company_are_invisible(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids = [Command.link(other.id)]
        orders = [
            self.env["sale.order"]
            .with_company(other)
            .create({"partner_id": self.partner.id, "company_id": other.id})
            for _number in range(2)
        ]
        pair = self.make_pair(*orders, company_id=other.id)
        self.assertNotIn(pair.id, self.pairs.with_user(self.operator).search([]).ids)
        with self.assertRaises(AccessError):
            pair.with_user(self.operator).read(["kind"])

    # -- what is shown --

    def test_differing_fields_are_marked(self):
        pair = self.order_pair()
        pair._record("second").client_order_ref = "MP-1"
        html = str(pair.comparison_html)
        self.assertIn('<td class="table-warning">MP-1</td>', html)
        self.assertNotIn('<td class="table-warning">2 × Cap', html)
        self.assertEqual(html.count("2 × Cap = 20.00"), 2)
        self.assertNotIn('<td class="table-warning">20.00</td>', html)
        pair._record("second").order_line.product_uom_qty = 3
        pair.invalidate_recordset()
        html = str(pair.comparison_html)
        self.assertIn('bg-warning-subtle">3 × Cap = 30.00', html)

    def test_the_waterfall_adds_up_to_the_score(self):
        pair = self.order_pair(score=12)
        pair.explanation += [["email", "missing", 0]]
        html = str(pair.explanation_html)
        self.assertIn("4,000 to 1 for the same", html)
        self.assertNotIn("Email", html)  # neither has one
        self.assertIn("-8.0", html)
        self.assertIn("+20.0", html)
        self.assertIn('<td class="text-end">12.0</td>', html)

    def test_values_of_records_cannot_break_the_page(self):
        pair = self.order_pair()
        pair._record("second").client_order_ref = "<script>alert(1)</script>"
        self.assertNotIn("<script>", str(pair.comparison_html))

    def test_forms_open_and_buttons_lead_to_the_pairs(self):
        people, again = self.make_people()
        pair = self.make_pair(people[0], again, "partner")
        self.assertEqual(Form(pair).display_name, pair.display_name)
        self.assertEqual(again.retail_duplicate_count, 1)
        action = again.action_view_retail_duplicates()
        self.assertEqual(self.pairs.search(action["domain"]), pair)
        self.assertEqual(pair.action_open_first()["res_id"], people[0].id)
