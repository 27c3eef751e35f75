# SPDX-License-Identifier: LGPL-3.0-or-later
"""Arguments of Job, Chunk and Splitter: what does not fit raises, and says where."""

import json
import subprocess

import pytest
import retail_accelerator_native as native
from native_run import run_python
from native_support import new_job, planned_chunk, ready_job, woo

KEY = "0" * 32
WRONG = (None, 5, 1.5, "text", b"bytes", [], [()], [None], [(1,)], [("a", object())])
ADDERS = [name for name in dir(native.Job) if name.startswith("add_")]


@pytest.mark.parametrize("name", ADDERS)
def test_job_refuses_items_of_another_shape(name):
    job = ready_job([woo(1)])
    for value in WRONG:
        if value in ([], b"bytes", "text") and name.endswith("_class"):
            with pytest.raises((TypeError, ValueError)):
                getattr(job, name)(value)
        elif value == []:
            getattr(job, name)(value)
        else:
            with pytest.raises((TypeError, ValueError)):
                getattr(job, name)(value)


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("add_refs", (8, "x", 0)),
        ("add_refs", (-1, "x", 0)),
        ("add_refs", (0, "x", 1)),
        ("add_refs", (0, "x", -1)),
        ("add_taxes", (1, 1, 0, 5.0, 0, 0, 0, [], True)),
        ("add_taxes", (9, 1, 4, 5.0, 0, 0, 0, [], True)),
        ("add_taxes", (9, 1, 0, 5.0, 0, 0, 0, [1] * 65, True)),
        ("add_taxes", (9, 1, 3, 5.0, 0, 0, 0, [2**31], True)),
        ("add_rates", ("4", [1] * 65)),
        ("add_rates", ("4", [2**40])),
        ("add_statuses", ("x", 5)),
        ("add_statuses", ("x", -1)),
        ("add_currencies", ("X", 1, 0.01, -(2**31), False)),
        ("add_currencies", ("X", 1, 0.01, 99, False)),
        ("add_payments", ("x", -1)),
        ("add_parties", ("short", 1, 1)),
        ("add_parties", (KEY.replace("0", "G"), 1, 1)),
        ("add_parties", (None, 1, 1)),
        ("add_headers", ((1, 2, 3, 4), 0)),
        ("add_headers", ((1, 2, 3, 4, 5), -1)),
        ("add_products", (2**31, 1, 1)),
    ],
)
def test_job_refuses_values_out_of_range(name, item):
    with pytest.raises((TypeError, ValueError, OverflowError)):
        getattr(ready_job([woo(1)]), name)([item])


@pytest.mark.parametrize(
    "values",
    [
        {"scope": None},
        {"channel_id": "1"},
        {"channel_id": 2**31},
        {"rounding_limit": "five"},
        {"rounding_limit": ""},
        {"rounding_limit": 0.05},
        {"unknown": 1},
    ],
)
def test_a_job_with_odd_arguments_is_not_made(values):
    with pytest.raises((TypeError, ValueError, OverflowError)):
        new_job(**values)


def test_a_chunk_is_made_by_reading_only():
    with pytest.raises(TypeError):
        type(ready_job([]).read(1, 1))()


@pytest.mark.parametrize(
    "arguments", [(), (0, 1), (-1, 1), (1, 0), (1, -1), (2**63, 1), ("1", 1), (None, 1)]
)
def test_read_refuses_sizes_that_are_none(arguments):
    with pytest.raises((TypeError, ValueError, OverflowError)):
        ready_job([woo(1)]).read(*arguments)


def test_read_needs_an_input():
    with pytest.raises(ValueError):
        new_job().read(1, 1)


def test_open_names_what_is_wrong_with_the_input(tmp_path):
    job = new_job()
    with pytest.raises(FileNotFoundError):
        job.open(str(tmp_path / "missing.json"))
    for wrong in (None, 5, ["x"], "nul\0byte"):
        with pytest.raises((TypeError, ValueError)):
            job.open(wrong)
    with pytest.raises(ValueError):
        job.open(b"[]", "xml")
    with pytest.raises(native.Error) as caught:
        job.open(str(tmp_path))
    assert caught.value.args[0] == "read_failed"


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("json", b"[{}, {}]"),
        ("json", b"{}\n{}\n"),
        ("csv", b"order_id,status,currency,date_created,total,line_total\n"),
        ("msgpack", b"\x80\x80"),
    ],
)
def test_a_file_that_became_shorter_is_no_finished_one(tmp_path, format_name, text):
    path = tmp_path / "orders"
    path.write_bytes(text)
    for source in (text, str(path)):
        new_job().open(source, format_name, len(text), 2)
        with pytest.raises(native.Error) as caught:
            new_job().open(source, format_name, len(text) + 1, 2)
        assert caught.value.args[0] == "truncated"


@pytest.mark.parametrize("kinds", [("header",), ("price_unit",), ("nothing",), (5,)])
def test_an_order_has_no_columns_of_lines(kinds):
    columns = [(kind, 0) for kind in kinds]
    with pytest.raises((TypeError, ValueError)):
        new_job().set_columns(columns, [], "")


@pytest.mark.parametrize("index", [-1, 1, 2**15, 2**16, -(2**16)])
def test_a_line_copies_only_columns_that_exist(index):
    with pytest.raises(ValueError):
        new_job().set_columns([("id", -1)], [("header", index)], "")


def test_columns_cannot_change_under_their_classes():
    job = ready_job([])
    with pytest.raises(ValueError):
        job.set_columns([("id", -1)], [("id", -1)], "")


@pytest.mark.parametrize(
    "values", [{"default_action": 5}, {"default_action": -2}, {"rounding_slot": 7}]
)
def test_a_policy_that_names_nothing_is_refused(values):
    with pytest.raises(ValueError):
        ready_job([]).set_policy(**values)


@pytest.mark.parametrize("name", ["order", "parties", "plan", "record"])
def test_records_are_found_by_index_only(name):
    chunk = planned_chunk(ready_job([woo(1)]))
    assert getattr(chunk, name)(0)
    for index in (-1, 1, 2**31):
        with pytest.raises(IndexError):
            getattr(chunk, name)(index)
    for index in (None, "0", 0.0, 2**64):
        with pytest.raises((TypeError, OverflowError)):
            getattr(chunk, name)(index)


@pytest.mark.parametrize(
    "name", ["identities", "resolve", "price", "counts", "reopen", "references"]
)
def test_waves_are_small_numbers(name):
    chunk = planned_chunk(ready_job([woo(1)]))
    getattr(chunk, name)(4_000_000_000)
    for wave in (-1, 2**32, 2**64, None, "0"):
        with pytest.raises((TypeError, OverflowError)):
            getattr(chunk, name)(wave)


def test_results_name_known_outcomes_lanes_and_reasons():
    chunk = planned_chunk(ready_job([woo(1)]))
    for arguments in (
        (0, "done"),
        (0, "created", "fast"),
        (0, "rejected", "orm", "because"),
        (1, "created"),
        (0, None),
    ):
        with pytest.raises((TypeError, ValueError, IndexError)):
            chunk.set_result(*arguments)
    assert chunk.record(0)["outcome"] == "created"
    with pytest.raises(ValueError):
        chunk.select(0, "done")
    with pytest.raises(ValueError):
        chunk.select(0, "created", "fast")


def test_a_record_without_a_plan_says_so():
    chunk = ready_job([woo(1), {"id": 2}]).read(10, 1 << 20)
    for index in (0, 1):
        with pytest.raises(ValueError, match="not resolved"):
            chunk.plan(index)


def test_what_the_ledger_holds_goes_to_the_open_version():
    later = {"date_modified_gmt": "2024-02-02T00:00:00", "number": "B"}
    older = {"date_modified_gmt": "2023-01-01T00:00:00", "number": "C"}
    chunk = ready_job([woo(1), woo(1, **older), woo(1, **later)]).read(10, 1 << 20)
    assert (chunk.waves, chunk.count) == (2, 3)
    (key,) = chunk.identities(0)
    chunk.set_known(0, [(key, 11, 22, KEY, None, False)])
    assert [chunk.record(i)["ledger_id"] for i in range(3)] == [11, 0, 0]
    chunk.set_known(1, [(key, 33, 44, KEY, None, False)])
    assert [chunk.record(i)["ledger_id"] for i in range(3)] == [11, 0, 33]


@pytest.mark.parametrize("row", [None, (), (KEY,), ("x", 1, 1, KEY, None, 0), [1] * 6])
def test_ledger_rows_of_another_shape_are_refused(row):
    chunk = ready_job([woo(1)]).read(10, 1 << 20)
    with pytest.raises((TypeError, ValueError)):
        chunk.set_known(0, [row])


def test_errors_carry_code_message_row_offset_and_field():
    with pytest.raises(native.Error) as caught:
        native.pack_json(text := json.dumps(woo(1, total="ten")).encode())
    code, message, row, offset, field = caught.value.args
    assert (code, row, field) == ("bad_number", 1, "total")
    assert text.find(b"ten") - 1 <= offset <= text.find(b"ten") + 4
    assert message
    chunk = ready_job(b'[{"id": 1},\n').read(10, 1 << 20)
    code, message, row, offset = chunk.error
    assert code == "truncated"
    assert message and offset >= 12
    with pytest.raises(ValueError):
        raise native.Error("code")


@pytest.mark.parametrize("step", [0, -0.01, 1e-16, 5e-324, float("nan")])
def test_a_step_that_doubles_cannot_round_to_is_refused(step):
    with pytest.raises(ValueError, match="1e-15"):
        native.float_round(1.5, step)
    assert native.float_round(1.5, 1.0) == 2.0


def test_a_record_that_was_never_resolved_has_no_price():
    chunk = ready_job([woo(1)]).read(10, 1 << 20)
    chunk.set_result(0, "created", "native")
    chunk.price(0)
    with pytest.raises(ValueError, match="no complete plan"):
        chunk.references(0)


def test_every_reason_has_a_meaning():
    assert native.REASONS["unknown_tax"]
    assert all(name and text for name, text in native.REASONS.items())


def test_a_splitter_takes_paths_and_bytes_only(tmp_path):
    for wrong in (None, 5, [b"x"]):
        with pytest.raises(TypeError):
            native.Splitter(wrong)
    with pytest.raises(FileNotFoundError):
        native.Splitter(str(tmp_path / "missing"))
    assert [row[1] for row in native.Splitter(b"[1,{},[2]]")] == [b"1", b"{}", b"[2]"]
    with pytest.raises(native.Error) as caught:
        list(native.Splitter(b'[{"a":1},{"b"'))
    assert caught.value.args[0] == "truncated"


def test_only_the_module_function_is_exported():
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", native.__file__],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = {line.split()[-1] for line in listing.splitlines()} - {"_init", "_fini"}
    assert names == {"PyInit_retail_accelerator_native"}


def test_a_subinterpreter_has_a_module_of_its_own():
    run_python(
        """
import _xxsubinterpreters as interpreters
import sys
import retail_accelerator_native as native
code = f"import sys; sys.path[:] = {sys.path!r}; " + '''
import retail_accelerator_native as native
job = native.Job("s", 1, 1, 0, False, False, False, 2, 2, "0.05")
job.open(b"[{}]")
assert job.read(5, 1 << 20).count == 1
try:
    job.add_taxes([5])
except TypeError:
    pass
'''
for _ in range(5):
    one = interpreters.create()
    interpreters.run_string(one, code)
    interpreters.destroy(one)
assert native.Splitter(b"[1]")
"""
    )


def test_a_chunk_moves_to_another_job_of_its_scope_only():
    job = ready_job([woo(1)])
    chunk = job.read(10, 1 << 20)
    with pytest.raises(TypeError):
        chunk.assign(None)
    with pytest.raises(ValueError, match="scope"):
        chunk.assign(new_job(scope="elsewhere"))
    keys = chunk.identities(0)
    chunk.assign(ready_job([]))
    assert chunk.identities(0) == keys
    assert chunk.resolve(0)  # what the new job lacks


def test_a_chunk_forgets_what_another_job_resolved():
    """Its plans hold places in that job's dictionaries."""
    job = ready_job([woo(1)])
    chunk = planned_chunk(job)
    assert chunk.plan(0)["lines"]
    chunk.assign(job)
    assert chunk.plan(0)["lines"]
    chunk.assign(ready_job([]))
    with pytest.raises(ValueError, match="not resolved"):
        chunk.plan(0)
