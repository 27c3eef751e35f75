# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F811 -- pytest finds fixtures by the names of arguments
"""Open items straight from the database."""

import pytest
import retail_accelerator_native as native
from match_support import event, links
from native_support import connection, database  # noqa: F401

ROW = (
    "SELECT 1::int8, 2::int2, 20000, 'EUR'::text, 10000::int8, NULL::int8,"
    " 'Ann Lee'::text, NULL::text, {ids}, {refs}"
)


def load(connection, query, events=None):
    matcher = native.Matcher(events or [event(order="S1001", transaction="ch_9")])
    connection.cursor().execute("SAVEPOINT before")
    statement = f"COPY ({query}) TO STDOUT (FORMAT binary)"
    count = matcher.load(connection.get_native_connection(), statement)
    return matcher, count


@pytest.mark.parametrize(
    ("ids", "refs", "level"),
    [
        ("ARRAY['ch_1', 'ch_9']", "NULL::text[]", "id"),
        ("'ch_1' || chr(10) || 'ch_9'", "''::text", "id"),
        ("'{}'::text[]", "ARRAY['S1001', NULL]", "reference"),
        ("NULL::text", "'INV/1' || chr(10) || 'S1001'", "reference"),
    ],
)
def test_keys_come_as_array_or_as_lines(connection, ids, refs, level):
    matcher, count = load(connection, ROW.format(ids=ids, refs=refs))
    assert count == 1
    assert links(matcher.match()) == [(0, 1, level, 10_000)]


def test_many_rows_are_streamed_and_the_transaction_goes_on(connection):
    query = (
        "SELECT n::int8, 2::int2, 20000, 'EUR'::text, 10000::int8, 10000::int8,"
        " NULL::text, NULL::text, NULL::text, 'S' || n FROM generate_series(1, 50000) n"
    )
    matcher, count = load(connection, query)
    result = matcher.match()
    assert (count, result.offered, result.kept) == (50_000, 50_000, 1)
    assert links(result) == [(0, 1001, "reference", 10_000)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("query", "reason", "field"),
    [
        ("SELECT 1", "bad_format", None),
        (ROW.format(ids="NULL", refs="NULL").replace("::int2", ""), "bad_type", "kind"),
        (
            ROW.format(ids="NULL", refs="NULL").replace("'EUR'", "NULL"),
            "missing_field",
            "currency",
        ),
        (
            ROW.format(ids="(SELECT array_agg(n::text) FROM generate_series(1, 65) n)",
                       refs="NULL"),
            "too_large",
            "ids",
        ),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_row_and_column(connection, query, reason, field):
    with pytest.raises(native.Error) as caught:
        load(connection, query)
    assert (caught.value.args[0], caught.value.args[2]) == (reason, 1)
    assert caught.value.args[4] == field
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]


def test_the_servers_refusal_is_told_and_nothing_is_matched_after_it(connection):
    failing = ROW.format(ids="NULL", refs="NULL").replace("10000::int8", "1 / 0")
    matcher = native.Matcher([event()])
    connection.cursor().execute("SAVEPOINT before")
    with pytest.raises(native.DatabaseError) as caught:
        matcher.load(
            connection.get_native_connection(),
            f"COPY ({failing}) TO STDOUT (FORMAT binary)",
        )
    assert caught.value.args[0] == "22012"
    with pytest.raises(RuntimeError):
        matcher.match()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "COPY (SELECT 1) TO STDOUT",
        "SELECT broken",
        "COPY line_taxes FROM STDIN",
    ],
)
def test_what_is_no_binary_copy_to_stdout_is_refused(connection, statement):
    connection.cursor().execute("SAVEPOINT before")
    matcher = native.Matcher([event()])
    with pytest.raises(native.DatabaseError):
        matcher.load(connection.get_native_connection(), statement)
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT before")
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]


def test_outside_a_transaction_nothing_is_loaded(connection):
    connection.rollback()
    matcher = native.Matcher([event()])
    with pytest.raises(native.DatabaseError):
        matcher.load(
            connection.get_native_connection(),
            "COPY (SELECT 1) TO STDOUT (FORMAT binary)",
        )
