# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

from .mixins.retail_channel_policy import ACTIONS


class RetailChannelStatus(models.Model):
    _name = "retail.channel.status"
    _inherit = "retail.channel.mapping"
    _description = "Order Status of a Retail Channel"
    _order = "channel_id, sequence, id"
    _rec_name = "status"

    sequence = fields.Integer(default=10)
    status = fields.Char(
        required=True,
        help="The status exactly as the shop sends it, e.g. processing.",
    )
    action = fields.Selection(
        ACTIONS,
        required=True,
        default="draft",
        help="What becomes of an order in this status:\n"
        "- Import as quotation: a quotation somebody confirms in Odoo.\n"
        "- Import and confirm: a sales order; confirmation follows in the background.\n"
        "- Import as cancelled: kept for reference, nothing is delivered or invoiced.\n"
        "- Do not import: counted as skipped; imported once the status changes.\n"
        "- Reject for review: kept in the ledger until somebody decides.",
    )

    _status_unique = models.Constraint(
        "UNIQUE (channel_id, status)",
        "This status already has a rule in the channel.",
    )
