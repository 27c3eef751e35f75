# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every mapping of a channel has in common."""

from odoo import fields, models


class RetailChannelMapping(models.AbstractModel):
    _name = "retail.channel.mapping"
    _description = "Mapping of a Retail Channel"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "retail.channel",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="channel_id.company_id")
