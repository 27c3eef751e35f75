# SPDX-License-Identifier: LGPL-3.0-or-later
"""A pair for people: both records side by side, and what the score is made of."""

from markupsafe import Markup

from odoo.tools import format_date, format_datetime

from . import facts, payload
from .lanes import to_datetime
from .level_names import level_name

FIELDS = {
    "partner": (
        "name",
        "email",
        "phone",
        "street",
        "street2",
        "zip",
        "city",
        "country_id",
        "vat",
        "ref",
        "parent_id",
        "user_ids",
        "sale_order_count",
        "company_id",
        "create_date",
    ),
    "order": (
        "name",
        "partner_id",
        "date_order",
        "amount_total",
        "currency_id",
        "client_order_ref",
        "retail_channel_id",
        "state",
        "delivery_status",
        "invoice_status",
    ),
    "payment": (
        "name",
        "partner_id",
        "date",
        "amount",
        "currency_id",
        "payment_type",
        "journal_id",
        "memo",
        "reconciled_invoice_ids",
        "is_matched",
        "state",
    ),
}
SHOWN = 0.05  # bits; less is neither for nor against
MOST_BITS = 60  # beyond that odds are no longer told apart


def labels(env):
    """Names of a profile's fields for people."""
    return {
        "prior": env._("How rare duplicates are"),
        "customer": env._("Customer"),
        "partner": env._("Customer"),
        "date": env._("Date"),
        "amount": env._("Amount"),
        "basket": env._("Goods"),
        "name": env._("Name"),
        "given_name": env._("First name"),
        "surname": env._("Surname"),
        "company": env._("Company"),
        "address_1": env._("Street"),
        "address_2": env._("Street2"),
        "suburb": env._("City"),
        "postcode": env._("Zip"),
        "state": env._("State"),
        "country": env._("Country"),
        "soc_sec_id": env._("Tax ID"),
        "phone": env._("Phone"),
        "mobile": env._("Mobile"),
        "email": env._("Email"),
        "address": env._("Address"),
        "channel": env._("Channel"),
        "shared": env._("What others have in common, too"),
        "habit": env._("Genuine repetition"),
        "reference": env._("Reference"),
        "memo": env._("Memo"),
        "account": env._("Bank account"),
    }


# -- side by side --


def side_by_side(pair):
    """Both records as a table; what differs is marked."""
    first, second = pair._record("first"), pair._record("second")
    ours = _values(pair, first)
    theirs = _values(pair, second) if second else _held_values(pair)
    # A held record has no number, delivery or invoice of Odoo's yet.
    shown = dict.fromkeys([*ours, *theirs]) if second else theirs
    hidden = _hidden_labels(pair) if not second else ()
    rows = [(label, ours.get(label, ""), theirs.get(label, "")) for label in shown]
    body = Markup().join(
        Markup("<tr><th>%s</th>%s%s</tr>")
        % (label, _cell(one, other), _cell(other, one, is_hidden=label in hidden))
        for label, one, other in rows
        if one or other
    )
    return Markup(
        '<table class="table table-sm table-bordered o_retail_side_by_side"><thead><tr>'
        '<th style="width: 20%%"></th><th style="width: 40%%">%s</th><th>%s</th></tr>'
        "</thead><tbody>%s</tbody></table>"
    ) % (pair.first_name, pair.second_name, body)


def _cell(value, other, is_hidden=False):
    """A cell, yellow where it differs; of several lines only those that do. What is
    hidden from the user still tells whether it differs from what he sees."""
    if is_hidden:
        mark = Markup(' class="table-warning"') if value != other else ""
        return Markup("<td%s>%s</td>") % (mark, payload.MASK)
    if value == other:
        return Markup("<td>%s</td>") % _lines(value, value)
    if isinstance(value, tuple) and isinstance(other, tuple):
        return Markup("<td>%s</td>") % _lines(value, other)
    return Markup('<td class="table-warning">%s</td>') % _lines(value, value)


def _lines(value, other):
    if not isinstance(value, tuple):
        return value
    return Markup("<br/>").join(
        line
        if line in other
        else Markup('<span class="table-warning bg-warning-subtle">%s</span>') % line
        for line in value
    )


def _values(pair, record):
    """{label: text} of what people compare."""
    if not record:
        return {}
    result = {}
    for name in FIELDS[pair.kind]:
        field = record._fields.get(name)
        if field and record._has_field_access(field, "read"):
            label = field.get_description(pair.env, ["string"])["string"]
            result[label] = _text(record, field)
    if pair.kind == "order":
        if record.partner_id.has_access("read"):
            result[pair.env._("Email")] = record.partner_id.email or ""
            result[pair.env._("Phone")] = record.partner_id.phone or ""
            result[pair.env._("Address")] = _address(
                record.partner_id.street,
                record.partner_id.zip,
                record.partner_id.city,
            )
        result[pair.env._("Lines")] = tuple(
            _line(
                line.product_uom_qty,
                line.name,
                line.price_subtotal,
                record.currency_id,
            )
            for line in _goods(record)
        )
    return result


def _address(street, code, city):
    return ", ".join(filter(None, (street, " ".join(filter(None, (code, city))))))


def _goods(order):
    lines = order.order_line.filtered(lambda line: not line.display_type)
    return lines.sorted(lambda line: (line.name or "", line.product_uom_qty))


def _line(quantity, name, total, currency):
    first = (name or "").splitlines()[0] if name else ""
    return f"{float(quantity):g} × {first} = {_money(total, currency)}"


def _money(amount, currency):
    """An amount with its currency's digits; two where Odoo does not know it."""
    return f"{float(amount):.{currency.decimal_places if currency else 2}f}"


def _text(record, field):
    value = record[field.name]
    if field.type == "many2one":
        # As in Odoo's forms: who may read the record sees the names it refers to.
        return value.sudo().display_name or ""
    if field.type in ("many2many", "one2many"):
        return ", ".join(value.sudo().mapped("display_name"))
    if field.type == "boolean":
        return record.env._("yes") if value else record.env._("no")
    if field.type == "integer":
        return str(value)
    if field.type == "selection":
        selection = field.get_description(record.env, ["selection"])["selection"]
        return dict(selection).get(value, value) or ""
    if field.type == "datetime" and value:
        return format_datetime(record.env, value)
    if field.type == "date" and value:
        return format_date(record.env, value)
    if field.type == "monetary":
        return _money(value, record.currency_id)
    return str(value or "")


def _hidden_labels(pair):
    """Of a held record, what is personal and not for the current user."""
    env = pair.env
    if not pair.ledger_id or pair.ledger_id._sees_personal_data():
        return ()
    customer = env["sale.order"].fields_get(["partner_id"], ["string"])
    return (
        *(one["string"] for one in customer.values()),
        *(env._("Email"), env._("Phone"), env._("Address")),
    )


def _held_values(pair):
    """What a shop sent that was not imported, under the labels of an order; personal
    data too, which is for _cell to hide."""
    entry = pair.ledger_id
    raw = entry._payload_bytes() if entry else b""
    if not raw:
        return {}
    order = payload.payload_to_order(raw)
    described = pair.env["sale.order"].fields_get(FIELDS["order"], ["string"])

    def label(name):
        return described[name]["string"] if name in described else name

    billing = order["billing"]
    currency = facts.currency_of(pair.env, order)
    created = order["created_at"]
    moment = to_datetime(created) if created is not None else None
    return {
        label("partner_id"): facts.person(order),
        label("date_order"): format_datetime(pair.env, moment) if moment else "",
        label("amount_total"): _money(order["total"], currency),
        label("currency_id"): order["currency"],
        label("client_order_ref"): order["number"],
        label("retail_channel_id"): entry.channel_id.name,
        label("state"): order["status"],
        pair.env._("Email"): billing["email"] or "",
        pair.env._("Phone"): billing["phone"] or "",
        pair.env._("Address"): _address(
            billing["address_1"], billing["postcode"], billing["city"]
        ),
        pair.env._("Lines"): tuple(
            _line(line["quantity"], line["name"], line["total"], currency)
            for line in sorted(order["lines"], key=lambda line: line["name"])
        ),
    }


# -- waterfall --


def waterfall(pair):
    """What speaks for and against, field by field, adding up to the score."""
    env = pair.env
    if pair.found_by == "content":
        return Markup("<p>%s</p>") % env._(
            "Customer, currency, total and every line are equal, and both were ordered "
            "within the hours the channel allows."
        )
    names = labels(env)
    steps, total = [], 0.0
    for field, level, bits in pair.explanation or []:
        before, total = total, total + bits
        if level == "missing" and abs(bits) < SHOWN:
            continue  # neither record has it
        steps.append((names.get(field, field), level_name(env, level), before, total))
    low = min([0.0, *(step[3] for step in steps)])
    high = max([0.0, *(step[3] for step in steps)])
    scale = _Scale(low, high)
    rows = [_step(scale, *step) for step in steps]
    rows.append(
        Markup('<tr class="fw-bold"><td>%s</td><td>%s</td><td>%s</td>')
        % (env._("Together"), odds(env, pair.score), scale.bar(0.0, total, "bg-info"))
        + Markup('<td></td><td class="text-end">%s</td></tr>') % f"{pair.score:.1f}"
    )
    return Markup(
        '<table class="table table-sm o_retail_waterfall"><thead><tr><th>%s</th><th>%s'
        '</th><th style="width: 40%%">%s</th><th class="text-end">%s</th>'
        '<th class="text-end">%s</th></tr></thead><tbody>%s</tbody></table>'
    ) % (
        env._("Field"),
        env._("Comparison"),
        env._("Against ← | → for"),
        env._("Bits"),
        env._("So far"),
        Markup().join(rows),
    )


def odds(env, bits):
    """A weight of evidence as odds, with one digit: nobody knows them better."""
    ratio = 2.0 ** min(abs(bits), MOST_BITS)
    if round(ratio, 1) == 1:
        return env._("even odds")
    digits = len(str(int(ratio)))
    number = int(round(ratio, 1 - digits)) if digits > 1 else round(ratio, 1)
    text = f"{number:,.0f}" if number >= 10 else f"{number:g}"
    if bits >= 0:
        return env._("%s to 1 for the same", text)
    return env._("%s to 1 against", text)


class _Scale:
    """Where bits lie on a line that has room for all sums."""

    def __init__(self, low, high):
        self.low = low
        self.width = max(high - low, 1.0)

    def place(self, bits):
        return 100 * (bits - self.low) / self.width

    def bar(self, before, after, colour):
        left, right = sorted((self.place(before), self.place(after)))
        return Markup(
            '<div class="position-relative bg-light" style="height: 1em">'
            '<div class="position-absolute h-100 %s" style="left: %s%%; width: %s%%">'
            '</div><div class="position-absolute h-100 border-start border-dark" '
            'style="left: %s%%"></div></div>'
        ) % (colour, f"{left:.1f}", f"{right - left:.1f}", f"{self.place(0.0):.1f}")


def _step(scale, label, level, before, after):
    bits = after - before
    counts = abs(bits) >= SHOWN
    colour = "bg-success" if bits >= 0 else "bg-danger"
    return Markup(
        "<tr%s><td>%s</td><td>%s</td><td>%s</td>"
        '<td class="text-end">%s</td><td class="text-end">%s</td></tr>'
    ) % (
        "" if counts else Markup(' class="text-muted"'),
        label,
        level,
        scale.bar(before, after, colour) if counts else "",
        f"{bits:+.1f}" if counts else "0",
        f"{after:.1f}",
    )
