# SPDX-License-Identifier: LGPL-3.0-or-later
"""The room's door: check, post, reconcile and reverse journal entries in bulk."""

from collections import Counter

from odoo import fields

from . import alike, checks, entries
from .lane import reconcile_problems
from .reading import Reader
from .reconcile import reconcile_native


class Books:
    """Bulk work on journal entries in one environment.

    Each call happens whole or not at all: what raises leaves nothing behind and the
    transaction usable. A conflict with another transaction is PostgreSQL's error, after
    which the whole transaction has to be repeated.

    ``last_lane`` is the lane of the last call, "native", "orm" or "mixed";
    ``last_reasons`` why the ORM had to do something, {reason: number of groups}.
    """

    def __init__(self, env, lane="auto"):
        """``lane``: "auto", or "orm" for plain Odoo throughout."""
        self.env = env
        self.lane = lane
        self.last_lane = ""
        self.last_reasons = {}

    def check(self, journal, date, accounts, currency=None):
        """Why an entry with these accounts cannot be posted; empty when it can."""
        return checks.refusals(journal, date, accounts, currency)

    def post_entry(self, vals, lines):
        """Create and post one entry; returns it, with ``line_ids`` in the order given.

        :param vals: of the entry: journal_id, date, ref, currency_id
        :param lines: list of ``create`` values of its lines, which must balance
        """
        with self.env.cr.savepoint():
            move, reasons = entries.post_entry(self.env, vals, lines, self.lane)
        self._tell(1 - len(reasons[:1]), Counter(reasons))
        return move

    def post_entries(self, entries):
        """Create and post many entries at once; returns them in the order given.

        For small entries, such as one for each row of a report; a large one is quicker
        by ``post_entry``.

        :param entries: list of (vals, lines) as ``post_entry`` takes them
        """
        entries = [alike.Entry(vals, lines) for vals, lines in entries]
        with self.env.cr.savepoint():
            checks.refuse(self.env, [(e.vals, e.lines) for e in entries])
            reasons = alike.post_entries(self.env, entries, self.lane)
        self._tell(not reasons, Counter(dict.fromkeys(reasons, len(entries))))
        return self.env["account.move"].browse([entry.move_id for entry in entries])

    def reconcile(self, groups):
        """Match the lines of each group with each other, as ``_reconcile_plan`` would.

        :param groups: recordsets of ``account.move.line``, or lists of their ids
        :return: ``{"native": groups, "orm": groups, "reasons": {reason: groups}}``
        """
        groups = [list(getattr(group, "ids", group)) for group in groups]
        with self.env.cr.savepoint():
            problems = self._reconcile_problems()
            if problems:
                left = range(len(groups))
                reasons = Counter(dict.fromkeys(problems, len(groups)))
            else:
                left, reasons = self._reconcile_native(groups)
            items = self.env["account.move.line"]
            if left:
                items._reconcile_plan([items.browse(groups[index]) for index in left])
            self.env.flush_all()
        native = len(groups) - len(left)
        self._tell(native, reasons)
        return {"native": native, "orm": len(left), "reasons": dict(reasons)}

    def _reconcile_problems(self):
        if self.lane == "orm":
            return ["the ORM was asked for"]
        return reconcile_problems(self.env)

    def _reconcile_native(self, groups):
        reader = Reader(self.env)
        taken = reader.sort_out(groups)
        if taken:
            reconcile_native(self.env, taken)
            self.env.invalidate_all()
        return reader.left, reader.reasons

    def reverse(self, move, date=None, reason=""):
        """Undo a posted entry: unmatch its lines and post the opposite entry.

        :return: the reversing entry, reconciled with ``move``
        """
        values = {
            "date": date or fields.Date.context_today(move),
            "ref": reason or self.env._("Reversal of %s", move.name),
        }
        with self.env.cr.savepoint():
            move.line_ids.remove_move_reconcile()
            opposite = move._reverse_moves([values], cancel=True)
        self._tell(0, Counter(["reversal"]))
        return opposite

    def _tell(self, native, reasons):
        self.last_reasons = dict(reasons)
        self.last_lane = (
            "mixed" if native and reasons else "native" if native else "orm"
        )
