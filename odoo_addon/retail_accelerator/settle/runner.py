# SPDX-License-Identifier: LGPL-3.0-or-later
"""Works through files and payouts on a cursor of its own making: one file, one match
and one payout are one transaction each, so that a crash loses no more than that, and
running again goes on from there."""

import logging
import os
import shutil
import time
from contextlib import contextmanager

import psycopg2
import psycopg2.errors

from odoo.exceptions import UserError

from .. import failures
from ..audit import log
from . import bank, intake, matching, posting, refused
from .folder import waiting_files

_logger = logging.getLogger(__name__)

ATTEMPTS = 5
CONFLICTS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.UniqueViolation,
)


class Runner:
    """Settles for one channel; commits after every step."""

    def __init__(self, channel):
        self.channel = channel.with_company(channel.company_id)
        self.env = self.channel.env
        self.seconds = {}

    @contextmanager
    def _timed(self, step):
        started = time.monotonic()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.monotonic() - started

    def _step(self, work):
        """One transaction; begun anew when another one came in between."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result = work()
                self.env.flush_all()
                self.env.cr.commit()  # pylint: disable=invalid-commit
                return result
            except CONFLICTS:
                self._reset()
                if attempt == ATTEMPTS:
                    raise
            except BaseException:
                self._reset()
                raise
        return None

    def _reset(self):
        self.env.cr.rollback()
        self.env.invalidate_all(flush=False)

    # -- the steps --

    def take(self, path, bank=False):
        """Read one file; ``bank``: it must be the bank's. See intake.take."""
        with open(path, "rb") as handle:
            content = handle.read()
        name = os.path.basename(path)
        if bank and not intake.is_bank_file(self.channel, content, name):
            raise UserError(
                self.env._("%s is no bank statement (CAMT.053, CAMT.054, OFX).", name)
            )
        with self._timed("read"):
            return self._step(lambda: intake.take(self.channel, content, name))

    def match(self, settlements):
        """Match what is open of these payouts."""
        with self._timed("match"):
            return self._step(lambda: matching.match(settlements))

    def post(self, settlements):
        """Post each payout; returns how many, and keeps why others were refused."""
        done = 0
        for settlement in settlements:
            with self._timed("post"):
                done += self._post(settlement)
        return done

    def _post(self, settlement):
        try:
            self._step(lambda: posting.post(settlement))
        except UserError as error:
            reason = refused.noted(error)
            # Another worker may have posted it in between: then there is no failure.
            if settlement.state in ("proved", "matched"):
                self._step(lambda: settlement.write(reason))
            return 0
        return 1

    def reconcile(self, settlements):
        """Match posted payouts with their bank lines; returns how many were."""
        with self._timed("reconcile"):
            return sum(
                self._step(lambda settlement=settlement: self._reconcile(settlement))
                for settlement in settlements
            )

    @staticmethod
    def _reconcile(settlement):
        # Another worker or a person may have been first; then there is nothing to do.
        log.lock(settlement.env, settlement.company_id)
        settlement.invalidate_recordset(["state"])
        return bank.reconcile(settlement)

    # -- what runs by itself --

    def by_itself(self):
        """All that needs no person. A step that fails is logged and stops neither the
        next one nor other channels."""
        if self.channel.settlement_folder:
            self._guarded(self.pick_up)
        self._guarded(self.work)

    def _guarded(self, step):
        try:
            step()
        except Exception as error:
            self._reset()
            failures.log(_logger, error, "Settling failed, channel %s", self.channel.id)

    def pick_up(self):
        """Read the files that lie in the channel's folder; they end in its folders
        ``done`` or ``refused``."""
        for path, name in waiting_files(self.channel):
            try:
                self.take(path)
                target = "done"
            except UserError as error:
                target = "refused"
                self.refuse(path, name, str(error))
            except Exception as error:
                # The file stays where it is; the others are read.
                failures.log(_logger, error, "File %s could not be read", name)
                continue
            folder = os.path.join(self.channel.settlement_folder, target)
            os.makedirs(folder, exist_ok=True)
            shutil.move(path, os.path.join(folder, f"{time.time_ns()}-{name}"))

    def refuse(self, path, name, message):
        """Note a file that was refused, with its bytes and the reason."""
        _logger.info("Settlement file refused for channel %s", self.channel.code)
        with open(path, "rb") as handle:
            content = handle.read()
        self._step(lambda: intake.refuse(self.channel, content, name, message))

    def work(self):
        """Match what is new or waits, post what may be posted, look for bank lines."""
        model = self.env["retail.settlement"]
        mine = [("channel_id", "=", self.channel.id)]
        pending = model.search(
            [*mine, ("event_ids", "any", [("state", "in", ("new", "waiting"))])]
        )
        if pending:
            self.match(pending)
        policy = self.channel.settlement_auto_post
        states = {
            "never": (),
            "complete": ("matched",),
            "always": ("proved", "matched"),
        }
        ready = model.search(
            [*mine, ("state", "in", states[policy]), ("reference", "!=", False)],
            order="date, id",
        )
        self.post(ready)
        self.reconcile(model.search([*mine, ("state", "=", "posted")]))
