# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail link`` while it works; what it finds is tested with the engine."""

import contextlib
import io
import time
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..command import link


@tagged("post_install", "-at_install")
class TestLinkCommand(BaseCase):
    def test_a_long_run_says_on_standard_error_that_it_is_still_at_work(self):
        output = io.StringIO()
        with (
            patch.object(link, "PROGRESS_SECONDS", 0.01),
            contextlib.redirect_stderr(output),
            link.progress(time.monotonic() - 60),
        ):
            time.sleep(0.2)
        told = output.getvalue().splitlines()
        self.assertGreater(len(told), 1)
        self.assertEqual(told[0], "still comparing after 60 s")
        time.sleep(0.05)
        self.assertEqual(output.getvalue().splitlines(), told)

    def test_a_short_run_says_nothing(self):
        output = io.StringIO()
        with contextlib.redirect_stderr(output), link.progress(time.monotonic()):
            pass
        self.assertEqual(output.getvalue(), "")
