# SPDX-License-Identifier: LGPL-3.0-or-later
"""One journal entry with many lines.

Odoo creates and posts the entry in condensed form: lines that differ only in partner,
name and amount stand as one line with their sum. So all that Odoo checks and computes -
numbering, lock dates, balance, accounts, totals - is Odoo's own. Then each condensed
line is replaced by the lines it stands for, as copies of its row.
"""

from collections import defaultdict
from math import fsum

from odoo.fields import Command
from odoo.tools import SQL

from ..arrays import ints
from . import checks
from .copying import (
    Copy,
    amount_currency,
    amount_problems,
    company_problems,
    database_problems,
    insert_items,
    partner_problems,
    rank_partners,
)
from .invariants import check_balance, check_expansion, execute
from .sql import next_ids

PLAIN = {
    "account_id",
    "partner_id",
    "name",
    "currency_id",
    "balance",
    "amount_currency",
}
# Below this a condensed line costs more than it saves.
FEW = 20


def post_entry(env, vals, lines, lane):
    """The posted entry, and the reasons why Odoo wrote all of its lines.

    Inside the caller's savepoint.
    Refuses with a UserError, before anything is written, what ``checks`` refuses.
    """
    checks.refuse(env, [(vals, lines)])
    reasons = ["the ORM was asked for"] if lane == "orm" else problems(env, vals, lines)
    if not reasons:
        try:
            with env.cr.savepoint():
                return _post_condensed(env, vals, lines), []
        except _Unlike as unlike:
            env.invalidate_all(flush=False)
            reasons = [str(unlike)]
    return _post(env, vals, lines), reasons


class _Unlike(Exception):
    """Odoo made of a condensed line what cannot stand for others."""


def _post_condensed(env, vals, lines):
    first, classes = _classes(env, vals, lines)
    move = _post(env, vals, [*first, *(_sum(key, classes) for key in classes)])
    _check_condensed(move.line_ids.sorted("id")[len(first) :], classes)
    _expand(env, move, len(first), classes, lines[len(first) :])
    return move


def _post(env, vals, lines):
    move = env["account.move"].create(
        {**vals, "line_ids": [Command.create(line) for line in lines]}
    )
    move._post(soft=False)
    env.flush_all()
    return move


# -- whether -------------------------------------------------------------------


def problems(env, vals, lines):
    """Why the lines cannot be condensed; empty when they can."""
    first = _special(lines)
    if len(lines) - first < FEW:
        return ["few lines"]
    company = env["account.journal"].browse(vals["journal_id"]).company_id
    return [
        *_line_problems(env, company, lines[first:]),
        *database_problems(env, ("account.move.line",)),
        *company_problems(env, company),
    ]


def _special(lines):
    """How many lines at the start need Odoo: those with taxes, analytics and such."""
    for number, line in enumerate(lines):
        if set(line) <= PLAIN and line.get("name") and line.get("balance"):
            return number
    return len(lines)


def _line_problems(env, company, lines):
    for line in lines:
        if not set(line) <= PLAIN or not line.get("name") or not line.get("balance"):
            return ["lines with taxes, analytics or without amount after plain ones"]
        if line.get("amount_currency") == 0:
            return ["a foreign line without its amount"]
    return [
        *amount_problems(env, company, lines),
        *partner_problems(env, company, lines),
    ][:1]


def _check_condensed(condensed, classes):
    if len(condensed) != len(classes):
        raise _Unlike("lines that Odoo added")
    if condensed.tax_ids or condensed.tax_tag_ids or condensed.analytic_line_ids:
        raise _Unlike("taxes or analytics by account")
    if any(line.matching_number for line in condensed):
        raise _Unlike("lines matched on posting")


# -- how -----------------------------------------------------------------------


def _classes(env, vals, lines):
    """(lines for Odoo, {(account, currency, debit?): plain lines})."""
    company = env["account.journal"].browse(vals["journal_id"]).company_id
    first = _special(lines)
    classes = defaultdict(list)
    for line in lines[first:]:
        currency_id = line.get("currency_id") or company.currency_id.id
        classes[(line["account_id"], currency_id, line["balance"] > 0)].append(line)
    return lines[:first], classes


def _sum(key, classes):
    """The condensed line of a class."""
    account_id, currency_id, _debit = key
    lines = classes[key]
    return {
        "account_id": account_id,
        "currency_id": currency_id,
        "partner_id": False,
        "name": lines[0]["name"],
        "balance": fsum(line["balance"] for line in lines),
        "amount_currency": fsum(map(amount_currency, lines)),
    }


def _expand(env, move, first, classes, lines):
    """Write the plain lines from the rows of their classes, then drop those."""
    condensed = move.line_ids.sorted("id")[first:]
    templates = {
        id(line): template
        for template, members in zip(condensed, classes.values(), strict=True)
        for line in members
    }
    ids = next_ids(env, "account_move_line", len(lines))
    copies = [
        Copy(
            line_id,
            templates[id(line)].id,
            move.id,
            line.get("partner_id") or None,
            line["name"],
            line["balance"],
            amount_currency(line),
        )
        for line_id, line in zip(ids, lines, strict=True)
    ]
    insert_items(env, copies)
    check_expansion(env, move, condensed.ids, ids)
    execute(
        env,
        SQL("DELETE FROM account_move_line WHERE id = ANY(%s)", ints(condensed.ids)),
        len(condensed),
    )
    check_balance(env, move, first + len(lines))
    env.invalidate_all(flush=False)
    rank_partners(env, [lines])
