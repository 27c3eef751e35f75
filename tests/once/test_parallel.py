# SPDX-License-Identifier: LGPL-3.0-or-later
"""One import on several connections: the same result as on one, at every moment."""

import random
import sys
import threading
import time

import pytest
from support import OUTCOMES, counts, expected, same_as_shop, write

CHUNK = 20  # the shop's chunk size, see conftest


@pytest.fixture
def side_by_side(desk):
    """Number of chunks under way at the same time, at most; [0] after the test."""
    module = sys.modules["odoo.addons.retail_accelerator.engine.worker"]
    process, lock, now, most = module.Worker._process, threading.Lock(), [0], [0]

    def counted(self, piece, lane):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        try:
            return process(self, piece, lane)
        finally:
            with lock:
                now[0] -= 1

    module.Worker._process = counted
    yield most
    module.Worker._process = process


def connections(desk, count):
    desk.env["ir.config_parameter"].set_param(
        "retail_accelerator.connections", str(count)
    )
    desk.env.cr.commit()


def known_customers(desk, feed, documents):
    """Contacts of the orders exist, so chunks need not wait for each other."""
    others = [
        {
            **document,
            "id": document["id"] + 500,
            "number": str(document["id"] + 500),
            # Long before, or they would be taken for the same sales.
            "date_created_gmt": "2001-01-01T10:00:00",
        }
        for document in documents
    ]
    desk.take(others, feed.path())


def test_chunks_run_side_by_side_and_give_each_order_once(desk, feed, side_by_side):
    documents = feed.orders(10 * CHUNK)
    known_customers(desk, feed, documents)
    record = desk.take(documents, feed.path())
    assert side_by_side[0] > 1
    assert counts(record) == expected(created=10 * CHUNK)
    assert record.read_count == 10 * CHUNK
    assert not desk.env["retail.import.chunk"].search([])
    for document in documents[::25]:
        same_as_shop(desk, desk.orders_of(document["id"]), document)


def test_one_connection_is_enough(desk, feed, side_by_side):
    connections(desk, 1)
    documents = feed.orders(3 * CHUNK)
    record = desk.take(documents, feed.path())
    connections(desk, 2)
    assert side_by_side[0] == 1
    assert counts(record) == expected(created=3 * CHUNK)


@pytest.mark.parametrize("count", [2, 4])
def test_results_are_in_the_order_of_the_file(desk, feed, count):
    connections(desk, count)
    documents = feed.orders(6 * CHUNK)
    known_customers(desk, feed, documents)
    record = desk.take(documents, feed.path())
    connections(desk, 2)
    lines = record.with_context(bin_size=False)._attachment("result_file").raw
    rows = lines.decode().splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == [
        f'"{document["id"]}"' for document in documents
    ]


def test_a_new_customer_of_two_chunks_becomes_one_contact(desk, feed):
    """Such chunks may not make contacts side by side: each would make its own."""
    documents = feed.orders(4 * CHUNK)
    for document in documents:
        document["customer_id"] = 0
        document["billing"]["email"] = f"twice{feed.first}@example.com"
    desk.take(documents, feed.path())
    found = desk.env["res.partner"].search(
        [
            ("email_normalized", "=", f"twice{feed.first}@example.com"),
            ("parent_id", "=", False),
        ]
    )
    assert len(found) == 1


def links(desk):
    """{party key: contact} of the shop."""
    return dict(
        desk.query(
            """SELECT party_key, partner_id FROM retail_channel_partner
                WHERE channel_id = %s AND role != 'email'""",
            desk.channel.id,
        )
    )


def test_known_contacts_are_linked_once_and_keep_no_chunk_waiting(
    desk, feed, monkeypatch
):
    documents = feed.orders(6 * CHUNK)
    known_customers(desk, feed, documents)
    before = links(desk)
    desk.query("DELETE FROM retail_channel_partner WHERE role != 'email' RETURNING id")
    worker = sys.modules["odoo.addons.retail_accelerator.engine.worker"].Worker
    undone = []
    monkeypatch.setattr(worker, "_undo", lambda _self, chunk: undone.append(chunk))
    record = desk.take(documents, feed.path())
    assert counts(record) == expected(created=6 * CHUNK)
    assert not undone
    after = links(desk)
    assert len(after) > CHUNK
    assert after == {key: before[key] for key in after}


def test_a_chunk_that_let_go_makes_its_contacts_anew(desk, feed, monkeypatch):
    """What it knew of them went with its transaction."""
    module = sys.modules["odoo.addons.retail_accelerator.engine.worker"]
    monkeypatch.setattr(module, "PATIENCE", 0)
    conflicts = []
    monkeypatch.setattr(
        module.Worker, "_pause", lambda _self, error, _count: conflicts.append(error)
    )
    documents = feed.orders(4 * CHUNK)
    for document in documents:
        document["customer_id"] = 0
        document["billing"]["email"] = f"let-go-{document['id']}@example.com"
    record = desk.take(documents, feed.path())
    assert counts(record) == expected(created=4 * CHUNK)
    assert not conflicts


@pytest.fixture
def started_anew():
    """Numbers of chunks that had to start again."""
    module = sys.modules["odoo.addons.retail_accelerator.engine.worker"]
    undo, numbers = module.Worker._undo, []

    def counted(self, chunk):
        numbers.append(chunk)
        return undo(self, chunk)

    module.Worker._undo = counted
    yield numbers
    module.Worker._undo = undo


def strangers(documents, stem, who=None):
    """The orders as those of new accounts; ``who`` gives each order's customer."""
    first = documents[0]["id"]
    for place, document in enumerate(documents):
        number = who[place] if who else place
        document["customer_id"] = 5_000_000 + first + number
        document["billing"]["email"] = f"{stem}{number}@strangers.example"
        document["billing"]["address_1"] = f"Street {stem} {number}"
        document["shipping"] = {
            name: document["billing"].get(name, "") for name in document["shipping"]
        }
    return documents


def contacts_of(desk, stem):
    return desk.query(
        """SELECT email_normalized, count(*) FROM res_partner
            WHERE email_normalized LIKE %s GROUP BY 1 ORDER BY 1""",
        f"{stem}%@strangers.example",
    )


def test_new_customers_of_one_chunk_are_made_beside_those_of_others(
    desk, feed, side_by_side, started_anew
):
    documents = strangers(feed.orders(8 * CHUNK), f"own{feed.first}-")
    record = desk.take(documents, feed.path())
    assert counts(record) == expected(created=8 * CHUNK)
    assert side_by_side[0] > 1 and not started_anew
    found = contacts_of(desk, f"own{feed.first}-")
    assert len(found) == 8 * CHUNK and {number for _mail, number in found} == {1}


@pytest.mark.parametrize("count", [2, 4])
def test_customers_new_in_several_chunks_are_one_contact_each(
    desk, feed, monkeypatch, count
):
    """Accounts and guests of one e-mail, some delivered elsewhere, at random."""
    rng = random.Random(f"{feed.first} {count}")
    stem = f"mix{feed.first}-"
    who = [rng.randrange(60) for _ in range(10 * CHUNK)]
    documents = strangers(feed.orders(10 * CHUNK), stem, who)
    for document in documents:
        if rng.random() < 0.4:
            document["customer_id"] = 0
        if rng.random() < 0.3:
            document["shipping"]["city"] = "Elsewhere"
    module = sys.modules["odoo.addons.retail_accelerator.engine.worker"]
    monkeypatch.setattr(module, "PATIENCE", 60)
    connections(desk, count)
    started = time.monotonic()
    record = desk.take(documents, feed.path())
    connections(desk, 2)
    # Nobody waited for a lock that is given back only when patience ends.
    assert time.monotonic() - started < 60
    assert counts(record) == expected(created=10 * CHUNK)
    assert sorted(contacts_of(desk, stem)) == sorted(
        (f"{stem}{number}@strangers.example", 1) for number in set(who)
    )
    twins = desk.query(
        """SELECT p.parent_id, p.name, p.street, p.city, count(*) FROM res_partner p
             JOIN res_partner c ON c.id = p.parent_id
            WHERE c.email_normalized LIKE %s GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
        f"{stem}%@strangers.example",
    )
    assert not twins


def test_a_later_version_in_the_next_chunk_waits_for_the_earlier(desk, feed):
    older = feed.orders(CHUNK)
    newer = feed.orders(CHUNK, revision=1)
    known_customers(desk, feed, older)
    record = desk.take(older + newer, feed.path())
    assert counts(record) == expected(created=CHUNK, updated=CHUNK)
    for document in newer[::5]:
        same_as_shop(desk, desk.orders_of(document["id"]), document)


def test_a_failure_leaves_a_beginning_of_the_file(desk, feed, monkeypatch):
    """Chunks behind the one that failed are not committed, those before are."""
    documents = feed.orders(6 * CHUNK)
    known_customers(desk, feed, documents)
    bad = str(documents[3 * CHUNK]["id"])
    session = sys.modules["odoo.addons.retail_accelerator.engine.session"].Session
    work = session.work

    def fail(self, chunk):
        if chunk.order(0)["source_ref"] == bad:
            raise MemoryError("no memory left")
        return work(self, chunk)

    monkeypatch.setattr(session, "work", fail)
    record = desk.make(documents, feed.path())
    with pytest.raises(MemoryError, match="no memory left"):
        desk.run(record)
    desk.env.cr.rollback()
    desk.env.invalidate_all()
    assert (record.read_count, record.created_count) == (3 * CHUNK, 3 * CHUNK)
    refs = [document["number"] for document in documents]
    assert desk.env["sale.order"].search_count([("client_order_ref", "in", refs)]) == (
        3 * CHUNK
    )
    monkeypatch.undo()
    desk.run(record)
    assert (record.state, counts(record)) == ("done", expected(created=6 * CHUNK))


def test_counters_of_a_worker_that_died_are_added_by_the_next(desk, feed):
    """Its chunks were committed, the import itself was not brought up to date."""
    documents = feed.orders(2 * CHUNK)
    record = desk.run(desk.make(documents, feed.path()), seconds=1e-9)
    counters = [
        f"{name}_count" for name in (*OUTCOMES, "read", "review", "native", "orm")
    ]
    counts_of_chunk = {name: record[name] for name in counters}
    place = {name: record[name] for name in ("file_offset", "file_row", "result_size")}
    desk.env["retail.import.chunk"].sudo().create(
        {
            "import_id": record.id,
            "counts": {**counts_of_chunk, "seconds": record.seconds},
            **place,
        }
    )
    record.write(dict.fromkeys([*counters, *place], 0))
    desk.run(record)
    assert (record.state, record.read_count) == ("done", 2 * CHUNK)
    assert record.created_count == 2 * CHUNK


def test_a_wrong_number_of_connections_is_told(desk, feed):
    connections(desk, "many")
    record = desk.run(desk.make(feed.orders(1), feed.path()))
    connections(desk, 2)
    assert record.state == "failed"
    assert "retail_accelerator.connections" in record.error_message


def test_a_dry_run_keeps_nothing_on_any_connection(desk, feed):
    path = write(feed.path(), [])
    record = desk.take(feed.orders(3 * CHUNK), path, dry_run=True)
    assert counts(record) == expected(created=3 * CHUNK)
    assert not desk.env["retail.import.chunk"].search([])
    assert not desk.entry_of(feed.order()["id"])


def test_a_worker_that_cannot_begin_fails_the_import(desk, feed, monkeypatch):
    worker = sys.modules["odoo.addons.retail_accelerator.engine.worker"].Worker

    def fail(*_args):
        raise MemoryError("no connection left")

    monkeypatch.setattr(worker, "__init__", fail)
    with pytest.raises(MemoryError, match="no connection left"):
        desk.run(desk.make(feed.orders(2), feed.path()))


def test_taxes_that_the_first_chunk_set_up_keep_the_others_native(desk, market, feed):
    """Workers make ready before; what they know of taxes must not stay as it was."""
    market.channel.tax_ids.unlink()
    market.channel.unknown_tax_policy = "create"
    desk.env.cr.commit()
    documents = [
        document for document in feed.orders(12 * CHUNK) if document["tax_lines"]
    ]
    assert len(documents) > 4 * CHUNK
    record = market.take(documents, feed.path())
    assert counts(record) == expected(created=len(documents))
    assert record.native_count == len(documents), record.lane_notes
    for document in documents[::25]:
        same_as_shop(market, market.orders_of(document["id"]), document)
