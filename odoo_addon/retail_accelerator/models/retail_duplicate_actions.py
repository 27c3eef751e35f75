# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people decide about a pair, and taking it back."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class RetailDuplicate(models.Model):
    _inherit = "retail.duplicate"

    def _check_may_decide(self, *states):
        """Operators decide on the pairs they can see; auditors only look."""
        self.check_access("read")
        if not self.env.user.has_group("retail_accelerator.group_operator"):
            raise AccessError(self.env._("Only operators may decide on duplicates."))
        if any(pair.state not in states for pair in self):
            raise UserError(
                self.env._("This is not possible: a pair is decided already, or open.")
            )

    def _decide(self, state, note, **vals):
        """Close or reopen pairs; who, when and what stays in their chatter."""
        self.sudo().write(
            {
                "state": state,
                "decided_by": self.env.uid if state != "open" else False,
                "decided_at": fields.Datetime.now() if state != "open" else False,
                **vals,
            }
        )
        for pair in self:
            pair.sudo().message_post(
                body=note,
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )

    # -- keep, ignore --

    def action_keep(self):
        """Both are genuine; the pair never comes back, a held order is imported."""
        self._check_may_decide("open")
        self._decide("kept", self.env._("Both are kept: they are not the same."))
        held = self.filtered(lambda pair: pair.ledger_id and not pair.second_id)
        entries = held.sudo().ledger_id.filtered(lambda row: not row.order_id)
        if entries:
            entries.with_env(self.env)._replay()
            self._follow_ledger()

    def action_ignore(self):
        """Neither merged nor imported, and no longer asked for."""
        self._check_may_decide("open")
        self._decide("ignored", self.env._("Ignored."))
        self._close_held(self.env._("Ignored as a duplicate."))

    def _close_held(self, message):
        held = self.filtered(lambda pair: not pair.second_id).sudo().ledger_id
        held.with_env(self.env)._decide("ignored", message)

    # -- merge contacts --

    def action_merge(self):
        """Merge contacts as Odoo's own assistant does, with its checks."""
        self._check_may_decide("open")
        if any(pair.kind != "partner" for pair in self):
            raise UserError(self.env._("Only contacts can be merged."))
        for pair in self:
            pair._merge()

    def _merge(self):
        contacts = self._record("first") | self._record("second")
        if len(contacts) < 2:
            raise UserError(self.env._("One of the contacts is gone already."))
        contacts.check_access("write")
        names = " + ".join(contacts.mapped("display_name"))
        self.env["base.partner.merge.automatic.wizard"]._merge(contacts.ids)
        survivor = contacts.exists()
        gone = contacts - survivor
        note = self.env._("Merged: %s", names)
        survivor.message_post(body=note)
        self._decide("merged", note)
        self._replace(gone.id, survivor.id)

    def _replace(self, gone, survivor):
        """Open pairs of a merged contact go on with the one it was merged into."""
        pairs = self.sudo().search(
            [
                ("kind", "=", "partner"),
                ("state", "=", "open"),
                "|",
                ("first_id", "=", gone),
                ("second_id", "=", gone),
            ]
        )
        for pair in pairs:
            other = pair.first_id if pair.second_id == gone else pair.second_id
            first, second = min(other, survivor), max(other, survivor)
            known = self.sudo().search(
                [
                    ("kind", "=", "partner"),
                    ("first_id", "=", first),
                    ("second_id", "=", second),
                ]
            )
            if known or first == second:
                pair._decide("merged", self.env._("Settled by another merge."))
            else:
                pair.write({"first_id": first, "second_id": second})

    # -- link orders --

    def action_link(self):
        """The same sale: one order stays, the other is cancelled and points to it."""
        self._check_may_decide("open")
        if any(pair.kind != "order" for pair in self):
            raise UserError(self.env._("Only orders can be linked."))
        for pair in self:
            if pair.second_id:
                pair._link()
            else:
                order = pair._record("first")
                note = self.env._("Same sale as %s; not imported.", order.display_name)
                order.message_post(
                    body=self.env._("The same sale came again: %s.", pair.second_name)
                )
                pair._decide("linked", note)
                pair._close_held(note)

    def _link(self):
        keep = self._record(self.keep_first)
        cancel = self._record("second" if self.keep_first == "first" else "first")
        obstacle = self._link_obstacle(keep, cancel)
        if obstacle:
            raise UserError(obstacle)
        before = cancel.state
        if cancel.locked:
            cancel.action_unlock()
        if cancel.state != "cancel":
            cancel._action_cancel()
        cancel.message_post(
            body=self.env._("Cancelled: the same sale as %s.", keep._get_html_link())
        )
        keep.message_post(
            body=self.env._("The same sale as %s, cancelled.", cancel._get_html_link())
        )
        self._decide(
            "linked",
            self.env._(
                "%(keep)s stays, %(cancel)s is cancelled.",
                keep=keep.display_name,
                cancel=cancel.display_name,
            ),
            cancelled_state=before,
        )

    def _link_obstacle(self, keep, cancel):
        """Why one order cannot simply be cancelled, with the way out; or False."""
        if not keep or not cancel:
            return self.env._("One of the orders is gone already.")
        delivered = cancel.picking_ids.filtered(lambda move: move.state == "done")
        if delivered or any(cancel.order_line.mapped("qty_delivered")):
            return self.env._(
                "%s has been delivered. Return the goods first (Delivery > Return) and "
                "cancel the order then; or choose the other order to be cancelled.",
                cancel.display_name,
            )
        invoices = cancel.invoice_ids.filtered(lambda move: move.state != "cancel")
        if invoices:
            return self.env._(
                "%(order)s has been invoiced (%(invoices)s). Cancel or credit the "
                "invoice first; or choose the other order to be cancelled.",
                order=cancel.display_name,
                invoices=", ".join(invoices.mapped("display_name")),
            )
        return False

    # -- take back --

    def action_reopen(self):
        """Undo a decision: the pair is open again, a cancelled order lives again."""
        self._check_may_decide("kept", "ignored", "linked", "merged")
        if any(pair.state == "merged" for pair in self):
            raise UserError(
                self.env._(
                    "A merge cannot be undone: the second contact no longer exists."
                )
            )
        for pair in self:
            if pair.state == "linked" and pair.second_id:
                pair._revive()
            elif not pair.second_id:
                pair.sudo().ledger_id.filtered(
                    lambda entry: entry.outcome in ("ignored", "skipped")
                ).with_env(self.env)._decide("review")
        self._decide("open", self.env._("The decision was taken back."), bulk_id=False)

    def _revive(self):
        order = self._record("second" if self.keep_first == "first" else "first")
        if order.state == "cancel" and self.cancelled_state != "cancel":
            order.action_draft()
            if self.cancelled_state == "sale":
                order.action_confirm()
            order.message_post(body=self.env._("Cancelled by mistake, open again."))

    # -- look at --

    def _open_record(self, side):
        self.ensure_one()
        record = self._record(side)
        if not record and side == "second" and self.ledger_id:
            record = self.ledger_id
        if not record:
            raise UserError(self.env._("The record is gone."))
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "view_mode": "form",
            "res_id": record.id,
        }

    def action_open_first(self):
        return self._open_record("first")

    def action_open_second(self):
        return self._open_record("second")
