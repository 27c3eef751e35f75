# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class RetailChannelPartner(models.Model):
    """Written by the engine; shown so that people can see and undo a wrong match."""

    _name = "retail.channel.partner"
    _inherit = "retail.channel.mapping"
    _description = "Customer of a Retail Channel"
    _order = "id desc"
    _rec_name = "partner_id"

    party_key = fields.Char(
        required=True,
        help="Fingerprint of a customer account, an e-mail or an address of the shop.",
    )
    role = fields.Selection(
        [
            ("customer", "Customer"),
            ("invoice", "Invoice address"),
            ("delivery", "Delivery address"),
            ("email", "E-mail of a new customer"),
        ],
        required=True,
        default="customer",
    )
    external_ref = fields.Char(
        string="Shop Customer", help="The shop's id of the customer account."
    )
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        help="The contact that orders of this customer or address get.",
    )

    # Workers of all channels rely on it: the second one to meet a new e-mail waits.
    _email_unique = models.UniqueIndex(
        "(party_key) WHERE role = 'email'",
        "There is a contact for this e-mail already.",
    )
    _party_key_unique = models.Constraint(
        "UNIQUE (channel_id, party_key)",
        "This customer or address is already linked to a contact in the channel.",
    )
