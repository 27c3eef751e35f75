# SPDX-License-Identifier: LGPL-3.0-or-later
"""A look through all contacts, orders or payments of a company for duplicates."""

import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ..engine import native, resemblance
from .retail_duplicate import KINDS

BATCH = 500  # pairs stored between two commits


class RetailDuplicateSweep(models.Model):
    _name = "retail.duplicate.sweep"
    _description = "Search for Duplicates"
    _rec_name = "create_date"
    _order = "id desc"

    kind = fields.Selection(
        [("partner", "Contacts"), ("order", "Orders"), ("payment", "Payments")],
        required=True,
        default="order",
    )
    mode = fields.Selection(
        [("incremental", "What changed"), ("full", "Everything")],
        required=True,
        default="incremental",
        help="What changed: only pairs with a record that changed since the last "
        "finished sweep of the same kind.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
    )
    since = fields.Datetime(string="Changed since", readonly=True)
    started_at = fields.Datetime(string="Started", readonly=True)
    finished_at = fields.Datetime(string="Finished", readonly=True)
    record_count = fields.Integer(string="Records", readonly=True)
    changed_count = fields.Integer(string="Changed records", readonly=True)
    pair_count = fields.Integer(
        string="Pairs", readonly=True, help="Pairs seen, known ones included."
    )
    stored_count = fields.Integer(
        string="Pairs stored", readonly=True, help="How far an interrupted sweep came."
    )
    new_count = fields.Integer(string="New pairs", readonly=True)
    seconds = fields.Float(readonly=True, digits=(16, 2))
    progress = fields.Float(compute="_compute_progress")
    error_message = fields.Text(readonly=True)

    @api.depends("pair_count", "stored_count", "state")
    def _compute_progress(self):
        for sweep in self:
            part = sweep.stored_count / sweep.pair_count if sweep.pair_count else 0
            sweep.progress = 100 if sweep.state == "done" else 100 * part

    def action_sweep_now(self):
        """Queue the sweep for the scheduler, which starts at once."""
        if not self.env.user.has_group("retail_accelerator.group_operator"):
            raise AccessError(self.env._("Only operators may search for duplicates."))
        if any(sweep.state == "running" for sweep in self):
            raise UserError(self.env._("This sweep is running already."))
        self.sudo().write(
            {"state": "queued", "stored_count": 0, "new_count": 0, "started_at": False}
        )
        self.env.ref("retail_accelerator.ir_cron_duplicates_run").sudo()._trigger()

    def action_view_pairs(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_duplicate_action"
        )
        return {**action, "domain": [("sweep_id", "=", self.id)], "context": {}}

    # -- the scheduler --

    @api.model
    def _cron_queue(self):
        """Every night: what changed, of each kind, in each company with a channel."""
        channels = self.env["retail.channel"].search([("active", "=", True)])
        waiting = self.search([("state", "in", ("queued", "running"))])
        busy = {(sweep.kind, sweep.company_id) for sweep in waiting}
        self.create(
            [
                {"kind": kind, "company_id": company.id}
                for company in channels.company_id
                for kind in KINDS
                if (kind, company) not in busy
            ]
        )
        if self.search_count([("state", "=", "queued")], limit=1):
            self.env.ref("retail_accelerator.ir_cron_duplicates_run")._trigger()

    @api.model
    def _cron_run(self):
        """Sweep after sweep; one that was interrupted goes on where it stopped."""
        sweeps = self.search([("state", "in", ("running", "queued"))], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(sweeps))
        for sweep in sweeps:
            sweep._run(lambda: cron._commit_progress(0))
            if not cron._commit_progress(1):
                break

    # -- one sweep --

    def _run(self, commit=lambda: None):
        """Compare, then store the pairs in batches; ``commit`` runs after each."""
        self.ensure_one()
        began = time.monotonic()
        try:
            with self.env.cr.savepoint():
                self._begin()
                table, result = self._compare()
        except (UserError, native.require().Error) as error:
            self.write(
                {
                    "state": "failed",
                    "finished_at": fields.Datetime.now(),
                    "error_message": str(error.args[1] if error.args[1:] else error),
                }
            )
            return
        self._store(table, result, commit)
        self.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "seconds": self.seconds + time.monotonic() - began,
            }
        )

    def _begin(self):
        if self.state == "running":
            return
        vals = {"state": "running", "started_at": fields.Datetime.now()}
        if self.mode == "incremental":
            last = self.search(
                [
                    ("kind", "=", self.kind),
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "done"),
                ],
                order="started_at desc",
                limit=1,
            )
            vals["since"] = last.started_at
        self.write({**vals, "error_message": False})

    def _compare(self):
        """(table, LinkResult); the same again when the records are the same."""
        self.env.flush_all()
        table = resemblance.Table(self.env, self.kind, self.company_id, self.since)
        result = table.link()
        self.write(
            {
                "record_count": table.count,
                "changed_count": table.changed,
                "pair_count": len(table.pairs(result)),
            }
        )
        return table, result

    def _store(self, table, result, commit):
        duplicates = self.env["retail.duplicate"]
        duplicates._follow_ledger()
        companies = self._companies(table.ids)
        # A sweep that was interrupted starts over: known pairs are left as they are.
        self.stored_count = 0
        for batch in split_every(BATCH, table.pairs(result)):
            new = duplicates._remember(
                [self._vals(table, result, pair, companies) for pair in batch]
            )
            self.write(
                {
                    "stored_count": self.stored_count + len(batch),
                    "new_count": self.new_count + len(new),
                }
            )
            commit()

    def _companies(self, ids):
        """{contact: company} of contacts that belong to one; else nothing."""
        if self.kind != "partner":
            return {}
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search_fetch(
                [("id", "in", ids), ("company_id", "!=", False)], ["company_id"]
            )
        )
        return {contact.id: contact.company_id.id for contact in contacts}

    def _vals(self, table, result, pair, companies):
        first, second = sorted((table.ids[pair[0]], table.ids[pair[1]]))
        company = self.company_id.id
        if self.kind == "partner":
            company = companies.get(first) or companies.get(second) or False
        return {
            "kind": self.kind,
            "first_id": first,
            "second_id": second,
            "company_id": company,
            "sweep_id": self.id,
            **resemblance.pair_values(result, pair),
        }
