#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Speed of the books: reconciling pairs, and booking one payout of many lines.

Both lanes do the same work on copies of one prepared database, from the call to the
committed rows, messages included. Either has worked once before in its process, as in a
server that runs: Odoo's registry and caches are filled. The floor is COPY of the
inserted rows alone.
"""

import argparse
import contextlib
import io
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench_database as database
import bench_report as report

PAIRS = 1000
FOREIGN_PAIRS = 500
PAYOUT_LINES = 5000
PARTNERS = 200
WARM_PAIRS = 5
WARM_LINES = 30
WAYS = ("pairs", "foreign", "payout")
RATES = (("2026-01-01", 0.9), ("2026-03-03", 0.97))
INSERTED = {
    "pairs": (
        "account_full_reconcile",
        "account_partial_reconcile",
        "mail_message",
        "mail_tracking_value",
    ),
    "foreign": (
        "account_full_reconcile",
        "account_move",
        "account_move_line",
        "account_partial_reconcile",
        "mail_followers",
        "mail_message",
        "mail_tracking_value",
    ),
    "payout": (
        "account_full_reconcile",
        "account_move_line",
        "account_partial_reconcile",
    ),
}
COUNTS = {"pairs": PAIRS, "foreign": FOREIGN_PAIRS, "payout": PAYOUT_LINES}
METHOD = {
    "pairs": "invoices and their payments reconciled in one call, committed",
    "foreign": "the same in a currency whose rate moved, with exchange entries",
    "payout": "one entry posted, its lines reconciled with the payout's, committed",
}


def measures(repetitions):
    """The books' measures; run by ``run.py`` or by this file alone."""
    database.drop("books")
    database.tool("db", "clone", f"{database.PREFIX}books")
    worker("prepare", "books")
    database.settle("books")
    runs = defaultdict(list)
    for _repetition in range(repetitions):
        for way in WAYS:
            for lane in ("auto", "orm"):
                database.clone("work", "books")
                result = worker(way, "work", "--lane", lane)
                runs[way, lane].append(result["seconds"])
                if lane == "auto":
                    runs[way, "floor"].append(result["floor_seconds"])
    database.drop("work")
    database.drop("books")
    return conclude(runs)


def conclude(runs):
    keys = {
        "pairs": "reconcile",
        "foreign": "info_reconcile_foreign",
        "payout": "payout",
    }
    found = []
    for way in WAYS:
        native, orm, floor = (runs[way, lane] for lane in ("auto", "orm", "floor"))
        where = f"{METHOD[way]} ({COUNTS[way]} {way})"
        info = f"info_{keys[way].removeprefix('info_')}"
        add = [
            (f"{keys[way]}_vs_orm", report.ratios(orm, native), "x", where),
            (
                f"{info}_vs_copy",
                report.ratios(native, floor),
                "x",
                f"{where}; divided by: COPY of the inserted rows alone",
            ),
        ]
        for lane, seconds in (("native", native), ("orm", orm)):
            rates = [COUNTS[way] / value for value in seconds]
            add.append((f"{info}_{lane}_rate", rates, f"{way}/s", where))
        found += [report.Measure.of(*values) for values in add]
    return found


def worker(way, name, *options):
    """One run in a process of its own, on a database at rest."""
    command = [sys.executable, __file__, way, "--database", database.PREFIX + name]
    with subprocess.Popen(
        [*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"the {way} worker did not start")
        database.rest(name)
        output = process.communicate("go\n")[0]
    if process.returncode:
        raise RuntimeError(f"the {way} worker failed")
    result = json.loads(output)
    print(f"  {way} {' '.join(options)}: {result}", file=sys.stderr, flush=True)
    return result


# -- inside the worker ---------------------------------------------------------


def run_worker(args):
    from worker import load_registry

    registry = load_registry(args.database)
    from odoo import SUPERUSER_ID, api

    with contextlib.closing(registry.cursor()) as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        job = JOBS[args.way](env, args)
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(job()), flush=True)


def prepare(env, _args):
    """Partners, invoices with their payments, and a payout on a clearing account."""

    def work():
        partners = env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(PARTNERS)]
        )
        clearing = env["account.account"].create(
            {
                "name": "Clearing",
                "code": "BENCH1",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        euro = env.ref("base.EUR")
        euro.active = True
        for day, rate in RATES:
            values = {"currency_id": euro.id, "name": day, "rate": rate}
            env["res.currency.rate"].create(values)
        make_pairs(env, partners, env.company.currency_id, PAIRS)
        make_pairs(env, partners, euro, FOREIGN_PAIRS)
        amounts = payout_amounts()
        post(env, clearing, [{"balance": -sum(amounts) / 100, "name": "Payout"}])
        env.cr.commit()
        return {}

    return work


def make_pairs(env, partners, currency, count):
    product = env["product.product"].create({"name": "Thing", "type": "consu"})
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partners[number % PARTNERS].id,
                "invoice_date": "2026-03-02",
                "currency_id": currency.id,
                "invoice_line_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": 10 + number})
                ],
            }
            for number in range(count)
        ]
    )
    invoices.action_post()
    payments = env["account.payment"].create(
        [
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": invoice.partner_id.id,
                "amount": invoice.amount_total,
                "currency_id": currency.id,
                "date": "2026-03-03",
                "memo": invoice.name,
            }
            for invoice in invoices
        ]
    )
    payments.action_post()


def payout_amounts():
    """Cents of the payout's rows."""
    return [100 + number * 37 % 90000 for number in range(PAYOUT_LINES)]


def entry(env):
    journal = env["account.journal"].search([("type", "=", "general")], limit=1)
    return {"journal_id": journal.id, "date": "2026-03-04"}


def counterpart(env, lines):
    account = env["account.account"].search(
        [("account_type", "=", "asset_current"), ("reconcile", "=", False)], limit=1
    )
    total = -round(sum(line["balance"] for line in lines), 2)
    return {"account_id": account.id, "name": "Transit", "balance": total}


def post(env, account, lines):
    lines = [{"account_id": account.id, **line} for line in lines]
    lines.append(counterpart(env, lines))
    move = env["account.move"].create(
        {**entry(env), "line_ids": [(0, 0, line) for line in lines]}
    )
    move.action_post()


def pairs(env, args):
    from odoo.addons.retail_accelerator.books import Books

    foreign = args.way == "foreign"
    currency = env.ref("base.EUR") if foreign else env.company.currency_id
    payments = env["account.payment"].search(
        [("memo", "!=", False), ("currency_id", "=", currency.id)], order="id"
    )
    groups = []
    for payment in payments:
        invoice = env["account.move"].search([("name", "=", payment.memo)])
        lines = (invoice + payment.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        groups.append(lines.ids)
    if len(groups) != COUNTS[args.way]:
        raise RuntimeError(f"{len(groups)} pairs instead of {COUNTS[args.way]}")

    def work(count=None):
        return Books(env, args.lane).reconcile(groups[:count])

    return measured(env, args, work, lambda: work(WARM_PAIRS))


def payout(env, args):
    from odoo.addons.retail_accelerator.books import Books

    clearing = env["account.account"].search([("code", "=", "BENCH1")])
    paid = env["account.move.line"].search([("account_id", "=", clearing.id)])
    partners = env["res.partner"].search([("name", "like", "Customer ")]).ids
    lines = [
        {
            "account_id": clearing.id,
            "partner_id": partners[number % len(partners)],
            "name": f"Charge ch_{number}",
            "balance": cents / 100,
        }
        for number, cents in enumerate(payout_amounts())
    ]
    lines.append(counterpart(env, lines))
    few = lines[:WARM_LINES]
    few.append(counterpart(env, few))

    def work(lines=lines):
        books = Books(env, args.lane)
        move = books.post_entry(entry(env), lines)
        lane = books.last_lane
        charges = move.line_ids.filtered(lambda line: line.account_id == clearing)
        result = books.reconcile([paid + charges])
        if not all(charges.mapped("reconciled")):
            raise RuntimeError("the payout is not reconciled")
        return {**result, "entry": lane}

    return measured(env, args, work, lambda: work(few))


def measured(env, args, work, warm_up):
    """A function that times ``work`` up to its commit, then the floor."""
    from odoo.addons.retail_accelerator.engine.templates import undone

    with undone(env.cr):
        warm_up()
    env.cr.commit()
    env.invalidate_all()
    last = {
        table: env.cr.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        or env.cr.fetchone()[0]
        for table in INSERTED[args.way]
    }
    env.cr.commit()

    def run():
        start = time.perf_counter()
        result = work()
        env.cr.commit()
        seconds = time.perf_counter() - start
        if args.lane == "auto" and result["orm"]:
            raise RuntimeError(f"not native: {result}")
        return {"seconds": seconds, "floor_seconds": floor(env, last), **result}

    return run


def floor(env, last):
    """Seconds of COPY for the rows that were inserted, put back after a deletion.

    Updates of rows that were there before have no COPY, so the floor leaves them out.
    """
    kept = {}
    cursor = env.cr._obj
    for table, last_id in last.items():
        kept[table] = io.BytesIO()
        rows = f"SELECT * FROM {table} WHERE id > {last_id} ORDER BY id"
        cursor.copy_expert(f"COPY ({rows}) TO STDOUT (FORMAT binary)", kept[table])
        kept[table].seek(0)
    cursor.execute(
        "UPDATE account_move_line SET full_reconcile_id = NULL"
        " WHERE full_reconcile_id IS NOT NULL"
    )
    for table, last_id in reversed(last.items()):
        cursor.execute(f"DELETE FROM {table} WHERE id > {last_id}")
    env.cr.commit()
    start = time.perf_counter()
    for table, buffer in kept.items():
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", buffer, 1 << 20)
    env.cr.commit()
    return time.perf_counter() - start


JOBS = {"prepare": prepare, "pairs": pairs, "foreign": pairs, "payout": payout}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=(*JOBS, "all"))
    parser.add_argument("--database")
    parser.add_argument("--lane", choices=("auto", "orm"), default="auto")
    parser.add_argument("--repetitions", type=int, default=3)
    args = parser.parse_args()
    if args.way == "all":
        print(report.table(measures(args.repetitions)))
    else:
        run_worker(args)


if __name__ == "__main__":
    main()
