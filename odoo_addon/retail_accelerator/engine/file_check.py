# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files that are no export of orders, told before the engine reads them.

The engine would name the first byte, or reject each record for the same missing field;
people want to hear what the file is instead.
"""

import codecs
import json

from odoo.exceptions import UserError

BEGINNING = 1 << 16  # bytes looked at; orders are a twentieth of it
PACKED = (
    *(b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zX", b"\x28\xb5\x2f\xfd", b"7z"),
    b"\xd0\xcf\x11\xe0",  # workbooks before 2007
)
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ORDER_FIELDS = ("currency", "total", "line_items")


def check(env, path, file_format):
    """Raise a UserError that says what the file is, and what to do."""
    with open(path, "rb") as handle:
        start = handle.read(BEGINNING)
    problem = _container(env, start)
    if not problem and file_format in ("auto", "json", False):
        problem = _other_export(env, _first_object(start))
    if problem:
        raise UserError(problem)


def check_refunds(env, path):
    """The same of a refunds file that holds orders: each would be refused for the
    order it does not name."""
    with open(path, "rb") as handle:
        document = _first_object(handle.read(BEGINNING))
    if document and "amount" not in document and "billing" in document:
        raise UserError(
            env._(
                "The refunds file holds orders, not refunds. Nothing was imported. "
                "Choose the shop's export of refunds, or leave it out."
            )
        )


def _container(env, start):
    """Bytes of which the engine could only say "not UTF-8", or pages."""
    if start.startswith(PACKED):
        return env._(
            "The file is compressed, or a workbook of a spreadsheet program. "
            "Unpack it, or save the sheet as CSV (UTF-8), and import that."
        )
    if start.startswith(WIDE):
        return env._("The file is UTF-16 text. Save it as UTF-8, and import that.")
    if start.startswith(b"%PDF"):
        return env._("The file is a PDF document. Export the orders as JSON or CSV.")
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        return env._(
            "The file is a web page or XML, not an export of orders. Perhaps the shop "
            "asked for a login instead of giving the file: open it in a browser and "
            "look, then export the orders again, as JSON or CSV."
        )
    return ""


def _first_object(start):
    """The first record of a JSON file, or None where it cannot be told."""
    text = start.decode("utf-8-sig", "ignore").lstrip()
    text = text.removeprefix("[").lstrip()
    if not text.startswith("{"):
        return None
    try:
        document, _end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return document


def _other_export(env, document):
    """What a JSON file is whose first record has nothing of an order."""
    if not document:
        return ""
    if isinstance(document.get("orders"), list):
        return env._(
            "The orders are wrapped in an object. Save the list inside “orders” alone, "
            "and import that."
        )
    if _is_refunds(document):
        return env._(
            "These are refunds, or lists by id, not orders. Give refunds as the "
            "refunds file, beside the orders they belong to."
        )
    if any(name in document for name in ORDER_FIELDS):
        return ""
    if "code" in document and "message" in document:
        return env._(
            "The shop gave an error message instead of orders: %s",
            str(document["message"])[:200],
        )
    if "regular_price" in document or "sku" in document:
        return _for_setup(env, env._("products"))
    if "rate" in document:
        return _for_setup(env, env._("tax rates"))
    if "billing" in document or "email" in document:
        return _for_setup(env, env._("customers"))
    return ""


def _is_refunds(document):
    """A refund, or refunds by the id of their order."""
    if "amount" in document and "total" not in document:
        return True
    return all(
        isinstance(group, list) and all(isinstance(one, dict) for one in group)
        for group in document.values()
    )


def _for_setup(env, what):
    return env._(
        "This is the shop's export of %s, not of orders. It belongs into the set-up of "
        "the channel; choose the export of orders here.",
        what,
    )
