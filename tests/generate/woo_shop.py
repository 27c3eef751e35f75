# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shop behind generated orders: settings, tax rates, catalogue and customers."""

import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path

from woo_money import SCALE, Rate, divide, show, to_unit

DECIMALS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}
SYMBOLS = {"USD": "$", "CAD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KWD": "د.ك"}
SITE = "https://shop.example.test"

# country, state, class, name, ten-thousandths of a per cent, priority, compound,
# charged on shipping
RATES = {
    "excluded": (
        ("US", "NY", "standard", "NY Sales", 88750, 1, False, True),
        ("US", "CA", "standard", "CA State", 72500, 1, False, False),
        ("US", "CA", "standard", "LA County", 12500, 2, False, False),
        ("US", "TX", "standard", "TX Sales", 62500, 1, False, True),
        ("US", "", "reduced-rate", "Reduced", 20000, 1, False, True),
        ("CA", "ON", "standard", "HST", 130000, 1, False, True),
        ("CA", "BC", "standard", "GST/TPS", 50000, 1, False, True),
        ("CA", "BC", "standard", "PST", 70000, 2, False, True),
        ("CA", "", "reduced-rate", "GST reduced", 50000, 1, False, True),
    ),
    "included": (
        ("DE", "", "standard", "MwSt. DE", 190000, 1, False, True),
        ("DE", "", "reduced-rate", "MwSt. erm. DE", 70000, 1, False, True),
        ("AT", "", "standard", "VAT AT", 200000, 1, False, True),
        ("AT", "", "reduced-rate", "VAT red. AT", 100000, 1, False, True),
        ("FR", "", "standard", "VAT FR", 200000, 1, False, True),
        ("FR", "", "reduced-rate", "VAT red. FR", 55000, 1, False, True),
    ),
}
COMPOUND_RATES = (
    ("CA", "QC", "standard", "GST/TPS", 50000, 1, False, True),
    ("CA", "QC", "standard", "QST/TVQ", 99750, 2, True, True),
)
# street, city, state, postcode, country
PLACES = {
    "excluded": (
        ("350 5th Ave", "New York", "NY", "10118", "US"),
        ("1 Main St", "Los Angeles", "CA", "90012", "US"),
        ("98 Congress Ave", "Austin", "TX", "78701", "US"),
        ("100 Queen St W", "Toronto", "ON", "M5H 2N2", "CA"),
        ("453 W 12th Ave", "Vancouver", "BC", "V5Y 1V4", "CA"),
    ),
    "included": (
        ("Unter den Linden 77", "Berlin", "DE-BE", "10117", "DE"),
        ("Stephansplatz 1", "Wien", "", "1010", "AT"),
        ("10 Rue de Rivoli", "Paris", "", "75001", "FR"),
    ),
}
COMPOUND_PLACE = ("275 Rue Notre-Dame E", "Montréal", "QC", "H2Y 1C6", "CA")
UNTAXED_PLACE = ("1-1 Chiyoda", "東京", "JP13", "100-0001", "JP")

TEXTS = json.loads((Path(__file__).parent / "woo_texts.json").read_text("utf-8"))
COLOURS = ("Red", "Blue")


@dataclass
class Shop:
    """Everything an order is made from; the same settings and seed, the same shop."""

    seed: int = 1
    currency: str = "USD"
    includes_tax: bool = False
    round_at_subtotal: bool = False
    digits: int = None
    products_count: int = 200
    customers_count: int = 500
    features: frozenset = frozenset()
    catalogue: list = None
    rates: list = field(init=False)
    places: list = field(init=False)
    products: list = field(init=False)

    def __post_init__(self):
        self.decimals = DECIMALS.get(self.currency, 2)
        if self.digits is None:
            self.digits = self.decimals
        side = "included" if self.includes_tax else "excluded"
        rows = list(RATES[side])
        self.places = list(PLACES[side])
        if "compound" in self.features:
            rows += COMPOUND_RATES
            self.places.append(COMPOUND_PLACE)
        if "untaxed" in self.features:
            self.places.append(UNTAXED_PLACE)
        self.rates = [Rate(ident, *row) for ident, row in enumerate(rows, 1)]
        self.rates_of = {}
        if self.catalogue is None:
            self.products = [self._product(n) for n in range(self.products_count)]
        else:
            self.products = [row for row in self.catalogue if row["type"] == "simple"]

    def matching_rates(self, country, state, tax_class):
        """The rates of a place; a rate of the state comes before one of the country."""
        key = (country, state, tax_class)
        if key not in self.rates_of:
            near = [
                rate
                for rate in self.rates
                if rate.country == country
                and rate.state in ("", state)
                and rate.tax_class == (tax_class or "standard")
            ]
            exact = [rate for rate in near if rate.state]
            self.rates_of[key] = sorted(exact or near, key=lambda rate: rate.priority)
        return self.rates_of[key]

    # -- catalogue ---------------------------------------------------------------------

    def _product(self, number):
        rng = random.Random(f"{self.seed} product {number}")
        worldly = "scripts" in self.features and rng.random() < 0.5
        name = (
            f"{rng.choice(TEXTS['world_goods' if worldly else 'goods'])} #{number + 1}"
        )
        price = to_unit(rng.randint(100, 25_000) * SCALE // 100, self.decimals)
        is_variable = "variations" in self.features and number % 10 == 7
        without_sku = "empty-sku" in self.features and number % 10 == 3
        ident = 10_000 + number * 10
        return {
            "id": ident,
            "name": name,
            "slug": f"product-{number + 1}",
            "permalink": f"{SITE}/product/product-{number + 1}/",
            "type": "variable" if is_variable else "simple",
            "status": "publish",
            "description": "",
            "short_description": "",
            "sku": "" if without_sku else f"{number + 1:05d}",
            "price": show(price, self.decimals),
            "regular_price": show(price, self.decimals),
            "sale_price": "",
            "virtual": False,
            "downloadable": False,
            "tax_status": "taxable",
            "tax_class": "reduced-rate" if number % 5 == 4 else "",
            "manage_stock": True,
            "stock_quantity": rng.randint(0, 1000),
            "weight": "",
            "parent_id": 0,
            "categories": [{"id": 16, "name": "Camping", "slug": "camping"}],
            "attributes": [],
            "variations": [ident + 1 + n for n in range(len(COLOURS))]
            if is_variable
            else [],
            "meta_data": [],
            "global_unique_id": "",
        }

    def variations(self):
        """The export of variations: product id → its variations."""
        return {
            str(product["id"]): [
                {
                    "id": ident,
                    "type": "variation",
                    "name": colour,
                    "sku": product["sku"] and f"{product['sku']}-{colour[0]}",
                    "global_unique_id": "",
                    "price": product["price"],
                    "regular_price": product["price"],
                    "status": "publish",
                    "tax_class": product["tax_class"],
                    "attributes": [{"id": 0, "name": "Colour", "option": colour}],
                    "parent_id": product["id"],
                    "meta_data": [],
                }
                for ident, colour in zip(product["variations"], COLOURS, strict=True)
            ]
            for product in self.products
            if product.get("variations")
        }

    # -- people ------------------------------------------------------------------------

    def person(self, number):
        """The billing address of a person; number and seed decide everything."""
        rng = random.Random(f"{self.seed} person {number}")
        worldly = "scripts" in self.features and rng.random() < 0.6
        first, last = rng.choice(TEXTS["world_names" if worldly else "latin_names"])
        street, city, state, postcode, country = rng.choice(self.places)
        return {
            "first_name": first,
            "last_name": f"{last} {number}",
            "company": f"Company {number}" if rng.random() < 0.1 else "",
            "address_1": f"{street} / {number}",
            "address_2": "Suite 200" if rng.random() < 0.1 else "",
            "city": city,
            "state": state,
            "postcode": postcode,
            "country": country,
            "email": f"person{number}@example.test",
            "phone": f"+49 30 {1_000_000 + number}",
        }

    def customers(self):
        """The export of customers: those known before the first order."""
        for number in range(1, self.customers_count + 1):
            billing = self.person(number)
            yield {
                "id": number,
                "date_created": "2024-01-01T00:00:00",
                "date_created_gmt": "2024-01-01T00:00:00",
                "date_modified": None,
                "date_modified_gmt": None,
                "email": billing["email"],
                "first_name": billing["first_name"],
                "last_name": billing["last_name"],
                "role": "customer",
                "username": f"person{number}",
                "billing": billing,
                "shipping": {k: v for k, v in billing.items() if k != "email"},
                "is_paying_customer": True,
                "meta_data": [],
            }

    def tax_export(self):
        return [
            {
                "id": rate.ident,
                "country": rate.country,
                "state": rate.state,
                "postcode": "",
                "city": "",
                "rate": show(divide(rate.value * 100, 1), 4),
                "name": rate.name,
                "priority": rate.priority,
                "compound": rate.compound,
                "shipping": rate.shipping,
                "order": rate.ident,
                "class": rate.tax_class,
                "postcodes": [],
                "cities": [],
            }
            for rate in self.rates
        ]

    def settings(self):
        """The export of the tax settings that decide how totals are made."""
        values = {
            "woocommerce_prices_include_tax": self.includes_tax,
            "woocommerce_tax_round_at_subtotal": self.round_at_subtotal,
        }
        return [
            {"id": ident, "value": "yes" if value else "no"}
            for ident, value in values.items()
        ]

    def write_exports(self, folder):
        """products, variations, taxes, customers and settings-tax beside the orders."""
        os.makedirs(folder, exist_ok=True)
        exports = {
            "products": self.products,
            "variations": self.variations(),
            "taxes": self.tax_export(),
            "customers": list(self.customers()),
            "settings-tax": self.settings(),
        }
        for name, rows in exports.items():
            with open(os.path.join(folder, f"{name}.json"), "w") as handle:
                json.dump(rows, handle)
