# SPDX-License-Identifier: LGPL-3.0-or-later
"""Many small entries posted at once are the entries Odoo would have posted.

Random entries; ``RA_SEED`` reproduces them.
"""

import pytest
from books_parity import compare

from odoo.exceptions import UserError

NATIVE = ("native", {})


def charge(world, number, fee=None, day=None, **more):
    """A sale with its fee, as one entry: (vals, lines)."""
    cents = world.random.randrange(500, 90000)
    fee = world.random.randrange(10, 90) if fee is None else fee
    lines = [
        (world.account, world.random.choice(world.partners).id, -cents),
        (world.income, False, fee),
        (world.suspense, False, cents - fee),
    ]
    return (
        {
            "journal_id": world.journal.id,
            "date": day or f"2026-0{4 + number % 2}-{1 + number % 28:02}",
            "ref": f"PO 1 ch_{number % 7}",
            **more,
        },
        [
            {
                "account_id": account.id,
                "partner_id": partner,
                "name": f"ch_{number}",
                "balance": amount / 100,
            }
            for account, partner, amount in lines
            if amount
        ],
    )


def posted(world, entries):
    """Compare the lanes; what the native lane says of itself."""
    from odoo.addons.retail_accelerator.books import Books

    told = {}

    def work(lane):
        books = Books(world.env, lane=lane)
        moves = books.post_entries(entries)
        told[lane] = books.last_lane, books.last_reasons
        assert len(moves) == len(entries)
        for move, (vals, lines) in zip(moves, entries, strict=True):
            assert move.state == "posted" and move.ref == (vals.get("ref") or False)
            names = [line["name"] for line in lines]
            assert move.line_ids.sorted("id").mapped("name") == names

    differences, tables = compare(world.env, work)
    assert not differences, differences[:10]
    assert "account_move" in tables
    return told["auto"]


def test_an_entry_for_each_charge(world):
    entries = [charge(world, number) for number in range(60)]
    assert posted(world, entries) == NATIVE


def test_entries_beside_other_modules(world_of_modules):
    world = world_of_modules
    assert posted(world, [charge(world, number) for number in range(30)]) == NATIVE


def test_entries_of_several_kinds_between_each_other(world):
    entries = []
    for number in range(48):
        entry = charge(world, number, fee=0 if number % 3 else None)
        if number % 4 == 0:
            for line in entry[1]:
                line["balance"] *= -1
        if number % 5 == 0:
            entry[0]["ref"] = False
        entries.append(entry)
    lane, reasons = posted(world, entries)
    assert (lane, reasons) == NATIVE


def test_entries_in_another_currency(world):
    world.use_rate("2026-01-01", 0.9137)
    entries = []
    for number in range(24):
        vals, lines = charge(world, number, currency_id=world.euro.id)
        for line in lines:
            line["currency_id"] = world.euro.id
            line["amount_currency"] = round(line["balance"] * 0.9137, 2)
        entries.append((vals, lines))
    assert posted(world, entries) == NATIVE


def test_entries_with_taxes_and_tags(world):
    tax = world.env["account.tax"].search([("type_tax_use", "=", "sale")], limit=1)
    tag = world.env["account.account.tag"].create(
        {"name": "+base", "applicability": "taxes"}
    )
    part = tax.invoice_repartition_line_ids.filtered(
        lambda line: line.repartition_type == "tax"
    )
    entries = []
    for number in range(20):
        net, due = 1000 + 37 * number, 150 + 5 * number
        vals, _lines = charge(world, number)
        lines = [
            {
                "account_id": world.income.id,
                "name": "Sales",
                "balance": -net / 100,
                "tax_ids": [(6, 0, tax.ids)],
                "tax_tag_ids": [(6, 0, tag.ids)],
            },
            {
                "account_id": part.account_id.id,
                "name": "Tax",
                "balance": -due / 100,
                "tax_ids": [(6, 0, [])],
                "tax_tag_ids": [(6, 0, tag.ids)],
                "tax_repartition_line_id": part.id,
                "group_tax_id": False,
                "tax_base_amount": net / 100,
            },
            {
                "account_id": world.suspense.id,
                "name": "Payout",
                "balance": (net + due) / 100,
            },
        ]
        entries.append((vals, lines))
    assert posted(world, entries) == NATIVE


def test_entries_with_analytics(world):
    plan = world.env["account.analytic.plan"].create({"name": "Channels"})
    account = world.env["account.analytic.account"].create(
        {"name": "Shop", "plan_id": plan.id}
    )
    entries = [charge(world, number) for number in range(20)]
    for _vals, lines in entries:
        lines[1]["analytic_distribution"] = {str(account.id): 100.0}
    assert posted(world, entries) == NATIVE


def test_analytics_in_shares_are_left_to_the_orm(world):
    plan = world.env["account.analytic.plan"].create({"name": "Channels"})
    accounts = world.env["account.analytic.account"].create(
        [{"name": name, "plan_id": plan.id} for name in ("Shop", "Stall")]
    )
    entries = [charge(world, number) for number in range(20)]
    for _vals, lines in entries:
        lines[1]["analytic_distribution"] = {
            str(account.id): 50.0 for account in accounts
        }
    assert posted(world, entries) == ("orm", {"analytics in shares": 20})


def test_few_entries_are_left_to_the_orm(world):
    entries = [charge(world, number) for number in range(3)]
    reasons = {"few entries of one kind": 3}
    assert posted(world, entries) == ("orm", reasons)


def test_entries_are_numbered_on_from_those_there(world):
    """With a gap before, and by another pattern of numbers."""
    first = world.env["account.move"].create(
        {
            "journal_id": world.journal.id,
            "date": "2026-04-02",
            "name": "SETTLE-2026-00041",
            "line_ids": [
                (0, 0, {"account_id": world.suspense.id, "balance": amount})
                for amount in (5, -5)
            ],
        }
    )
    first.action_post()
    entries = [charge(world, number) for number in range(20)]
    assert posted(world, entries) == NATIVE


def test_a_locked_date_among_them_refuses_them_all(world):
    from odoo.addons.retail_accelerator.books import Books

    world.env.company.fiscalyear_lock_date = "2026-04-03"
    entries = [charge(world, number) for number in range(20)]
    before = world.env["account.move"].search_count([])
    with pytest.raises(UserError, match="locked"):
        Books(world.env).post_entries(entries)
    assert world.env["account.move"].search_count([]) == before


def test_an_unbalanced_entry_among_them_leaves_nothing(world):
    from odoo.addons.retail_accelerator.books import Books

    entries = [charge(world, number) for number in range(20)]
    entries[13][1][0]["balance"] -= 0.01
    before = world.env["account.move"].search_count([])
    with pytest.raises((UserError, RuntimeError), match="balance"):
        Books(world.env).post_entries(entries)
    assert world.env["account.move"].search_count([]) == before


def test_statements_do_not_grow_with_the_entries(world):
    from odoo.addons.retail_accelerator.books import Books
    from odoo.addons.retail_accelerator.engine.templates import undone

    for partner in world.partners:
        partner._increase_rank("customer_rank", 1)
    entries = [charge(world, number, day="2026-04-05") for number in range(40)]
    counts = []
    for count in (40, 10, 40):  # the first fills Odoo's caches
        world.env.flush_all()
        world.env.invalidate_all()
        with undone(world.env.cr):
            before = world.env.cr.sql_log_count
            Books(world.env).post_entries(entries[:count])
            counts.append(world.env.cr.sql_log_count - before)
    assert counts[1] == counts[2]


def test_foreign_keys_to_a_table_that_grew_are_planned_anew(world):
    from odoo.addons.retail_accelerator.books.sql import MANY, renew_plans

    env = world.env
    post = [charge(world, number) for number in range(3)]
    moves = env["account.move"].create(
        [{**vals, "line_ids": [(0, 0, line) for line in lines]} for vals, lines in post]
    )
    env.flush_all()

    def known():
        env.cr.execute("SELECT reltuples FROM pg_class WHERE relname = 'account_move'")
        return env.cr.fetchone()[0]

    before = known()
    renew_plans(env, "account_move", MANY - 1)
    assert known() == before
    renew_plans(env, "account_move", 1 << 30)
    assert known() >= len(moves)
