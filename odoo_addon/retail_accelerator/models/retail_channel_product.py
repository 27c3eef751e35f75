# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

KINDS = [
    ("product", "Product id"),
    ("variation", "Variation id"),
    ("sku", "SKU alias"),
]


class RetailChannelProduct(models.Model):
    _name = "retail.channel.product"
    _inherit = "retail.channel.mapping"
    _description = "Product of a Retail Channel"
    _order = "channel_id, kind, id"
    _rec_name = "ref"

    kind = fields.Selection(
        KINDS,
        required=True,
        default="product",
        help="What the reference is: the shop's id of a product or of a variation, or "
        "another SKU the shop uses for the product.",
    )
    ref = fields.Char(
        string="Shop Reference",
        required=True,
        help="The id or SKU exactly as the shop sends it, leading zeros included.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )

    _ref_unique = models.Constraint(
        "UNIQUE (channel_id, kind, ref)",
        "This shop reference is already mapped in the channel.",
    )
