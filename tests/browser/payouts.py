# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop whose orders one payout of Stripe's pays, and the way to it on the screens."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import demo_payouts  # noqa: E402
import demo_reports  # noqa: E402

SHOP = ROOT / "tests/data/woocommerce/inc"
SALES = 6
PAYOUT = "po_browser"


def paid_orders():
    """Paid orders of the shop, and one more that no report names."""
    wanted = [
        order
        for order in json.loads((SHOP / "orders.json").read_text())
        if order["payment_method"] == "stripe"
        and order["status"] in ("processing", "completed")
        and order["currency"] == "EUR"
        and Decimal(order["total"]) > 20
    ]
    wanted.sort(key=lambda order: order["date_created_gmt"])
    return wanted[: SALES + 1]


def set_up_shop(retail, database, orders, folder):
    """The channel ``inc`` with its orders."""
    catalogue = [
        word
        for name in ("products", "variations", "taxes", "customers")
        for word in (f"--{name}", SHOP / f"{name}.json")
    ]
    retail(
        *("setup", "--channel", "inc", "--kind", "woocommerce"),
        *("--currency", "EUR", *catalogue),
    )
    # People do the work here; the scheduled action would be first now and then.
    run_sql(database, "UPDATE ir_cron SET active = false")
    path = folder / "orders.json"
    path.write_text(json.dumps(orders))
    retail("import", "--channel", "inc", path)


def payout_of(orders):
    """What pays the orders but the last: with a refund, a fee, and a row that names an
    order which is not there."""
    rows = demo_payouts.Builder("txn_", "EUR")
    sales = [
        demo_payouts.Sale(
            order["number"],
            order["transaction_id"],
            datetime.fromisoformat(order["date_created_gmt"]),
            Decimal(order["total"]),
            "EUR",
            f"{order['billing']['first_name']} {order['billing']['last_name']}",
            order["billing"]["email"],
        )
        for order in orders
    ]
    for sale in sales[:SALES]:
        rows.sell(sale)
    rows.back("refund", 0, Decimal("5.00"))
    rows.plain("fee", fee=Decimal("-2.50"))
    rows.stranger("90210", sales[SALES].total)
    return demo_payouts.Payout("inc", "stripe", PAYOUT, "EUR", rows.rows)


def write_report(payout, folder):
    """Stripe's file of the payout; its path."""
    return demo_reports.write(payout, folder)


def find(screen, model, domain, fields):
    (record,) = screen.call(model, "search_read", domain, fields, limit=1)
    return record


def open_payout(screen):
    screen.open_menu("Retail", "Settlements", "Payouts")
    screen.click(".o_data_row .o_data_cell", PAYOUT)
    screen.one(".o_form_view .oe_title", PAYOUT)


def open_row(screen, kind, reference):
    """A row of the payout, on a screen of its own."""
    open_payout(screen)
    screen.click("button[name=action_view_events]")
    screen.click(".o_group_header", kind)
    screen.click(".o_data_row .o_data_cell[name=order_ref]", reference)
    screen.one(".o_form_view [name=source_row]")


def status(screen, name):
    return screen.one(".o_statusbar_status .o_arrow_button_current", name)


def euros(amount):
    return f"{amount:,.2f}"


def invoice(screen, order):
    """Confirm an imported order and post its invoice, of the order's day."""
    named = [["client_order_ref", "=", order["number"]]]
    sale = find(screen, "sale.order", named, ["name", "date_order"])
    screen.call("sale.order", "action_confirm", [sale["id"]])
    wizard = "sale.advance.payment.inv"
    values = {
        "sale_order_ids": [[6, 0, [sale["id"]]]],
        "advance_payment_method": "delivered",
    }
    screen.call(wizard, "create_invoices", screen.call(wizard, "create", [values]))
    origin = [["invoice_origin", "=", sale["name"]]]
    move = [find(screen, "account.move", origin, ["id"])["id"]]
    day = {"invoice_date": sale["date_order"][:10]}
    screen.call("account.move", "write", move, day)
    screen.call("account.move", "action_post", move)


def bank_line(screen, payout, text, days, charge=0):
    journal = screen.call(
        "account.journal", "search", [["code", "=", "EURB"]], limit=1
    ) or screen.call(
        "account.journal",
        "create",
        [
            {
                "name": "Euros",
                "code": "EURB",
                "type": "bank",
                "currency_id": find(
                    screen, "res.currency", [["name", "=", "EUR"]], ["id"]
                )["id"],
            }
        ],
    )
    screen.call(
        "account.bank.statement.line",
        "create",
        [
            {
                "journal_id": journal[0],
                "date": f"{payout.date + timedelta(days=days):%Y-%m-%d}",
                "payment_ref": text,
                "amount": float(payout.net) - charge,
            }
        ],
    )


def run_sql(database, statements):
    command = [ROOT / "tools/env", "psql", "-Xq", "-v", "ON_ERROR_STOP=1", database]
    subprocess.run(command, input=statements, text=True, check=True)


def exchanged_line(screen, payout, text, rate, charge):
    """A line on an account in the books' currency, the charge told by the bank."""
    company = find(screen, "res.company", [], ["currency_id"])
    journal = [["type", "=", "bank"], ["currency_id", "=", False]]
    euro = find(screen, "res.currency", [["name", "=", "EUR"]], ["id"])
    net = float(payout.net)
    screen.call(
        "account.bank.statement.line",
        "create",
        [
            {
                "journal_id": find(screen, "account.journal", journal, ["id"])["id"],
                "date": f"{payout.date + timedelta(days=1):%Y-%m-%d}",
                "payment_ref": text,
                "amount": round(net * rate - charge, 2),
                "foreign_currency_id": euro["id"],
                "amount_currency": net,
                "retail_bank_charge": charge,
                "retail_bank_rate": f"1 EUR = {rate} {company['currency_id'][1]}",
            }
        ],
    )
