# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demonstration's settlements: payouts of the imported orders, read and booked."""

import json
import os
import subprocess
from datetime import datetime, timedelta
from decimal import Decimal

import demo_payouts
import demo_reports

# Imported orders that a provider could have paid, newest first.
ORDERS = """
SELECT COALESCE(json_agg(json_build_object(
           'number', g.source_number, 'transaction', o.reference,
           'date', o.date_order, 'total', o.amount_total::text,
           'currency', c.name, 'party', p.name, 'email', p.email)
       ORDER BY o.date_order DESC, o.id), '[]')
  FROM retail_ledger g
  JOIN retail_channel s ON s.id = g.channel_id
  JOIN sale_order o ON o.id = g.order_id
  JOIN res_currency c ON c.id = o.currency_id
  JOIN res_partner p ON p.id = o.partner_id
 WHERE g.kind = 'order' AND s.code = :'shop' AND o.state != 'cancel'
   AND o.reference IS NOT NULL AND o.amount_total > 20
"""
INVOICED = 4  # of each payout's orders
QUIET_DAYS = 14
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
        paid_by = {
            order["number"]: order["payment_method"]
            for order in json.loads(export.read_text())
            if order["status"] in PAID
        }
        sales = [sale for sale in self._sales(code) if sale.number in paid_by]
        # Late enough that what follows on a sale, and its payout, are over by now.
        last = sales[0].date - timedelta(days=QUIET_DAYS)
        sales = [sale for sale in sales if sale.date < last]
        home = [sale for sale in sales if sale.currency == currency]
        return demo_payouts.payouts_of(
            code,
            currency,
            cards=[sale for sale in home if paid_by[sale.number] == "stripe"],
            wallet=[sale for sale in home if paid_by[sale.number] == "paypal"],
            foreign=[sale for sale in sales if sale.currency == "USD"],
        )

    def _sales(self, code):
        done = subprocess.run(
            [self.tools / "env", "psql", "-XAtq", "-v", f"shop={code}", self.database],
            input=ORDERS,
            capture_output=True,
            text=True,
            check=True,
        )
        for order in json.loads(done.stdout):
            order["date"] = datetime.fromisoformat(order["date"])
            order["total"] = Decimal(order["total"])
            yield demo_payouts.Sale(**order)

    def _prepare_books(self, invoiced):
        bank = {}
        for payout in self.payouts:
            if payout.bank:
                line = {
                    "date": f"{payout.date + timedelta(days=1):%Y-%m-%d}",
                    "label": payout.bank,
                    "amount": str(payout.net),
                }
                bank.setdefault(payout.currency, []).append(line)
        rates = {code: str(rate) for code, rate in demo_payouts.USD.items()}
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


def describe(code, result):
    """Print what became of a shop's reports."""
    print(f"\nPayouts of shop {code}: {result['payouts']}, {result['rows']} rows")
    matched = ", ".join(f"{n} by {level}" for level, n in result["matched"].items() if n)
    if matched:
        print(f"         rows matched: {matched}")
    print(f"  {result['posted']:6} posted, {result['reconciled']} of them on the bank")
    for reason, count in sorted(result["exceptions"].items()):
        print(f"  {count:6} to resolve: {reason}")
    for payout, why in result.get("refused", {}).items():
        print(f"         {payout} is not posted: {why}")
