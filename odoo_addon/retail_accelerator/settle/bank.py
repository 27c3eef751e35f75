# SPDX-License-Identifier: LGPL-3.0-or-later
"""The payout's line on the bank statement."""

from dataclasses import dataclass
from datetime import timedelta

from odoo.exceptions import UserError

from ..audit import log
from ..books import Books

DAYS_BEFORE, DAYS_AFTER = 3, 10
# What a person may choose from: the bank may be late, or the payout's date wrong.
CHOICE_DAYS = 45
# What speaks for a line, together 1: its amount, that it names the payout, its day.
AMOUNT, NAMED, DATE = 0.5, 0.3, 0.2


@dataclass
class Candidate:
    """A bank line that could be the payout's money. ``amount`` is in the payout's
    currency, ``days`` after the payout, ``score`` from 0 to 1."""

    line: object
    amount: float
    difference: float
    named: bool
    days: int

    @property
    def score(self):
        share = 1 - min(abs(self.days), CHOICE_DAYS) / CHOICE_DAYS
        return AMOUNT * (not self.difference) + NAMED * self.named + DATE * share


def candidates(settlement):
    """Open bank lines of the payout's amount and time that nobody took away from it;
    if any name it, only those."""
    if not settlement.date:
        return settlement.env["account.bank.statement.line"]
    refused = settlement.sudo().bank_line_refused_ids
    near = _near(settlement, DAYS_BEFORE, DAYS_AFTER)
    found = [one for one in near if not one.difference and one.line not in refused]
    named = [one for one in found if one.named]
    lines = settlement.env["account.bank.statement.line"].sudo()
    return lines.union(*(one.line for one in named or found))


def scored(settlement):
    """Candidates for a person to choose from, the likeliest first: open lines of the
    payout's amount, and others that name it."""
    if not settlement.date:
        return []
    found = _near(settlement, CHOICE_DAYS, CHOICE_DAYS)
    fits = [one for one in found if one.named or not one.difference]
    return sorted(fits, key=lambda one: (-one.score, one.line.date, one.line.id))


def _near(settlement, before, after):
    """Open bank lines of these days around the payout, in its currency."""
    journal = settlement.channel_id.sudo().settlement_bank_journal_id
    currency, day = settlement.currency_id, settlement.date
    lines = settlement.env["account.bank.statement.line"].sudo()
    expected = settlement.amount_posted
    found = []
    for line in lines.search(
        [
            ("company_id", "=", settlement.company_id.id),
            ("is_reconciled", "=", False),
            ("date", ">=", day - timedelta(days=before)),
            ("date", "<=", day + timedelta(days=after)),
            *([("journal_id", "=", journal.id)] if journal else []),
        ],
        order="date, id",
    ):
        amount = _amount_in(line, currency)
        if amount is not None:
            found.append(
                Candidate(
                    line,
                    amount,
                    currency.round(amount - expected),
                    _names(line, settlement.reference),
                    (line.date - day).days,
                )
            )
    return found


def _amount_in(line, currency):
    """The line's amount in that currency; None when it has none in it."""
    if line.foreign_currency_id == currency:
        return line.amount_currency
    return line.amount if line.currency_id == currency else None


def _names(line, reference):
    text = f"{line.payment_ref or ''} {line.ref or ''} {line.transaction_details or ''}"
    return bool(reference) and reference.casefold() in text.casefold()


def reconcile(settlement):
    """Match the payout with its bank line, if there is exactly one that it can be;
    returns whether it is done."""
    if settlement.state != "posted":
        return False
    found = candidates(settlement)
    if len(found) != 1:
        return False
    apply(settlement, found)
    return True


def apply(settlement, line):
    """This bank line is the payout's money."""
    if line.is_reconciled:
        raise UserError(
            settlement.env._(
                "%s was reconciled with something else meanwhile.", line.display_name
            )
        )
    amount = _amount_in(line, settlement.currency_id)
    if amount is None or settlement.currency_id.compare_amounts(
        amount, settlement.amount_posted
    ):
        raise UserError(
            settlement.env._(
                "%(line)s is not the %(amount)s that %(name)s expects. If the bank "
                "kept a charge, book it on the bank line in Odoo first.",
                line=line.display_name,
                amount=settlement.currency_id.format(settlement.amount_posted),
                name=settlement.name,
            )
        )
    books = Books(settlement.env)
    items = transit_items(settlement)
    _liquidity, suspense, _other = line._seek_for_lines()
    suspense.write(
        {
            "account_id": settlement.channel_id.sudo().settlement_transit_account_id.id,
            "name": settlement.name,
        }
    )
    books.reconcile([items | suspense])
    settlement.write(
        {
            "bank_line_id": line.id,
            "amount_bank": amount,
            "bank_line_refused_ids": [(3, line.id)],
            "state": "reconciled",
        }
    )
    log.append(
        settlement,
        "reconcile",
        settlement.env._("%(name)s: bank line", name=settlement.name),
        bank_line=line.id,
        amount=str(settlement.amount_bank),
    )


def release(settlement):
    """The bank line waits for its payout again."""
    line = settlement.bank_line_id
    if line:
        line.action_undo_reconciliation()
        settlement.write({"bank_line_id": False, "amount_bank": 0.0})


def undo(settlement):
    """The payout waits for another bank line."""
    line = settlement.bank_line_id
    release(settlement)
    settlement.write({"state": "posted", "bank_line_refused_ids": [(4, line.id)]})
    log.append(
        settlement,
        "release",
        settlement.env._("%(name)s: bank line taken away", name=settlement.name),
        bank_line=line.id,
    )


def transit_items(settlement):
    """The entries' items that expect money from the bank."""
    account = settlement.channel_id.sudo().settlement_transit_account_id
    return settlement.env["account.move.line"].search(
        [
            ("move_id", "in", settlement.move_ids.ids),
            ("account_id", "=", account.id),
            ("reconciled", "=", False),
        ],
        order="id",
    )
