# SPDX-License-Identifier: LGPL-3.0-or-later
"""An e-mail address whose attachments are read as settlement files."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..settle import intake


class RetailSettlementInbox(models.Model):
    _name = "retail.settlement.inbox"
    _inherit = ["mail.thread", "mail.alias.mixin"]
    _description = "Mailbox for Settlement Files"
    _order = "channel_id"
    _rec_name = "channel_id"

    channel_id = fields.Many2one(
        "retail.channel", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    alias_id = fields.Many2one(
        help="Who may send to it is the alias' policy; mail of others is sent back."
    )

    _channel_unique = models.Constraint(
        "UNIQUE (channel_id)", "The channel has a mailbox already."
    )

    def _alias_get_creation_values(self):
        """Mails belong to the mailbox itself; only its followers may send some, unless
        somebody opens it."""
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id(self._name)
        if self.id:
            values["alias_force_thread_id"] = self.id
        else:
            values["alias_contact"] = "followers"
        return values

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if message.message_type == "email":
            self._take(message.attachment_ids)
        return result

    def _take(self, attachments):
        """Read each attachment, and match what is new; a refused one is kept with its
        reason and does not hold up the others."""
        channel = self.channel_id.sudo()
        channel._prepare_settlements()
        settlements = self.env["retail.settlement"].sudo()
        for attachment in attachments.sudo():
            content = attachment.raw or b""  # an empty one has none
            try:
                with self.env.cr.savepoint():
                    taken = intake.take(channel, content, attachment.name)
            except UserError as error:
                intake.refuse(channel, content, attachment.name, str(error))
                continue
            settlements |= taken.settlements
        open_states = ("draft", "proved", "matched")
        settlements.filtered(lambda payout: payout.state in open_states).action_match()
