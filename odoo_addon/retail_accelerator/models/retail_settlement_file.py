# SPDX-License-Identifier: LGPL-3.0-or-later
"""A provider's report as it came."""

from odoo import api, fields, models

from ..settle import files, providers


class RetailSettlementFile(models.Model):
    _name = "retail.settlement.file"
    _description = "Report of a Payment Provider"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="File", required=True, readonly=True)
    channel_id = fields.Many2one(
        "retail.channel", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    content = fields.Binary(attachment=True, readonly=True)
    checksum = fields.Char(
        string="SHA-256", size=64, required=True, readonly=True, index=True
    )
    create_date = fields.Datetime(string="Read on")
    provider = fields.Char(
        string="Profile", readonly=True, help="The profile the file was read by."
    )
    provider_name = fields.Char(string="Provider", compute="_compute_provider_name")
    state = fields.Selection(
        [("read", "Read"), ("refused", "Refused")],
        string="Status",
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True, help="Why the file was refused, and where.")
    row_count = fields.Integer(string="Rows", readonly=True)
    new_count = fields.Integer(
        string="New Rows",
        readonly=True,
        help="The rest was known from files read before.",
    )
    settlement_ids = fields.Many2many(
        "retail.settlement",
        "retail_settlement_file_rel",
        "file_id",
        "settlement_id",
        readonly=True,
        help="Payouts the file tells of.",
    )

    @api.depends("provider")
    def _compute_provider_name(self):
        for report in self:
            profile = report.provider or ""
            report.provider_name = (
                profile.upper() if profile in files.BANK else providers.label(profile)
            )

    @api.model
    def _known(self, channel, checksum):
        """The file of these very bytes that was read before, or none."""
        return self.search(
            [
                ("channel_id", "=", channel.id),
                ("checksum", "=", checksum),
                ("state", "=", "read"),
            ],
            limit=1,
        )

    def action_view_settlements(self):
        """The payouts the file tells of."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_settlement_action"
        )
        return {**action, "domain": [("id", "in", self.settlement_ids.ids)]}
