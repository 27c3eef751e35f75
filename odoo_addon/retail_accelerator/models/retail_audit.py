# SPDX-License-Identifier: LGPL-3.0-or-later
"""The audit log: entries are added, never changed, and prove one another."""

import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..audit import log, note
from ..settle import bank_words, words

ACTIONS = [
    ("read", "File read"),
    ("refuse", "File refused"),
    ("match", "Matched"),
    ("manual_match", "Matched by hand"),
    ("post", "Posted"),
    ("reconcile", "Bank line reconciled"),
    ("release", "Bank line taken away"),
    ("unreconcile", "Reconciliation undone in Odoo"),
    ("reconcile_again", "Reconciled again"),
    ("write_off", "Written off"),
    ("book", "Booked on an account"),
    ("undo", "Decision undone"),
    ("keep", "Both kept"),
    ("merge", "Contacts merged"),
    ("link", "One of two cancelled"),
    ("ignore", "Duplicate ignored"),
    ("bulk", "Decided by threshold"),
    ("reverse", "Reversed"),
]
# Models of the log's records that belong to a channel.
OF_CHANNELS = ("retail.settlement", "retail.settlement.file")


class RetailAudit(models.Model):
    _name = "retail.audit"
    _description = "Audit Log of Retail"
    _rec_name = "summary"
    _order = "company_id, number desc"
    # An entry is never written again, and the log itself says who and when.
    _log_access = False

    number = fields.Integer(required=True, readonly=True, aggregator=None)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict"
    )
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="model", required=True, readonly=True, index=True
    )
    channel_id = fields.Many2one(
        "retail.channel",
        compute="_compute_channel_id",
        search="_search_channel_id",
        compute_sudo=True,
        help="Of the record: payouts of two channels may have one name.",
    )
    summary = fields.Char(required=True, readonly=True)
    details = fields.Text(
        readonly=True, help="Ids, amounts and hashes of what was done, as JSON."
    )
    evidence = fields.Char(
        compute="_compute_evidence", help="What spoke for the bank line, in words."
    )
    previous_hash = fields.Char(size=64, required=True, readonly=True)
    hash = fields.Char(
        size=64,
        required=True,
        readonly=True,
        help="SHA-256 over the entry and the hash of the one before.",
    )

    _number_unique = models.Constraint(
        "UNIQUE (company_id, number)", "This number of the audit log is taken."
    )

    def init(self):
        """The head of each company's log, and what keeps entries from being changed,
        also by a statement that does not come through Odoo."""
        self.env.cr.execute(
            SQL(
                """CREATE TABLE IF NOT EXISTS retail_audit_head (
                       company_id integer PRIMARY KEY
                           REFERENCES res_company ON DELETE RESTRICT,
                       number integer NOT NULL,
                       hash varchar(64) NOT NULL
                   );
                   CREATE OR REPLACE FUNCTION retail_audit_refuse()
                   RETURNS trigger AS $$
                   BEGIN
                       RAISE EXCEPTION 'the audit log can only be added to';
                   END $$ LANGUAGE plpgsql;
                   DROP TRIGGER IF EXISTS retail_audit_append_only ON retail_audit;
                   CREATE TRIGGER retail_audit_append_only
                       BEFORE UPDATE OR DELETE OR TRUNCATE ON retail_audit
                       FOR EACH STATEMENT EXECUTE FUNCTION retail_audit_refuse();"""
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("retail_audit_writer") is not log.WRITER:
            raise AccessError(self.env._("Only the program adds to the audit log."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("The audit log can only be added to."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("The audit log can only be added to."))

    @api.depends("model", "res_id")
    def _compute_channel_id(self):
        self.channel_id = False
        for model, entries in self.grouped("model").items():
            if model not in OF_CHANNELS:
                continue
            records = self.env[model].browse(entries.mapped("res_id")).exists()
            channels = {record.id: record.channel_id for record in records}
            for entry in entries:
                entry.channel_id = channels.get(entry.res_id, False)

    @api.depends("details")
    @api.depends_context("lang")
    def _compute_evidence(self):
        for entry in self:
            entry.evidence = bank_words.text(self.env, entry._detail("evidence"))

    def _detail(self, name):
        """A text among the details; empty also where somebody put in an entry of
        their own behind Odoo's back."""
        try:
            details = json.loads(self.details or "{}")
        except ValueError:
            return ""
        value = details.get(name) if isinstance(details, dict) else None
        return value if isinstance(value, str) else ""

    @api.model
    def _search_channel_id(self, operator, value):
        """Of entries whose record has a channel."""
        domain = Domain("channel_id", operator, value)
        return Domain.OR(
            Domain("model", "=", model)
            & Domain("res_id", "in", self.env[model].sudo()._search(domain))
            for model in OF_CHANNELS
        )

    def action_open_record(self):
        """The record the entry is about."""
        self.ensure_one()
        record = self.env[self.model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("The record of this entry is gone."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def action_verify(self):
        """Check the log of each company the user works in; says what came of it."""
        reports = self._verify()
        bad = any(report["problem"] for report in reports)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if bad else "success",
                "sticky": bad,
                "title": self.env._("Audit log"),
                "message": "\n".join(map(self._verdict, reports)),
            },
        }

    @api.model
    def _verify(self, noted=None):
        """Reports of the user's companies, as in audit.note."""
        if not self.env.user.has_group("retail_accelerator.group_auditor"):
            raise AccessError(self.env._("Only auditors verify the audit log."))
        return note.take(self.env, self.env.companies, noted)["companies"]

    @api.model
    def _verdict(self, report):
        if report["problem"]:
            causes = {
                "content": self.env._("its content was changed"),
                "link": self.env._("the entry before it was changed or removed"),
                "gap": self.env._("an entry before it is missing"),
                "inserted": self.env._("it was put in from outside"),
                "noted": self.env._("it is another one than was noted"),
                "end": self.env._("entries at the end are missing"),
                "head": self.env._("the log does not end as it should"),
            }
            return self.env._(
                "%(company)s: broken at entry %(number)s: %(cause)s.",
                company=report["company"],
                number=report["problem"]["number"],
                cause=causes[report["problem"]["cause"]],
            )
        return self.env._(
            "%(company)s: %(entries)s, unbroken.",
            company=report["company"],
            entries=words.entries(self.env, report["entries"]),
        )
