# SPDX-License-Identifier: LGPL-3.0-or-later
"""One row for each record of a shop: what came, and what became of it."""

import json

from markupsafe import Markup

from odoo import api, fields, models

from ..engine import native, payload, review

OUTCOMES = [
    ("created", "Created"),
    ("updated", "Updated"),
    ("skipped", "Skipped"),
    ("rejected", "Rejected"),
    ("review", "To review"),
    ("kept", "Kept as is"),
    ("ignored", "Ignored"),
]
REASONS = [
    ("bad_format", "Not an orders file"),
    ("bad_syntax", "Damaged record"),
    ("bad_encoding", "Unreadable characters"),
    ("truncated", "Record is cut off"),
    ("too_deep", "Nested too deeply"),
    ("too_large", "Record too large"),
    ("duplicate_key", "A field occurs twice"),
    ("missing_field", "A required field is missing"),
    ("bad_type", "A field has the wrong kind of value"),
    ("bad_number", "Unreadable number"),
    ("bad_date", "Unreadable date"),
    ("overflow", "Amount out of range"),
    ("unknown_product", "Unknown product"),
    ("unknown_tax", "Tax not mapped"),
    ("unknown_currency", "Unknown or inactive currency"),
    ("unknown_customer", "Customer not found"),
    ("foreign_customer", "Contact of another company"),
    ("unknown_status", "Shop status not mapped"),
    ("status_refused", "Shop status refused"),
    ("total_mismatch", "Lines do not add up to the total"),
    ("not_reproducible", "Refused by Odoo"),
    ("db_failed", "Refused by the database"),
    ("order_locked", "Order is confirmed already"),
    ("duplicate_content", "The same sale again"),
    ("duplicate_suspected", "Resembles another order"),
    ("confirm_failed", "Could not be confirmed"),
    ("no_memory", "Memory limit reached"),
    ("read_failed", "File could not be read"),
    ("bad_argument", "Engine error"),
    ("interrupted", "Interrupted"),
]


class RetailLedger(models.Model):
    _name = "retail.ledger"
    _description = "Record of a Shop"
    _rec_name = "source_number"
    _order = "id desc"
    # Rows come by COPY, with exactly the columns they need.
    _log_access = False

    channel_id = fields.Many2one(
        "retail.channel",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    import_id = fields.Many2one(
        "retail.import",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The last import that changed this record.",
    )
    kind = fields.Selection(
        [("order", "Order"), ("refund", "Refund")],
        required=True,
        readonly=True,
        default="order",
    )
    source_ref = fields.Char(
        string="Shop's id", readonly=True, help="The shop's identifier of the order."
    )
    source_number = fields.Char(
        string="Shop order", readonly=True, help="The number the customer sees."
    )
    source_status = fields.Char(string="Status in the shop", readonly=True)
    identity_key = fields.Char(required=True, readonly=True, size=32)
    content_hash = fields.Char(readonly=True, size=32)
    content_key = fields.Char(
        readonly=True,
        size=32,
        help="Equal for the same sale under another reference or in another channel.",
    )
    near_key = fields.Char(
        readonly=True, size=32, help="Equal for similar customers and the same total."
    )
    source_created = fields.Datetime(string="Ordered in the shop", readonly=True)
    source_modified = fields.Datetime(string="Changed in the shop", readonly=True)
    recorded_at = fields.Datetime(string="Recorded", readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    lane = fields.Selection(
        [("native", "Fast"), ("orm", "Standard")],
        readonly=True,
        help="Fast: written by the C engine. Standard: written by Odoo's own code.",
    )
    reason = fields.Selection(
        REASONS, readonly=True, help="Why the record was not imported as it came."
    )
    message = fields.Text(string="Explanation", readonly=True)
    source_row = fields.Integer(
        string="Record no.", readonly=True, help="Position in the file, from 1."
    )
    source_offset = fields.Float(
        string="Position (bytes)",
        digits=(20, 0),
        readonly=True,
        help="Where the record begins in the file.",
    )
    order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    amount_total = fields.Monetary(string="Total", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    payload = fields.Binary(
        attachment=False,
        readonly=True,
        prefetch=False,
        exportable=False,
        groups="retail_accelerator.group_manager",
    )
    decided_by = fields.Many2one(
        "res.users", readonly=True, help="Who decided what becomes of the record."
    )
    decided_at = fields.Datetime(string="Decided", readonly=True)
    payload_json = fields.Text(
        string="What the shop sent",
        compute="_compute_payload_json",
        exportable=False,
        help="Personal data is only shown to integration managers.",
    )
    difference_html = fields.Html(
        string="Differences", compute="_compute_difference_html", sanitize=False
    )
    order_state = fields.Selection(related="order_id.state", string="Order status")
    can_see_payload = fields.Boolean(compute="_compute_can_see_payload")

    _identity_key_unique = models.UniqueIndex(
        "(identity_key)", "This record of the shop is known already."
    )
    # By week first: keys are random, and an order is compared with its neighbours in
    # time only. So an import reads and writes a few pages of these, however many orders
    # there are.
    _content_index = models.Index(
        "(date_trunc('week', source_created), content_key, source_created)"
    )
    _near_index = models.Index(
        "(date_trunc('week', source_created), near_key, source_created)"
    )
    _attention_index = models.Index(
        "(channel_id, outcome, reason) WHERE outcome IN ('rejected', 'review')"
    )

    @api.depends("source_number", "source_ref", "source_row")
    def _compute_display_name(self):
        for entry in self:
            number = entry.source_number or entry.source_ref
            entry.display_name = (
                f"#{number}"
                if number
                else self.env._("Record no. %s", entry.source_row or "?")
            )

    @api.depends_context("uid")
    def _compute_can_see_payload(self):
        self.can_see_payload = self._sees_personal_data()

    @api.model
    def _sees_personal_data(self):
        return self.env.su or self.env.user.has_group(
            "retail_accelerator.group_manager"
        )

    @api.depends("payload")
    @api.depends_context("uid", "su")
    def _compute_payload_json(self):
        masked = not self._sees_personal_data()
        for entry in self:
            raw = entry._payload_bytes()
            entry.payload_json = raw and payload.payload_to_json(raw, masked=masked)

    @api.depends("payload", "order_id", "outcome")
    @api.depends_context("uid", "su")
    def _compute_difference_html(self):
        for entry in self:
            entry.difference_html = ""
            if entry.outcome == "review" and entry.order_id:
                # Forms ask for the size of binary fields instead of their content.
                whole = entry.sudo().with_context(bin_size=False)
                masked = not self._sees_personal_data()
                rows = review.differences(self.env, whole, masked)
                entry.difference_html = entry._difference_table(rows)

    def _difference_table(self, rows):
        """The rows {field, ours, theirs} as a table; a sentence for none."""
        if not rows:
            return Markup("<p>%s</p>") % self.env._(
                "Amounts, lines, status, e-mail and addresses are the same. The newer "
                "version differs in something else, such as the payment."
            )
        cells = Markup().join(
            Markup("<tr><th>%s</th><td>%s</td><td class='table-warning'>%s</td></tr>")
            % (row["field"], row["ours"], row["theirs"])
            for row in rows
        )
        return Markup(
            "<table class='table table-sm table-bordered'><thead><tr><th></th>"
            "<th>%s</th><th>%s</th></tr></thead><tbody>%s</tbody></table>"
        ) % (self.env._("In Odoo"), self.env._("New in the shop"), cells)

    def _payload_bytes(self):
        """The payload as stored, also for users who may see it only masked."""
        self.ensure_one()
        raw = self.sudo().with_context(bin_size=False).payload
        return bytes(raw) if raw else b""

    def _document(self):
        """The record as a dict; empty when it cannot be read as one."""
        try:
            document = json.loads(payload.payload_to_json(self._payload_bytes()))
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    def _payload_line(self):
        """The record on one line of JSON; what cannot be read stays as it came."""
        text = payload.payload_to_json(
            self._payload_bytes(), masked=not self._sees_personal_data()
        )
        try:
            return json.dumps(json.loads(text), ensure_ascii=False)
        except ValueError:
            return " ".join(text.splitlines())

    @api.model
    def _by_source_refs(self, channel, refs):
        """{source_ref: ledger row} of orders, found by their identity."""
        keys = {
            native.require().identity_key(channel.code, "order", ref): ref
            for ref in refs
        }
        entries = self.sudo().search([("identity_key", "in", list(keys))])
        return {keys[entry.identity_key]: entry for entry in entries}
