# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs a sweep: compares all at once, then stores the pairs in batches with a commit
each.

A sweep that died is begun anew: what is compared depends on the records only, pairs
that are stored already are known, so it ends as if nothing had happened.
"""

import logging
import time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from .. import failures
from . import native
from .compared_records import Table
from .conflicts import CONFLICTS, not_logged
from .lease import lease
from .resemblance import pair_values

_logger = logging.getLogger(__name__)

BATCH = 500  # pairs stored between two commits
RETRIES = 8  # of a batch that met another transaction's pairs
LEASE_ROOM = 0x52414D  # the room of our advisory locks


class Sweeper:
    """Runs one ``retail.duplicate.sweep``; commits after each batch, by ``commit``
    when it is given."""

    def __init__(self, sweep, commit=None):
        sweep.ensure_one()
        self.sweep = sweep.sudo()  # whoever may start one does not see all its sums
        self.env = sweep.env
        self.commit = commit or self._commit

    def _commit(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def run_guarded(self):
        """Run unless another worker has it; whatever goes wrong stays with this
        sweep."""
        with lease(self.env, LEASE_ROOM, self.sweep.id) as alone:
            if not alone:
                return
            self.sweep.invalidate_recordset()
            if self.sweep.state not in ("queued", "running"):
                return
            self.commit()  # what is not stored yet cannot be marked as failed
            try:
                self.run()
            except Exception as error:
                self.env.cr.rollback()
                failures.log(_logger, error, "Sweep %s failed", self.sweep.id)
                self._fail(
                    self.env._(
                        "An unexpected error stopped the sweep: %s\nPress Sweep now to "
                        "try again; when it happens again, send this text to your "
                        "administrator.",
                        type(error).__name__,
                    )
                )

    def run(self):
        """Compare and store; what a person can put right ends the sweep as failed."""
        began = time.monotonic()
        try:
            with self.env.cr.savepoint():
                self._begin()
                compared = self._compare()
        except (UserError, native.require().Error) as error:
            self._fail(str(error.args[1] if error.args[1:] else error))
            return
        self.commit()
        self._store(*compared)
        pairs = self.env["retail.duplicate"]
        while pairs._close_gone(self.sweep.kind, self.sweep.company_id):
            self.commit()
        self.sweep.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "seconds": time.monotonic() - began,
            }
        )

    def _fail(self, message):
        self.sweep.write(
            {
                "state": "failed",
                "finished_at": fields.Datetime.now(),
                "error_message": message,
            }
        )

    def _begin(self):
        vals = {
            "state": "running",
            "seen_until": self._horizon(),
            "error_message": False,
            "stored_count": 0,
        }
        if self.sweep.state != "running":
            vals.update(started_at=fields.Datetime.now(), since=self._since())
        self.sweep.write(vals)

    def _horizon(self):
        """When the oldest transaction began that may still be under way: what it
        commits later bears that time, and this sweep does not see it."""
        [(moment,)] = self.env.execute_query(
            SQL(
                """SELECT LEAST(min(xact_start), now()) AT TIME ZONE 'UTC'
                     FROM pg_stat_activity
                    WHERE datname = current_database() AND xact_start IS NOT NULL
                      AND backend_type = 'client backend'"""
            )
        )
        return moment.replace(microsecond=0)

    def _since(self):
        if self.sweep.mode == "full":
            return False
        last = self.sweep.search(
            [
                ("kind", "=", self.sweep.kind),
                ("company_id", "=", self.sweep.company_id.id),
                ("state", "=", "done"),
            ],
            order="seen_until desc",
            limit=1,
        )
        return last.seen_until

    def _compare(self):
        """(table, LinkResult, pairs); the same again when the records are the same."""
        self.env.flush_all()
        table = Table(
            self.env, self.sweep.kind, self.sweep.company_id, self.sweep.since
        )
        result = table.link()
        pairs = table.pairs(result)
        self.sweep.write(
            {
                "record_count": table.count,
                "changed_count": table.changed,
                "pair_count": len(pairs),
            }
        )
        return table, result, pairs

    def _store(self, table, result, pairs):
        self.env["retail.duplicate"]._follow_ledger()
        for batch in split_every(BATCH, pairs):
            vals_list = [self._vals(table, result, pair) for pair in batch]
            new = self._remember(vals_list)
            self.sweep.write(
                {
                    "stored_count": self.sweep.stored_count + len(batch),
                    "new_count": self.sweep.new_count + new,
                }
            )
            self.commit()

    def _remember(self, vals_list):
        """Store a batch; returns how many pairs are new. An import or another sweep
        may store the same pair at the same time."""
        for attempt in range(1, RETRIES + 1):
            try:
                with not_logged(attempt < RETRIES), self.env.cr.savepoint():
                    return len(self.env["retail.duplicate"]._remember(vals_list))
            except CONFLICTS:
                if attempt == RETRIES:
                    raise
                self.commit()  # to see what the other one stored
        return 0

    def _vals(self, table, result, pair):
        first, second = table.heads_of(pair)
        return {
            "kind": self.sweep.kind,
            "first_id": first.id,
            "second_id": second.id,
            "company_id": first.company or second.company,
            "channel_id": second.channel or first.channel,
            "sweep_id": self.sweep.id,
            **pair_values(result, pair),
        }
