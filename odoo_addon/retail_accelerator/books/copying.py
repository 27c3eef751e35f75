# SPDX-License-Identifier: LGPL-3.0-or-later
"""Journal items as copies of one that Odoo wrote, and what forbids to copy them."""

from dataclasses import dataclass

from odoo.tools import SQL

from ..arrays import array, ints, texts
from ..engine.column_sources import REVIEWED_MODULES
from .invariants import execute
from .lane import (
    automation_problems,
    constraint_problems,
    overriding_modules,
    trigger_problems,
)
from .sql import copied_columns

# Columns of an item that its own values or its entry decide; all others are its
# template's.
OWN = ("id", "partner_id", "name", "move_id", "move_name", "ref", "date")
BALANCES = ("balance", "amount_residual")
CURRENCY_AMOUNTS = (
    "amount_currency",
    "amount_residual_currency",
    "price_subtotal",
    "price_total",
)
SIDES = ("debit", "credit")
WRITTEN = (*OWN, *BALANCES, *CURRENCY_AMOUNTS, *SIDES, "tax_base_amount")
INSERT_ITEMS = """
    INSERT INTO account_move_line (%(written)s, %(shared)s)
    SELECT new.id, new.partner_id, new.name, m.id, m.name, m.ref, m.date,
           home.value, CASE WHEN t.amount_residual <> 0
                            THEN home.value ELSE 0 END,
           own.value, CASE WHEN t.amount_residual_currency <> 0
                           THEN own.value ELSE 0 END,
           own.value, own.value,
           greatest(home.value, 0), greatest(-home.value, 0),
           coalesce(round(new.tax_base, hc.decimal_places),
                    t.tax_base_amount),
           %(values)s
      FROM unnest(%(ids)s, %(templates)s, %(moves)s, %(partners)s,
                  %(names)s, %(balances)s, %(amounts)s, %(bases)s)
           AS new(id, template, move_id, partner_id, name, balance, amount,
                  tax_base)
      JOIN account_move_line t ON t.id = new.template
      JOIN account_move m ON m.id = new.move_id
      JOIN res_company c ON c.id = t.company_id
      JOIN res_currency hc ON hc.id = c.currency_id
      JOIN res_currency oc ON oc.id = t.currency_id,
    LATERAL (SELECT round(new.balance, hc.decimal_places)) AS home(value),
    LATERAL (SELECT round(new.amount, oc.decimal_places)) AS own(value)
     ORDER BY new.id"""


@dataclass(slots=True)
class Copy:
    """One item to be: of the entry ``move_id``, like the item ``template``."""

    id: int
    template: int
    move_id: int
    partner_id: int | None
    name: str
    balance: float
    amount_currency: float
    tax_base: float | None = None  # None: that of the template


def insert_items(env, copies):
    """Write the items; their entries and templates are there. ``tax_base_amount``
    stands beside the balance, in the company's currency."""
    execute(
        env,
        SQL(
            INSERT_ITEMS,
            written=SQL(", ").join(map(SQL.identifier, WRITTEN)),
            **copied_columns(env, "account_move_line", WRITTEN),
            ids=ints(copy.id for copy in copies),
            templates=ints(copy.template for copy in copies),
            moves=ints(copy.move_id for copy in copies),
            partners=ints(copy.partner_id for copy in copies),
            names=texts(copy.name for copy in copies),
            balances=array("numeric", (copy.balance for copy in copies)),
            amounts=array("numeric", (copy.amount_currency for copy in copies)),
            bases=array("numeric", (copy.tax_base for copy in copies)),
        ),
        len(copies),
    )


def rank_partners(env, entries):
    """Customers and vendors of the entries' lines, as Odoo counts them when it posts:
    each once an entry. ``entries``: lists of line values."""
    found = {account for lines in entries for account in _accounts(lines)}
    kinds = {
        account.id: account.account_type
        for account in env["account.account"].browse(found)
    }
    for kind, field in (
        ("asset_receivable", "customer_rank"),
        ("liability_payable", "supplier_rank"),
    ):
        counts = {}
        for lines in entries:
            for partner_id in dict.fromkeys(
                line["partner_id"]
                for line in lines
                if line.get("partner_id") and kinds[line["account_id"]] == kind
            ):
                counts[partner_id] = counts.get(partner_id, 0) + 1
        partners = env["res.partner"].browse(counts)
        for partner in partners:
            ranked = partner | partner.commercial_partner_id
            ranked._increase_rank(field, counts[partner.id])
    env.flush_all()


def _accounts(lines):
    return {line["account_id"] for line in lines}


# -- what forbids it -------------------------------------------------------------------


def database_problems(env, created):
    """Why rows of this database cannot be copies: modules and rules that would have
    seen them come. ``created``: the models whose rows are copied."""
    found = [
        f"module {module} overrides {model}.{method}"
        for model in ("account.move", "account.move.line")
        for method in ("create", "write", "_post")
        for module in overriding_modules(env[model], method)
    ]
    for model in created:
        stored = [field for field in env[model]._fields.values() if field.store]
        found += [
            f"module {module} overrides {model}.{method}"
            for method in sorted(
                {field.compute for field in stored if isinstance(field.compute, str)}
            )
            for module in overriding_modules(env[model], method)
        ]
        found += [
            f"field {model}.{field.name}"
            for field in stored
            if set(field._modules) - REVIEWED_MODULES
        ]
    watched = dict.fromkeys(("account.move", "account.move.line", *created))
    found += constraint_problems(env, watched)
    return found + automation_problems(env, watched) + trigger_problems(env, watched)


def company_problems(env, company):
    """Settings of a company under which a line is more than its values."""
    if company.account_storno:
        return ["reversals by negative amounts (storno)"]
    models = env["account.analytic.distribution.model"].sudo()
    if models.search_count(models._check_company_domain(company), limit=1):
        return ["analytic distribution models"]
    return []


def amount_problems(env, company, lines):
    """Lines without their amounts, or with finer ones than their currency has."""
    home = company.currency_id.id
    currencies = env["res.currency"].with_context(active_test=False).search([])
    places = {currency.id: currency.decimal_places for currency in currencies}
    for line in lines:
        currency_id = line.get("currency_id") or home
        if currency_id != home and line.get("amount_currency") is None:
            return ["a foreign line without its amount"]
        if _fine(line["balance"], places[home]) or _fine(
            amount_currency(line), places[currency_id]
        ):
            return ["amounts finer than their currency"]
    return []


def partner_problems(env, company, lines):
    """Partners whose entries another company keeps."""
    partners = {line["partner_id"] for line in lines if line.get("partner_id")}
    rows = env.execute_query(
        SQL(
            """SELECT count(*) FROM res_partner
                WHERE id = ANY(%s) AND (company_id IS NULL OR company_id = ANY(%s))""",
            ints(partners),
            ints(company.parent_ids.ids),
        )
    )
    return [] if rows[0][0] == len(partners) else ["partners of another company"]


def amount_currency(line):
    """The amount in the line's currency, of its ``create`` values."""
    amount = line.get("amount_currency")
    return line["balance"] if amount is None else amount


def _fine(amount, places):
    """Whether the amount has digits that its currency has not."""
    return abs(amount - round(amount, places)) > 10 ** -(places + 3)
