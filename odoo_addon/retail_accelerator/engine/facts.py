# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a list says of the two records of a pair: who, how much, when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from odoo.tools import format_date, format_datetime

from . import payload
from .lanes import to_datetime


@dataclass(frozen=True)
class Facts:
    """Of one record; empty where it has no such thing or is gone."""

    name: str = ""
    who: str = ""
    amount: str = ""
    moment: date | datetime | None = None


def of_record(kind, record):
    """Facts of a contact, order or payment. Names of related records are shown to
    whoever may read the record, as in Odoo's own forms."""
    if kind == "partner":
        return Facts(record.display_name, record.email or record.phone or "", "", None)
    who = record.sudo().partner_id.display_name or ""
    if kind == "order":
        amount = record.currency_id.format(record.amount_total)
        return Facts(record.display_name, who, amount, record.date_order or None)
    amount = record.currency_id.format(record.amount)
    # All drafts of payments have the same name.
    name = record.name or record.env._("Draft no. %s", record.id)
    return Facts(name, who, amount, record.date or None)


def of_held(entry):
    """Facts of a record that a shop sent and that was held back."""
    env = entry.env
    name = env._(
        "%(channel)s %(number)s (held)",
        channel=entry.channel_id.name,
        number=entry.display_name,
    )
    raw = entry._payload_bytes()
    if not raw:
        return Facts(name)
    order = payload.payload_to_order(raw)
    created = order["created_at"]
    return Facts(
        name,
        person(order) if entry._sees_personal_data() else payload.MASK,
        held_amount(env, order),
        to_datetime(created) if created is not None else None,
    )


def person(order):
    """Who bought, by a canonical order; personal data."""
    billing = order["billing"]
    names = (billing["first_name"], billing["last_name"])
    return " ".join(filter(None, names)) or billing["company"] or ""


def currency_of(env, order):
    """The currency of a canonical order; none if Odoo does not know it."""
    currencies = env["res.currency"].with_context(active_test=False)
    return currencies.search([("name", "=", order["currency"])], limit=1)


def held_amount(env, order):
    currency = currency_of(env, order)
    if not currency:
        return f"{order['total']} {order['currency'] or ''}"
    return currency.format(float(order["total"]))


def both(first, second):
    """One text for two that are mostly equal."""
    if not second or first == second:
        return first
    return f"{first} / {second}" if first else second


def moment_text(env, moment):
    if isinstance(moment, datetime):
        return format_datetime(env, moment, dt_format="short")
    return format_date(env, moment) if moment else ""


def apart(env, first, second):
    """How far apart two moments are, in the largest unit that says it."""
    if (
        not first
        or not second
        or isinstance(first, datetime) != isinstance(second, datetime)
    ):
        return ""
    gap = abs(second - first)
    if gap >= timedelta(days=2):
        return env._("%s days", round(gap / timedelta(days=1)))
    if not isinstance(first, datetime):
        return env._("1 day") if gap else env._("same day")
    if gap >= timedelta(hours=2):
        return env._("%s hours", round(gap / timedelta(hours=1)))
    if gap >= timedelta(minutes=2):
        return env._("%s minutes", round(gap / timedelta(minutes=1)))
    return env._("%s seconds", int(gap.total_seconds()))
