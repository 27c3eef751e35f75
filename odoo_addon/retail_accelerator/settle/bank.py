# SPDX-License-Identifier: LGPL-3.0-or-later
"""The payout's line on the bank statement."""

from datetime import timedelta

from ..audit import log
from ..books import Books

DAYS_BEFORE, DAYS_AFTER = 3, 10


def candidates(settlement):
    """Open bank lines of the payout's amount and time, the ones that name it first."""
    journal = settlement.channel_id.sudo().settlement_bank_journal_id
    lines = settlement.env["account.bank.statement.line"].sudo()
    day = settlement.date
    if not day:
        return lines
    found = lines.search(
        [
            ("company_id", "=", settlement.company_id.id),
            ("is_reconciled", "=", False),
            ("date", ">=", day - timedelta(days=DAYS_BEFORE)),
            ("date", "<=", day + timedelta(days=DAYS_AFTER)),
            *([("journal_id", "=", journal.id)] if journal else []),
        ],
        order="date, id",
    ).filtered(lambda line: _amount_in(line, settlement.currency_id) is not None)
    found = found.filtered(
        lambda line: (
            settlement.currency_id.compare_amounts(
                _amount_in(line, settlement.currency_id), settlement.amount_posted
            )
            == 0
        )
    )
    named = found.filtered(lambda line: _names(line, settlement.reference))
    return named or found


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
            "amount_bank": _amount_in(line, settlement.currency_id),
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
