# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lines of bank files in the channel's bank journal, each once."""

from odoo import Command
from odoo.exceptions import AccessError, UserError

from . import files
from .reading import account_currency, check_rounding, explain


def read(channel, content, name):
    """The file's statements; UserError when it cannot be read, its balances do not
    hold, or it is of another account or currency than the channel's bank journal."""
    env = channel.env
    if not env.su and not env.user.has_group("retail_accelerator.group_accountant"):
        raise AccessError(env._("Bank statements are read by retail accountants only."))
    try:
        found = files.statements(content)
        for statement in found:
            statement.prove()
    except files.FileError as error:
        raise UserError(explain(env, name, error)) from error
    journal = _journal(channel)
    for statement in found:
        _check_account(channel, journal, name, statement)
        _check_currency(channel, name, statement)
    return found


def _journal(channel):
    """Where the lines go: the channel's bank journal, or the company's only one."""
    journal = channel.sudo().settlement_bank_journal_id or channel.env[
        "account.journal"
    ].sudo().search(
        [("type", "=", "bank"), ("company_id", "=", channel.company_id.id)], limit=2
    )
    if len(journal) != 1:
        raise UserError(
            channel.env._(
                "Set the bank journal of channel %s first: statements are read into "
                "it.",
                channel.name,
            )
        )
    return journal


def _check_account(channel, journal, name, statement):
    """OFX has the bare account number where the journal may have the IBAN."""
    env = channel.env
    mine = journal.bank_account_id.sanitized_acc_number or ""
    theirs = "".join(char for char in statement.account.upper() if char.isalnum())
    if not mine or not theirs or mine.endswith(theirs) or theirs.endswith(mine):
        return
    raise UserError(
        env._(
            "%(name)s is a statement of account %(theirs)s, the journal %(journal)s is "
            "of account %(mine)s. Download the statement of account %(mine)s, or, if "
            "the provider pays to the other account, choose that account's journal as "
            "“Bank of Payouts” of the channel %(channel)s. Correct the “Account "
            "Number” of the journal if it is wrong.",
            channel=channel.name,
            name=name,
            theirs=statement.account,
            journal=journal.display_name,
            mine=mine,
        )
    )


def _check_currency(channel, name, statement):
    currency = account_currency(channel)
    if statement.currency != currency.name:
        raise UserError(
            channel.env._(
                "%(name)s is a statement in %(theirs)s, the channel's bank journal is "
                "in %(mine)s. Download the statement of an account in %(mine)s, or "
                "choose a journal with the currency %(theirs)s as “Bank of Payouts” of "
                "the channel %(channel)s. A journal that has no lines yet can be set "
                "to %(theirs)s itself, under Accounting, Configuration, Journals.",
                channel=channel.name,
                name=name,
                theirs=statement.currency,
                mine=currency.name,
            )
        )
    told = [
        (number, amount)
        for number, line in enumerate(statement.lines, 1)
        for amount in (line.amount, line.charge)
    ]
    scale = -min(
        (amount.normalize().as_tuple().exponent for _number, amount in told), default=0
    )
    digits = max(scale, currency.decimal_places, 0)
    amounts = ((number, int(amount.scaleb(digits))) for number, amount in told)
    check_rounding(channel.env, name, currency, digits, amounts)


def keep(channel, statement):
    """Create the lines that are new; returns them. Of those that are known, keep what
    only this file tells of charges and rate.

    A statement record with both balances is made when all of its lines are new and the
    file tells the balances: otherwise it would seem to miss what is there already.
    """
    journal = _journal(channel)
    model = journal.env["account.bank.statement.line"]
    keys = statement.keys()
    there = model.with_context(active_test=False).search(
        [("journal_id", "=", journal.id), ("retail_bank_key", "in", keys)]
    )
    known = {line.retail_bank_key: line for line in there}
    for key, line in zip(keys, statement.lines, strict=True):
        if key in known:
            _complete(known[key], line)
    lines = model.create(
        [
            _values(journal, line, key)
            for key, line in zip(keys, statement.lines, strict=True)
            if key not in known
        ]
    )
    balances = (statement.opening, statement.closing)
    if lines and not known and None not in balances:
        journal.env["account.bank.statement"].create(
            {
                "name": statement.reference,
                "balance_start": float(statement.opening),
                "balance_end_real": float(statement.closing),
                "line_ids": [Command.set(lines.ids)],
            }
        )
    return lines


def _told(line):
    """What the file says of charges and rate, as values of the line's fields."""
    return {
        "retail_bank_charge": float(line.charge),
        "retail_bank_other_charges": line.other_charges or False,
        "retail_bank_rate": line.exchange or False,
    }


def _complete(known, line):
    """A notice often tells less than the statement that comes after it."""
    told = {
        name: value for name, value in _told(line).items() if value and not known[name]
    }
    if told:
        known.write(told)


def _values(journal, line, key):
    values = {
        "journal_id": journal.id,
        "date": line.date,
        "amount": float(line.amount),
        "payment_ref": line.label,
        "partner_name": line.partner or False,
        "account_number": line.partner_account or False,
        "transaction_type": line.kind or False,
        "transaction_details": line.references or False,
        "ref": line.bank_reference or False,
        "retail_bank_key": key,
        **_told(line),
    }
    foreign = journal.env["res.currency"].search([("name", "=", line.foreign_currency)])
    if line.foreign_currency and foreign and line.foreign_amount:
        values["foreign_currency_id"] = foreign.id
        values["amount_currency"] = float(line.foreign_amount)
    return values
