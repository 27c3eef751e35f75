# SPDX-License-Identifier: LGPL-3.0-or-later
"""An entry before it is written; amounts in minor units, debit positive."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """``minor`` is in the line's currency, ``balance`` in the company's."""

    role: str
    account: object
    currency: object
    minor: int
    balance: int
    name: str
    partner: object = None
    row_ids: list = field(default_factory=list)  # whose amount it holds
    target: tuple | None = None  # what it pays; lines of one target are matched
    open_item: int | None = None  # the target's journal item, when it is open
    extra: dict = field(default_factory=dict)  # tax fields of revenue in sums

    def vals(self, company, analytic):
        """Values for the journal item."""
        vals = {
            "account_id": self.account.id,
            "partner_id": self.partner.id if self.partner else False,
            "name": self.name,
            "currency_id": self.currency.id,
            "amount_currency": in_units(self.minor, self.currency),
            "balance": in_units(self.balance, company.currency_id),
        }
        is_tax = "tax_repartition_line_id" in self.extra
        if analytic and self.role in ("fee", "revenue") and not is_tax:
            vals["analytic_distribution"] = {str(analytic.id): 100.0}
        return {**vals, **self.extra}


@dataclass
class Entry:
    date: object
    ref: str
    lines: list

    def total(self):
        """Sum of all balances: 0."""
        return sum(line.balance for line in self.lines)


def minor_units(amount, currency):
    """An amount as an integer of the currency's minor units."""
    return round(amount * 10**currency.decimal_places)


def in_units(minor, currency):
    return currency.round(minor / 10**currency.decimal_places)


def share(total, weights):
    """Split an integer in proportion to integers, to the last unit: by largest
    remainders, so that no part is a whole unit off, whatever the signs. Of equal
    remainders the larger part's comes first; the opposite of a total has the opposite
    parts. Weights that add up to nothing tell no proportion: the first gets all."""
    base = sum(weights)
    if not base:
        return [total, *([0] * (len(weights) - 1))]
    divided = [divmod(abs(total) * weight, base) for weight in weights]
    parts = [whole for whole, _rest in divided]
    order = sorted(
        range(len(parts)),
        key=lambda index: (-abs(divided[index][1]), -abs(weights[index])),
    )
    for index in order[: abs(total) - sum(parts)]:
        parts[index] += 1
    return parts if total >= 0 else [-part for part in parts]
