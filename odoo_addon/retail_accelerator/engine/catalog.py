# SPDX-License-Identifier: LGPL-3.0-or-later
"""Fill a job's dictionaries from the channel, and complete them on demand, set-wise."""

import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..arrays import ints, texts
from ..setup.exports import Rate
from ..setup.taxes import TaxSetup
from . import native
from .context import QUIET

EPOCH = date(1970, 1, 1)
KIND_PRODUCT, KIND_SHIPPING, KIND_FEE = range(3)


def new_job(channel, import_id=0, scope=None):
    """A Job with the channel's policies, statuses and payments.

    ``scope`` enters every identity key; the channel's code when not given.
    """
    env = channel.env
    company = channel.company_id
    digits = env["decimal.precision"]
    job = native.require().Job(
        scope=scope or channel.code,
        channel_id=channel.id,
        company_id=company.id,
        import_id=import_id,
        round_globally=company.tax_calculation_rounding_method == "round_globally",
        compensated_sum=sys.version_info >= (3, 12),
        show_discount=channel.show_discount,
        discount_digits=digits.precision_get("Discount"),
        quantity_digits=digits.precision_get("Product Unit"),
        rounding_limit=f"{channel.rounding_limit:.6f}",
    )
    job.add_statuses(
        [(rule.status, native.ACTIONS[rule.action]) for rule in channel.status_ids]
    )
    job.add_payments(
        [(rule.code, index) for index, rule in enumerate(channel.payment_ids, 1)]
    )
    return job


def _tax_row(tax, taxes):
    kind = native.TAX_KINDS.get(tax.amount_type)
    supported = kind is not None and not tax.has_negative_factor
    children = tax.children_tax_ids if tax.amount_type == "group" else tax.browse()
    if children - taxes:
        supported = False
    return (
        tax.id,
        tax.sequence,
        kind or 0,
        tax.amount,
        tax.price_include,
        tax.include_base_amount,
        tax.is_base_affected,
        (children & taxes).ids,
        supported,
    )


class Catalog:
    """Completes a job with what ``Chunk.resolve`` asks for."""

    def __init__(self, job, channel, templates, claim):
        self.job = job
        self.claim = claim
        self.channel = channel
        self.env = channel.env
        self.templates = templates
        self.product_slots = {}
        # As long as it is not added.
        self.rounding = self._usable(channel.rounding_product_id)
        self.taxes = self.env["account.tax"]  # those the engine knows
        self.currency_ids = []  # by index
        self._add_company_currency()
        self._set_policy()

    def _add_company_currency(self):
        currency = self.channel.company_id.currency_id
        self.job.add_currencies([self._currency_row(currency.name, currency, True)])
        self.currency_ids.append(currency.id)

    @staticmethod
    def _currency_row(code, currency, is_company=False):
        if not currency:
            return (code, 0, 0.01, 2, False)
        return (
            code,
            currency.id,
            currency.rounding,
            currency.decimal_places,
            is_company,
        )

    def _set_policy(self):
        action = self.channel.unknown_status_action
        self.job.set_policy(default_action=native.ACTIONS[action] if action else -1)

    def add_rounding(self):
        """Make the product of rounding lines known, before orders are priced.

        Not earlier: its line template is made with those of the first orders' products.
        """
        if self.rounding:
            slot = self.slots(self.rounding)[self.rounding.id]
            self.job.set_policy(rounding_slot=slot)
            self.rounding = self.rounding.browse()

    # -- products --

    def slots(self, products):
        """{product id: slot} of the products, which are added when they are new."""
        new = products.filtered(lambda product: product.id not in self.product_slots)
        if new:
            classes = self.templates.line_classes(new)
            first = self.job.add_products(
                [
                    (product.id, product.product_tmpl_id.uom_id.id, classes[product.id])
                    for product in new
                ]
            )
            for offset, product in enumerate(new):
                self.product_slots[product.id] = first + offset
        return self.product_slots

    def missing_slot(self):
        """The slot that stands for "no product"."""
        if 0 not in self.product_slots:
            self.product_slots[0] = self.job.add_products([(0, 0, 0)])
        return self.product_slots[0]

    def add_products(self, chunk, needs):
        """needs: tuples ("product", record, line, kind, variation, product, sku,
        barcode, code, name)."""
        goods = [need for need in needs if need[3] == KIND_PRODUCT]
        found = self._find_products(goods)
        missing = [need for need in goods if need not in found]
        if missing:
            found.update(self._missing_products(chunk, missing))
        for need in needs:
            if need[3] != KIND_PRODUCT:
                found[need] = self._service(need)
        products = self._usable(
            self.env["product.product"].browse({*filter(None, found.values())})
        )
        slots = self.slots(products | self.rounding)
        usable = set(products.ids)
        self.job.add_refs(
            [
                (
                    *self._best_ref(need),
                    slots[found[need]]
                    if found[need] in usable
                    else self.missing_slot(),
                )
                for need in needs
            ]
        )

    def _usable(self, products):
        """Those the company's orders may have: a product of the channel's settings can
        have been moved to another company since."""
        if not products:
            return products
        products = products.sudo().with_context(active_test=False)
        company = self.channel.company_id
        return products.search(
            Domain("id", "in", products.ids)
            & Domain(products._check_company_domain(company))
        ).sudo(False)

    @staticmethod
    def _best_ref(need):
        """The reference the engine will find the line's product by next time."""
        _kind, _record, _line, kind, variation, product, sku, barcode, code, name = need
        if kind == KIND_SHIPPING:
            return native.REF_SPACES["shipping"], code
        if kind == KIND_FEE:
            return native.REF_SPACES["fee"], code
        if variation:
            return native.REF_SPACES["variation"], variation
        if product:
            return native.REF_SPACES["product"], product
        if sku:
            return native.REF_SPACES["default_code"], sku
        if barcode:
            return native.REF_SPACES["barcode"], barcode
        return native.REF_SPACES["name"], name

    def _find_products(self, needs):
        """{need: product id} by mapping, alias, internal reference and barcode."""
        mapped = self._mapped(needs)
        by_code = self._products_by("default_code", {need[6] for need in needs})
        by_barcode = self._products_by("barcode", {need[7] for need in needs})
        found = {}
        for need in needs:
            variation, product, sku, barcode = need[4:8]
            product_id = (
                (variation and mapped.get(("variation", variation)))
                or (not variation and product and mapped.get(("product", product)))
                or (sku and mapped.get(("sku", sku)))
                or by_code.get(sku)
                or by_barcode.get(barcode)
            )
            if product_id:
                found[need] = product_id
        return found

    def _mapped(self, needs):
        refs = {ref for need in needs for ref in need[4:7] if ref}
        rows = self.env.execute_query(
            SQL(
                """SELECT m.kind, m.ref, m.product_id
                     FROM retail_channel_product m
                     JOIN product_product p ON p.id = m.product_id
                     JOIN product_template t ON t.id = p.product_tmpl_id
                    WHERE m.channel_id = %s AND m.ref = ANY(%s)
                      AND (t.company_id IS NULL OR t.company_id = ANY(%s))""",
                self.channel.id,
                texts(refs),
                ints(self.channel.company_id.sudo().parent_ids.ids),
            )
        )
        return {(kind, ref): product_id for kind, ref, product_id in rows}

    def _products_by(self, field, values):
        """{value: product id}; a value that several products share decides nothing."""
        values = list(values - {""})
        if not values:
            return {}
        domain = [
            (field, "in", values),
            *self.env["product.product"]._check_company_domain(self.channel.company_id),
        ]
        products = (
            self.env["product.product"].sudo().with_context(active_test=False)
        ).search_fetch(domain, [field, "active"])
        grouped = defaultdict(list)
        for product in products:
            grouped[product[field]].append(product)
        result = {}
        for value, candidates in grouped.items():
            active = [product for product in candidates if product.active]
            chosen = active or candidates
            if len(chosen) == 1:
                result[value] = chosen[0].id
        return result

    def _missing_products(self, chunk, needs):
        policy = self.channel.missing_product_policy
        if policy == "placeholder":
            product_id = self.channel.placeholder_product_id.id
            return dict.fromkeys(needs, product_id)
        if policy == "create":
            return self._create_products(needs)
        return dict.fromkeys(needs, 0)

    def _create_products(self, needs):
        """One product per distinct reference; by SKU where there is one."""
        self.claim()
        keys = {}
        for need in needs:
            keys.setdefault(self._best_ref(need), need)
        vals_list = [
            {
                "name": need[9] or need[6] or self.env._("Product of the shop"),
                "default_code": need[6] or False,
                "type": "consu",
                "list_price": 0.0,
                "taxes_id": [Command.clear()],
                "company_id": self.channel.company_id.id,
            }
            for need in keys.values()
        ]
        products = (
            self.env["product.product"].sudo().with_context(**QUIET).create(vals_list)
        )
        by_key = dict(zip(keys, products, strict=True))
        self._remember(by_key)
        return {need: by_key[self._best_ref(need)].id for need in needs}

    def _remember(self, by_key):
        """Keep created products in the channel's mapping, where clerks look for
        them."""
        spaces = {
            native.REF_SPACES["variation"]: "variation",
            native.REF_SPACES["product"]: "product",
        }
        self.env["retail.channel.product"].sudo().create(
            [
                {
                    "channel_id": self.channel.id,
                    "kind": spaces[space],
                    "ref": ref,
                    "product_id": product.id,
                }
                for (space, ref), product in by_key.items()
                if space in spaces
            ]
        )

    def _service(self, need):
        kind = "shipping" if need[3] == KIND_SHIPPING else "fee"
        rules = self.channel.service_ids.filtered(lambda rule: rule.kind == kind)
        rule = rules.filtered(lambda rule: rule.code == need[8]) or rules.filtered(
            lambda rule: not rule.code
        )
        fallback = (
            self.channel.shipping_product_id
            if kind == "shipping"
            else self.channel.fee_product_id
        )
        return (rule[:1].product_id or fallback).id

    # -- taxes and currencies --

    def add_rates(self, chunk, needs):
        """needs: tuples ("rate", record, rate_ref)."""
        refs = [need[2] for need in needs]
        rules = self._tax_rules(refs)
        missing = [need for need in needs if need[2] not in rules]
        if missing and self.channel.unknown_tax_policy == "create":
            self._create_taxes(chunk, missing)
            rules = self._tax_rules(refs)
        self._add_taxes(
            self.env["account.tax"].union(*(r.tax_ids for r in rules.values()))
        )
        self.job.add_rates(
            [(ref, rules[ref].tax_ids.ids if ref in rules else ()) for ref in refs]
        )

    def _tax_rules(self, refs):
        rules = self.env["retail.channel.tax"].search(
            [("channel_id", "=", self.channel.id), ("rate_ref", "in", refs)]
        )
        return {rule.rate_ref: rule for rule in rules if rule.tax_ids}

    def _add_taxes(self, taxes):
        """Make mapped taxes known to the engine, as far as the company may use them."""
        wanted = (taxes | taxes.children_tax_ids) - self.taxes
        if not wanted:
            return
        usable = wanted.with_context(active_test=False).search(
            [
                ("id", "in", wanted.ids),
                *wanted._check_company_domain(self.channel.company_id),
                ("type_tax_use", "in", ("sale", "none")),
            ],
            order="id",
        )
        self.taxes |= usable
        self.job.add_taxes([_tax_row(tax, self.taxes) for tax in usable])

    def _create_taxes(self, chunk, needs):
        """Set taxes up from what the orders themselves say of the rates."""
        self.claim()
        rates = []
        for _kind, record, ref in needs:
            for tax in chunk.order(record)["taxes"]:
                if tax["rate_ref"] == ref:
                    rates.append(
                        Rate(
                            ref=ref,
                            name=tax["label"] or tax["code"] or ref,
                            percent=Decimal(tax["rate_percent"]),
                            country="",
                            state="",
                            compound=tax["compound"],
                            priority=1,
                        )
                    )
                    break
        TaxSetup(self.channel).load(rates)

    def add_currencies(self, needs):
        codes = [need[2] for need in needs]
        currencies = (
            self.env["res.currency"]
            .sudo()
            .with_context(active_test=False)
            .search([("name", "in", codes)])
        )
        # An invoice in an inactive currency could not be posted later.
        inactive = currencies.filtered(lambda currency: not currency.active)
        if inactive:
            self.claim()
            inactive.active = True
        found = {currency.name: currency for currency in currencies}
        none = self.env["res.currency"]
        self.job.add_currencies(
            [self._currency_row(code, found.get(code, none)) for code in codes]
        )
        self.currency_ids += [found.get(code, none).id for code in codes]

    def add_currency_rates(self, needs):
        company = self.channel.company_id
        rows = []
        for _kind, _record, index, day in needs:
            rate = self.env["res.currency"]._get_conversion_rate(
                from_currency=company.currency_id,
                to_currency=self.env["res.currency"].browse(self.currency_ids[index]),
                company=company,
                date=EPOCH + timedelta(days=day),
            )
            rows.append((index, day, rate))
        self.job.add_currency_rates(rows)
