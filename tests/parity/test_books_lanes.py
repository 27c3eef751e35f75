# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the native lane does not reproduce closes it, and the reason is told.

The database has a module that overrides, adds fields and adds constraints; the work is
then Odoo's own, so what the module does happens.
"""

import pytest
from books_world import World

MODULE = "retail_test_books"


@pytest.fixture
def world_of_module(environment, books_database):
    return World(environment(books_database))


def pair(world):
    invoice = world.invoice()
    paid = world.payment(invoice.amount_total, invoice.partner_id)
    return invoice, (world.due(invoice) + paid).ids


def reconcile(world):
    from odoo.addons.retail_accelerator.books import Books

    invoice, ids = pair(world)
    result = Books(world.env).reconcile([ids])
    assert invoice.payment_state == "paid"
    return invoice, result


def post(world, count=30):
    from odoo.addons.retail_accelerator.books import Books

    lines = [
        {
            "account_id": world.account.id,
            "name": f"Charge {number}",
            "balance": -10.25,
        }
        for number in range(count)
    ]
    total = -sum(line["balance"] for line in lines)
    lines.append({"account_id": world.suspense.id, "name": "Payout", "balance": total})
    books = Books(world.env)
    vals = {"journal_id": world.journal.id, "date": "2026-05-04", "ref": "payout"}
    return books.post_entry(vals, lines), books


def test_another_module_closes_the_reconciliation(world_of_module):
    invoice, result = reconcile(world_of_module)
    assert (result["native"], result["orm"]) == (0, 1)
    assert set(result["reasons"]) >= {
        f"module {MODULE} overrides account.move.line._reconcile_plan",
        f"module {MODULE} overrides account.move._compute_payment_state",
        "field account.partial.reconcile.test_channel",
        "field account.move.test_paid_lines",
        "field account.move.line.test_note",
        "constraint account.partial.reconcile._check_test_amount",
    }
    # The module's own fields are right.
    assert invoice.test_paid_lines == 1
    due = world_of_module.due(invoice)
    assert due.test_note == f"{due.name}: 0.0"
    assert (due.matched_credit_ids).test_channel == "shop"


def test_another_module_closes_the_posting(world_of_module):
    move, books = post(world_of_module)
    assert books.last_lane == "orm"
    assert set(books.last_reasons) >= {
        f"module {MODULE} overrides account.move._post",
        f"module {MODULE} overrides account.move.line._compute_debit_credit",
        "field account.move.line.test_note",
    }
    assert move.line_ids[0].test_note == "Charge 0: -10.25"


def test_another_module_closes_the_posting_of_small_entries(world_of_module):
    world = world_of_module
    moves, books = post_small(world)
    assert books.last_lane == "orm"
    assert set(books.last_reasons) >= {
        f"module {MODULE} overrides account.move._post",
        "field account.move.test_paid_lines",
        "field account.move.line.test_note",
    }
    assert moves[3].line_ids.sorted("id")[0].test_note == "Charge 3: -5.0"


def post_small(world):
    from odoo.addons.retail_accelerator.books import Books

    entries = []
    for number in range(12):
        lines = [
            {
                "account_id": account.id,
                "name": f"Charge {number}",
                "balance": balance,
            }
            for account, balance in ((world.account, -5), (world.suspense, 5))
        ]
        vals = {"journal_id": world.journal.id, "date": "2026-05-04"}
        entries.append((vals, lines))
    books = Books(world.env)
    return books.post_entries(entries), books


def test_automation_rules_close_both(world_of_module):
    env = world_of_module.env
    reason = "automation rules"
    _invoice, result = reconcile(world_of_module)
    assert reason not in result["reasons"]
    env["base.automation"].create(
        {
            "name": "When paid",
            "model_id": env["ir.model"]._get_id("account.move"),
            "trigger": "on_create_or_write",
        }
    )
    _invoice, result = reconcile(world_of_module)
    assert reason in result["reasons"]
    _move, books = post(world_of_module)
    assert reason in books.last_reasons


def test_database_triggers_close_both(world):
    _invoice, result = reconcile(world)
    assert result["native"] == 1
    world.env.cr.execute(
        """CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql
               AS 'BEGIN RETURN NEW; END';
           CREATE TRIGGER watch BEFORE UPDATE ON account_move_line
              FOR EACH ROW EXECUTE FUNCTION watch()"""
    )
    _invoice, result = reconcile(world)
    assert result["reasons"] == {"trigger on account_move_line": 1}
    _move, books = post(world)
    assert books.last_reasons == {"trigger on account_move_line": 1}
    _moves, books = post_small(world)
    assert books.last_reasons == {"trigger on account_move_line": 12}
    world.env.cr.execute("ALTER TABLE account_move_line DISABLE TRIGGER watch")
    _invoice, result = reconcile(world)
    assert result["native"] == 1


@pytest.mark.parametrize("name", ["no_exchange_difference", "move_reverse_cancel"])
def test_contexts_in_which_odoo_reconciles_otherwise_close_the_lane(world, name):
    from odoo.addons.retail_accelerator.books import Books

    _invoice, ids = pair(world)
    env = world.env(context={**world.env.context, name: True})
    result = Books(env).reconcile([ids])
    assert result == {"native": 0, "orm": 1, "reasons": {f"context {name}": 1}}


def test_amounts_finer_than_the_currency_are_refused_by_the_orm(world):
    """Their sum may be rounded, each alone could not."""
    from odoo.addons.retail_accelerator.books import Books

    lines = [
        {"account_id": world.account.id, "name": f"c{number}", "balance": -0.005}
        for number in range(40)
    ]
    lines.append({"account_id": world.suspense.id, "name": "Payout", "balance": 0.2})
    vals = {"journal_id": world.journal.id, "date": "2026-05-04"}
    books = Books(world.env)
    with pytest.raises(Exception, match="balanced"):
        books.post_entry(vals, lines)
