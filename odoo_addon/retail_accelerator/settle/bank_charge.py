# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the bank kept of a line that it exchanged from the payout's currency.

Where account and payout have one currency, a charge shows as a difference. Where they
have not, it hides in the rate: only the bank's file or a person can tell it.
"""

from odoo.exceptions import UserError

from . import bank_entry


def told(line):
    """(charge inside the line in the account's currency, text of charges that are not
    told in it), as the bank's file says and as long as no match has booked it."""
    if line.retail_bank_match_ids.charge_line_id:
        return 0.0, ""
    return line.retail_bank_charge, line.retail_bank_other_charges or ""


def is_exchanged(line, currency):
    """Whether a charge cannot show as a difference from the payout's amount."""
    return line.currency_id != currency or bank_entry.amount_in(line, currency) is None


def value(line, amount):
    """An amount in the account's currency, in the company's at the line's own rate."""
    liquidity, _suspense, _other = line._seek_for_lines()
    ours = line.company_id.currency_id
    if line.currency_id == ours:
        return ours.round(amount)
    base = sum(liquidity.mapped("amount_currency"))
    return ours.round(amount * sum(liquidity.mapped("balance")) / base) if base else 0.0


def left(found, wanted, charge):
    """What a candidate's line has more than ``wanted``, in the payout's currency,
    besides a charge whose value in the company's currency is ``charge``. At Odoo's rate
    where the bank does not tell the payout's currency."""
    line = found.line
    ours, currency = line.company_id.currency_id, found.currency
    amount = found.amount
    if charge and currency == ours:
        amount += charge
    elif charge and found.converted:
        amount = ours._convert(
            bank_entry.value(line) + charge, currency, line.company_id, line.date
        )
    return currency.round(amount - wanted)


def share_of(found, amount, charge):
    """The charge in the payout's currency, at the bank's own rate: ``amount`` is what
    line and charge together are worth in it."""
    gross = bank_entry.value(found.line) + charge
    return found.currency.round(charge * amount / gross) if charge else 0.0


def check(found, wanted, difference, charge):
    """UserError for a charge that the line cannot have inside."""
    env, line = found.line.env, found.line
    if not difference.charge:
        return
    if not found.exchanged:
        raise UserError(
            env._(
                "%s is in the payout's currency: what the bank kept is the difference.",
                line.display_name,
            )
        )
    if not difference.charge_account:
        raise UserError(env._("Choose the account on which the charge is booked."))
    gross = bank_entry.value(line) + charge
    if not charge or gross * wanted <= 0:
        raise UserError(
            env._(
                "A charge of %(charge)s cannot be inside %(line)s.",
                charge=line.currency_id.format(difference.charge),
                line=line.display_name,
            )
        )


def item_values(found, difference, charge, name):
    """Values of the bank line's item that holds the charge."""
    return {
        "account_id": difference.charge_account.id,
        "name": name,
        "currency_id": found.line.currency_id.id,
        "amount_currency": found.line.currency_id.round(difference.charge),
        "balance": charge,
    }


def booked(line, items, amount, currency):
    """{field of a match: value} when somebody booked the told charge in the bank line's
    entry: an item of its very value, besides ``items`` which settle ``amount``."""
    charge, _others = told(line)
    worth = value(line, charge)
    _liquidity, suspense, other = line._seek_for_lines()
    found = (other - items).filtered(
        lambda item: (
            not item.currency_id.is_zero(worth)
            and not line.company_id.currency_id.compare_amounts(item.balance, worth)
        )
    )
    gross = -sum(items.mapped("balance"))
    if not charge or len(found) != 1 or suspense or not gross:
        return {}
    return {
        "charge": -currency.round(worth * amount / gross),
        "charge_account_id": found.account_id.id,
        "charge_line_id": found.id,
    }
