# SPDX-License-Identifier: LGPL-3.0-or-later
"""Nobody is shown, told of, or lets happen what he has no right to."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .duplicate_common import DuplicateCase


@tagged("post_install", "-at_install")
class TestDuplicateAccess(DuplicateCase):
    def hide(self, model, records):
        """A record rule of the customer's own."""
        self.env["ir.rule"].create(
            {
                "name": "hidden from everybody",
                "model_id": self.env["ir.model"]._get_id(model),
                "domain_force": f"[('id', 'not in', {records.ids})]",
            }
        )

    def hidden_and_seen(self):
        pairs = [
            self.make_pair(self.make_order(), self.make_order(), score=score)
            for score in (3, 4)
        ]
        self.hide("sale.order", pairs[0]._record("second"))
        return pairs

    def test_graphs_pivots_and_groups_leave_hidden_pairs_out(self):
        hidden, seen = self.hidden_and_seen()
        pairs = self.pairs.with_user(self.operator)
        domain = [("id", "in", (hidden | seen).ids)]
        for group_by in ("kind", "state", "create_date:month"):
            [row] = pairs.formatted_read_group(
                domain, [group_by], ["__count", "score:max"]
            )
            self.assertEqual((row["__count"], row["score:max"]), (1, 4), group_by)
        self.assertEqual(pairs.search_count(domain), 1)
        self.assertEqual(pairs.web_search_read(domain, {"kind": {}})["length"], 1)

    def test_counters_leave_hidden_pairs_out(self):
        hidden, seen = self.hidden_and_seen()
        for pair, count in ((hidden, 0), (seen, 1)):
            order = pair._record("first").with_user(self.operator)
            self.assertEqual(order.retail_duplicate_count, count)
        bulk = self.env["retail.duplicate.bulk"].with_user(self.operator)
        threshold = {"kind": "order", "side": "under", "threshold": 5}
        self.assertEqual(bulk.create(threshold).matching_count, 1)

    def test_a_bulk_decision_leaves_hidden_pairs_alone(self):
        hidden, seen = self.hidden_and_seen()
        bulk = self.env["retail.duplicate.bulk"].with_user(self.operator)
        bulk = bulk.create({"kind": "order", "side": "under", "threshold": 5})
        bulk.action_decide()
        self.assertEqual((hidden.state, seen.state), ("open", "kept"))

    def test_an_order_of_a_hidden_customer_is_shown_as_odoo_s_form_shows_it(self):
        """His name, which the order's own form shows too, but not how to reach him."""
        customer = self.env["res.partner"].create(
            {"name": "Quiet Person", "email": "quiet@mail.example"}
        )
        pair = self.make_pair(self.make_order(), self.make_order())
        pair._record("second").partner_id = customer
        self.assertIn("quiet@mail.example", str(pair.comparison_html))
        self.hide("res.partner", customer)
        html = str(pair.with_user(self.operator).comparison_html)
        self.assertIn("Quiet Person", html)
        self.assertNotIn("quiet@mail.example", html)

    def test_merging_needs_the_right_to_change_contacts(self):
        people, again = self.make_people()
        pair = self.make_pair(people[0], again, "partner")
        reader = new_test_user(
            self.env, "ra_reader", "retail_accelerator.group_operator,base.group_user"
        )
        with self.assertRaises(AccessError):
            pair.with_user(reader).action_merge()
        self.assertEqual((pair.state, len((people[0] | again).exists())), ("open", 2))

    def test_payments_are_told_apart_by_customer_amount_and_date(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        )
        payments = self.env["account.payment"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "amount": 41.5,
                    "date": f"2026-02-0{day}",
                    "journal_id": journal.id,
                    "payment_type": "inbound",
                }
                for day in (1, 2)
            ]
        )
        pair = self.make_pair(*payments, kind="payment")
        for name, day in ((pair.first_name, "01"), (pair.second_name, "02")):
            self.assertIn(self.partner.name, name)
            self.assertIn("41.50", name)
            self.assertIn(f"02/{day}/2026", name)

    def test_the_same_content_comes_first_and_bears_no_score(self):
        weighed = self.make_pair(self.make_order(), self.make_order(), score=40)
        twin = self.make_pair(
            self.make_order(),
            self.make_order(),
            score=0,
            found_by="content",
            probability=1,
        )
        found = self.pairs.search([("id", "in", (weighed | twin).ids)])
        self.assertEqual(found, twin + weighed)
