# SPDX-License-Identifier: LGPL-3.0-or-later
import json
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine import native, payload, review, runner
from ..models import retail_ledger_actions
from .import_common import ImportCase, woo_order

ADA = {"name": "Ada Lovelace", "email": "ada@example.com"}


@tagged("post_install", "-at_install")
class TestLedger(ImportCase):
    def replay_gives(self, outcome, **result):
        """Let the engine's replay set this outcome on the rows it gets."""

        def replay(channel, entries, *args, **kwargs):
            self.assertEqual(channel, self.channel)
            self.assertEqual(set(entries.mapped("outcome")), {"rejected"})
            entries.write({"outcome": outcome})
            return result or {outcome: len(entries)}

        mock = patch.object(runner, "replay", side_effect=replay).start()
        self.addCleanup(patch.stopall)
        return mock

    def test_every_column_the_engine_copies_exists(self):
        columns = set(native.require().LEDGER_COLUMNS.split(", "))
        stored = {
            name
            for name, field in self.env["retail.ledger"]._fields.items()
            if field.store and field.column_type
        }
        self.assertFalse(columns - stored)

    def test_one_identity_is_one_row(self):
        self.make_entry(1)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.make_entry(1)

    def test_every_reason_of_the_engine_has_words_for_people(self):
        labels = dict(self.env["retail.ledger"]._fields["reason"].selection)
        missing = set(native.require().REASONS) - {"ok", "end"} - set(labels)
        self.assertFalse(missing)

    def test_payload_is_readable_and_masked_for_operators(self):
        entry = self.make_entry(1)
        shown = entry.with_user(self.manager).payload_json
        masked = entry.with_user(self.operator).payload_json
        self.assertEqual(json.loads(shown)["billing"]["email"], "ada@example.com")
        self.assertNotIn("ada@example.com", masked)
        self.assertNotIn("Lovelace", masked)
        self.assertEqual(float(json.loads(masked)["total"]), 20)

    def test_raw_payload_is_for_managers(self):
        entry = self.make_entry(1)
        self.assertTrue(entry.with_user(self.manager).read(["payload"]))
        with self.assertRaises(AccessError):
            entry.with_user(self.operator).read(["payload"])

    def test_operators_cannot_write_the_ledger_directly(self):
        entry = self.make_entry(1).with_user(self.operator)
        with self.assertRaises(AccessError):
            entry.write({"outcome": "created"})

    def test_replay_reports_what_became_of_the_records(self):
        entries = self.make_entry(1, outcome="rejected", reason="unknown_tax")
        entries |= self.make_entry(2, outcome="rejected", reason="unknown_tax")
        self.replay_gives("created")
        action = entries.with_user(self.operator).action_replay()
        self.assertEqual(action["params"]["message"], "2 created")
        self.assertEqual(set(entries.mapped("outcome")), {"created"})

    def test_replay_of_one_cause_takes_all_of_it_and_nothing_else(self):
        entry = self.make_entry(1, outcome="rejected", reason="unknown_tax")
        same = self.make_entry(2, outcome="rejected", reason="unknown_tax")
        other = self.make_entry(3, outcome="rejected", reason="unknown_product")
        self.replay_gives("created")
        entry.with_user(self.operator).action_replay_cause()
        self.assertEqual((entry | same).mapped("outcome"), ["created", "created"])
        self.assertEqual(other.outcome, "rejected")

    def test_many_rejects_are_replayed_in_the_background(self):
        entries = self.make_entry(1, outcome="rejected")
        entries |= self.make_entry(2, outcome="rejected")
        with patch.object(retail_ledger_actions, "DIRECT", 1):
            action = entries.with_user(self.operator).action_replay()
        record = self.env["retail.import"].browse(action["res_id"])
        self.assertEqual(record.state, "queued")
        with open(record._open_path()) as handle:
            refs = [json.loads(line)["id"] for line in handle]
        self.assertEqual(sorted(str(ref) for ref in refs), ["1", "2"])

    def test_records_tried_again_show_an_operator_no_personal_data(self):
        """Their file holds unmasked what the ledger masks for operators."""
        entries = self.make_entry(1, outcome="rejected")
        entries |= self.make_entry(2, outcome="rejected")
        with patch.object(retail_ledger_actions, "DIRECT", 1):
            action = entries.with_user(self.operator).action_replay()
        record = self.env["retail.import"].browse(action["res_id"])
        attachment = record._attachment("replay_file")
        self.assertTrue(attachment.with_user(self.manager).raw)
        self.env.invalidate_all()
        for reading in (
            lambda: attachment.with_user(self.operator).read(["raw"]),
            lambda: record.with_user(self.operator).read(["replay_file"]),
        ):
            with self.assertRaises(AccessError):
                reading()

    def test_auditors_decide_nothing(self):
        entry = self.make_entry(1, outcome="rejected").with_user(self.auditor)
        for action in (entry.action_ignore, entry.action_replay):
            with self.assertRaises(AccessError):
                action()

    def test_decisions_are_remembered_and_can_be_taken_back(self):
        entry = self.make_entry(1, outcome="rejected").with_user(self.operator)
        entry.action_ignore()
        self.assertEqual((entry.outcome, entry.decided_by), ("ignored", self.operator))
        self.assertTrue(entry.decided_at)
        entry.action_reopen()
        self.assertEqual(entry.outcome, "rejected")
        review = self.make_entry(2, outcome="review").with_user(self.operator)
        review.action_keep()
        self.assertEqual(review.outcome, "kept")
        review.action_reopen()
        self.assertEqual(review.outcome, "review")

    # -- correct --

    def edit(self, entry, text):
        return (
            self.env["retail.ledger.edit"]
            .with_user(self.manager)
            .create({"ledger_id": entry.id, "text": text})
        )

    def test_a_text_nested_without_end_is_refused(self):
        entry = self.make_entry(7, outcome="rejected")
        with self.assertRaisesRegex(UserError, "nested too deeply"):
            self.edit(entry, "[" * 100_000).action_save()

    def test_corrected_record_replaces_the_payload_and_is_tried_again(self):
        entry = self.make_entry(7, outcome="rejected")
        self.replay_gives("created")
        corrected = woo_order(7, total="21.00")
        self.edit(entry, json.dumps(corrected)).action_save_and_replay()
        self.assertEqual(float(json.loads(entry.payload_json)["total"]), 21)
        self.assertEqual(entry.outcome, "created")

    def test_mistake_in_the_text_is_shown_with_its_place(self):
        entry = self.make_entry(7, outcome="rejected")
        with self.assertRaisesRegex(UserError, "Line 2, column 7"):
            self.edit(entry, '{\n"id": }').action_save()
        with self.assertRaisesRegex(UserError, "Field total"):
            self.edit(entry, json.dumps(woo_order(7, total="x"))).action_save()

    def test_correction_cannot_become_another_order(self):
        entry = self.make_entry(7, outcome="rejected")
        with self.assertRaisesRegex(UserError, "must stay so"):
            self.edit(entry, json.dumps(woo_order(8))).action_save()

    def test_operators_cannot_edit_personal_data(self):
        entry = self.make_entry(7, outcome="rejected").with_user(self.operator)
        with self.assertRaises(AccessError):
            entry.action_edit_payload()

    # -- review --

    def review(self, order):
        newer = woo_order(9, total="30.00")
        newer["line_items"][0].update(quantity=3, subtotal="30.00", total="30.00")
        return self.make_entry(9, newer, outcome="review", order_id=order.id)

    def test_differences_are_shown_side_by_side(self):
        order = self.make_order()
        order.action_confirm()
        # A form asks for sizes of binary fields; the differences need the content.
        entry = self.review(order).with_context(bin_size=True)
        html = str(entry.difference_html)
        self.assertIn("20.00", html)
        self.assertIn("30.00", html)

    def test_a_line_more_in_odoo_is_the_only_line_shown(self):
        """And the rounding line, which the shop cannot have, is no difference."""
        order = self.make_order()
        rounding = self.channel.rounding_product_id
        self.env["sale.order.line"].create(
            [
                {
                    "order_id": order.id,
                    "product_id": product.id,
                    "name": name,
                    "price_unit": price,
                    "sequence": sequence,
                    "tax_ids": [(5, 0, 0)],
                }
                for product, name, price, sequence in (
                    (self.product, "Hat", 5, 1),
                    (rounding, "Rounding", 0.01, 99),
                )
            ]
        )
        order.invalidate_recordset()
        entry = self.make_entry(9, woo_order(9), outcome="review", order_id=order.id)
        rows = review.differences(self.env, entry)
        self.assertEqual(
            [row for row in rows if "×" in row["ours"] + row["theirs"]],
            [{"field": "Line 1", "ours": "1 × Hat = 5.00", "theirs": ""}],
        )

    def test_review_without_a_difference_to_show_says_so(self):
        order = self.make_order()
        order.partner_id.write(ADA)
        order.partner_id.country_id = self.env.ref("base.us")
        state = {"outcome": "review", "source_status": "processing"}
        entry = self.make_entry(9, order_id=order.id, **state)
        self.assertNotIn("<table", str(entry.difference_html))
        self.assertIn("differs in something else", str(entry.difference_html))

    def moved(self, **changes):
        """Rows of a review of Ada's order by field; she has moved, and paid more."""
        home = {"street": "Old 1", "city": "Reno", "zip": "89501"}
        us, nevada = self.env.ref("base.us"), self.env.ref("base.state_us_23")
        order = self.make_order()
        order.partner_id.write(
            {**ADA, **home, "country_id": us.id, "state_id": nevada.id}
        )
        places = {"address_1": "Old 1", "city": "RENO", "postcode": "89501"}
        newer = woo_order(9, total="30.00")
        newer["billing"].update(places, state="NV")
        newer["shipping"] = {**newer["billing"], "address_1": "New 2"}
        newer.update(changes)
        return self.make_entry(9, newer, outcome="review", order_id=order.id)

    def rows(self, entry, **options):
        rows = review.differences(self.env, entry, **options)
        return {row["field"]: (row["ours"], row["theirs"]) for row in rows}

    def test_a_changed_delivery_address_is_listed_beside_other_differences(self):
        rows = self.rows(self.moved())
        self.assertEqual(rows["Total"][1], "30.00")
        ours, theirs = rows["Delivery address"]
        self.assertIn("Old 1", ours)
        self.assertIn("New 2", theirs)
        self.assertNotIn("Invoice address", rows)
        self.assertNotIn("Customer's note", rows)

    def test_goods_without_an_address_go_to_the_customer(self):
        entry = self.moved(shipping={})
        self.assertNotIn("Delivery address", self.rows(entry))
        entry.order_id.partner_shipping_id = self.env["res.partner"].create(ADA)
        self.assertIn("Delivery address", self.rows(entry))

    def test_guests_who_share_a_contact_have_no_address_to_compare(self):
        entry = self.moved()
        self.channel.guest_partner_id = entry.order_id.partner_id
        self.assertNotIn("Delivery address", self.rows(entry))

    def test_the_customers_note_is_listed(self):
        rows = self.rows(self.moved(customer_note="Ring twice"))
        self.assertEqual(rows["Customer's note"][1], "Ring twice")

    def test_personal_differences_are_masked_for_operators(self):
        entry = self.moved(customer_note="Ring twice")
        entry.order_id.partner_id.email = "old@example.com"
        shown = str(entry.with_user(self.manager).difference_html)
        masked = str(entry.with_user(self.operator).difference_html)
        for text in ("ada@example.com", "old@example.com", "New 2", "Ring twice"):
            self.assertIn(text, shown)
            self.assertNotIn(text, masked)
        for field in (
            "Delivery address",
            "Customer&#39;s e-mail",
            "30.00",
            payload.MASK,
        ):
            self.assertIn(field, masked)

    def test_differences_escape_what_the_shop_sent(self):
        order = self.make_order()
        newer = woo_order(9)
        newer["line_items"][0]["name"] = "<script>alert(1)</script>"
        entry = self.make_entry(9, newer, outcome="review", order_id=order.id)
        self.assertNotIn("<script", str(entry.difference_html))
        self.assertIn("&lt;script&gt;", str(entry.difference_html))

    def apply(self, entry, **vals):
        return (
            self.env["retail.ledger.apply"]
            .with_user(self.operator)
            .create({"ledger_id": entry.id, **vals})
        )

    def test_newer_version_of_a_confirmed_order_is_applied_and_confirmed_again(self):
        order = self.make_order()
        order.action_confirm()
        date_order = order.date_order
        entry = self.review(order)
        self.replay_gives("updated")
        wizard = self.apply(entry)
        self.assertTrue(wizard.is_confirmed)
        self.assertFalse(wizard.obstacle)
        wizard.action_apply()
        self.assertEqual((order.state, order.date_order), ("sale", date_order))
        self.assertEqual(entry.outcome, "updated")
        self.assertEqual(entry.decided_by, self.operator)

    def test_applied_order_stays_a_quotation_when_wanted(self):
        order = self.make_order()
        order.action_confirm()
        self.replay_gives("updated")
        self.apply(self.review(order), confirm_again=False).action_apply()
        self.assertEqual(order.state, "draft")

    def test_invoiced_order_is_not_touched(self):
        order = self.make_order()
        order.order_line.product_id.invoice_policy = "order"
        order.action_confirm()
        order._create_invoices()
        entry = self.review(order)
        wizard = self.apply(entry)
        self.assertIn("invoiced", wizard.obstacle)
        with self.assertRaisesRegex(UserError, "credit note"):
            wizard.action_apply()
        self.assertEqual(order.state, "sale")

    def test_version_that_must_be_reviewed_says_why(self):
        order = self.make_order()
        entry = self.make_entry(9, order_id=order.id)
        order.action_confirm()
        newer = woo_order(9, total="30.00", date_modified_gmt="2026-02-01T00:00:00")
        newer["line_items"][0].update(quantity=3, subtotal="30.00", total="30.00")
        entry._set_payload(payload.json_to_payload(json.dumps(newer)))
        entry.outcome = "rejected"
        self.env.flush_all()
        runner.replay(self.channel, entry)
        self.assertEqual((entry.outcome, entry.reason), ("review", "order_locked"))
        self.assertIn(order.name, entry.message)
        self.assertEqual(order.retail_review_count, 1)

    # -- from the order --

    def test_order_knows_its_shop_without_storing_it(self):
        order, other = self.make_order(), self.make_order()
        self.make_entry(5, order_id=order.id)
        self.assertEqual(order.retail_channel_id, self.channel)
        self.assertEqual(order.retail_source_number, "5")
        self.assertFalse(other.retail_channel_id)
        stored = [
            name
            for name, field in order._fields.items()
            if name.startswith("retail_") and field.store and field.column_type
        ]
        self.assertEqual(stored, [])

    def test_orders_are_found_by_shop(self):
        order, other = self.make_order(), self.make_order()
        self.make_entry(5, order_id=order.id)
        both = [("id", "in", (order | other).ids)]

        def found(*leaf):
            return self.env["sale.order"].search([*both, leaf])

        self.assertEqual(found("retail_channel_id", "=", self.channel.id), order)
        self.assertEqual(found("retail_channel_id", "!=", self.channel.id), other)
        self.assertEqual(found("retail_channel_id", "=", False), other)
        self.assertEqual(found("retail_channel_id", "!=", False), order)
        self.assertEqual(found("retail_channel_id.code", "=", "test-shop"), order)
        self.assertEqual(found("retail_source_number", "=", "5"), order)
        self.assertEqual(found("retail_source_number", "ilike", "5"), order)
