# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who may not reconcile or post by Odoo's rights may not natively either."""

import pytest
from books_parity import compare

from odoo import Command
from odoo.exceptions import AccessError

LANES = ("orm", "auto")


def user(world, *groups, company=None):
    company = company or world.env.company
    return world.env["res.users"].create(
        {
            "name": "Somebody",
            "login": "somebody",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [
                Command.set([world.env.ref(name).id for name in groups]),
            ],
        }
    )


def pairs(world, count=2):
    groups = []
    for _number in range(count):
        invoice = world.invoice()
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append((world.due(invoice) + paid).ids)
    return groups


def lines(world, count=30):
    found = [
        {
            "account_id": world.account.id,
            "partner_id": world.partners[number % 8].id,
            "name": f"Charge {number}",
            "balance": -10.25,
        }
        for number in range(count)
    ]
    total = -sum(line["balance"] for line in found)
    other = {"account_id": world.suspense.id, "name": "Payout", "balance": total}
    return [*found, other]


def outcomes(world, work):
    """Whether each lane refused for want of rights; what it did is undone."""
    from odoo.addons.retail_accelerator.engine.templates import undone

    found = {}
    world.env.flush_all()
    for lane in LANES:
        found[lane] = "refused"
        with undone(world.env.cr):
            try:
                work(lane)
                found[lane] = "done"
            except AccessError:
                found[lane] = "refused"
        world.env.invalidate_all()
    return found


def reconcile(world, who, groups):
    from odoo.addons.retail_accelerator.books import Books

    env = world.env(user=who, su=False)
    return outcomes(world, lambda lane: Books(env, lane).reconcile(groups))


def post(world, who):
    from odoo.addons.retail_accelerator.books import Books

    env = world.env(user=who, su=False)
    vals = {"journal_id": world.journal.id, "date": "2026-05-04", "ref": "payout"}
    return outcomes(world, lambda lane: Books(env, lane).post_entry(vals, lines(world)))


REFUSED = {"orm": "refused", "auto": "refused"}
DONE = {"orm": "done", "auto": "done"}


@pytest.mark.parametrize(
    "groups",
    [
        ["base.group_user"],
        ["base.group_user", "sales_team.group_sale_manager"],
        ["base.group_user", "account.group_account_readonly"],
    ],
    ids=["employee", "sales manager", "auditor"],
)
def test_without_the_rights_of_an_accountant_nothing_is_written(world, groups):
    open_pairs = pairs(world)
    who = user(world, *groups)
    assert reconcile(world, who, open_pairs) == REFUSED
    assert post(world, who) == REFUSED


def test_an_accountant_may(world):
    open_pairs = pairs(world)
    who = user(world, "base.group_user", "account.group_account_user")
    assert reconcile(world, who, open_pairs) == DONE
    assert post(world, who) == DONE


def test_an_accountant_leaves_the_rows_the_orm_leaves(world):
    from odoo.addons.retail_accelerator.books import Books

    open_pairs = pairs(world)
    who = user(world, "base.group_user", "account.group_account_user")
    env = world.env(user=who, su=False)
    results = {}

    def work(lane):
        results[lane] = Books(env, lane).reconcile(open_pairs)

    differences, tables = compare(env, work)
    assert not differences, differences[:10]
    assert "account_partial_reconcile" in tables
    assert results["auto"] == {"native": 2, "orm": 0, "reasons": {}}


def test_an_accountant_of_another_company_may_not(world):
    open_pairs = pairs(world)
    other = world.env["res.company"].create({"name": "Other"})
    who = user(world, "base.group_user", "account.group_account_user", company=other)
    assert reconcile(world, who, open_pairs) == REFUSED


@pytest.mark.parametrize("model", ["account.move.line", "account.move"])
def test_a_record_rule_that_hides_a_line_keeps_it_from_being_matched(world, model):
    open_pairs = pairs(world)
    who = user(world, "base.group_user", "account.group_account_user")
    hidden = world.env["account.move.line"].browse(open_pairs[1][0])
    record = hidden if model == "account.move.line" else hidden.move_id
    world.env["ir.rule"].create(
        {
            "name": "hidden",
            "model_id": world.env["ir.model"]._get_id(model),
            "domain_force": f"[('id', '!=', {record.id})]",
        }
    )
    assert reconcile(world, who, open_pairs) == REFUSED
    assert reconcile(world, who, open_pairs[:1]) == DONE


def test_a_record_rule_on_matchings_is_kept(world):
    open_pairs = pairs(world)
    who = user(world, "base.group_user", "account.group_account_user")
    world.env["ir.rule"].create(
        {
            "name": "small ones only",
            "model_id": world.env["ir.model"]._get_id("account.partial.reconcile"),
            "domain_force": "[('amount', '<', 0)]",
            "perm_read": False,
        }
    )
    assert reconcile(world, who, open_pairs) == REFUSED


def test_a_line_that_may_only_be_read_is_not_matched_natively(world):
    """Stricter than Odoo, which asks for no right to write the lines it matches."""
    open_pairs = pairs(world)
    who = user(world, "base.group_user", "account.group_account_user")
    world.env["ir.rule"].create(
        {
            "name": "read only",
            "model_id": world.env["ir.model"]._get_id("account.move.line"),
            "domain_force": f"[('id', '!=', {open_pairs[1][0]})]",
            "perm_read": False,
        }
    )
    assert reconcile(world, who, open_pairs)["auto"] == "refused"
