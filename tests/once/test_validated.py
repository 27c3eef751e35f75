# SPDX-License-Identifier: LGPL-3.0-or-later
"""The validated mode is as safe as PostgreSQL's triggers, whenever a row is deleted.

Each test runs in both modes: what the triggers do is what the engine has to do.
"""

import threading
from contextlib import contextmanager

import psycopg2
import pytest
from support import counts, expected, write

from odoo.exceptions import UserError
from odoo.modules.registry import Registry

MODE = "retail_accelerator.constraint_mode"
REFUSED = (
    psycopg2.errors.ForeignKeyViolation,
    psycopg2.errors.SerializationFailure,
)
TABLES = (
    "sale_order",
    "sale_order_line",
    "account_tax_sale_order_line_rel",
    "retail_ledger",
)
# What hangs on a victim beside orders, and goes with it.
DELETES = {
    "product": (
        "DELETE FROM retail_channel_product WHERE product_id = %s",
        "DELETE FROM product_product WHERE id = %s",
    ),
    "partner": (
        "DELETE FROM retail_channel_partner WHERE partner_id = %s",
        "DELETE FROM res_partner WHERE id = %s",
    ),
    "tax": ("DELETE FROM account_tax WHERE id = %s",),
}


@pytest.fixture(params=["triggers", "validated"])
def mode(request, desk):
    parameters = desk.env["ir.config_parameter"]
    parameters.set_param(MODE, request.param)
    desk.env.cr.commit()
    yield request.param
    desk.env.cr.rollback()
    parameters.set_param(MODE, "triggers")
    desk.env.cr.commit()


@pytest.fixture(params=list(DELETES))
def victim(request, desk, feed):
    """(kind, id, document): something only this order needs."""
    document = feed.order()
    ref = 8_000_000 + feed.first
    record = globals()[f"make_{request.param}"](desk, document, ref)
    desk.env.cr.commit()
    return request.param, record.id, document


def make_product(desk, document, ref):
    product = desk.env["product.product"].create({"name": f"Victim {ref}"})
    desk.env["retail.channel.product"].create(
        {
            "channel_id": desk.channel.id,
            "kind": "product",
            "ref": str(ref),
            "product_id": product.id,
        }
    )
    document["line_items"][0].update(product_id=ref, variation_id=0, sku="")
    return product


def make_partner(desk, document, ref):
    document["customer_id"] = ref
    document["billing"]["email"] = f"victim{ref}@example.com"
    return desk.env["res.partner"].create(
        {"name": "Victim", "email": document["billing"]["email"], "city": "Anywhere"}
    )


def make_tax(desk, document, ref):
    old = str(document["tax_lines"][0]["rate_id"])
    rule = desk.channel.tax_ids.filtered(lambda rule: rule.rate_ref == old)
    tax = rule.tax_ids.copy({"name": f"Victim {ref}"})
    rule.copy({"rate_ref": str(ref), "tax_ids": [(6, 0, tax.ids)]})
    for kind in ("line_items", "shipping_lines", "fee_lines"):
        for line in document[kind]:
            for entry in line["taxes"]:
                if str(entry["id"]) == old:
                    entry["id"] = ref
    document["tax_lines"][0]["rate_id"] = ref
    return tax


@contextmanager
def other_transaction(desk):
    with Registry(desk.env.cr.dbname).cursor() as cr:
        cr.execute("SET LOCAL lock_timeout = '20s'")
        yield cr
        cr.rollback()


def delete(cr, kind, record_id):
    for statement in DELETES[kind]:
        cr.execute(statement, (record_id,), log_exceptions=False)


def new_session(desk):
    from odoo.addons.retail_accelerator.engine.session import Session

    return Session(desk.channel.with_context(active_test=False), 0, "native")


def process(session, path):
    session.job.open(str(path))
    chunk = session.job.read(10, 1 << 24)
    session.process(chunk)
    session.env.flush_all()
    return chunk.summary()[0]


def orphans(desk):
    """Foreign keys of the tables written to that point at nothing."""
    keys = desk.query(
        """SELECT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text
             FROM pg_constraint k
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY(%s)""",
        list(TABLES),
    )
    assert len(keys) > 20
    found = []
    for table, column, target in keys:
        found += desk.query(
            f"SELECT '{table}.{column}', \"{column}\" FROM {table} s"
            f' WHERE "{column}" IS NOT NULL AND NOT EXISTS'
            f' (SELECT 1 FROM {target} t WHERE t.id = s."{column}")'
        )
    return found


def role(desk):
    return desk.query("SHOW session_replication_role")[0][0]


def test_what_was_deleted_meanwhile_is_noticed(desk, feed, mode, victim):
    """The engine's dictionaries still know the row; the database does not."""
    kind, record_id, document = victim
    path = write(feed.path(), [document])
    session = new_session(desk)
    process(session, path)
    desk.env.cr.rollback()
    desk.env.invalidate_all(flush=False)
    with other_transaction(desk) as cr:
        delete(cr, kind, record_id)
        cr.commit()
    with pytest.raises(REFUSED):
        process(session, path)
    desk.env.cr.rollback()
    assert role(desk) == "origin"
    assert not desk.orders_of(document["id"])
    assert not orphans(desk)


def test_an_import_after_the_delete_rejects_or_replaces(desk, feed, mode, victim):
    kind, record_id, document = victim
    with other_transaction(desk) as cr:
        delete(cr, kind, record_id)
        cr.commit()
    desk.env.invalidate_all(flush=False)
    others = feed.orders(5, start=10)
    record = desk.take([*others, document], feed.path())
    if kind == "partner":  # the customer is made anew
        assert counts(record) == expected(created=6)
    else:
        assert counts(record) == expected(created=5, rejected=1)
        assert record.reasons == {f"unknown_{kind}": 1}
    assert not orphans(desk)


class Worker(threading.Thread):
    """An import's transaction beside the one of the test."""

    def __init__(self, desk, path):
        super().__init__()
        self.database, self.path = desk.env.cr.dbname, path
        self.uid, self.channel_id = desk.env.uid, desk.channel.id
        self.error = self.outcomes = None

    def run(self):
        from support import Desk

        from odoo import api

        with Registry(self.database).cursor() as cr:
            env = api.Environment(cr, self.uid, {})
            desk = Desk(env, env["retail.channel"].browse(self.channel_id))
            try:
                self.outcomes = process(new_session(desk), self.path)
                cr.commit()
            except psycopg2.Error as error:
                cr.rollback()
                self.error = error
            self.role = role(desk)


@pytest.mark.parametrize("committed", [True, False], ids=["committed", "undone"])
def test_a_delete_under_way_is_waited_for(desk, feed, mode, victim, committed):
    kind, record_id, document = victim
    path = write(feed.path(), [document])
    desk.env.cr.commit()
    with other_transaction(desk) as cr:
        delete(cr, kind, record_id)
        worker = Worker(desk, path)
        worker.start()
        worker.join(0.8)
        assert worker.is_alive(), worker.error or worker.outcomes
        if committed:
            cr.commit()
        else:
            cr.rollback()
        worker.join(30)
    assert not worker.is_alive()
    assert worker.role == "origin"
    desk.env.cr.rollback()
    if committed:
        assert isinstance(worker.error, REFUSED)
        assert not desk.orders_of(document["id"])
    else:
        assert worker.outcomes["created"] == 1
        assert len(desk.orders_of(document["id"])) == 1
    assert not orphans(desk)


def test_what_an_import_uses_cannot_be_deleted(desk, feed, mode, victim):
    kind, record_id, document = victim
    path = write(feed.path(), [document])
    outcomes = process(new_session(desk), path)
    assert outcomes["created"] == 1
    assert role(desk) == "origin"
    with other_transaction(desk) as cr:
        cr.execute("SET LOCAL lock_timeout = '400ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            delete(cr, kind, record_id)
    desk.env.cr.commit()
    with other_transaction(desk) as cr:
        if kind == "tax":  # leaves its lines, which keep their amounts
            delete(cr, kind, record_id)
            cr.commit()
        else:
            with pytest.raises(REFUSED):
                delete(cr, kind, record_id)
    desk.env.cr.rollback()
    assert len(desk.orders_of(document["id"])) == 1
    assert not orphans(desk)


# -- what an import says of it ----


def test_an_import_says_who_checked_the_foreign_keys(desk, feed, mode):
    record = desk.run(desk.make(feed.orders(3), feed.path()))
    assert record.native_count == 3
    assert record.key_check == {"triggers": "postgresql", "validated": "engine"}[mode]


def test_orders_written_by_odoo_are_checked_by_postgresql(desk, feed, validated):
    record = desk.run(desk.make(feed.orders(3), feed.path(), lane="orm"))
    assert (record.native_count, record.orm_count) == (0, 3)
    assert record.key_check == "postgresql"


# -- when the mode is refused ----


@pytest.fixture
def validated(desk):
    parameters = desk.env["ir.config_parameter"]
    parameters.set_param(MODE, "validated")
    desk.env.cr.commit()
    yield
    desk.env.cr.rollback()
    parameters.set_param(MODE, "triggers")
    desk.env.cr.commit()


@pytest.mark.parametrize("table", TABLES)
def test_the_validated_mode_is_refused_beside_user_triggers(desk, validated, table):
    desk.query("SELECT 1")
    desk.env.cr.execute(
        f"""CREATE FUNCTION ra_once_nothing() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER ra_once_trigger BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION ra_once_nothing()"""
    )
    with pytest.raises(UserError, match=f"triggers on .*{table}"):
        new_session(desk)
    desk.env.cr.rollback()
    assert new_session(desk).validated


def test_the_validated_mode_is_refused_without_the_grant(desk, validated):
    cr = desk.env.cr
    cr.execute("CREATE ROLE ra_once_plain; GRANT odoo TO ra_once_plain")
    cr.execute("SET LOCAL ROLE ra_once_plain")
    with pytest.raises(UserError, match="GRANT SET ON PARAMETER"):
        new_session(desk)
    cr.execute("RESET ROLE")
    cr.execute("GRANT SET ON PARAMETER session_replication_role TO ra_once_plain")
    cr.execute("SET LOCAL ROLE ra_once_plain")
    assert new_session(desk).validated
    cr.rollback()


def test_an_import_says_why_the_mode_is_refused(desk, feed, validated):
    cr = desk.env.cr
    cr.execute(
        """CREATE FUNCTION ra_once_nothing() RETURNS trigger LANGUAGE plpgsql
           AS 'BEGIN RETURN NEW; END';
           CREATE TRIGGER ra_once_trigger BEFORE INSERT ON sale_order
           FOR EACH ROW EXECUTE FUNCTION ra_once_nothing()"""
    )
    try:
        record = desk.run(desk.make(feed.orders(3), feed.path()))
        assert record.state == "failed"
        assert "triggers on sale_order" in record.error_message
        assert record.created_count == 0
    finally:
        cr.rollback()
        cr.execute("DROP FUNCTION ra_once_nothing() CASCADE")
        cr.commit()
