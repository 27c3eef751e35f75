# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a newer version of an order says, beside what the order in Odoo has."""

from difflib import SequenceMatcher
from itertools import zip_longest

from .payload import payload_to_order


def differences(env, entry):
    """Rows {field, ours, theirs} of a ledger row in review, for display."""
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
        (
            env._("Customer's e-mail"),
            order.partner_id.email or "",
            newer["billing"]["email"],
        ),
    ]
    result = [
        {"field": field, "ours": ours, "theirs": theirs}
        for field, ours, theirs in rows
        if not _same(ours, theirs)
    ]
    return result + _line_differences(env, entry, newer)


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
