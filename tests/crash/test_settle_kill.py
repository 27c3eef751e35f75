# SPDX-License-Identifier: LGPL-3.0-or-later
"""kill -9 of the worker or of its server backend while payouts are read, matched,
posted and reconciled, then go on: the books are those of a clean run, and the log is
whole."""

import json
import subprocess

import pytest
from crash_support import (
    ROOT,
    drop,
    kill_backend,
    kill_worker,
    killed_while,
    prepared,
    query,
    run,
    template_of,
)

PAYOUTS, ROWS = 4, 40
# What a run waits for when somebody else has it, in the order of its steps. The last
# one is the bank line of the third payout: two are posted and reconciled then.
STEPS = {
    "read": "LOCK TABLE retail_settlement_event IN SHARE MODE",
    "match": "LOCK TABLE retail_settlement_link IN SHARE MODE",
    "post": "LOCK TABLE retail_settlement_move_rel IN SHARE MODE",
    "reconcile": "LOCK TABLE account_partial_reconcile IN SHARE MODE",
    "bank": """UPDATE account_bank_statement_line SET payment_ref = payment_ref
                WHERE payment_ref = 'STRIPE po_2'""",
}
DONE = "SELECT count(*) FROM retail_settlement WHERE state = 'reconciled'"
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


def command(database, files):
    return [
        *(str(ROOT / "tools/odoo"), "retail", "settle", "-d", database),
        *("--channel", "books", "--post", "--json", *map(str, files)),
    ]


@pytest.fixture(scope="module")
def template():
    """A database with open orders, open invoices and the bank's lines."""
    sizes = ("--orders", PAYOUTS * ROWS, "--invoiced", PAYOUTS * ROWS // 2)
    options = (*sizes, "--bank", PAYOUTS)
    with template_of("ra_settle_books", "settlement_books.py", *options) as name:
        yield name


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
    drop(name)


@pytest.mark.parametrize("kill", [kill_worker, kill_backend])
def test_books_after_a_kill_in_each_step_equal_a_clean_run(
    template, files, clean, kill
):
    name = prepared(f"ra_settle_{kill.__name__}", template)
    for step, statement in STEPS.items():
        killed_while(command(name, files), name, statement, kill)
        assert int(query(name, DONE)) == (2 if step == "bank" else 0), step
    run(*command(name, files))
    assert state(name) == clean
    verify(name)
    drop(name)


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
    drop(name)
