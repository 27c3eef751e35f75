# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a newer version of an order says, beside what the order in Odoo has."""

from difflib import SequenceMatcher
from itertools import zip_longest

from .parties import Parties
from .payload import MASK, payload_to_order


def differences(env, entry, masked=False):
    """Rows {field, ours, theirs} of a ledger row in review, for display; ``masked``
    hides what could tell who the customer is."""
    order = entry.order_id
    if not entry.payload or not order:
        return []
    newer = payload_to_order(entry.payload)

    def amount(value):
        return f"{float(value):.{order.currency_id.decimal_places}f}"

    rows = [
        (env._("Total"), amount(order.amount_total), amount(newer["total"])),
        (env._("Taxes"), amount(order.amount_tax), amount(newer["total_tax"])),
        (env._("Currency"), order.currency_id.name, newer["currency"]),
        (env._("Shop status"), entry.source_status or "", newer["status"]),
    ]
    personal = [
        (
            env._("Customer's e-mail"),
            order.partner_id.email or "",
            newer["billing"]["email"],
        ),
        *_address_differences(env, entry, newer),
        (
            env._("Customer's note"),
            # Orders in Odoo have no such note, so every one is shown.
            env._("(only the shop keeps it)") if newer["customer_note"] else "",
            newer["customer_note"] or "",
        ),
    ]
    rows += [
        (field, ours and MASK, theirs and MASK) if masked else (field, ours, theirs)
        for field, ours, theirs in personal
        if not _same(ours, theirs)
    ]
    result = [
        {"field": field, "ours": ours, "theirs": theirs}
        for field, ours, theirs in rows
        if not _same(ours, theirs) or MASK in (ours, theirs)
    ]
    return result + _line_differences(env, entry, newer)


def _address_differences(env, entry, newer):
    """Addresses that the engine would not take for the order's contacts."""
    order, channel = entry.order_id, entry.channel_id
    if order.partner_id == channel.guest_partner_id:
        return []  # guests share one contact, whatever their addresses
    own = env._("(the customer's own)")
    parties = Parties(None, channel, None, None, None)
    return [
        (field, _shown_contact(contact), _shown_address(address) or own)
        for field, contact, address in (
            (env._("Invoice address"), order.partner_invoice_id, newer["billing"]),
            (env._("Delivery address"), order.partner_shipping_id, newer["shipping"]),
        )
        if not parties.is_at(contact, order.partner_id, address)
    ]


def _shown_contact(contact):
    parts = (
        *(contact.name, contact.street, contact.street2, contact.zip, contact.city),
        *(contact.state_id.name, contact.country_id.code),
    )
    return ", ".join(part for part in parts if part)


def _shown_address(address):
    """Nothing when it is the customer's own."""
    names = ("address_1", "address_2", "postcode", "city", "state", "country")
    person = f"{address['first_name'] or ''} {address['last_name'] or ''}".strip()
    parts = (person or address["company"], *(address[name] for name in names))
    return ", ".join(part for part in parts if part)


def _same(ours, theirs):
    try:
        return abs(float(ours) - float(theirs)) < 1e-9
    except ValueError:
        return ours == theirs


def _line_differences(env, entry, newer):
    """Lines that only one side has, those at the same place side by side."""
    order = entry.order_id
    goods = order.order_line.filtered(
        lambda line: (
            not line.display_type
            # The shop has no such line: it is what its own lines miss of its total.
            and line.product_id != entry.channel_id.rounding_product_id
        )
    )
    currency = order.currency_id
    ours = [
        _line(currency, line.product_uom_qty, line.name, line.price_subtotal)
        for line in goods
    ]
    theirs = [
        _line(currency, line["quantity"], line["name"], line["total"])
        for line in newer["lines"]
    ]
    result = []
    for tag, start, end, their_start, their_end in SequenceMatcher(
        None, ours, theirs
    ).get_opcodes():
        if tag == "equal":
            continue
        pairs = zip_longest(
            ours[start:end], theirs[their_start:their_end], fillvalue=""
        )
        for number, (our, their) in enumerate(pairs, start=start + 1):
            field = env._("Line %s", number) if our else env._("New line")
            result.append({"field": field, "ours": our, "theirs": their})
    return result


def _line(currency, quantity, name, total):
    amount = currency.round(float(total))
    return f"{float(quantity):g} × {name} = {amount:.{currency.decimal_places}f}"
