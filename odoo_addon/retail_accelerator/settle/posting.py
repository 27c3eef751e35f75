# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes a settlement's entries, and takes them back."""

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..audit import log
from ..books import Books
from . import bank
from .entry import Entry, Line, minor_units
from .plan import Planner


def check_accountant(env):
    """Posting and what belongs to it is the accountants'."""
    if not env.user.has_group("retail_accelerator.group_accountant"):
        raise AccessError(
            env._("Only settlement accountants post and reverse payouts.")
        )


def held(settlement, *states):
    """Hold the company's settlements; the settlement must still be in one of the
    states, or a UserError says what it is."""
    log.lock(settlement.env, settlement.company_id)
    settlement.invalidate_recordset(["state"])
    if settlement.state not in states:
        labels = dict(
            settlement._fields["state"]._description_selection(settlement.env)
        )
        raise UserError(
            settlement.env._(
                "%(name)s is %(state)s, so this is not possible now.",
                name=settlement.name,
                state=labels[settlement.state],
            )
        )


def refusals(settlement, entries):
    """Why the entries cannot be posted: sentences, none when they can."""
    channel, env = settlement.channel_id, settlement.env
    problems = [
        env._(
            "Set the %(field)s of the channel %(channel)s.", field=label, channel=name
        )
        for label, name in _missing(channel)
    ]
    if problems:
        return problems
    if not settlement.reference:
        return [env._("These rows are not paid out yet.")]
    books = Books(env)
    for entry in entries:
        accounts = env["account.account"].union(*(line.account for line in entry.lines))
        problems += books.check(
            channel.settlement_journal_id.sudo(), entry.date, accounts.sudo()
        )
        if entry.total():
            problems.append(env._("The entry of %s does not balance.", entry.date))
    return list(dict.fromkeys(problems))


def _missing(channel):
    for name in (
        "settlement_journal_id",
        "settlement_transit_account_id",
        "settlement_suspense_account_id",
        "settlement_reserve_account_id",
        "settlement_fee_account_id",
        "settlement_fee_tax_account_id",
    ):
        if not channel.sudo()[name]:
            yield channel._fields[name]._description_string(channel.env), channel.name


def release_changed(settlement):
    """Rows whose target was paid by somebody else meanwhile wait again, with that
    reason; returns them."""
    changed = settlement.env["retail.settlement.event"].sudo()
    for event in settlement.sudo().event_ids.filtered("applied_ids"):
        for link in event.applied_ids:
            target = link.move_line_id
            if not target or link.amount * target.amount_currency <= 0:
                continue
            if (
                target.currency_id.compare_amounts(
                    abs(target.amount_residual_currency), abs(link.amount)
                )
                < 0
            ):
                changed |= event
    changed.applied_ids.unlink()
    changed.write({"state": "exception", "reason": "target_changed"})
    return changed


def post(settlement):
    """Post the payout: entries, and their reconciliation with what they pay.

    Raises UserError, before anything is written, when it cannot be.
    """
    env = settlement.env
    check_accountant(env)
    held(settlement, "proved", "matched")
    settlement.channel_id._prepare_settlements()
    release_changed(settlement)
    entries = Planner(settlement).entries()
    problems = refusals(settlement, entries)
    if problems:
        raise UserError("\n".join(problems))
    moves = Writer(settlement).post_all(entries)
    settlement.write(
        {"state": "posted", "move_ids": [(6, 0, moves.ids)], "failure": False}
    )
    log.append(
        settlement,
        "post",
        env._("%(name)s: %(count)s entries", name=settlement.name, count=len(moves)),
        moves=moves.mapped("name"),
        net=str(settlement.amount_file),
        currency=settlement.currency_id.name,
    )
    bank.reconcile(settlement)
    return moves


class Writer:
    """Writes planned entries of one settlement through the books."""

    def __init__(self, settlement):
        self.settlement = settlement
        self.env = settlement.env
        self.channel = settlement.channel_id.sudo()
        self.books = Books(self.env)
        self.notes = set()

    def post_all(self, entries):
        moves = self.env["account.move"]
        groups = []
        for entry in entries:
            move = self._post(entry)
            moves |= move
            for line, item in zip(entry.lines, move.line_ids, strict=True):
                self._remember(line, item)
                if line.target:
                    groups.append(line.target | item)
        if groups:
            self.notes.update(self.books.reconcile(groups)["reasons"])
        self.settlement.lane_notes = "\n".join(sorted(self.notes))
        return moves

    def _post(self, entry):
        analytic = self.channel.settlement_analytic_account_id
        company = self.channel.company_id
        move = self.books.post_entry(
            {
                "journal_id": self.channel.settlement_journal_id.id,
                "date": entry.date,
                "ref": entry.ref,
                "currency_id": self.settlement.currency_id.id,
                "company_id": company.id,
            },
            [line.vals(company, analytic) for line in entry.lines],
        )
        self.notes.update(self.books.last_reasons)
        return move

    @staticmethod
    def _remember(line, item):
        """The way from a row to its journal item."""
        if line.event:
            line.event.sudo().write(
                {
                    "move_line_id": item.id,
                    "suspense_line_id": item.id if line.role == "suspense" else False,
                }
            )


def move_from_suspense(events):
    """Post what rows of one payout are, once that is known: their amounts leave the
    suspense account, by one entry of today."""
    settlement = events.settlement_id.ensure_one()
    check_accountant(settlement.env)
    planner = Planner(settlement)
    planner.date = fields.Date.context_today(settlement)
    entry = correction(planner, events)
    problems = refusals(settlement, [entry])
    if problems:
        raise UserError("\n".join(problems))
    writer = Writer(settlement)
    suspense = [event.suspense_line_id for event in events.sudo()]
    move = writer.post_all([entry])
    clearing = move.line_ids[-len(events) :]
    writer.books.reconcile([a | b for a, b in zip(suspense, clearing, strict=True)])
    settlement.move_ids = [(4, move.id)]
    events.sudo().suspense_line_id = False
    return move


def clear_suspense(settlement):
    """Move what was explained since the payout was posted from the suspense account;
    rows of a payout that is not posted have nothing there."""
    explained = settlement.event_ids.filtered(
        lambda event: event.suspense_line_id and event.state in ("matched", "plain")
    )
    if explained:
        move_from_suspense(explained)


def correction(planner, events):
    """The entry that books rows as what they are instead of on the suspense account;
    the lines that clear it come last, in the order of the rows."""
    lines, clearing = [], []
    for event in events:
        booked = planner.lines_of(event)
        back = _back(planner, event.sudo().suspense_line_id)
        booked[-1].balance -= back.balance + sum(line.balance for line in booked)
        lines += booked
        clearing.append(back)
    return Entry(planner.date, planner.settlement.name, [*lines, *clearing])


def _back(planner, suspense):
    """The opposite of a suspense item."""
    ours = planner.company.currency_id
    return Line(
        "clearing",
        suspense.account_id,
        suspense.currency_id,
        -minor_units(suspense.amount_currency, suspense.currency_id),
        -minor_units(suspense.balance, ours),
        suspense.name,
    )


def reverse(settlement, date=None, reason=""):
    """Take the payout's entries back, completely; it can be posted anew then."""
    env = settlement.env
    check_accountant(env)
    held(settlement, "posted", "reconciled")
    bank.release(settlement)
    books = Books(env)
    moves = settlement.move_ids
    reversals = [books.reverse(move, date=date, reason=reason) for move in moves]
    settlement.event_ids.sudo().write(
        {"move_line_id": False, "suspense_line_id": False}
    )
    settlement.write({"state": "matched", "move_ids": [(5,)]})
    log.append(
        settlement,
        "reverse",
        env._("%(name)s: %(reason)s", name=settlement.name, reason=reason),
        moves=moves.mapped("name"),
        reversals=[reversal.name for reversal in reversals],
    )
    settlement.message_post(
        body=env._("Reversed: %s", ", ".join(r.name for r in reversals))
    )
    return settlement.env["account.move"].union(*reversals)
