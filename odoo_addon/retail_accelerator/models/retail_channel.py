# SPDX-License-Identifier: LGPL-3.0-or-later
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..setup.defaults import ServiceProducts, status_commands

CODE_PATTERN = re.compile(r"[A-Za-z0-9_-]+")


class RetailChannel(models.Model):
    _name = "retail.channel"
    _inherit = [
        "mail.thread",
        "retail.channel.policy",
        "retail.channel.duplicates",
        "retail.channel.settlement",
        "retail.channel.overview",
    ]
    _description = "Retail Channel"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        tracking=True,
        help="Short name of the shop: letters, digits, - and _. It is part of the "
        "identity of each order, so it stays as it is once orders were imported.",
    )
    kind = fields.Selection(
        [("woocommerce", "WooCommerce"), ("csv", "Order files (CSV)")],
        required=True,
        default="woocommerce",
        tracking=True,
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="Currency of the shop: of its products' prices, and of refunds that name "
        "none.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="Where orders of this shop are delivered from.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        check_company=True,
        help="Sales team of the orders, for reporting. Empty: Odoo's own choice.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        help="Salesperson of the orders. Empty: the salesperson of the customer.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="Set on orders in the pricelist's currency. Prices always come from the "
        "shop.",
    )

    status_ids = fields.One2many(
        "retail.channel.status",
        "channel_id",
        copy=True,
        default=lambda self: status_commands(),
    )
    tax_ids = fields.One2many("retail.channel.tax", "channel_id")
    payment_ids = fields.One2many("retail.channel.payment", "channel_id", copy=True)
    product_ids = fields.One2many("retail.channel.product", "channel_id")
    service_ids = fields.One2many("retail.channel.service", "channel_id", copy=True)
    partner_ids = fields.One2many("retail.channel.partner", "channel_id")

    unmapped_tax_count = fields.Integer(compute="_compute_unmapped_tax_count")

    _code_unique = models.Constraint(
        "UNIQUE (code)", "Another channel has this code already."
    )

    @api.constrains("code")
    def _check_code(self):
        for channel in self:
            if not CODE_PATTERN.fullmatch(channel.code or ""):
                raise ValidationError(
                    self.env._(
                        "The code “%s” may only have letters, digits, - and _.",
                        channel.code or "",
                    )
                )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for channel in self:
            channel.currency_id = channel.company_id.currency_id

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        for channel in self:
            channel.warehouse_id = self.env["stock.warehouse"].search(
                self.env["stock.warehouse"]._check_company_domain(channel.company_id),
                limit=1,
            )

    @api.depends("tax_ids.tax_ids")
    def _compute_unmapped_tax_count(self):
        for channel in self:
            channel.unmapped_tax_count = len(
                channel.tax_ids.filtered(lambda rate: not rate.tax_ids)
            )

    @api.model_create_multi
    def create(self, vals_list):
        services = {}
        for vals in vals_list:
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            if company not in services:
                services[company] = ServiceProducts(company)
            for field, product_id in services[company].channel_vals().items():
                if not vals.get(field):
                    vals[field] = product_id
        channels = super().create(vals_list)
        channels._activate_currency()
        return channels

    def write(self, vals):
        if "code" in vals or "company_id" in vals:
            self._check_identity_unused(vals)
        result = super().write(vals)
        if "currency_id" in vals:
            self._activate_currency()
        return result

    def _activate_currency(self):
        """Orders in an inactive currency would all be rejected; who may set a channel
        up need not be allowed to activate one elsewhere."""
        self.currency_id.filtered(lambda currency: not currency.active).sudo().write(
            {"active": True}
        )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "code" not in (default or {}):
            for channel, vals in zip(self, vals_list, strict=True):
                vals["code"] = channel._free_code()
                vals["name"] = self.env._("%s (copy)", channel.name)
        return vals_list

    def _mail_get_partner_fields(self, introspect_fields=False):
        """None: the field the chatter would take by its name holds matches."""
        return []

    @api.model
    def _by_code(self, code):
        """The channel of that code, or a UserError that names those there are."""
        channel = self.search([("code", "=", code)])
        if not channel:
            known = ", ".join(self.search([], limit=20).mapped("code"))
            raise UserError(
                self.env._(
                    "There is no channel %(code)s. %(hint)s",
                    code=code,
                    hint=self.env._("Channels: %s.", known)
                    if known
                    else self.env._("Set one up first."),
                )
            )
        return channel

    def _free_code(self):
        """A code for a copy of this channel."""
        similar = self.with_context(active_test=False).search(
            [("code", "=like", f"{self.code}-%")]
        )
        taken = set(similar.mapped("code"))
        number = 2
        while f"{self.code}-{number}" in taken:
            number += 1
        return f"{self.code}-{number}"

    def _check_identity_unused(self, vals):
        """The code and company are part of what an imported order is known by."""
        used = self._count("retail.ledger")
        for channel in self:
            changes = vals.get("code", channel.code) != channel.code or (
                vals.get("company_id", channel.company_id.id) != channel.company_id.id
            )
            if changes and used.get(channel):
                raise UserError(
                    self.env._(
                        "%s has imported orders already; its code and company are "
                        "part of their identity and cannot change. Archive it and "
                        "make a new channel instead.",
                        channel.name,
                    )
                )
