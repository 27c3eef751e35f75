# SPDX-License-Identifier: LGPL-3.0-or-later
"""Background work: which import is next, and that only one worker takes it."""

import logging
from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import config

from ... import failures
from ...engine import confirm
from ...engine.lease import lease
from .retail_import_workflow import FINAL

_logger = logging.getLogger(__name__)

SLICE_SECONDS = 60  # of one import before the next shop has its turn
LEASE_CLASS = 0x52414C  # the room of our advisory locks
CONFIRM_BATCH = 50
SHOWN_PROBLEMS = 200  # refunds named one by one
CRONS = ("retail_accelerator.ir_cron_import_1", "retail_accelerator.ir_cron_import_2")


class RetailImportRun(models.AbstractModel):
    _name = "retail.import.run"
    _description = "Background Work on Imports"

    @contextmanager
    def _lease(self):
        """Yield whether this worker alone has the import."""
        self.ensure_one()
        with lease(self.env, LEASE_CLASS, self.id) as taken:
            yield taken

    @api.model
    def _trigger_cron(self):
        for xml_id in CRONS:
            self.env.ref(xml_id).sudo()._trigger()

    @api.model
    def _slice_seconds(self):
        """Well below the time after which Odoo ends a background worker."""
        limit = config["limit_time_real_cron"]
        if limit is None or limit < 0:
            limit = config["limit_time_real"]
        return min(SLICE_SECONDS, limit / 2) if limit else SLICE_SECONDS

    @api.model
    def _cron_run(self):
        """One slice of work for each shop that has an import waiting."""
        cron = self.env["ir.cron"]
        seconds = self._slice_seconds()
        for records in self._waiting_by_channel():
            # The first import of the shop that no other worker has; a shop whose first
            # import is being worked on keeps its order of files.
            with records[0]._lease() as taken:
                if not taken:
                    continue
                records[0].invalidate_recordset()
                if records[0].state in ("queued", "running"):
                    records[0]._run_guarded(seconds)
            left = cron._commit_progress(1, remaining=len(self._waiting()))
            if left <= 0:
                break
        self._cron_undo()
        self._cron_confirm()
        cron._commit_progress(0, remaining=len(self._waiting()))

    @api.model
    def _waiting(self):
        return self.search([("state", "in", ("queued", "running"))], order="id")

    @api.model
    def _waiting_by_channel(self):
        """Imports to work on, those begun first, then the oldest; one list a shop."""
        waiting = self._waiting().sorted(lambda record: record.state != "running")
        return list(waiting.grouped("channel_id").values())

    def _run_guarded(self, seconds):
        """Run a slice; whatever goes wrong stays with this import."""
        self.ensure_one()
        try:
            self._run_slice(seconds)
        except Exception as error:
            self.env.cr.rollback()
            failures.log(_logger, error, "Import %s failed", self.id)
            self.write(
                {
                    "state": "failed",
                    "finished_at": fields.Datetime.now(),
                    "error_message": self.env._(
                        "An unexpected error stopped the import: %(error)s\n"
                        "What was imported before is kept. Press Continue to try again "
                        "from the same place; when it happens again, send this text "
                        "to your administrator.",
                        error=failures.words(error),
                    ),
                }
            )
            self._attach_results()

    def _run_slice(self, seconds):
        """Let the engine work on the import for a while."""
        self.ensure_one()
        if not self.file_checksum:
            self._remember_checksum()
        self._runner().run(seconds=seconds)
        self.invalidate_recordset()
        if self.state == "cancelled" and not self.result_file:
            self._attach_results()

    @api.model
    def _cron_confirm(self):
        """Confirm imported quotations whose shop status asks for it."""
        for channel in self.env["retail.channel"].search([("active", "=", True)]):
            confirmed, failed = confirm.confirm(self.env, channel, CONFIRM_BATCH)
            if confirmed + failed:
                self.env["ir.cron"]._commit_progress(confirmed + failed)
            if confirmed + failed == CONFIRM_BATCH:
                self._trigger_cron()

    # -- the end of a run --

    def _note_refund_problems(self, problems):
        """Keep which refunds of the file were refused: [(the shop's id, why)]."""
        lines = [
            self.env._("Refund %(ref)s: %(problem)s", ref=ref or "?", problem=problem)
            for ref, problem in problems[:SHOWN_PROBLEMS]
        ]
        if len(problems) > SHOWN_PROBLEMS:
            more = len(problems) - SHOWN_PROBLEMS
            lines.append(self.env._("… and %s more", more))
        self.write(
            {
                "refund_reject_count": len(problems),
                "refund_problems": "\n".join(lines) or False,
            }
        )

    def _summary_lines(self):
        """(label, count) of everything worth telling."""
        self.ensure_one()
        names = (
            "read_count",
            "created_count",
            "updated_count",
            "unchanged_count",
            "skipped_count",
            "rejected_count",
            "review_count",
            "refund_count",
            "refund_reject_count",
        )
        labels = self.fields_get(names, ["string"])
        return [
            (labels[name]["string"], self[name])
            for name in names
            if name == "read_count" or self[name]
        ]

    def _report_end(self):
        """Counts to the chatter, and a note on the screen of the one who started it."""
        self.ensure_one()
        if self.state not in FINAL:
            return
        title = {
            "done": self.env._("Import finished"),
            "cancelled": self.env._("Import cancelled"),
            "failed": self.env._("Import stopped"),
        }[self.state]
        if self.dry_run:
            title = self.env._("Test: %s (nothing was kept)", title)
        lines = self._summary_lines()
        items = Markup().join(
            Markup("<li>%s: %s</li>") % (label, count) for label, count in lines
        )
        body = Markup("<p><b>%s</b></p><ul>%s</ul>") % (title, items)
        if self.error_message:
            body += Markup("<p>%s</p>") % self.error_message
        self.message_post(body=body, subtype_xmlid="mail.mt_note")
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success" if self.state == "done" else "warning",
                "title": f"{title}: {self.display_name}",
                "message": ", ".join(f"{label}: {count}" for label, count in lines),
            },
        )
