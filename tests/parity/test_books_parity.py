# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reconciling natively leaves the very rows that Odoo's ``_reconcile_plan`` leaves.

Random worlds; ``RA_SEED`` reproduces one.
"""

import pytest
from books_parity import compare
from books_world import SEED, World

from odoo.exceptions import UserError
from odoo.fields import Command


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


@pytest.mark.parametrize("foreign", [False, True], ids=["domestic", "foreign"])
def test_statements_do_not_grow_with_the_groups(world, foreign):
    """Neither Odoo nor the native lane reads or writes group by group."""
    from odoo.addons.retail_accelerator.books import Books
    from odoo.addons.retail_accelerator.engine.templates import undone

    world.use_rate("2026-01-01", 0.9137)
    currency = world.euro if foreign else None
    amounts = [(world.partners[n % 8], 100.0 + n, currency, 90.0 + n) for n in range(9)]
    paid = world.entry(amounts)
    due = world.entry([(who, -home, c, -own) for who, home, c, own in amounts])
    groups = [(left + right).ids for left, right in zip(due, paid, strict=True)]
    counts = []
    for count in (9, 2, 9):  # the first fills Odoo's caches
        world.env.flush_all()
        world.env.invalidate_all()
        with undone(world.env.cr):
            before = world.env.cr.sql_log_count
            result = Books(world.env).reconcile(groups[:count])
            counts.append(world.env.cr.sql_log_count - before)
        all_native(result, count)
    assert counts[1] == counts[2]


def orm_alone(result, reason, count=1):
    assert result == {"native": 0, "orm": count, "reasons": {reason: count}}


def test_cash_basis_taxes_are_left_to_the_orm(world):
    world.env.company.tax_exigibility = True
    invoice = world.invoice()
    paid = world.payment(invoice.amount_total, invoice.partner_id)
    orm_alone(reconciled(world.env, [world.due(invoice) + paid]), "cash basis taxes")


def test_early_payment_discounts_are_left_to_the_orm(world):
    terms = world.env["account.payment.term"].create(
        {"name": "2/10", "early_discount": True, "discount_days": 10}
    )
    invoice = world.invoice(invoice_payment_term_id=terms.id)
    paid = world.payment(invoice.amount_total, invoice.partner_id)
    result = reconciled(world.env, [world.due(invoice) + paid])
    orm_alone(result, "early payment discount")


def test_payments_without_entry_are_left_to_the_orm(world):
    """The invoice waits for such a payment; its entry comes with the bank line."""
    env = world.env
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    journal.inbound_payment_method_line_ids.payment_account_id = False
    invoice = world.invoice()
    payment = env["account.payment"].create(
        {
            "payment_type": "inbound",
            "journal_id": journal.id,
            "partner_type": "customer",
            "partner_id": invoice.partner_id.id,
            "amount": invoice.amount_total,
            "date": world.day(),
            "invoice_ids": [(6, 0, invoice.ids)],
        }
    )
    payment.outstanding_account_id = False
    payment.state = "in_process"
    assert invoice.matched_payment_ids == payment and not payment.move_id
    paid = world.entry([(invoice.partner_id, invoice.amount_total, None, None)])
    result = reconciled(env, [world.due(invoice) + paid])
    orm_alone(result, "payment without entry")


def test_lines_of_two_groups_are_left_to_the_orm(world):
    invoice = world.invoice()
    first = world.payment(invoice.amount_total / 2, invoice.partner_id)
    second = world.payment(invoice.amount_total / 2, invoice.partner_id)
    due = world.due(invoice)
    result = reconciled(world.env, [due + first, due + second])
    orm_alone(result, "lines in several groups", 2)


def test_lines_already_reconciled_are_refused_by_the_orm(world):
    from odoo.addons.retail_accelerator.books import Books

    invoice = world.invoice()
    paid = world.payment(invoice.amount_total, invoice.partner_id)
    lines = world.due(invoice) + paid
    lines.reconcile()
    with pytest.raises(UserError, match="already reconciled"):
        Books(world.env).reconcile([lines])


def test_groups_for_the_orm_go_beside_native_ones(world):
    """In one call; the reasons say how many went which way."""
    terms = world.env["account.payment.term"].create(
        {"name": "2/10", "early_discount": True, "discount_days": 10}
    )
    groups = []
    for number in range(6):
        given = {"invoice_payment_term_id": terms.id} if number > 3 else {}
        invoice = world.invoice(**given)
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append(world.due(invoice) + paid)
    result = reconciled(world.env, groups)
    assert result == {"native": 4, "orm": 2, "reasons": {"early payment discount": 2}}


def test_invoices_rounded_to_coins(world):
    """Cash rounding adds a line; what is due ends in five cents."""
    rounding = world.env["account.cash.rounding"].create(
        {
            "name": "Coins",
            "rounding": 0.05,
            "strategy": "add_invoice_line",
            "profit_account_id": world.income.id,
            "loss_account_id": world.income.id,
        }
    )
    groups = []
    for cents in (1001, 2033, 4999):
        invoice = world.invoice(amount=cents, invoice_cash_rounding_id=rounding.id)
        paid = world.payment(invoice.amount_total, invoice.partner_id)
        groups.append(world.due(invoice) + paid)
    all_native(reconciled(world.env, groups), 3)


def test_invoices_due_in_parts(world):
    """A payment term of two dates: two lines of one invoice, paid by two payments."""
    terms = world.env["account.payment.term"].create(
        {
            "name": "halves",
            "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                Command.create({"value": "percent", "value_amount": 50, "nb_days": 30}),
            ],
        }
    )
    groups = []
    for number in range(4):
        invoice = world.invoice(invoice_payment_term_id=terms.id)
        for due in world.due(invoice)[: 1 + number % 2]:
            paid = world.payment(due.balance, invoice.partner_id)
            groups.append(due + paid)
    all_native(reconciled(world.env, groups), 6)


def test_vendor_bills_and_their_refunds(world):
    groups = []
    for number in range(4):
        bill = world.invoice(kind="in_invoice", amount=5000 + number)
        due = world.due(bill)
        if number % 2:
            note = world.invoice(kind="in_refund", amount=2000, partner=bill.partner_id)
            groups.append(due + world.due(note))
        else:
            paid = world.payment(
                bill.amount_total, bill.partner_id, True, partner_type="supplier"
            )
            groups.append(due + paid)
    all_native(reconciled(world.env, groups), 4)


def test_two_companies_in_one_call(world):
    """Each with accounts of its own; the groups do not mix them."""
    env = world.env
    company = env["res.company"].create({"name": "Second"})
    env.user.company_ids += company
    env["account.chart.template"].try_loading("generic_coa", company)
    both = env(context={"allowed_company_ids": [env.company.id, company.id]})
    second = World(
        both(context={"allowed_company_ids": [company.id, env.company.id]}), SEED + 1
    )
    groups = []
    for here in (world, second) * 3:
        invoice = here.invoice()
        paid = here.payment(invoice.amount_total, invoice.partner_id)
        groups.append(here.due(invoice) + paid)
    assert len({lines.company_id for lines in groups}) == 2
    all_native(reconciled(both, groups), 6)


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
    all_native(reconciled(world.env, random_groups(world, 25)), 25)


def test_random_groups_beside_other_modules(world_of_modules):
    groups = random_groups(world_of_modules, 12)
    all_native(reconciled(world_of_modules.env, groups), 12)


def random_groups(world, count):
    """Everything mixed: several invoices, notes and payments to a group."""
    groups = []
    for number in range(count):
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
    return groups
