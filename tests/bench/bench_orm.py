# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same orders by ``sale.order.create``: as connectors do it, and as an expert does.

Both read the same file, look customers and products up once per batch, pass the flags
connectors use, and commit each batch. They write no ledger. The expert also passes
every field Odoo would compute order by order; the values come from one order that
Odoo made itself, and per place of delivery for the fiscal position.
"""

import json
from datetime import datetime

from odoo.fields import Command
from odoo.tools import email_normalize

BATCH = 200
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "no_reset_password": True,
}
ORDER_FIELDS = (
    "company_id",
    "journal_id",
    "note",
    "payment_term_id",
    "picking_policy",
    "preferred_payment_method_line_id",
    "prepayment_percent",
    "pricelist_id",
    "quotation_document_ids",
    "require_payment",
    "require_signature",
    "sale_order_template_id",
    "tag_ids",
    "team_id",
    "user_id",
    "validity_date",
    "warehouse_id",
    "campaign_id",
    "medium_id",
    "source_id",
)


def prepare(env, path, way):
    """A function that imports the file and returns how many orders it made."""
    env = env(su=True, context={**env.context, **QUIET})
    writer = {"batch": Connector, "expert": Expert}[way](env)

    def run():
        with open(path, encoding="utf-8") as handle:
            orders = json.load(handle)
        for at in range(0, len(orders), BATCH):
            writer.create(orders[at : at + BATCH])
            env.cr.commit()
        return {"orders": len(orders)}

    return run


class Connector:
    """Minimal values: what the shop knows, the rest is Odoo's business."""

    def __init__(self, env):
        self.env = env
        self.taxes = {
            rule.rate_ref: rule.tax_ids.ids
            for rule in env["retail.channel.tax"].search([])
        }

    def create(self, orders):
        partners = self._partners(orders)
        products = self._products(orders)
        self.env["sale.order"].create(
            [
                self.order_vals(
                    order, partners[email_normalize(_email(order))], products
                )
                for order in orders
            ]
        )

    def _partners(self, orders):
        emails = {email_normalize(_email(order)) for order in orders}
        found = self.env["res.partner"].search_fetch(
            [("email_normalized", "in", list(emails))],
            ["email_normalized"],
            order="id desc",
        )
        partners = {partner.email_normalized: partner for partner in found}
        new = {}
        for order in orders:
            email = email_normalize(_email(order))
            if email not in partners:
                new[email] = self._partner_vals(order["billing"])
        created = self.env["res.partner"].create(list(new.values()))
        return partners | dict(zip(new, created, strict=True))

    def _partner_vals(self, billing):
        country = self.env["res.country"].search([("code", "=", billing["country"])])
        return {
            "name": f"{billing['first_name']} {billing['last_name']}",
            "email": billing["email"],
            "phone": billing["phone"],
            "street": billing["address_1"],
            "city": billing["city"],
            "zip": billing["postcode"],
            "country_id": country.id,
        }

    def _products(self, orders):
        skus = {line["sku"] for order in orders for line in order["line_items"]}
        products = self.env["product.product"].search(
            [("default_code", "in", list(skus))]
        )
        return {product.default_code: product for product in products}

    def order_vals(self, order, partner, products):
        return {
            "partner_id": partner.id,
            "date_order": datetime.fromisoformat(order["date_created_gmt"]),
            "client_order_ref": order["number"],
            "origin": f"bench #{order['number']}",
            "order_line": [
                Command.create(self.line_vals(line, products[line["sku"]]))
                for line in order["line_items"]
            ],
        }

    def line_vals(self, line, product):
        taxes = [
            tax_id
            for tax in line["taxes"]
            for tax_id in self.taxes.get(str(tax["id"]), ())
        ]
        return {
            "product_id": product.id,
            "name": line["name"],
            "product_uom_qty": line["quantity"],
            "price_unit": float(line["price"]),
            "tax_ids": [Command.set(taxes)],
        }


class Expert(Connector):
    """Every value that Odoo would compute before the INSERT."""

    def __init__(self, env):
        super().__init__(env)
        self.positions = {}
        self.sequence = env["ir.sequence"].search(
            [("code", "=", "sale.order")], limit=1
        )
        self.constants = self._constants()

    def _constants(self):
        """Values of an order that Odoo made by itself, which is then undone."""
        env = self.env
        partner = env["res.partner"].search([("email", "like", "person")], limit=1)
        savepoint = env.cr.savepoint(flush=False)
        order = env["sale.order"].create({"partner_id": partner.id, "name": "model"})
        values = {
            name: order._fields[name].convert_to_write(order[name], order)
            for name in ORDER_FIELDS
        }
        env.flush_all()
        savepoint.rollback()
        savepoint.close(rollback=False)
        env.invalidate_all(flush=False)
        return values

    def create(self, orders):
        self.names = iter(self._names(len(orders)))
        super().create(orders)

    def _names(self, count):
        """A block of numbers at once instead of one query an order."""
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            (f"ir_sequence_{self.sequence.id:03d}", count),
        )
        numbers = [row[0] for row in self.env.cr.fetchall()]
        prefix, suffix = self.sequence._get_prefix_suffix()
        width = self.sequence.padding
        return [f"{prefix}{number:0{width}d}{suffix}" for number in numbers]

    def _position(self, partner):
        place = (partner.country_id, partner.state_id, partner.zip)
        if place not in self.positions:
            positions = self.env["account.fiscal.position"]
            self.positions[place] = positions._get_fiscal_position(partner).id
        return self.positions[place]

    def order_vals(self, order, partner, products):
        return {
            **self.constants,
            **super().order_vals(order, partner, products),
            "name": next(self.names),
            "partner_invoice_id": partner.id,
            "partner_shipping_id": partner.id,
            "fiscal_position_id": self._position(partner),
        }

    def line_vals(self, line, product):
        price = float(line["price"])
        return {
            **super().line_vals(line, product),
            "product_uom_id": product.uom_id.id,
            "technical_price_unit": price,
            "customer_lead": product.sale_delay,
            "discount": 0.0,
            "sequence": 10,
            "analytic_distribution": False,
        }


def _email(order):
    return order["billing"]["email"]
