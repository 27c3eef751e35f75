# SPDX-License-Identifier: LGPL-3.0-or-later
"""An import that meets another transaction's rows: tried again, without alarm."""

import logging
import sys
import threading

import psycopg2
import pytest
from support import Desk, counts, expected, write

from odoo import api
from odoo.modules.registry import Registry

WAIT = 30  # seconds


def errors_of_statements(caplog):
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "odoo.sql_db" and record.levelno >= logging.ERROR
    ]


class Import(threading.Thread):
    """An import of the file beside the test's transaction."""

    def __init__(self, desk, record):
        super().__init__()
        self.database, self.record_id = desk.env.cr.dbname, record.id
        self.ours = record.env.uid, record.env.context

    def run(self):
        with Registry(self.database).cursor() as cr:
            env = api.Environment(cr, *self.ours)
            record = env["retail.import"].browse(self.record_id)
            Desk(env, record.channel_id).run(record)


def waits_for_a_lock(desk):
    return desk.query("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]


def test_a_conflict_that_is_retried_logs_no_error(desk, feed, caplog):
    """Another transaction brings the same order, and commits while the import waits."""
    from odoo.addons.retail_accelerator.engine.session import Session

    document = feed.order()
    document["customer_id"] = 7_700_000 + feed.first
    document["billing"]["email"] = f"conflict{feed.first}@example.com"
    path = write(feed.path(), [document])
    record = desk.make([document], feed.path(), lane="orm")
    desk.env.cr.commit()
    session = Session(desk.channel, 0, "orm")
    session.job.open(str(path))
    session.process(session.job.read(10, 1 << 24))
    desk.env.flush_all()
    worker = Import(desk, record)
    worker.start()
    for _ in range(WAIT * 10):
        if waits_for_a_lock(desk):
            break
        worker.join(0.1)
    else:
        pytest.fail("the import does not wait for the other transaction")
    desk.env.cr.commit()
    worker.join(WAIT)
    assert not worker.is_alive()
    desk.env.cr.rollback()
    desk.env.invalidate_all()
    assert (record.state, counts(record)) == ("done", expected(unchanged=1))
    assert len(desk.orders_of(document["id"])) == 1
    assert errors_of_statements(caplog) == []


@pytest.mark.parametrize("statement", ["SELECT 1 / 0", "SELECT nothing"])
def test_other_errors_of_an_import_are_logged(desk, caplog, statement):
    from odoo.addons.retail_accelerator.engine.conflicts import not_logged

    with pytest.raises(psycopg2.Error), not_logged():
        desk.env.cr.execute(statement)
    assert len(errors_of_statements(caplog)) == 1


@pytest.mark.parametrize("retried", [True, False])
def test_a_conflict_is_logged_when_it_is_not_retried(desk, caplog, retried):
    from odoo.addons.retail_accelerator.engine.conflicts import not_logged

    with pytest.raises(psycopg2.errors.UniqueViolation), not_logged(retried):
        desk.env.cr.execute(
            "INSERT INTO res_users_log (id) VALUES (-1), (-1)",
        )
    assert len(errors_of_statements(caplog)) == (0 if retried else 1)


def between_chunks(desk, monkeypatch, statement, *values):
    """Somebody's change, committed when the import has committed its first chunk."""
    queue = sys.modules["odoo.addons.retail_accelerator.engine.queue"].ChunkQueue
    done, database = queue.done, desk.env.cr.dbname

    def change(self, piece):
        if not piece.number:
            with Registry(database).cursor() as cr:
                cr.execute(statement, values)
        return done(self, piece)

    monkeypatch.setattr(queue, "done", change)


@pytest.fixture
def somewhere_else(desk):
    """A company the shop's records may be moved to, and everything back after it."""
    company = desk.env["res.company"].create({"name": f"Else {desk.env.cr.now()}"})
    desk.env.cr.commit()
    yield company
    desk.env.cr.rollback()
    desk.env.cr.execute(
        "UPDATE res_partner SET company_id = NULL WHERE company_id = %s", (company.id,)
    )
    desk.env.cr.execute(
        "UPDATE product_template SET company_id = NULL WHERE company_id = %s",
        (company.id,),
    )
    desk.env.cr.commit()
    desk.env.invalidate_all()


@pytest.mark.parametrize("count", [1, 2])
def test_a_contact_moved_to_another_company_meanwhile_rejects_its_orders_alone(
    desk, feed, monkeypatch, somewhere_else, count
):
    """The import has met the contact before, and must not trust what it remembers."""
    desk.env["ir.config_parameter"].set_param("retail_accelerator.connections", count)
    documents = feed.orders(80)
    mail = f"moves{feed.first}@example.com"
    person = {**documents[3]["billing"], "email": mail}
    for place in (3, 70, 75):
        documents[place].update(
            customer_id=7_800_000 + feed.first, billing=person, shipping=person
        )
    known = {**documents[3], "id": 9_000_000 + feed.first, "number": "before"}
    known["date_created_gmt"] = "2001-01-01T10:00:00"
    desk.take([known], feed.path())
    contact = desk.env["res.partner"].search(
        [("email_normalized", "=", mail), ("parent_id", "=", False)]
    )
    statement = "UPDATE res_partner SET company_id = %s WHERE id = %s OR parent_id = %s"
    between_chunks(
        desk, monkeypatch, statement, somewhere_else.id, contact.id, contact.id
    )
    record = desk.take(documents, feed.path())
    desk.env["ir.config_parameter"].set_param("retail_accelerator.connections", 2)
    desk.env.cr.commit()
    assert counts(record) == expected(created=78, rejected=2)
    assert record.orm_count == 0
    assert len(desk.orders_of(documents[3]["id"])) == 1
    for place in (70, 75):
        entry = desk.entry_of(documents[place]["id"])
        assert entry.reason == "foreign_customer" and not entry.order_id


def test_a_product_of_the_shop_moved_to_another_company_rejects_its_orders_alone(
    desk, feed, monkeypatch, somewhere_else
):
    documents = feed.orders(80)
    for place, document in enumerate(documents):
        document["shipping_lines"] = []
        document["fee_lines"] = []
        if place in (3, 70):
            document["line_items"][0].update(
                product_id=8_800_000 + feed.first, variation_id=0, sku=""
            )
        total = sum(
            float(line["total"]) + float(line["total_tax"])
            for line in document["line_items"]
        )
        taxes = sum(float(line["total_tax"]) for line in document["line_items"])
        document.update(total=f"{total:.2f}", total_tax=f"{taxes:.2f}")
    placeholder = desk.channel.placeholder_product_id
    desk.channel.missing_product_policy = "placeholder"
    desk.env.cr.commit()
    statement = "UPDATE product_template SET company_id = %s WHERE id = %s"
    template = placeholder.product_tmpl_id.id
    between_chunks(desk, monkeypatch, statement, somewhere_else.id, template)
    record = desk.take(documents, feed.path())
    desk.channel.missing_product_policy = "reject"
    desk.env.cr.commit()
    assert counts(record) == expected(created=79, rejected=1)
    entry = desk.entry_of(documents[70]["id"])
    assert entry.reason == "unknown_product"
    entry.action_ignore()  # other tests try all of that reason again
    desk.env.cr.commit()
