# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F811 -- pytest finds fixtures by the names of arguments
"""The engine with psycopg2-binary, which brings a libpq of its own."""

import pytest
from link_support import ROOT
from native_run import run_python
from native_support import database  # noqa: F401

# `system`: the libpq to have in the process beside the one of psycopg2-binary.
CODE = """
import ctypes
import sys
sys.path.insert(0, {packages!r})
if {system!r}:
    system = ctypes.CDLL({system!r})
import psycopg2
import retail_accelerator_native as native
from native_support import count_rows, planned_chunk, ready_job, woo, write_orders

assert psycopg2.__file__.startswith({packages!r}), psycopg2.__file__
driver = psycopg2._psycopg.__file__
put = ctypes.cast(ctypes.CDLL(driver).PQputCopyData, ctypes.c_void_p).value
for line in open("/proc/self/maps", encoding="ascii"):
    first, last = (int(end, 16) for end in line.split()[0].split("-"))
    if first <= put < last:
        assert "/psycopg2_binary.libs/libpq-" in line, line
        break
else:
    raise AssertionError("the function is in no mapped file")
if {system!r}:
    assert ctypes.cast(system.PQputCopyData, ctypes.c_void_p).value != put
native.attach_libpq(driver)
connection = psycopg2.connect(dbname={database!r})
connection.cursor().execute("SAVEPOINT before")
write_orders(planned_chunk(ready_job([woo(1), woo(2)])), connection)
assert count_rows(connection, "orders") == 2
connection.cursor().execute("SAVEPOINT again")
try:
    write_orders(planned_chunk(ready_job([woo(3)])), connection)
except native.DatabaseError as error:
    assert error.args[0] == "23505", error.args
else:
    raise AssertionError("a duplicate id was taken")
connection.cursor().execute("ROLLBACK TO SAVEPOINT again")
assert count_rows(connection, "orders") == 2
connection.rollback()
assert count_rows(connection, "orders") == 0
connection.close()
"""


@pytest.fixture(scope="module")
def packages():
    """The folder of psycopg2-binary; the system's Python has psycopg2 itself."""
    for folder in (ROOT / ".run/venv-libpq/lib").glob("python3*/site-packages"):
        if (folder / "psycopg2_binary.libs").is_dir():
            return str(folder)
    pytest.fail("psycopg2-binary is missing: run make test-packages")


@pytest.mark.parametrize("system", ["", "libpq.so.5"], ids=["alone", "two_copies"])
def test_copy_runs_on_the_libpq_that_psycopg2_binary_brings(packages, database, system):
    run_python(CODE.format(packages=packages, system=system, database=database))
