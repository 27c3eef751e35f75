# SPDX-License-Identifier: LGPL-3.0-or-later
"""kill -9 of the worker or of its server backend at seeded moments, then go on.

Whatever dies, running the import again must end in the very state of a clean run: every
order once, in its latest version, and every new customer; nothing lost or half written.
"""

import json
import os
import random
import time
from datetime import datetime, timedelta

import pytest
from crash_support import (
    ROOT,
    drop,
    kill_backend,
    kill_worker,
    make_safe,
    query,
    run,
    start,
)

DATA = ROOT / "tests/data/woocommerce/ex"
SEED = int(os.environ.get("RA_SEED", "19"))
ATTEMPTS = 5
QUARTER = timedelta(days=90)
COPIES = 8  # the sample's orders under new ids, so that an import lasts long enough

STATE = """
SELECT o.client_order_ref, o.state, o.date_order, o.amount_untaxed, o.amount_tax,
       o.amount_total, c.name, p.email, i.street, s.city, count(l.id),
       sum(l.price_subtotal), sum(l.price_tax::numeric(16, 4)), sum(l.product_uom_qty),
       (SELECT count(*) FROM retail_ledger g WHERE g.order_id = o.id)
  FROM sale_order o
  JOIN res_currency c ON c.id = o.currency_id
  JOIN res_partner p ON p.id = o.partner_id
  JOIN res_partner i ON i.id = o.partner_invoice_id
  JOIN res_partner s ON s.id = o.partner_shipping_id
  LEFT JOIN sale_order_line l ON l.order_id = o.id
 GROUP BY o.id, c.name, p.email, i.street, s.city ORDER BY o.client_order_ref, o.id
"""
CONTACTS = """
SELECT p.complete_name, p.email_normalized, p.street, p.city, p.type, c.complete_name,
       count(*), count(DISTINCT p.id), count(m.id)
  FROM res_partner p
  JOIN res_partner c ON c.id = p.commercial_partner_id
  LEFT JOIN retail_channel_partner m ON m.partner_id = p.id
 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
LEDGER = """
SELECT source_ref, outcome, content_hash, coalesce(reason, ''), count(*)
  FROM retail_ledger GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    orders = json.loads((DATA / "orders.json").read_text())
    path = tmp_path_factory.mktemp("crash") / "orders.json"
    many = []
    for copy in range(COPIES):
        for order in orders:
            number = order["id"] + copy * 1_000_000
            moment = datetime.fromisoformat(order["date_created_gmt"])
            many.append(
                {
                    **order,
                    "id": number,
                    "number": str(number),
                    # Months apart, or they would be the same sales again.
                    "date_created_gmt": (moment - copy * QUARTER).isoformat(),
                    **(new_customer(order, number) if number % 3 == 0 else {}),
                }
            )
    path.write_text(json.dumps(many))
    path.parent.chmod(0o755)
    path.chmod(0o644)
    for folder in list(path.parents)[:2]:
        folder.chmod(0o755)
    return path


def new_customer(order, number):
    """What makes the order one of a customer nobody knows, some of them twice."""
    who = 9_000_000 + number % 500
    billing = {**order["billing"], "email": f"new{who}@crash.example"}
    return {"customer_id": who, "billing": {**billing, "last_name": f"New {who}"}}


def prepared(name):
    drop(name)
    files = [
        argument
        for kind in ("products", "variations", "taxes", "customers")
        for argument in (f"--{kind}", DATA / f"{kind}.json")
    ]
    run(
        *(ROOT / "tools/odoo", "retail", "setup", "-d", name, "--channel", "ex"),
        *("--kind", "woocommerce", "--currency", "CAD", *files),
    )
    # Small chunks: more moments to die between.
    query(name, "UPDATE retail_channel SET chunk_size = 100")
    make_safe(name)
    return name


def command(database, feed):
    return [
        *(ROOT / "tools/odoo", "retail", "import", "-d", database),
        *("--channel", "ex", "--json", feed),
    ]


def import_all(database, feed):
    return json.loads(run(*command(database, feed)).stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def clean_state(feed):
    name = prepared("ra_crash_clean")
    result = import_all(name, feed)
    assert result["created"] > 500
    state = query(name, STATE), query(name, CONTACTS), query(name, LEDGER)
    yield state, result["read"]
    drop(name)


def backend_of(database):
    """A server process of the import; None when it has none (any more)."""
    clients = f"datname = '{database}' AND backend_type = 'client backend'"
    sql = f"SELECT pid FROM pg_stat_activity WHERE {clients}"
    return next(map(int, query("postgres", sql).split()), None)


def wait_for_rows(process, database, wanted):
    """Until the ledger has so many rows, and a little longer, or the import ended."""
    while process.poll() is None:
        if int(query(database, "SELECT count(*) FROM retail_ledger")) >= wanted:
            return
        time.sleep(0.02)


@pytest.mark.parametrize("kill", [kill_worker, kill_backend])
def test_state_after_kills_equals_a_clean_run(feed, clean_state, kill):
    state, rows = clean_state
    chooser = random.Random(f"{SEED}-{kill.__name__}")
    name = prepared(f"ra_crash_{kill.__name__}")
    killed = 0
    for attempt in range(ATTEMPTS):
        process = start(command(name, feed))
        # After so many records, at whatever moment of a chunk that is.
        share = (attempt + chooser.random()) / ATTEMPTS
        wait_for_rows(process, name, int(rows * share))
        backend = backend_of(name)
        if process.poll() is None and backend:
            kill(process, backend)
            killed += 1
        process.wait(timeout=120)
    import_all(name, feed)
    assert killed >= 2, f"seed {SEED}: the import was too fast to be killed"
    assert query(name, STATE) == state[0], f"seed {SEED}"
    assert query(name, CONTACTS) == state[1], f"seed {SEED}"
    assert query(name, LEDGER) == state[2], f"seed {SEED}"
    drop(name)
