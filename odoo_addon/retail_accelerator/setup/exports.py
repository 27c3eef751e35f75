# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shop's own exports (WooCommerce REST, wc/v3), reduced to what a set-up needs."""

import html
import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

# Also used where there is no environment whose language could be known.
_lt = LazyTranslate(__name__, default_lang="en_US")

# Products of these types are never in an order themselves.
NOT_SOLD = ("grouped", "external", "variable")
# What tells an export from another one: each of its records has one of these.
MARKS = {
    "products": ("sku", "type", "price", "regular_price"),
    "taxes": ("rate",),
    "customers": ("email", "billing"),
    "variations": ("sku", "name", "attributes", "price", "regular_price"),
}
ADDRESS_PARTS = ("address_1", "address_2", "city", "postcode", "country", "state")


@dataclass(slots=True)
class Item:
    """What the shop sells: a simple product, or one variation of a product."""

    kind: str
    ref: str
    name: str
    sku: str
    barcode: str
    price: float
    is_service: bool
    is_storable: bool
    is_taxable: bool
    weight: float


@dataclass(slots=True)
class Rate:
    """A row of the shop's tax table."""

    ref: str
    name: str
    percent: Decimal
    country: str
    state: str
    compound: bool
    priority: int


@dataclass(slots=True)
class Customer:
    """An account of the shop."""

    ref: str
    email: str
    name: str
    company_name: str
    phone: str
    address: dict = field(default_factory=dict)


class Exports:
    """The files of one set-up; None for those that were not given."""

    def __init__(self, products=None, variations=None, taxes=None, customers=None):
        """Each is a path, or bytes of a file."""
        self.rates = self._rates(taxes) if taxes else None
        self.customers = self._customers(customers) if customers else None
        self.skipped_products = 0
        self.items = None
        if products:
            by_product = (
                self._read(variations, "variations", dict) if variations else {}
            )
            self.items = list(self._items(products, by_product))
        elif variations:
            raise UserError(
                _lt("Variations need the export of products too, for their names.")
            )

    # -- files -----------------------------------------------------------------------

    @staticmethod
    def _read(source, what, shape):
        """The parsed file, of the given outermost shape: a list of records, or lists of
        them by product id (dict)."""
        data = _parsed(source, what)
        if shape is list and not isinstance(data, list):
            raise UserError(_lt("The export of %s should be a list.", what))
        groups = data.values() if isinstance(data, dict) else [data]
        if not isinstance(data, shape) or not all(
            isinstance(group, list) for group in groups
        ):
            raise UserError(
                _lt("The export of %s should be lists by product id.", what)
            )
        for group in groups:
            for row in group:
                _check_record(row, what)
        return data

    def _items(self, products, variations):
        for product in self._read(products, "products", list):
            children = variations.get(str(product["id"]), ())
            for child in children:
                yield self._variation(product, child)
            if children:
                continue
            if product.get("type") in NOT_SOLD:
                self.skipped_products += 1
            else:
                yield self._item("product", product, _text(product, "name"), product)

    def _variation(self, product, child):
        options = [
            _text(attribute, "option") for attribute in _objects(child, "attributes")
        ]
        detail = ", ".join(filter(None, options)) or _text(child, "name")
        parent = _text(product, "name")
        name = f"{parent} – {detail}" if detail else parent
        return self._item("variation", child, name, product)

    @staticmethod
    def _item(kind, row, name, parent):
        managed = row.get("manage_stock")
        if managed == "parent":
            managed = parent.get("manage_stock")
        sku = _text(row, "sku")
        return Item(
            kind=kind,
            ref=str(row["id"]),
            name=name or sku or str(row["id"]),
            sku=sku,
            barcode=_text(row, "global_unique_id"),
            price=_number(row.get("regular_price") or row.get("price")),
            is_service=bool(row.get("virtual")),
            is_storable=managed is True and not row.get("virtual"),
            is_taxable=row.get("tax_status") != "none",
            weight=_number(row.get("weight")),
        )

    def _rates(self, taxes):
        return [
            Rate(
                ref=str(row["id"]),
                name=_text(row, "name") or "Tax",
                percent=_percent(row),
                country=_text(row, "country").upper(),
                state=_text(row, "state").upper(),
                compound=bool(row.get("compound")),
                priority=_priority(row),
            )
            for row in self._read(taxes, "taxes", list)
        ]

    def _customers(self, customers):
        return [self._customer(row) for row in self._read(customers, "customers", list)]

    @staticmethod
    def _customer(row):
        billing, shipping = _object(row, "billing"), _object(row, "shipping")
        filled = any(billing.get(part) for part in ADDRESS_PARTS)
        address = billing if filled else shipping
        email = _text(row, "email") or _text(billing, "email")
        person = _person(billing) or _person(row) or _person(shipping)
        return Customer(
            ref=str(row["id"]),
            email=email,
            name=person or _text(billing, "company") or email,
            company_name=_text(billing, "company"),
            phone=_text(billing, "phone") or _text(shipping, "phone"),
            address={part: _text(address, part) for part in ADDRESS_PARTS},
        )


def _parsed(source, what):
    """The JSON value of a path or of a file's bytes."""
    try:
        if isinstance(source, bytes):
            return json.loads(source)
        with open(source, encoding="utf-8-sig") as handle:
            return json.load(handle)
    except OSError as error:
        raise UserError(
            _lt(
                "The export of %(what)s cannot be read: %(reason)s (%(file)s).",
                what=what,
                reason=error.strerror,
                file=source,
            )
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(
            _lt(
                "The export of %(what)s is not JSON: %(reason)s.",
                what=what,
                reason=str(error),
            )
        ) from None


def _check_record(row, what):
    """Is it an object with an id, and one of this kind of export?"""
    if not isinstance(row, dict) or not row.get("id"):
        raise UserError(_lt("Each of the %s should be an object with an id.", what))
    if not any(mark in row for mark in MARKS[what]):
        raise UserError(
            _lt(
                "This is no export of %(what)s: the record %(id)s has none of "
                "these: %(marks)s.",
                what=what,
                id=row["id"],
                marks=", ".join(MARKS[what]),
            )
        )


def _object(row, name):
    """The object of that name; PHP writes an empty one as a list."""
    value = row.get(name) or {}
    if not isinstance(value, dict):
        raise UserError(
            _lt("Record %(id)s: %(name)s should be an object.", id=row["id"], name=name)
        )
    return value


def _objects(row, name):
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise UserError(
            _lt(
                "Record %(id)s: %(name)s should be a list of objects.",
                id=row["id"],
                name=name,
            )
        )
    return value


def _text(row, name):
    """Text of a field: shops write entities into it, and null or numbers at times."""
    value = row.get(name)
    return html.unescape(str(value)).strip() if value is not None else ""


def _person(row):
    return " ".join(filter(None, (_text(row, "first_name"), _text(row, "last_name"))))


def _number(value):
    """A price or weight; shops leave them empty or free text."""
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        return 0.0
    return number if 0 <= number < 1e12 else 0.0


def _percent(row):
    try:
        percent = Decimal(str(row.get("rate") or 0))
    except InvalidOperation:
        percent = None
    if percent is None or not percent.is_finite():
        raise UserError(
            _lt(
                "Tax rate %(ref)s has the rate “%(rate)s”, which is not a number.",
                ref=row["id"],
                rate=row.get("rate"),
            )
        )
    return percent


def _priority(row):
    try:
        return int(row.get("priority") or 1)
    except (TypeError, ValueError, OverflowError):
        raise UserError(
            _lt(
                "Tax rate %(ref)s has the priority “%(priority)s”, which is not a "
                "whole number.",
                ref=row["id"],
                priority=row.get("priority"),
            )
        ) from None
