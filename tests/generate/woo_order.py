# SPDX-License-Identifier: LGPL-3.0-or-later
"""One order of a shop, as WooCommerce 11 shows it at /wc/v3/orders.

An order depends on the shop's settings, its seed and the order's index alone, so any
order of a file can be made again without the ones before it.
"""

import random
from datetime import datetime, timedelta

from woo_money import (
    SCALE,
    divide,
    exclusive_taxes,
    inclusive_taxes,
    number,
    show,
    to_unit,
    trimmed,
)
from woo_shop import COLOURS, SITE, SYMBOLS

FIRST_ORDER = 100_000
FIRST_STRANGER = 1_000_000  # numbers of customers the shop did not know
START = datetime(2025, 1, 1, 8, 0, 0)
LOCAL = timedelta(hours=-5)
CURRENCIES = ("USD", "EUR", "GBP", "CAD")
ODD_CURRENCIES = ("JPY", "KWD")
STATUSES = ("pending", "on-hold", "cancelled", "failed", "refunded", "awaiting-pickup")
META = (
    ("text", "10 % off, « oui »"),
    ("number", 12.5),
    ("flag", True),
    ("nothing", None),
    ("_stripe_intent", {"id": "pi_1", "nested": {"k": None, "n": 1.1}}),
    ("list", ["a", 1, {"b": []}]),
    ("empty", ""),
)


class OrderMaker:
    """Makes order ``index`` of a shop."""

    def __init__(self, shop, index, lines=3, new_customers=0, revision=0):
        self.shop = shop
        self.index = index
        self.rng = random.Random((shop.seed << 40) ^ index)
        self.lines_count = lines
        self.new_customers = new_customers
        self.revision = revision
        self.ident = FIRST_ORDER + index
        self.next_item = self.ident * 100
        self.rates_used = {}
        self.coupon = None

    # -- helpers -----------------------------------------------------------------------

    def has(self, feature, chance):
        """Whether this order shows a feature; draws only when the shop has it."""
        return feature in self.shop.features and self.rng.random() < chance

    def item_id(self):
        self.next_item += 1
        return self.next_item

    def money(self, amount):
        return show(amount, self.shop.digits)

    def split(self, gross, rates, includes_tax):
        """(amount without tax, tax per rate) of a line, rounded as the shop does."""
        taxes = (inclusive_taxes if includes_tax else exclusive_taxes)(gross, rates)
        if not self.shop.round_at_subtotal:
            taxes = [to_unit(tax, self.shop.decimals, includes_tax) for tax in taxes]
        return (gross - sum(taxes) if includes_tax else gross), taxes

    def use(self, rates, taxes, place):
        """Remember the tax per rate; place 0 is the cart, 1 is shipping."""
        for rate, tax in zip(rates, taxes, strict=True):
            self.rates_used.setdefault(rate, [0, 0])[place] += tax

    # -- who ---------------------------------------------------------------------------

    def people(self):
        """(customer id, billing, shipping)"""
        shop, rng = self.shop, self.rng
        if self.new_customers and rng.random() * 100 < self.new_customers:
            ident = FIRST_STRANGER + self.index
        else:
            ident = rng.randint(1, shop.customers_count)
        billing = shop.person(ident)
        customer = ident
        if self.has("guests", 0.25):
            customer = 0
            billing = shop.person(FIRST_STRANGER + self.index)
        elif self.has("deleted-customers", 0.05):
            customer = 0
        if self.has("capital-email", 0.1):
            billing["email"] = billing["email"].upper()
        if self.has("missing-address", 0.08):
            billing = dict.fromkeys(billing, "") | {"email": billing["email"]}
            if rng.random() < 0.3:
                billing["email"] = ""
        shipping = {key: value for key, value in billing.items() if key != "email"}
        if self.has("separate-address", 0.3):
            other = shop.person(ident + 7)
            shipping = {key: other[key] for key in shipping}
        elif self.has("empty-shipping", 0.2):
            shipping = dict.fromkeys(shipping, "")
        return customer, billing, shipping

    def place(self):
        """Taxes follow the delivery address, else the billing one, else the shop's."""
        for address in (self.shipping, self.billing):
            if address["country"]:
                return address["country"], address["state"]
        _street, _city, state, _postcode, country = self.shop.places[0]
        return country, state

    # -- lines -------------------------------------------------------------------------

    def quantity(self):
        if self.has("fractional", 0.1):
            return 0.5
        return self.rng.choice((1, 1, 1, 2, 3, 12))

    def cut(self, subtotal):
        """The line's amount after coupon or a merchant's own edit."""
        if self.coupon:
            return subtotal - to_unit(
                divide(subtotal * self.coupon[1], 10_000), self.shop.decimals
            )
        if self.has("line-edits", 0.1):
            return to_unit(divide(subtotal * 9, 10), self.shop.decimals)
        return subtotal

    def product_line(self, position):
        shop, rng = self.shop, self.rng
        product = rng.choice(shop.products)
        quantity = self.quantity() + (self.revision if not position else 0)
        price = 0 if self.has("zero-lines", 0.1) else _price(product)
        subtotal = to_unit(int(price * quantity), shop.decimals)
        gross = self.cut(subtotal)
        rates = shop.matching_rates(*self.where, product["tax_class"])
        before, taxes_before = self.split(subtotal, rates, shop.includes_tax)
        total, taxes = self.split(gross, rates, shop.includes_tax)
        self.use(rates, taxes, 0)
        self.cart += total
        self.discount += before - total
        self.discount_tax += sum(taxes_before) - sum(taxes)
        line = {
            "id": self.item_id(),
            "name": product["name"],
            "product_id": product["id"],
            "variation_id": 0,
            "quantity": quantity,
            "tax_class": product["tax_class"],
            "subtotal": self.money(before),
            "subtotal_tax": self.money(sum(taxes_before)),
            "total": self.money(total),
            "total_tax": self.money(sum(taxes)),
            "taxes": [
                {
                    "id": rate.ident,
                    "total": self.money(tax),
                    "subtotal": self.money(tax_before),
                }
                for rate, tax, tax_before in zip(
                    rates, taxes, taxes_before, strict=True
                )
            ],
            "meta_data": [self.meta("_reduced_stock", str(quantity))],
            "sku": product["sku"],
            "global_unique_id": "",
            "price": number(int(total / quantity)),
            "image": {"id": "", "src": ""},
            "parent_name": None,
        }
        self.choose_variation(line, product)
        if self.has("deleted-products", 0.05):
            line.update(product_id=0, variation_id=0, sku=None)
        return line

    def choose_variation(self, line, product):
        if not product.get("variations"):
            return
        at = self.rng.randrange(len(COLOURS))
        line["variation_id"] = product["variations"][at]
        line["sku"] = product["sku"] and f"{product['sku']}-{COLOURS[at][0]}"
        line["parent_name"] = product["name"]
        line["meta_data"].append(self.meta("colour", COLOURS[at]))

    def meta(self, key, value):
        return {
            "id": self.item_id(),
            "key": key,
            "value": value,
            "display_key": key,
            "display_value": value,
        }

    def shipping_line(self, method, title, total):
        rates = [rate for rate in self.standard_rates() if rate.shipping]
        if "shipping-tax" not in self.shop.features:
            rates = []
        _same, taxes = self.split(total, rates, False)
        self.use(rates, taxes, 1)
        self.shipping_total += total
        self.shipping_tax += sum(taxes)
        return {
            "id": self.item_id(),
            "method_title": title,
            "method_id": method,
            "instance_id": "2",
            "total": self.money(total),
            "total_tax": self.money(sum(taxes)),
            "taxes": [
                {"id": rate.ident, "total": self.money(tax), "subtotal": ""}
                for rate, tax in zip(rates, taxes, strict=True)
            ],
            "tax_status": "taxable",
            "meta_data": [self.meta("Items", "goods \u00d7 1")],
        }

    def standard_rates(self):
        return self.shop.matching_rates(*self.where, "")

    def shipping_lines(self):
        if "shipping" not in self.shop.features:
            return []
        kinds = (
            ("flat_rate", "Express ✈", 24_500_000),
            ("flat_rate", "Standard", 9_950_000),
            ("free_shipping", "Free", 0),
            ("local_pickup", "Pick-up", 0),
        )
        count = self.rng.choice((0, 1, 1, 1, 2))
        return [
            self.shipping_line(method, title, to_unit(total, self.shop.decimals))
            for method, title, total in self.rng.choices(kinds, k=count)
        ]

    def fee_lines(self):
        lines = []
        if self.has("fees", 0.15):
            lines.append(self.fee_line("Gift wrap", 3_990_000, True))
        if self.has("fees", 0.1):
            lines.append(self.fee_line("Eco fee", 100_000, False))
        if self.has("negative-fees", 0.1):
            lines.append(self.fee_line("Goodwill", -1_000_000, False))
        return lines

    def fee_line(self, name, amount, taxed):
        total = to_unit(amount, self.shop.decimals)
        rates = self.standard_rates() if taxed else []
        _same, taxes = self.split(total, rates, False)
        self.use(rates, taxes, 0)
        self.fees += total
        return {
            "id": self.item_id(),
            "name": name,
            "tax_class": "",
            "tax_status": "taxable" if taxed else "none",
            "amount": trimmed(total),
            "total": self.money(total),
            "total_tax": self.money(sum(taxes)),
            "taxes": [
                {"id": rate.ident, "total": self.money(tax), "subtotal": ""}
                for rate, tax in zip(rates, taxes, strict=True)
            ],
            "meta_data": [],
        }

    def tax_lines(self):
        return [
            {
                "id": self.item_id(),
                "rate_code": rate.code,
                "rate_id": rate.ident,
                "label": rate.name,
                "compound": rate.compound,
                "tax_total": self.money(cart),
                "shipping_tax_total": self.money(shipping),
                "rate_percent": rate.percent,
                "meta_data": [],
            }
            for rate, (cart, shipping) in self.rates_used.items()
        ]

    def coupon_lines(self):
        if not self.coupon:
            return []
        code, hundredths = self.coupon
        info = f'[146,"{code}","percent",{hundredths / 100:g}]'
        return [
            {
                "id": self.item_id(),
                "code": code,
                "discount": trimmed(self.discount),
                "discount_tax": trimmed(self.discount_tax),
                "meta_data": [self.meta("coupon_info", info)],
                "discount_type": "percent",
                "nominal_amount": hundredths / 100,
                "free_shipping": False,
            }
        ]

    # -- the order ---------------------------------------------------------------------

    def make(self):
        """(order, its refunds in detail)"""
        shop, rng = self.shop, self.rng
        self.customer, self.billing, self.shipping = self.people()
        self.where = self.place()
        self.cart = self.fees = self.shipping_total = self.shipping_tax = 0
        self.discount = self.discount_tax = 0
        if self.has("discounts", 0.2):
            self.coupon = rng.choice(
                (("welcome10", 1000), ("été-15", 1500), ("third", 3333))
            )
        products = [self.product_line(n) for n in range(self.lines_count)]
        shipping, fees = self.shipping_lines(), self.fee_lines()
        cart_tax = sum(cart for cart, _shipping in self.rates_used.values())
        cart_tax = to_unit(cart_tax, shop.decimals)
        shipping_tax = to_unit(self.shipping_tax, shop.decimals)
        total = to_unit(
            self.cart + self.fees + self.shipping_total + cart_tax + shipping_tax,
            shop.decimals,
        )
        if self.has("cents", 0.1):
            total += rng.choice((-1, 1)) * 10 ** (6 - shop.decimals)
        order = self.head(cart_tax, shipping_tax, total)
        order.update(
            line_items=products,
            tax_lines=self.tax_lines(),
            shipping_lines=shipping,
            fee_lines=fees,
            coupon_lines=self.coupon_lines(),
        )
        refunds = self.refunds(products)
        order["refunds"] = [
            {
                "id": refund["id"],
                "reason": refund["reason"],
                "total": f"-{refund['amount']}",
                "total_tax": self.money(0),
            }
            for refund in refunds
        ]
        order.update(self.tail())
        return order, refunds

    def head(self, cart_tax, shipping_tax, total):
        self.order_currency = self.shop.currency
        if self.has("foreign", 0.1):
            self.order_currency = self.rng.choice(CURRENCIES)
        if self.has("odd-currencies", 0.05):
            self.order_currency = self.rng.choice(ODD_CURRENCIES)
        self.status = self.rng.choice(("processing", "processing", "completed"))
        if self.has("statuses", 0.3):
            self.status = self.rng.choice(STATUSES)
        self.created = START + timedelta(minutes=self.index)
        self.modified = self.created + timedelta(hours=1 + self.revision)
        return {
            "id": self.ident,
            "parent_id": 0,
            "status": self.status,
            "currency": self.order_currency,
            "version": "11.0.1",
            "prices_include_tax": self.shop.includes_tax,
            "date_created": (self.created + LOCAL).isoformat(),
            "date_modified": (self.modified + LOCAL).isoformat(),
            "discount_total": self.money(self.discount),
            "discount_tax": self.money(self.discount_tax),
            "shipping_total": self.money(self.shipping_total),
            "shipping_tax": self.money(shipping_tax),
            "cart_tax": self.money(cart_tax),
            "total": self.money(total),
            "total_tax": self.money(cart_tax + shipping_tax),
            "customer_id": self.customer,
            "order_key": f"wc_order_{self.rng.getrandbits(64):013x}",
            "billing": self.billing,
            "shipping": self.shipping,
            "payment_method": self.rng.choice(("stripe", "paypal", "bacs")),
            "payment_method_title": "Payment",
            "transaction_id": f"{self.rng.getrandbits(64):016X}",
            "customer_ip_address": "203.0.113.117",
            "customer_user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
            "created_via": "checkout",
            "customer_note": "Bitte klingeln!\nTür 2, <b>nicht</b> & leise"
            if self.has("notes", 0.2)
            else "",
            "date_completed": None,
            "date_paid": (self.created + LOCAL).isoformat(),
            "cart_hash": f"{self.rng.getrandbits(128):032x}",
            "number": str(self.ident),
            "meta_data": self.order_meta(),
        }

    def order_meta(self):
        rows = [("_wc_order_attribution_source_type", "organic")]
        if "metadata" in self.shop.features:
            rows += self.rng.sample(META, 3)
        return [
            {"id": self.item_id(), "key": key, "value": value} for key, value in rows
        ]

    def refunds(self, lines):
        """Refunds as /orders/<id>/refunds shows them: newest first."""
        if not self.has("refunds", 0.1):
            return []
        rows = [self.refund(lines[0], self.rng.choice(("line", "nothing-back")))]
        if self.rng.random() < 0.4:
            rows.insert(0, self.refund(None, "amount"))
        return rows

    def refund(self, line, kind):
        amount, items = SCALE, []
        if line:
            total, tax = _micros(line["total"]), _micros(line["total_tax"])
            amount = total + tax
            quantity = 0 if kind == "nothing-back" else -line["quantity"]
            items = [self.refund_item(line, quantity)]
        return {
            "id": self.ident + 50_000_000 + len(items),
            "date_created": (self.modified + LOCAL).isoformat(),
            "date_created_gmt": self.modified.isoformat(),
            "amount": self.money(amount),
            "reason": self.rng.choice(("", "Damaged", "Rücksendung \u2013 zu groß")),
            "refunded_by": 1,
            "refunded_payment": False,
            "meta_data": [],
            "line_items": items,
            "shipping_lines": [],
            "tax_lines": [],
            "fee_lines": [],
        }

    def refund_item(self, line, quantity):
        negative = {
            key: self.money(-_micros(line[key]))
            for key in ("subtotal", "subtotal_tax", "total", "total_tax")
        }
        return {
            **line,
            **negative,
            "id": self.item_id(),
            "quantity": quantity,
            "taxes": [
                {
                    "id": tax["id"],
                    "total": self.money(-_micros(tax["total"])),
                    "subtotal": self.money(-_micros(tax["subtotal"])),
                }
                for tax in line["taxes"]
            ],
            "meta_data": [self.meta("_refunded_item_id", str(line["id"]))],
        }

    def tail(self):
        base = f"{SITE}/wp-json/wc/v3"
        verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return {
            "payment_url": f"{SITE}/checkout/order-pay/{self.ident}/",
            "is_editable": False,
            "needs_payment": False,
            "needs_processing": True,
            "date_created_gmt": self.created.isoformat(),
            "date_modified_gmt": self.modified.isoformat(),
            "date_completed_gmt": None,
            "date_paid_gmt": self.created.isoformat(),
            "currency_symbol": SYMBOLS[self.order_currency],
            "_links": {
                "self": [
                    {
                        "href": f"{base}/orders/{self.ident}",
                        "targetHints": {"allow": verbs},
                    }
                ],
                "collection": [{"href": f"{base}/orders"}],
                "customer": [{"href": f"{base}/customers/{self.customer}"}],
            },
        }


def _micros(text):
    """The integer of one of this generator's own amounts."""
    whole, _point, rest = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * SCALE + sign * int(f"{rest:0<6}")


def _price(product):
    return _micros(product["price"]) if product["price"] else 0
