# SPDX-License-Identifier: LGPL-3.0-or-later
import json
import tempfile
from types import SimpleNamespace

from odoo.tests import tagged

from ..engine.refunds import record_file
from .import_common import ImportCase, woo_order


def woo_refund(ref, order_ref="300", **changes):
    """A refund of one cap, as WooCommerce sends it with the order's id beside."""
    return {
        "_order_ref": order_ref,
        "id": int(ref),
        "date_created_gmt": "2026-01-07T09:30:00",
        "amount": "10.50",
        "reason": "too small",
        "line_items": [
            {
                "id": 900,
                "name": "Cap",
                "quantity": -1,
                "total": "-10.00",
                "total_tax": "-0.50",
                "sku": "CAP",
                "taxes": [{"id": 4, "total": "-0.50"}, {"id": 5, "total": "0"}],
                "meta_data": [{"key": "_refunded_item_id", "value": "11"}],
            }
        ],
        "shipping_lines": [],
        "fee_lines": [],
        **changes,
    }


@tagged("post_install", "-at_install")
class TestRefund(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order()
        cls.entry = cls.make_entry(300, order_id=cls.order.id)

    def record(self, *records, import_record=None):
        import_record = import_record or self.env["retail.import"]
        model = self.env["retail.refund"]
        return model._record_batch(self.channel, import_record, list(records))

    def test_one_bad_refund_falls_alone_and_is_named(self):
        bad = {
            901: {"reason": "a\0b"},
            902: {"reason": "\ud800"},
            903: {"line_items": "abc"},
            904: {"line_items": [5]},
            905: {"amount": {"a": 1}},
            906: {"amount": "9" * 400},
            907: {"amount": float("inf")},
            908: {"reason": {"a": 1}},
            909: {"currency": [1]},
            910: {"date_created_gmt": "soon"},
            911: {"line_items": [{"taxes": {"1": "2"}}]},
            912: {"line_items": [{"meta_data": 7}]},
        }
        records = [woo_refund(ref, **changes) for ref, changes in bad.items()]
        counts = self.record(
            woo_refund(900),
            *records,
            5,
            None,
            {**woo_refund(1), "id": {}},
            woo_refund(950),
        )
        refused = dict(counts["rejected"])
        self.assertEqual(counts["created"], 2)
        self.assertEqual(len(counts["rejected"]), len(bad) + 3)
        self.assertEqual({ref for ref in refused if ref}, {str(ref) for ref in bad})
        self.assertIn("cannot be stored", refused["901"])
        self.assertEqual(refused["904"], "line_items should be a list of objects")
        self.assertTrue(self.refund(950).line_ids)

    def test_a_malformed_record_of_the_file_falls_alone_with_its_place(self):
        good = [
            json.dumps({**woo_refund(ref), "parent_id": 300}).encode()
            for ref in (900, 950)
        ]
        bad = [b'{"id": 1,}', b'{"id": "\xff"}', b'{"id" 2}']
        listed = b",\n".join([good[0], *bad, good[1]])
        for text in (b"[" + listed + b"]", b'{"300": [' + listed + b"]}"):
            with tempfile.NamedTemporaryFile() as handle:
                handle.write(text)
                handle.flush()
                session = SimpleNamespace(
                    env=self.env, import_id=0, channel=self.channel
                )
                counts = record_file(session, handle.name)
            self.assertEqual(counts["created"] + counts["unchanged"], 2)
            self.assertEqual(
                [ref for ref, _why in counts["rejected"]], ["#2", "#3", "#4"]
            )
            for (_ref, why), record in zip(counts["rejected"], bad, strict=True):
                self.assertIn(f"byte {text.index(record)}", why)

    def test_a_refund_with_an_offset_is_kept_in_utc(self):
        self.record(woo_refund(900, date_created_gmt="2026-01-07T09:30:00+02:00"))
        moment = self.refund(900).refunded_at
        self.assertEqual(str(moment), "2026-01-07 07:30:00")

    def refund(self, ref):
        return self.env["retail.refund"].search(
            [("channel_id", "=", self.channel.id), ("source_ref", "=", str(ref))]
        )

    def mention(self, ref, total="-10.50", **changes):
        return {
            "_order_ref": "300",
            "_mention": True,
            "id": str(ref),
            "reason": "too small",
            "total": total,
            "currency": "USD",
            **changes,
        }

    def test_refund_is_recorded_with_lines_and_amounts(self):
        counts = self.record(woo_refund(1))
        self.assertEqual(counts["created"], 1)
        refund = self.refund(1)
        self.assertEqual(refund.order_id, self.order)
        self.assertEqual((refund.amount, refund.state), (10.5, "recorded"))
        self.assertEqual(str(refund.refunded_at), "2026-01-07 09:30:00")
        line = refund.line_ids
        self.assertEqual(line.order_line_id, self.order.order_line)
        self.assertEqual((line.kind, line.quantity), ("product", 1))
        self.assertEqual((line.amount_untaxed, line.amount_tax), (10.0, 0.5))
        self.assertEqual(line.tax_detail, "4: 0.50")
        self.assertEqual(refund.line_total, 10.5)
        self.assertEqual(self.order.retail_refund_count, 1)

    def test_same_refund_again_changes_nothing(self):
        self.record(woo_refund(1))
        lines = self.refund(1).line_ids
        counts = self.record(woo_refund(1, _links={"self": "another address"}))
        self.assertEqual((counts["created"], counts["unchanged"]), (0, 1))
        self.assertEqual(self.refund(1).line_ids, lines)

    def test_changed_refund_is_updated_in_place(self):
        self.record(woo_refund(1))
        refund = self.refund(1)
        counts = self.record(woo_refund(1, amount="4.00", line_items=[]))
        self.assertEqual(counts["updated"], 1)
        self.assertEqual(self.refund(1), refund)
        self.assertEqual(refund.amount, 4)
        self.assertFalse(refund.line_ids)

    def test_several_refunds_of_one_order(self):
        amount_only = woo_refund(2, line_items=[], amount="1.00", reason="")
        counts = self.record(woo_refund(1), amount_only)
        self.assertEqual(counts["created"], 2)
        self.assertEqual(self.order.retail_refund_count, 2)
        self.assertFalse(self.refund(2).line_ids)
        self.assertFalse(self.refund(2).reason)

    def test_refund_of_quantity_zero_keeps_its_amount(self):
        record = woo_refund(1)
        record["line_items"][0]["quantity"] = 0
        self.record(record)
        line = self.refund(1).line_ids
        self.assertEqual((line.quantity, line.amount_untaxed), (0, 10))

    def test_mention_on_the_order_is_recorded_without_details(self):
        counts = self.record(self.mention(1))
        refund = self.refund(1)
        self.assertEqual(counts["created"], 1)
        self.assertEqual((refund.amount, refund.detailed), (10.5, False))
        self.assertEqual(self.record(self.mention(1))["unchanged"], 1)

    def test_details_complete_a_mention_and_are_never_lost_to_one(self):
        self.record(self.mention(1))
        self.assertEqual(self.record(woo_refund(1))["updated"], 1)
        refund = self.refund(1)
        self.assertTrue(refund.detailed)
        counts = self.record(self.mention(1, total="-99.00", reason="other"))
        self.assertEqual(counts["unchanged"], 1)
        self.assertEqual((refund.amount, refund.reason), (10.5, "too small"))
        self.assertTrue(refund.line_ids)

    def test_mention_and_details_in_one_batch_are_one_refund(self):
        for first, second in (
            (self.mention(1), woo_refund(1)),
            (woo_refund(2), self.mention(2)),
        ):
            self.record(first, second)
            self.assertTrue(self.refund(first["id"]).detailed)
            self.assertEqual(len(self.refund(first["id"])), 1)

    def test_refund_that_comes_before_its_order_finds_it_later(self):
        self.record(woo_refund(1, order_ref="301"))
        refund = self.refund(1)
        self.assertEqual((refund.state, refund.order_id.id), ("waiting_order", False))
        late = self.make_order()
        self.make_entry(301, woo_order(301), order_id=late.id)
        self.assertEqual(self.env["retail.refund"]._link_waiting(self.channel), 1)
        self.assertEqual((refund.state, refund.order_id), ("recorded", late))
        self.assertEqual(refund.line_ids.order_line_id, late.order_line)

    def test_repeated_refund_finds_an_order_that_came_meanwhile(self):
        record = woo_refund(1, order_ref="302")
        self.record(record)
        late = self.make_order()
        self.make_entry(302, woo_order(302), order_id=late.id)
        self.assertEqual(self.record(record)["updated"], 1)
        self.assertEqual(self.refund(1).order_id, late)
        self.assertEqual(self.refund(1).line_ids.order_line_id, late.order_line)

    def test_refund_without_id_order_or_amount_is_rejected_alone(self):
        counts = self.record(
            woo_refund(1),
            {**woo_refund(2), "id": None},
            woo_refund(3, order_ref=""),
            woo_refund(4, amount="ten"),
            woo_refund(5, amount="NaN"),
            woo_refund(6, date_created_gmt="yesterday"),
        )
        self.assertEqual(counts["created"], 1)
        self.assertEqual(
            [ref for ref, _reason in counts["rejected"]], ["", "3", "4", "5", "6"]
        )
        self.assertIn("ten", dict(counts["rejected"])["4"])
        self.assertFalse(self.refund(4))

    def test_line_is_not_linked_when_the_order_was_changed(self):
        self.order.order_line.name = "Something else"
        self.order.order_line.product_id = self.env["product.product"].create(
            {"name": "Hat", "default_code": "HAT"}
        )
        self.order.order_line.name = "Something else"
        self.record(woo_refund(1))
        self.assertFalse(self.refund(1).line_ids.order_line_id)

    def test_refund_knows_the_import_that_brought_it(self):
        record = self.make_import()
        self.record(woo_refund(1), import_record=record)
        self.assertEqual(self.refund(1).import_id, record)
        self.assertEqual(record.linked_refund_count, 1)

    def test_deleted_order_leaves_its_refunds_waiting(self):
        self.record(woo_refund(1))
        self.env["retail.refund"]._detach_orders(self.order)
        refund = self.refund(1)
        self.assertEqual((refund.state, refund.order_id.id), ("waiting_order", False))
        self.assertFalse(refund.line_ids.order_line_id)

    def test_currency_of_a_waiting_refund_is_the_one_it_names(self):
        euro = self.env.ref("base.EUR")
        self.record(woo_refund(1, order_ref="303", currency="EUR"))
        self.assertEqual(self.refund(1).currency_id, euro)
