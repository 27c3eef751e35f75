# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demonstration's settlements: payouts of the imported orders, read and booked."""

import json
import os
import subprocess
from datetime import datetime, timedelta
from decimal import Decimal

import demo_payouts
import demo_reports

# Numbers of the shop's imported orders. Everything else comes from the export, so that
# the reports stay the same whatever people do with the orders.
IMPORTED = """
SELECT DISTINCT g.source_number
  FROM retail_ledger g JOIN retail_channel s ON s.id = g.channel_id
 WHERE g.kind = 'order' AND g.order_id IS NOT NULL AND s.code = :'shop'
"""
JOURNALS = "SELECT code FROM account_journal WHERE type = 'bank'"
INVOICED = 4  # of each payout's orders
QUIET_DAYS = 14
SMALLEST = 20
PAID = ("processing", "completed")


class Settlements:
    """tools: the folder of the project's commands; run: a folder for what is made."""

    def __init__(self, tools, database, run):
        self.tools = tools
        self.database = database
        self.run = run
        self.payouts = []
        run.mkdir(parents=True, exist_ok=True)

    def prepare(self, shops):
        """Write the reports, and what the books need before they are read.

        shops: (code, currency, path of its orders as exported).
        """
        invoiced = {}
        for code, currency, export in shops:
            made = list(self._payouts(code, currency, export))
            self.payouts += made
            invoiced[code] = [
                row.order
                for payout in made
                for row in payout.rows[:INVOICED]
                if row.order and payout.provider in ("stripe", "adyen", "mollie")
            ]
            for payout in made:
                demo_reports.write(payout, self.run)
        self._prepare_books(invoiced)

    def _payouts(self, code, currency, export):
        imported = self._words(IMPORTED, shop=code)
        sales = {}
        for order in json.loads(export.read_text()):
            if order["number"] in imported and _is_paid(order):
                sales.setdefault(order["payment_method"], []).append(_sale(order))
        for found in sales.values():
            found.sort(key=lambda sale: sale.date, reverse=True)
        # Late enough that what follows on a sale, and its payout, are over by now.
        last = sales["stripe"][0].date - timedelta(days=QUIET_DAYS)
        cards, wallet = (
            [sale for sale in sales[method] if sale.date < last]
            for method in ("stripe", "paypal")
        )
        return demo_payouts.payouts_of(
            code,
            currency,
            cards=[sale for sale in cards if sale.currency == currency],
            wallet=[sale for sale in wallet if sale.currency == currency],
            foreign=[sale for sale in cards if sale.currency == "USD"],
        )

    def _words(self, query, **variables):
        """The words that a query gives."""
        settings = [
            word for pair in variables.items() for word in ("-v", "=".join(pair))
        ]
        done = subprocess.run(
            [self.tools / "env", "psql", "-XAtq", *settings, self.database],
            input=query,
            capture_output=True,
            text=True,
            check=True,
        )
        return set(done.stdout.split())

    def _prepare_books(self, invoiced):
        bank = {}
        for payout in self.payouts:
            if payout.bank:
                line = {
                    "date": f"{payout.date + timedelta(days=1):%Y-%m-%d}",
                    "label": payout.bank,
                    "amount": str(payout.banked),
                }
                bank.setdefault(payout.currency, []).append(line)
        rates = {code: str(rate) for code, rate in demo_payouts.USD.items()}
        if self._words(JOURNALS) >= bank.keys():
            return  # made by an earlier run
        wanted = self.run / "books.json"
        wanted.write_text(
            json.dumps({"bank": bank, "invoice": invoiced, "rates": rates})
        )
        with open(self.tools / "demo_books.py", encoding="utf-8") as script:
            subprocess.run(
                [self.tools / "odoo", "shell", "-d", self.database],
                stdin=script,
                capture_output=True,
                check=True,
                env={**os.environ, "RA_DEMO_BOOKS": str(wanted)},
            )

    def files(self, code):
        """The shop's reports, without those left for the user to read."""
        return [
            self.run / payout.file_name
            for payout in self.payouts
            if payout.shop == code and not payout.later
        ]

    def later(self):
        """Reports for the user to read."""
        return [self.run / one.file_name for one in self.payouts if one.later]


def _is_paid(order):
    return (
        order["status"] in PAID
        and order["transaction_id"]
        and Decimal(order["total"]) > SMALLEST
    )


def _sale(order):
    billing = order["billing"]
    return demo_payouts.Sale(
        order["number"],
        order["transaction_id"],
        datetime.fromisoformat(order["date_created_gmt"]),
        Decimal(order["total"]),
        order["currency"],
        f"{billing['first_name']} {billing['last_name']}",
        billing["email"],
    )


def describe(code, result):
    """Print what became of a shop's reports."""
    print(f"\nPayouts of shop {code}: {result['payouts']}, {result['rows']} rows")
    matched = ", ".join(
        f"{n} by {level}" for level, n in result["matched"].items() if n
    )
    if matched:
        print(f"         rows matched: {matched}")
    print(f"  {result['posted']:6} posted, {result['reconciled']} of them on the bank")
    for reason, count in sorted(result["exceptions"].items()):
        print(f"  {count:6} to resolve: {reason}")
    for payout, why in result.get("refused", {}).items():
        print(f"         {payout} is not posted: {why}")
