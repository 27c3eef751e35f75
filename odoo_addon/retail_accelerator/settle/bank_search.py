# SPDX-License-Identifier: LGPL-3.0-or-later
"""Looks for the bank lines that could be a payout's money."""

import re
from dataclasses import dataclass
from datetime import timedelta

from . import bank_charge, bank_entry, proof

DAYS_BEFORE, DAYS_AFTER = 3, 10
# What a person may choose from: the bank may be late, or the payout's date wrong.
CHOICE_DAYS = 45
# What speaks for a line, together 1: its amount, that it names the payout, its day.
AMOUNT, NAMED, DATE = 0.5, 0.3, 0.2
# A line that names nothing is offered when it is off by no more: a bank's charge, or a
# rate between two currencies.
NEAR = 0.1


@dataclass
class Candidate:
    """A bank line that could be the payout's money. ``amount`` is what is open of it in
    the payout's currency, at Odoo's rate where ``converted``; ``others`` payouts that
    it is the money of, too; ``days`` after the payout, ``score`` from 0 to 1. A charge
    that the bank's file tells is in the account's currency, or text."""

    line: object
    currency: object
    amount: float
    difference: float
    named: bool
    days: int
    converted: bool
    others: object
    exchanged: bool
    charge: float
    other_charges: str

    @property
    def exact(self):
        return not (self.difference or self.converted or self.hides_charge)

    @property
    def hides_charge(self):
        """Whether what the bank kept is inside the line without being a difference."""
        return self.exchanged and bool(self.charge or self.other_charges)

    @property
    def score(self):
        share = 1 - min(abs(self.days), CHOICE_DAYS) / CHOICE_DAYS
        return AMOUNT * self.exact + NAMED * self.named + DATE * share


def expected(settlement):
    """What the entries still expect from the bank, in the payout's currency."""
    items = transit_items(settlement)
    return settlement.currency_id.round(sum(items.mapped("amount_residual_currency")))


def all_items(settlement):
    """The entries' items that expect or expected money from the bank."""
    items = settlement.env["account.move.line"]
    return items.search(proof.posted_items(settlement), order="id")


def transit_items(settlement):
    """Those of them that expect it still."""
    return all_items(settlement).filtered(lambda item: not item.reconciled)


def sure(settlement):
    """Candidates that need no person: open lines of the payout's amount and time that
    nobody took away from it. If any name it, only those; a line that names several
    payouts is the money of all of them."""
    if not settlement.date:
        return []
    refused = settlement.sudo().bank_line_refused_ids
    near = _near(settlement, DAYS_BEFORE, DAYS_AFTER)
    found = [one for one in near if one.exact and one.line not in refused]
    alone = [one for one in found if not one.others]
    named = [one for one in found if one.named]
    return named or alone


def scored(settlement):
    """Candidates for a person to choose from, the likeliest first: open lines of the
    payout's amount or near to it, and others that name it."""
    if not settlement.date:
        return []
    total = abs(expected(settlement))
    fits = [
        one
        for one in _near(settlement, CHOICE_DAYS, CHOICE_DAYS)
        if one.named or abs(one.difference) <= NEAR * total
    ]
    return sorted(fits, key=lambda one: (-one.score, one.line.date, one.line.id))


def candidate(settlement, line):
    """The line as a candidate, whatever its amount and day."""
    return _candidate(settlement, line, expected(settlement), _companions(settlement))


def _near(settlement, before, after):
    """Open bank lines of these days around the payout."""
    journal = settlement.channel_id.sudo().settlement_bank_journal_id
    day, total = settlement.date, expected(settlement)
    companions = _companions(settlement)
    lines = settlement.env["account.bank.statement.line"].sudo()
    found = lines.search(
        [
            ("company_id", "=", settlement.company_id.id),
            ("is_reconciled", "=", False),
            ("date", ">=", day - timedelta(days=before)),
            ("date", "<=", day + timedelta(days=after)),
            *([("journal_id", "=", journal.id)] if journal else []),
        ],
        order="date, id",
    )
    return [
        _candidate(settlement, line, total, companions)
        for line in found
        if bank_entry.open_item(line)
    ]


def _candidate(settlement, line, total, companions):
    currency = settlement.currency_id
    amount = bank_entry.amount_in(line, currency)
    converted = amount is None
    if converted:
        amount = line.company_id.currency_id._convert(
            bank_entry.value(line), currency, line.company_id, line.date
        )
    named = names(line, settlement.reference)
    others = _others(line, currency.round(amount - total), named, companions)
    charge, other_charges = bank_charge.told(line)
    return Candidate(
        line,
        currency,
        amount,
        currency.round(amount - total - sum(map(expected, others))),
        named,
        (line.date - settlement.date).days if settlement.date else 0,
        converted,
        others,
        bank_charge.is_exchanged(line, currency),
        charge,
        other_charges,
    )


def _companions(settlement):
    """Other payouts in this currency that wait for the bank."""
    return settlement.search(
        [
            ("company_id", "=", settlement.company_id.id),
            ("currency_id", "=", settlement.currency_id.id),
            ("state", "=", "posted"),
            ("id", "!=", settlement.id),
        ]
    )


def _others(line, rest, named, companions):
    """Payouts of which the line has the money besides: those it names together with
    this one, if their sum is what is left of it."""
    none = companions.browse()
    if not named or not rest:
        return none
    found = companions.filtered(lambda payout: names(line, payout.reference))
    total = sum(map(expected, found))
    return (
        found if found and not found.currency_id.compare_amounts(total, rest) else none
    )


def names(line, reference):
    """Whether the bank's text has the reference, as a word of its own."""
    text = f"{line.payment_ref or ''} {line.ref or ''} {line.transaction_details or ''}"
    return bool(reference) and bool(
        re.search(rf"(?<![^\W_]){re.escape(reference)}(?![^\W_])", text, re.IGNORECASE)
    )
