# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders of a year, some noted a second time by another route, with the truth.

A twin is the same sale under another reference, minutes to days later, with an edited
customer, other spelling and maybe a split payment. A decoy is the same customer buying
the same basket again, some days later. Regulars buy the same thing every day or
two. Deterministic for a seed.

    order_twins.py --orders 100000 --seed 1 --out orders.csv --truth pairs.csv
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from linkage import Outcome, run

HEADER = (
    *("order_ref", "channel", "date_order", "customer", "email", "phone", "street"),
    *("amount_total", "items", "tender"),
)
# profile's field: its place in a row
FIELDS = {
    "channel": 1,
    "date": 2,
    "customer": 3,
    "email": 4,
    "phone": 5,
    "address": 6,
    "amount": 7,
    "basket": 8,
}
SYLLABLES = (
    "ba ko li mer son ta vi dor un esk ran hol fi gre ash ton wu pel mi za".split()
)
STREETS = ("Street", "Road", "Avenue", "Lane", "Square")
START = datetime(2025, 1, 1)
YEAR_MINUTES = 365 * 24 * 60


@dataclass(frozen=True)
class Setting:
    """Shares of all orders, and how much differs between the routes."""

    orders: int
    seed: int
    twins: float = 0.05
    decoys: float = 0.05
    decoy_days: tuple = (10, 60)  # later, at least and at most
    regulars: float = 0.02  # orders of people who buy the same every day or two
    same_route: float = 0.2  # twins that come by the same route (sent again)
    edited: float = 0.5  # twins whose name is edited
    missing: float = 0.3  # twins without e-mail; as many without phone, without street
    longest_hours: float = 72
    products: int = 400
    has_channel: bool = True
    has_time: bool = True


class Shop:
    """Makes orders; `rows` and `twins` (pairs of references) are the result."""

    def __init__(self, setting):
        self.setting = setting
        self.random = random.Random(setting.seed)
        self.rows, self.twins, self.decoys = [], [], []
        self.products = [
            (f"SKU{number:04}", self.random.randrange(199, 19_900, 50))
            for number in range(setting.products)
        ]
        self.customers = [self.customer() for _ in range(max(setting.orders // 3, 10))]

    def word(self, parts):
        return "".join(self.random.choices(SYLLABLES, k=parts)).capitalize()

    def customer(self):
        given, family = self.word(2), self.word(self.random.choice((2, 3)))
        number = self.random.randrange(100)
        return {
            "given": given,
            "family": family,
            "email": f"{given.lower()}.{family.lower()}{number}@mail.example",
            "phone": f"+49 {self.random.randrange(10**8, 10**9)}",
            "street": f"{self.random.randrange(1, 200)} {self.word(3)} "
            f"{self.random.choice(STREETS)}",
        }

    def basket(self):
        popular = self.random.random() < 0.4  # the few things that everybody buys
        choice = self.products[:20] if popular else self.products
        lines = self.random.sample(choice, self.random.choice((1, 1, 2, 3, 4)))
        return [(*line, self.random.choice((1, 1, 1, 2, 3))) for line in lines]

    def sell(self, customer, basket, moment):
        """One sale by its first route; returns what a twin or decoy is made from."""
        amount = sum(price * quantity for _sku, price, quantity in basket)
        sale = {"customer": customer, "basket": basket, "moment": moment}
        sale["amount"] = amount
        sale["channel"] = self.random.choice(("web", "market", "pos"))
        name = f"{customer['given']} {customer['family']}"
        contact = [customer[key] for key in ("email", "phone", "street")]
        items = " ".join(f"{sku}x{quantity}" for sku, _price, quantity in basket)
        sale["ref"] = self.note(sale["channel"], moment, name, contact, amount, items)
        return sale

    def note(self, channel, moment, name, contact, amount, items, tender="card"):
        reference = f"{channel[0].upper()}{len(self.rows) + 1:07}"
        shown = str(moment if self.setting.has_time else moment.date())
        money = f"{amount / 100:.2f}"
        route = channel if self.setting.has_channel else ""
        head = (reference, route, shown, name)
        self.rows.append((*head, *contact, money, items, tender))
        return reference

    def edited_name(self, customer):
        given, family = customer["given"], customer["family"]
        at = self.random.randrange(1, len(family))
        return self.random.choice(
            (
                f"{family}, {given}",
                f"{given[0]}. {family}",
                f"{given} {self.word(2)} {family}",
                f"{given} {family[:at]}{family[at + 1 :]}".upper(),
                f"{given} {family[:at]}{family[at - 1 :]}",
                f"Mr {given} {family}",
            )
        )

    def twin(self, sale):
        setting, customer = self.setting, sale["customer"]
        channel = sale["channel"]
        if self.random.random() >= setting.same_route:
            others = [name for name in ("web", "market", "pos") if name != channel]
            channel = self.random.choice(others)
        name = f"{customer['given']} {customer['family']}"
        if self.random.random() < setting.edited:
            name = self.edited_name(customer)
        contact = [
            "" if self.random.random() < setting.missing else customer[key]
            for key in ("email", "phone", "street")
        ]
        contact[2] = contact[2].replace("Street", "St").replace("Road", "Rd").lower()
        lines = self.random.sample(sale["basket"], len(sale["basket"]))
        items = " ".join(f"{sku}x{quantity}" for sku, _price, quantity in lines)
        hours = 0.03 * (setting.longest_hours / 0.03) ** self.random.random()
        moment = sale["moment"] + timedelta(seconds=int(hours * 3600))
        tender, amount = "card", sale["amount"]
        if self.random.random() < 0.15:
            first = amount * self.random.randrange(20, 80) // 100
            tender = f"gift {first / 100:.2f} + card {(amount - first) / 100:.2f}"
        reference = self.note(channel, moment, name, contact, amount, items, tender)
        self.twins.append((sale["ref"], reference))

    def decoy(self, sale):
        first, last = self.setting.decoy_days
        days = timedelta(minutes=self.random.randrange(first * 1440, last * 1440))
        again = self.sell(sale["customer"], sale["basket"], sale["moment"] + days)
        self.decoys.append((sale["ref"], again["ref"]))

    def regular(self, count):
        """The same coffee every day or two, at about the same time."""
        customer, basket = self.random.choice(self.customers), self.basket()[:1]
        moment = START + timedelta(minutes=self.random.randrange(YEAR_MINUTES))
        for _visit in range(count):
            moment += timedelta(
                days=self.random.choice((1, 1, 1, 2)), minutes=self.random.gauss(0, 40)
            )
            sale = self.sell(customer, basket, moment.replace(microsecond=0))
            if self.random.random() < self.setting.twins:
                self.twin(sale)

    def open(self):
        setting = self.setting
        while len(self.rows) < setting.orders * setting.regulars:
            self.regular(min(40, max(3, setting.orders // 50)))
        while len(self.rows) < setting.orders:
            moment = START + timedelta(minutes=self.random.randrange(YEAR_MINUTES))
            sale = self.sell(self.random.choice(self.customers), self.basket(), moment)
            if self.random.random() < setting.twins:
                self.twin(sale)
            if self.random.random() < setting.decoys:
                self.decoy(sale)
        self.random.shuffle(self.rows)
        return self


def link(native, setting):
    """The orders of a shop put through the linkage core: outcome and shop."""
    shop = Shop(setting).open()
    rows = [tuple(row[at] or None for at in FIELDS.values()) for row in shop.rows]
    result = native.link("order", tuple(FIELDS), rows)
    return Outcome(result, [row[0] for row in shop.rows], shop.twins), shop


def make(setting):
    shop = Shop(setting).open()
    return HEADER, shop.rows, shop.twins


if __name__ == "__main__":
    run(__doc__, Setting, make)
