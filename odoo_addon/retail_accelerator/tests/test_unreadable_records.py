# SPDX-License-Identifier: LGPL-3.0-or-later
"""Records whose id could not be read: tried again, corrected, and told what to do."""

import json

from odoo.tests import tagged

from ..engine import payload
from .quirk_common import QuirkCase, order


@tagged("post_install", "-at_install")
class TestUnreadableRecords(QuirkCase):
    def rejected_row(self, data):
        outcomes, _reasons = self.take_bytes(data)
        self.assertEqual(outcomes, {"rejected": 1})
        return self.env["retail.ledger"].search(
            [("channel_id", "=", self.channel.id), ("outcome", "=", "rejected")]
        )

    def test_a_record_without_id_is_tried_again_and_stays_rejected(self):
        document = order()
        del document["id"]
        for data in (json.dumps(document).encode(), b"[7]", b'{"id": 1, "x": tru}'):
            with self.subTest(data=data[:20]):
                entry = self.rejected_row(data)
                told = entry.action_replay()["params"]["message"]
                self.assertEqual(told, "1 rejected again")
                self.assertEqual(entry.outcome, "rejected")
                entry.action_ignore()

    def test_bytes_of_no_record_hold_up_no_other(self):
        for data in (b"[7]", b'{"id": 1, "x": tru}'):
            self.take_bytes(data)
        outcomes, _reasons = self.take(order(ref=72, total="1.00"))
        self.assertEqual(outcomes, {"rejected": 1})
        good = self.entry(72)
        good._set_payload(payload.json_to_payload(json.dumps(order(ref=72))))
        entries = self.env["retail.ledger"].search(
            [("channel_id", "=", self.channel.id), ("outcome", "=", "rejected")]
        )
        self.assertEqual(len(entries), 3)
        entries.action_replay()
        self.assertEqual(good.outcome, "created")
        self.assertEqual(set((entries - good).mapped("outcome")), {"rejected"})

    def test_a_corrected_record_closes_the_row_of_its_unreadable_bytes(self):
        document = order(ref=71)
        spoilt = {name: value for name, value in document.items() if name != "id"}
        entry = self.rejected_row(json.dumps(spoilt).encode())
        wizard = self.env["retail.ledger.edit"].create({"ledger_id": entry.id})
        wizard.text = json.dumps(document)
        wizard.action_save_and_replay()
        self.assertEqual(self.entry(71).outcome, "created")
        self.assertEqual(entry.outcome, "ignored")
        self.assertIn("71", entry.message)

    def test_a_record_on_one_line_is_shown_with_a_line_for_each_value(self):
        """Nothing but white space changes: keys twice and long numbers may be the
        mistake that is looked for."""
        document = {**order(ref=73), "note": 'a, b: {c} "d" [\\]', "none": [{}, []]}
        line = json.dumps(document)[:-1] + ', "fee": 0.10000000000000000001, "fee": 1}'
        spoilt = line.replace('"id": 73,', "").encode()
        shown = self.rejected_row(spoilt).payload_json

        def exactly(text):
            return json.loads(text, object_pairs_hook=list, parse_float=str)

        self.assertEqual(exactly(shown), exactly(spoilt))
        lines = [text.strip() for text in shown.splitlines()]
        self.assertIn('"fee": 0.10000000000000000001,', lines)
        self.assertIn('"fee": 1', lines)
        self.assertEqual((lines[0], lines[-1]), ("{", "}"))

    def test_bytes_that_are_no_json_are_shown_as_they_came(self):
        data = b'{"id": 1,  "x": tru}'
        self.assertEqual(self.rejected_row(data).payload_json, data.decode())

    def test_every_reject_says_what_to_do(self):
        ledger = self.env["retail.ledger"]
        reasons = [reason for reason, _label in ledger._fields["reason"].selection]
        for reason in reasons:
            entry = ledger.new({"outcome": "rejected", "reason": reason})
            self.assertGreater(len(entry.advice), 20, reason)
        self.assertFalse(ledger.new({"outcome": "created"}).advice)
