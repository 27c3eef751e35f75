# SPDX-License-Identifier: LGPL-3.0-or-later
"""Content and near keys against the same definition written in Python."""

import ctypes
import ctypes.util
import json
import random
import re
import struct
import unicodedata
from decimal import Decimal

import pytest
import retail_accelerator_native as native
from native_support import new_job, woo

CLASSES = dict(
    zip("abcdefghijklmnopqrstuvwxyz", "01230120022455012623010202", strict=True)
)
EPOCH = "2024-01-02T03:04:05"
EPOCH_SECONDS = 1_704_164_645


class Hash(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


@pytest.fixture(scope="module")
def xxh3():
    name = ctypes.util.find_library("xxhash")
    assert name, "the xxHash library is a package the engine is compiled with"
    function = ctypes.CDLL(name).XXH3_128bits
    function.restype = Hash
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    return lambda data: function(data, len(data))


def number(value):
    return struct.pack("<Q", value)


def text(value):
    raw = value.encode()
    return number(len(raw)) + raw


def decimal(value):
    plain = format(Decimal(value).normalize(), "f")
    return text("0" if Decimal(value) == 0 else plain)


def normal(value):
    folded = unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", value).casefold()
    )
    return " ".join(folded.split())


def email(value):
    address = normal(value)
    return (
        address if re.fullmatch(r"[^@ ]+@[^@ .][^@ ]*\.[^@ ]*[^@ .]", address) else ""
    )


def who(billing, seconds):
    first, last, company, street, postcode = (
        normal(billing.get(name, ""))
        for name in ("first_name", "last_name", "company", "address_1", "postcode")
    )
    # The last digits first, as the engine walks the number from its end.
    phone = "".join(re.findall("[0-9]", billing.get("phone", "")))[::-1][:9]
    if address := email(billing.get("email", "")):
        return text("email") + text(address)
    names = text(first) + text(last) + text(company)
    if (first or last or company) and street and postcode:
        return text("address") + names + text(street) + text(postcode)
    if (first or last or company) and phone:
        return text("phone") + names + text(phone)
    return text("second") + number(seconds)


def sound(billing):
    name = next(
        (
            normal(billing[part])
            for part in ("last_name", "first_name", "company")
            if normal(billing.get(part, ""))
        ),
        "",
    )
    word = (name.split(",")[0] or name).split(" ")[-1]
    code, last = "", ""
    for letter in word:
        digit = CLASSES.get(letter, "0")
        if letter in CLASSES and not code:
            code = letter
        elif code and digit not in ("0", last):
            code += digit
        last = digit
    return code[:16] or word


def lines(xxh3, order):
    keys = []
    for line in order["line_items"]:
        label = text(normal(line["sku"] or line["name"]))
        data = number(0) + label + decimal(line["quantity"]) + decimal(line["total"])
        keys.append(xxh3(data))
    for line in order.get("shipping_lines", ()):
        if Decimal(line["total"]):
            keys.append(xxh3(number(1) + decimal(line["total"])))
    pairs = sorted((key.high, key.low) for key in keys)
    return number(len(pairs)) + b"".join(number(a) + number(b) for a, b in pairs)


def oracle(xxh3, order):
    """(content key, near key) as hexadecimal digits."""

    def key(kind, rest):
        head = text(kind) + number(1) + text(normal(order["currency"]))
        found = xxh3(head + decimal(order["total"]) + rest)
        return f"{found.high:016x}{found.low:016x}"

    billing = order["billing"]
    heard = sound(billing)
    content = key("content", who(billing, EPOCH_SECONDS) + lines(xxh3, order))
    return content, (heard and key("near", text(heard))) or None


def keys_of(orders):
    job = new_job()
    job.add_statuses([("completed", 0)])
    job.open(json.dumps(orders).encode())
    chunk = job.read(len(orders), 1 << 30)
    records = [chunk.record(index) for index in range(len(orders))]
    return [(record["content_key"], record["near_key"]) for record in records]


NAMES = (
    "Ann",
    "Zoë",
    "MÜLLER",
    "O'Brien",
    "van der Berg",
    "王",
    "Smith, Jo",
    "",
    "ﬁrst",
    "Pfister",
)
EMAILS = (
    "",
    "Ann@Shop.Example ",
    "none",
    "a@b",
    "jörg@shop.example",
    "a.b+c@x.example",
)
PHONES = ("", "+49 731 12 34 567", "0731/1234567", "12")


def random_order(seed):
    source = random.Random(seed)
    order = woo(seed + 1, date_created_gmt=EPOCH)
    order["currency"] = source.choice(("EUR", "USD"))
    order["total"] = f"{source.randrange(100_000) / 100:.2f}"
    order["billing"] = {
        "first_name": source.choice(NAMES),
        "last_name": source.choice(NAMES),
        "company": source.choice(("", "Acme  Ltd")),
        "address_1": source.choice(("", "Main St 1", "HAUPTSTRAẞE 5")),
        "postcode": source.choice(("", "89073")),
        "email": source.choice(EMAILS),
        "phone": source.choice(PHONES),
    }
    first = order["line_items"][0]
    order["line_items"] = [
        {
            **first,
            "id": index + 1,
            "sku": source.choice(("", "HAT", "Cap-2")),
            "name": source.choice(("Hat", "Gläser", "")),
            "quantity": source.randrange(1, 4),
            "total": f"{source.randrange(5000) / 100:.2f}",
        }
        for index in range(source.randrange(1, 5))
    ]
    order["shipping_lines"] = [
        {
            "id": 50,
            "method_id": "m",
            "method_title": "t",
            "total": total,
            "total_tax": "0",
        }
        for total in source.sample(("0.00", "4.50", "-0.00"), source.randrange(3))
    ]
    return order


def test_keys_are_those_of_the_definition(xxh3):
    orders = [random_order(seed) for seed in range(500)]
    wanted = [oracle(xxh3, order) for order in orders]
    assert keys_of(orders) == wanted
    assert len({content for content, _near in wanted}) > 450


def test_a_twin_by_another_route_has_the_same_keys():
    order = random_order(1)
    order["billing"].update(email="ann@shop.example", last_name="Meyer")
    twin = {
        **order,
        "id": 9001,
        "number": "MP-1",
        "status": "processing",
        "date_created_gmt": "2024-01-02T03:44:05",
        "payment_method": "paypal",
        "line_items": order["line_items"][::-1],
    }
    assert keys_of([order])[0] == keys_of([twin])[0]


def test_a_replayed_payload_has_the_same_keys():
    order = random_order(2)
    job = new_job()
    job.add_statuses([("completed", 0)])
    job.open(native.pack_json(json.dumps(order).encode()), format="msgpack")
    record = job.read(1, 1 << 30).record(0)
    assert (record["content_key"], record["near_key"]) == keys_of([order])[0]


def test_newcomers_are_records_that_become_orders():
    orders = [
        woo(1),
        woo(2, status="cancelled"),
        woo(3, status="failed"),
        woo(4, total="broken"),
        woo(5),
    ]
    job = new_job()
    job.add_statuses([("completed", 0), ("cancelled", 2), ("failed", 3)])
    job.open(json.dumps(orders).encode())
    chunk = job.read(10, 1 << 30)
    identity = native.identity_key("shop", "order", "5")
    chunk.set_known(0, [(identity, 7, 70, "0" * 32, None, False)])
    chunk.resolve(0)
    [(index, key, content, near, created, timed)] = chunk.newcomers(0, 5, True)
    assert (index, key) == (0, native.identity_key("shop", "order", "1"))
    assert (content, near) == keys_of([orders[0]])[0]
    assert (created, timed) == (EPOCH_SECONDS * 1_000_000, True)


def test_near_keys_of_newcomers_are_left_out_on_demand():
    order = random_order(2)
    job = new_job()
    job.add_statuses([(order["status"], 0)])
    job.open(native.pack_json(json.dumps(order).encode()), format="msgpack")
    chunk = job.read(1, 1 << 30)
    chunk.resolve(0)
    [with_near] = chunk.newcomers(0, 5, True)
    [without] = chunk.newcomers(0, 5, False)
    assert with_near[3] is not None and without[3] is None
    assert with_near[:3] + with_near[4:] == without[:3] + without[4:]
    for arguments in ((0, 5), (-1, 5, True), (0, 1 << 63, True), ("0", 5, True)):
        with pytest.raises((TypeError, OverflowError, ValueError)):
            chunk.newcomers(*arguments)


def marks_of(order):
    job = new_job()
    job.open(json.dumps([order]).encode())
    return job.read(10, 1 << 30).order_marks()


def test_orders_meet_by_their_identity_and_by_their_content():
    """What makes a later chunk wait: the same order, or its content under another
    number."""
    order = woo(1)
    other = {**order, "id": 2, "number": "2"}
    content = keys_of([order])[0][0]
    assert marks_of(order) == {native.identity_key("shop", "order", "1"), content}
    assert marks_of(order) & marks_of(other) == {content}
