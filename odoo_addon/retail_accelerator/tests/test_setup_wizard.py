# SPDX-License-Identifier: LGPL-3.0-or-later
"""The set-up wizard, with the rights of those who may use it."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..setup.channel_setup import ChannelSetup
from .common import as_file, customer, product, rate
from .setup_common import SetupCase


@tagged("post_install", "-at_install")
class TestWizard(SetupCase):
    def test_manager_loads_exports_without_other_rights(self):
        import base64

        manager = self.user("manager")
        wizard = (
            self.env["retail.channel.setup"]
            .with_user(manager)
            .create(
                {
                    "channel_id": self.channel.id,
                    "products": base64.b64encode(as_file([product(1)])),
                    "taxes": base64.b64encode(as_file([rate(1, "GST", "5.0000")])),
                    "customers": base64.b64encode(
                        as_file([customer(1, "ann@example.com")])
                    ),
                }
            )
        )
        action = wizard.action_load()
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn("Products: 1 created", action["params"]["message"])
        self.assertTrue(self.mapped("product", 1))
        self.assertTrue(self.tax_of(1))
        self.assertIn("Products: 1 created", self.channel.message_ids[0].body)

    def test_wizard_without_a_file_says_so(self):
        wizard = self.env["retail.channel.setup"].create(
            {"channel_id": self.channel.id}
        )
        with self.assertRaisesRegex(UserError, "at least one"):
            wizard.action_load()

    def test_operator_cannot_set_a_channel_up(self):
        operator = self.user("operator")
        with self.assertRaises(AccessError):
            ChannelSetup(self.channel.with_user(operator))

    def test_tax_of_a_manager_s_mapping_may_be_a_group(self):
        child = self.env["account.tax"].create(
            {"name": "Child", "amount": 5, "type_tax_use": "sale"}
        )
        group = self.env["account.tax"].create(
            {
                "name": "Both",
                "amount_type": "group",
                "type_tax_use": "sale",
                "children_tax_ids": [Command.set(child.ids)],
            }
        )
        self.load(taxes=[rate(1, "GST", "5.0000")])
        self.channel.tax_ids.with_user(self.user("manager")).tax_ids = group
        self.assertEqual(self.tax_of(1), group)
