# SPDX-License-Identifier: LGPL-3.0-or-later
import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..setup.channel_setup import ChannelSetup
from ..setup.exports import Exports

FILES = ("products", "variations", "taxes", "customers")


class RetailChannelSetup(models.TransientModel):
    """Fills a channel from the shop's own exports."""

    _name = "retail.channel.setup"
    _description = "Set-up of a Retail Channel"

    channel_id = fields.Many2one("retail.channel", required=True, ondelete="cascade")
    products = fields.Binary(
        attachment=False,
        help="The shop's list of products, as JSON. Known ones are found by SKU or "
        "barcode, the others are created.",
    )
    products_name = fields.Char()
    variations = fields.Binary(
        attachment=False, help="The variations by product id, as JSON."
    )
    variations_name = fields.Char()
    taxes = fields.Binary(
        string="Tax Rates",
        attachment=False,
        help="The shop's list of tax rates, as JSON. Each gets an Odoo tax.",
    )
    taxes_name = fields.Char()
    customers = fields.Binary(
        attachment=False,
        help="The shop's list of customers, as JSON. Contacts are found by e-mail, the "
        "others are created.",
    )
    customers_name = fields.Char()

    def action_load(self):
        """Load the files and say in the channel's chatter what came of it."""
        self.ensure_one()
        contents = {name: base64.b64decode(self[name]) for name in FILES if self[name]}
        if not contents:
            raise UserError(self.env._("Choose at least one export of the shop."))
        result = ChannelSetup(self.channel_id).load(Exports(**contents))
        text = self._summary(result)
        self.channel_id.message_post(body=text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if result["warnings"] else "success",
                "title": self.env._("Set-up of %s", self.channel_id.name),
                "message": text,
                "sticky": bool(result["warnings"]),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _summary(self, result):
        labels = {
            "products": self.env._("Products"),
            "taxes": self.env._("Taxes"),
            "customers": self.env._("Customers"),
        }
        parts = [
            self.env._(
                "%(kind)s: %(created)s created, %(matched)s found in Odoo.",
                kind=label,
                created=result[kind]["created"],
                matched=result[kind]["matched"] + result[kind].get("known", 0),
            )
            for kind, label in labels.items()
            if kind in result
        ]
        return " ".join([*parts, *result["warnings"]])
