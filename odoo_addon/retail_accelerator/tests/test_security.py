# SPDX-License-Identifier: LGPL-3.0-or-later
"""What each role may do; nobody sees the shops of a company that is not his."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..audit import log
from ..engine import native
from .common import RetailCase

MODELS = (
    "retail.channel",
    "retail.channel.status",
    "retail.channel.tax",
    "retail.channel.payment",
    "retail.channel.product",
    "retail.channel.service",
    "retail.channel.partner",
    "retail.import",
    "retail.import.chunk",
    "retail.ledger",
    "retail.refund",
    "retail.refund.line",
    "retail.duplicate",
    "retail.duplicate.profile",
    "retail.duplicate.sweep",
    "retail.duplicate.bulk",
    "retail.settlement.file",
    "retail.settlement.inbox",
    "retail.settlement",
    "retail.settlement.event",
    "retail.settlement.bank.match",
    "retail.settlement.link",
    "retail.settlement.profile",
    "retail.settlement.profile.column",
    "retail.settlement.profile.word",
    "retail.settlement.rule",
    "retail.audit",
)
# Shared by all companies.
SHARED = ("retail.duplicate.profile",)


@tagged("post_install", "-at_install")
class TestSecurity(RetailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls.user("auditor")
        cls.operator = cls.user("operator")
        cls.manager = cls.user("manager")

    def records_of(self, channel):
        """A record of each of the module's models."""
        env = self.env
        product = channel.placeholder_product_id
        partner = env["res.partner"].create({"name": "Buyer"})
        common = {"channel_id": channel.id}
        entry = {
            **common,
            "company_id": channel.company_id.id,
            "kind": "order",
            "source_ref": "1",
            "identity_key": f"{channel.id:032x}",
            "content_hash": "0" * 32,
            "outcome": "rejected",
        }
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": channel.company_id.id,
                "warehouse_id": channel.warehouse_id.id,
            }
        )
        refund = env["retail.refund"].create(
            {
                **common,
                "order_id": order.id,
                "order_source_ref": "1",
                "source_ref": "9",
                "amount": 1,
                "currency_id": channel.currency_id.id,
            }
        )
        company = {"company_id": channel.company_id.id}
        twin = order.copy()
        pair = {**company, "kind": "order", "first_id": order.id, "second_id": twin.id}
        line = {"refund_id": refund.id, "name": "Line", "kind": "product"}
        rows = {
            "retail.channel.tax": {"rate_ref": "1", "name": "GST", "rate": 5},
            "retail.channel.payment": {"code": "bacs", "name": "Bank"},
            "retail.channel.product": {"ref": "1", "product_id": product.id},
            "retail.channel.service": {"product_id": channel.fee_product_id.id},
            "retail.channel.partner": {"party_key": "k", "partner_id": partner.id},
            "retail.import": {"source": "upload"},
        }
        made = {
            model: env[model].create({**common, **vals}) for model, vals in rows.items()
        }
        return [
            channel,
            channel.status_ids[0],
            *made.values(),
            env["retail.import.chunk"].create(
                {
                    "import_id": made["retail.import"].id,
                    "file_offset": 1,
                    "file_row": 1,
                    "result_size": 1,
                    "counts": {"read_count": 1},
                }
            ),
            env["retail.ledger"].create(entry),
            refund,
            env["retail.refund.line"].create(line),
            env["retail.duplicate"].create(pair),
            env["retail.duplicate.profile"].create({"name": "Mine"}),
            env["retail.duplicate.sweep"].create(company),
            env["retail.duplicate.bulk"].create(company),
            *self.settlement_records(channel, order),
        ]

    def settlement_records(self, channel, order):
        env = self.env
        currency = {"currency_id": channel.currency_id.id}
        common = {"channel_id": channel.id, "company_id": channel.company_id.id}
        report = env["retail.settlement.file"].create(
            {
                "name": "report.csv",
                "channel_id": channel.id,
                "checksum": "0" * 64,
                "state": "read",
            }
        )
        settlement = env["retail.settlement"].create(
            {"channel_id": channel.id, "provider": "stripe", "state": "draft"}
            | currency
        )
        event = env["retail.settlement.event"].create(
            {
                **common,
                **currency,
                "settlement_id": settlement.id,
                "identity": "0" * 32,
                "kind": "capture",
            }
        )
        link = env["retail.settlement.link"].create(
            {
                **currency,
                "event_id": event.id,
                "state": "proposed",
                "kind": "order",
                "level": "reference",
                "order_id": order.id,
            }
        )
        profile = env["retail.settlement.profile"].create(
            {
                "name": "Mine",
                "company_id": channel.company_id.id,
                "text": native.require().settlement_profiles()[0][1],
            }
        )
        rule = env["retail.settlement.rule"].create(
            {"channel_id": channel.id, "provider_type": "topup", "kind": "fee"}
        )
        log.append(settlement, "read", "report.csv")
        entry = env["retail.audit"].search(
            [("model", "=", settlement._name), ("res_id", "=", settlement.id)]
        )
        inbox = env["retail.settlement.inbox"].create({"channel_id": channel.id})
        journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        )
        bank_line = env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "payment_ref": "po_1", "amount": 1.0}
        )
        match = env["retail.settlement.bank.match"].create(
            {
                "settlement_id": settlement.id,
                "bank_line_id": bank_line.id,
                "level": "manual",
            }
        )
        lines = (profile.column_ids[0], profile.word_ids[0], inbox, match)
        return report, settlement, event, link, profile, *lines, rule, entry

    def test_every_model_is_covered(self):
        records = self.records_of(self.channel)
        self.assertEqual({record._name for record in records}, set(MODELS))
        stored = {
            name
            for name, model in self.env.items()
            if name.startswith("retail.")
            and not model._abstract
            and not model._transient
            and model._module == "retail_accelerator"
        }
        self.assertEqual(stored, set(MODELS))

    def test_auditor_reads_everything_and_changes_nothing(self):
        for record in self.records_of(self.channel):
            with self.subTest(model=record._name):
                seen = record.with_user(self.auditor)
                self.assertEqual(seen.read(["id"])[0]["id"], record.id)
                for operation in ("write", "create", "unlink"):
                    with self.assertRaises(AccessError):
                        seen.check_access(operation)

    def invoiced_order(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "B"}).id,
                "order_line": [
                    Command.create({"product_id": product.id})
                    for product in (
                        self.channel.fee_product_id,
                        self.channel.placeholder_product_id,
                    )
                ],
            }
        )
        order.order_line.price_unit = 10
        order.action_confirm()
        order._create_invoices()
        return order

    def test_auditor_opens_the_orders_of_shops(self):
        order = self.invoiced_order().with_user(self.auditor)
        self.assertEqual(Form(order).name, order.name)
        with self.assertRaises(AccessError):
            order.write({"client_order_ref": "x"})

    def test_auditor_sees_of_the_books_only_what_was_sold(self):
        order = self.invoiced_order()
        entry = self.env["account.move"].create({"move_type": "entry"})
        seen = self.env["account.move"].with_user(self.auditor).search([])
        self.assertIn(order.invoice_ids, seen)
        self.assertNotIn(entry, seen)
        with self.assertRaises(AccessError):
            seen.check_access("write")

    def test_operator_cannot_edit_channels(self):
        with self.assertRaises(AccessError):
            self.channel.with_user(self.operator).write({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.env["retail.channel"].with_user(self.operator).create(
                {"name": "New", "code": "new"}
            )
        with self.assertRaises(AccessError):
            self.channel.status_ids[0].with_user(self.operator).action = "reject"

    def test_operator_may_map_a_missing_product(self):
        row = (
            self.env["retail.channel.product"]
            .with_user(self.operator)
            .create(
                {
                    "channel_id": self.channel.id,
                    "ref": "77",
                    "product_id": self.channel.placeholder_product_id.id,
                }
            )
        )
        self.assertEqual(row.create_uid, self.operator)
        with self.assertRaises(AccessError):
            row.unlink()

    def test_operator_runs_imports_but_cannot_touch_the_ledger(self):
        imports = self.env["retail.import"].with_user(self.operator)
        record = imports.create({"channel_id": self.channel.id, "source": "upload"})
        self.assertEqual(record.create_uid, self.operator)
        with self.assertRaises(AccessError):
            self.env["retail.ledger"].with_user(self.operator).check_access("write")

    def test_manager_configures_a_channel_without_other_rights(self):
        channel = (
            self.env["retail.channel"]
            .with_user(self.manager)
            .create({"name": "New", "code": "new"})
        )
        channel.write(
            {
                "name": "Renamed",
                "payment_ids": [Command.create({"code": "cod", "name": "Cash"})],
                "status_ids": [
                    Command.create({"status": "awaiting-pickup", "action": "confirm"})
                ],
            }
        )
        self.assertEqual(channel.payment_ids.code, "cod")
        channel.unlink()
        self.assertFalse(channel.exists())

    def test_other_company_s_shop_is_invisible(self):
        other = self.other_company()
        channel = self.env["retail.channel"].create(
            {"name": "Other", "code": "other", "company_id": other.id}
        )
        records = [
            record for record in self.records_of(channel) if record._name not in SHARED
        ]
        for role in ("auditor", "operator", "manager"):
            user = getattr(self, role)
            for record in records:
                with self.subTest(role=role, model=record._name):
                    model = self.env[record._name].with_user(user)
                    self.assertFalse(model.search([("id", "=", record.id)]))
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["id"])

    def test_own_company_s_shop_is_visible(self):
        other = self.other_company()
        channel = self.env["retail.channel"].create(
            {"name": "Other", "code": "other", "company_id": other.id}
        )
        colleague = self.user("auditor", other)
        channels = self.env["retail.channel"].with_user(colleague).search([])
        self.assertEqual(channels, channel)

    def test_administrator_is_integration_manager(self):
        admin = self.env.ref("base.user_admin")
        self.assertTrue(admin.has_group("retail_accelerator.group_manager"))

    def test_user_without_a_role_sees_nothing(self):
        salesman = self.env["res.users"].create(
            {
                "name": "Salesman",
                "login": "retail-none",
                "group_ids": [
                    Command.set(self.env.ref("sales_team.group_sale_manager").ids)
                ],
            }
        )
        for model in MODELS:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(salesman).search([])
