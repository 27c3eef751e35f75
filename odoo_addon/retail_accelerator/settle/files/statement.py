# SPDX-License-Identifier: LGPL-3.0-or-later
"""A bank statement, whatever file it comes in."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .errors import AGAIN, FileError


@dataclass
class Line:
    """Money in is positive, in the account's currency."""

    date: date
    amount: Decimal
    label: str
    bank_reference: str = ""  # the bank's own, unique within the account and day
    partner: str = ""
    partner_account: str = ""
    foreign_currency: str = ""
    foreign_amount: Decimal | None = None
    kind: str = ""  # the bank's code of the transaction
    references: dict = field(default_factory=dict)
    # Inside the amount, in the account's currency, positive when the bank kept it.
    charge: Decimal = Decimal(0)
    other_charges: str = ""  # that are not told in the account's currency
    exchange: str = ""  # the bank's rate, as "1 USD = 0.92 EUR"

    def content(self):
        """What tells the line from others: the bank's reference where there is one,
        else all it says."""
        if self.bank_reference:
            return (self.date, self.amount, self.bank_reference)
        return (
            *(self.date, self.amount, self.label, self.partner, self.partner_account),
            *sorted(self.references.items()),
        )


@dataclass
class Statement:
    """``opening`` and ``closing`` are None where the file does not tell them."""

    account: str  # IBAN or number, without blanks
    currency: str
    reference: str
    date: date
    lines: list
    opening: Decimal | None = None
    closing: Decimal | None = None
    pending: int = 0  # entries that are not booked yet; they are not among the lines

    def prove(self):
        """Opening balance and lines make the closing balance, or FileError."""
        if self.opening is None or self.closing is None:
            return
        total = self.opening + sum(line.amount for line in self.lines)
        if total != self.closing:
            raise FileError(
                f"statement {self.reference}: the opening balance {self.opening} and "
                f"the lines make {total}, the bank says {self.closing}, a difference "
                f"of {total - self.closing} {self.currency}",
                remedy=AGAIN,
            )

    def keys(self):
        """A digest for each line, the same whenever and in whatever file the bank sends
        it again; equal lines of one statement are told apart by their number."""
        seen = Counter()
        result = []
        for line in self.lines:
            content = (self.account, self.currency, *line.content())
            text = "\x1f".join(map(str, content))
            seen[text] += 1
            text += f"\x1f{seen[text]}"
            result.append(hashlib.blake2b(text.encode(), digest_size=16).hexdigest())
        return result
