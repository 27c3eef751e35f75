# SPDX-License-Identifier: LGPL-3.0-or-later
"""kill -9 of the worker or of its server backend while payouts are read, matched,
posted and reconciled, then go on: the books are those of a clean run, and the log is
whole."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("RA_SEED", "19"))
PAYOUTS, ROWS = 4, 40
# What a run leaves in the database, in the order in which it comes about.
MOMENTS = {
    "read": "SELECT count(*) FROM retail_settlement_event",
    "match": "SELECT count(*) FROM retail_settlement_link",
    "post": "SELECT count(*) FROM retail_settlement_move_rel",
    "reconcile": "SELECT count(*) FROM account_partial_reconcile",
}
BOOKS = """
SELECT m.ref, m.date, m.state, a.code_store::text, p.name, l.name, l.balance,
       l.amount_residual, l.reconciled, l.matching_number IS NOT NULL
  FROM account_move_line l
  JOIN account_move m ON m.id = l.move_id
  JOIN account_account a ON a.id = l.account_id
  LEFT JOIN res_partner p ON p.id = l.partner_id
 ORDER BY 1, 2, 4, 6, 7, 5
"""
PAID = """
SELECT name, payment_state, amount_residual FROM account_move
 WHERE move_type = 'out_invoice' ORDER BY 1
"""
ROWS_STATE = """
SELECT e.transaction_ref, e.state, e.reason, s.state, i.name, l.level, l.amount,
       o.name, m.move_name
  FROM retail_settlement_event e
  JOIN retail_settlement s ON s.id = e.settlement_id
  LEFT JOIN account_move_line i ON i.id = e.move_line_id
  LEFT JOIN retail_settlement_link l ON l.event_id = e.id
  LEFT JOIN sale_order o ON o.id = l.order_id
  LEFT JOIN account_move_line m ON m.id = l.move_line_id
 ORDER BY 1, 6, 8, 9
"""
STATES = (BOOKS, PAID, ROWS_STATE)


def run(*command, check=True):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def query(database, sql):
    return run(ROOT / "tools/env", "psql", "-XAtq", "-d", database, "-c", sql).stdout


def command(database, files):
    return [
        *(str(ROOT / "tools/odoo"), "retail", "settle", "-d", database),
        *("--channel", "books", "--post", "--json", *map(str, files)),
    ]


@pytest.fixture(scope="module")
def template():
    """A database with open orders, open invoices and the bank's lines."""
    name = "ra_settle_books"
    run(ROOT / "tools/db", "drop", name)
    run(ROOT / "tools/db", "clone", name)
    generator = ROOT / "tests/generate/settlement_books.py"
    sizes = ("--orders", PAYOUTS * ROWS, "--invoiced", PAYOUTS * ROWS // 2)
    python = (ROOT / "tools/env", "/usr/bin/python3", generator)
    run(*python, "-d", name, *sizes, "--bank", PAYOUTS)
    yield name
    run(ROOT / "tools/db", "drop", name)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("settle")
    run(
        *("/usr/bin/python3", ROOT / "tests/generate/settlement_reports.py"),
        *(folder, "--payouts", PAYOUTS, "--rows", ROWS),
    )
    for path in (folder, *list(folder.parents)[:2]):
        path.chmod(0o755)
    return sorted(folder.glob("*.csv"))


def prepared(name, template):
    run(ROOT / "tools/db", "drop", name)
    run(ROOT / "tools/db", "clone", name, template)
    # A database cloned from a template trusts the sequences' logged reserve of the
    # template; until a checkpoint, a crash would hand out numbers twice.
    query(name, "CHECKPOINT")
    return name


def verify(name):
    """The audit log is whole; the command fails when it is not."""
    done = run(ROOT / "tools/odoo", "retail", "audit", "verify", "-d", name, "--json")
    [report] = json.loads(done.stdout.splitlines()[-1])["companies"]
    assert report["entries"] > PAYOUTS


def state(name):
    return [query(name, sql) for sql in STATES]


@pytest.fixture(scope="module")
def clean(template, files):
    name = prepared("ra_settle_clean", template)
    result = json.loads(run(*command(name, files)).stdout.splitlines()[-1])
    assert result["posted"] == result["reconciled"] == PAYOUTS
    assert result["matched"]["reference"] == PAYOUTS * ROWS
    books, *rest = state(name)
    assert books.count("\n") > PAYOUTS * ROWS
    yield [books, *rest]
    run(ROOT / "tools/db", "drop", name)


def kill_worker(process, _database):
    os.killpg(process.pid, signal.SIGKILL)


def kill_backend(_process, database):
    """The server process of the work dies; PostgreSQL restarts itself."""
    pids = query(
        "postgres", f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'"
    ).split()
    for pid in pids[:1]:
        os.kill(int(pid), signal.SIGKILL)
    for _attempt in range(60):
        time.sleep(0.5)
        ready = run(ROOT / "tools/env", "pg_isready", "-q", check=False)
        if ready.returncode == 0:
            return
    raise RuntimeError("the server did not come back")


def wait_for(process, database, sql, before, pause):
    """Until the step has left something, or more than before, and a little longer."""
    while process.poll() is None:
        if int(query(database, sql)) > before:
            break
        time.sleep(0.02)
    time.sleep(pause)


@pytest.mark.parametrize(("kill", "kills"), [(kill_worker, 2), (kill_backend, 1)])
def test_books_after_kills_equal_a_clean_run(template, files, clean, kill, kills):
    chooser = random.Random(f"{SEED}-{kill.__name__}")
    name = prepared(f"ra_settle_{kill.__name__}", template)
    killed = 0
    for sql in MOMENTS.values():
        before = int(query(name, sql))
        process = subprocess.Popen(
            command(name, files),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(process, name, sql, before, chooser.random() * 0.3)
        if process.poll() is None:
            kill(process, name)
            killed += 1
        process.wait(timeout=120)
    run(*command(name, files))
    assert killed >= kills, f"seed {SEED}: the payouts were too fast to be killed"
    assert state(name) == clean, f"seed {SEED}"
    verify(name)
    run(ROOT / "tools/db", "drop", name)


def test_two_workers_on_the_same_files_post_once(template, files, clean):
    name = prepared("ra_settle_two", template)
    workers = [
        subprocess.Popen(
            command(name, files),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _worker in range(2)
    ]
    results = []
    for worker in workers:
        out, err = worker.communicate(timeout=120)
        assert worker.returncode == 0, err[-3000:]
        results.append(json.loads(out.splitlines()[-1]))
    assert sum(result["posted"] for result in results) == PAYOUTS
    assert state(name) == clean
    verify(name)
    run(ROOT / "tools/db", "drop", name)
