# SPDX-License-Identifier: LGPL-3.0-or-later
"""WooCommerce JSON against Python's json: samples, made-up orders, damaged files."""

import json
from datetime import datetime, timezone
from decimal import Decimal

import msgpack
import pytest
from examples import tried_on
from hypothesis import given
from hypothesis import strategies as st
from read_driver import SAMPLES, read, run

ADDRESS = [
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "email",
    "phone",
]
PLACES = [(name,) for name in ADDRESS]
LINE = (
    "kind source_ref product_ref variation_ref sku barcode code name quantity subtotal"
)
FIELDS = [
    *((name,) for name in "source_ref number status currency".split()),
    *((name,) for name in "prices_include_tax created_at modified_at paid_at".split()),
    ("customer_ref",),
    ("billing", PLACES),
    ("shipping", PLACES),
    *((name,) for name in "payment_method payment_title transaction_ref".split()),
    *((name,) for name in "created_via customer_note".split()),
    *((name,) for name in "total total_tax discount_total".split()),
    (
        "lines",
        [
            *((name,) for name in f"{LINE} total total_tax".split()),
            ("taxes", [("rate_ref",), ("amount",)]),
        ],
    ),
    (
        "taxes",
        [
            *((name,) for name in "rate_ref code label rate_percent compound".split()),
            *((name,) for name in "amount shipping_amount".split()),
        ],
    ),
    ("coupons", [(name,) for name in "code discount discount_tax".split()]),
    ("refunds", [(name,) for name in "source_ref reason total".split()]),
    ("meta", [("key",), ("value",)]),
]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def text(value):
    return "" if value is None else str(value)


def ref(value):
    return "" if value in (None, 0, "0") else str(value)


def number(value, default="0"):
    value = Decimal(str(default if value in (None, "") else value))
    return format(value.normalize(), "f") if value else "0"


def moment(order, name):
    value = order.get(f"{name}_gmt") or order.get(name)
    if not value:
        return None
    parsed = datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
    return int((parsed - EPOCH).total_seconds()) * 1000000


def address(part):
    part = part or {}
    return {name: text(part.get(name)) for name in ADDRESS}


def line(source, kind):
    total = source.get("total")
    code = {0: "", 1: "method_id", 2: "name"}[kind]
    return {
        "kind": kind,
        "source_ref": text(source.get("id")),
        "product_ref": ref(source.get("product_id")) if kind == 0 else "",
        "variation_ref": ref(source.get("variation_id")) if kind == 0 else "",
        "sku": text(source.get("sku")) if kind == 0 else "",
        "barcode": text(source.get("global_unique_id")) if kind == 0 else "",
        "code": text(source.get(code)),
        "name": text(source.get("method_title" if kind == 1 else "name")),
        "quantity": number(source.get("quantity"), 1) if kind == 0 else "1",
        "subtotal": number(source.get("subtotal") if kind == 0 else total, total),
        "total": number(total),
        "total_tax": number(source.get("total_tax")),
        "taxes": [
            {"rate_ref": text(tax["id"]), "amount": number(tax.get("total"))}
            for tax in source.get("taxes", [])
        ],
    }


def canonical(order):
    """What the reader must make of an order, by json and decimal alone."""
    lists = {"line_items": 0, "shipping_lines": 1, "fee_lines": 2}
    return {
        "source_ref": text(order["id"]),
        "number": text(order.get("number") or order["id"]),
        "status": order["status"],
        "currency": order["currency"],
        "prices_include_tax": bool(order.get("prices_include_tax")),
        "created_at": moment(order, "date_created"),
        "modified_at": moment(order, "date_modified"),
        "paid_at": moment(order, "date_paid"),
        "customer_ref": ref(order.get("customer_id")),
        "billing": address(order.get("billing")),
        "shipping": address(order.get("shipping")),
        "payment_method": text(order.get("payment_method")),
        "payment_title": text(order.get("payment_method_title")),
        "transaction_ref": text(order.get("transaction_id")),
        "created_via": text(order.get("created_via")),
        "customer_note": text(order.get("customer_note")),
        "total": number(order["total"]),
        "total_tax": number(order.get("total_tax")),
        "discount_total": number(order.get("discount_total")),
        "lines": [
            line(source, kind)
            for name, kind in lists.items()
            for source in order.get(name, [])
        ],
        "taxes": [
            {
                "rate_ref": text(tax.get("rate_id")),
                "code": text(tax.get("rate_code")),
                "label": text(tax.get("label")),
                "rate_percent": number(tax.get("rate_percent")),
                "compound": bool(tax.get("compound")),
                "amount": number(tax.get("tax_total")),
                "shipping_amount": number(tax.get("shipping_tax_total")),
            }
            for tax in order.get("tax_lines", [])
        ],
        "coupons": [
            {
                "code": text(coupon.get("code")),
                "discount": number(coupon.get("discount")),
                "discount_tax": number(coupon.get("discount_tax")),
            }
            for coupon in order.get("coupon_lines", [])
        ],
        "refunds": [
            {
                "source_ref": text(refund.get("id")),
                "reason": text(refund.get("reason")),
                "total": number(refund.get("total")),
            }
            for refund in order.get("refunds", [])
        ],
        "meta": [
            {"key": text(meta.get("key")), "value": meta.get("value")}
            for meta in order.get("meta_data", [])
        ],
    }


def decoded(record):
    """The reader's order with its metadata parsed, as the oracle has it."""
    assert record["error"]["code"] == "ok", record["error"]
    order = record["order"]
    for meta in order["meta"]:
        meta["value"] = json.loads(meta["value"]) if meta["value"] else None
    return order


def exact(data):
    return json.loads(data, parse_float=Decimal)


def plain(value):
    """Decimals of the oracle as the floats json gives for metadata."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("store", ["ex", "inc"])
def test_sample_orders_are_read_as_python_reads_them(store):
    data = (SAMPLES / store / "orders.json").read_bytes()
    records, ended = read(data)
    orders = exact(data)
    assert ended["code"] == "end"
    assert len(records) == len(orders) > 100
    for record, order in zip(records, orders, strict=True):
        assert decoded(record) == plain(canonical(order))
        assert exact(data[record["offset"] : record["end"]]) == order


@pytest.mark.parametrize("store", ["ex", "inc"])
def test_packed_orders_are_the_same_orders(store):
    data = (SAMPLES / store / "orders.json").read_bytes()
    packed = run("pack", data, "json")
    for original, copy in zip(read(data)[0], read(packed, "msgpack")[0], strict=True):
        for name in ("order", "content", "customer", "invoice", "delivery"):
            assert original[name] == copy[name]


def named(record, fields=FIELDS):
    """A packed map with names for numbers, as docs/formats.md lists them."""
    result = {}
    for key, value in record.items():
        name, *item = (key,) if key == "v" else fields[key]
        if item and isinstance(value, list):
            value = [named(one, item[0]) for one in value]
        elif item:
            value = named(value, item[0])
        result[name] = value
    return result


@pytest.mark.parametrize("store", ["ex", "inc"])
def test_keys_are_numbers_or_names_of_fields(store):
    """The ledger packs numbers, which may never change; other programs write names."""
    for order in json.loads((SAMPLES / store / "orders.json").read_bytes()):
        packed = run("pack", json.dumps([order]).encode(), "json")
        by_name = msgpack.packb(named(msgpack.unpackb(packed, strict_map_key=False)))
        [record], _ended = read(packed, "msgpack")
        [copy], _ended = read(by_name, "msgpack")
        assert (copy["order"], copy["content"]) == (record["order"], record["content"])
        assert len(packed) < 0.75 * len(by_name)


@pytest.mark.parametrize("store", ["ex", "inc"])
def test_array_lines_and_pretty_print_are_the_same_orders(store):
    orders = json.loads((SAMPLES / store / "orders.json").read_bytes())[:30]
    forms = [
        json.dumps(orders),
        "\n".join(json.dumps(order) for order in orders),
        json.dumps(orders, indent=2, ensure_ascii=False),
        "\n".join(json.dumps(order, indent=1) for order in orders),
    ]
    contents = set()
    for form in forms:
        records, ended = read(form.encode(), "auto", "piece=1000")
        assert ended["code"] == "end"
        # Metadata is kept as written, so only the rest can be compared by hash.
        for record in records:
            decoded(record)
        contents.add(json.dumps([record["order"] for record in records]))
    assert len(contents) == 1


@pytest.mark.parametrize("store", ["ex", "inc"])
def test_refunds_are_split_by_order(store):
    data = (SAMPLES / store / "refunds.json").read_bytes()
    records, ended = read(data, "json", "grouped=1", mode="records")
    wanted = [(k, refund) for k, group in json.loads(data).items() for refund in group]
    assert ended["code"] == "end"
    assert [(r["group"], json.loads(r["text"])) for r in records] == wanted


CHARACTERS = st.characters(blacklist_categories=["Cs"], min_codepoint=1)
WORDS = st.text(CHARACTERS, max_size=12)
REFS = st.one_of(st.integers(0, 10**12), st.integers(1, 99).map(str))
MONEY = st.decimals(-(10**9), 10**9, places=4)
AMOUNTS = st.one_of(MONEY.map(str), st.integers(-9999, 9999), MONEY.map(float))
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=6,
)
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(
    lambda value: value.replace(microsecond=0).isoformat()
)
TAXES = st.lists(
    st.fixed_dictionaries({"id": REFS, "total": st.one_of(AMOUNTS, st.just(""))}),
    max_size=2,
)
LINES = st.fixed_dictionaries(
    {"total": AMOUNTS},
    optional={
        "id": REFS,
        "name": WORDS,
        "product_id": REFS,
        "variation_id": REFS,
        "quantity": AMOUNTS,
        "subtotal": AMOUNTS,
        "total_tax": AMOUNTS,
        "taxes": TAXES,
        "sku": st.one_of(WORDS, st.none()),
        "price": st.floats(allow_nan=False, allow_infinity=False),
        "meta_data": ANY_JSON,
    },
)
PLACES = st.dictionaries(st.sampled_from(ADDRESS), WORDS)
ORDERS = st.fixed_dictionaries(
    {
        "id": st.integers(1, 10**15),
        "status": WORDS.filter(len),
        "currency": st.sampled_from(["EUR", "JPY", "KWD"]),
        "date_created_gmt": TIMES,
        "total": AMOUNTS,
    },
    optional={
        "number": WORDS,
        "customer_id": REFS,
        "date_modified_gmt": st.one_of(TIMES, st.none()),
        "date_paid": TIMES,
        "billing": PLACES,
        "shipping": st.one_of(PLACES, st.none(), st.just([])),
        "line_items": st.lists(LINES, max_size=3),
        "fee_lines": st.lists(LINES, max_size=2),
        "meta_data": st.lists(
            st.fixed_dictionaries({"key": WORDS, "value": ANY_JSON}), max_size=3
        ),
        "_links": ANY_JSON,
    },
)


@tried_on(60)
@given(st.lists(ORDERS, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_any_order_is_read_as_python_reads_it(orders, ascii_only, indent):
    data = json.dumps(orders, ensure_ascii=ascii_only, indent=indent).encode()
    records, ended = read(data, "json", "piece=7")
    assert ended["code"] == "end"
    wanted = [plain(canonical(order)) for order in exact(data)]
    assert [decoded(record) for record in records] == wanted
    packed = run("pack", data, "json")
    copies, ended = read(packed, "msgpack", "piece=3")
    assert [copy["content"] for copy in copies] == [r["content"] for r in records]


def test_a_file_cut_anywhere_keeps_the_orders_before_the_cut():
    orders = json.loads((SAMPLES / "ex" / "orders.json").read_bytes())[:2]
    data = json.dumps(orders).encode()
    whole = [record["end"] for record in read(data)[0]]
    for cut in range(1, len(data), 101):
        records, ended = read(data[:cut])
        assert [r["end"] for r in records] == [end for end in whole if end <= cut]
        assert ended["code"] == "truncated"
        assert ended["row"] == len(records) + 1


def test_every_byte_between_values_is_refused_or_passed_over_as_in_python():
    """All but the line break, which ends the record of such a file."""
    order = json.loads((SAMPLES / "inc" / "orders.json").read_bytes())[0]
    head, tail = json.dumps(order).encode().split(b", ", 1)
    between = [bytes([value]) for value in range(256) if value != 10]
    lines = [head + b"," + byte + tail for byte in between]
    records, ended = read(b"\n".join(lines) + b"\n")
    assert ended["code"] == "end"
    assert len(records) == len(lines)
    for byte, line, record in zip(between, lines, records, strict=True):
        try:
            json.loads(line)
        except ValueError:
            assert record["error"]["code"] != "ok", byte
        else:
            assert record["error"]["code"] == "ok", byte


@tried_on(60)
@given(st.data())
def test_a_damaged_line_never_harms_its_neighbours(data):
    orders = json.loads((SAMPLES / "inc" / "orders.json").read_bytes())[:3]
    lines = [json.dumps(order).encode() for order in orders]
    at = data.draw(st.integers(0, len(lines[1]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != 10))
    damaged = lines[1][:at] + bytes([byte]) + lines[1][at + 1 :]
    records, ended = read(b"\n".join([lines[0], damaged, lines[2]]) + b"\n")
    assert ended["code"] == "end"
    assert len(records) == 3
    assert plain(canonical(exact(lines[0]))) == decoded(records[0])
    assert plain(canonical(exact(lines[2]))) == decoded(records[2])
    try:
        exact(damaged.decode())
    except ValueError:
        assert records[1]["error"]["code"] != "ok"
