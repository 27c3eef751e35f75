# SPDX-License-Identifier: LGPL-3.0-or-later
from unittest.mock import Mock, patch

from odoo.tests import tagged

from ..engine.templates import Templates
from .common import RetailCase


@tagged("post_install", "-at_install")
class TestTemplates(RetailCase):
    def test_a_chunk_keeps_its_values_when_another_lets_go_of_them(self):
        templates = Templates(Mock(), self.channel, Mock())
        templates.job.add_order_class = Mock(
            side_effect=lambda _row: templates.shelf.forget()
        )
        needs = [("header", record, (0, 0, record, 0, 0)) for record in (0, 1)]
        made = [(["first"], set()), (["second"], set())]
        with patch.object(templates, "_make_order_values", return_value=made):
            templates.add_headers(None, needs, [1, 2])
        self.assertEqual(
            [call.args for call in templates.job.add_order_class.call_args_list],
            [(["first"],), (["second"],)],
        )
