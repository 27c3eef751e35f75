# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demonstration's books before its payouts come; for ``tools/odoo shell``.

Reads {"bank": {currency: [{"date", "amount", "label"}]}, "invoice": {channel: [order
number]}, "rates": {currency: units of it for one dollar}} from the file that
RA_DEMO_BOOKS names. What is there already stays as it is.
"""

import json
import os
from pathlib import Path

from odoo import fields

env = env(context={**env.context, "tracking_disable": True})  # noqa: F821
wanted = json.loads(Path(os.environ["RA_DEMO_BOOKS"]).read_text())
company = env.ref("base.main_company")


def set_rates(rates):
    for code, rate in rates.items():
        currency = env["res.currency"].search([("name", "=", code)])
        if not currency.rate_ids:
            env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2020-01-01", "rate": rate}
            )


def bank_journal(code):
    """The shop's bank account in that currency."""
    journals = env["account.journal"]
    found = journals.search([("code", "=", code), ("company_id", "=", company.id)])
    if found:
        return found
    currency = env["res.currency"].search([("name", "=", code)])
    return journals.create(
        {
            "name": f"Bank {code}",
            "code": code,
            "type": "bank",
            "currency_id": currency.id,
            "company_id": company.id,
        }
    )


def add_bank_lines(journal, lines):
    statement = env["account.bank.statement.line"]
    for line in lines:
        known = [("journal_id", "=", journal.id), ("payment_ref", "=", line["label"])]
        if not statement.search_count(known):
            statement.create(
                {
                    "journal_id": journal.id,
                    "date": line["date"],
                    "payment_ref": line["label"],
                    "amount": float(line["amount"]),
                }
            )


def invoice(channel, numbers):
    """Some orders are invoiced before their payout comes."""
    entries = env["retail.ledger"].search(
        [
            ("channel_id", "=", channel.id),
            ("kind", "=", "order"),
            ("source_number", "in", numbers),
        ]
    )
    for order in entries.order_id.filtered(lambda order: order.state == "draft"):
        order.action_confirm()
        move = order._create_invoices()
        move.invoice_date = fields.Date.to_date(order.date_order)
        move.action_post()


set_rates(wanted["rates"])
for channel in env["retail.channel"].search([("code", "in", list(wanted["invoice"]))]):
    channel.settlement_bank_journal_id = bank_journal(channel.currency_id.name)
    invoice(channel, wanted["invoice"][channel.code])
for code, lines in wanted["bank"].items():
    add_bank_lines(bank_journal(code), lines)
env.cr.commit()
