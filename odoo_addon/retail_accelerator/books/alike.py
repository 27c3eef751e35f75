# SPDX-License-Identifier: LGPL-3.0-or-later
"""Many small entries of few kinds, posted at once.

Entries are of one kind when they differ in dates of one month, references, partners,
names and sizes of amounts only. Odoo creates and posts one entry of each kind, the
pattern: what it checks and computes is Odoo's own. Then all entries are written as
copies of the pattern's rows, numbered on from the number Odoo gave it, and the patterns
go.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from math import fsum

from odoo import fields
from odoo.fields import Command

from .alike_rows import (
    copy_followers,
    copy_moves,
    copy_prices,
    copy_side_rows,
    drop_patterns,
)
from .copies import copy_message, told
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
from .invariants import check_entries
from .lane import overriding_modules
from .rights import check_rules
from .sql import next_ids, renew_plans

# Fewer entries a kind than this are no quicker as copies.
FEW = 2
# What the number of an entry, its messages and its followers come from.
METHODS = (
    "_compute_name",
    "_get_next_sequence_format",
    "_get_sequence_format_param",
    "_get_sequence_date_range",
    "_get_starting_sequence",
    "_locked_increment",
    "_set_next_sequence",
    "_message_log",
    "_message_log_batch",
    "_creation_message",
    "message_subscribe",
)
LINE_KEYS = {
    "account_id",
    "partner_id",
    "name",
    "currency_id",
    "balance",
    "amount_currency",
    "sequence",
    "tax_ids",
    "tax_tag_ids",
    "tax_repartition_line_id",
    "group_tax_id",
    "tax_base_amount",
    "analytic_distribution",
}
VARYING = {"partner_id", "name", "balance", "amount_currency", "tax_base_amount"}


class Unlike(Exception):
    """Odoo made of a pattern what cannot stand for others."""


@dataclass(slots=True)
class Entry:
    """An entry to be. ``vals`` and ``lines`` are values for ``create``."""

    vals: dict
    lines: list
    move_id: int = 0
    line_ids: list = field(default_factory=list)
    place: int = 0  # among the others
    name: str = ""
    number: int = 0
    made_gap: bool = False

    @property
    def date(self):
        return fields.Date.to_date(self.vals["date"])

    @property
    def order(self):
        """Odoo numbers entries that are posted together by these."""
        return self.date, self.vals.get("ref") or "", self.place

    def totals(self):
        """(in the company's currency, in the entry's): what its debits add up to."""
        debits = [line for line in self.lines if line["balance"] > 0]
        return (
            fsum(line["balance"] for line in debits),
            fsum(map(amount_currency, debits)),
        )


def post_entries(env, entries, lane):
    """Post all; their ids are in ``entries`` then. The reasons why Odoo wrote them all.

    Inside the caller's savepoint; the caller has asked ``checks``.
    """
    if not entries:
        return []
    for place, entry in enumerate(entries):
        entry.place = place
    kinds = _kinds(entries)
    reasons = ["the ORM was asked for"] if lane == "orm" else problems(env, kinds)
    if not reasons:
        try:
            with env.cr.savepoint():
                _post_copies(env, entries, kinds)
                return []
        except Unlike as unlike:
            env.invalidate_all(flush=False)
            reasons = [str(unlike)]
    _take(_post(env, entries), entries)
    return reasons


def _post(env, entries):
    moves = env["account.move"].create(
        [
            {**entry.vals, "line_ids": [Command.create(line) for line in entry.lines]}
            for entry in entries
        ]
    )
    moves._post(soft=False)
    env.flush_all()
    return moves


def _take(moves, entries):
    for move, entry in zip(moves, entries, strict=True):
        entry.move_id, entry.name = move.id, move.name
        entry.line_ids = move.line_ids.sorted("id").ids


# -- whether ---------------------------------------------------------------------------


def problems(env, kinds):
    """Why the entries cannot be copies; empty when they can."""
    entries = [entry for members in kinds for entry in members]
    if len(entries) < FEW * len(kinds):
        return ["few entries of one kind"]
    lines = [line for entry in entries for line in entry.lines]
    if any(not set(line) <= LINE_KEYS or not line.get("name") for line in lines):
        return ["lines of other values"]
    journals = env["account.journal"].browse({e.vals["journal_id"] for e in entries})
    found = [
        *database_problems(env, ("account.move", "account.move.line")),
        *(
            f"module {module} overrides account.move.{method}"
            for method in METHODS
            for module in overriding_modules(env["account.move"], method)
        ),
    ]
    if any("analytic_distribution" in line for line in lines):
        found += database_problems(env, ("account.analytic.line",))
    for company in journals.company_id:
        found += company_problems(env, company)
        found += amount_problems(env, company, lines)
        found += partner_problems(env, company, lines)
    if any(journal.restrict_mode_hash_table for journal in journals):
        found.append("journals that secure their entries")
    return list(dict.fromkeys(found))


def _kinds(entries):
    """[entries of one kind], each with the earliest first: what a lock date lets
    through then, it lets through for all."""
    found = defaultdict(list)
    for entry in entries:
        found[_kind(entry)].append(entry)
    for members in found.values():
        members.sort(key=lambda entry: entry.date)
    return list(found.values())


def _kind(entry):
    rest = {k: v for k, v in entry.vals.items() if k not in ("date", "ref")}
    return (
        repr(sorted(rest.items())),
        (entry.date.year, entry.date.month),
        bool(entry.vals.get("ref")),
        tuple(map(_line_kind, entry.lines)),
    )


def _line_kind(line):
    amount = amount_currency(line)
    rest = {key: value for key, value in line.items() if key not in VARYING}
    return (
        repr(sorted(rest.items())),
        _sign(line["balance"]),
        _sign(amount),
        "tax_base_amount" in line,
    )


def _sign(amount):
    return (amount > 0) - (amount < 0)


# -- how -------------------------------------------------------------------------------


def _post_copies(env, entries, kinds):
    patterns = [_pattern(members[0]) for members in kinds]
    moves = _post(env, patterns)
    _take(moves, patterns)
    _check_patterns(moves, kinds)
    for prefix in _prefixes(moves, kinds):
        _number(prefix)
    pairs = [
        (entry, pattern)
        for members, pattern in zip(kinds, patterns, strict=True)
        for entry in members
    ]
    _write(env, entries, moves, {id(entry): pattern for entry, pattern in pairs})
    env.invalidate_all(flush=False)
    check_rules(env["account.move"].browse([e.move_id for e in entries]), "create")
    items = [line_id for entry in entries for line_id in entry.line_ids]
    check_rules(env["account.move.line"].browse(items), "create")
    rank_partners(env, [entry.lines for entry in entries])


def _pattern(entry):
    """Without partners, whom Odoo would rank as customers once more."""
    lines = [{**line, "partner_id": False} for line in entry.lines]
    return Entry(entry.vals, lines)


def _check_patterns(moves, kinds):
    for move, members in zip(moves, kinds, strict=True):
        lines = move.line_ids.sorted("id")
        if len(lines) != len(members[0].lines):
            raise Unlike("lines that Odoo added")
        if move.date != members[0].date:
            raise Unlike("dates that Odoo moved")
        if any(line.matching_number or line.date_maturity for line in lines):
            raise Unlike("lines matched on posting, or due later")
        for line, values in zip(lines, members[0].lines, strict=True):
            if _changed(line, values):
                raise Unlike("lines that Odoo changed")
            if line.analytic_line_ids and (
                len(line.analytic_line_ids) > 1
                or set(line.analytic_distribution.values()) != {100.0}
            ):
                raise Unlike("analytics in shares")


def _changed(line, values):
    """Whether Odoo made another line of the values."""
    return (
        line.account_id.id != values["account_id"]
        or line.company_currency_id.compare_amounts(line.balance, values["balance"])
        or line.currency_id.compare_amounts(
            line.amount_currency, amount_currency(values)
        )
        or (line.tax_ids and not values.get("tax_ids"))
    )


def _prefixes(moves, kinds):
    """[[(pattern, its kind's entries)]] of those that are numbered together."""
    found = defaultdict(list)
    for move, members in zip(moves, kinds, strict=True):
        found[move.journal_id.id, move.sequence_prefix].append((move, members))
    return found.values()


def _number(prefix):
    """Give the entries the patterns' numbers, and those that follow.

    Odoo has locked the sequence when it numbered the patterns, and counts on in memory.
    """
    moves = [move for move, _members in prefix]
    first = min(moves, key=lambda move: move.sequence_number)
    style, values = first._get_sequence_format_param(first.name)
    values.pop("seq")
    cached = style.format(**values, seq=0), first.journal_id
    if cached not in first._get_sequence_cache():
        raise Unlike("numbers that Odoo does not count")
    members = [entry for _move, found in prefix for entry in found]
    _check_period(first, members)
    last = first.name
    for _entry in range(len(members) - len(moves)):
        last = first._locked_increment(style, {**values, "seq": 0})
    for number, entry in enumerate(
        sorted(members, key=lambda entry: entry.order), first.sequence_number
    ):
        entry.number = number
        entry.name = style.format(**values, seq=number)
        entry.made_gap = number == first.sequence_number and first.made_sequence_gap
    names = {entry.name for entry in members}
    if last not in names or not {move.name for move in moves} <= names:
        raise Unlike("numbers with gaps")


def _check_period(move, members):
    reset = move._deduce_sequence_number_reset(move.name)
    start, end = move._get_sequence_date_range(reset)[:2]
    if any(not start <= entry.date <= end for entry in members):
        raise Unlike("sequences that begin anew within a month")


def _write(env, entries, moves, patterns):
    """All rows of the entries; ``patterns``: {id of the object: its pattern}."""
    move_ids = next_ids(env, "account_move", len(entries))
    count = sum(len(entry.lines) for entry in entries)
    line_ids = iter(next_ids(env, "account_move_line", count))
    for entry, move_id in zip(entries, move_ids, strict=True):
        entry.move_id = move_id
        entry.line_ids = [next(line_ids) for _line in entry.lines]
    sources = {entry.move_id: patterns[id(entry)].move_id for entry in entries}
    copies = [
        Copy(
            line_id,
            template,
            entry.move_id,
            line.get("partner_id") or None,
            line["name"],
            line["balance"],
            amount_currency(line),
            line.get("tax_base_amount"),
        )
        for entry in entries
        for line_id, template, line in zip(
            entry.line_ids, patterns[id(entry)].line_ids, entry.lines, strict=True
        )
    ]
    messages = _messages(moves)
    copy_moves(env, entries, sources, moves.ids)
    renew_plans(env, "account_move", len(entries))
    insert_items(env, copies)
    renew_plans(env, "account_move_line", len(copies))
    copy_side_rows(env, copies)
    _total_taxed(env, entries)
    copy_followers(env, sources)
    for pattern_id, found in messages.items():
        ids = [move for move, source in sources.items() if source == pattern_id]
        for message in found:
            copy_message(env, message, ids)
    drop_patterns(env, moves)
    check_entries(env, {entry.move_id: len(entry.lines) for entry in entries})


def _total_taxed(env, entries):
    """Prices with and without taxes hang on the amount: Odoo computes them, for lines
    of the same amount and taxes once."""
    like = defaultdict(list)
    for entry in entries:
        for line_id, line in zip(entry.line_ids, entry.lines, strict=True):
            taxes = [ids for _command, _id, ids in line.get("tax_ids", ())]
            if any(taxes):
                key = (
                    amount_currency(line),
                    _line_kind(line),
                    entry.vals.get("currency_id"),
                )
                like[key].append(line_id)
    models = {line_id: same[0] for same in like.values() for line_id in same}
    computed = env["account.move.line"].browse(dict.fromkeys(models.values()))
    for name in ("price_subtotal", "price_total"):
        env.add_to_compute(computed._fields[name], computed)
    env.flush_all()
    copy_prices(env, models)


def _messages(moves):
    """{pattern: what Odoo logged about it}."""
    messages = moves.env["mail.message"].sudo()
    found = messages.search(
        [("model", "=", "account.move"), ("res_id", "in", moves.ids)], order="id"
    )
    if told(found) or found.tracking_value_ids:
        raise Unlike("messages that tell somebody")
    return {
        move.id: found.filtered(lambda message, move=move: message.res_id == move.id)
        for move in moves
    }
