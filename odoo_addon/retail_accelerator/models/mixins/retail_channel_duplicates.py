# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_HOURS = 24 * 31


class RetailChannelDuplicates(models.AbstractModel):
    """What becomes of an order that seems to be in Odoo already."""

    _name = "retail.channel.duplicates"
    _description = "Duplicate Policies of a Retail Channel"

    duplicate_policy = fields.Selection(
        [
            ("hold", "Hold for review"),
            ("warn", "Import with a warning"),
        ],
        string="Same Sale Again",
        required=True,
        default="hold",
        tracking=True,
        help="What happens when the same customer has ordered the same goods for the "
        "same total within the hours below, under another number or in another "
        "channel:\n"
        "- Hold: nothing is imported until somebody has decided.\n"
        "- Import with a warning: both are imported, and the pair is listed.",
    )
    suspect_policy = fields.Selection(
        [
            ("hold", "Hold for review"),
            ("warn", "Import with a warning"),
            ("ignore", "Import"),
        ],
        string="Similar Order",
        required=True,
        default="hold",
        tracking=True,
        help="What happens when an order resembles another one of the same total, with "
        "a similar name and about the same time. Import leaves the search for such "
        "orders to the sweeps.",
    )
    repeat_policy = fields.Selection(
        [
            ("hold", "Follow the policies above"),
            ("warn", "Import with a warning"),
        ],
        string="Within this Channel",
        required=True,
        default="warn",
        tracking=True,
        help="What happens when both orders are this channel's own, under different "
        "numbers and of different moments: the channel itself says that they are two, "
        "though somebody may have pressed twice. One sent again with the same time "
        "follows the policies above in any case.",
    )
    duplicate_hours = fields.Integer(
        string="Hours Apart",
        required=True,
        default=24,
        tracking=True,
        help="How far apart two orders with the same content may be to be taken for "
        "one sale. Beyond that they count as bought twice. Similar orders of different "
        "channels may be three times as far apart.",
    )

    @api.constrains("duplicate_hours")
    def _check_duplicate_hours(self):
        if any(not 1 <= channel.duplicate_hours <= MAX_HOURS for channel in self):
            raise ValidationError(
                self.env._("The hours apart must be from 1 to %s.", MAX_HOURS)
            )
