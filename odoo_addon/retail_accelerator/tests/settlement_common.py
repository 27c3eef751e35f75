# SPDX-License-Identifier: LGPL-3.0-or-later
"""Events of a report without the report, orders and invoices they pay."""

from itertools import count

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from ..settle.intake import Intake

DAY = "2026-03-10"
# A row as tests mostly want it: the order 1001, paid by card.
SALE = {"transaction": "ch_1", "order": "1001", "gross": 12000, "fee": -378}
AMOUNTS = ("gross", "fee", "fee_tax", "net")
DEFAULTS = {
    "kind": "capture",
    "payout": "po_1",
    "currency": "USD",
    "paid_currency": "",
    "paid": 0,
    "rate": "",
    "date": f"{DAY} 10:00:00",
    "available": None,
    **dict.fromkeys(AMOUNTS, 0),
}


class Events:
    """What the engine gives for a report, made of dicts."""

    profile = "stripe"

    def __init__(self, rows, payouts=()):
        self.rows = [
            {**DEFAULTS, "row": number, **row} for number, row in enumerate(rows, 1)
        ]
        for row in self.rows:
            row["net"] = row["gross"] + row["fee"] + row["fee_tax"]
        self.payouts = list(payouts)

    def __len__(self):
        return len(self.rows)

    def column(self, name):
        return [row.get(name, "") for row in self.rows]


# What rows and links repeat without a foreign key of its own.
UNLIKE = SQL(
    """SELECT e.id, NULL
         FROM retail_settlement_event e
         JOIN retail_settlement s ON s.id = e.settlement_id
        WHERE (e.channel_id, e.company_id, e.currency_id)
              IS DISTINCT FROM (s.channel_id, s.company_id, s.currency_id)
        UNION ALL
       SELECT e.id, l.id
         FROM retail_settlement_link l
         JOIN retail_settlement_event e ON e.id = l.event_id
         LEFT JOIN sale_order o ON o.id = l.order_id
         LEFT JOIN account_move_line ml ON ml.id = l.move_line_id
        WHERE (l.settlement_id, l.company_id)
              IS DISTINCT FROM (e.settlement_id, e.company_id)
           OR l.currency_id <> COALESCE(o.currency_id, ml.currency_id)"""
)


class SettlementCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.channel = cls.env["retail.channel"].create(
            {"name": "Shop", "code": "settle-shop"}
        )
        cls.channel._prepare_settlements()
        cls.tax = cls.env["account.tax"].create(
            {"name": "Test 20%", "amount": 20.0, "type_tax_use": "sale"}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Cap", "taxes_id": [Command.set(cls.tax.ids)]}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Ada Lovelace"})
        cls.files = count(1)
        names = "retail_accelerator.group_{}".format
        cls.people = {
            role: new_test_user(cls.env, f"settle_{role}", names(role))
            for role in ("auditor", "operator", "accountant")
        }

    def tearDown(self):
        """Whatever happened, rows and links hold what their payout and target hold."""
        for model in ("retail.settlement.event", "retail.settlement.link"):
            self.env[model].flush_model()
        self.assertFalse(self.env.execute_query(UNLIKE))
        super().tearDown()

    @classmethod
    def take(cls, rows, payouts=()):
        """The settlements of a report of these rows."""
        number = next(cls.files)
        intake = Intake(cls.channel, Events(rows, payouts))
        return intake.store(b"", f"report{number}.csv", f"{number:064d}")

    @classmethod
    def payout(cls, *rows):
        """One payout of these rows."""
        return cls.take(rows).settlements

    @classmethod
    def exception(cls, reason="no_candidate", **row):
        """The row of a payout, a sale unless told otherwise, that waits for people."""
        event = cls.payout({**SALE, **row}).event_ids
        event.write({"state": "exception", "reason": reason})
        return event

    def resolve(self, event, **vals):
        """The wizard of who resolves the row."""
        return self.env["retail.settlement.resolve"].create(
            {"event_id": event.id, "note": "seen", **vals}
        )

    @classmethod
    def order(cls, price=100.0, discount=0.0):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 1,
                            "price_unit": price,
                            "discount": discount,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                ],
            }
        )

    @classmethod
    def invoice(cls, amount=120.0, kind="out_invoice", currency=None):
        """A posted invoice; its receivable item is ``item(invoice)``."""
        move = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": cls.partner.id,
                "invoice_date": DAY,
                "currency_id": (currency or cls.currency).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Cap",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    @staticmethod
    def item(move):
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def link(cls, event, target, amount=None):
        """The matcher's word that the row pays the target."""
        is_order = target._name == "sale.order"
        cls.env["retail.settlement.link"].create(
            {
                "event_id": event.id,
                "state": "applied",
                "kind": "order" if is_order else "invoice",
                "level": "reference",
                "score": 1.0,
                "amount": event.gross if amount is None else amount,
                "currency_id": target.currency_id.id,
                "order_id" if is_order else "move_line_id": target.id,
            }
        )
        event.state = "matched"

    @classmethod
    def bank_line(cls, amount, reference="", date=DAY, **vals):
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": fields.Date.to_date(date),
                "amount": amount,
                "payment_ref": reference,
                **vals,
            }
        )

    def sums(self, moves):
        """{account: sum of balances} of the entries' items."""
        found = {}
        for line in moves.line_ids:
            found[line.account_id] = self.currency.round(
                found.get(line.account_id, 0.0) + line.balance
            )
        return found
