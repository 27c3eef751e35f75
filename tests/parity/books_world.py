# SPDX-License-Identifier: LGPL-3.0-or-later
"""Seeded worlds of invoices, credit notes and payments for the books' tests;
``RA_SEED`` reproduces one."""

import os
import random
from datetime import date, timedelta

from odoo.fields import Command

SEED = int(os.environ.get("RA_SEED", "7"))
START = date(2026, 3, 2)


class World:
    """Accounts, partners and what is owed; everything posted by the ORM."""

    def __init__(self, env, seed=SEED):
        self.env = env
        env.user.group_ids += env.ref("account.group_account_user")
        self.random = random.Random(seed)
        company = env.company
        self.suspense = env["account.account"].search(
            [("account_type", "=", "asset_current"), ("reconcile", "=", False)], limit=1
        )
        self.journal = env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        self.income = env["account.account"].search(
            [("account_type", "=", "income")], limit=1
        )
        self.partners = env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(8)]
        )
        self.account = self.partners[0].property_account_receivable_id
        self.payable = self.partners[0].property_account_payable_id
        self.product = env["product.product"].create(
            {"name": "Thing", "type": "consu", "list_price": 10}
        )
        self.euro = env.ref("base.EUR")
        self.euro.active = True

    def use_rate(self, day, rate):
        self.env["res.currency.rate"].create(
            {"currency_id": self.euro.id, "name": day, "rate": rate}
        )

    def day(self):
        return START + timedelta(self.random.randrange(60))

    def invoice(self, amount=None, kind="out_invoice", partner=None, **vals):
        lines = [
            {"product_id": self.product.id, "quantity": 1, "price_unit": price}
            for price in self._split(amount or self.random.randrange(500, 90000))
        ]
        if self.random.random() < 0.3:
            lines.append({"display_type": "line_note", "name": "Thank you"})
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": (partner or self.random.choice(self.partners)).id,
                "invoice_date": vals.pop("invoice_date", self.day()),
                "invoice_line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )
        move.action_post()
        return move

    def _split(self, cents):
        first = self.random.randrange(1, cents)
        return [part / 100 for part in (first, cents - first)]

    def due(self, move):
        """The invoice's line to be paid."""
        return move.line_ids.filtered(
            lambda line: line.account_id in (self.account, self.payable)
        )

    def payment(self, amount, partner, outbound=False, **vals):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound" if outbound else "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "date": vals.pop("date", self.day()),
                **vals,
            }
        )
        payment.action_post()
        return self.due(payment.move_id)

    def entry(self, amounts, day=None):
        """A payout's entry: a receivable line a partner and amount, the rest in one.

        ``amounts``: [(partner, amount, currency, amount in it)], credits positive.
        """
        lines = [
            {
                "account_id": self.account.id,
                "partner_id": partner.id,
                "balance": -amount,
                "name": f"charge {number}",
                **(
                    {"currency_id": currency.id, "amount_currency": -foreign}
                    if currency
                    else {}
                ),
            }
            for number, (partner, amount, currency, foreign) in enumerate(amounts)
        ]
        total = round(sum(amount for _p, amount, _c, _f in amounts), 2)
        lines.append({"account_id": self.suspense.id, "balance": total})
        move = self.env["account.move"].create(
            {
                "journal_id": self.journal.id,
                "date": day or self.day(),
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        move.action_post()
        return self.due(move).sorted("id")
