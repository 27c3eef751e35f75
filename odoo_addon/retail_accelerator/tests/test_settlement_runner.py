# SPDX-License-Identifier: LGPL-3.0-or-later
import os
import tempfile
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..settle import intake, runner
from ..settle.runner import Runner
from .settlement_common import SettlementCase

LOGGER = "odoo.addons.retail_accelerator.settle.runner"
SALE = {"transaction": "ch_1", "gross": 12000, "fee": -378}


def at_once(_runner, work):
    """A step inside the test's own transaction."""
    return work()


@tagged("post_install", "-at_install")
class TestSettlementRunner(SettlementCase):
    def setUp(self):
        super().setUp()
        for name, replacement in (("_step", at_once), ("_reset", lambda _self: None)):
            patcher = patch.object(Runner, name, replacement)
            patcher.start()
            self.addCleanup(patcher.stop)

    @mute_logger(LOGGER)
    def test_broken_channel_stops_no_other(self):
        other = self.channel.copy({"name": "Other", "code": "other"})
        worked = []

        def work(this):
            worked.append(this.channel)
            if this.channel == self.channel:
                raise OSError("disk")

        with patch.object(Runner, "work", work):
            self.env["retail.settlement"]._cron_settle()
        self.assertIn(self.channel, worked)
        self.assertIn(other, worked)

    @mute_logger(LOGGER)
    def test_broken_file_stops_no_other_and_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("a.csv", "b.csv")]
            for path in paths:
                with open(path, "wb") as handle:
                    handle.write(path.encode())

            def take(_channel, content, name):
                if name == "a.csv":
                    raise OSError("disk")
                return content

            waiting = [(path, os.path.basename(path)) for path in paths]
            channel = self.channel
            with (
                patch.object(runner, "waiting_files", lambda _channel: waiting),
                patch.object(intake, "take", take),
                patch.object(type(channel), "settlement_folder", folder),
            ):
                Runner(channel).pick_up()
            self.assertTrue(os.path.exists(paths[0]))
            self.assertFalse(os.path.exists(paths[1]))
            self.assertEqual(len(os.listdir(os.path.join(folder, "done"))), 1)

    def test_rows_that_came_before_their_order_are_posted_when_it_comes(self):
        self.channel.settlement_auto_post = "complete"
        settlement = self.payout({**SALE, "order": "WEB-81"})
        Runner(self.channel).work()
        self.assertEqual(settlement.event_ids.state, "waiting")
        self.assertEqual(settlement.state, "proved")
        self.order().client_order_ref = "WEB-81"
        Runner(self.channel).work()
        self.assertEqual(settlement.event_ids.state, "matched")
        self.assertEqual(settlement.state, "posted")

    def test_channel_that_posts_by_hand_is_only_matched(self):
        settlement = self.payout({"kind": "fee", "fee": -100})
        Runner(self.channel).work()
        self.assertEqual(settlement.state, "matched")

    def test_refused_payout_keeps_the_reason_and_stops_no_other(self):
        self.channel.settlement_auto_post = "always"
        locked = self.payout({**SALE, "date": "2025-12-01 10:00:00"})
        locked.date = "2025-12-01"
        fine = self.payout({**SALE, "transaction": "ch_2", "payout": "po_2"})
        self.company.fiscalyear_lock_date = "2025-12-31"
        Runner(self.channel).work()
        self.assertIn("locked", locked.failure)
        self.assertEqual(locked.state, "proved")
        self.assertEqual(fine.state, "posted")
