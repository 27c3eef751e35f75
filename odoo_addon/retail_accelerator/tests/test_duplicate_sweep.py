# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sweep finds what is the same, goes on where it stopped, and asks nothing twice."""

from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine.sweeper import Sweeper
from .duplicate_common import PEOPLE, DuplicateCase


@tagged("post_install", "-at_install")
class TestDuplicateSweep(DuplicateCase):
    def sweep(self, kind, mode="full", **vals):
        sweep = self.env["retail.duplicate.sweep"].create(
            {"kind": kind, "mode": mode, **vals}
        )
        self.run_sweep(sweep)
        self.assertEqual(sweep.state, "done", sweep.error_message)
        return sweep

    def run_sweep(self, sweep, commit=lambda: None):
        """A test's transaction cannot commit."""
        Sweeper(sweep, commit).run()

    def found(self, kind, first, second):
        low, high = sorted((first.id, second.id))
        return self.pairs.search(
            [("kind", "=", kind), ("first_id", "=", low), ("second_id", "=", high)]
        )

    def age(self, *tables, but=0):
        """As if the rows of these tables had been written long ago, but for one."""
        self.env.flush_all()
        for table in tables:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET write_date = write_date - interval '9 days' "
                    "WHERE id != %s",
                    SQL.identifier(table),
                    but,
                )
            )
        self.env.invalidate_all(flush=False)

    def make_orders(self):
        """Forty orders of different people, and the third once more."""
        day = fields.Datetime.to_datetime("2026-02-01 10:00:00")
        people = self.env["res.partner"].create([{"name": name} for name, *_ in PEOPLE])
        products = self.env["product.product"].create(
            [{"name": f"Thing {n}", "default_code": f"T{n}"} for n in range(12)]
        )
        orders = self.env["sale.order"]
        for number in range(40):
            orders |= self.make_order(
                partner_id=people[number % 10].id,
                date_order=day + timedelta(days=5 * number),
                order_line=[
                    (
                        0,
                        0,
                        {
                            "product_id": products[(number * 5 + line) % 12].id,
                            "product_uom_qty": 1 + number % 3,
                            "price_unit": 7.5 + number * 1.37 + line,
                            "tax_ids": [(5,)],
                        },
                    )
                    for line in range(2)
                ],
            )
        twin = orders[2].copy(
            {"date_order": orders[2].date_order + timedelta(minutes=9)}
        )
        return orders, twin

    def test_the_same_contact_typed_twice_is_found_and_explained(self):
        people, again = self.make_people()
        self.sweep("partner")
        pair = self.found("partner", people[0], again)
        self.assertEqual(pair.state, "open")
        self.assertGreater(pair.probability, 0.5)
        total = sum(bits for _field, _level, bits in pair.explanation)
        self.assertAlmostEqual(total, pair.score, places=0)
        self.assertIn("Street", str(pair.explanation_html))

    def test_the_same_order_under_another_number_is_found(self):
        orders, twin = self.make_orders()
        self.sweep("order")
        self.assertEqual(self.found("order", orders[2], twin).state, "open")

    def test_a_new_company_s_first_orders_are_compared(self):
        """One order is too little to learn from; its repetition is found all the
        same, and no invented order is ever part of a pair."""
        company = self.env["res.company"].create({"name": "New shop"})
        self.env.user.company_ids += company
        products = self.env["product.product"].create(
            [{"name": f"New {n}", "default_code": f"NEW{n}"} for n in range(3)]
        )
        orders = self.env["sale.order"].with_company(company)
        people = self.env["res.partner"].create(
            [
                {"name": name, "email": f"{code}@shop.example"}
                for name, _street, code, _city in PEOPLE[:3]
            ]
        )
        for number, person in enumerate(people):
            lines = [
                (
                    0,
                    0,
                    {
                        "product_id": product.id,
                        "price_unit": 5.5 + 7 * number,
                        "tax_ids": [(5,)],
                    },
                )
                for product in products[: number + 1]
            ]
            orders |= orders.create(
                {
                    "partner_id": person.id,
                    "company_id": company.id,
                    "date_order": f"2026-02-0{1 + number} 10:00:00",
                    "order_line": lines,
                }
            )
        twin = orders[1].copy(
            {"date_order": orders[1].date_order + timedelta(minutes=9)}
        )
        sweep = self.sweep("order", company_id=company.id)
        self.assertEqual((sweep.record_count, sweep.pair_count), (4, 1))
        self.assertEqual(self.found("order", orders[1], twin).state, "open")

    def test_a_sweep_of_what_changed_when_nothing_has_is_done_at_once(self):
        self.make_orders()
        self.sweep("order")
        self.age("sale_order", "res_partner")
        sweep = self.sweep("order", "incremental")
        self.assertEqual((sweep.changed_count, sweep.pair_count), (0, 0))

    def test_a_cancelled_order_is_not_looked_at(self):
        orders, twin = self.make_orders()
        twin._action_cancel()
        self.sweep("order")
        self.assertFalse(self.found("order", orders[2], twin))

    def make_payments(self):
        """Forty different payments, and the eighth once more."""
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        )
        day = fields.Date.to_date("2026-02-01")
        payments = self.env["account.payment"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "amount": 13.7 + number * 3.11,
                    "date": day + timedelta(days=number),
                    "memo": f"Invoice {number * 37 % 101} {PEOPLE[number % 10][0]}",
                    "journal_id": journal.id,
                    "payment_type": "inbound",
                }
                for number in range(40)
            ]
        )
        twin = payments[7].copy({"date": payments[7].date + timedelta(days=1)})
        twin.memo = payments[7].memo
        return payments, twin

    def test_a_payment_booked_twice_is_found(self):
        payments, twin = self.make_payments()
        self.sweep("payment")
        self.assertEqual(self.found("payment", payments[7], twin).state, "open")

    def test_the_same_amount_every_day_under_other_numbers_is_not_listed(self):
        payments, _twin = self.make_payments()
        regular = self.env["account.payment"]
        payer = self.env["res.partner"].create({"name": "Odd Holmberg"})
        for number in range(6):
            day = payments[0].date + timedelta(days=2 * number)
            regular += payments[0].copy(
                {"partner_id": payer.id, "amount": 19.9, "date": day}
            )
            regular[-1].memo = f"INV/2026/{1000 + 37 * number:05d}"
        twin = regular[3].copy({"date": regular[3].date + timedelta(days=1)})
        twin.memo = regular[3].memo
        self.sweep("payment")
        listed = self.env["retail.duplicate"].search([("kind", "=", "payment")])
        ids = {*(regular + twin).ids}
        listed = listed.filtered(lambda pair: {pair.first_id, pair.second_id} <= ids)
        self.assertEqual(listed, self.found("payment", regular[3], twin))
        self.assertTrue(listed)

    def test_a_pair_that_was_kept_never_returns(self):
        people, again = self.make_people()
        self.sweep("partner")
        pair = self.found("partner", people[0], again)
        pair.action_keep()
        second = self.sweep("partner")
        self.assertEqual(second.new_count, 0)
        self.assertEqual(self.found("partner", people[0], again), pair)
        self.assertEqual(pair.state, "kept")

    def test_an_incremental_sweep_finds_what_changed_since_the_last(self):
        people, again = self.make_people()
        again.unlink()
        self.age("res_partner")
        self.sweep("partner")
        self.env["retail.duplicate.sweep"].search([]).seen_until -= timedelta(days=2)
        again = people[0].copy({"name": "Anne Meyer", "street": "Main St 0"})
        self.age("res_partner", but=again.id)
        sweep = self.sweep("partner", "incremental")
        self.assertEqual(sweep.changed_count, 1)
        self.assertLess(1, sweep.record_count)
        self.assertEqual(self.found("partner", people[0], again).sweep_id, sweep)

    def test_a_sweep_that_was_interrupted_is_finished_without_double_pairs(self):
        people, again = self.make_people()
        sweep = self.env["retail.duplicate.sweep"].create(
            {"kind": "partner", "mode": "full"}
        )

        commits = []

        def stop():
            commits.append(sweep.stored_count)
            if sweep.stored_count:
                raise KeyboardInterrupt

        # assertRaises would roll back what the sweep had committed.
        with suppress(KeyboardInterrupt):
            self.run_sweep(sweep, stop)
            self.fail("the sweep was not interrupted")
        self.assertEqual((sweep.state, commits[0]), ("running", 0))
        self.assertEqual(len(self.found("partner", people[0], again)), 1)
        self.run_sweep(sweep)
        self.assertEqual((sweep.state, sweep.progress), ("done", 100))
        self.assertEqual(len(self.found("partner", people[0], again)), 1)
        self.assertEqual(sweep.stored_count, sweep.pair_count)

    def test_a_sweep_of_nothing_is_done_at_once(self):
        company = self.env["res.company"].create({"name": "Empty"})
        sweep = self.sweep("order", company_id=company.id)
        self.assertEqual((sweep.record_count, sweep.pair_count), (0, 0))

    def test_contacts_of_one_company_are_not_compared_with_another_s(self):
        other = self.env["res.company"].create({"name": "Other"})
        people, again = self.make_people()
        again.company_id = other
        self.sweep("partner")
        self.assertFalse(self.found("partner", people[0], again))

    def test_a_contact_and_its_own_company_are_no_pair(self):
        """Nor a contact and its addresses; two entries under one company are."""
        people, again = self.make_people()
        again.parent_id = people[0]
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        for contact in people[1], people[1].copy({"name": people[1].name}):
            contact.write({"parent_id": company.id, "type": "contact"})
        address = people[2].copy({"parent_id": people[2].id, "type": "delivery"})
        self.sweep("partner")
        self.assertFalse(self.found("partner", people[0], again))
        self.assertFalse(self.found("partner", people[2], address))
        twin = company.child_ids - people[1]
        self.assertTrue(self.found("partner", people[1], twin))

    def test_an_archived_contact_is_not_looked_at(self):
        people, again = self.make_people()
        again.active = False
        self.sweep("partner")
        self.assertFalse(self.found("partner", people[0], again))

    def test_orders_in_different_currencies_are_never_one_sale(self):
        orders, twin = self.make_orders()
        self.env.flush_all()
        other = self.env["res.currency"].search(
            [("id", "!=", twin.currency_id.id)], limit=1
        )
        twin.currency_id = other
        self.sweep("order")
        self.assertFalse(self.found("order", orders[2], twin))

    def test_money_in_and_money_out_are_never_one_payment(self):
        """A payment and its refund have amount, customer and memo in common."""
        payments, twin = self.make_payments()
        twin.payment_type = "outbound"
        self.sweep("payment")
        self.assertFalse(self.found("payment", payments[7], twin))

    def test_an_order_counts_as_changed_with_its_customer(self):
        self.make_orders()
        self.sweep("order")
        self.age("sale_order", "res_partner")
        self.env["retail.duplicate.sweep"].search([]).seen_until -= timedelta(days=2)
        customer = self.env["sale.order"].search([], limit=1).partner_id
        count = self.env["sale.order"].search_count(
            [("partner_id", "=", customer.id), ("state", "!=", "cancel")]
        )
        customer.phone = "0731 998877"
        self.assertEqual(self.sweep("order", "incremental").changed_count, count)

    def test_what_was_written_during_the_last_sweep_is_not_missed(self):
        """A transaction that began before that sweep may commit after it: its rows
        bear the time when it began."""
        with self.registry.cursor() as long:
            long.execute("SELECT now() AT TIME ZONE 'UTC'")
            [began] = long.fetchone()
            sweep = self.sweep("partner")
        self.assertLessEqual(sweep.seen_until, began)

    def test_a_pair_tells_its_channel_and_score_range(self):
        orders, twin = self.make_orders()
        self.make_entry(71, order_id=twin.id, outcome="created")
        self.sweep("order")
        pair = self.found("order", orders[2], twin)
        self.assertEqual(pair.channel_id, self.channel)
        for score, band in (
            (41, "40"),
            (20, "20"),
            (10.5, "10"),
            (0, "0"),
            (-3, "below"),
        ):
            pair.score = score
            self.assertEqual(pair.score_band, band)
        pair.found_by = "content"
        self.assertEqual(pair.score_band, "content")

    def test_the_scheduler_queues_each_kind_once_and_runs_it(self):
        sweeps = self.env["retail.duplicate.sweep"]
        sweeps._cron_queue()
        mine = [("company_id", "=", self.env.company.id), ("state", "=", "queued")]
        self.assertEqual(
            sorted(sweeps.search(mine).mapped("kind")), ["order", "partner", "payment"]
        )
        before = sweeps.search_count([])
        sweeps._cron_queue()
        self.assertEqual(sweeps.search_count([]), before)
        with patch.object(
            self.registry["ir.cron"], "_commit_progress", return_value=60
        ):
            sweeps._cron_run()
        self.assertFalse(sweeps.search([("state", "!=", "done")]))

    def test_the_nightly_search_begins_at_night(self):
        cron = self.env.ref("retail_accelerator.ir_cron_duplicates_queue")
        self.assertEqual((cron.nextcall.hour, cron.nextcall.minute), (2, 0))
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "days"))

    def test_an_auditor_cannot_start_a_sweep(self):
        sweep = self.env["retail.duplicate.sweep"].create({"kind": "order"})
        with self.assertRaises(AccessError):
            sweep.with_user(self.auditor).action_sweep_now()
        sweep.with_user(self.operator).action_sweep_now()
        self.assertEqual(sweep.state, "queued")
