# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders of odd statuses, metadata and refunds: imported, nothing lost."""

import copy
import json

from odoo.tests import tagged

from .quirk_common import QuirkCase, line, order


@tagged("post_install", "-at_install")
class TestQuirkOrders(QuirkCase):
    def test_order_without_lines_is_kept(self):
        document = order(total="0.00", total_tax="0.00", line_items=[], tax_lines=[])
        self.assertFalse(self.created(document).order_line)

    def test_custom_status_follows_the_channel(self):
        self.channel.unknown_status_action = "reject"
        document = order(status="awaiting-pickup")
        self.rejected(document, "status_refused")
        self.set_status("awaiting-pickup", "draft")
        self.assertEqual(self.created(document).state, "draft")

    def test_skipped_order_says_its_status(self):
        self.set_status("failed", "skip")
        self.assertEqual(self.take(order(status="failed"))[0], {"skipped": 1})
        self.assertEqual(self.entry().message, "status: failed")

    def test_cancelled_order_is_a_cancelled_order(self):
        self.assertEqual(self.created(order(status="cancelled")).state, "cancel")

    def test_metadata_of_any_type_survives(self):
        values = ["text", 12.5, 7, True, None, {"a": {"b": None}}, ["x", 1, []], ""]
        meta = [{"id": n, "key": f"k{n}", "value": v} for n, v in enumerate(values)]
        item = line(meta_data=copy.deepcopy(meta))
        self.created(order(meta_data=meta, line_items=[item]))
        kept = json.loads(self.entry().payload_json)["meta_data"]
        self.assertEqual([row["value"] for row in kept], values)

    def test_metadata_in_another_spelling_is_no_new_version(self):
        """Another program's JSON of the same order: indented, other escapes."""
        value = {"url": "https://shop.test/é", "list": [1, {"x": None}]}
        document = order(meta_data=[{"id": 1, "key": "k", "value": value}])
        self.created(document)
        text = json.dumps([document], ensure_ascii=False, indent=2)
        self.assertEqual(
            self.take_bytes(text.replace("/", "\\/").encode())[0], {"unchanged": 1}
        )

    def test_refunds_leave_the_order_and_are_recorded(self):
        document = order(
            refunds=[
                {"id": 501, "reason": "partial", "total": "-10.50"},
                {"id": 502, "reason": "", "total": "-1.00", "total_tax": "0.00"},
            ]
        )
        created = self.created(document)
        found = self.env["retail.refund"].search([("order_id", "=", created.id)])
        self.assertEqual(sorted(found.mapped("amount")), [1, 10.5])
        detail = {
            "id": 501,
            "_order_ref": "1",
            "date_created_gmt": "2026-01-06T10:00:00",
            "amount": "10.50",
            "reason": "partial",
            "line_items": [
                {
                    "id": 21,
                    "quantity": 0,
                    "total": "-10.00",
                    "total_tax": "-0.50",
                    "taxes": [{"id": 1, "total": "-0.50"}],
                    "meta_data": [{"key": "_refunded_item_id", "value": "11"}],
                }
            ],
        }
        counts = self.env["retail.refund"]._record_batch(
            self.channel, self.env["retail.import"], [detail]
        )
        self.assertEqual(counts["updated"], 1)
        refund = found.filtered(lambda refund: refund.source_ref == "501")
        self.assertEqual((refund.line_ids.quantity, refund.amount), (0, 10.5))
        self.assertEqual(refund.line_ids.order_line_id, created.order_line)
        self.assertEqual(self.take(document)[0], {"unchanged": 1})
