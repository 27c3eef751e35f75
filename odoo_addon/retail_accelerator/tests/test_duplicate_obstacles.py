# SPDX-License-Identifier: LGPL-3.0-or-later
"""What cannot simply be cancelled or merged says so before, with the way out, and
nothing is lost when something changed between the sweep and the decision."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .duplicate_common import DuplicateCase


@tagged("post_install", "-at_install")
class TestDuplicateObstacles(DuplicateCase):
    def order_pair(self, **vals):
        return self.make_pair(self.make_order(), self.make_order(), **vals)

    def contact_pair(self, *vals, **pair):
        people = self.env["res.partner"].create(
            [{"name": "Ann Meyer", "email": "ann@mail.example", **own} for own in vals]
        )
        return self.make_pair(*people, kind="partner", **pair)

    def payments(self, count=2):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        )
        # With an account for what is under way, payments have journal entries.
        account = self.env["account.account"].create(
            {
                "name": "Under way",
                "code": "RAOUT",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        journal.inbound_payment_method_line_ids.payment_account_id = account
        payments = self.env["account.payment"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "amount": 41.5,
                    "date": "2026-02-01",
                    "journal_id": journal.id,
                    "payment_type": "inbound",
                }
            ]
            * count
        )
        payments.action_post()
        return payments

    def refuses(self, pair, action, message):
        self.assertRegex(pair.obstacle or "", message)
        with self.assertRaisesRegex(UserError, message):
            getattr(pair, action)()
        self.assertEqual(pair.state, "open")

    # -- orders --

    def test_nothing_is_cancelled_for_an_order_that_is_cancelled_itself(self):
        """Or of two sales none would be left."""
        pair = self.order_pair()
        pair._record("first")._action_cancel()
        self.refuses(pair, "action_link", "is to stay, but it is cancelled")
        pair.keep_first = "second"
        pair.action_link()
        self.assertEqual(pair._record("second").state, "draft")

    def test_a_chain_of_repetitions_leaves_one_order(self):
        orders = [self.make_order() for _number in range(3)]
        for first, second in ((0, 1), (1, 2), (0, 2)):
            self.make_pair(orders[first], orders[second], score=20)
        bulk = self.env["retail.duplicate.bulk"].create(
            {"kind": "order", "decision": "link", "side": "over", "threshold": 15}
        )
        bulk.action_decide()
        self.assertEqual(
            [order.state for order in orders], ["draft", "cancel", "cancel"]
        )
        bulk.action_undo()
        self.assertEqual({order.state for order in orders}, {"draft"})

    def test_an_order_that_was_paid_online_is_not_cancelled(self):
        pair = self.order_pair()
        provider = self.env["payment.provider"].create({"name": "Test", "code": "none"})
        method = self.env["payment.method"].create({"name": "Test", "code": "ra-test"})
        self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "TX-1",
                "amount": 20,
                "currency_id": self.env.company.currency_id.id,
                "partner_id": self.partner.id,
                "state": "done",
                "sale_order_ids": [(6, 0, pair._record("second").ids)],
            }
        )
        self.refuses(pair, "action_link", "was paid online .TX-1")

    def test_a_deleted_order_leaves_a_pair_that_can_be_closed(self):
        pair = self.order_pair()
        pair._record("second").unlink()
        pair.invalidate_recordset()
        self.assertIn("gone", pair.second_name)
        self.assertIn("<table", str(pair.comparison_html))
        self.refuses(pair, "action_link", "was deleted")
        pair.action_ignore()
        self.assertEqual(pair.state, "ignored")

    def test_a_held_order_is_not_thrown_away_for_a_cancelled_one(self):
        order = self.make_order()
        entry = self.make_entry(81, outcome="review", reason="duplicate_content")
        pair = self.pairs.create(
            {
                "kind": "order",
                "first_id": order.id,
                "ledger_id": entry.id,
                "company_id": self.env.company.id,
                "found_by": "content",
            }
        )
        order._action_cancel()
        self.refuses(pair, "action_link", "Press Keep both to import")

    # -- contacts --

    def test_the_clerk_chooses_which_contact_stays(self):
        pair = self.contact_pair({}, {"phone": "1"}, keep_first="second")
        second = pair._record("second")
        pair.action_merge()
        self.assertTrue(second.exists())
        self.assertFalse(pair._record("first"))

    def test_a_user_s_contact_stays(self):
        pair = self.contact_pair({}, {})
        login = new_test_user(self.env, "ra_shopper", "base.group_portal")
        login.partner_id = pair._record("second")
        self.refuses(pair, "action_merge", "is the contact of a user")
        pair.keep_first = "second"
        pair.action_merge()
        self.assertEqual(login.partner_id, pair._record("second"))

    def test_contacts_that_odoo_would_refuse_say_why_before(self):
        company = {"name": "Acme", "is_company": True}
        parent = self.env["res.partner"].create(company)
        child = self.env["res.partner"].create({"name": "Acme", "parent_id": parent.id})
        pair = self.make_pair(parent, child, "partner")
        self.refuses(pair, "action_merge", "the other's company")
        pair = self.contact_pair({}, {"active": False})
        self.refuses(pair, "action_merge", "is archived")
        other = self.env["res.partner"].create({"name": "Copy"})
        pair = self.make_pair(self.env.company.partner_id, other, "partner")
        self.refuses(pair, "action_merge", "a company of this database")
        pair = self.contact_pair({}, {})
        for side in ("first", "second"):
            user = new_test_user(self.env, f"ra_{side}", "base.group_portal")
            user.partner_id = pair._record(side)
        self.refuses(pair, "action_merge", "Both are the contacts of users")

    def test_no_contact_is_merged_in_bulk(self):
        names = dict(self.env["retail.duplicate.bulk"]._fields["decision"].selection)
        self.assertEqual(set(names), {"keep", "ignore", "link"})

    def test_strange_names_are_shown_as_they_are(self):
        strange = "\u202e<b>\u0645\u062d\u0645\u062f</b> & \U0001f600 % %s {0} \\"
        pair = self.contact_pair({"name": strange}, {"name": strange + "x"})
        self.assertEqual(pair.first_name, strange)
        self.assertNotIn("<b>", str(pair.comparison_html))
        found = self.pairs.search([("first_name", "ilike", "% %s {0}")])
        self.assertIn(pair, found)
        pair.action_merge()
        self.assertEqual(pair.state, "merged")

    # -- payments --

    def test_a_payment_booked_twice_is_cancelled_and_lives_again(self):
        payments = self.payments()
        self.assertEqual(set(payments.mapped("state")), {"in_process"})
        pair = self.make_pair(*payments, kind="payment")
        pair.action_link()
        self.assertEqual(payments.mapped("state"), ["in_process", "canceled"])
        self.assertEqual(payments[1].move_id.state, "cancel")
        self.assertEqual(pair.state, "linked")
        pair.action_reopen()
        self.assertEqual(set(payments.mapped("state")), {"in_process"})
        self.assertEqual(set(payments.move_id.mapped("state")), {"posted"})

    def test_a_payment_of_an_invoice_is_not_cancelled(self):
        payments = self.payments()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-02-01",
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 41.5, "tax_ids": [(5,)]})
                ],
            }
        )
        invoice.action_post()
        lines = (invoice | payments[1].move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        pair = self.make_pair(*payments, kind="payment")
        self.refuses(pair, "action_link", f"pays {invoice.name}")
        pair.keep_first = "second"
        pair.action_link()
        self.assertEqual(payments.mapped("state")[0], "canceled")

    def test_a_payment_the_bank_confirms_is_not_cancelled(self):
        payments = self.payments()
        pair = self.make_pair(*payments, kind="payment")
        payments[1].is_matched = True
        self.refuses(pair, "action_link", "the money has moved")

    # -- what changed since the sweep --

    def test_a_sweep_closes_pairs_with_nothing_left_to_decide(self):
        cancelled, deleted, alive = [self.order_pair() for _number in range(3)]
        held = self.pairs.create(
            {
                "kind": "order",
                "first_id": cancelled.first_id,
                "ledger_id": self.make_entry(82, outcome="review").id,
                "company_id": self.env.company.id,
            }
        )
        cancelled._record("first")._action_cancel()
        deleted._record("second").unlink()
        archived = self.contact_pair({}, {})
        archived._record("second").active = False
        for kind in ("order", "partner"):
            while self.pairs._close_gone(kind, self.env.company):
                self.env.invalidate_all()
        self.assertEqual(
            [pair.state for pair in (cancelled, deleted, archived, alive, held)],
            ["gone", "gone", "gone", "open", "open"],
        )
        self.assertIn("Closed", cancelled.message_ids[0].body)

    def test_what_is_there_again_and_found_again_is_asked_again(self):
        pair = self.order_pair()
        vals = {"kind": "order", "first_id": pair.first_id, "second_id": pair.second_id}
        pair._record("first")._action_cancel()
        self.pairs._close_gone("order", self.env.company)
        pair._record("first").action_draft()
        self.assertEqual(self.pairs._remember([vals]), pair)
        self.assertEqual(pair.state, "open")
