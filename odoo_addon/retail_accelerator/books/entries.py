# SPDX-License-Identifier: LGPL-3.0-or-later
"""One journal entry with many lines.

Odoo creates and posts the entry in condensed form: lines that differ only in partner,
name and amount stand as one line with their sum. So all that Odoo checks and computes -
numbering, lock dates, balance, accounts, totals - is Odoo's own. Then each condensed
line is replaced by the lines it stands for, as copies of its row.
"""

from collections import defaultdict
from math import fsum

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..engine.column_sources import REVIEWED_MODULES
from . import checks
from .invariants import check_balance, check_expansion, execute
from .lane import (
    automation_problems,
    constraint_problems,
    overriding_modules,
    trigger_problems,
)
from .sql import array, columns, ints, next_ids

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
# Columns of a line that its own values decide; all others it shares with its class.
OWN = ("id", "partner_id", "name")
BALANCES = ("balance", "amount_residual")
CURRENCY_AMOUNTS = (
    "amount_currency",
    "amount_residual_currency",
    "price_subtotal",
    "price_total",
)


def post_entry(env, vals, lines, lane):
    """The posted entry, and the reasons why Odoo wrote all of its lines.

    Inside the caller's savepoint.
    Refuses with a UserError, before anything is written, what ``checks`` refuses.
    """
    _refuse(env, vals, lines)
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


def _refuse(env, vals, lines):
    journal = env["account.journal"].browse(vals["journal_id"])
    accounts = env["account.account"].browse({line["account_id"] for line in lines})
    currency = env["res.currency"].browse(vals.get("currency_id") or [])
    found = checks.refusals(journal, vals["date"], accounts, currency)
    if found:
        raise UserError("\n".join(found))


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
    return [
        *_line_problems(env, vals, lines[first:]),
        *_database_problems(env),
        *_company_problems(env, vals),
    ]


def _special(lines):
    """How many lines at the start need Odoo: those with taxes, analytics and such."""
    for number, line in enumerate(lines):
        if set(line) <= PLAIN and line.get("name") and line.get("balance"):
            return number
    return len(lines)


def _line_problems(env, vals, lines):
    company = env["account.journal"].browse(vals["journal_id"]).company_id
    home = company.currency_id.id
    currencies = env["res.currency"].with_context(active_test=False).search([])
    places = {currency.id: currency.decimal_places for currency in currencies}
    for line in lines:
        if not set(line) <= PLAIN or not line.get("name") or not line.get("balance"):
            return ["lines with taxes, analytics or without amount after plain ones"]
        currency_id = line.get("currency_id") or home
        if currency_id != home and not line.get("amount_currency"):
            return ["a foreign line without its amount"]
        if _fine(line["balance"], places[home]) or _fine(
            _amount_currency(line), places[currency_id]
        ):
            return ["amounts finer than their currency"]
    partners = env["res.partner"].browse(
        {line["partner_id"] for line in lines if line.get("partner_id")}
    )
    rows = env.execute_query(
        SQL(
            """SELECT count(*) FROM res_partner
                WHERE id = ANY(%s) AND (company_id IS NULL OR company_id = ANY(%s))""",
            ints(partners.ids),
            ints(company.parent_ids.ids),
        )
    )
    if rows[0][0] != len(partners):
        return ["partners of another company"]
    return []


def _database_problems(env):
    models = ("account.move", "account.move.line")
    items = env["account.move.line"]
    stored = [field for field in items._fields.values() if field.store]
    found = [
        f"module {module} overrides {model}.{method}"
        for model in models
        for method in ("create", "write", "_post")
        for module in overriding_modules(env[model], method)
    ]
    found += [
        f"module {module} overrides account.move.line.{method}"
        for method in sorted({f.compute for f in stored if isinstance(f.compute, str)})
        for module in overriding_modules(items, method)
    ]
    found += [
        f"field account.move.line.{field.name}"
        for field in stored
        if set(field._modules) - REVIEWED_MODULES
    ]
    found += constraint_problems(env, models)
    return found + automation_problems(env, models) + trigger_problems(env, models)


def _company_problems(env, vals):
    company = env["account.journal"].browse(vals["journal_id"]).company_id
    if company.account_storno:
        return ["reversals by negative amounts (storno)"]
    models = env["account.analytic.distribution.model"].sudo()
    if models.search_count(models._check_company_domain(company), limit=1):
        return ["analytic distribution models"]
    return []


def _check_condensed(condensed, classes):
    if len(condensed) != len(classes):
        raise _Unlike("lines that Odoo added")
    if condensed.tax_ids or condensed.tax_tag_ids or condensed.analytic_line_ids:
        raise _Unlike("taxes or analytics by account")
    if any(line.matching_number for line in condensed):
        raise _Unlike("lines matched on posting")


def _fine(amount, places):
    """Whether the amount has digits that its currency has not."""
    return abs(amount - round(amount, places)) > 10 ** -(places + 3)


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
        "amount_currency": fsum(map(_amount_currency, lines)),
    }


def _amount_currency(line):
    return line.get("amount_currency") or line["balance"]


def _expand(env, move, first, classes, lines):
    """Write the plain lines from the rows of their classes, then drop those."""
    condensed = move.line_ids.sorted("id")[first:]
    templates = {
        id(line): template
        for template, members in zip(condensed, classes.values(), strict=True)
        for line in members
    }
    ids = next_ids(env, "account_move_line", len(lines))
    rows = [
        (
            line_id,
            templates[id(line)].id,
            line.get("partner_id") or None,
            line["name"],
            line["balance"],
            _amount_currency(line),
        )
        for line_id, line in zip(ids, lines, strict=True)
    ]
    _insert(env, rows)
    check_expansion(env, move, condensed.ids, ids)
    execute(
        env,
        SQL("DELETE FROM account_move_line WHERE id = ANY(%s)", ints(condensed.ids)),
        len(condensed),
    )
    check_balance(env, move, first + len(lines))
    env.invalidate_all(flush=False)
    _rank_partners(env, lines)


def _insert(env, rows):
    ids, templates, partners, names, balances, amounts = zip(*rows, strict=True)
    written = (*OWN, *BALANCES, *CURRENCY_AMOUNTS, "debit", "credit")
    shared = columns(env, "account_move_line", written)
    execute(
        env,
        SQL(
            """INSERT INTO account_move_line (%(written)s, %(shared)s)
               SELECT new.id, new.partner_id, new.name,
                      home.value, CASE WHEN t.amount_residual <> 0
                                       THEN home.value ELSE 0 END,
                      own.value, CASE WHEN t.amount_residual_currency <> 0
                                      THEN own.value ELSE 0 END,
                      own.value, own.value,
                      greatest(home.value, 0), greatest(-home.value, 0), %(values)s
                 FROM unnest(%(ids)s, %(templates)s, %(partners)s, %(names)s,
                             %(balances)s, %(amounts)s)
                      AS new(id, template, partner_id, name, balance, amount)
                 JOIN account_move_line t ON t.id = new.template
                 JOIN res_company c ON c.id = t.company_id
                 JOIN res_currency hc ON hc.id = c.currency_id
                 JOIN res_currency oc ON oc.id = t.currency_id,
              LATERAL (SELECT round(new.balance, hc.decimal_places)) AS home(value),
              LATERAL (SELECT round(new.amount, oc.decimal_places)) AS own(value)
                ORDER BY new.id""",
            written=SQL(", ").join(map(SQL.identifier, written)),
            shared=SQL(", ").join(map(SQL.identifier, shared)),
            values=SQL(", ").join(SQL.identifier("t", name) for name in shared),
            ids=ints(ids),
            templates=ints(templates),
            partners=ints(partners),
            names=array("text", names),
            balances=array("numeric", balances),
            amounts=array("numeric", amounts),
        ),
        len(rows),
    )


def _rank_partners(env, lines):
    """Customers and vendors of the lines, as Odoo counts them when it posts."""
    accounts = env["account.account"].browse({line["account_id"] for line in lines})
    kinds = {account.id: account.account_type for account in accounts}
    for kind, field in (
        ("asset_receivable", "customer_rank"),
        ("liability_payable", "supplier_rank"),
    ):
        found = dict.fromkeys(
            line["partner_id"]
            for line in lines
            if line.get("partner_id") and kinds[line["account_id"]] == kind
        )
        for partner in env["res.partner"].browse(found):
            (partner | partner.commercial_partner_id)._increase_rank(field, 1)
    env.flush_all()
