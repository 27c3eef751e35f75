#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Speed of settlement matching: a payout report against a million open items.

The items are a table with the ten columns that Matcher.load reads, in a scratch
database. Timed from the bytes of a Stripe report to the links as Python tuples:
parsing, proving that the rows are the payout, streaming all items, matching, and
proving the sums. The memory is that of this process above its memory right before.
"""

import argparse
import os
import random
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import bench_report as report
import psycopg2
import psycopg2.extensions
import retail_accelerator_native as native

DATABASE = "ra_bench_settle"
EPOCH = date(1970, 1, 1)
FIRST_DAY = 20_000
DAYS = 365
MIB = 1 << 20
HEADER = (
    *("automatic_payout_id", "balance_transaction_id", "created_utc", "currency"),
    *("gross", "fee", "net", "reporting_category", "customer_name"),
    "payment_metadata[order_id]",
)
COPY = (
    "COPY (SELECT id, kind, day, currency, open, total, party, email, ids, refs"
    " FROM item) TO STDOUT (FORMAT binary)"
)
FILL = """
    INSERT INTO item
    SELECT n, (ARRAY[1, 2, 4, 5])[1 + n %% 4]::int2, %(day)s + (n * 7919) %% %(days)s,
           'EUR', amount, amount, 'Name' || n %% 90000 || ' Family' || n %% 1100,
           'customer' || n %% 400000 || '@mail.example',
           CASE WHEN n %% 2 = 0 THEN ARRAY['ch_' || md5(n::text)] END,
           ARRAY['S' || lpad(n::text, 8, '0'), 'INV/2026/' || n]
      FROM (SELECT n::int8, (500 + (n::int8 * 104729) %% 250000) AS amount
              FROM generate_series(1, %(count)s) n) numbers
"""


def connect(name):
    return closing(psycopg2.connect(dbname=name))


def administer(statement):
    with connect("postgres") as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def prepare(count):
    administer(f"DROP DATABASE IF EXISTS {DATABASE}")
    administer(f"CREATE DATABASE {DATABASE}")
    with connect(DATABASE) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(
            "CREATE TABLE item (id int8, kind int2, day int4, currency text, open int8,"
            " total int8, party text, email text, ids text[], refs text[])"
        )
        cursor.execute(FILL, {"count": count, "day": FIRST_DAY, "days": DAYS})
        cursor.execute("VACUUM ANALYZE item")


def report_of(count, items, named):
    """(numbers of the items paid in full, the Stripe report that pays them): every
    tenth (or twentieth) item, by item."""
    chance = random.Random(5)
    numbers = sorted(chance.sample(range(1, items + 1), count))
    lines = [",".join(HEADER)]
    total = 0
    for number in numbers:
        day = FIRST_DAY + (number * 7919) % DAYS + chance.choice((0, 0, 0, 1, 2))
        moment = EPOCH + timedelta(days=day)
        amount = f"{(500 + (number * 104_729) % 250_000) / 100:.2f}"
        total += 500 + (number * 104_729) % 250_000
        order = name = ""
        if named:
            order = f"S{number:08}" if number % 10 else f"#{number}"
        else:
            name = f"Name{number % 90000} Family{number % 1100}"
        lines.append(
            f"po_1,tx_{number},{moment} 00:00:00,eur,{amount},0.00,{amount},charge,"
            f"{name},{order}"
        )
    paid = f"{-total / 100:.2f}"
    lines.append(f"po_1,tx_po,{moment} 00:00:00,eur,{paid},0.00,{paid},payout,,")
    return numbers, "\n".join([*lines, ""]).encode()


def status_bytes(field):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {field}")


def measure(numbers, content):
    """(seconds, MiB above idle, share of the rows linked); a wrong link is an error."""
    with connect(DATABASE) as connection:
        connection.cursor().execute("SELECT 1")
        Path("/proc/self/clear_refs").write_text("5")  # sets VmHWM back to VmRSS
        idle, started = status_bytes("VmRSS"), time.perf_counter()
        events = native.settlement_read(content)
        if any(payout["difference"] for payout in events.payouts):
            raise RuntimeError("the rows are not the payout")
        matcher = native.Matcher(events)
        matcher.load(connection.get_native_connection(), COPY)
        result = matcher.match()
        seconds = time.perf_counter() - started
        peak = (status_bytes("VmHWM") - idle) / MIB
        connection.rollback()
    wrong = sum(numbers[event] != item for event, item, *_rest in result.links)
    if wrong:
        raise RuntimeError(f"{wrong} of {len(result.links)} links are wrong")
    return seconds, peak, len(result.links) / len(numbers)


def run(items, repetitions, scale=1):
    """The measures, for tests/bench/run.py."""
    native.attach_libpq(psycopg2._psycopg.__file__)
    prepare(items)
    measures, peaks = [], []
    for key, count, named in (
        ("settle_reference_seconds", 100_000 // scale, True),
        ("settle_amount_seconds", 50_000 // scale, False),
    ):
        made = report_of(count, items, named)
        runs = [measure(*made) for _repetition in range(repetitions)]
        peaks += [peak for _seconds, peak, _share in runs]
        method = (
            f"{count} rows {'with' if named else 'without'} references against {items}"
            f" open items, from the report's bytes to links;"
            f" {runs[0][2]:.1%} of the rows linked"
        )
        seconds = [seconds for seconds, _peak, _share in runs]
        measures.append(report.Measure.of(key, seconds, "s", method))
        print(f"  {key}: {seconds}", file=sys.stderr, flush=True)
    method = f"VmHWM minus VmRSS right before, {items} open items"
    measures.append(report.Measure.of("settle_peak_mib", peaks, "MiB", method))
    administer(f"DROP DATABASE {DATABASE}")
    return measures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1, help="divide the rows by this")
    args = parser.parse_args()
    os.environ.setdefault("PGOPTIONS", "-c client_min_messages=warning")
    print(report.table(run(args.items, args.repetitions, args.scale)))


if __name__ == "__main__":
    main()
