#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Speed of the import, as ratios within one run; see docs/benchmarks.md.

make bench          50,000 orders, five repetitions, 200,000 orders for time and memory
make bench-quick    the same, small
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import bench_books
import bench_database as database
import bench_duplicates
import bench_link
import bench_report as report
import bench_rows
import bench_settle
import bench_settle_odoo

HERE = Path(__file__).resolve().parent
NOTABLE = 0.5  # µs an order; smaller parts are not shown
GENERATOR = HERE.parent / "generate" / "woo_orders.py"

ALL_NEW = ("--new-customers", "100")
SHOP = ("--seed", "19", "--products", "200", "--customers", "500", "--lines", "3")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    base: int  # orders the database holds before each run
    orders: int
    batch: int  # orders by ORM create
    expert: int
    repetitions: int
    scale_from: int  # time_10x: this many orders, then ten times as many
    scale_repetitions: int
    ledger: int  # orders in the ledger when the look for duplicates is measured
    people: int  # rows of the large set to be linked
    payout: int  # rows of the payout that is settled inside Odoo


FULL = Size(2000, 50_000, 1000, 2000, 5, 20_000, 3, 1_000_000, 1_000_000, 100_000)
QUICK = Size(1000, 30_000, 200, 400, 3, 4_000, 1, 100_000, 50_000, 20_000)


class Bench:
    """The files, the prepared database and all measured runs."""

    def __init__(self, size, folder, data=None):
        self.size = size
        self.folder = Path(folder)
        self.data = data
        self.runs = defaultdict(list)  # way -> results of its repetitions
        self.measures = []

    # -- preparation -------------------------------------------------------------------

    def prepare(self):
        """The shop's files, and a database that knows the shop and has some orders."""
        say("preparing")
        base = self.file("base", self.size.base, 10_000_000, "--export", self.folder)
        database.drop("ready")
        exports = [
            f"--{name}={self.folder}/{name}.json"
            for name in ("products", "taxes", "customers")
        ]
        database.tool("db", "clone", f"{database.PREFIX}ready")
        database.tool(
            "odoo",
            *("retail", "setup", "-d", f"{database.PREFIX}ready"),
            *("--channel", "bench", "--kind", "woocommerce", "--currency", "USD"),
            *exports,
        )
        self.worker("native", "ready", base)
        database.settle("ready")
        [[self.last_order]] = database.execute(
            "ready", "SELECT max(id) FROM sale_order"
        )

    def file(self, name, count, first=0, *options):
        """An export of ``count`` orders; ``first`` keeps the files' orders apart."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            command = [sys.executable, GENERATOR, "--out", path, *SHOP, *options]
            command += ["--orders", str(count), "--first", str(first)]
            subprocess.run(command, check=True)
        return path

    # -- runs --------------------------------------------------------------------------

    def worker(self, way, name, path, *options):
        """One run inside Odoo, in its own process, from rest."""
        command = [sys.executable, HERE / "worker.py", way, "--database"]
        command += [database.PREFIX + name, "--file", path, *options]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError(f"the {way} worker did not start")
            busy = database.rest(name)
            output = process.communicate("go\n")[0]
        if process.returncode:
            raise RuntimeError(f"the {way} worker failed")
        result = json.loads(output)
        result["rate"] = result["orders"] / result["seconds"]
        result["busy"] = busy
        return result

    def measured(self, way, path, *options):
        """A run on a fresh copy of the prepared database, which stays as ``way``."""
        database.clone(way, "ready")
        result = self.worker(LANE.get(way, way), way, path, *options)
        self.note(way, result)
        return result

    def note(self, way, result):
        self.runs[way].append(result)
        say(
            f"  {way}: {result['orders']} orders in {result['seconds']:.2f} s ="
            f" {result['rate']:.0f}/s (other load {result['busy']:.0%})"
        )

    def rates(self, way):
        return [result["rate"] for result in self.runs[way]]

    # -- the comparison ----------------------------------------------------------------

    def compare(self):
        """Each way after the other, repeatedly: A B C A B C …"""
        size = self.size
        orders = self.file("orders", size.orders)
        batch = self.file("batch", size.batch)
        expert = self.file("expert", size.expert)
        for repetition in range(size.repetitions):
            say(f"repetition {repetition + 1} of {size.repetitions}")
            self.measured("native", orders)
            if not repetition:
                self.keep_rows()
            self.rows("copy")
            self.measured("validated", orders)
            self.rows("execute_values")
            self.measured("batch", batch)
            self.measured("expert", expert)
        for way in ("native", "validated", "batch", "expert", "copy", "execute_values"):
            database.drop(way)
        database.drop("floor")
        self.conclude()

    def keep_rows(self):
        """What the first native run wrote, as files and as tuples."""
        self.chunks = bench_rows.ranges("native", self.last_order)
        self.expected = bench_rows.count("native", self.chunks)
        if self.expected["sale_order"] != self.size.orders:
            raise RuntimeError(f"the native run wrote {self.expected}")
        bench_rows.dump("native", self.chunks, self.folder / "rows")
        bench_rows.empty("floor", "native", self.chunks)

    def rows(self, way):
        """The kept rows, written by psql or by psycopg2."""
        database.clone(way, "floor")
        if way == "copy":
            busy = database.rest(way)
            seconds = bench_rows.copy_in(way, self.chunks, self.folder / "rows")
        else:
            prepared = bench_rows.tuples("native", self.chunks)
            busy = database.rest(way)
            seconds = bench_rows.values_in(way, prepared)
        found = bench_rows.count(way, self.chunks)
        if found != self.expected:
            raise RuntimeError(f"{way} wrote {found} instead of {self.expected}")
        count = self.size.orders
        self.note(
            way,
            {
                "orders": count,
                "seconds": seconds,
                "rate": count / seconds,
                "busy": busy,
            },
        )

    def conclude(self):
        for key, over, under in (
            ("native_vs_copy", "native", "copy"),
            ("validated_vs_native", "validated", "native"),
            ("native_vs_orm_batch", "native", "batch"),
            ("validated_vs_orm_batch", "validated", "batch"),
            ("native_vs_orm_expert", "native", "expert"),
            ("validated_vs_orm_expert", "validated", "expert"),
            ("native_vs_execute_values", "native", "execute_values"),
        ):
            runs = report.ratios(self.rates(over), self.rates(under))
            self.add(key, runs, "x", f"{METHOD[over]}; divided by: {METHOD[under]}")
        for way in METHOD:
            self.add(f"info_{way}_rate", self.rates(way), "orders/s", METHOD[way])
        for way in ("native", "validated"):
            for part in ("client", "server"):
                runs = [
                    run[f"{part}_seconds"] / run["orders"] * 1e6
                    for run in self.runs[way]
                ]
                method = f"processor time of the {part} process; {METHOD[way]}"
                self.add(f"info_{way}_{part}_cpu", runs, "µs/order", method)

    def add(self, key, runs, unit, method):
        size = self.size
        where = f"{size.orders} orders of 3 lines, {size.base} orders before"
        self.measures.append(report.Measure.of(key, runs, unit, f"{method} ({where})"))

    # -- further measures --------------------------------------------------------------

    def books(self):
        say("books")
        self.measures += bench_books.measures(self.size.repetitions)

    def parts(self):
        """Where a chunk's time goes; a run of its own, as timers cost a little."""
        say("parts of a chunk")
        for way in ("native", "validated"):
            database.clone(way, "ready")
            orders = self.file("orders", self.size.orders)
            result = self.worker(way, way, orders, "--profile")
            database.drop(way)
            for name, seconds in sorted(result["parts"].items()):
                cost = seconds / result["orders"] * 1e6
                if cost >= NOTABLE:
                    key = f"info_{way}_part_{name.replace(' ', '_')}"
                    self.add(key, [cost], "µs/order", f"with timers: {METHOD[way]}")

    def new_customers(self):
        """Customers nobody knows: of one order in ten, then of every order."""
        say("new customers")
        path = self.file("new", self.size.orders, 20_000_000, "--new-customers", "10")
        self.measured("some_new", path)
        self.add_rate("some_new", "info_native_new_customers_rate")
        # A shop's first import has no more than that.
        path = self.file("first", self.size.orders // 2, 60_000_000, *ALL_NEW)
        batch = self.file("first_batch", self.size.batch, 60_000_000, *ALL_NEW)
        for _repetition in range(self.size.repetitions):
            self.measured("all_new", path)
            self.measured("all_new_batch", batch)
        for way in ("some_new", "all_new", "all_new_batch"):
            database.drop(way)
        self.add_rate("all_new", "info_native_all_new_customers_rate")
        self.add_rate("all_new_batch", "info_batch_all_new_customers_rate")
        runs = report.ratios(self.rates("all_new"), self.rates("all_new_batch"))
        method = f"{NEW['all_new']}; divided by: {NEW['all_new_batch']}"
        self.add("info_all_new_customers_vs_orm_batch", runs, "x", method)

    def add_rate(self, way, key):
        self.add(key, self.rates(way), "orders/s", NEW[way])

    def scale(self):
        """Ten times the orders, and the memory they take."""
        say("ten times the orders")
        count = self.size.scale_from
        small = self.file("small", count, 30_000_000)
        large = self.file("large", 10 * count, 40_000_000)
        times, peaks = [], []
        for _repetition in range(self.size.scale_repetitions):
            one = self.measured("native", small)
            ten = self.measured("native", large)
            times.append(ten["seconds"] / one["seconds"])
            peaks.append(ten["peak_mib"])
        database.drop("native")
        method = f"seconds for {10 * count} orders divided by seconds for {count}"
        self.measures.append(report.Measure.of("time_10x", times, "x", method))
        size = large.stat().st_size / 2**20
        method = (
            "highest resident memory of the worker (VmHWM) minus its memory before the"
            f" import, file of {size:.0f} MiB with {10 * count} orders"
        )
        self.measures.append(report.Measure.of("peak_mib", peaks, "MiB", method))
        large.unlink()

    def settle(self):
        """Settlement rows against a million open items."""
        say("settlements")
        self.measures += bench_settle.run(1_000_000, self.size.repetitions)
        self.measures += bench_settle_odoo.measures(self.size.payout, 1)

    def duplicates(self):
        """What the look for duplicates costs when the ledger is full."""
        say("duplicates at import")
        size = self.size
        self.measures += bench_duplicates.run(self, size.ledger, size.repetitions)

    def link(self):
        """Record linkage without a database."""
        say("record linkage")
        self.measures += bench_link.run(self.data, self.size.people)


METHOD = {
    "native": "file on disk to committed rows and ledger, native lane, foreign keys by"
    " PostgreSQL's triggers",
    "validated": "file on disk to committed rows and ledger, native lane, foreign keys"
    " checked set-wise",
    "copy": "psql \\copy of the very same rows in binary, foreign keys by triggers, in"
    " transactions of the same size",
    "execute_values": "psycopg2 execute_values of prepared tuples of the very same"
    " rows",
    "batch": "sale.order.create, minimal values, batches of 200, without ledger",
    "expert": "sale.order.create, every precomputed field passed, batches of 200,"
    " without ledger",
}
NEW = {
    "some_new": f"{METHOD['native']}; 10 % of the orders bring a new customer",
    "all_new": f"{METHOD['native']}; every order brings a new customer",
    "all_new_batch": f"{METHOD['batch']}; every order brings a new customer",
}
LANE = {"some_new": "native", "all_new": "native", "all_new_batch": "batch"}
STEPS = ("compare", "parts", "new_customers", "scale", "books", "settle")
STEPS += ("duplicates", "link")


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--full", action="store_true")
    group.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=STEPS, nargs="+", default=STEPS)
    parser.add_argument(
        "--scale-from", type=int, metavar="N", help="time_10x from N to 10 N orders"
    )
    parser.add_argument(
        "--ledger", type=int, metavar="N", help="import_check_overhead with N orders"
    )
    parser.add_argument("--data", metavar="FOLDER", help="public sets for the linkage")
    return parser.parse_args()


def main():
    args = parse_arguments()
    size = FULL if args.full else QUICK
    if args.scale_from:
        size = Size(**{**vars(size), "scale_from": args.scale_from})
    if args.ledger:
        size = Size(**{**vars(size), "ledger": args.ledger})
    results = HERE.parents[1] / "bench" / "results.jsonl"
    with tempfile.TemporaryDirectory(prefix="ra-bench-") as folder:
        bench = Bench(size, folder, args.data)
        if set(args.only) != {"link"}:
            bench.prepare()
        for step in STEPS:
            if step in args.only:
                getattr(bench, step)()
        database.drop("ready")
    report.append(results, bench.measures)
    print(report.table(bench.measures))
    print(f"appended to {results}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
