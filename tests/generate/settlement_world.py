# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's sales and a provider's payouts, with the truth about which pays which.

``world(seed, sales, noise)`` gives the same world for the same arguments. Rows are
events as docs/settlements.md names their fields; items are tuples as
Matcher.add_items takes them.
"""

import random
from dataclasses import dataclass, field

DAY_US = 86_400_000_000
FIRST_DAY = 20_454  # 2026-01-01
ORDER, INVOICE, CREDIT_NOTE, PAYMENT, TRANSACTION, POS_PAYMENT, BANK_LINE = range(1, 8)
SALE_KINDS = (ORDER, INVOICE, INVOICE, INVOICE, PAYMENT, TRANSACTION, POS_PAYMENT)
RATE = 0.9172  # euros for one dollar
FIRST_NAMES = (
    "Ada Ben Cara Dan Eva Finn Gina Hugo Ines Jan Kira Leo Mia Nils Olga Paul Rita Sven"
    " Udo Vera Willi Xenia Yara Zoe Aïda Björn Chloé Dörte Émile"
).split()
LAST_NAMES = (
    "Adler Becker Conrad Dietz Ebert Fuchs Gross Haas Ihle Jung Kern Lang Maier Neumann"
    " Pohl Quast Roth Sauer Thiel Ulrich Vogel Wolf Xander Yilmaz Ziegler García Müller"
).split()
PRICES = [
    round(1.37**step * 100) + cents
    for step in range(1, 14)
    for cents in (0, 45, 49, 90)
]


@dataclass(frozen=True)
class Noise:
    """Shares of the rows (or sales) that something happens to."""

    missing: float = 0.03  # rows without any reference
    mangled: float = 0.10  # of those with one
    known_id: float = 0.5  # sales whose transaction id Odoo knows
    nameless: float = 0.1  # rows without party and e-mail
    misspelt: float = 0.05
    other_payer: float = 0.01
    late: float = 0.02  # rows before their order
    unpaid: float = 0.4  # open items that no row pays
    days: int = 45
    prices: tuple = tuple(PRICES)
    people: int = 0  # customers; 0: half as many as sales
    foreign: float = 0.08  # sales in another currency than the payout's


USUAL = Noise()
HEAVY = Noise(missing=0.15, mangled=0.3, nameless=0.3, misspelt=0.15, late=0.05)
TWINS = Noise(missing=0.5, nameless=0.3, late=0, days=2, prices=(999, 1999), people=6)


@dataclass
class World:
    """Rows as reported; ``truth[row]`` is {(kind, item id): amount}, or empty."""

    rows: list = field(default_factory=list)
    truth: list = field(default_factory=list)
    items: dict = field(default_factory=dict)  # (kind, id) -> tuple


def mangle(chance, reference):
    """One of the usual ways in which a reference comes back."""
    digits = reference.lstrip("S0")
    return chance.choice(
        [
            f"#{reference}",
            reference.lower(),
            digits,
            f"#{digits}",
            f"WEB-{reference}",
            f"Order {reference} from the shop",
            f" {reference[0]}-{reference[1:]} ",
        ]
    )


def misspell(chance, text):
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


class Builder:
    """Makes the sales one after the other; ids count through."""

    def __init__(self, seed, noise):
        self.chance = random.Random(seed)
        self.noise = noise
        self.world = World()
        self.serial = 10_000 + seed % 7 * 1_000

    def happens(self, share):
        return self.chance.random() < share

    def next_id(self):
        self.serial += 1
        return self.serial

    def people(self, count):
        chance = self.chance
        return [
            (
                f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}",
                f"customer{number}@mail.example",
            )
            for number in range(count)
        ]

    def add_item(self, kind, number, open_minor, **values):
        row = {
            "day": FIRST_DAY,
            "currency": "EUR",
            "open": open_minor,
            "total": None,
            "party": None,
            "email": None,
            "ids": [],
            "refs": [],
            **values,
        }
        self.world.items[kind, number] = (number, kind, *row.values())
        return kind, number

    def add_row(self, truth, **values):
        self.world.rows.append(values)
        self.world.truth.append(truth)

    # -- one sale ----------------------------------------------------------------------

    def sale(self, person):
        chance, noise = self.chance, self.noise
        number = self.next_id()
        day = FIRST_DAY + chance.randrange(noise.days)
        amount = sum(
            chance.choice(noise.prices) for _ in range(chance.choice((1, 1, 2, 3)))
        )
        dollars = self.happens(noise.foreign)
        order, transaction = (
            f"S{number:06}",
            f"ch_{number:x}{chance.randrange(1 << 32):08x}",
        )
        ids = [transaction] if self.happens(noise.known_id) else []
        late, paid = self.happens(noise.late), not self.happens(noise.unpaid)
        refs = [order, f"INV/2026/{number}"]
        item = None
        if not late:
            item = self.add_item(
                chance.choice(SALE_KINDS),
                number,
                amount,
                day=day,
                currency="USD" if dollars else "EUR",
                party=person[0],
                email=person[1],
                ids=ids if paid else [],
                refs=refs,
            )
        if paid:
            self.pay(item, amount, person, day, dollars, order, transaction)

    def row_of(self, person, order, day, amount, dollars):
        """The fields of a movement that names its sale (or not)."""
        chance, noise = self.chance, self.noise
        party, email = person
        if self.happens(noise.misspelt):
            party = misspell(chance, party)
        if self.happens(noise.other_payer):
            party, email = (
                f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}",
                "",
            )
        if self.happens(noise.nameless):
            party = email = ""
        elif self.happens(0.5):
            email = ""
        if self.happens(noise.missing):
            order = ""
        elif order and self.happens(noise.mangled):
            order = mangle(chance, order)
        gross = round(amount * RATE) if dollars else amount
        row = {
            "kind": "capture",
            "order": order,
            "party": party,
            "email": email,
            "date": day * DAY_US + chance.randrange(DAY_US),
            "currency": "EUR",
            "gross": gross,
            "fee": -round(abs(gross) * 0.014) - 25,
        }
        if dollars:
            row.update(paid_currency="USD", paid=amount, rate=str(RATE))
        return row

    def pay(self, item, amount, person, day, dollars, order, transaction):
        chance = self.chance
        day += chance.choices(range(7), (70, 15, 7, 3, 2, 2, 1))[0]
        parts = [amount]
        if self.happens(0.05):  # two shipments, two captures
            parts = [amount // 3, amount - amount // 3]
        elif self.happens(0.02):  # the rest was paid by voucher
            parts = [amount - amount // 4]
        for at, part in enumerate(parts):
            row = self.row_of(person, order, day + at, part, dollars)
            if len(parts) > 1 or part != amount:  # parts name their order
                row["order"] = row["order"] or order
            name = transaction if at == 0 else f"{transaction}_{at}"
            self.add_row({item: part} if item else {}, **row, transaction=name)
        if len(parts) == 1 and part == amount:
            self.after(item, amount, row, transaction, order)

    def after(self, item, amount, row, transaction, order):
        """Refunds and disputes of a whole payment."""
        chance = self.chance
        event = chance.choices(
            ("none", "refund", "part", "lost", "won"), (88, 4, 5, 1.5, 1.5)
        )[0]
        if event == "none":
            return
        back = amount // 3 if event == "part" else amount
        kind = "refund" if event in ("refund", "part") else "chargeback"
        target = item
        if kind == "refund" and item and self.happens(0.5):
            target = self.credit_note(item, back, order)
        self.follow(target, kind, -back, row, transaction, 9)
        if event == "won":
            self.follow(item, "chargeback_reversal", back, row, transaction, 30)

    def credit_note(self, item, amount, order):
        number = self.next_id()
        (_, _, day, currency, _, _, party, email, _, _) = self.world.items[item]
        return self.add_item(
            CREDIT_NOTE,
            number,
            -amount,
            day=day + 8,
            currency=currency,
            party=party,
            email=email,
            refs=[f"RINV/2026/{number}", order],
        )

    def follow(self, target, kind, amount, row, transaction, days):
        paid = {}
        gross = amount
        if "paid" in row:
            gross = round(amount * RATE)
            paid = {"paid": amount}
        follower = {
            **row,
            "kind": kind,
            "gross": gross,
            "fee": -1500 if kind == "chargeback" else 0,
            **paid,
            "date": row["date"] + days * DAY_US,
            "transaction": f"{transaction}_{kind}",
            "parent": transaction,
        }
        self.add_row({target: amount} if target else {}, **follower)

    def collective(self, person):
        """One row for two or three invoices."""
        chance = self.chance
        day = FIRST_DAY + chance.randrange(self.noise.days)
        truth = {}
        for _ in range(chance.choice((2, 3))):
            number = self.next_id()
            amount = chance.randrange(20_000, 900_000)
            item = self.add_item(
                INVOICE,
                number,
                amount,
                day=day,
                party=person[0],
                email=person[1],
                refs=[f"S{number:06}", f"INV/2026/{number}"],
            )
            truth[item] = amount
        row = self.row_of(person, "", day + 2, sum(truth.values()), False)
        row.update(party=person[0], email=person[1], order="")
        self.add_row(truth, **row, transaction=f"ch_sum{self.serial}")

    # -- the report --------------------------------------------------------------------

    def finish(self, payouts=True):
        """Rows by time, a payout each week, some rows twice."""
        world, chance = self.world, self.chance
        order = sorted(range(len(world.rows)), key=lambda at: world.rows[at]["date"])
        rows, truth, week = [], [], []
        for turn, at in enumerate(order):
            row = world.rows[at]
            row["net"] = row["gross"] + row["fee"]
            row["payout"] = f"po_{row['date'] // DAY_US // 7}"
            rows.append(row)
            truth.append(world.truth[at])
            week.append(row["net"])
            last = turn + 1 == len(order)
            if payouts and (last or self._ends(row, world.rows[order[turn + 1]])):
                self._reserve(rows, truth, week, row)
                rows.append(self._payout(row, -sum(week)))
                truth.append({})
                week.clear()
        for _ in range(len(order) // 200):
            at = chance.randrange(len(rows))
            if rows[at]["kind"] == "capture":
                rows.append(dict(rows[at]))
                truth.append({})
        world.rows, world.truth = rows, truth
        return world

    @staticmethod
    def _ends(row, following):
        return following["date"] // DAY_US // 7 != row["date"] // DAY_US // 7

    def _reserve(self, rows, truth, week, row):
        """A tenth is held back, and what was held back before comes free."""
        held = -sum(week) // 10
        for kind, amount in (("reserve", held), ("release", -held // 2)):
            rows.append({**self._payout(row, amount), "kind": kind})
            truth.append({})
            week.append(amount)

    @staticmethod
    def _payout(row, amount):
        return {
            "kind": "payout",
            "date": row["date"],
            "currency": "EUR",
            "gross": amount,
            "fee": 0,
            "net": amount,
            "payout": row["payout"],
        }


def world(seed, sales=1000, noise=USUAL):
    builder = Builder(seed, noise)
    people = builder.people(noise.people or max(sales // 2, 1))
    for _ in range(sales):
        builder.sale(builder.chance.choice(people))
    for _ in range(sales // 100):
        builder.collective(builder.chance.choice(people))
    return builder.finish()
