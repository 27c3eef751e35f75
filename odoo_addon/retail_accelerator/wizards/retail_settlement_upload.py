# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read reports that an accountant drops here."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..settle import intake


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
        try:
            events = intake.read(
                self.channel_id, attachment.sudo().raw, attachment.name
            )
        except UserError as error:
            return str(error)
        return self.env._(
            "%(name)s: %(profile)s, %(rows)s rows, %(payouts)s payouts",
            name=attachment.name,
            profile=events.profile,
            rows=len(events),
            payouts=len(events.payouts),
        )

    def action_read(self):
        """Read and match the reports; show their payouts."""
        self.ensure_one()
        settlements = self.env["retail.settlement"]
        if not self.attachment_ids:
            raise UserError(self.env._("Add a report first."))
        self.channel_id._prepare_settlements()
        for attachment in self.attachment_ids:
            taken = intake.take(self.channel_id, attachment.sudo().raw, attachment.name)
            settlements |= taken.settlements
        settlements.action_match()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_settlement_action"
        )
        if len(settlements) == 1:
            action.update(
                view_mode="form", views=[(False, "form")], res_id=settlements.id
            )
        return {**action, "domain": [("id", "in", settlements.ids)]}
