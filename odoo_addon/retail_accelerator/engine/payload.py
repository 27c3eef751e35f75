# SPDX-License-Identifier: LGPL-3.0-or-later
"""Payloads for people: canonical msgpack as WooCommerce-shaped JSON, and back."""

import json
import re
from datetime import timedelta

from . import native
from .lanes import EPOCH

MASK = "•••"
# A string, a bracket or separator, or a number or word.
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
PERSONAL = frozenset(
    [
        "first_name",
        "last_name",
        "company",
        "address_1",
        "address_2",
        "city",
        "postcode",
        "email",
        "phone",
        "customer_note",
    ]
)


def payload_to_order(payload):
    """The canonical order of a payload as a dict."""
    return native.require().unpack(bytes(payload))


def payload_to_json(payload, masked=False):
    """Readable JSON. Bytes that are no canonical payload are shown as they are."""
    payload = bytes(payload)
    try:
        order = payload_to_order(payload)
    except native.require().Error:
        if masked:
            return MASK
        return indented(payload.decode("utf-8", "replace"))
    document = _document(order)
    if masked:
        document = _masked(document)
    return json.dumps(document, indent=2, ensure_ascii=False)


def indented(text):
    """The same JSON with a line for each value, as a person needs it to find a mistake.

    Only white space between tokens changes: what else a shop wrote (keys twice, digits
    beyond a float) may be the mistake. Other text stays as it is.
    """
    try:
        if not isinstance(json.loads(text), dict):
            return text
    except (ValueError, RecursionError):
        return text
    parts, depth = [], 0
    for token in JSON_TOKEN.findall(text):
        closes = token in "}]"
        depth -= closes
        if closes or (parts and parts[-1][-1:] in "{[,"):
            parts.append("\n" + "  " * depth)
        depth += token in "{["
        parts.append(": " if token == ":" else token)
    return "".join(parts)


def json_to_payload(text):
    """The payload of an edited JSON text; ValueError with the place of a mistake."""
    return native.require().pack_json(text.encode())


def _moment(microseconds):
    if microseconds is None:
        return None
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat()


def _line(line):
    common = {
        "id": line["source_ref"],
        "total": line["total"],
        "total_tax": line["total_tax"],
        "taxes": [
            {"id": tax["rate_ref"], "total": tax["amount"]} for tax in line["taxes"]
        ],
    }
    if line["kind"] == "shipping":
        return {
            **common,
            "method_id": line["code"],
            "method_title": line["name"],
        }
    if line["kind"] == "fee":
        return {**common, "name": line["name"]}
    return {
        **common,
        "name": line["name"],
        "product_id": line["product_ref"] or 0,
        "variation_id": line["variation_ref"] or 0,
        "sku": line["sku"],
        "global_unique_id": line["barcode"],
        "quantity": line["quantity"],
        "subtotal": line["subtotal"],
    }


def _lines(order, kind):
    return [_line(line) for line in order["lines"] if line["kind"] == kind]


def _tax_line(tax):
    return {
        "rate_id": tax["rate_ref"],
        "rate_code": tax["code"],
        "label": tax["label"],
        "rate_percent": tax["rate_percent"],
        "compound": tax["compound"],
        "tax_total": tax["amount"],
        "shipping_tax_total": tax["shipping_amount"],
    }


def _document(order):
    return {
        "id": order["source_ref"],
        "number": order["number"],
        "status": order["status"],
        "currency": order["currency"],
        "prices_include_tax": order["prices_include_tax"],
        "date_created_gmt": _moment(order["created_at"]),
        "date_modified_gmt": _moment(order["modified_at"]),
        "date_paid_gmt": _moment(order["paid_at"]),
        "total": order["total"],
        "total_tax": order["total_tax"],
        "discount_total": order["discount_total"],
        "customer_id": order["customer_ref"] or 0,
        "customer_note": order["customer_note"],
        "billing": order["billing"],
        "shipping": order["shipping"],
        "payment_method": order["payment_method"],
        "payment_method_title": order["payment_title"],
        "transaction_id": order["transaction_ref"],
        "created_via": order["created_via"],
        **_lists(order),
    }


def _lists(order):
    return {
        "line_items": _lines(order, "product"),
        "shipping_lines": _lines(order, "shipping"),
        "fee_lines": _lines(order, "fee"),
        "tax_lines": [_tax_line(tax) for tax in order["taxes"]],
        "coupon_lines": order["coupons"],
        "refunds": [
            {"id": item["source_ref"], "reason": item["reason"], "total": item["total"]}
            for item in order["refunds"]
        ],
        "meta_data": [
            {"key": item["key"], "value": json.loads(item["value"] or "null")}
            for item in order["meta"]
        ],
    }


def _masked(value):
    """The same document without what could tell who the customer is."""
    if isinstance(value, dict):
        return {
            key: MASK if key in PERSONAL and item else _masked(item)
            for key, item in value.items()
            if key != "meta_data"
        }
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value
