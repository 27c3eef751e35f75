# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Contacts, orders and payments that came twice; a script for Odoo's shell."""

from datetime import timedelta

PEOPLE = (
    ("Anna Lindqvist", "Storgatan 14", "111 22", "Stockholm"),
    ("Bashir Haddad", "Rue Oberkampf 101", "75011", "Paris"),
    ("Chiara Ferrari", "Via Verdi 8", "40121", "Bologna"),
    ("Dimitri Volkov", "Nevsky 55", "191025", "Riga"),
    ("Elena Garcia", "Calle Mayor 33", "28013", "Madrid"),
    ("Fatima Zahra", "Boulevard Anfa 7", "20100", "Casablanca"),
    ("Georg Huber", "Ringstrasse 60", "1010", "Wien"),
    ("Hanna Nowak", "Ulica Dluga 19", "80-827", "Gdansk"),
    ("Ibrahim Diallo", "Avenue Foch 2", "69006", "Lyon"),
    ("Julia Petersen", "Hafenstrasse 90", "24103", "Kiel"),
)


def contact(number, name, street, code, city):
    mail = name.lower().replace(" ", ".")
    return {
        "name": name,
        "street": street,
        "zip": code,
        "city": city,
        "email": f"{mail}@mail.example",
        "phone": f"+46 8 555 {number:04}",
    }


contacts = env["res.partner"].create(
    [contact(number * 37, *person) for number, person in enumerate(PEOPLE)]
)
contacts[0].copy({"name": "Anna Lindquist", "street": "Storg. 14"})
contacts[6].copy({"name": "Georg Hubner", "email": "g.huber@work.example"})

orders = env["sale.order"].search([("state", "!=", "cancel")], order="id", limit=4)
for minutes, order in enumerate(orders, 7):
    order.copy(
        {
            "date_order": order.date_order + timedelta(minutes=minutes),
            "client_order_ref": f"PHONE-{order.client_order_ref}",
        }
    )
# The last one went out already: it cannot simply be cancelled.
placed = orders[3].date_order
orders[3].action_confirm()
for move in orders[3].picking_ids.move_ids:
    move.write({"quantity": move.product_uom_qty, "picked": True})
orders[3].picking_ids.button_validate()
orders[3].date_order = placed

journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
payments = env["account.payment"].create(
    [
        {
            "partner_id": contacts[number % 10].id,
            "amount": 23.5 + number * 11.45,
            "date": f"2026-0{1 + number // 20}-{1 + number % 20:02}",
            "memo": f"INV/2026/{number * 7 % 100:05}",
            "journal_id": journal.id,
            "payment_type": "inbound",
        }
        for number in range(40)
    ]
)
payments.action_post()
twin = payments[7].copy({"date": payments[7].date + timedelta(days=1)})
twin.memo = payments[7].memo
twin.action_post()

# Tests count pairs; the nightly search would add some in the middle of them: an order
# that was kept beside its twin brings a contact that resembles another.
env["ir.cron"].search([]).active = False
env.cr.commit()
