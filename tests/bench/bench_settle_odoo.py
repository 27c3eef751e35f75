#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Speed of a settlement inside Odoo: a payout report read and matched.

Half of the rows pay orders, half invoices; as many more orders and invoices are open.
Timed is what the upload and "Match" do, each up to its commit: the report's bytes to
rows in the database, rows and open items to links and states.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import bench_database as database
import bench_report as report

ROOT = Path(__file__).resolve().parents[2]
GENERATE = ROOT / "tests/generate"
sys.path.insert(0, str(GENERATE))
NAME = "settle_odoo"


def prepare(rows):
    """A database with twice as many open orders as the report has rows, three of four
    invoiced."""
    database.drop(NAME)
    database.tool("db", "clone", database.PREFIX + NAME)
    command = [sys.executable, GENERATE / "settlement_books.py"]
    command += ["-d", database.PREFIX + NAME]
    command += ["--orders", str(2 * rows), "--invoiced", str(2 * rows - rows // 2)]
    subprocess.run(command, check=True, stdout=sys.stderr)


def measures(rows, repetitions):
    """The measures, for tests/bench/run.py."""
    prepare(rows)
    found = []
    for _repetition in range(repetitions):
        database.clone("work", NAME)
        database.rest("work")
        command = [sys.executable, __file__, "--work", "--rows", str(rows)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"  settle_odoo: {found[-1]}", file=sys.stderr, flush=True)
    database.drop("work")
    database.drop(NAME)
    where = f"{rows} rows against {2 * rows} open orders and invoices, committed"
    steps = {"": "read and matched", "_read": "read", "_match": "matched"}
    return [
        report.Measure.of(
            f"info_settle_odoo{step}_seconds",
            [result[step or "_all"] for result in found],
            "s",
            f"inside Odoo: {where}; {word}",
        )
        for step, word in steps.items()
    ]


# -- inside the worker -----------------------------------------------------------------


def content_of(rows):
    """The bytes of the report that pays the first orders, half of them invoiced."""
    from settlement_reports import HEADER, stripe_rows

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(stripe_rows(range(1, rows + 1)))
    return text.getvalue().encode()


def work(rows):
    """Read and match; prints the seconds of each."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    name = database.PREFIX + "work"
    config.parse_config(
        ["-d", name, "--no-http", "--log-level=warn"], setup_logging=False
    )
    content = content_of(rows)
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        from odoo.addons.retail_accelerator.settle import intake, matching

        channel = env["retail.channel"].search([("code", "=", "books")])
        started = time.perf_counter()
        settlements = intake.take(channel, content, "payout.csv").settlements
        cr.commit()
        read = time.perf_counter()
        result = matching.match(settlements)
        cr.commit()
        matched = time.perf_counter()
    if result["levels"]["reference"] != rows or result["reasons"]:
        raise RuntimeError(f"not every row was matched: {result}")
    seconds = {"_read": read - started, "_match": matched - read}
    print(json.dumps({**seconds, "_all": matched - started}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        work(args.rows)
    else:
        print(report.table(measures(args.rows, args.repetitions)))


if __name__ == "__main__":
    main()
