# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people do with an import: start, pause, cancel, look at its records."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...engine.progress import COUNTERS, PLACE
from ...engine.runner import ImportRunner

REFUND_COUNTERS = ("refund_count", "refund_reject_count")
FINAL = ("done", "cancelled", "failed")
REQUEST_SECONDS = 20  # what "Run now" may take before the background takes over


class RetailImportWorkflow(models.AbstractModel):
    _name = "retail.import.workflow"
    _description = "Workflow of an Import"

    def _expect_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is in status %(state)s, so this is not possible now.",
                        name=record.name,
                        state=labels[record.state],
                    )
                )

    def action_start(self):
        """Put the import into the queue; the background takes it from there."""
        self._expect_state("draft")
        self._check_ready()
        self.write({"state": "queued", "error_message": False})
        self._trigger_cron()

    def action_run_now(self):
        """Work on the import right away; what is left goes on in the background."""
        self.ensure_one()
        self._expect_state("draft", "queued")
        self._check_ready()
        self.write({"state": "queued", "error_message": False})
        self._run_slice(REQUEST_SECONDS)
        if self.state == "running":
            self._trigger_cron()

    def action_pause(self):
        ended = self.filtered(lambda record: record.state in FINAL)
        under_way = self - ended
        under_way._expect_state("queued", "running")
        under_way.write({"state": "paused"})
        return ended._tell_ended()

    def action_resume(self):
        """Go on where the import stopped."""
        self._expect_state("paused", "failed")
        self.write(
            {
                "state": "queued",
                "error_message": False,
                "refund_problems": False,
                "finished_at": False,
                "cancel_requested": False,
            }
        )
        self._trigger_cron()

    def action_cancel(self):
        """Stop for good; what was imported so far stays."""
        ended = self.filtered(lambda record: record.state in FINAL)
        running = self.filtered(lambda record: record.state == "running")
        running.write({"cancel_requested": True})
        others = self - running - ended
        others.write({"state": "cancelled", "finished_at": fields.Datetime.now()})
        if running:
            self._trigger_cron()
        return ended._tell_ended()

    def _tell_ended(self):
        """Imports that ended while somebody was about to stop them: what the screen
        says, which follows."""
        if not self:
            return None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "%s has ended meanwhile, so there is nothing left to stop. Its "
                    "status and counts show what it did.",
                    ", ".join(self.mapped("name")),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_reset(self):
        """Back to draft, to start again from the beginning of the file."""
        self._expect_state(*FINAL)
        for record in self:
            if not record.dry_run and record.state == "done":
                raise UserError(
                    self.env._(
                        "%s is finished. Import the file again as a new import: orders "
                        "that are known stay as they are.",
                        record.name,
                    )
                )
        self._reset_progress()

    def _reset_progress(self):
        chunks = self.env["retail.import.chunk"].sudo()
        chunks.search([("import_id", "in", self.ids)]).unlink()
        self.write(
            {
                **dict.fromkeys((*COUNTERS, *PLACE, *REFUND_COUNTERS), 0),
                "state": "draft",
                "reasons": False,
                "started_at": False,
                "finished_at": False,
                "error_message": False,
                "lane_notes": False,
                "key_check": False,
                "cancel_requested": False,
                "result_file": False,
            }
        )

    def action_import_for_real(self):
        """After a test: the same file, and this time the orders stay."""
        self.ensure_one()
        self._expect_state("done")
        if not self.dry_run:
            raise UserError(self.env._("This import was no test."))
        self._reset_progress()
        self.dry_run = False
        self.action_start()

    # -- background work --

    def _runner(self):
        """The engine on this import, with the rights and language of its owner."""
        self.ensure_one()
        owner = self.user_id
        record = self.with_user(owner).with_context(
            lang=owner.lang,
            tz=owner.tz,
            allowed_company_ids=self.company_id.ids,
        )
        return ImportRunner(record)

    # -- what belongs to the import --

    def _ledger_action(self, name, domain, context=None):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_ledger_action"
        )
        return {
            **action,
            "name": name,
            "domain": [("import_id", "in", self.ids), *domain],
            "context": {"create": False, **(context or {})},
        }

    def action_view_orders(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %s", self.name),
            "res_model": "sale.order",
            "view_mode": "list,form,kanban,pivot,graph",
            "domain": [("retail_ledger_ids.import_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_view_ledger(self):
        return self._ledger_action(self.env._("Records of %s", self.name), [])

    def action_view_created(self):
        return self._ledger_action(
            self.env._("Created by %s", self.name), [("outcome", "=", "created")]
        )

    def action_view_rejected(self):
        return self._ledger_action(
            self.env._("Rejected by %s", self.name),
            [("outcome", "=", "rejected")],
            {"search_default_group_reason": 1},
        )

    def action_view_review(self):
        return self._ledger_action(
            self.env._("To review from %s", self.name), [("outcome", "=", "review")]
        )

    def action_view_refunds(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_refund_action"
        )
        return {
            **action,
            "domain": [("import_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_replay_rejects(self):
        """Try all rejects of this import again."""
        self.ensure_one()
        return (
            self.env["retail.ledger"]
            .search([("import_id", "=", self.id), ("outcome", "=", "rejected")])
            .action_replay()
        )

    def action_download_results(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/retail.import/{self.id}/result_file/"
            f"{self.result_file_name}?download=true",
        }

    def action_download_rejects_csv(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/retail_accelerator/import/{self.id}/rejects.csv",
        }

    def action_download_rejects_json(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/retail_accelerator/import/{self.id}/rejects.jsonl",
        }
