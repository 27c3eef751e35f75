# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders whose invoices are paid get the very notes that Odoo's own hook posts.

Random worlds; ``RA_SEED`` reproduces one.
"""

import logging

import pytest
from books_parity import compare
from books_world import SEED, World

from odoo.fields import Command


@pytest.fixture
def copied(monkeypatch):
    """Numbers of notes written as copies, one for each statement."""
    from odoo.addons.retail_accelerator.books import paid_notes

    counts = []

    def copy_message(env, template, ids, bodies):
        counts.append(len(ids))
        return original(env, template, ids, bodies)

    original = paid_notes.copy_message
    monkeypatch.setattr(paid_notes, "copy_message", copy_message)
    return counts


def orders(world, count, **vals):
    """Confirmed orders, to be invoiced as ordered."""
    world.product.invoice_policy = "order"
    line = {"product_id": world.product.id, "product_uom_qty": 2}
    found = world.env["sale.order"].create(
        [
            {
                "partner_id": world.partners[number % 3].id,
                "order_line": [Command.create(line), Command.create(line)],
                **vals,
            }
            for number in range(count)
        ]
    )
    found.action_confirm()
    return found


def invoiced(found):
    """One invoice of the orders' open lines for each customer, posted."""
    invoices = found._create_invoices()
    invoices.action_post()
    return invoices


def invoiced_in_parts(order):
    """An invoice of half of each line, another of the rest."""
    half = order._create_invoices()
    for line in half.invoice_line_ids:
        line.quantity /= 2
    half.action_post()
    return half + invoiced(order)


def paid(world, invoices):
    """Groups that pay each of the invoices."""
    return [
        world.due(invoice) + world.payment(invoice.amount_total, invoice.partner_id)
        for invoice in invoices
    ]


def reconciled(world, invoices):
    """Compare the lanes on groups that pay the invoices."""
    compare_groups(world, paid(world, invoices))


def compare_groups(world, groups):
    from odoo.addons.retail_accelerator.books import Books

    ids = [group.ids for group in groups]
    results = []

    def work(lane):
        results.append(Books(world.env, lane=lane).reconcile(ids))

    differences, tables = compare(world.env, work)
    assert not differences, differences[:10]
    assert "mail_message" in tables
    assert results[1] == {"native": len(ids), "orm": 0, "reasons": {}}


def test_orders_of_one_invoice_each(world, copied):
    invoices = world.env["account.move"]
    for order in orders(world, 6):
        invoices += invoiced(order)
    reconciled(world, invoices)
    assert copied == [5]


def test_several_orders_to_an_invoice_and_several_invoices_to_an_order(world, copied):
    shared, parts = orders(world, 6), orders(world, 3)
    invoices = invoiced(shared)
    assert len(invoices) == 3
    for order in parts:
        invoices += invoiced_in_parts(order)
    parts[1].message_post(body="Thank you", message_type="comment")
    reconciled(world, invoices)
    # Odoo's two; the rest in as many statements as an order has invoices.
    assert copied == [7, 3]


def test_followers_of_notes_are_told_by_odoo(world, copied):
    env = world.env
    user = env["res.users"].create({"name": "Watcher", "login": "watcher"})
    found = orders(world, 5)
    found[2].message_subscribe(user.partner_id.ids, env.ref("mail.mt_note").ids)
    found[3].message_subscribe(user.partner_id.ids)
    invoices = env["account.move"]
    for order in found:
        invoices += invoiced(order)
    reconciled(world, invoices)
    assert copied == [3]


def test_names_that_html_writes_otherwise_are_left_to_odoo(world, copied):
    invoices = world.env["account.move"]
    for order in orders(world, 6):
        invoices += invoiced(order)
    invoices[2].name = "R&D <1>"
    invoices[4].name = "paid"
    reconciled(world, invoices)
    assert copied == [4]


def test_an_order_is_told_once_of_invoices_of_one_name(world, copied):
    """They are of two journals."""
    env = world.env
    journal = env["account.journal"].create(
        {"name": "Shop", "code": "SHOP", "type": "sale"}
    )
    first, second, *others = orders(world, 4)
    half = first._create_invoices()
    half.journal_id = journal
    half.invoice_line_ids[0].quantity = 1
    half.action_post()
    rest = invoiced(first)
    half.name = rest.name
    invoices = half + rest + invoiced(second)
    for order in others:
        invoices += invoiced(order)
    reconciled(world, invoices)
    assert copied == [2]


def test_a_first_invoice_whose_name_stands_twice_in_its_note(world, copied):
    """It is no template; all are Odoo's."""
    invoices = world.env["account.move"]
    for order in orders(world, 3):
        invoices += invoiced(order)
    invoices[0].name = "paid"
    reconciled(world, invoices)
    assert copied == []


def test_notes_are_in_the_language_of_the_user(world, copied):
    env = world.env
    env["res.lang"]._activate_lang("fr_FR")
    env["ir.module.module"].search([("name", "=", "sale")])._update_translations(
        ["fr_FR"]
    )
    world.env = env(context={"lang": "fr_FR"})
    invoices = env["account.move"]
    for order in orders(world, 3):
        invoices += invoiced(order)
    reconciled(world, invoices)
    assert copied == [2]


def test_orders_of_two_companies(world, copied):
    env = world.env
    company = env["res.company"].create({"name": "Second"})
    env.user.company_ids += company
    env["account.chart.template"].try_loading("generic_coa", company)
    ids = [company.id, env.company.id]
    second = World(env(context={"allowed_company_ids": ids}), SEED + 1)
    second.product.type = "service"  # the company has no warehouse
    world.env = env(context={"allowed_company_ids": ids[::-1]})
    invoices = world.env["account.move"]
    for here in (world, second):
        for order in orders(here, 3):
            invoices += invoiced(order).with_env(world.env)
    groups = paid(world, invoices[:3]) + paid(second, invoices[3:].with_env(second.env))
    compare_groups(world, groups)
    assert copied == [2, 2]


def test_salesmen_who_see_their_orders_only(world, copied):
    """Odoo's hook does not find the order lines of others."""
    env = world.env
    groups = ("sales_team.group_sale_salesman", "account.group_account_user")
    user = env["res.users"].create(
        {
            "name": "Salesman",
            "login": "salesman",
            "group_ids": [Command.set([env.ref(name).id for name in groups])],
        }
    )
    invoices = env["account.move"]
    for order in orders(world, 3, user_id=user.id) + orders(world, 3):
        invoices += invoiced(order)
    lines = paid(world, invoices)
    world.env = env(user=user)
    compare_groups(world, lines)
    assert copied == [2]


def test_a_module_with_its_own_messages_gets_odoos_calls(
    environment, books_database, caplog
):
    from odoo.addons.retail_accelerator.books import paid_notes

    world = World(environment(books_database))
    found = orders(world, 3)
    invoices = world.env["account.move"]
    for order in found:
        invoices += invoiced(order)
    with caplog.at_level(logging.INFO, paid_notes.__name__):
        paid_notes.tell_paid(world.env, invoices.ids)
    assert "module retail_test_books overrides sale.order.message_post" in caplog.text
    for order, invoice in zip(found, invoices, strict=True):
        note = order.message_ids[0]
        assert (note.subject, note.preview) == (
            order.name,
            f"Invoice {invoice.name} paid",
        )
