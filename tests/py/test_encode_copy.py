# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the encoder writes is what PostgreSQL reads: binary COPY, then read back."""

import json
import os
import random
import struct
import subprocess
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extras import execute_values

DRIVER = Path(__file__).parents[2] / ".run/build/tests/driver_encode"
SEED = 20260102
EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)


def _connect(database):
    try:
        connection = psycopg2.connect(dbname=database)
    except psycopg2.OperationalError as error:
        pytest.fail(
            "These tests need the PostgreSQL server that PGHOST, PGPORT and PGUSER "
            f"name: {error}"
        )
    connection.autocommit = True
    return connection


@pytest.fixture(scope="module")
def database():
    name = f"ra_test_encode_{os.getpid()}"
    with closing(_connect("postgres")) as main:
        cursor = main.cursor()
        cursor.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        yield name
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture()
def cursor(database):
    with closing(_connect(database)) as connection:
        yield connection.cursor()


@pytest.fixture()
def rng():
    return random.Random(SEED)


def _bits(value):
    return f"{struct.unpack('<Q', struct.pack('<d', value))[0]:x}"


def _micro(moment):
    return (moment - EPOCH) // MICROSECOND


def _encode(rows):
    """Rows of driver fields ("i5", "N" ...) to a binary COPY stream."""
    lines = []
    for row in rows:
        lines.append(f"T{len(row)}")
        lines.extend(row)
    answer = subprocess.run(
        [DRIVER], input="\n".join(lines).encode(), capture_output=True, check=True
    )
    return answer.stdout


def _copy(cursor, sql_type, fields, table="sample"):
    """Load one column of fields, numbered, and give back the number of rows."""
    cursor.execute(f"CREATE TEMP TABLE {table} (id int4, value {sql_type})")
    stream = _encode([f"i{n}", field] for n, field in enumerate(fields))
    cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", BytesIO(stream))
    return cursor.rowcount


def _round_trip(cursor, sql_type, fields):
    assert _copy(cursor, sql_type, fields) == len(fields)
    cursor.execute("SELECT value FROM sample ORDER BY id")
    return [row[0] for row in cursor.fetchall()]


def _round_trip_as_text(cursor, sql_type, fields):
    assert _copy(cursor, sql_type, fields) == len(fields)
    cursor.execute("SELECT value::text FROM sample ORDER BY id")
    return [row[0] for row in cursor.fetchall()]


def test_null_of_every_type(cursor):
    types = ["int4", "int8", "float8", "numeric", "text", "jsonb", "timestamp"]
    columns = ", ".join(f"c{n} {name}" for n, name in enumerate(types))
    cursor.execute(f"CREATE TEMP TABLE sample ({columns})")
    stream = _encode([["N"] * len(types)])
    cursor.copy_expert("COPY sample FROM STDIN (FORMAT binary)", BytesIO(stream))
    cursor.execute("SELECT * FROM sample")
    assert cursor.fetchall() == [(None,) * len(types)]


def test_stream_without_rows(cursor):
    assert _copy(cursor, "int4", []) == 0


def test_int4(cursor, rng):
    values = [0, 1, -1, 2**31 - 1, -(2**31)]
    values += [rng.randint(-(2**31), 2**31 - 1) for _ in range(5_000)]
    assert _round_trip(cursor, "int4", [f"i{v}" for v in values]) == values


def test_int8(cursor, rng):
    values = [0, 1, -1, 2**63 - 1, -(2**63)]
    values += [rng.randint(-(2**63), 2**63 - 1) for _ in range(5_000)]
    assert _round_trip(cursor, "int8", [f"I{v}" for v in values]) == values


def _doubles(rng, count):
    values = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, -1e308]
    values += [1.7976931348623157e308, 1e15, 1e16, 1e22, 1e23, 1e-4, 1e-5, 10.0]
    values += [9999.0, 10000.0, 0.0001, 0.00001, 99999999.0, 2.0**-44, 0.1 + 0.2]
    values += [float(10**n) for n in range(-40, 41)]
    for _ in range(count):
        values.append(round(rng.uniform(-1e6, 1e6), rng.randint(0, 6)))
        values.append(rng.uniform(-1, 1) * 10.0 ** rng.randint(-307, 307))
        values.append(rng.getrandbits(52) * 5e-324)
    return values


def test_float8_is_bit_for_bit(cursor, rng):
    values = _doubles(rng, 3_000)
    answers = _round_trip(cursor, "float8", [f"f{_bits(v)}" for v in values])
    assert [_bits(v) for v in answers] == [_bits(v) for v in values]


def test_float8_that_is_no_number(cursor):
    values = [float("inf"), float("-inf"), float("nan")]
    fields = [f"f{_bits(v)}" for v in values]
    answers = _round_trip_as_text(cursor, "float8", fields)
    assert answers == ["Infinity", "-Infinity", "NaN"]


def _decimals(rng, count):
    pairs = [(0, s) for s in range(19)]
    for scale in range(19):
        pairs += [(sign * 10**n, scale) for n in range(18) for sign in (1, -1)]
        pairs += [(sign * (10**18 - 1), scale) for sign in (1, -1)]
    pairs += [(2**63 - 1, 0), (-(2**63), 18)]
    for _ in range(count):
        bound = 10 ** rng.randint(1, 18)
        pairs.append((rng.randint(-bound, bound), rng.randint(0, 18)))
    return pairs


def test_numeric_keeps_value_and_scale(cursor, rng):
    pairs = _decimals(rng, 20_000)
    fields = [f"n{coefficient} {scale}" for coefficient, scale in pairs]
    answers = _round_trip_as_text(cursor, "numeric", fields)
    wanted = [f"{Decimal(c).scaleb(-s):f}" for c, s in pairs]
    assert answers == wanted


def test_numeric_obeys_the_column(cursor):
    fields = ["n123456 3", "n-5 3", "n999 0"]
    answers = _round_trip_as_text(cursor, "numeric(12, 2)", fields)
    assert answers == ["123.46", "-0.01", "999.00"]


def test_numeric_of_a_double_is_what_the_driver_stores(cursor, rng):
    values = _doubles(rng, 5_000)
    assert _copy(cursor, "numeric", [f"d{_bits(v)}" for v in values]) == len(values)
    cursor.execute("CREATE TEMP TABLE by_driver (id int4, value numeric)")
    execute_values(
        cursor,
        "INSERT INTO by_driver VALUES %s",
        [(n, v) for n, v in enumerate(values)],
        page_size=1_000,
    )
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE s.value::text = b.value::text) "
        "FROM sample s JOIN by_driver b USING (id)"
    )
    assert cursor.fetchone() == (len(values), len(values))


def test_numeric_of_a_double_has_its_exact_digits(cursor, rng):
    values = _doubles(rng, 2_000)
    answers = _round_trip(cursor, "numeric", [f"d{_bits(v)}" for v in values])
    assert answers == [Decimal(repr(v)) for v in values]


def test_timestamps_before_and_after_the_epochs(cursor, rng):
    values = [datetime(1969, 12, 31, 23, 59, 59, 999999), EPOCH, EPOCH - MICROSECOND]
    values += [datetime(2000, 1, 1) - MICROSECOND, datetime(2000, 1, 1)]
    values += [datetime(1900, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)]
    span = _micro(datetime(9999, 12, 31)) - _micro(datetime(1900, 1, 1))
    values += [
        datetime(1900, 1, 1) + rng.randint(0, span) * MICROSECOND for _ in range(5_000)
    ]
    fields = [f"s{_micro(v)}" for v in values]
    assert _round_trip(cursor, "timestamp", fields) == values


def _texts(rng):
    values = ["", " ", "\\N", "\\.", "a\tb\nc\r", "'\"", "é", "€", "😀", "e\u0301"]
    values += [
        "\x01",
        "\u200f\u202e",
        "\ufeff",
        "\U0010ffff",
        "ü" * 5_000,
        "x" * 200_000,
    ]
    alphabet = "abc ßéñ€漢字😀\\\"'\n\t,;|"
    values += [
        "".join(rng.choices(alphabet, k=rng.randint(0, 60))) for _ in range(3_000)
    ]
    return values


@pytest.mark.parametrize("sql_type", ["text", "varchar"])
def test_texts(cursor, rng, sql_type):
    values = _texts(rng)
    fields = [f"t{v.encode().hex()}" for v in values]
    assert _round_trip(cursor, sql_type, fields) == values


def test_bytes(cursor, rng):
    values = [b"", bytes(range(256))]
    values += [rng.randbytes(rng.randint(0, 300)) for _ in range(1_000)]
    answers = _round_trip(cursor, "bytea", [f"t{v.hex()}" for v in values])
    assert [bytes(v) for v in answers] == values


def test_jsonb(cursor, rng):
    values = [None, True, 0, "", [], {}, {"1": 100.0}, {"é": ["😀", None, {"a": 1e-7}]}]
    values += [{"en_US": text} for text in _texts(rng)]
    fields = [f"j{json.dumps(v, ensure_ascii=False).encode().hex()}" for v in values]
    assert _round_trip(cursor, "jsonb", fields) == values


def test_row_of_many_types(cursor, rng):
    cursor.execute(
        "CREATE TEMP TABLE sample (id int4, price numeric, factor float8, "
        "name text, data jsonb, moment timestamp, big int8)"
    )
    moment = datetime(2024, 2, 29, 12, 30, 15, 123456)
    rows, wanted = [], []
    for n in range(500):
        cents = rng.randint(-(10**9), 10**9)
        row = (n, Decimal(cents).scaleb(-2), n / 7, f"naïve {n}", {"n": n})
        wanted.append((*row, moment, n << 40))
        rows.append(
            [
                f"i{n}",
                f"n{cents} 2",
                f"f{_bits(n / 7)}",
                f"t{row[3].encode().hex()}",
                f"j{json.dumps(row[4]).encode().hex()}",
                f"s{_micro(moment)}",
                f"I{n << 40}",
            ]
        )
    cursor.copy_expert("COPY sample FROM STDIN (FORMAT binary)", BytesIO(_encode(rows)))
    cursor.execute("SELECT * FROM sample ORDER BY id")
    assert cursor.fetchall() == wanted


@pytest.mark.parametrize(
    "field",
    ["T-1", "d7ff0000000000000", "dfff8000000000000", f"s{-(2**63)}"],
    ids=["field count", "infinity", "nan", "time before the range"],
)
def test_value_without_encoding_fails_the_stream(field):
    answer = subprocess.run([DRIVER], input=field.encode(), capture_output=True)
    assert answer.returncode == 1
    assert answer.stdout == b""
