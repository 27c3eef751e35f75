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

    def test_no_way_of_reading_shows_a_pair_with_a_hidden_record(self):
        """List, form, search by a name of either record, name search, export, and the
        pairs of a sweep, a held record or a decision on many."""
        hidden, seen = self.hidden_and_seen()
        self.operator.group_ids += self.env.ref("base.group_allow_export")
        sweep = self.env["retail.duplicate.sweep"].create({"kind": "order"})
        bulk = self.env["retail.duplicate.bulk"].create({"kind": "order"})
        entry = self.make_entry(91)
        (hidden | seen).write(
            {"sweep_id": sweep.id, "bulk_id": bulk.id, "ledger_id": entry.id}
        )
        pairs = self.pairs.with_user(self.operator)
        name = hidden._record("first").name
        self.assertIn(hidden, self.pairs.search([("first_name", "ilike", name)]))
        for domain in (
            [("first_name", "ilike", name)],
            [("display_name", "ilike", name)],
            [("second_name", "=", name)],
            [("id", "=", hidden.id)],
        ):
            self.assertFalse(pairs.search(domain), domain)
        everything = self.partner.name
        found = pairs.search([("first_name", "ilike", everything)])
        self.assertEqual(found & (hidden | seen), seen)
        self.assertEqual([pair[0] for pair in pairs.name_search(name)], [])
        rows = seen.with_user(self.operator).export_data(["who", "apart"])["datas"]
        self.assertEqual(rows[0][0], everything)
        for action in (
            lambda pair: pair.export_data(["first_name"]),
            lambda pair: pair.web_read({"display_name": {}}),
            lambda pair: pair.read(["score"]),
            lambda pair: pair.message_ids.with_user(self.operator).read(["body"]),
        ):
            with self.assertRaises(AccessError):
                action(hidden.with_user(self.operator))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(sweep.with_user(self.operator).visible_count, 1)
        self.assertEqual(sweep.with_user(self.manager).visible_count, 1)
        self.assertEqual(sweep.visible_count, 2)
        self.assertEqual(entry.with_user(self.operator).duplicate_ids, seen)
        self.assertEqual(bulk.with_user(self.operator).duplicate_ids, seen)

    def test_a_form_opens_for_auditors_and_operators(self):
        """Whatever hangs on the records: deliveries, invoices, users."""
        orders = [self.make_order() for _side in range(2)]
        orders[1].order_line.product_id.invoice_policy = "order"
        orders[1].action_confirm()
        invoiced = self.make_pair(*orders)
        orders[1]._create_invoices()
        people, again = self.make_people()
        again.user_ids = new_test_user(self.env, "ra_form", "base.group_portal")
        contacts = self.make_pair(people[0], again, "partner")
        names = ["obstacle", "comparison_html", "explanation_html", "display_name"]
        for user in (self.auditor, self.operator):
            self.env.flush_all()
            self.env.invalidate_all()
            values = invoiced.with_user(user).read(names)[0]
            self.assertIn("has been invoiced", values["obstacle"])
            values = contacts.with_user(user).read(names)[0]
            self.assertIn("contact of a user", values["obstacle"])
            self.assertIn("<table", values["comparison_html"])

    def test_sums_over_all_records_are_for_managers(self):
        sweep = self.env["retail.duplicate.sweep"].create({"kind": "order"})
        names = ["record_count", "changed_count", "pair_count", "new_count"]
        self.assertEqual(len(sweep.with_user(self.manager).read(names)), 1)
        for name in names:
            with self.assertRaises(AccessError):
                sweep.with_user(self.operator).read([name])

    def test_who_may_not_read_payments_sees_none_of_their_pairs(self):
        payments = self.env["account.payment"].create(
            [{"partner_id": self.partner.id, "amount": 5}] * 2
        )
        pair = self.make_pair(*payments, kind="payment")
        clerk = new_test_user(
            self.env,
            "ra_no_books",
            "retail_accelerator.group_operator,base.group_user",
        )
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", "account.payment")]
        )
        access.perm_read = False
        self.env.registry.clear_cache()
        self.assertFalse(pair.with_user(clerk).has_access("read"))
        self.assertFalse(self.pairs.with_user(clerk).search([("id", "=", pair.id)]))
        self.assertFalse(
            self.pairs.with_user(clerk).search([("first_name", "ilike", "Draft")])
        )

    def test_another_company_s_pairs_are_seen_from_there_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.operator.company_ids += other
        orders = [
            self.env["sale.order"]
            .with_company(other)
            .create({"partner_id": self.partner.id, "company_id": other.id})
            for _number in range(2)
        ]
        pair = self.make_pair(*orders, company_id=other.id)
        domain = [("id", "=", pair.id)]
        here = self.pairs.with_user(self.operator)
        here = here.with_context(allowed_company_ids=self.env.company.ids)
        there = here.with_context(allowed_company_ids=other.ids)
        both = here.with_context(allowed_company_ids=[self.env.company.id, other.id])
        self.assertFalse(here.search(domain))
        self.assertEqual((there.search(domain), both.search(domain)), (pair, pair))
        [row] = both.formatted_read_group(domain, ["company_id"], ["__count"])
        self.assertEqual(row["__count"], 1)
        # A pair that bears no company, of orders of a company he has not chosen.
        pair.company_id = False
        self.assertFalse(here.search(domain))

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
        self.assertNotEqual(pair.first_name, pair.second_name)
        self.assertEqual(pair.who, self.partner.name)
        self.assertIn("41.50", pair.amount_text)
        self.assertEqual((pair.date_text, pair.apart), ("02/01/2026", "1 day"))

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
