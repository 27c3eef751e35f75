# SPDX-License-Identifier: LGPL-3.0-or-later
"""An entry posted in condensed form and expanded is the entry Odoo would have posted.

Random entries; ``RA_SEED`` reproduces them.
"""

import pytest
from books_parity import compare

from odoo.exceptions import UserError


def vals(world, **more):
    return {"journal_id": world.journal.id, "date": "2026-05-04", "ref": "po", **more}


def plain_lines(world, count, foreign=False):
    lines = []
    for number in range(count):
        amount = world.random.randrange(1, 90000) / 100
        amount *= -1 if world.random.random() < 0.8 else 1
        line = {
            "account_id": world.account.id,
            "partner_id": world.random.choice(world.partners).id,
            "name": f"Charge ch_{number}",
            "balance": amount,
        }
        if foreign and number % 2:
            line["currency_id"] = world.euro.id
            line["amount_currency"] = round(amount * 0.91, 2) or amount
        lines.append(line)
    return lines


def balanced(world, lines):
    total = -round(sum(line["balance"] for line in lines), 2)
    account = world.suspense.id
    return [*lines, {"account_id": account, "name": "Payout", "balance": total}]


def posted(world, entry, lines):
    """Compare the lanes on one entry; the reasons against the native lane."""
    from odoo.addons.retail_accelerator.books import Books

    told = {}

    def work(lane):
        books = Books(world.env, lane=lane)
        move = books.post_entry(entry, lines)
        told[lane] = books.last_lane, books.last_reasons
        assert move.state == "posted"
        names = [line["name"] for line in lines]
        assert move.line_ids.sorted("id").mapped("name") == names

    differences, tables = compare(world.env, work)
    assert not differences, differences[:10]
    assert "account_move_line" in tables
    return told["auto"]


def test_entry_of_many_partners(world):
    lines = balanced(world, plain_lines(world, 120))
    assert posted(world, vals(world), lines) == ("native", {})


def test_entry_beside_other_modules(world_of_modules):
    world = world_of_modules
    lines = balanced(world, plain_lines(world, 60))
    assert posted(world, vals(world), lines) == ("native", {})


def test_names_of_any_characters(world):
    """They travel in one literal, so its own signs must stay signs."""
    lines = plain_lines(world, 40)
    names = [
        'a "quoted" name',
        "back\\slash",
        "{curly, comma}",
        "NULL",
        " ",
        "'",
        "ü\n€",
    ]
    for line, name in zip(lines, names, strict=False):
        line["name"] = name
    lines = balanced(world, lines)
    assert posted(world, vals(world), lines) == ("native", {})


def test_entry_in_two_currencies(world):
    world.use_rate("2026-01-01", 0.9137)
    lines = balanced(world, plain_lines(world, 60, foreign=True))
    assert posted(world, vals(world), lines) == ("native", {})


def test_lines_with_taxes_first(world):
    tax = world.env["account.tax"].search([("type_tax_use", "=", "sale")], limit=1)
    income = world.env["account.account"].search(
        [("account_type", "=", "income")], limit=1
    )
    special = {
        "account_id": income.id,
        "name": "Fee",
        "balance": -100,
        "tax_tag_ids": [(6, 0, tax.invoice_repartition_line_ids.tag_ids.ids)],
    }
    lines = balanced(world, [special, *plain_lines(world, 60)])
    assert posted(world, vals(world), lines) == ("native", {})


def test_lines_with_taxes_between_are_left_to_the_orm(world):
    lines = plain_lines(world, 60)
    lines[30]["analytic_distribution"] = False
    lane, reasons = posted(world, vals(world), balanced(world, lines))
    assert lane == "orm" and reasons


def test_few_lines_are_left_to_the_orm(world):
    lines = balanced(world, plain_lines(world, 3))
    assert posted(world, vals(world), lines) == ("orm", {"few lines": 1})


@pytest.mark.parametrize("lock", ["fiscalyear_lock_date", "hard_lock_date"])
def test_locked_date_is_refused_before_anything_is_written(world, lock):
    world.env.company[lock] = "2026-05-31"
    refused(world, vals(world), "2026-05-04")


def test_journal_with_hashes_is_refused_before_anything_is_written(world):
    world.journal.restrict_mode_hash_table = True
    refused(world, vals(world), world.journal.name)


def test_archived_account_is_refused_before_anything_is_written(world):
    world.suspense.active = False
    refused(world, vals(world), world.suspense.name)


def refused(world, entry, named):
    from odoo.addons.retail_accelerator.books import Books

    moves = world.env["account.move"]
    before = moves.search_count([])
    accounts = world.account + world.suspense
    books = Books(world.env)
    [sentence] = books.check(world.journal, entry["date"], accounts)
    assert named in sentence
    with pytest.raises(UserError) as caught:
        books.post_entry(entry, balanced(world, plain_lines(world, 40)))
    assert sentence in str(caught.value)
    assert moves.search_count([]) == before


def test_unbalanced_entry_is_refused_and_leaves_nothing(world):
    from odoo.addons.retail_accelerator.books import Books

    before = world.env["account.move"].search_count([])
    with pytest.raises(UserError, match="balanced"):
        Books(world.env).post_entry(vals(world), plain_lines(world, 40))
    assert world.env["account.move"].search_count([]) == before


def test_reversal_undoes_entry_and_reconciliation(world):
    from odoo.addons.retail_accelerator.books import Books

    books = Books(world.env)
    invoices = [world.invoice() for _number in range(30)]
    dues = [world.due(move) for move in invoices]
    lines = [
        {
            "account_id": world.account.id,
            "partner_id": due.partner_id.id,
            "name": "Charge",
            "balance": -due.balance,
        }
        for due in dues
    ]
    move = books.post_entry(vals(world), balanced(world, lines))
    paid = move.line_ids.sorted("id")[:30]
    books.reconcile([due + line for due, line in zip(dues, paid, strict=True)])
    assert {invoice.payment_state for invoice in invoices} == {"paid"}
    opposite = books.reverse(move, date="2026-05-05", reason="wrong file")
    assert {invoice.payment_state for invoice in invoices} == {"not_paid"}
    assert opposite.state == "posted" and opposite.ref == "wrong file"
    both = move.line_ids + opposite.line_ids
    assert not sum(both.mapped("balance"))
    for due in dues:
        assert due.amount_residual == due.balance
    receivable = both.filtered(lambda line: line.account_id == world.account)
    assert all(line.reconciled for line in receivable)
