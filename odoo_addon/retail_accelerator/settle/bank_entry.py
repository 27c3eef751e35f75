# SPDX-License-Identifier: LGPL-3.0-or-later
"""The entry of a bank line: what of it is open, and how that is given out and back."""

from odoo import Command

from .entry import in_units, minor_units, share


def open_item(line):
    """The item that holds what nobody has taken of the line yet; none when all is."""
    _liquidity, suspense, _other = line._seek_for_lines()
    return suspense if len(suspense) == 1 else suspense.browse()


def amount_in(line, currency):
    """What is open of the line in that currency, positive when money came in; None when
    the bank does not say it in that currency. Of a line that names what was instructed
    in another one, the account has the amount as long as all of it is open."""
    _liquidity, _suspense, taken = line._seek_for_lines()
    item = open_item(line)
    if item and item.currency_id == currency:
        return -item.amount_currency
    return line.amount if item and not taken and line.currency_id == currency else None


def value(line):
    """What is open of the line, in the company's currency."""
    return -open_item(line).balance


def parts(line, currency, amounts, charge=0.0):
    """Values in the company's currency of parts that together are all that is open, and
    a charge besides; ``amounts`` are the parts in ``currency``."""
    ours = line.company_id.currency_id
    weights = [minor_units(amount, currency) for amount in amounts]
    values = share(minor_units(value(line) + charge, ours), weights)
    return [in_units(minor, ours) for minor in values]


def split(line, values):
    """Replace the open item by items of these values, which have its balance together;
    returns them in this order."""
    item = open_item(line)
    before = line.move_id.line_ids
    first, *others = values
    partner = item.partner_id.id
    _write(
        line,
        [
            Command.update(item.id, first),
            *(Command.create({"partner_id": partner, **one}) for one in others),
        ],
    )
    return item | (line.move_id.line_ids - before).sorted("id")


def give_back(line, items, charge):
    """What these items took of the line is open again, in the currency that the line
    states; what others took stays. ``charge`` is the one of them that the bank kept,
    if any."""
    _liquidity, suspense, other = line._seek_for_lines()
    if not (other - items):
        line.action_undo_reconciliation()
        return
    items.remove_move_reconcile()
    merged = suspense | items
    kept, currency = merged[:1], line.foreign_currency_id or line.currency_id
    _write(
        line,
        [
            Command.update(
                kept.id,
                {
                    "account_id": line.journal_id.suspense_account_id.id,
                    "name": line.payment_ref,
                    "currency_id": currency.id,
                    "amount_currency": _stated(line, currency, merged, charge),
                    "balance": sum(merged.mapped("balance")),
                    "analytic_distribution": False,
                },
            ),
            *(Command.delete(item.id) for item in merged - kept),
        ],
    )


def _stated(line, currency, merged, charge):
    """What these items have of the amount that the line states in ``currency``: what
    those that stay leave of it. Payouts in other currencies share it by their value."""
    ours = line.company_id.currency_id
    if currency == ours:
        return sum(merged.mapped("balance"))
    _liquidity, _suspense, staying = line._seek_for_lines()
    # A charge in the account's currency is inside what another currency says.
    charges = charge | line.retail_bank_match_ids.charge_line_id
    inside = charges.filtered(lambda item: item.currency_id != currency)
    staying -= merged | inside
    alike = staying.filtered(lambda item: item.currency_id == currency)
    total = line.amount_currency if line.foreign_currency_id else line.amount
    left = -total - sum(alike.mapped("amount_currency"))
    values = [merged - inside, staying - alike]
    weights = [minor_units(sum(items.mapped("balance")), ours) for items in values]
    return in_units(share(minor_units(left, currency), weights)[0], currency)


def _write(line, commands):
    """Odoo writes to posted bank entries in this way itself."""
    line.move_id.with_context(force_delete=True, skip_readonly_check=True).write(
        {"line_ids": commands}
    )
