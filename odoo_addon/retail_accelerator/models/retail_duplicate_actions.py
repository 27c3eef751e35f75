# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people decide about a pair, and taking it back."""

from odoo import fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ..audit import log

# Actions of the audit log.
ACTIONS = {
    "kept": "keep",
    "merged": "merge",
    "linked": "link",
    "ignored": "ignore",
    "open": "undo",
}
TOLD = 5  # records in one note


class RetailDuplicate(models.Model):
    _inherit = "retail.duplicate"

    def _check_may_decide(self, *states):
        """Operators decide on the pairs they can see; auditors only look."""
        self.check_access("read")
        if not self.env.user.has_group("retail_accelerator.group_operator"):
            raise AccessError(self.env._("Only operators may decide on duplicates."))
        try:
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._("Somebody else is deciding on this at the moment.")
            ) from error
        for company in {log.company_of(pair) for pair in self.sudo()}:
            log.lock(self.env, company)
        for pair in self.filtered(lambda pair: pair.state not in states):
            if pair.state == "open":
                raise UserError(
                    self.env._("%s: nothing was decided yet.", pair.display_name)
                )
            state = dict(pair._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(pair)s was decided already: %(state)s (%(user)s).",
                    pair=pair.display_name,
                    state=state[pair.state],
                    user=pair.sudo().decided_by.name,
                )
            )

    def _decide(self, state, note, **vals):
        """What somebody decided, or takes back; it stays in the audit log, too."""
        before = [(pair, pair.state, pair.bulk_id.id) for pair in self.sudo()]
        self._set_state(state, note, **vals)
        for pair, was, bulk in before:
            pair._log_decision(was, bulk)

    def _log_decision(self, was, bulk):
        """An entry of the audit log, which names records by their numbers only."""
        state = dict(self._fields["state"]._description_selection(self.env))
        undone = self.env._("decision undone")
        keeps = self.state in ("merged", "linked")
        log.append(
            self,
            ACTIONS[self.state],
            self.env._(
                "%(pair)s: %(decision)s",
                pair=self._numbers(),
                decision=undone if self.state == "open" else state[self.state],
            ),
            kind=self.kind,
            first=self.first_id,
            second=self.second_id or None,
            held=self.ledger_id.id or None,
            stays=self[f"{self.keep_first}_id"] if keeps and self.second_id else None,
            found_by=self.found_by,
            score=f"{self.score:.1f}",
            was=was,
            bulk=bulk or None,
        )

    def _numbers(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        if not self.second_id:
            return self.env._(
                "%(kind)s no. %(first)s and held record no. %(held)s",
                kind=kinds[self.kind],
                first=self.first_id,
                held=self.ledger_id.id,
            )
        return self.env._(
            "%(kind)s no. %(first)s and %(second)s",
            kind=kinds[self.kind],
            first=self.first_id,
            second=self.second_id,
        )

    def _set_state(self, state, note, **vals):
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
        if not entries:
            return None
        entries = entries.with_env(self.env)
        entries._replay()
        self._follow_ledger()
        return self._tell_left(entries.filtered(lambda row: not row.order_id))

    def _tell_left(self, entries):
        """What was kept and could not be imported all the same, and why."""
        if not entries:
            return None
        told = [
            self.env._(
                "%s is held again: it may repeat another order, too.",
                entry.display_name,
            )
            if entry.is_held
            else self.env._(
                "%(record)s was not imported: %(why)s",
                record=entry.display_name,
                why=entry.message or "",
            )
            for entry in entries[:TOLD]
        ]
        if len(entries) > TOLD:
            told.append(self.env._("… and %s more", len(entries) - TOLD))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Not imported yet"),
                "message": " ".join(told),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

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
        obstacle = self._obstacle()
        if obstacle:
            raise UserError(obstacle)
        keep, gone = self._kept_and_other()
        (keep | gone).check_access("write")
        note = self.env._(
            "Merged: %(keep)s stays, %(gone)s is part of it now.",
            keep=keep.display_name,
            gone=gone.display_name,
        )
        gone_id = gone.id
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge([keep.id, gone_id], keep)
        keep.message_post(body=note)
        self._decide("merged", note)
        self._replace(gone_id, keep.id)

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

    # -- cancel one of two orders or payments --

    def action_link(self):
        """The same sale or payment: one stays, the other is cancelled and points to
        it."""
        self._check_may_decide("open")
        if any(pair.kind == "partner" for pair in self):
            raise UserError(self.env._("Contacts are merged, not cancelled."))
        for pair in self:
            obstacle = pair._obstacle()
            if obstacle:
                raise UserError(obstacle)
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

    def _kept_and_other(self):
        sides = ("first", "second")
        if self.keep_first == "second":
            sides = sides[::-1]
        return [self._record(side) for side in sides]

    def _link(self):
        keep, cancel = self._kept_and_other()
        before = cancel.state
        if self.kind == "payment":
            cancel.action_cancel()
        else:
            if cancel.locked:
                cancel.action_unlock()
            if before != "cancel":
                cancel._action_cancel()
        cancel.message_post(
            body=self.env._("Cancelled: it is %s once more.", keep._get_html_link())
        )
        keep.message_post(
            body=self.env._("It came a second time: %s.", cancel._get_html_link())
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

    # -- take back --

    def action_reopen(self):
        """Undo a decision: the pair is open again, what was cancelled lives again."""
        self._check_may_decide("kept", "ignored", "linked", "merged", "gone")
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
        _keep, cancelled = self._kept_and_other()
        if self.kind == "payment":
            if cancelled.state == "canceled" != self.cancelled_state:
                cancelled.action_draft()
                if self.cancelled_state != "draft":
                    cancelled.action_post()
        elif cancelled.state == "cancel" != self.cancelled_state:
            cancelled.action_draft()
            if self.cancelled_state == "sale":
                cancelled.action_confirm()
        else:
            return
        if cancelled:
            cancelled.message_post(body=self.env._("Cancelled by mistake, open again."))

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
