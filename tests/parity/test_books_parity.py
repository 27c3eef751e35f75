# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reconciling natively leaves the very rows that Odoo's ``_reconcile_plan`` leaves.

Random worlds; ``RA_SEED`` reproduces one.
"""

import os

import pytest
from books_parity import compare
from books_world import World

SEED = int(os.environ.get("RA_SEED", "7"))


def reconciled(env, groups):
    """Compare the lanes on ``groups``; the native lane's result."""
    from odoo.addons.retail_accelerator.books import Books

    results = {}
    ids = [group.ids for group in groups]

    def work(lane):
        results[lane] = Books(env, lane=lane).reconcile(ids)

    differences, tables = compare(env, work)
    assert not differences, differences[:10]
    assert "account_partial_reconcile" in tables
    return results["auto"]


@pytest.fixture
def world(environment, plain_database):
    env = environment(plain_database)
    env.user.group_ids += env.ref("account.group_account_user")
    return World(env, SEED)


def all_native(result, count):
    assert result == {"native": count, "orm": 0, "reasons": {}}


def test_invoices_paid_by_payments(world):
    groups = []
    for _number in range(20):
        invoice = world.invoice()
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append(world.due(invoice) + paid)
    all_native(reconciled(world.env, groups), 20)


def test_invoices_paid_by_a_payout_entry(world):
    invoices = [world.invoice() for _number in range(20)]
    paid = world.entry(
        [(move.partner_id, move.amount_total, None, None) for move in invoices]
    )
    groups = [world.due(move) + line for move, line in zip(invoices, paid, strict=True)]
    all_native(reconciled(world.env, groups), 20)


def test_one_group_of_many_invoices_and_partners(world):
    invoices = [world.invoice() for _number in range(12)]
    paid = world.entry(
        [(move.partner_id, move.amount_total, None, None) for move in invoices]
    )
    lines = paid
    for move in invoices:
        lines += world.due(move)
    all_native(reconciled(world.env, [lines]), 1)


@pytest.mark.parametrize("factor", [0.25, 0.999, 1.5])
def test_under_and_overpayments(world, factor):
    groups = []
    for _number in range(8):
        invoice = world.invoice()
        paid = world.payment(
            round(invoice.amount_total * factor, 2), invoice.partner_id
        )
        groups.append(world.due(invoice) + paid)
    all_native(reconciled(world.env, groups), 8)


def test_credit_notes_reverse_and_refund(world):
    groups = []
    for _number in range(6):
        invoice = world.invoice()
        note = world.invoice(
            kind="out_refund",
            amount=world.random.randrange(100, int(invoice.amount_untaxed * 100) + 1),
            partner=invoice.partner_id,
        )
        groups.append(world.due(invoice) + world.due(note))
    invoice = world.invoice(amount=5000)
    note = world.invoice(kind="out_refund", amount=5000, partner=invoice.partner_id)
    groups.append(world.due(invoice) + world.due(note))
    note = world.invoice(kind="out_refund", amount=4200)
    groups.append(
        world.due(note) + world.payment(note.amount_total, note.partner_id, True)
    )
    all_native(reconciled(world.env, groups), 8)


def test_a_second_payment_completes_the_first(world):
    env = world.env
    groups = []
    for number in range(8):
        invoice = world.invoice()
        part = round(invoice.amount_total / 3, 2)
        first = world.payment(part, invoice.partner_id)
        (world.due(invoice) + first).reconcile()
        rest = round(invoice.amount_total - part - (1 if number % 2 else 0), 2)
        second = world.payment(rest, invoice.partner_id)
        groups.append(world.due(invoice) + second)
    all_native(reconciled(env, groups), 8)


def test_payments_matched_with_a_bank_line(world):
    env = world.env
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    groups = []
    for _number in range(4):
        invoice = world.invoice()
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        (world.due(invoice) + paid).reconcile()
        bank = env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": world.day(),
                "payment_ref": "in",
                "amount": invoice.amount_total,
            }
        )
        outstanding = paid.move_id.line_ids - paid
        line = bank.move_id.line_ids.filtered(
            lambda item, journal=journal: item.account_id == journal.suspense_account_id
        )
        line.account_id = outstanding.account_id
        groups.append(line + outstanding)
    all_native(reconciled(env, groups), 4)


def test_foreign_invoices_paid_at_one_rate(world):
    world.use_rate("2026-01-01", 0.9137)
    groups = []
    for _number in range(8):
        invoice = world.invoice(currency_id=world.euro.id)
        due = world.due(invoice)
        paid = world.entry(
            [(invoice.partner_id, due.balance, world.euro, due.amount_currency)]
        )
        groups.append(due + paid)
    all_native(reconciled(world.env, groups), 8)


def test_exchange_differences_are_left_to_the_orm(world):
    world.use_rate("2026-01-01", 0.9)
    world.use_rate("2026-04-01", 1.1)
    invoice = world.invoice(currency_id=world.euro.id, invoice_date="2026-03-02")
    paid = world.payment(
        invoice.amount_total,
        invoice.partner_id,
        currency_id=world.euro.id,
        date="2026-04-02",
    )
    result = reconciled(world.env, [world.due(invoice) + paid])
    assert result == {"native": 0, "orm": 1, "reasons": {"exchange difference": 1}}


def test_invoices_of_sales_orders(world):
    env = world.env
    groups = []
    for number in range(4):
        order = env["sale.order"].create(
            {
                "partner_id": world.partners[number].id,
                "order_line": [
                    (0, 0, {"product_id": world.product.id, "product_uom_qty": 2})
                ],
            }
        )
        world.product.invoice_policy = "order"
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append(world.due(invoice) + paid)
    all_native(reconciled(env, groups), 4)


def test_followers_are_told_as_odoo_tells_them(world):
    env = world.env
    paid_type = env.ref("account.mt_invoice_paid")
    user = env["res.users"].create({"name": "Watcher", "login": "watcher"})
    groups = []
    for number in range(3):
        invoice = world.invoice()
        if number == 1:
            invoice.message_subscribe(user.partner_id.ids, paid_type.ids)
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append(world.due(invoice) + paid)
    all_native(reconciled(env, groups), 3)


def test_random_groups(world):
    """Everything mixed: several invoices, notes and payments to a group."""
    groups = []
    for number in range(25):
        partner = world.partners[number % 8]
        lines = world.due(world.invoice(partner=partner))
        for _part in range(world.random.randrange(3)):
            lines += world.due(world.invoice(partner=partner))
        if world.random.random() < 0.4:
            lines += world.due(world.invoice(kind="out_refund", partner=partner))
        for _part in range(world.random.randrange(1, 3)):
            amount = world.random.randrange(100, 120000) / 100
            if world.random.random() < 0.5:
                lines += world.payment(amount, partner)
            else:
                lines += world.entry([(partner, amount, None, None)])
        groups.append(lines)
    all_native(reconciled(world.env, groups), 25)
