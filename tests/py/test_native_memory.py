# SPDX-License-Identifier: LGPL-3.0-or-later
"""Memory that fails at every point, memory held no longer than needed; threads."""

import gc
import resource
import threading
import time

import pytest
import retail_accelerator_native as native
from native_run import run_python
from native_support import LIMIT, planned_chunk, ready_job, woo

TRIES = 5

# Each expression runs with every allocation of Python failing in turn.
CALLS = {
    "job": 'new_job(scope="x")',
    "open": 'job.open(b"[]")',
    "read": "ready.read(5, 1 << 20)",
    "products": "job.add_products([(1, 1, 0)])",
    "refs": 'ready.add_refs([(0, "r", 0)])',
    "taxes": "job.add_taxes([(1, 1, 0, 5.0, 0, 0, 0, [], True)])",
    "rates": 'job.add_rates([("4", [1, 2])])',
    "statuses": 'job.add_statuses([("x", 1)])',
    "currencies": 'job.add_currencies([("X", 1, 0.01, 2, True)])',
    "currency_rates": "job.add_currency_rates([(0, 1, 1.5)])",
    "payments": 'job.add_payments([("x", 1)])',
    "parties": 'job.add_parties([("0" * 32, 1, 1)])',
    "headers": "job.add_headers([((1, 2, 3, 4, 5), 0)])",
    "columns": 'job.set_columns([("id", -1)], [("id", -1)], "p")',
    "order_class": "ready.add_order_class([None, b'x', None, None, None])",
    "line_class": "ready.add_line_class([None, b'x', None, None])",
    "policy": "job.set_policy(default_action=1)",
    "trim": "job.trim(5)",
    "offset": "ready.offset",
    "identities": "fresh.identities(0)",
    "set_known": 'fresh.set_known(0, [(key, 1, 2, "0" * 32, 5, True)])',
    "resolve": "fresh.resolve(0)",
    "price": "chunk.price(0)",
    "route": "chunk.route(0, True)",
    "select": 'chunk.select(0, "created", "native")',
    "order": "chunk.order(0)",
    "with_refunds": "chunk.with_refunds()",
    "party_keys": "chunk.parties(0)",
    "people": "chunk.people(0)",
    "party_marks": "chunk.party_marks()",
    "order_marks": "fresh.order_marks()",
    "plan": "chunk.plan(0)",
    "record": "chunk.record(0)",
    "set_result": 'fresh.set_result(0, "created", "orm", "", "detail", 5, "name")',
    "summary": "chunk.summary()",
    "results": "chunk.results()",
    "counts": "chunk.counts(0)",
    "reopen": "fresh.reopen(0)",
    "references": "chunk.references(0)",
    "error": "broken.error",
    "splitter": "list(native.Splitter(b'[1, {}]'))",
    "pack": "native.unpack(native.pack_json(text))",
    "bad_pack": "native.pack_json(b'{}')",
    "bad_item": "job.add_refs([5])",
    "key": 'native.identity_key("a", "b", "c")',
    "link": 'native.link("person", ["surname"], [("a",), ("b",)])',
    "link_columns": 'native.link("person", ["surname"], [["a", "b"]], [["c"]])',
    "link_result": "(linked.pairs, linked.clusters, linked.explain(0, 1))",
    "link_profiles": "native.link_profiles()",
    "settlement_read": "native.settlement_read(report)",
    "settlement_unknown": 'native.settlement_read(b"a,b\\n1,2\\n")',
    "settlement_row": "read.row(0)",
    "settlement_column": 'read.column("gross")',
    "settlement_texts": 'read.column("extra")',
    "settlement_facts": "(read.profile, read.columns, read.payouts)",
    "settlement_events": "native.settlement_events([row])",
    "settlement_profiles": "native.settlement_profiles()",
    "matcher": "native.Matcher(read)",
    "matcher_rows": "native.Matcher([row])",
    "items": "matcher.add_items([sale])",
    "match": "filled.match()",
    "link_check": 'native.link_check("field a name\\nblock a")',
}
LOOP = """
import json
import sys
import _testcapi
import retail_accelerator_native as native
from match_support import event, item
from native_support import new_job, planned_chunk, ready_job, woo
report = (
    b"automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    b"reporting_category,source_id\\n"
    b"po_1,txn_1,2026-03-01 10:00:00,eur,10.00,0.50,9.50,charge,ch_1\\n"
)
row = event(order="S1", party="Ada", description="S1")
sale = item(1, refs=["S1"], party="Ada", ids=["ch_1"])
text = json.dumps(woo(1)).encode()
call = compile(CALL, "call", "eval")


# Two limits of CPython 3.11 itself, the same with int("x"). It enters a clean-up
# handler with the place of the failure as an int: one above 256 has to be allocated,
# and where that fails it unwinds to the same handler again, for ever; hence a short
# function. And it drops the exception when it cannot allocate the frame object of the
# traceback; hence one made beforehand.
def attempt(point, stop, names):
    sys._getframe()
    _testcapi.set_nomemory(point, stop)
    try:
        eval(call, names)
    except BaseException as caught:
        return caught
    finally:
        _testcapi.remove_mem_hooks()


point = failed = 0
while True:
    job, ready = new_job(), ready_job([woo(3)])
    chunk = planned_chunk(ready_job([woo(1), woo(2)]))
    fresh = ready_job([woo(1)]).read(5, 1 << 20)
    key = fresh.identities(0)[0]
    broken = ready_job(b"[{}").read(5, 1 << 20)
    linked = native.link("person", ["surname"], [("a",), ("b",)])
    read = native.settlement_read(report)
    matcher, filled = native.Matcher([row]), native.Matcher([row])
    filled.add_items([sale])
    point += 1
    error = attempt(point, ONCE and point + 1, globals())
    if isinstance(error, MemoryError):
        failed += 1
    elif error is not None and not isinstance(error, (native.Error, TypeError)):
        raise error
    elif ONCE == 0 or point > 60:
        break
print(failed)
"""


@pytest.mark.parametrize("once", (0, 1), ids=("lasting", "once"))
@pytest.mark.parametrize("name", CALLS)
def test_memory_that_fails_is_a_memory_error_and_no_crash(name, once):
    code = LOOP.replace("CALL", repr(CALLS[name])).replace("ONCE", str(once))
    run_python(code)


def use_everything():
    job = ready_job([woo(1), woo(2, total="99"), {"id": 3}])
    chunk = planned_chunk(job)
    chunk.select(0, "created"), chunk.summary(), chunk.results(), chunk.references(0)
    chunk.people(0), chunk.party_marks()
    for index in range(2):
        chunk.order(index), chunk.record(index), chunk.parties(index), chunk.plan(index)
    for wrong in (5, [5], [(1, 2)]):
        with pytest.raises((TypeError, ValueError)):
            job.add_refs(wrong)
    with pytest.raises(native.Error):
        native.pack_json(b"{}")
    list(native.Splitter(b"[1, 2]"))
    linked = native.link("person", ["surname", "email"], [("a", "a@b.c")] * 3)
    linked.pairs, linked.clusters, linked.explain(0, 1)
    with pytest.raises(native.Error):
        native.link("person", ["surname"], [("a",), (5,)])


def test_repeated_use_keeps_neither_objects_nor_memory():
    for _ in range(300):
        use_everything()
    gc.collect()
    objects, before = len(gc.get_objects()), resident()
    for _ in range(1500):
        use_everything()
    gc.collect()
    assert abs(len(gc.get_objects()) - objects) < 50
    assert resident() - before < 4 << 20


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_two_jobs_in_two_threads_give_the_same_as_one_after_the_other():
    orders = [[woo(n) for n in range(k, 4000, 2)] for k in (1, 2)]

    def run(index, results):
        chunk = planned_chunk(ready_job(orders[index]))
        plans = [chunk.plan(i) for i in range(0, chunk.count, 97)]
        results[index] = (chunk.results(), chunk.summary(), plans)

    alone, together = {}, {}
    for index in (0, 1):
        run(index, alone)
    threads = [threading.Thread(target=run, args=(i, together)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
    assert alone[0] != alone[1]


def test_reading_resolving_and_pricing_release_the_gil():
    # How soon another thread gets a processor is up to the system: one of a few tries.
    assert any(others_run_meanwhile() for _try in range(TRIES))


def others_run_meanwhile():
    """Whether another thread went on in each step of a chunk's work."""
    documents = [woo(number) for number in range(1, 30_001)]
    job, chunk = ready_job(documents), planned_chunk(ready_job(documents))
    chunk.reopen(0)
    times, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            times.append(time.perf_counter())
            time.sleep(0.0002)

    ticker = threading.Thread(target=tick)
    ticker.start()
    spans = []
    for work in (
        lambda: job.read(30_000, LIMIT),
        lambda: chunk.resolve(0),
        lambda: chunk.price(0),
    ):
        start = time.perf_counter()
        work()
        spans.append((start, time.perf_counter()))
    stop.set()
    ticker.join()
    return all(
        sum(start < moment < end for moment in times) > 3 for start, end in spans
    )


def test_a_job_is_read_by_one_thread_at_a_time():
    assert any(refusals_while_reading() for _try in range(TRIES))


def refusals_while_reading():
    """What a second thread was told that came to a job under way, or nothing when it
    came too early or too late; the first thread reads all orders nevertheless."""
    job = ready_job([woo(number) for number in range(1, 30_001)])
    refused, accepted, chunks, reading = [], [], [], threading.Event()

    def read():
        reading.set()
        chunks.append(job.read(30_000, LIMIT))
        reading.clear()

    def disturb():
        time.sleep(0.005)
        while reading.is_set() and len(refused) < 100:
            for method in (lambda: job.read(1, 1), lambda: job.open(b"[]")):
                try:
                    accepted.append(method())
                except ValueError as error:
                    refused.append(error)

    threads = [threading.Thread(target=work) for work in (read, disturb)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if accepted:
        return []
    assert chunks[0].count == 30_000
    return refused
