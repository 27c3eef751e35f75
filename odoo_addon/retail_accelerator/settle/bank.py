# SPDX-License-Identifier: LGPL-3.0-or-later
"""The payout's money on the bank statement: taken, let go of, and followed.

Each bank line that is a payout's money is a record with its evidence
(``retail.settlement.bank.match``). Whoever calls holds the company's settlements.
"""

from collections import defaultdict
from dataclasses import dataclass

from odoo.exceptions import UserError

from ..audit import log
from ..books import Books
from . import bank_charge, bank_entry, bank_search, bank_words

# What becomes of a difference: the first three are booked.
BOOKED = ("bank_charge", "bank_rate", "bank_other")
LEFT_OPEN = "open"


@dataclass
class Difference:
    """What a person says a difference is; ``account`` where it is booked. ``charge``
    is what the bank kept besides of a line that it exchanged, in its currency."""

    cause: str
    account: object = None
    note: str = ""
    charge: float = 0.0
    charge_account: object = None


def reconcile(settlement):
    """Match the payout with its bank line, if there is exactly one that it can be;
    returns whether all of its money is there."""
    if settlement.state != "posted":
        return False
    if not bank_search.all_items(settlement):
        _expect_nothing(settlement)
    else:
        adopt(settlement)
    if settlement.state == "reconciled":
        return True
    found = bank_search.sure(settlement)
    if len(found) != 1:
        return False
    [one] = found
    apply(settlement, one, "group" if one.others else _level(one))
    return True


def _expect_nothing(settlement):
    """A payout of nothing is done when it is posted."""
    settlement.state = "reconciled"
    log.append(
        settlement,
        "reconcile",
        settlement.env._("%s: no bank line is expected", settlement.name),
    )


def _level(found):
    return "reference" if found.named else "amount"


def apply(settlement, found, level, difference=None):
    """The candidate's line is the money of the payout and of the candidate's others.

    A line that is not their sum needs a ``difference``: it is booked in the bank line's
    entry, or left open, but never taken silently.
    """
    line, payouts = found.line, settlement | found.others
    _check_open(line, payouts)
    wanted = {payout: bank_search.expected(payout) for payout in payouts}
    charge = bank_charge.value(line, difference.charge) if difference else 0.0
    gap = _gap(found, wanted, charge)
    _check_difference(settlement, found, wanted, gap, difference)
    if difference:
        bank_charge.check(found, sum(wanted.values()), difference, charge)
    rest = gap
    if difference and difference.cause == LEFT_OPEN:
        wanted[settlement] += gap
        rest = 0.0
    values, amounts = _values(line, settlement, wanted, rest, difference, charge)
    kept = bank_charge.share_of(found, sum(wanted.values()) + rest, charge)
    if charge:
        values.append(_charge_values(settlement, found, difference, charge))
    waiting = {payout: bank_search.transit_items(payout) for payout in payouts}
    items = bank_entry.split(line, values)
    pairs = list(zip(payouts, items[: len(payouts)], strict=True))
    Books(settlement.env).reconcile([waiting[payout] | item for payout, item in pairs])
    for payout, item in pairs:
        first = payout == settlement
        _note(
            payout,
            line,
            {
                "level": level,
                "score": found.score,
                "evidence": bank_words.code(found),
                "amount": amounts[payout],
                "move_line_id": item.id,
                **(
                    _difference(rest, kept, difference, items, len(payouts))
                    if first and difference
                    else {}
                ),
            },
        )
        conclude(payout)


def _check_open(line, payouts):
    """Nobody took the line, or one of the payouts, meanwhile."""
    env = payouts.env
    line.invalidate_recordset(["is_reconciled"])
    if line.is_reconciled or not bank_entry.open_item(line):
        raise UserError(
            env._("%s was reconciled with something else meanwhile.", line.display_name)
        )
    payouts.invalidate_recordset(["state"])
    for payout in payouts:
        if payout.state != "posted":
            raise UserError(
                env._("%s does not wait for a bank line any more.", payout.name)
            )


def _gap(found, wanted, charge):
    """What the bank has more than expected, charge aside, in the payout's currency;
    nothing can be said of a line in another currency than payout and books, whose rate
    is the bank's own."""
    if found.converted and found.currency != found.line.company_id.currency_id:
        return 0.0
    return bank_charge.left(found, sum(wanted.values()), charge)


def _check_difference(settlement, found, wanted, gap, difference):
    env, currency = settlement.env, settlement.currency_id
    if not gap and found.hides_charge and not difference:
        raise UserError(
            env._(
                "The bank kept a charge of %(line)s. Take it with its difference, and "
                "say what the bank kept.",
                line=found.line.display_name,
            )
        )
    if not gap and not found.converted:
        return
    if not difference:
        raise UserError(
            env._(
                "%(line)s is not the %(amount)s that %(name)s expects. Take it with "
                "its difference, and say what the difference is.",
                line=found.line.display_name,
                amount=currency.format(sum(wanted.values())),
                name=", ".join(payout.name for payout in wanted),
            )
        )
    if not gap and difference.cause != "bank_rate":
        raise UserError(
            env._(
                "%(line)s is in another currency than %(name)s and the books: what "
                "lies between is the bank's exchange rate.",
                line=found.line.display_name,
                name=settlement.name,
            )
        )
    if gap and difference.cause in BOOKED and not difference.account:
        raise UserError(env._("Choose the account on which the difference is booked."))
    if difference.cause == LEFT_OPEN and not _is_part(settlement, wanted, gap):
        raise UserError(
            env._(
                "Only what is missing can be left open: the bank has not less than "
                "%(name)s expects. Book the difference.",
                name=settlement.name,
            )
        )


def _is_part(settlement, wanted, gap):
    """Whether the payout with the gap is more than nothing and less than all."""
    whole = wanted[settlement]
    return bool(whole) and 0 < (whole + gap) / whole < 1


def _values(line, settlement, wanted, rest, difference, charge):
    """(values of the items that replace the line's open one, {payout: its amount})"""
    currency = settlement.currency_id
    amounts = [*wanted.values(), *([rest] if rest else [])]
    names = [payout.name for payout in wanted]
    accounts = [
        payout.channel_id.sudo().settlement_transit_account_id for payout in wanted
    ]
    if rest:
        names.append(difference.note or settlement.name)
        accounts.append(difference.account)
    values = [
        {
            "account_id": account.id,
            "name": name,
            "currency_id": currency.id,
            "amount_currency": -amount,
            "balance": -balance,
        }
        for account, name, amount, balance in zip(
            accounts,
            names,
            amounts,
            bank_entry.parts(line, currency, amounts, charge),
            strict=True,
        )
    ]
    if rest:
        values[-1] |= _analytic(settlement, difference.account)
    return values, dict(zip(wanted, amounts, strict=False))


def _charge_values(settlement, found, difference, charge):
    name = difference.note or settlement.name
    values = bank_charge.item_values(found, difference, charge, name)
    return values | _analytic(settlement, difference.charge_account)


def _analytic(settlement, account):
    analytic = settlement.channel_id.sudo().settlement_analytic_account_id
    if analytic and account.internal_group in ("expense", "income"):
        return {"analytic_distribution": {str(analytic.id): 100.0}}
    return {}


def _difference(rest, kept, difference, items, count):
    """Of the match: ``items`` are those of ``count`` payouts, then the difference's and
    the charge's, as far as they are."""
    charged = bool(difference.charge)
    return {
        "difference": rest,
        "cause": difference.cause,
        "account_id": difference.account.id if rest else False,
        "difference_line_id": items[count].id if rest else False,
        "note": difference.note,
        "charge": -kept,
        "charge_account_id": difference.charge_account.id if charged else False,
        "charge_line_id": items[-1].id if charged else False,
    }


def _note(settlement, line, vals):
    """Keep the match, and write it into the audit log."""
    match = settlement.env["retail.settlement.bank.match"].sudo()
    match = match.create(
        {"settlement_id": settlement.id, "bank_line_id": line.id, **vals}
    )
    settlement.write({"bank_line_refused_ids": [(3, line.id)]})
    log.append(
        settlement,
        "reconcile",
        settlement.env._("%(name)s: bank line", name=settlement.name),
        bank_line=line.id,
        amount=str(match.amount),
        level=match.level,
        evidence=match.evidence,
        **(
            {
                "difference": str(match.difference),
                "cause": match.cause,
                "account": match.account_id.code or "",
                "note": match.note or "",
            }
            if match.cause
            else {}
        ),
        **(
            {
                "charge": str(match.charge),
                "charge_account": match.charge_account_id.code or "",
            }
            if match.charge_line_id
            else {}
        ),
    )


def conclude(settlement):
    """State and sum of the bank's side, as the books have them."""
    matches = settlement.bank_match_ids
    settled = matches and not bank_search.transit_items(settlement)
    settlement.write(
        {
            "bank_line_id": matches[-1:].bank_line_id.id,
            "amount_bank": sum(matches.mapped("received")),
            "state": "reconciled" if settled else "posted",
        }
    )


def adopt(settlement):
    """Note the bank lines that somebody reconciled with the payout in Odoo's own
    screens."""
    mine = bank_search.all_items(settlement)
    known = settlement.bank_match_ids.sudo().move_line_id
    found = defaultdict(float)
    for item in mine:
        for partial in item.matched_credit_ids:
            found[partial.credit_move_id] += partial.debit_amount_currency
        for partial in item.matched_debit_ids:
            found[partial.debit_move_id] -= partial.credit_amount_currency
    for item, amount in found.items():
        if item.statement_line_id and item not in known:
            _note_found(settlement, item, settlement.currency_id.round(amount))
    if settlement.bank_match_ids.sudo().move_line_id - known:
        conclude(settlement)


def _note_found(settlement, item, amount):
    line = item.statement_line_id.sudo()
    told = bank_charge.told(line)
    _note(
        settlement,
        line,
        {
            "level": "odoo",
            "score": 1.0,
            "evidence": bank_words.with_charges([bank_words.IN_ODOO], line, *told),
            "amount": amount,
            "move_line_id": item.id,
            **bank_charge.booked(line, item, amount, settlement.currency_id),
        },
    )


def release(settlement):
    """The bank lines wait for their payout again."""
    taken = [
        (match.bank_line_id, match._items(), match.charge_line_id)
        for match in settlement.bank_match_ids.sudo()
    ]
    settlement.bank_match_ids.sudo().unlink()
    settlement.write({"bank_line_id": False, "amount_bank": 0.0, "state": "posted"})
    for line, items, charge in taken:
        bank_entry.give_back(line, items, charge)
    return [line.id for line, _items, _charge in taken]


def undo(settlement):
    """The payout waits for other bank lines."""
    lines = release(settlement)
    settlement.write({"bank_line_refused_ids": [(4, line) for line in lines]})
    _let_go(
        settlement,
        settlement.env._("%(name)s: bank line taken away", name=settlement.name),
        lines,
    )


def follow(settlements):
    """Somebody took a bank line away in Odoo's own screens: say so here, too."""
    for settlement in settlements:
        matches = settlement.bank_match_ids.sudo()
        lost = matches.filtered(lambda match: not match._holds())
        noted = sum(matches.mapped("received"))
        # A bank line that is deleted takes its match along.
        if lost or settlement.currency_id.compare_amounts(
            noted, settlement.amount_bank
        ):
            lines = lost.bank_line_id.ids
            lost.unlink()
            conclude(settlement)
            _let_go(
                settlement,
                settlement.env._(
                    "%(name)s: bank line taken away in Odoo's own screens",
                    name=settlement.name,
                ),
                lines,
            )


def _let_go(settlement, summary, lines):
    log.append(settlement, "release", summary, bank_lines=lines)
