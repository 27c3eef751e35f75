# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people and scheduled actions do with a payout."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...settle import (
    advice,
    bank,
    bank_search,
    desk,
    matching,
    posting,
    refused,
    wallet,
    words,
)
from ...settle.runner import Runner


class RetailSettlementWorkflow(models.AbstractModel):
    _name = "retail.settlement.workflow"
    _description = "Workflow of a Settlement"

    def _refresh_amounts(self):
        """Add up the rows again, and say whether they are the payout."""
        groups = self.env["retail.settlement.event"]._read_group(
            [
                ("settlement_id", "in", self.ids),
                ("kind", "not in", ("payout", "authorisation")),
            ],
            ["settlement_id"],
            ["net:sum", "date:max"],
        )
        found = {settlement.id: rest for settlement, *rest in groups}
        for settlement in self:
            total, last = found.get(settlement.id, (0.0, False))
            settlement.amount_file = settlement.currency_id.round(total)
            settlement.date = settlement.date or (last and last.date())

    def _conclude_matching(self):
        """A proved payout none of whose rows is open is matched, whoever explained the
        last one; one that has an open row again is only proved."""
        still_open = self.env["retail.settlement.event"]._read_group(
            [("settlement_id", "in", self.ids), ("state", "in", desk.OPEN)],
            ["settlement_id"],
        )
        waiting = self.browse().union(*(settlement for (settlement,) in still_open))
        for settlement in self:
            if settlement.state in ("proved", "matched"):
                settlement.state = "proved" if settlement in waiting else "matched"

    def _check_operator(self):
        if not self.env.user.has_group("retail_accelerator.group_operator"):
            raise AccessError(self.env._("Only operators work on settlements."))
        self.check_access("write")

    def action_match(self):
        """Try again to match what is open. What was posted to suspense is booked anew,
        which takes an accountant; for others posted payouts stay as they are."""
        self._check_operator()
        may_post = self.env.user.has_group("retail_accelerator.group_accountant")
        mine = self.filtered(lambda payout: may_post or payout.state not in desk.POSTED)
        for _channel, settlements in mine.grouped("channel_id").items():
            matching.match(settlements)
        return self._say_what_is_left(self - mine)

    def _say_what_is_left(self, kept):
        """A message; ``kept`` are posted payouts that the user may not match."""
        left = self.env["retail.settlement.event"].search_count(
            [("settlement_id", "in", self.ids), ("state", "in", desk.OPEN)]
        )
        problems = []
        if kept and left:
            problems.append(
                self.env._(
                    "Rows of posted payouts are on the suspense account; only "
                    "accountants match them again."
                )
            )
        return self._notify(
            self.env._("Left to resolve: %s", words.rows(self.env, left))
            if left
            else self.env._("Every row is explained now"),
            problems,
            kind="warning" if left else "success",
        )

    def action_close_balance(self):
        """Take pending rows of a balance nobody withdrew from as a settlement of their
        own, so that they can be posted."""
        self.ensure_one()
        posting.check_accountant(self.env)
        posting.held(self, "draft")
        settlement = wallet.close_balance(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": settlement.id,
            "view_mode": "form",
        }

    def action_preview(self):
        """Show the entries before they are posted."""
        self.ensure_one()
        wizard = self.env["retail.settlement.preview"]._for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of %s", self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "dialog_size": "extra-large"},
        }

    def action_post(self):
        """Post each of the payouts."""
        for settlement in self:
            posting.post(settlement)

    def action_post_selected(self):
        """Post those of the selected payouts that can be; says what became of each."""
        posting.check_accountant(self.env)
        problems = []
        for settlement in self.sorted(
            lambda payout: (str(payout.date or ""), payout.id)
        ):
            try:
                with self.env.cr.savepoint():
                    posting.post(settlement)
            except UserError as error:
                problems.append(f"{settlement.name}: {error}")
                if settlement.state not in desk.POSTED:
                    settlement.write(refused.noted(error))
        return self._notify(
            self.env._(
                "Posted: %(count)s of %(payouts)s",
                count=words.number(self.env, len(self) - len(problems)),
                payouts=words.payouts(self.env, len(self)),
            ),
            problems,
        )

    def action_post_cause(self):
        """Post every payout that was refused for the same cause."""
        self.ensure_one()
        if not self.failure:
            return self.action_post_selected()
        return self.search(refused.alike(self)).action_post_selected()

    def action_reconcile(self):
        """Look for the bank line of each payout; where several could be it, or none is
        sure, a person chooses."""
        posting.check_accountant(self.env)
        posted = self.filtered(lambda payout: payout.state == "posted")
        found = 0
        for settlement in posted:
            posting.held(settlement, "posted")
            found += bank.reconcile(settlement)
        if len(self) == 1 and found:
            return None
        missing = posted.filtered(lambda payout: payout.state == "posted")
        if len(self) == 1 and missing and bank_search.scored(missing):
            return missing.action_choose_bank_line()
        return self._notify(
            self.env._("Reconciled with the bank: %s", words.payouts(self.env, found)),
            [payout._why_no_bank_line() for payout in missing],
        )

    def _why_no_bank_line(self):
        texts = {
            "name": self.name,
            "amount": self.currency_id.format(bank_search.expected(self)),
            "date": format_date(self.env, self.date),
        }
        if bank_search.scored(self):
            return self.env._(
                "%(name)s: no single bank line of %(amount)s around %(date)s is sure. "
                "Open the payout and choose one.",
                **texts,
            )
        return self.env._(
            "%(name)s: no open bank line of %(amount)s around %(date)s. Import the "
            "bank statement, or take another line with “Choose Bank Line”.",
            **texts,
        )

    def action_choose_bank_line(self):
        """The bank lines that could be the payout's money."""
        self.ensure_one()
        wizard = self.env["retail.settlement.bank"]._for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank line of %s", self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_release_bank_line(self):
        """The payout and its bank lines wait for each other again."""
        self.ensure_one()
        posting.check_accountant(self.env)
        posting.held(self, "posted", "reconciled")
        bank.undo(self)

    def _notify(self, message, problems=(), kind=None):
        """A message that stays while there are problems, and the screen anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind or ("warning" if problems else "success"),
                "sticky": bool(problems),
                "title": message,
                "message": advice.listed(problems),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_policies(self):
        """Where the journal and accounts of the payout's channel are set."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "retail.channel",
            "res_id": self.channel_id.id,
            "view_mode": "form",
        }

    def action_reverse(self):
        """Ask for date and reason, then take the entries back."""
        return self._wizard("retail.settlement.reverse", self.env._("Reverse"))

    def _wizard(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_settlement_id": self.id},
        }

    # -- by themselves --

    @api.model
    def _cron_settle(self):
        """Read the channels' folders, match, post where the channel says so."""
        for channel in self.env["retail.channel"].search([("active", "=", True)]):
            Runner(channel).by_itself()

    @api.model
    def _cron_remind(self):
        """An activity on each payout that has waited too long for a person."""
        for channel in self.env["retail.channel"].search(
            [("settlement_reminder_days", ">", 0)]
        ):
            before = fields.Datetime.now() - timedelta(
                days=channel.settlement_reminder_days
            )
            for settlement in self.search(
                [
                    ("channel_id", "=", channel.id),
                    ("create_date", "<", before),
                    ("exception_count", ">", 0),
                    ("activity_ids", "=", False),
                ]
            ):
                settlement._remind()

    def _remind(self):
        user = self.channel_id.settlement_reminder_user_id or self.create_uid
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._(
                "To be resolved: %s", words.rows(self.env, self.exception_count)
            ),
            user_id=user.id,
        )
