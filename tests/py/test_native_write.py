# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F811 -- pytest finds fixtures by the names of arguments
"""Chunk.write and Chunk.write_ledger on psycopg2's own connection."""

import signal
import threading

import psycopg2
import pytest
import retail_accelerator_native as native
from native_support import (
    LEDGER,
    NOW,
    answer,
    connection,  # noqa: F401
    count_rows,
    database,  # noqa: F401
    new_job,
    planned_chunk,
    ready_job,
    woo,
    write_orders,
)

TABLES = ("orders", "lines", "line_taxes")


def roll_back(connection):
    connection.cursor().execute("ROLLBACK TO SAVEPOINT before")


def test_orders_lines_and_taxes_are_written_in_the_open_transaction(connection):
    write_orders(planned_chunk(ready_job([woo(1), woo(2)])), connection)
    assert [count_rows(connection, table) for table in TABLES] == [2, 2, 2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, partner_id, amount_total::text, state FROM orders")
        assert cursor.fetchall() == [
            ("S0", 7, "12.1", "draft"),
            ("S1", 7, "12.1", "draft"),
        ]
        cursor.execute("SELECT order_id, name, price_unit::text FROM lines")
        assert cursor.fetchall() == [(1, "Hat", "10.0"), (2, "Hat", "10.0")]
    connection.rollback()
    assert count_rows(connection, "orders") == 0


@pytest.mark.parametrize(("value", "stored"), [(b"", ""), (None, None)])
def test_an_empty_text_of_a_class_is_no_null(connection, value, stored):
    job = ready_job([woo(1)])
    job.add_headers([((0, 0, 0, 0, 0), job.add_order_class([None] * 4 + [value]))])
    write_orders(planned_chunk(job), connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM orders")
        assert cursor.fetchall() == [(stored,)]


def test_ledger_rows_say_what_became_of_each_record(connection):
    chunk = planned_chunk(ready_job([woo(1), woo(2, total="99"), {"id": 3}]))
    assert chunk.counts(0) == (1, 1, 3)
    capsule = connection.get_native_connection()
    chunk.write_ledger(0, capsule, LEDGER, [11, 12, 13], NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_ref, outcome, lane, reason, octet_length(identity_key) "
            "FROM ledger ORDER BY id"
        )
        rows = cursor.fetchall()
    assert rows[0] == ("1", "created", "native", None, 32)
    assert rows[1] == ("2", "rejected", None, "total_mismatch", 32)
    assert rows[2][1:4] == ("rejected", None, "missing_field")


def test_a_duplicate_id_is_a_database_error_and_leaves_nothing(connection):
    write_orders(planned_chunk(ready_job([woo(1)])), connection)
    connection.cursor().execute("SAVEPOINT before")
    with pytest.raises(native.DatabaseError) as caught:
        write_orders(planned_chunk(ready_job([woo(2), woo(3)])), connection)
    assert caught.value.args[0] == "23505"
    assert caught.value.args[4] == "orders_pkey"
    with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
        count_rows(connection, "orders")
    roll_back(connection)
    assert [count_rows(connection, table) for table in TABLES] == [1, 1, 1]


def test_an_idle_connection_is_refused(connection):
    chunk = planned_chunk(ready_job([woo(1)]))
    connection.rollback()
    with pytest.raises(native.DatabaseError) as caught:
        write_orders(chunk, connection)
    assert caught.value.args[0] == ""
    assert count_rows(connection, "orders") == 0


def test_a_failed_transaction_is_refused(connection):
    chunk = planned_chunk(ready_job([woo(1)]))
    with pytest.raises(psycopg2.errors.UndefinedColumn):
        connection.cursor().execute("SELECT nothing")
    with pytest.raises(native.DatabaseError):
        write_orders(chunk, connection)
    roll_back(connection)
    write_orders(chunk, connection)
    assert count_rows(connection, "orders") == 1


def test_a_lost_connection_has_no_sqlstate(connection):
    chunk = planned_chunk(ready_job([woo(1)]))
    with psycopg2.connect(dbname=connection.info.dbname) as other:
        other.cursor().execute(
            "SELECT pg_terminate_backend(%s, 10000)", [connection.info.backend_pid]
        )
    other.close()
    with pytest.raises(native.DatabaseError) as caught:
        write_orders(chunk, connection)
    assert caught.value.args[0] in ("", "57P01")
    assert caught.value.args[1]


def test_a_value_without_encoding_is_an_overflow_and_not_lack_of_memory(connection):
    chunk = planned_chunk(ready_job([woo(1)]))
    with pytest.raises(native.Error) as caught:
        chunk.write_ledger(0, connection.get_native_connection(), LEDGER, [1], -(2**63))
    assert caught.value.args[0] == "overflow"
    roll_back(connection)
    assert count_rows(connection, "ledger") == 0


@pytest.mark.parametrize(
    ("orders", "lines", "names", "error"),
    [
        ([1], [1], ["a"], ValueError),
        ([1, 2], [1], ["a", "b"], ValueError),
        ([1, 2], [1, 2], ["a"], IndexError),
        ([1, 2], [1, 2], ["a", 5], TypeError),
        ([1, "2"], [1, 2], ["a", "b"], TypeError),
        ([1, 2**31], [1, 2], ["a", "b"], OverflowError),
        ((1, 2), [1, 2], ["a", "b"], ValueError),
        ([1, 2], None, ["a", "b"], ValueError),
        ([1, 2], [1, 2], None, TypeError),
    ],
)
def test_ids_and_names_must_fit_the_orders(connection, orders, lines, names, error):
    chunk = planned_chunk(ready_job([woo(1), woo(2)]))
    statements = ("", "", "")
    capsule = connection.get_native_connection()
    with pytest.raises(error):
        chunk.write(0, capsule, statements, orders, lines, names, NOW)
    write_orders(chunk, connection)
    assert count_rows(connection, "orders") == 2


def test_only_a_connection_of_psycopg2_is_taken():
    chunk = planned_chunk(ready_job([woo(1)]))
    native.attach_libpq(psycopg2._psycopg.__file__)
    for wrong in (None, 5, object()):
        with pytest.raises(ValueError):
            chunk.write(0, wrong, ("", "", ""), [1], [1], ["a"], NOW)


def test_a_statement_that_is_no_copy_is_refused(connection):
    chunk = planned_chunk(ready_job([woo(1)]))
    capsule = connection.get_native_connection()
    for wrong in ("", "SELECT 1", "COPY orders TO STDOUT (FORMAT binary)"):
        with pytest.raises(native.DatabaseError):
            chunk.write(0, capsule, (wrong,) * 3, [1], [1], ["a"], NOW)
        roll_back(connection)
    assert count_rows(connection, "orders") == 0


def test_a_record_without_a_complete_plan_is_never_written(connection):
    chunk = ready_job([woo(1)]).read(10, 1 << 20)
    chunk.set_result(0, "created", "native")
    for method in (
        lambda: write_orders(chunk, connection),
        lambda: chunk.references(0),
    ):
        with pytest.raises(ValueError, match="no complete plan"):
            method()


def test_a_class_that_was_never_added_is_never_written(connection):
    job = ready_job([woo(1)])
    chunk = job.read(10, 1 << 20)
    while needs := chunk.resolve(0):
        for need in needs:
            if need[0] == "header":
                job.add_headers([(need[2], 5)])
            else:
                answer(job, need)
    chunk.price(0)
    chunk.route(0, True)
    with pytest.raises(ValueError, match="no complete plan"):
        write_orders(chunk, connection)


def test_parties_that_were_forgotten_are_never_written(connection):
    job = ready_job([woo(1)])
    chunk = planned_chunk(job)
    job.trim(0)
    with pytest.raises(ValueError, match="no complete plan"):
        write_orders(chunk, connection)


def test_an_interrupt_stops_a_long_write_and_the_transaction_goes_on(connection):
    chunk = planned_chunk(ready_job([woo(number) for number in range(1, 30_001)]))
    connection.cursor().execute("LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE")
    # The kernel's clock: a thread of Python might come too late on a busy machine.
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        with pytest.raises(KeyboardInterrupt):
            write_orders(chunk, connection)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    roll_back(connection)
    assert [count_rows(connection, table) for table in TABLES] == [0, 0, 0]
    write_orders(chunk, connection)
    assert count_rows(connection, "orders") == 30_000


def test_writing_releases_the_gil_and_keeps_others_off_the_chunk(connection):
    job = ready_job([woo(number) for number in range(1, 20_001)])
    chunk = planned_chunk(job)
    seen, refused, stop = [], [], threading.Event()

    def count():
        while not stop.is_set():
            seen.append(chunk.count)
            for method in (chunk.summary, lambda: job.add_products([(1, 1, 0)])):
                try:
                    method()
                except RuntimeError as error:
                    refused.append(error)

    counter = threading.Thread(target=count)
    counter.start()
    before = len(refused)
    write_orders(chunk, connection)
    during = len(refused) - before
    stop.set()
    counter.join()
    assert during > 10
    assert count_rows(connection, "orders") == 20_000


def test_attaching_libpq_is_needed_and_says_so():
    # In a process of its own, since the tests here have attached it.
    from native_run import run_python

    run_python(
        """
import retail_accelerator_native as native
from native_support import planned_chunk, ready_job, woo
chunk = planned_chunk(ready_job([woo(1)]))
try:
    chunk.write(0, None, ("", "", ""), [1], [1], ["a"], 0)
except RuntimeError as error:
    assert "attach_libpq" in str(error)
else:
    raise SystemExit("written without libpq")
for wrong in ("/no/such/file.so", native.__file__):
    try:
        native.attach_libpq(wrong)
    except native.Error as error:
        assert error.args[0] == "db_failed", error.args
    else:
        raise SystemExit("attached to a library that is none")
"""
    )


def test_a_job_without_columns_writes_no_row(connection):
    job = new_job()
    job.open(b"[]")
    chunk = job.read(10, 1 << 20)
    assert chunk.counts(0) == (0, 0, 0)
