# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exchange differences: what is left of matched lines in one currency when nothing is
left in the other.

Odoo says which they are when it plans a group. Each is an entry of its own, posted
here, whose lines are matched with those they correct.
"""

from collections import defaultdict, deque
from dataclasses import dataclass

from odoo.tools import SQL

from ..arrays import ints
from .alike import Entry, post_entries
from .planning import Line, Partial, apply_partials, closed, components


@dataclass(slots=True)
class Exchange:
    """The entry that corrects ``fixed`` lines by every second of its own."""

    entry: Entry
    fixed: list  # of planning.Line

    @classmethod
    def of(cls, env, by_id, difference):
        """From what Odoo prepared: values of the entry, and the lines it corrects."""
        vals = dict(difference["move_values"])
        lines = [command[2] for command in vals.pop("line_ids")]
        fixed = [by_id[line.id] for line, _sequence in difference["to_reconcile"]]
        return cls(Entry(vals, [_plain(line) for line in lines]), fixed)


def _plain(line):
    """Values of one of Odoo's lines, with what is fixed by the balance left out."""
    return {
        "account_id": line["account_id"],
        "partner_id": line["partner_id"],
        "name": line["name"],
        "currency_id": line["currency_id"],
        "balance": line["debit"] - line["credit"],
        "amount_currency": line["amount_currency"],
        "sequence": line["sequence"],
    }


def unready(env, exchanges):
    """Whether a journal or account is missing, which Odoo complains about."""
    ids = {exchange.entry.vals["journal_id"] for exchange in exchanges}
    companies = env["account.journal"].browse(ids - {False}).company_id
    return False in ids or any(
        not company.income_currency_exchange_account_id
        or not company.expense_currency_exchange_account_id
        for company in companies
    )


def book(env, groups):
    """Post the entries of the groups' differences; the plan matches their lines."""
    exchanges = [exchange for group in groups for exchange in group.exchanges]
    if not exchanges:
        return
    items = env["account.move.line"].with_context(no_exchange_difference=True)
    post_entries(items.env, [exchange.entry for exchange in exchanges], "auto")
    companies = dict(
        env.execute_query(
            SQL(
                "SELECT id, company_id FROM account_move WHERE id = ANY(%s)",
                ints(exchange.entry.move_id for exchange in exchanges),
            )
        )
    )
    for group in groups:
        for exchange in group.exchanges:
            _correct(env, group, exchange, companies[exchange.entry.move_id])
        apply_partials(group.corrected)
        _name_causes(group)


def _correct(env, group, exchange, company_id):
    home = env["res.company"].browse(company_id).currency_id
    entry = exchange.entry
    for fixed, item_id, values in zip(
        exchange.fixed, entry.line_ids[::2], entry.lines[::2], strict=True
    ):
        own = env["res.currency"].browse(values["currency_id"])
        balance = minor(home, values["balance"])
        amount = minor(own, values["amount_currency"])
        line = Line(
            item_id,
            entry.move_id,
            fixed.account_id,
            fixed.partner_id,
            company_id,
            fixed.currency_id,
            entry.date,
            entry.date,
            balance,
            amount,
            balance,
            amount,
            None,
            False,
        )
        group.corrections.append(line)
        debit, credit = (line, fixed) if (balance or amount) > 0 else (fixed, line)
        group.corrected.append(
            Partial(debit, credit, abs(balance), abs(amount), abs(amount))
        )


def _name_causes(group):
    """Odoo notes an entry on the first matching, not yet given one, of a line that the
    entry corrects."""
    waiting = defaultdict(deque)
    for number, exchange in enumerate(group.exchanges):
        for line in exchange.fixed:
            waiting[line.id].append(number)
    used = set()
    for partial in group.partials:
        found = []
        for line_id in (partial.debit.id, partial.credit.id):
            queue = waiting.get(line_id, ())
            while queue and queue[0] in used:
                queue.popleft()
            found += [queue[0]] if queue else []
        if found:
            used.add(min(found))
            partial.exchange_move_id = group.exchanges[min(found)].entry.move_id


def closed_parts(group):
    """[ids of lines] that a group's exchange entries closed, in the entries' order."""
    lines = {line.id: line for line in group.involved}
    edges = group.all_edges if group.exchanges else []
    part_of = {line_id: part for part in components(edges).values() for line_id in part}
    seen, parts = set(), []
    for line in group.corrections:
        part = part_of[line.id]
        if line.id not in seen and closed([lines[i] for i in part], edges):
            parts.append(part)
        seen |= part
    return parts


def minor(currency, amount):
    """Minor units of an amount that is rounded to its currency."""
    return round(amount * 10**currency.decimal_places)
