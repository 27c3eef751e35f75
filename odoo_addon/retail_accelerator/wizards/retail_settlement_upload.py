# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read reports that an accountant drops here."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..settle import bank, files, intake, statements

OPEN = ("draft", "proved", "matched")


class RetailSettlementUpload(models.TransientModel):
    _name = "retail.settlement.upload"
    _description = "Read Settlement Reports"

    channel_id = fields.Many2one(
        "retail.channel",
        required=True,
        default=lambda self: self.env["retail.channel"].search([], limit=1),
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Reports", bypass_search_access=True
    )
    preview = fields.Text(
        compute="_compute_preview", help="What is in the reports; nothing is kept yet."
    )

    @api.depends("channel_id", "attachment_ids")
    def _compute_preview(self):
        for wizard in self:
            lines = [
                wizard._describe(attachment)
                for attachment in wizard.attachment_ids
                if wizard.channel_id
            ]
            wizard.preview = "\n".join(lines)

    def _describe(self, attachment):
        content = attachment.sudo().raw
        try:
            if intake.is_bank_file(self.channel_id, content, attachment.name):
                return self._describe_statements(content, attachment.name)
            report = intake.read(self.channel_id, content, attachment.name)
        except (AccessError, UserError) as error:
            return str(error)
        events = report.events
        return self.env._(
            "%(name)s: %(profile)s, %(rows)s rows, %(payouts)s payouts",
            name=attachment.name,
            profile=events.profile,
            rows=len(events),
            payouts=len(events.payouts),
        )

    def _describe_statements(self, content, name):
        found = statements.read(self.channel_id, content, name)
        return self.env._(
            "%(name)s: %(lines)s bank lines of %(accounts)s",
            name=name,
            lines=sum(len(statement.lines) for statement in found),
            accounts=", ".join(sorted({statement.account for statement in found})),
        )

    def action_read(self):
        """Read and match the reports, reconcile payouts with new bank lines; show the
        payouts."""
        self.ensure_one()
        settlements = self.env["retail.settlement"]
        if not self.attachment_ids:
            raise UserError(self.env._("Add a report first."))
        self.channel_id._prepare_settlements()
        for attachment in self.attachment_ids:
            taken = intake.take(self.channel_id, attachment.sudo().raw, attachment.name)
            settlements |= taken.settlements
            if taken.file.provider in files.BANK:
                settlements |= self._reconcile()
        settlements.filtered(lambda payout: payout.state in OPEN).action_match()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_settlement_action"
        )
        if len(settlements) == 1:
            action.update(
                view_mode="form", views=[(False, "form")], res_id=settlements.id
            )
        return {**action, "domain": [("id", "in", settlements.ids)]}

    def _reconcile(self):
        """The channel's posted payouts whose bank line has come."""
        posted = self.env["retail.settlement"].search(
            [("channel_id", "=", self.channel_id.id), ("state", "=", "posted")]
        )
        return posted.filtered(bank.reconcile)
