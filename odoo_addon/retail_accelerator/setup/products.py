# SPDX-License-Identifier: LGPL-3.0-or-later
"""Products of a shop: known by mapping, matched by SKU, barcode or the external id of
an earlier set-up, or created.
"""

from collections import Counter

from odoo import fields
from odoo.fields import Command
from odoo.tools import split_every

from ..engine import native
from ..engine.context import QUIET

BATCH = 1000
# External ids of this name are no module's: they stay when this one is uninstalled.
KEPT = "__retail__"


def unique(values):
    """The values that occur once: others say nothing about which product is meant."""
    return {
        value for value, count in Counter(filter(None, values)).items() if count == 1
    }


class ProductSetup:
    """Gives each item of the export a product and a row in the channel's mapping."""

    def __init__(self, channel):
        self.channel = channel
        self.company = channel.company_id
        self.env = channel.env
        self.products = self.env["product.product"].sudo().with_company(self.company)
        self.mapping = self.env["retail.channel.product"]

    def load(self, items):
        """Returns the counts {"created", "matched", "known"}."""
        known = self._known()
        new = [item for item in items if (item.kind, item.ref) not in known]
        # A variation without a SKU of its own shows the one of its product.
        self.skus = unique(item.sku for item in items)
        self.barcodes = unique(item.barcode for item in items)
        by_sku = self._existing("default_code", self.skus)
        by_barcode = self._existing("barcode", self.barcodes)
        self.taken_barcodes = self._taken_barcodes()
        created = 0
        for batch in split_every(BATCH, new, list):
            found = [
                by_sku.get(item.sku) or by_barcode.get(item.barcode) for item in batch
            ]
            self._find_again(batch, found)
            missing = [
                item for item, product in zip(batch, found, strict=True) if not product
            ]
            created_ids = self._create(missing)
            self._keep(missing, created_ids)
            made = iter(created_ids)
            created += len(missing)
            self._map(batch, [product_id or next(made) for product_id in found])
            # The next batch needs none of it: memory stays that of one batch.
            self.env.invalidate_all()
        return {
            "created": created,
            "matched": len(new) - created,
            "known": len(items) - len(new),
        }

    def _known(self):
        rows = self.mapping.search_fetch(
            [("channel_id", "=", self.channel.id)], ["kind", "ref"]
        )
        return {(row.kind, row.ref) for row in rows}

    def _existing(self, field, values):
        """{value: product id} where one product has it, active ones first."""
        products = self.products.with_context(active_test=False)
        company = self.products._check_company_domain(self.company)
        found = {}
        for batch in split_every(5 * BATCH, sorted(values), list):
            rows = products.search_fetch(
                [(field, "in", batch), *company], [field, "active"]
            )
            for state in (False, True):
                some = [row for row in rows if row.active is state]
                single = unique(row[field] for row in some)
                found.update(
                    (row[field], row.id) for row in some if row[field] in single
                )
        return found

    def _is_findable(self, item):
        """Whether a new product gets a SKU or barcode that only this item has."""
        return item.sku in self.skus or (
            item.barcode in self.barcodes and item.barcode not in self.taken_barcodes
        )

    def _external_name(self, item):
        return native.require().identity_key(self.channel.code, item.kind, item.ref)

    def _find_again(self, items, found):
        """Put the products that an earlier set-up made for items without a SKU or
        barcode into ``found``. Their mapping went with the module or the channel."""
        names = {
            self._external_name(item): at
            for at, item in enumerate(items)
            if not found[at]
        }
        rows = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch(
                [
                    ("module", "=", KEPT),
                    ("name", "in", list(names)),
                    ("model", "=", "product.product"),
                ],
                ["name", "res_id"],
            )
        )
        usable = self.products.with_context(active_test=False).search(
            [
                ("id", "in", rows.mapped("res_id")),
                *self.products._check_company_domain(self.company),
            ]
        )
        for row in rows:
            if row.res_id in usable.ids:
                found[names[row.name]] = row.res_id

    def _keep(self, items, product_ids):
        """What ``_find_again`` finds by."""
        rows = {
            self._external_name(item): product_id
            for item, product_id in zip(items, product_ids, strict=True)
            if not self._is_findable(item)
        }
        data = self.env["ir.model.data"].sudo()
        # Of a product that has moved to another company since.
        data.search([("module", "=", KEPT), ("name", "in", list(rows))]).unlink()
        data.create(
            [
                {
                    "module": KEPT,
                    "name": name,
                    "model": "product.product",
                    "res_id": product_id,
                    "noupdate": True,
                }
                for name, product_id in rows.items()
            ]
        )

    def _taken_barcodes(self):
        """Barcodes a new product cannot get: of archived doubles, or of packagings."""
        taken = set()
        for model in (self.products, self.env["product.uom"].sudo()):
            records = model.with_context(active_test=False)
            for batch in split_every(5 * BATCH, sorted(self.barcodes), list):
                rows = records.search_fetch([("barcode", "in", batch)], ["barcode"])
                taken.update(rows.mapped("barcode"))
        return taken

    def _create(self, items):
        """Ids of new products, one for each item."""
        templates = (
            self.env["product.template"]
            .sudo()
            .with_company(self.company)
            .with_context(**QUIET)
            .create([self._vals(item) for item in items])
        )
        return templates.product_variant_ids.ids

    def _vals(self, item):
        barcode = item.barcode if item.barcode in self.barcodes else ""
        vals = {
            "name": item.name,
            "default_code": item.sku or False,
            "barcode": barcode if barcode not in self.taken_barcodes else False,
            "type": "service" if item.is_service else "consu",
            "is_storable": item.is_storable,
            "list_price": self._price(item.price),
            "weight": item.weight,
            "company_id": self.company.id,
        }
        if not item.is_taxable:
            vals["taxes_id"] = [Command.clear()]
        return vals

    def _price(self, amount):
        """In the company's currency: products have no other."""
        currency = self.company.currency_id
        return self.channel.currency_id._convert(
            amount, currency, self.company, fields.Date.context_today(self.channel)
        )

    def _map(self, items, product_ids):
        pairs = list(zip(items, product_ids, strict=True))
        self.mapping.create(
            [
                {
                    "channel_id": self.channel.id,
                    "kind": item.kind,
                    "ref": item.ref,
                    "product_id": product_id,
                }
                for item, product_id in pairs
            ]
        )
        self._map_aliases(pairs)

    def _map_aliases(self, pairs):
        """A SKU other than the product's internal reference would not be found."""
        products = self.products.browse({product_id for _item, product_id in pairs})
        codes = {product.id: product.default_code for product in products}
        aliases = {
            item.sku: product_id
            for item, product_id in pairs
            if item.sku in self.skus and item.sku != codes[product_id]
        }
        known = self.mapping.search(
            [
                ("channel_id", "=", self.channel.id),
                ("kind", "=", "sku"),
                ("ref", "in", list(aliases)),
            ]
        )
        for sku in known.mapped("ref"):
            del aliases[sku]
        self.mapping.create(
            [
                {
                    "channel_id": self.channel.id,
                    "kind": "sku",
                    "ref": sku,
                    "product_id": product_id,
                }
                for sku, product_id in aliases.items()
            ]
        )
