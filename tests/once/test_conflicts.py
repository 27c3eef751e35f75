# SPDX-License-Identifier: LGPL-3.0-or-later
"""An import that meets another transaction's rows: tried again, without alarm."""

import logging
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
