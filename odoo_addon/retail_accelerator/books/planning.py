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
    full_id: int = 0

    @property
    def involved(self):
        return self.lines + self.bound

    @property
    def complete(self):
        """Nothing is left of any line, so all of them make a full reconciliation."""
        return all(line.settled for line in self.involved)


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
    """{line id: matching number} once partials and the full one have their ids.

    Lines that hang together share the lowest id of their partials; a line that nothing
    was matched with keeps what it had and is not named.
    """
    edges = sorted(
        group.edges + [(p.id, p.debit.id, p.credit.id) for p in group.partials]
    )
    if group.full_id:
        return {line.id: str(group.full_id) for line in group.involved}
    number, members = {}, {}
    for partial_id, debit_id, credit_id in edges:
        found = {number[i] for i in (debit_id, credit_id) if i in number}
        lowest = min(found, default=partial_id)
        joined = {debit_id, credit_id}
        for other in found:
            joined |= members.pop(other)
        members[lowest] = joined
        number.update(dict.fromkeys(joined, lowest))
    return {line_id: f"P{lowest}" for line_id, lowest in number.items()}
