# SPDX-License-Identifier: LGPL-3.0-or-later
"""A look through all contacts, orders or payments of a company for duplicates."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..engine.sweeper import Sweeper
from .retail_duplicate import KINDS


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
    seen_until = fields.Datetime(
        readonly=True,
        help="All that was changed before is compared: when the oldest transaction "
        "began that was under way. The next sweep of what changed starts here.",
    )
    started_at = fields.Datetime(string="Started", readonly=True)
    finished_at = fields.Datetime(string="Finished", readonly=True)
    record_count = fields.Integer(
        string="Records",
        readonly=True,
        groups="retail_accelerator.group_manager",
    )
    changed_count = fields.Integer(
        string="Changed records",
        readonly=True,
        groups="retail_accelerator.group_manager",
    )
    # Sums over all records of the company; others see what they may read.
    pair_count = fields.Integer(
        string="Pairs",
        readonly=True,
        groups="retail_accelerator.group_manager",
        help="Pairs seen, known ones included.",
    )
    stored_count = fields.Integer(
        string="Pairs stored",
        readonly=True,
        groups="retail_accelerator.group_manager",
        help="How far an interrupted sweep came.",
    )
    new_count = fields.Integer(
        string="New pairs", readonly=True, groups="retail_accelerator.group_manager"
    )
    visible_count = fields.Integer(
        string="New pairs you may see", compute="_compute_visible_count"
    )
    seconds = fields.Float(readonly=True, digits=(16, 2))
    progress = fields.Float(compute="_compute_progress", compute_sudo=True)
    error_message = fields.Text(readonly=True)

    @api.depends("kind")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for sweep in self:
            made = sweep.create_date
            when = made and format_datetime(self.env, made, dt_format="short")
            sweep.display_name = ", ".join(filter(None, (kinds.get(sweep.kind), when)))

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_visible_count(self):
        counts = dict(
            self.env["retail.duplicate"]._read_group(
                [("sweep_id", "in", self.ids)], ["sweep_id"], ["__count"]
            )
        )
        for sweep in self:
            sweep.visible_count = counts.get(sweep, 0)

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
        """Sweep after sweep; one that was interrupted is finished, one that another
        worker has is left to it."""
        sweeps = self.search([("state", "in", ("running", "queued"))], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(sweeps))
        for sweep in sweeps:
            Sweeper(sweep, lambda: cron._commit_progress(0)).run_guarded()
            if not cron._commit_progress(1):
                break
