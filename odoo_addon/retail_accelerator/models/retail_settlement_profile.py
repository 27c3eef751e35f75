# SPDX-License-Identifier: LGPL-3.0-or-later
"""How reports are read that no built-in profile knows."""

import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import native

PREVIEW_ROWS = 20
SHOWN = ("row", "kind", "date", "transaction", "order", "gross", "fee", "net")


class RetailSettlementProfile(models.Model):
    _name = "retail.settlement.profile"
    _description = "Profile of Settlement Reports"
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: for all companies.",
    )
    text = fields.Text(
        string="Profile",
        required=True,
        help="Which column is which field, which word is which kind; the built-in "
        "profiles are examples.",
    )
    builtin_name = fields.Selection(
        "_builtin_names", string="Start from", store=False, help="A built-in profile."
    )
    sample = fields.Binary(help="A report to try the profile with.", attachment=True)
    sample_name = fields.Char()
    preview_html = fields.Html(
        string="Preview", compute="_compute_preview_html", sanitize=False
    )

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)", "Another profile has this name already."
    )

    @api.model
    def _builtin_names(self):
        if not native.available():
            return []
        return [(name, name) for name, _text in native.require().settlement_profiles()]

    @api.onchange("builtin_name")
    def _onchange_builtin_name(self):
        if self.builtin_name:
            self.text = dict(native.require().settlement_profiles())[self.builtin_name]

    @api.constrains("text")
    def _check_text(self):
        for profile in self:
            problem = profile._problem()
            if problem:
                raise ValidationError(problem)

    def _problem(self):
        """What is wrong with the text, with its line; False when nothing is."""
        try:
            native.require().settlement_check(self.text or "")
        except native.require().Error as error:
            return str(error)
        return False

    @api.depends("text", "sample")
    def _compute_preview_html(self):
        for profile in self:
            profile.preview_html = profile.sample and profile._preview()

    def _preview(self):
        content = base64.b64decode(self.with_context(bin_size=False).sample)
        extension = native.require()
        try:
            events = extension.settlement_read(
                content, profiles=[(self.name or "", self.text or "")]
            )
        except extension.Error as error:
            return Markup("<div class='alert alert-danger'>%s</div>") % str(error)
        columns = [events.column(name)[:PREVIEW_ROWS] for name in SHOWN]
        rows = [
            Markup("<tr>%s</tr>")
            % Markup().join(Markup("<td>%s</td>") % value for value in values)
            for values in zip(*columns, strict=True)
        ]
        head = Markup().join(Markup("<th>%s</th>") % name for name in SHOWN)
        return Markup(
            "<p>%s</p><table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (
            self.env._(
                "Read by %(profile)s: %(count)s events; amounts in minor units.",
                profile=events.profile,
                count=len(events),
            ),
            head,
            Markup().join(rows),
        )

    def action_check(self):
        self.ensure_one()
        problem = self._problem()
        if problem:
            raise UserError(problem)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The profile can be read."),
            },
        }

    @api.model
    def _texts(self, company):
        """[(name, text)] of the company's own profiles."""
        profiles = self.sudo().search([("company_id", "in", (False, company.id))])
        return [(profile.name, profile.text) for profile in profiles]
