# SPDX-License-Identifier: LGPL-3.0-or-later
"""A thousand real orders with something changed at random: each ends in exactly one
outcome, what is imported equals the shop's amounts, and both lanes write the same."""

import json
import os
from decimal import ROUND_HALF_UP, Decimal

import pytest
from test_parity import SAMPLES, Scenario, make_channel
from woo_mutations import mutated

SEED = int(os.environ.get("RA_SEED", "7"))
COUNT = 500
KINDS = ("line_items", "shipping_lines", "fee_lines")


@pytest.fixture(params=["ex", "inc"])
def shop(request, plain_database, environment):
    """(channel, mutated orders, their JSON lines)."""
    folder = SAMPLES / request.param
    scenario = Scenario(request.param, included=request.param == "inc")
    scenario.channel = {"duplicate_policy": "warn", "suspect_policy": "ignore"}
    channel = make_channel(environment(plain_database), scenario, folder)
    base = json.loads((folder / "orders.json").read_text())
    orders = mutated(base, COUNT, f"{request.param} {SEED}")
    return channel, orders, "\n".join(map(json.dumps, orders)).encode()


def imported(channel, data):
    """The ledger's rows of what was read, and the outcomes counted by the engine."""
    from odoo.addons.retail_accelerator.engine.session import Session

    session = Session(channel.with_company(channel.company_id), 0, "auto")
    session.job.open(data)
    counted = {}
    while True:
        chunk = session.job.read(100, 12 << 20)
        session.process(chunk)
        for outcome, count in chunk.summary()[0].items():
            counted[outcome] = counted.get(outcome, 0) + count
        if chunk.last:
            break
    channel.env.flush_all()
    channel.env.invalidate_all()
    rows = channel.env["retail.ledger"].search([("channel_id", "=", channel.id)])
    return rows, counted


def cents(value, digits):
    step = Decimal(1).scaleb(-digits)
    return Decimal(str(value or 0)).quantize(step, ROUND_HALF_UP)


def test_each_record_ends_in_one_outcome_and_amounts_are_the_shops(shop):
    channel, orders, data = shop
    rows, counted = imported(channel, data)
    assert sum(counted.values()) == COUNT
    assert not counted["pending"]
    assert counted["created"] > COUNT / 10 and counted["rejected"] > COUNT / 10
    assert all(row.reason and row.message for row in rows if row.outcome == "rejected")
    by_place = {row.source_row: row for row in rows}
    checked = 0
    for place, document in enumerate(orders, start=1):
        created = by_place[place].order_id if place in by_place else None
        if created:
            same_amounts(channel, created, document)
            checked += 1
    assert checked > COUNT / 10


def same_amounts(channel, created, document):
    digits = created.currency_id.decimal_places
    shown = f"seed {SEED}, order {document['id']}"
    total = cents(document["total"], digits)
    assert cents(created.amount_total, digits) == total, shown
    if document.get("total_tax") not in (None, ""):
        tax = cents(document["total_tax"], digits)
        assert cents(created.amount_tax, digits) == tax, shown
    goods = created.order_line.filtered(
        lambda line: line.product_id != channel.rounding_product_id
    )
    items = [item for kind in KINDS for item in document.get(kind) or ()]
    wanted = [cents(item.get("total"), digits) for item in items]
    assert [cents(line.price_subtotal, digits) for line in goods] == wanted, shown


def test_both_lanes_write_the_same_of_them(shop, tmp_path):
    from odoo.addons.retail_accelerator.engine import parity

    channel, _orders, data = shop
    path = tmp_path / "orders.ndjson"
    path.write_bytes(data)
    report = parity.compare(channel, [str(path)])
    assert report["orders"] > COUNT / 10
    assert not report["differences"], f"seed {SEED}: {report['differences'][:10]}"


def test_the_same_of_them_in_another_spelling_is_known(shop):
    channel, orders, data = shop
    _rows, first = imported(channel, data)
    pretty = json.dumps(orders, ensure_ascii=False, indent=1).replace("/", "\\/")
    _rows, again = imported(channel, pretty.encode(errors="surrogatepass"))
    assert again["created"] == again["updated"] == 0
    assert again["unchanged"] == first["created"] + first["skipped"]
