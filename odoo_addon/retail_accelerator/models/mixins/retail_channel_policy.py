# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

ACTIONS = [
    ("draft", "Import as quotation"),
    ("confirm", "Import and confirm"),
    ("cancel", "Import as cancelled"),
    ("skip", "Do not import"),
    ("reject", "Reject for review"),
]
MAX_CHUNK = 20_000


class RetailChannelPolicy(models.AbstractModel):
    """What becomes of an order, its products, taxes and customers."""

    _name = "retail.channel.policy"
    _description = "Policies of a Retail Channel"

    tax_included = fields.Boolean(
        string="Prices Include Tax",
        tracking=True,
        help="Whether prices are entered with tax in the shop. Taxes that are created "
        "from the shop's rates get the same price mode.",
    )
    order_name_policy = fields.Selection(
        [("sequence", "Odoo's sequence"), ("source", "The shop's order number")],
        string="Order Numbers",
        required=True,
        default="sequence",
        help="Number of the orders in Odoo. The shop's own number is always kept as "
        "customer reference and source document.",
    )
    order_name_prefix = fields.Char(
        string="Prefix", help="Put before the shop's order number, e.g. WEB-."
    )
    missing_product_policy = fields.Selection(
        [
            ("reject", "Reject the order"),
            ("create", "Create the product"),
            ("placeholder", "Use the placeholder product"),
        ],
        string="Unknown Products",
        required=True,
        default="placeholder",
        tracking=True,
        help="What happens when an order line's product is not found by mapping, "
        "internal reference or barcode:\n"
        "- Reject: the order waits in the ledger until the product is mapped.\n"
        "- Create: a product with the line's SKU and name.\n"
        "- Placeholder: the line keeps its name and amounts on a common product.",
    )
    placeholder_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        ondelete="restrict",
        help="Stands for products that are unknown or were deleted in the shop.",
    )
    shipping_product_id = fields.Many2one(
        "product.product",
        domain="[('type', '=', 'service')]",
        check_company=True,
        ondelete="restrict",
        help="For shipping methods that have no line under Shipping & Fees.",
    )
    fee_product_id = fields.Many2one(
        "product.product",
        domain="[('type', '=', 'service')]",
        check_company=True,
        ondelete="restrict",
        help="For fees that have no line under Shipping & Fees.",
    )
    rounding_product_id = fields.Many2one(
        "product.product",
        domain="[('type', '=', 'service')]",
        check_company=True,
        ondelete="restrict",
        help="For the line that makes up what the shop's own lines miss of its total.",
    )
    rounding_limit = fields.Float(
        digits=(16, 4),
        default=0.05,
        tracking=True,
        help="The most a rounding line may be, in the currency of the order. An order "
        "that differs by more is rejected.",
    )
    show_discount = fields.Boolean(
        string="Show Discounts",
        help="Show coupons as a discount per cent on the lines where that gives the "
        "shop's amounts to the cent. Otherwise lines have the price after discount.",
    )
    unknown_status_action = fields.Selection(
        ACTIONS,
        string="Other Statuses",
        required=True,
        default="draft",
        tracking=True,
        help="What becomes of orders whose status has no rule, such as statuses that a "
        "plug-in of the shop adds.",
    )
    unknown_tax_policy = fields.Selection(
        [("reject", "Reject the order"), ("create", "Create the tax")],
        string="Unknown Tax Rates",
        required=True,
        default="reject",
        tracking=True,
        help="What happens when an order was taxed by a rate without a mapping.",
    )
    guest_policy = fields.Selection(
        [
            ("partner", "One contact per e-mail or address"),
            ("shared", "One contact for all guests"),
        ],
        string="Guest Orders",
        required=True,
        default="partner",
        tracking=True,
        help="Which contact orders without a customer account get.",
    )
    guest_partner_id = fields.Many2one(
        "res.partner",
        string="Guest Contact",
        check_company=True,
        ondelete="restrict",
        help="The contact of all guest orders when they share one.",
    )
    match_email = fields.Boolean(
        string="Match Contacts by E-mail",
        default=True,
        tracking=True,
        help="Use an existing contact with the same e-mail address instead of a new "
        "one.",
    )
    chatter = fields.Boolean(
        string="Log in Chatter",
        help='Write "Sales Order created" into each order. Standard Odoo creates such '
        "orders: an import takes many times as long.",
    )
    lane = fields.Selection(
        [
            ("auto", "Fast where possible"),
            ("native", "Fast only"),
            ("orm", "Standard Odoo only"),
        ],
        required=True,
        default="auto",
        help="How orders are written:\n"
        "- Fast where possible: by the engine where it gives exactly Odoo's own rows, "
        "otherwise by Odoo.\n"
        "- Fast only: an import stops where the engine may not write.\n"
        "- Standard Odoo only: slower, for comparison.",
    )
    chunk_size = fields.Integer(
        default=2000,
        help="Orders per transaction. A crash loses at most one chunk, which the next "
        "run imports again.",
    )

    @api.constrains("rounding_limit")
    def _check_rounding_limit(self):
        if any(channel.rounding_limit < 0 for channel in self):
            raise ValidationError(self.env._("The rounding limit cannot be negative."))

    @api.constrains("chunk_size")
    def _check_chunk_size(self):
        if any(not 1 <= channel.chunk_size <= MAX_CHUNK for channel in self):
            raise ValidationError(
                self.env._("The chunk size must be from 1 to %s orders.", MAX_CHUNK)
            )

    @api.constrains("guest_policy", "guest_partner_id")
    def _check_guest_partner(self):
        for channel in self:
            if channel.guest_policy == "shared" and not channel.guest_partner_id:
                raise ValidationError(
                    self.env._(
                        "Choose the contact that all guest orders of %s share.",
                        channel.name,
                    )
                )

    @api.constrains("missing_product_policy", "placeholder_product_id")
    def _check_placeholder(self):
        for channel in self:
            if (
                channel.missing_product_policy == "placeholder"
                and not channel.placeholder_product_id
            ):
                raise ValidationError(
                    self.env._(
                        "Choose the placeholder product of %s, or another policy for "
                        "unknown products.",
                        channel.name,
                    )
                )
