# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files that come by e-mail."""

from email.message import EmailMessage

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .settlement_common import SettlementCase
from .test_settlement_intake import stripe

REPORT = stripe(("ch_1", 120, 3.78), payout="116.22")


@tagged("post_install", "-at_install")
class TestSettlementInbox(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "mail.example"})
        cls.company.alias_domain_id = domain
        cls.inbox = cls.env["retail.settlement.inbox"].create(
            {"channel_id": cls.channel.id, "alias_name": "payouts"}
        )
        cls.inbox.alias_domain_id = domain
        cls.sender = cls.env["res.partner"].create(
            {"name": "Provider", "email": "reports@provider.example"}
        )
        cls.inbox.message_subscribe(cls.sender.ids)

    def send(self, *files, sender="reports@provider.example"):
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = "payouts@mail.example"
        mail["Subject"] = "Your payout"
        mail["Message-Id"] = f"<{len(self.files_read())}.{sender}>"
        mail.set_content("See the attachment.")
        for name, content in files:
            mail.add_attachment(content, maintype="text", subtype="csv", filename=name)
        self.env["mail.thread"].message_process(None, mail.as_bytes())

    def files_read(self):
        return self.env["retail.settlement.file"].search(
            [("channel_id", "=", self.channel.id)]
        )

    def test_an_attachment_is_read_and_matched(self):
        self.send(("payout.csv", REPORT))
        report = self.files_read()
        self.assertEqual((report.name, report.state), ("payout.csv", "read"))
        self.assertEqual(report.settlement_ids.amount_declared, 116.22)
        self.assertEqual(report.settlement_ids.exception_count, 1)

    def test_the_same_attachment_again_changes_nothing(self):
        self.send(("payout.csv", REPORT))
        self.send(("payout.csv", REPORT))
        self.assertEqual(len(self.files_read()), 1)

    def test_a_bad_attachment_is_refused_and_the_others_are_read(self):
        self.send(("logo.csv", b"just words"), ("payout.csv", REPORT))
        states = {report.name: report.state for report in self.files_read()}
        self.assertEqual(states, {"logo.csv": "refused", "payout.csv": "read"})

    def test_an_empty_attachment_is_refused(self):
        attachment = self.env["ir.attachment"].create({"name": "none.csv", "raw": b""})
        self.inbox._take(attachment)
        self.assertEqual(self.files_read().state, "refused")

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_mail_of_strangers_is_not_read(self):
        self.send(("payout.csv", REPORT), sender="who@nowhere.example")
        self.assertFalse(self.files_read())

    def test_a_note_with_a_file_is_no_mail(self):
        self.inbox.message_post(body="Look", attachments=[("payout.csv", REPORT)])
        self.assertFalse(self.files_read())

    def test_auditors_look_and_operators_do_not_edit(self):
        for role in ("auditor", "operator"):
            mine = self.inbox.with_user(self.people[role])
            self.assertEqual(mine.alias_name, "payouts")
            with self.assertRaises(AccessError):
                mine.write({"channel_id": self.channel.id, "alias_name": "mine"})
            self.assertEqual(self.inbox.alias_name, "payouts")
