# SPDX-License-Identifier: LGPL-3.0-or-later
"""Settlements as each role meets them: what opens, what works, what is refused."""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..settle import posting
from .settlement_common import SALE, SettlementCase

OPERATORS = ("operator", "accountant")
ACCOUNTANTS = ("accountant",)
# Who may press what; what a screen does not show, the server refuses, too.
BUTTONS = {
    "retail.settlement": {
        "action_match": OPERATORS,
        "action_preview": ACCOUNTANTS,
        "action_post_selected": ACCOUNTANTS,
        "action_post_cause": ACCOUNTANTS,
        "action_close_balance": ACCOUNTANTS,
        "action_reconcile": ACCOUNTANTS,
        "action_choose_bank_line": ACCOUNTANTS,
        "action_release_bank_line": ACCOUNTANTS,
        "action_reverse": ACCOUNTANTS,
    },
    "retail.settlement.event": {
        "action_resolve": OPERATORS,
        "action_retry": OPERATORS,
        "action_retry_all": OPERATORS,
        "action_retry_cause": OPERATORS,
        "action_assign_to_me": OPERATORS,
        "action_undo": OPERATORS,
        "action_apply": OPERATORS,
        "action_reconcile_again": ACCOUNTANTS,
    },
}
REPORT = (
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    "reporting_category,payment_metadata[order_id]\n"
    "po_r,txn_1,2026-03-10 10:00:00,usd,120.00,3.78,116.22,charge,S-1001\n"
    "po_r,po,2026-03-12 10:00:00,usd,-116.22,0.00,-116.22,payout,\n"
)


@tagged("post_install", "-at_install")
class TestSettlementRoles(SettlementCase):
    def seen_by(self, role, records):
        return records.with_user(self.people[role])

    def upload(self, role):
        env = self.env(user=self.people[role])
        attachment = env["ir.attachment"].create(
            {"name": "report.csv", "raw": REPORT.encode()}
        )
        return env["retail.settlement.upload"].create(
            {"channel_id": self.channel.id, "attachment_ids": attachment.ids}
        )

    def test_every_role_opens_every_screen(self):
        order = self.order()
        event = self.payout(SALE).event_ids
        self.link(event, order)
        posting.post(event.settlement_id)
        last = self.env["retail.audit"].search([], limit=1)
        records = (event, event.settlement_id, event.file_id, last, self.channel)
        for role in self.people:
            for record in records:
                with self.subTest(role=role, model=record._name):
                    form = Form(self.seen_by(role, record))
                    self.assertTrue(form.id)

    def test_auditor_sees_what_a_row_pays_but_not_whose_it_is(self):
        order = self.order()
        event = self.payout(SALE).event_ids
        self.link(event, order)
        self.assertEqual(
            self.seen_by("operator", event).applied_ids.partner_id, order.partner_id
        )
        link = self.seen_by("auditor", event).applied_ids
        self.assertEqual(link.target_name, order.name)
        with self.assertRaises(AccessError):
            link.read(["partner_id"])

    def test_accountant_goes_the_whole_way(self):
        order = self.order()
        order.client_order_ref = "S-1001"
        wizard = self.upload("accountant")
        self.assertIn("the rows add up", wizard.preview)
        payout = wizard.env["retail.settlement"].browse(wizard.action_read()["res_id"])
        self.assertEqual(payout.state, "matched")
        action = payout.action_preview()
        preview = wizard.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(preview.problems)
        self.assertEqual(len(preview.line_ids), 3)
        preview.action_post()
        self.bank_line(116.22, "po_r", date="2026-03-13")
        payout.action_reconcile()
        self.assertEqual(payout.state, "reconciled")
        reverse = wizard.env["retail.settlement.reverse"].create(
            {"settlement_id": payout.id, "reason": "test"}
        )
        reverse.action_reverse()
        self.assertEqual(payout.state, "matched")
        verdict = wizard.env["retail.audit"].action_verify()
        self.assertEqual(verdict["params"]["type"], "success")

    def test_operator_reads_matches_and_resolves(self):
        wizard = self.upload("operator")
        payout = wizard.env["retail.settlement"].browse(wizard.action_read()["res_id"])
        event = payout.event_ids.filtered(lambda row: row.kind == "capture")
        self.assertEqual(event.state, "waiting")
        event.action_assign_to_me()
        self.assertEqual(event.user_id, self.people["operator"])
        resolve = wizard.env["retail.settlement.resolve"].create(
            {"event_id": event.id, "order_id": self.order().id}
        )
        resolve.action_match()
        self.assertEqual(payout.state, "matched")

    def test_operator_is_told_that_accountants_post(self):
        payout = self.seen_by("operator", self.payout(SALE))
        for action in ("action_preview", "action_post", "action_post_selected"):
            with self.assertRaisesRegex(AccessError, "Only settlement accountants"):
                getattr(payout, action)()
        self.assertEqual(payout.state, "proved")

    def test_operator_is_told_that_accountants_book_on_accounts(self):
        account = self.channel.settlement_fee_account_id
        resolve = self.seen_by("operator", self.env["retail.settlement.resolve"])
        wizard = resolve.create(
            {"event_id": self.exception().id, "account_id": account.id}
        )
        with self.assertRaisesRegex(AccessError, "Only settlement accountants"):
            wizard.action_book()

    def test_auditor_is_told_that_operators_work(self):
        event = self.seen_by("auditor", self.exception())
        for record, action in (
            (event.settlement_id, "action_match"),
            (event, "action_retry"),
            (event, "action_retry_cause"),
            (event, "action_retry_all"),
        ):
            with self.assertRaisesRegex(AccessError, "Only operators"):
                getattr(record, action)()
        with self.assertRaises(AccessError):
            self.upload("auditor")
        self.assertEqual(event.state, "exception")

    def shown(self, role, model):
        """Names of the buttons on the role's screens of a model."""
        records = self.env[model].with_user(self.people[role])
        views = self.env["ir.ui.view"].search(
            [
                ("model", "=", model),
                ("type", "in", ("form", "list", "kanban")),
                ("mode", "=", "primary"),
            ]
        )
        found = set()
        for view in views:
            arch = etree.fromstring(records.get_view(view.id, view.type)["arch"])
            found.update(arch.xpath("//button/@name"))
        return found

    def test_buttons_that_cannot_be_used_are_not_shown(self):
        for model, owners in BUTTONS.items():
            for role in self.people:
                wanted = {name for name, roles in owners.items() if role in roles}
                shown = self.shown(role, model) & set(owners)
                self.assertEqual(shown, wanted, (role, model))

    def test_every_button_that_changes_something_has_its_roles(self):
        """No button is forgotten in the table above: the others only open screens."""
        for model, owners in BUTTONS.items():
            others = self.shown("accountant", model) - set(owners)
            opening = ("action_view_", "action_open_", "action_import_orders")
            for name in others:
                self.assertTrue(name.startswith(opening) or name.isdecimal(), name)

    def record_for(self, name):
        """A record in the state the button is for."""
        if name == "action_close_balance":
            return self.payout({**SALE, "payout": ""})
        if name == "action_reconcile_again":
            return self.unreconciled()
        event = self.exception()
        if name in ("action_reconcile", "action_choose_bank_line"):
            posting.post(event.settlement_id)
        if name in ("action_release_bank_line", "action_reverse"):
            posting.post(event.settlement_id)
            self.bank_line(116.22, "po_1")
            event.settlement_id.action_reconcile()
        if name == "action_apply":
            self.link(event, self.order())
            event.link_ids.state = "proposed"
            event.write({"state": "exception", "reason": "weak_evidence"})
        if name == "action_undo":
            event.write({"state": "written_off", "reason": False})
        return event.settlement_id

    def unreconciled(self):
        """A posted payout whose row somebody took apart in Odoo's own screens."""
        item = self.item(self.invoice())
        payout = self.payout(SALE)
        self.link(payout.event_ids, item)
        posting.post(payout)
        item.remove_move_reconcile()
        return payout

    def pressed(self, role, model, name):
        """Whether the role may do what the button does, also without its screen."""
        with self.env.cr.savepoint() as savepoint:
            record = self.record_for(name)
            if model != "retail.settlement":
                record = record.event_ids
            before = self.env["retail.audit"].search_count([])
            try:
                self._press(self.seen_by(role, record), name)
                done = True
            except AccessError:
                done = False
                after = self.env["retail.audit"].search_count([])
                self.assertEqual(after, before, (role, name))
            savepoint.rollback()
        return done

    def _press(self, record, name):
        """Buttons that ask first are pressed with what they ask for."""
        if name == "action_reverse":
            wizard = record.env["retail.settlement.reverse"].create(
                {"settlement_id": record.id, "reason": "test"}
            )
            return wizard.action_reverse()
        if name == "action_resolve":
            wizard = record.env["retail.settlement.resolve"].create(
                {"event_id": record.id, "order_id": self.order().id}
            )
            return wizard.action_match()
        if name == "action_apply":
            return record.proposal_ids.action_apply()
        return getattr(record, name)()

    def test_every_button_works_for_its_roles_and_no_others(self):
        for model, owners in BUTTONS.items():
            for name, roles in owners.items():
                for role in self.people:
                    with self.subTest(button=name, role=role):
                        self.assertEqual(self.pressed(role, model, name), role in roles)
