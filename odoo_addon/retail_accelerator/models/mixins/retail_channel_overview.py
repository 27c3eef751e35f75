# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

from ...engine import native

VIEWS = {
    "retail.channel.product": "list",
    "retail.channel.partner": "list",
    "retail.ledger": "list,form,kanban,pivot,graph",
    "sale.order": "list,kanban,form,pivot,graph",
}


class RetailChannelOverview(models.AbstractModel):
    """Counters of a channel and the ways from it to its records."""

    _name = "retail.channel.overview"
    _description = "Overview of a Retail Channel"

    product_count = fields.Integer(compute="_compute_mapping_counts")
    partner_count = fields.Integer(compute="_compute_mapping_counts")
    order_count = fields.Integer(compute="_compute_ledger_counts")
    ledger_count = fields.Integer(compute="_compute_ledger_counts")
    reject_count = fields.Integer(compute="_compute_ledger_counts")
    import_count = fields.Integer(compute="_compute_import_count")
    engine_available = fields.Boolean(compute="_compute_engine_available")

    def _compute_mapping_counts(self):
        products = self._count("retail.channel.product")
        # A customer has a row for each of his keys: id, e-mail, addresses.
        partners = self._count(
            "retail.channel.partner",
            [("role", "=", "customer")],
            "partner_id:count_distinct",
        )
        for channel in self:
            channel.product_count = products.get(channel, 0)
            channel.partner_count = partners.get(channel, 0)

    def _compute_ledger_counts(self):
        entries = self._count("retail.ledger")
        rejects = self._count(
            "retail.ledger", [("outcome", "in", ("rejected", "review"))]
        )
        orders = self._count(
            "retail.ledger",
            [("order_id", "!=", False), ("kind", "=", "order")],
            "order_id:count_distinct",
        )
        for channel in self:
            channel.ledger_count = entries.get(channel, 0)
            channel.reject_count = rejects.get(channel, 0)
            channel.order_count = orders.get(channel, 0)

    def _compute_import_count(self):
        imports = self._count("retail.import")
        for channel in self:
            channel.import_count = imports.get(channel, 0)

    def _compute_engine_available(self):
        self.engine_available = native.available()

    def action_view_orders(self):
        return self._action(
            self.env._("Orders"),
            "sale.order",
            [("retail_ledger_ids.channel_id", "=", self.id)],
            {"create": False},
        )

    def action_view_imports(self):
        return self._action(
            self.env._("Imports"), "retail.import", [("channel_id", "=", self.id)]
        )

    def action_view_ledger(self):
        return self._action(
            self.env._("Ledger"), "retail.ledger", [("channel_id", "=", self.id)]
        )

    def action_view_rejects(self):
        return self._action(
            self.env._("Rejects and Reviews"),
            "retail.ledger",
            [
                ("channel_id", "=", self.id),
                ("outcome", "in", ("rejected", "review")),
            ],
        )

    def action_view_products(self):
        return self._action(
            self.env._("Products of the Shop"),
            "retail.channel.product",
            [("channel_id", "=", self.id)],
        )

    def action_view_partners(self):
        return self._action(
            self.env._("Customers of the Shop"),
            "retail.channel.partner",
            [("channel_id", "=", self.id)],
            {"search_default_group_role": 1},
        )

    def _count(self, model, domain=(), aggregate="__count"):
        """{channel: aggregate of the model's records that belong to it}."""
        if not self.ids:
            return {}
        groups = (
            self.env[model]
            .sudo()
            ._read_group(
                [("channel_id", "in", self.ids), *domain], ["channel_id"], [aggregate]
            )
        )
        return {channel.with_env(self.env): count for channel, count in groups}

    def _action(self, name, model, domain, context=None):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": VIEWS.get(model, "list,form"),
            "domain": domain,
            "context": {"default_channel_id": self.id, **(context or {})},
        }
