# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which lines pay which: Odoo's order and arithmetic on integers, without Odoo.

All amounts are minor units of a currency, signed as in the books: debit positive.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """A journal item as the reconciliation sees it, and what becomes of it."""

    id: int
    move_id: int
    account_id: int
    partner_id: int  # 0 when none
    company_id: int
    currency_id: int
    due: object  # date_maturity, else the date
    date: object
    balance: int  # company currency
    amount_currency: int
    residual: int  # company currency
    residual_currency: int
    matching_number: str
    is_invoice: bool

    @property
    def settled(self):
        return not self.residual and not self.residual_currency


@dataclass(slots=True)
class Partial:
    """One matching of a debit with a credit; amounts are positive."""

    debit: Line
    credit: Line
    amount: int  # company currency
    debit_amount: int  # in the debit's currency
    credit_amount: int  # in the credit's currency
    id: int = 0
    full_id: int = 0
    exchange_move_id: int = 0

    @property
    def company_id(self):
        return (self.debit if self.debit.is_invoice else self.credit).company_id

    @property
    def max_date(self):
        return max(self.debit.date, self.credit.date)


@dataclass(slots=True)
class Group:
    """Lines to be matched with each other, and those they were matched with before."""

    lines: list  # of Line, in the caller's order
    bound: list = field(default_factory=list)  # of Line: same matching number
    edges: list = field(default_factory=list)  # (partial id, debit id, credit id)
    partials: list = field(default_factory=list)  # of Partial
    exchanges: list = field(default_factory=list)  # of exchange.Exchange
    corrections: list = field(default_factory=list)  # of Line: those entries' own
    corrected: list = field(default_factory=list)  # of Partial: with corrections
    full_id: int = 0
    part_fulls: dict = field(default_factory=dict)  # {line id: full id} of parts

    @property
    def involved(self):
        return self.lines + self.bound + self.corrections

    @property
    def all_edges(self):
        """[(partial id, debit id, credit id)], earlier and new."""
        new = self.partials + self.corrected
        return self.edges + [(p.id, p.debit.id, p.credit.id) for p in new]

    @property
    def complete(self):
        """All lines make one full reconciliation."""
        return closed(self.involved, self.all_edges)

    def full_of(self, line_id):
        """The full reconciliation of a line; 0 when there is none."""
        return self.full_id or self.part_fulls.get(line_id, 0)


def closed(lines, edges):
    """Whether nothing is left of any line, as Odoo sees it: of a matched one, in the
    company's currency when there are several currencies, else in its own."""
    several = len({line.currency_id for line in lines}) > 1
    matched = {line_id for _id, *pair in edges for line_id in pair}
    return all(
        line.settled
        or (
            line.id in matched
            and not (line.residual if several else line.residual_currency)
        )
        for line in lines
    )


def plan_same_currency(lines):
    """Partials of lines that are all in the company's currency.

    Odoo's order: by due date, amount; by partner when there are several. Each debit in
    turn is matched with each credit in turn. Nothing is written into the lines.
    """
    ordered = sorted(
        lines, key=lambda line: (line.due, line.amount_currency, line.balance)
    )
    if len({line.partner_id for line in lines if line.partner_id}) > 1:
        ordered.sort(key=lambda line: line.partner_id)
    debits = iter([line for line in ordered if line.balance > 0])
    credits_ = iter([line for line in ordered if line.balance < 0])
    partials = []
    debit, credit = next(debits, None), next(credits_, None)
    owed, paid = (line and abs(line.residual) for line in (debit, credit))
    while debit and credit:
        amount = min(owed, paid)
        partials.append(Partial(debit, credit, amount, amount, amount))
        owed, paid = owed - amount, paid - amount
        if not owed:
            debit = next(debits, None)
            owed = debit and debit.residual
        if not paid:
            credit = next(credits_, None)
            paid = credit and -credit.residual
    return partials


def apply_partials(partials):
    """Take the partials off the residuals of their lines."""
    for partial in partials:
        partial.debit.residual -= partial.amount
        partial.debit.residual_currency -= partial.debit_amount
        partial.credit.residual += partial.amount
        partial.credit.residual_currency += partial.credit_amount


def matching_numbers(group):
    """{line id: matching number} once partials and full ones have their ids.

    Lines that hang together share the lowest id of their partials; a line that nothing
    was matched with keeps what it had and is not named.
    """
    if group.full_id:
        return {line.id: str(group.full_id) for line in group.involved}
    numbers = {}
    for lowest, members in components(group.all_edges).items():
        for line_id in members:
            numbers[line_id] = str(group.part_fulls.get(line_id) or f"P{lowest}")
    return numbers


def components(edges):
    """{lowest partial id: ids of the lines that hang together}."""
    number, members = {}, {}
    for partial_id, debit_id, credit_id in sorted(edges):
        found = {number[i] for i in (debit_id, credit_id) if i in number}
        lowest = min(found, default=partial_id)
        joined = {debit_id, credit_id}
        for other in found:
            joined |= members.pop(other)
        members[lowest] = joined
        number.update(dict.fromkeys(joined, lowest))
    return members
