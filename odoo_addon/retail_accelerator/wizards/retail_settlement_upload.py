# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read reports that an accountant drops here."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..settle import advice, bank, files, intake, providers, statements, words

OPEN = ("draft", "proved", "matched")


class RetailSettlementUpload(models.TransientModel):
    _name = "retail.settlement.upload"
    _description = "Read Settlement Reports"

    channel_id = fields.Many2one(
        "retail.channel",
        required=True,
        default=lambda self: self.env["retail.channel"].search([], limit=1),
        help="The shop whose sales the reports pay out.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Reports", bypass_search_access=True
    )
    preview = fields.Html(
        compute="_compute_preview",
        sanitize=False,
        help="What is in the reports; nothing is kept yet.",
    )

    @api.depends("channel_id", "attachment_ids")
    def _compute_preview(self):
        for wizard in self:
            rows = [
                wizard._describe(attachment)
                for attachment in wizard.attachment_ids
                if wizard.channel_id
            ]
            wizard.preview = rows and Markup(
                "<table class='table table-sm'><tbody>%s</tbody></table>"
            ) % Markup().join(rows)

    def _describe(self, attachment):
        """A line of the preview: what the file is, or why it cannot be read."""
        content, name = self._content(attachment), attachment.name
        known = self.env["retail.settlement.file"]._known(
            self.channel_id, intake.checksum(content)
        )
        if known:
            text = self.env._(
                "read on %s already; reading it again changes nothing",
                format_date(self.env, known.create_date),
            )
            return self._line("fa-info-circle text-info", name, text)
        try:
            if intake.is_bank_file(self.channel_id, content, name):
                text = self._describe_statements(content, name)
            else:
                text = self._describe_report(content, name)
        except (AccessError, UserError) as error:
            return self._line("fa-times-circle text-danger", name, str(error))
        return self._line("fa-check-circle text-success", name, text)

    @staticmethod
    def _content(attachment):
        """The file's bytes; a form that is read again asks for their number instead."""
        file = attachment.sudo().with_context(bin_size=False, bin_size_raw=False)
        return file.raw or b""  # an empty one has none

    @staticmethod
    def _line(icon, name, text):
        return Markup(
            "<tr><td><i class='fa %s'></i></td><td>%s</td><td>%s</td></tr>"
        ) % (
            icon,
            "" if text.startswith(name) else name,
            text,
        )

    def _describe_report(self, content, name):
        events = intake.read(self.channel_id, content, name).events
        provider = providers.label(events.profile)
        rows = words.rows(self.env, len(events))
        payouts = words.payouts(self.env, len(events.payouts))
        if not events.payouts:
            return self.env._(
                "%(provider)s: %(rows)s, no payout named",
                provider=provider,
                rows=rows,
            )
        if any(payout["declared"] is None for payout in events.payouts):
            return self.env._(
                "%(provider)s: %(rows)s, %(payouts)s; the file does not declare what "
                "each comes to",
                provider=provider,
                rows=rows,
                payouts=payouts,
            )
        return self.env._(
            "%(provider)s: %(rows)s, %(payouts)s, the rows add up",
            provider=provider,
            rows=rows,
            payouts=payouts,
        )

    def _describe_statements(self, content, name):
        found = statements.read(self.channel_id, content, name)
        return self.env._(
            "%(lines)s of %(accounts)s",
            lines=words.bank_lines(
                self.env, sum(len(statement.lines) for statement in found)
            ),
            accounts=", ".join(sorted({statement.account for statement in found})),
        )

    def action_read(self):
        """Read and match the reports, reconcile payouts with new bank lines; show the
        payouts. A file that cannot be read is noted as refused and does not hold up the
        others."""
        self.ensure_one()
        settlements, refused = self.env["retail.settlement"], []
        if not self.attachment_ids:
            raise UserError(self.env._("Add a report first."))
        self.channel_id._prepare_settlements()
        for attachment in self.attachment_ids:
            content, name = self._content(attachment), attachment.name
            try:
                with self.env.cr.savepoint():
                    taken = intake.take(self.channel_id, content, name)
            except UserError as error:
                refused.append((content, name, str(error)))
                continue
            settlements |= taken.settlements
            if taken.file.provider in files.BANK:
                settlements |= self._reconcile()
        if len(refused) == len(self.attachment_ids):
            raise UserError("\n".join(message for *_report, message in refused))
        for report in refused:
            intake.refuse(self.channel_id, *report)
        settlements.filtered(lambda payout: payout.state in OPEN).action_match()
        return self._show(settlements, [message for *_report, message in refused])

    def _reconcile(self):
        """The channel's posted payouts whose bank line has come."""
        posted = self.env["retail.settlement"].search(
            [("channel_id", "=", self.channel_id.id), ("state", "=", "posted")]
        )
        return posted.filtered(bank.reconcile)

    def _show(self, settlements, problems):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_settlement_action"
        )
        if len(settlements) == 1:
            action.update(
                view_mode="form", views=[(False, "form")], res_id=settlements.id
            )
        action["domain"] = [("id", "in", settlements.ids)]
        if not problems:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "sticky": True,
                "title": self.env._("Not every report could be read"),
                "message": advice.listed(problems),
                "next": action,
            },
        }
