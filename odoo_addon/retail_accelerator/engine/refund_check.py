# SPDX-License-Identifier: LGPL-3.0-or-later
"""Is a refund what a refund of the shop looks like? One that is not falls alone."""

from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from odoo.tools.translate import LazyTranslate

# Translated where it is shown, in the language of the one whose import it is.
_lt = LazyTranslate(__name__, default_lang="en_US")

LINE_LISTS = ("line_items", "shipping_lines", "fee_lines")
TEXTS = ("id", "_order_ref", "reason", "currency")
LINE_TEXTS = ("name", "method_title", "sku")
# From here on a double does not hold cents.
AMOUNT_LIMIT = Decimal(10) ** 13


class RefundProblem(ValueError):
    """Why a refund cannot be recorded, in words."""


def decimal_of(value):
    """An exact amount; an absent one is zero."""
    if value in (None, ""):
        return Decimal(0)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise RefundProblem(_lt("“%s” is not an amount", str(value)[:80]))
    if abs(number) >= AMOUNT_LIMIT:
        raise RefundProblem(_lt("the amount %s is too large", str(value)[:80]))
    return number


def moment_of(record):
    """When the refund was made, UTC without offset; None when the shop does not say."""
    text = record.get("date_created_gmt")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise RefundProblem(_lt("“%s” is not a date", str(text)[:80])) from error
    return moment.replace(tzinfo=None, microsecond=0)


def check(record):
    """Raise RefundProblem unless texts are texts and lists hold objects."""
    if not isinstance(record, dict):
        raise RefundProblem(_lt("a refund should be an object"))
    _check_texts(record, TEXTS)
    for key in LINE_LISTS:
        for line in objects(record, key):
            _check_texts(line, LINE_TEXTS)
            for tax in objects(line, "taxes"):
                _check_texts(tax, ("id",))
            for meta in objects(line, "meta_data"):
                if meta.get("key") == "_refunded_item_id":
                    _check_texts(meta, ("value",))


def objects(row, name):
    """The list of objects of that name; an absent one is empty."""
    items = row.get(name) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RefundProblem(_lt("%s should be a list of objects", name))
    return items


def _check_texts(row, names):
    for name in names:
        value = row.get(name)
        if value is None or isinstance(value, int | float):
            continue
        if not isinstance(value, str):
            raise RefundProblem(_lt("%s should be a text", name))
        # PostgreSQL stores neither NUL nor half a character.
        if "\0" in value or _is_broken(value):
            raise RefundProblem(_lt("%s holds a character that cannot be stored", name))


def _is_broken(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
