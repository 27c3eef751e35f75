# SPDX-License-Identifier: LGPL-3.0-or-later
"""Correct the text of a rejected record."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import native, payload


class RetailLedgerEdit(models.TransientModel):
    _name = "retail.ledger.edit"
    _description = "Correct a Record"

    ledger_id = fields.Many2one("retail.ledger", required=True, readonly=True)
    reason = fields.Selection(related="ledger_id.reason")
    message = fields.Text(related="ledger_id.message")
    text = fields.Text(
        string="Record",
        required=True,
        compute="_compute_text",
        store=True,
        readonly=False,
        precompute=True,
        help="The order as the shop sent it. Change what is wrong; the order's id must "
        "stay the same.",
    )

    @api.depends("ledger_id")
    def _compute_text(self):
        for wizard in self:
            entry = wizard.ledger_id
            if entry:
                entry._check_may_edit()
            wizard.text = entry and entry.payload_json

    def _packed(self):
        """The corrected text as payload, or a message with the place of the mistake."""
        try:
            document = json.loads(self.text)
        except json.JSONDecodeError as error:
            raise UserError(
                self.env._(
                    "Line %(line)s, column %(column)s: the text is not valid JSON "
                    "(%(problem)s).",
                    line=error.lineno,
                    column=error.colno,
                    problem=error.msg,
                )
            ) from error
        except RecursionError as error:
            raise UserError(self.env._("The record is nested too deeply.")) from error
        if not isinstance(document, dict):
            raise UserError(self.env._("The record must be one order: { … }."))
        ref = str(document.get("id") or "")
        if self.ledger_id.source_ref and ref != self.ledger_id.source_ref:
            raise UserError(
                self.env._(
                    "The order's id is %(ours)s and must stay so; the text says "
                    "%(theirs)s.",
                    ours=self.ledger_id.source_ref,
                    theirs=ref or self.env._("nothing"),
                )
            )
        try:
            return payload.json_to_payload(self.text)
        except (ValueError, native.require().Error) as error:
            raise UserError(self._problem(error)) from error

    def _problem(self, error):
        """The engine's complaint in words."""
        if len(error.args) < 4:
            return str(error)
        _code, message, _row, offset, *field = error.args
        if field and field[0]:
            return self.env._(
                "Field %(field)s: %(problem)s.", field=field[0], problem=message
            )
        line = self.text.encode()[: int(offset or 0)].count(b"\n") + 1
        return self.env._("Line %(line)s: %(problem)s.", line=line, problem=message)

    def action_save(self):
        self.ensure_one()
        self.ledger_id._check_may_edit()
        self.ledger_id._set_payload(self._packed())

    def action_save_and_replay(self):
        self.action_save()
        return self.ledger_id.action_replay()
