# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people do with a record: try again, correct, decide."""

import json
import tempfile

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

from ..engine import runner
from ..engine.findings import REASONS as HELD
from .mixins.retail_import_files import BATCH
from .retail_ledger_advice import ADVICE

DIRECT = 200  # more records than this are tried again in the background
REFERENCES = (
    ("sku", "sku"),
    ("variation", "variation_id"),
    ("product", "product_id"),
)
CLOSED_MOVES = ("draft", "posted")


class RetailLedger(models.Model):
    _inherit = "retail.ledger"

    duplicate_ids = fields.One2many(
        "retail.duplicate", "ledger_id", string="Possible duplicates"
    )
    is_held = fields.Boolean(
        string="Held as a duplicate",
        compute="_compute_is_held",
        help="Not imported until somebody has decided about the duplicate.",
    )

    advice = fields.Char(
        string="What to do",
        compute="_compute_advice",
        help="How the cause is removed, so that the record can be tried again.",
    )

    @api.depends("outcome", "reason")
    def _compute_is_held(self):
        for entry in self:
            entry.is_held = entry.outcome == "review" and entry.reason in HELD

    @api.depends("outcome", "reason")
    @api.depends_context("lang")
    def _compute_advice(self):
        for entry in self:
            text = entry.outcome == "rejected" and ADVICE.get(entry.reason)
            entry.advice = text and self.env._(text)

    def _expect_not_held(self):
        if any(entry.is_held for entry in self):
            raise UserError(
                self.env._(
                    "This record was held as a possible duplicate. Decide under "
                    "Retail > Duplicates to review."
                )
            )

    def _check_may_act(self):
        """Operators act on the records they can see; auditors only look."""
        self.check_access("read")
        if not self.env.user.has_group("retail_accelerator.group_operator"):
            raise AccessError(self.env._("Only operators may change records."))

    def _expect_outcome(self, *outcomes):
        if any(entry.outcome not in outcomes for entry in self):
            raise UserError(
                self.env._("This is not possible for records with this outcome.")
            )

    # -- try again --

    def action_replay(self):
        """Try records again after their cause was removed."""
        entries = self.filtered(
            lambda entry: entry.outcome in ("rejected", "ignored", "review")
        )
        if not entries:
            raise UserError(self.env._("There is no rejected record to try again."))
        entries._check_may_act()
        if len(entries) > DIRECT:
            return entries._replay_in_background()
        return entries._notify_replayed(entries._replay())

    def action_replay_cause(self):
        """Try again everything of this shop that was rejected for the same reason."""
        self.ensure_one()
        return self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("outcome", "=", "rejected"),
                ("reason", "=", self.reason),
            ]
        ).action_replay()

    def _replay(self):
        """Process the payloads again; returns counts by outcome."""
        counts = {}
        # A decision counts as settled for the engine: take it back first.
        self.filtered(lambda entry: entry.outcome != "rejected").sudo().write(
            {"outcome": "rejected"}
        )
        self.env.flush_all()
        for channel, entries in self.grouped("channel_id").items():
            result = runner.replay(channel, entries.sudo().with_context(bin_size=False))
            for name in ("created", "updated", "unchanged", "skipped", "rejected"):
                counts[name] = counts.get(name, 0) + result.get(name, 0)
            entries._close_corrected()
        return counts

    def _close_corrected(self):
        """Rows of unreadable bytes whose corrected record has a row of its own now."""
        for entry in self.filtered(lambda entry: not entry.source_ref):
            document = entry._document()
            ref = str(document.get("id") or "")
            other = ref and self._by_source_refs(entry.channel_id, [ref]).get(ref)
            if other and other != entry and other.outcome != "rejected":
                entry._decide(
                    "ignored", self.env._("Corrected and imported as %s.", ref)
                )

    def _replay_in_background(self):
        """Many records: as imports of their own, with progress and results."""
        imports = self.env["retail.import"]
        for channel, entries in self.grouped("channel_id").items():
            name = self.env._("replay of %s records.json", len(entries))
            record = imports.create(
                {
                    "channel_id": channel.id,
                    "source": "upload",
                    "file_name": name,
                    "file_format": "json",
                }
            )
            with tempfile.NamedTemporaryFile() as handle:
                for batch in split_every(BATCH, entries.ids, entries.sudo().browse):
                    for entry in batch:
                        handle.write(f"{entry._payload_line()}\n".encode())
                    batch.invalidate_recordset(["payload"])
                handle.flush()
                # Whoever tries again need not see the personal data in it.
                record._attach_file(
                    "replay_file", handle.name, name, "application/json"
                )
            record._remember_checksum()
            imports |= record
        imports.action_start()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_import_action"
        )
        if len(imports) == 1:
            return {
                **action,
                "views": [(False, "form")],
                "res_id": imports.id,
            }
        return {**action, "domain": [("id", "in", imports.ids)]}

    def _notify_replayed(self, counts):
        labels = {
            "created": self.env._("created"),
            "updated": self.env._("updated"),
            "unchanged": self.env._("already known"),
            "skipped": self.env._("skipped"),
            "rejected": self.env._("rejected again"),
        }
        told = [
            f"{counts[name]} {label}"
            for name, label in labels.items()
            if counts.get(name)
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if counts.get("rejected") else "success",
                "title": self.env._("Tried again"),
                "message": ", ".join(told),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- remove the cause --

    def action_fix_cause(self):
        """Where the cause is removed: a new product mapping, or the shop's settings."""
        self.ensure_one()
        if self.reason == "unknown_product":
            kind, ref = self._missing_product()
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Map a product of %s", self.channel_id.name),
                "res_model": "retail.channel.product",
                "view_mode": "form",
                "target": "new",
                "context": {
                    "default_channel_id": self.channel_id.id,
                    "default_kind": kind,
                    "default_ref": ref,
                },
            }
        if self.reason == "unknown_tax":
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "retail_accelerator.retail_channel_tax_action"
            )
            return {**action, "domain": [("channel_id", "=", self.channel_id.id)]}
        return {
            "type": "ir.actions.act_window",
            "res_model": "retail.channel",
            "view_mode": "form",
            "res_id": self.channel_id.id,
        }

    def _missing_product(self):
        """(kind, reference) of the line whose product is unknown."""
        document = json.loads(self.sudo().payload_json or "{}")
        for item in document.get("line_items", ()):
            refs = [(kind, str(item.get(name) or "")) for kind, name in REFERENCES]
            # As the engine names a line.
            shown = item.get("sku") or item.get("name") or item.get("product_id")
            if (self.message or "").endswith(f": {shown}"):
                return next((pair for pair in refs if pair[1]), ("sku", False))
        return "sku", False

    # -- decide --

    def _decide(self, outcome, message=None):
        """Close or reopen records, remembering who and when."""
        vals = {
            "outcome": outcome,
            "decided_by": self.env.uid,
            "decided_at": fields.Datetime.now(),
        }
        if message:
            vals["message"] = message
        self.sudo().write(vals)

    def action_keep(self):
        """The order stays as it is; this version of the shop is settled."""
        self._expect_not_held()
        self._expect_outcome("review")
        self._check_may_act()
        self._decide("kept")

    def action_ignore(self):
        """The record will not be imported, and no longer asks for attention."""
        self._expect_outcome("rejected")
        self._check_may_act()
        self._decide("ignored")

    def action_reopen(self):
        self._expect_outcome("kept", "ignored")
        self._check_may_act()
        for entry in self:
            entry._decide("review" if entry.outcome == "kept" else "rejected")

    # -- review --

    def _apply_obstacle(self):
        """Why the newer version cannot be applied by the program, or False."""
        self.ensure_one()
        order = self.order_id
        moves = order.invoice_ids.filtered(lambda move: move.state in CLOSED_MOVES)
        if moves:
            return self.env._(
                "The order is invoiced (%s). Correct it with a credit note, then close "
                "this record with Keep as is.",
                ", ".join(moves.mapped("display_name")),
            )
        if order.picking_ids.filtered(lambda picking: picking.state == "done"):
            return self.env._(
                "Goods of this order are delivered already. Handle the change as a "
                "return or an additional order, then close this record with Keep as is."
            )
        return False

    def action_apply(self):
        """Bring the order to the shop's newer version, after a look at the outcome."""
        self._expect_not_held()
        self.ensure_one()
        self._expect_outcome("review")
        self._check_may_act()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply the newer version of %s", self.display_name),
            "res_model": "retail.ledger.apply",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ledger_id": self.id},
        }

    def _apply(self, confirm_again):
        """Open the order, rewrite it, confirm it again when wanted."""
        self.ensure_one()
        obstacle = self._apply_obstacle()
        if obstacle:
            raise UserError(obstacle)
        order = self.order_id
        was_confirmed, date_order = order.state == "sale", order.date_order
        if order.locked:
            order.action_unlock()
        if order.state == "sale":
            order._action_cancel()
        if order.state == "cancel":
            order.action_draft()
        counts = self._replay()
        if not counts.get("updated"):
            raise UserError(
                self.env._(
                    "The newer version could not be applied: %s", self.message or ""
                )
            )
        if was_confirmed and confirm_again and order.state in ("draft", "sent"):
            order.action_confirm()
            order.date_order = date_order
        order.message_post(
            body=self.env._(
                "The newer version of %s from the shop was applied.", self.display_name
            )
        )
        self.sudo().write(
            {"decided_by": self.env.uid, "decided_at": fields.Datetime.now()}
        )

    # -- correct --

    def action_edit_payload(self):
        """Correct what the shop sent, then try again."""
        self.ensure_one()
        self._check_may_edit()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct %s", self.display_name),
            "res_model": "retail.ledger.edit",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ledger_id": self.id},
        }

    def _check_may_edit(self):
        self._expect_outcome("rejected", "ignored")
        self._check_may_act()
        if not self._sees_personal_data():
            raise AccessError(
                self.env._(
                    "Records hold personal data: only integration managers edit them."
                )
            )

    def _set_payload(self, data):
        """Replace the stored bytes; the ORM would take them for base64."""
        self.ensure_one()
        self.env.cr.execute(
            SQL("UPDATE retail_ledger SET payload = %s WHERE id = %s", data, self.id)
        )
        self.invalidate_recordset()

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "view_mode": "form",
            "res_id": self.order_id.id,
        }

    def action_view_duplicates(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_duplicate_action"
        )
        pairs = self.duplicate_ids
        if len(pairs) == 1:
            return {**action, "views": [(False, "form")], "res_id": pairs.id}
        return {**action, "domain": [("ledger_id", "in", self.ids)], "context": {}}
