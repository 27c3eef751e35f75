# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contacts the database refuses: their orders alone are rejected, nothing is lost."""

from contextlib import contextmanager

import pytest
from support import counts, expected

BAD = "Unwanted"


@contextmanager
def refusing_database(desk):
    """A rule in the database alone, which neither lane can know of."""
    desk.env.cr.execute(
        "ALTER TABLE res_partner ADD CONSTRAINT retail_test_unwanted"
        " CHECK (name NOT LIKE %s)",
        (f"{BAD}%",),
    )
    desk.env.cr.commit()
    try:
        yield
    finally:
        desk.env.cr.rollback()
        desk.env.cr.execute(
            "ALTER TABLE res_partner DROP CONSTRAINT retail_test_unwanted"
        )
        desk.env.cr.commit()


def of_strangers(documents, feed):
    for document in documents:
        document["customer_id"] = 4_000_000 + document["id"]
        document["billing"]["email"] = f"{document['id']}@refused{feed.first}.example"
    return documents


@pytest.mark.parametrize("lane", ["auto", "orm"])
def test_a_contact_the_database_refuses_rejects_its_orders_alone(desk, feed, lane):
    documents = of_strangers(feed.orders(50), feed)
    bad = documents[25]
    bad["billing"]["first_name"] = BAD
    with refusing_database(desk):
        record = desk.take(documents, feed.path(), lane=lane)
    assert counts(record) == expected(created=49, rejected=1)
    # The orders keep their lane.
    assert record[f"{'orm' if lane == 'orm' else 'native'}_count"] == 49
    entry = desk.entry_of(bad["id"])
    assert entry.reason == "unknown_customer"
    assert "no customer could be found or created" in entry.message
    people = desk.query(
        "SELECT count(*) FROM res_partner WHERE email_normalized LIKE %s",
        f"%@refused{feed.first}.example",
    )
    assert people == [(49,)]
    # Free to be replayed, once the rule is gone.
    entry.action_replay()
    assert desk.orders_of(bad["id"]).partner_id.name.startswith(BAD)


def test_an_address_the_database_refuses_rejects_its_orders_alone(desk, feed):
    documents = of_strangers(feed.orders(30), feed)
    bad = documents[7]
    bad["shipping"] = {
        **{name: bad["billing"].get(name, "") for name in bad["shipping"]},
        "first_name": BAD,
        "city": "Elsewhere",
    }
    with refusing_database(desk):
        record = desk.take(documents, feed.path())
    assert counts(record) == expected(created=29, rejected=1)
    assert desk.entry_of(bad["id"]).reason == "unknown_customer"


def test_contacts_of_a_chunk_that_fails_are_not_kept(desk, feed, monkeypatch):
    """The COPY of contacts is part of the chunk's transaction."""
    from odoo.addons.retail_accelerator.engine.lanes import NativeLane

    def broken(*_arguments):
        raise RuntimeError("broken")

    monkeypatch.setattr(NativeLane, "write_wave", broken)
    documents = of_strangers(feed.orders(20), feed)
    record = desk.make(documents, feed.path())
    with pytest.raises(RuntimeError):
        desk.run(record)
    desk.env.cr.rollback()
    people = desk.query(
        "SELECT count(*) FROM res_partner WHERE email_normalized LIKE %s",
        f"%@refused{feed.first}.example",
    )
    assert people == [(0,)]
