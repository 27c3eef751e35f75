# SPDX-License-Identifier: LGPL-3.0-or-later
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..settle import intake
from .settlement_common import Events, SettlementCase

ROWS = (
    {"transaction": "ch_1", "order": "1001", "gross": 12000, "fee": -378},
    {"transaction": "ch_2", "order": "1002", "gross": 5000, "fee": -175},
)


@tagged("post_install", "-at_install")
class TestSettlementIntake(SettlementCase):
    def count(self):
        return self.env["retail.settlement.event"].search_count(
            [("channel_id", "=", self.channel.id)]
        )

    def test_rows_become_a_payout_with_their_sum(self):
        settlement = self.payout(*ROWS)
        self.assertEqual(settlement.state, "proved")
        self.assertEqual(settlement.amount_file, 164.47)
        self.assertEqual(str(settlement.date), "2026-03-10")

    def test_same_rows_again_change_nothing(self):
        first = self.take(ROWS)
        again = self.take(ROWS)
        self.assertEqual((again.rows, again.new), (2, 0))
        self.assertEqual(again.settlements, first.settlements)
        self.assertEqual(self.count(), 2)

    def test_overlapping_file_adds_only_what_is_new(self):
        self.take(ROWS)
        more = self.take(
            (*ROWS, {"transaction": "ch_3", "gross": 700, "payout": "po_2"})
        )
        self.assertEqual(more.new, 1)
        self.assertEqual(self.count(), 3)
        self.assertEqual(len(more.settlements), 2)

    def test_equal_rows_of_one_file_are_two_movements(self):
        twice = ({"transaction": "fee", "kind": "fee", "fee": -30},) * 2
        self.take(twice)
        self.assertEqual(self.count(), 2)
        self.take(twice)
        self.assertEqual(self.count(), 2)

    def test_pending_rows_join_their_payout_when_it_comes(self):
        pending = self.take([{**row, "payout": ""} for row in ROWS]).settlements
        self.assertEqual(pending.state, "draft")
        paid = self.take(ROWS).settlements
        self.assertEqual(paid.event_count, 2)
        self.assertEqual(pending.event_count, 0)
        self.assertEqual(paid.amount_file, 164.47)

    def test_new_rows_of_a_posted_payout_are_refused(self):
        settlement = self.payout(*ROWS)
        settlement.state = "posted"
        with self.assertRaisesRegex(UserError, "posted already"):
            self.take((*ROWS, {"transaction": "late", "gross": 1}))

    def test_file_that_misses_its_declared_payout_is_refused_with_the_difference(self):
        payout = {
            "reference": "po_1",
            "currency": "USD",
            "declared": 16500,
            "total": 16447,
            "difference": -53,
        }
        events = Events(ROWS, [payout])
        with (
            patch.object(intake, "native") as native,
            self.assertRaisesRegex(UserError, r"164\.47.*165\.00.*-0\.53 USD"),
        ):
            native.require.return_value.Error = UserError
            native.require.return_value.settlement_read.return_value = events
            intake.read(self.channel, b"", "report.csv")
        self.assertEqual(self.count(), 0)

    def test_inactive_currency_is_named(self):
        self.env["res.currency"].search([("name", "=", "JPY")]).active = False
        with self.assertRaisesRegex(UserError, "JPY"):
            self.payout({"currency": "JPY", "gross": 5})

    def test_refused_file_is_kept_with_the_reason(self):
        report = intake.refuse(self.channel, b"a;b", "/in/x.csv", "wrong header")
        self.assertEqual((report.name, report.state), ("x.csv", "refused"))
        self.assertEqual(report.message, "wrong header")
