# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a newer version of an order says, beside what the order in Odoo has."""

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
    return result + _line_differences(env, order, newer)


def _same(ours, theirs):
    try:
        return abs(float(ours) - float(theirs)) < 1e-9
    except ValueError:
        return ours == theirs


def _line_differences(env, order, newer):
    """Line by line, in order; lines only one side has stand against nothing."""
    lines = order.order_line.filtered(lambda line: not line.display_type)
    result = []
    for index in range(max(len(lines), len(newer["lines"]))):
        ours = _our_line(lines[index]) if index < len(lines) else ""
        theirs = (
            _their_line(newer["lines"][index]) if index < len(newer["lines"]) else ""
        )
        if ours != theirs:
            result.append(
                {
                    "field": env._("Line %s", index + 1),
                    "ours": ours,
                    "theirs": theirs,
                }
            )
    return result


def _our_line(line):
    return f"{line.product_uom_qty:g} × {line.name} = {line.price_subtotal:.2f}"


def _their_line(line):
    quantity, total = float(line["quantity"]), float(line["total"])
    return f"{quantity:g} × {line['name']} = {total:.2f}"
