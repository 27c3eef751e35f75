# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class RetailChannelPayment(models.Model):
    _name = "retail.channel.payment"
    _inherit = "retail.channel.mapping"
    _description = "Payment Method of a Retail Channel"
    _order = "channel_id, sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        help="The shop's code of the payment method, e.g. bacs or stripe.",
    )
    name = fields.Char(required=True)
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        check_company=True,
        help="Terms of orders paid this way. Empty: the terms of the customer.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]",
        check_company=True,
        help="Journal the payments of this method belong to; kept for the accounting "
        "of payouts.",
    )

    _code_unique = models.Constraint(
        "UNIQUE (channel_id, code)",
        "This payment method is already mapped in the channel.",
    )
