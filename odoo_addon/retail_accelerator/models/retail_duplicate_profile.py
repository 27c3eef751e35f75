# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is compared when duplicates are looked for; copied from the engine's own."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import compared_records, native

NAMES = {"partner": "person", "order": "order", "payment": "payment"}


class RetailDuplicateProfile(models.Model):
    _name = "retail.duplicate.profile"
    _description = "Comparison Profile for Duplicates"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The first active profile of a kind is the one in force."
    )
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("partner", "Contacts"), ("order", "Orders"), ("payment", "Payments")],
        required=True,
        default="partner",
    )
    text = fields.Text(
        string="Profile",
        required=True,
        compute="_compute_text",
        store=True,
        precompute=True,
        readonly=False,
        help="Fields, how each is compared, and by what candidates are found. Without "
        "a profile of your own the engine's is in force.",
    )

    @api.depends("kind")
    def _compute_text(self):
        texts = dict(native.require().link_profiles())
        for profile in self:
            profile.text = texts[NAMES[profile.kind]]

    @api.constrains("text", "kind")
    def _check_text(self):
        engine = native.require()
        for profile in self:
            offered = compared_records.SOURCES[profile.kind][2]
            try:
                known = set(engine.link_check(profile.text))
                fields = [name for name in offered if name in known]
                if fields:
                    engine.link(profile.text, fields, [])  # has it a block for them?
            except engine.Error as error:
                raise ValidationError(
                    self._explain(error.args[1], error.args[2], offered)
                ) from error
            if not fields:
                raise ValidationError(
                    self.env._(
                        "The profile has none of the fields that these records have: "
                        "%s.",
                        ", ".join(offered),
                    )
                )

    def _explain(self, message, line, offered):
        if line:
            return self.env._(
                "Line %(line)s of the profile: %(message)s.", line=line, message=message
            )
        return self.env._(
            "The profile cannot be used: %(message)s. These records have the fields: "
            "%(fields)s.",
            message=message,
            fields=", ".join(offered),
        )

    @api.model
    def _text_for(self, kind):
        """The profile in force: the first one here, else the engine's own."""
        profile = self.sudo().search([("kind", "=", kind)], limit=1)
        return profile.text or dict(native.require().link_profiles())[NAMES[kind]]

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for profile, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%s (copy)", profile.name)
        return vals_list
