# SPDX-License-Identifier: LGPL-3.0-or-later
"""Verify the audit log against a note kept elsewhere, and take such a note."""

import base64
import json

from odoo import fields, models

from ..audit import note


class RetailAuditCheck(models.TransientModel):
    _name = "retail.audit.check"
    _description = "Verification of the Audit Log"

    noted = fields.Binary(
        string="Earlier note", help="A file that “New note” gave at another time."
    )
    noted_name = fields.Char()
    is_broken = fields.Boolean(readonly=True)
    verdict = fields.Text(readonly=True)
    note = fields.Binary(
        string="New note",
        readonly=True,
        help="Number and hash of the last entry. Keep it where administrators of this "
        "database cannot change it.",
    )
    note_name = fields.Char(readonly=True)

    def action_verify(self):
        self.ensure_one()
        self._look()
        return self._form()

    def _look(self):
        log = self.env["retail.audit"]
        before = note.read(self.env, base64.b64decode(self.noted)) if self.noted else {}
        reports = log._verify(before)
        text = json.dumps({"companies": reports}, ensure_ascii=False)
        self.write(
            {
                "is_broken": any(report["problem"] for report in reports),
                "verdict": "\n".join(map(log._verdict, reports)),
                "note": base64.b64encode(text.encode()),
                "note_name": f"audit-log-{fields.Date.context_today(self)}.json",
            }
        )

    def _form(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verify the Audit Log"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
