# SPDX-License-Identifier: LGPL-3.0-or-later
"""System parameters of the module."""

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestParameters(TransactionCase):
    def test_mistyped_constraint_mode_is_refused_with_those_there_are(self):
        parameters = self.env["ir.config_parameter"]
        key = "retail_accelerator.constraint_mode"
        for value in ("validated", "triggers"):
            parameters.set_param(key, value)
            self.assertEqual(parameters.get_param(key), value)
        with self.assertRaisesRegex(ValidationError, "triggers, validated"):
            parameters.set_param(key, "Validated")
        with self.assertRaisesRegex(ValidationError, "triggers, validated"):
            parameters.create({"key": "other", "value": "on"}).key = key
