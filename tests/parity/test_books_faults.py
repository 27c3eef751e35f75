# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever fails while the native lane works, nothing of the call stays."""

import random

import psycopg2
import pytest
from books_world import SEED

from odoo import sql_db

TABLES = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "account_full_reconcile",
    "account_payment",
    "mail_message",
    "mail_tracking_value",
    "res_partner",
)
FAULTS = 14  # of each kind


class Faults:
    """Lets one of the statements of a call fail."""

    def __init__(self, env, monkeypatch):
        self.env = env
        self.left = None  # statements until the fault
        self.kind = None
        execute = sql_db.Cursor.execute
        faults = self

        def counted(cursor, query, *args, **kwargs):
            if cursor is env.cr and faults.left is not None:
                faults.count(query, execute)
            return execute(cursor, query, *args, **kwargs)

        monkeypatch.setattr(sql_db.Cursor, "execute", counted)

    def count(self, query, execute):
        text = query if isinstance(query, str) else query.code
        if "SAVEPOINT" in text:
            return
        self.left -= 1
        if self.left == 0:
            self.left = None
            if self.kind is MemoryError:
                raise MemoryError("no memory left")
            execute(self.env.cr, "SELECT 1 / 0", log_exceptions=False)

    def statements(self, work):
        """How many statements the work takes; it is undone."""
        from odoo.addons.retail_accelerator.engine.templates import undone

        everything = 1 << 30
        with undone(self.env.cr):
            self.left = everything
            work()
            count = everything - self.left
            self.left = None
        return count

    def fail(self, work, number, kind):
        self.left, self.kind = number, kind
        with pytest.raises(kind):
            work()
        assert self.left is None


def stored(env):
    """Every row of the books."""
    env.flush_all()
    found = {}
    for table in TABLES:
        env.cr.execute(
            f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t"
        )
        found[table] = env.cr.fetchone()
    return found


def check_faults(env, monkeypatch, work):
    """Statements of the work fail, one at a time; then it succeeds."""
    faults = Faults(env, monkeypatch)
    before = stored(env)
    faults.statements(work)  # fills Odoo's caches
    count = faults.statements(work)
    assert stored(env) == before
    chooser = random.Random(SEED)
    for kind in (psycopg2.errors.DivisionByZero, MemoryError):
        for number in chooser.sample(range(1, count + 1), min(count, FAULTS)):
            faults.fail(work, number, kind)
            assert stored(env) == before, f"statement {number}, seed {SEED}"
    work()
    assert stored(env) != before


def pairs(world, count=4):
    groups, invoices = [], []
    for _number in range(count):
        invoice = world.invoice()
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append((world.due(invoice) + paid).ids)
        invoices.append(invoice)
    return groups, invoices


def entry(world, count=30):
    account, other = world.account.id, world.suspense.id
    lines = [
        {
            "account_id": account,
            "partner_id": world.partners[number % 8].id,
            "name": f"Charge {number}",
            "balance": -10.25 - number,
        }
        for number in range(count)
    ]
    total = -sum(line["balance"] for line in lines)
    vals = {"journal_id": world.journal.id, "date": "2026-05-04", "ref": "payout"}
    return vals, [*lines, {"account_id": other, "name": "Payout", "balance": total}]


def test_a_reconciliation_that_fails_anywhere_leaves_nothing(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    groups, invoices = pairs(world)
    books = Books(world.env)
    check_faults(world.env, monkeypatch, lambda: books.reconcile(groups))
    assert books.last_lane == "native"
    assert {invoice.payment_state for invoice in invoices} == {"paid"}


def test_an_entry_that_fails_anywhere_leaves_nothing(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    vals, lines = entry(world)
    books = Books(world.env)
    check_faults(world.env, monkeypatch, lambda: books.post_entry(vals, lines))
    assert books.last_lane == "native"
    [move] = world.env["account.move"].search([("ref", "=", "payout")])
    assert len(move.line_ids) == len(lines)


def small_entries(world, count=12):
    """One entry a charge."""
    found = []
    for number in range(count):
        vals, lines = entry(world, 1)
        lines[0]["balance"], lines[1]["balance"] = -5.5 - number, 5.5 + number
        found.append(({**vals, "ref": f"charge {number}"}, lines))
    return found


def test_small_entries_that_fail_anywhere_leave_nothing(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    entries = small_entries(world)
    books = Books(world.env)
    check_faults(world.env, monkeypatch, lambda: books.post_entries(entries))
    assert books.last_lane == "native"
    moves = world.env["account.move"].search([("ref", "like", "charge %")])
    numbers = sorted(moves.mapped("sequence_number"))
    assert numbers == list(range(numbers[0], numbers[0] + len(entries)))


def test_exchange_differences_that_fail_anywhere_leave_nothing(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    world.use_rate("2026-01-01", 0.9)
    world.use_rate("2026-04-01", 1.1)
    groups = []
    for _number in range(4):
        invoice = world.invoice(currency_id=world.euro.id, invoice_date="2026-03-02")
        paid = world.payment(
            invoice.amount_total,
            invoice.partner_id,
            currency_id=world.euro.id,
            date="2026-04-09",
        )
        groups.append((world.due(invoice) + paid).ids)
    books = Books(world.env)
    check_faults(world.env, monkeypatch, lambda: books.reconcile(groups))
    assert books.last_lane == "native"


# -- books that would not add up ----


def test_a_small_entry_off_balance_is_refused(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    def wrong(original, env, copies):
        copies[-1].balance += 1
        original(env, copies)

    entries = small_entries(world)
    patch(monkeypatch, "alike.insert_items", wrong)
    broken(world, lambda: Books(world.env).post_entries(entries), "off balance")


def broken(world, work, message):
    from odoo.addons.retail_accelerator.books.invariants import BrokenBooks

    before = stored(world.env)
    with pytest.raises(BrokenBooks, match=message):
        work()
    assert stored(world.env) == before


def patch(monkeypatch, name, function):
    """Replace a function of the room; it is given the one it replaces."""
    path = f"odoo.addons.retail_accelerator.books.{name}"
    module, _dot, attribute = path.rpartition(".")
    original = getattr(__import__(module, fromlist=["_"]), attribute)
    monkeypatch.setattr(path, lambda *args: function(original, *args))


def test_a_line_matched_beyond_its_residual_is_refused(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    def greedy(original, lines):
        return original(lines) * 2

    groups, _invoices = pairs(world, 2)
    patch(monkeypatch, "reading.plan_same_currency", greedy)
    broken(world, lambda: Books(world.env).reconcile(groups), "more matched than")


def test_a_line_of_two_groups_is_refused(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    groups, _invoices = pairs(world, 2)
    patch(
        monkeypatch,
        "writing.write_groups",
        lambda original, env, taken: original(env, taken + taken[:1]),
    )
    broken(world, lambda: Books(world.env).reconcile(groups), "matched twice")


def test_a_partial_beside_the_residuals_is_refused(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    def wrong(original, env, partials):
        original(env, partials)
        env.cr.execute(
            "UPDATE account_partial_reconcile SET amount = amount + 1 WHERE id = %s",
            [partials[0].id],
        )

    groups, _invoices = pairs(world, 2)
    patch(monkeypatch, "writing._insert_partials", wrong)
    broken(world, lambda: Books(world.env).reconcile(groups), "beside their partials")


def test_a_partial_that_is_not_written_is_refused(world, monkeypatch):
    from odoo.addons.retail_accelerator.books import Books

    def short(original, env, table, count):
        ids = original(env, table, count)
        return [ids[0]] * count if table == "account_full_reconcile" else ids

    groups, _invoices = pairs(world, 2)
    patch(monkeypatch, "writing.next_ids", short)
    before = stored(world.env)
    with pytest.raises(psycopg2.errors.UniqueViolation):
        Books(world.env).reconcile(groups)
    assert stored(world.env) == before


def test_a_statement_that_writes_too_few_rows_is_refused(world):
    from odoo.tools import SQL

    from odoo.addons.retail_accelerator.books.invariants import BrokenBooks, execute

    query = SQL("UPDATE res_users SET login = login WHERE FALSE")
    execute(world.env, query, 0)
    with pytest.raises(BrokenBooks, match="0 rows instead of 1"):
        execute(world.env, query, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [("balance = balance - 1, debit = debit - 1", "beside their sum"), ("", "off by")],
)
def test_an_entry_beside_its_sums_is_refused(world, monkeypatch, change, message):
    from odoo.addons.retail_accelerator.books import Books

    def wrong(original, env, copies):
        original(env, copies)
        if change:
            env.cr.execute(
                f"UPDATE account_move_line SET {change} WHERE id = %s", [copies[-1].id]
            )

    vals, lines = entry(world)
    patch(monkeypatch, "entries.insert_items", wrong)
    if not change:
        patch(
            monkeypatch,
            "entries.check_balance",
            lambda original, env, move, count: original(env, move, count + 1),
        )
    broken(world, lambda: Books(world.env).post_entry(vals, lines), message)
