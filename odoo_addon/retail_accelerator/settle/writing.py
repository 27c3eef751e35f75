# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes planned entries through the books, and says beforehand what keeps them from
being written."""

from collections import defaultdict

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..arrays import array, ints
from ..audit import log
from ..books import Books
from ..books.checks import Refusal


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
    """Why the entries cannot be posted: ``Refusal``s, none when they can."""
    channel, env = settlement.channel_id, settlement.env
    problems = [
        Refusal(
            "setting_missing",
            env._(
                "Set the %(field)s of the channel %(channel)s.",
                field=label,
                channel=name,
            ),
        )
        for label, name in _missing(channel)
    ]
    if problems:
        return problems
    if not settlement.reference:
        return [Refusal("not_paid_out", env._("These rows are not paid out yet."))]
    books = Books(env)
    accounts = defaultdict(set)
    for entry in entries:
        accounts[entry.date].update(line.account.id for line in entry.lines)
        if entry.total():
            problems.append(
                Refusal(
                    "sums_differ",
                    env._("The entry of %s does not balance.", entry.date),
                )
            )
    for date, ids in accounts.items():
        problems += books.check(
            channel.settlement_journal_id.sudo(),
            date,
            env["account.account"].sudo().browse(ids),
        )
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


# Entries of fewer lines are posted together, as copies of one of a kind.
MANY = 20


class Writer:
    """Writes planned entries of one settlement through the books."""

    def __init__(self, settlement):
        self.settlement = settlement
        self.env = settlement.env
        self.channel = settlement.channel_id.sudo()
        self.books = Books(self.env)
        self.notes = set()

    def post_all(self, entries, open_items=None):
        """Post the entries and match their lines with what they pay.

        open_items: {target: ids of journal items} that wait for such a line.
        """
        moves = self._post(entries)
        holders, groups, signs = {}, defaultdict(set), defaultdict(set)
        items = self._items(moves)
        for entry, move in zip(entries, moves, strict=True):
            for line, item in zip(entry.lines, items[move.id], strict=True):
                for row in line.row_ids:
                    holders[row] = (item, line.role == "suspense")
                if line.target:
                    groups[line.target].add(item)
                    signs[line.target].add(line.balance > 0)
                    if line.open_item:
                        groups[line.target].add(line.open_item)
                        signs[line.target].add(line.balance < 0)
        self._remember(holders)
        self._reconcile(groups, signs, open_items or {})
        self.settlement.lane_notes = "\n".join(sorted(self.notes))
        return moves

    def _reconcile(self, groups, signs, open_items):
        """All lines of one target at once; those of one sign only stay open."""
        for target, items in open_items.items():
            if target in groups:
                groups[target].update(items)
                signs[target] = {True, False}
        chosen = [sorted(groups[key]) for key in groups if len(signs[key]) == 2]
        if chosen:
            self.notes.update(self.books.reconcile(chosen)["reasons"])

    def _post(self, entries):
        """The entries in their order: small ones all at once, others one by one."""
        values = [(self._vals(entry), self._lines(entry)) for entry in entries]
        small = [pair for pair in values if len(pair[1]) < MANY]
        together = iter(self.books.post_entries(small) if len(small) > 1 else ())
        if len(small) > 1:
            self.notes.update(self.books.last_reasons)
        moves = []
        for vals, lines in values:
            if len(small) > 1 and len(lines) < MANY:
                moves.append(next(together).id)
            else:
                moves.append(self.books.post_entry(vals, lines).id)
                self.notes.update(self.books.last_reasons)
        return self.env["account.move"].browse(moves)

    def _vals(self, entry):
        return {
            "journal_id": self.channel.settlement_journal_id.id,
            "date": entry.date,
            "ref": entry.ref,
            "currency_id": self.settlement.currency_id.id,
            "company_id": self.channel.company_id.id,
        }

    def _lines(self, entry):
        analytic = self.channel.settlement_analytic_account_id
        company = self.channel.company_id
        return [line.vals(company, analytic) for line in entry.lines]

    def _items(self, moves):
        """{entry: its items in the order they were given}."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT move_id, array_agg(id ORDER BY id) FROM account_move_line
                    WHERE move_id = ANY(%s) GROUP BY move_id""",
                ints(moves.ids),
            )
        )
        return dict(rows)

    def _remember(self, holders):
        """The way from rows to their journal items."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE retail_settlement_event e
                      SET move_line_id = new.item,
                          suspense_line_id = CASE WHEN new.suspense THEN new.item END
                     FROM unnest(%s, %s, %s)
                          AS new(event_id, item, suspense)
                    WHERE e.id = new.event_id""",
                ints(holders),
                ints(item for item, _suspense in holders.values()),
                array("bool", (suspense for _item, suspense in holders.values())),
            )
        )
        self.env["retail.settlement.event"].invalidate_model(
            ["move_line_id", "suspense_line_id"], flush=False
        )
