# SPDX-License-Identifier: LGPL-3.0-or-later
"""Recent orders that came by no channel: typed by a clerk, or made by another module.
The ledger does not know them, yet a shop may send the same sale."""

from datetime import timedelta
from decimal import Decimal

from odoo.tools import SQL

from .lanes import to_microseconds

RECENT = timedelta(days=31)  # the longest time apart a channel can choose
MOST = 1000  # the newest; the sweeps look at the others
QUERY = """
    SELECT o.id, o.name, o.date_order, o.amount_total, c.name, p.name, p.email, p.phone,
           p.street, p.zip,
           (SELECT json_agg(json_build_array(v.default_code, l.name, l.product_uom_qty))
              FROM sale_order_line l
              LEFT JOIN product_product v ON v.id = l.product_id
             WHERE l.order_id = o.id AND l.display_type IS NULL)
      FROM sale_order o
      JOIN res_partner p ON p.id = o.partner_id
      JOIN res_currency c ON c.id = o.currency_id
     WHERE o.company_id = %s AND o.state != 'cancel' AND o.date_order >= %s
       AND NOT EXISTS (SELECT FROM retail_ledger l WHERE l.order_id = o.id)
     ORDER BY o.date_order DESC, o.id DESC LIMIT %s"""


class TypedOrder:
    """An order of Odoo in the shape of a canonical one, as far as it is compared."""

    def __init__(self, row):
        self.id, self.name, moment, amount, currency, name, email, phone = row[:8]
        street, code, lines = row[8:]
        self.created = to_microseconds(moment)
        self.key = (Decimal(str(amount)).normalize(), currency)
        self.identity = f"order {self.id}"
        billing = {"first_name": name, "last_name": None, "company": None}
        billing.update(email=email, phone=phone, address_1=street, postcode=code)
        self.order = {
            "billing": billing,
            "created_at": self.created,
            "total": str(amount),
            "currency": currency,
            "lines": [
                {
                    "kind": "product",
                    "sku": sku,
                    "name": label,
                    "quantity": str(quantity),
                }
                for sku, label, quantity in lines or ()
            ],
        }


class TypedOrders:
    """The recent ones of a company, read once for a session."""

    def __init__(self, channel):
        self.env = channel.env
        self.company = channel.company_id
        self.by_key = None

    def alike(self, chunk, newcomers, window):
        """(newcomer, typed order, whether the content is the same): equal totals,
        no further apart than ``window``, a timedelta."""
        if self.by_key is None:
            self.by_key = self._read()
        if not self.by_key:
            return
        reach = window // timedelta(microseconds=1)
        moments = [one.created for group in self.by_key.values() for one in group]
        first, last = min(moments) - reach, max(moments) + reach
        for newcomer in newcomers:
            if not first <= newcomer.created <= last:
                continue
            order = chunk.order(newcomer.index)
            key = (Decimal(order["total"]).normalize(), order["currency"])
            for typed in self.by_key.get(key, ()):
                if abs(typed.created - newcomer.created) <= reach:
                    yield newcomer, typed, same_content(order, typed.order)

    def _read(self):
        since = self.env.cr.now() - RECENT
        rows = self.env.execute_query(SQL(QUERY, self.company.id, since, MOST))
        groups = {}
        for typed in map(TypedOrder, rows):
            groups.setdefault(typed.key, []).append(typed)
        return groups


def same_content(order, other):
    """Whether goods and quantities are equal and the customer is known to be the
    same; the totals are equal."""
    if goods(order) != goods(other) or not goods(order):
        return False
    return any(
        one and one == two
        for one, two in zip(person(order), person(other), strict=True)
    )


def goods(order):
    return sorted(
        (line["sku"] or line["name"], float(line["quantity"]))
        for line in order["lines"]
        if line["kind"] == "product"
    )


def person(order):
    """What tells who ordered, each enough by itself."""
    billing = order["billing"]
    names = filter(None, (billing["first_name"], billing["last_name"]))
    phone = "".join(filter(str.isdigit, billing["phone"] or ""))
    return (
        (billing["email"] or "").strip().casefold(),
        phone[-9:],
        " ".join(names).casefold(),
    )
