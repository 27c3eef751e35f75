# SPDX-License-Identifier: LGPL-3.0-or-later
"""What would keep an entry from being posted, asked before anything is written."""

from collections import defaultdict

from odoo import fields
from odoo.exceptions import UserError


class Refusal(str):
    """A sentence for the accountant; ``code`` names its cause, whatever date, account
    or journal it is about: one fix may help all of one code."""

    __slots__ = ("code",)

    def __new__(cls, code, sentence):
        refusal = super().__new__(cls, sentence)
        refusal.code = code
        return refusal


def refuse(env, entries):
    """Raise a UserError with all that ``refusals`` finds; ``entries``: (vals, lines) of
    entries to be."""
    accounts = defaultdict(set)
    for vals, lines in entries:
        date = fields.Date.to_date(vals["date"])
        key = vals["journal_id"], date, vals.get("currency_id")
        accounts[key].update(line["account_id"] for line in lines)
    found = {}
    for (journal_id, date, currency_id), ids in accounts.items():
        sentences = refusals(
            env["account.journal"].browse(journal_id),
            date,
            env["account.account"].browse(ids),
            env["res.currency"].browse(currency_id or []),
        )
        found.update(dict.fromkeys(sentences))
    if found:
        raise UserError("\n".join(found))


def refusals(journal, date, accounts, currency=None):
    """Refusals, each with what to do; empty when all is fine.

    :param journal: the entry's ``account.journal``
    :param date: its accounting date
    :param accounts: ``account.account`` of all its lines
    :param currency: ``res.currency`` of the entry; the company's when None
    """
    env = journal.env
    company = journal.company_id
    date = fields.Date.to_date(date)
    found = [
        *_journal_refusals(env, journal),
        *_date_refusals(env, journal, company, date),
        *_account_refusals(env, company, accounts, currency),
    ]
    if currency and not currency.active:
        found.append(
            Refusal(
                "currency_inactive",
                env._(
                    "The currency %s is not active: activate it first.", currency.name
                ),
            )
        )
    return found


def _journal_refusals(env, journal):
    if not journal.active:
        yield Refusal(
            "journal_archived",
            env._(
                "The journal %s is archived: choose another or restore it.",
                journal.display_name,
            ),
        )
    if journal.company_id not in env.companies:
        yield Refusal(
            "journal_company",
            env._(
                "The journal %(journal)s belongs to %(company)s, which is not among "
                "your selected companies.",
                journal=journal.sudo().display_name,
                company=journal.sudo().company_id.name,
            ),
        )
    if journal.restrict_mode_hash_table:
        yield Refusal(
            "journal_secured",
            env._(
                "The journal %s secures its entries, so that none could be reversed "
                "completely: choose another one.",
                journal.display_name,
            ),
        )


def _date_refusals(env, journal, company, date):
    """Odoo would post on a later date without a word; here it is refused."""
    locks = company._get_lock_date_violations(
        date,
        fiscalyear=True,
        sale=journal.type == "sale",
        purchase=journal.type == "purchase",
        tax=True,
        hard=True,
    )
    if locks:
        yield Refusal(
            "date_locked",
            env._(
                "The date %(date)s is locked (%(locks)s): choose a later date or "
                "change the lock.",
                date=fields.Date.to_string(date),
                locks=env["res.company"]._format_lock_dates(locks),
            ),
        )
    if date > fields.Date.context_today(journal):
        yield Refusal(
            "date_future",
            env._(
                "The date %s lies in the future: Odoo would not post the entry yet.",
                fields.Date.to_string(date),
            ),
        )


def _account_refusals(env, company, accounts, currency):
    owners = company.sudo().parent_ids
    own = currency or company.currency_id
    for account in accounts:
        name = account.display_name
        if not account.active:
            yield Refusal(
                "account_archived",
                env._("The account %s is archived: choose another.", name),
            )
        if not owners & account.sudo().company_ids:
            yield Refusal(
                "account_company",
                env._("The account %s belongs to another company.", name),
            )
        forced = account.currency_id
        if forced and forced not in (company.currency_id, own):
            yield Refusal(
                "account_currency",
                env._(
                    "The account %(account)s takes entries in %(currency)s only.",
                    account=name,
                    currency=forced.name,
                ),
            )
