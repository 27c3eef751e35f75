# SPDX-License-Identifier: LGPL-3.0-or-later
"""How reports are read that no built-in profile knows."""

import base64

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import native
from ..settle import files, profiles, trial

TEXTS = ("decimal_sign", "day_order", "zone", "empty_text")
FLAGS = ("minor_units", "proved", "fees_any")
SETTINGS = (*TEXTS, *FLAGS)


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
    builtin_name = fields.Selection(
        "_builtin_names", string="Start from", store=False, help="A built-in profile."
    )
    sample = fields.Binary(
        help="A report to guess the columns from and to try the profile with: CSV, "
        "XLSX or JSON.",
        attachment=True,
    )
    sample_name = fields.Char()
    column_ids = fields.One2many(
        "retail.settlement.profile.column", "profile_id", string="Columns"
    )
    word_ids = fields.One2many(
        "retail.settlement.profile.word", "profile_id", string="Words"
    )
    decimal_sign = fields.Selection(
        [
            ("auto", "As the file's amounts tell"),
            ("point", "Point (1,234.50)"),
            ("comma", "Comma (1.234,50)"),
        ],
        required=True,
        default="auto",
    )
    day_order = fields.Selection(
        [
            ("auto", "As the file's dates tell"),
            ("dmy", "Day first (31/12/2026)"),
            ("mdy", "Month first (12/31/2026)"),
        ],
        default="auto",
        help="Of dates like 05/06/2026; others say it themselves.",
    )
    zone = fields.Char(
        string="Time Zone",
        help="Of times that do not say it, e.g. UTC or Europe/Berlin. Empty: the "
        "channel's.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the Report",
        help="Where the file has no column for it.",
    )
    empty_text = fields.Char(
        string="Stands for Nothing", help="E.g. --, where cells are not left empty."
    )
    minor_units = fields.Boolean(
        string="Amounts in Cents", help="Whole numbers without a decimal sign."
    )
    proved = fields.Boolean(
        string="Payouts are Complete",
        default=True,
        help="All rows of a payout are in one file, so that their sum can be held to "
        "the payout's.",
    )
    fees_any = fields.Boolean(
        string="Fees of Any Sign",
        default=True,
        help="The sign of a fee is the one that makes gross amount and fee the net.",
    )
    others = fields.Text(
        string="Further Statements",
        help="What the columns and settings here cannot say, in the profile's text.",
    )
    text = fields.Text(
        string="Profile",
        compute="_compute_text",
        inverse="_inverse_text",
        store=True,
        readonly=False,
        help="The whole profile, to exchange it or to edit it by hand.",
    )
    text_file = fields.Binary(
        string="Profile as a File",
        compute="_compute_text_file",
        inverse="_inverse_text_file",
    )
    text_name = fields.Char(compute="_compute_text_file")
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

    # -- text and its parts --

    @api.depends(
        *("name", "currency_id", "others", *SETTINGS),
        *("column_ids.name", "column_ids.target", "column_ids.sequence"),
        *("column_ids.invert", "column_ids.required"),
        *("word_ids.pattern", "word_ids.kind", "word_ids.sequence"),
    )
    def _compute_text(self):
        for profile in self:
            profile.text = profiles.compose(profile._mapping())

    def _inverse_text(self):
        for profile in self:
            # Forms send the text they computed along with its parts.
            if profile.text != profiles.compose(profile._mapping()):
                profile._apply(profiles.take_apart(profile.text or ""))

    def _mapping(self):
        """The profile as settle.profiles has it."""
        mapping = profiles.Mapping(
            name=self.name or "",
            columns=[
                profiles.Column(
                    column.name, column.target or "", column.invert, column.required
                )
                for column in self.column_ids.sorted("sequence")
                if column.name
            ],
            words=[
                profiles.Word(word.pattern, word.kind)
                for word in self.word_ids.sorted("sequence")
                if word.pattern and word.kind
            ],
            currency=self.currency_id.name or "",
            others=[line for line in (self.others or "").splitlines() if line.strip()],
        )
        for name in TEXTS:
            setattr(mapping, name, self[name] or "")
        for name in FLAGS:
            setattr(mapping, name, self[name])
        return mapping

    def _apply(self, mapping, examples=None):
        """Set columns, words and settings; the name stays."""
        currency = self.env["res.currency"].with_context(active_test=False)
        self.update(
            {
                **{name: getattr(mapping, name) for name in SETTINGS},
                "currency_id": mapping.currency
                and currency.search([("name", "=", mapping.currency)]).id,
                "others": "\n".join(mapping.others),
                "column_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "sequence": number,
                                "name": column.name,
                                "target": column.field or False,
                                "invert": column.invert,
                                "required": column.required,
                                "example": (examples or {}).get(column.name),
                            }
                        )
                        for number, column in enumerate(mapping.columns)
                    ),
                ],
                "word_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "sequence": number,
                                "pattern": word.pattern,
                                "kind": word.kind,
                            }
                        )
                        for number, word in enumerate(mapping.words)
                    ),
                ],
            }
        )

    @api.depends("text", "name")
    def _compute_text_file(self):
        for profile in self:
            profile.text_file = base64.b64encode((profile.text or "").encode())
            profile.text_name = f"{profiles.slug(profile.name or '')}.txt"

    def _inverse_text_file(self):
        for profile in self:
            content = base64.b64decode(profile.text_file or b"")
            try:
                profile.text = content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise UserError(
                    self.env._("The profile's file is not in UTF-8.")
                ) from error

    @api.constrains("text")
    def _check_text(self):
        for profile in self:
            problem = profile._problem()
            if problem:
                raise ValidationError(problem)

    def _problem(self):
        """What is wrong with the text, with its line; False when nothing is."""
        unknown = profiles.unknown_zone(self.text or "")
        if unknown:
            return self._unknown_zone(unknown)
        try:
            native.require().settlement_check(self.text or "")
        except native.require().Error as error:
            _reason, message, line = error.args[:3]
            return self.env._(
                "The profile cannot be used: %(message)s (line %(line)s under “Text”).",
                message=message,
                line=line,
            )
        return False

    def _unknown_zone(self, name):
        nearest = profiles.nearest_zones(name)
        if nearest:
            return self.env._(
                "There is no time zone “%(name)s”. Do you mean %(zones)s?",
                name=name,
                zones=" / ".join(nearest),
            )
        return self.env._(
            "There is no time zone “%s”. Name it by region and town, e.g. "
            "Europe/Berlin, or UTC.",
            name,
        )

    # -- from a sample --

    @api.onchange("builtin_name")
    def _onchange_builtin_name(self):
        if self.builtin_name:
            builtin = dict(native.require().settlement_profiles())
            self._apply(profiles.take_apart(builtin[self.builtin_name]))

    @api.onchange("sample")
    def _onchange_sample(self):
        if self.sample and not self.column_ids:
            self._guess()

    def _sample_content(self):
        return base64.b64decode(self.with_context(bin_size=False).sample or b"")

    def _guess(self):
        """Fill columns, words and settings from the sample."""
        try:
            table = profiles.table_of(files.rows(self._sample_content()))
        except files.FileError as error:
            raise UserError(str(error)) from error
        if table is None:
            raise UserError(
                self.env._("The sample holds no table of at least two columns.")
            )
        mapping = profiles.guess(table, self.name or "")
        examples = {
            column.name: ", ".join(dict.fromkeys(table.values(column.name)[:3]))
            for column in mapping.columns
        }
        self._apply(mapping, examples)

    def action_guess(self):
        """Guess anew, whatever was set."""
        self.ensure_one()
        if not self.sample:
            raise UserError(self.env._("Upload a sample first."))
        self._guess()

    @api.depends("text", "sample", "name")
    def _compute_preview_html(self):
        for profile in self:
            profile.preview_html = profile.sample and profile._preview()

    def _preview(self):
        problem = self._problem()
        if problem:
            return Markup("<div class='alert alert-danger'>%s</div>") % problem
        currency = self.currency_id or (self.company_id or self.env.company).currency_id
        tried = trial.attempt(
            self._sample_content(), self.text or "", currency.name, self.env.user.tz
        )
        return trial.page(self.env, tried, profiles.slug(self.name or ""))

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
        found = self.sudo().search([("company_id", "in", (False, company.id))])
        return [(profile.name, profile.text) for profile in found]
