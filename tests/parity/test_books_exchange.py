# SPDX-License-Identifier: LGPL-3.0-or-later
"""Groups with exchange differences leave the very rows that Odoo leaves: the entries,
their matchings, full reconciliations, numbers, followers and messages.

Random worlds; ``RA_SEED`` reproduces one.
"""

import pytest
from books_parity import compare

from odoo.exceptions import UserError

RATES = (
    ("2026-01-01", 0.9137),
    ("2026-03-10", 0.9411),
    ("2026-03-25", 0.8802),
    ("2026-04-08", 1.0713),
    ("2026-04-20", 0.9999),
)


@pytest.fixture
def world(world):
    return with_rates(world)


@pytest.fixture
def world_of_modules(world_of_modules):
    return with_rates(world_of_modules)


def with_rates(world):
    for day, rate in RATES:
        world.use_rate(day, rate)
    return world


def reconciled(env, groups):
    """Compare the lanes; the number of exchange entries there are."""
    from odoo.addons.retail_accelerator.books import Books

    ids = [group.ids for group in groups]
    journal = env.company.currency_exchange_journal_id
    found, results = {}, {}

    def work(lane):
        before = env["account.move"].search_count([("journal_id", "=", journal.id)])
        results[lane] = Books(env, lane=lane).reconcile(ids)
        found[lane] = (
            env["account.move"].search_count([("journal_id", "=", journal.id)]) - before
        )

    differences, _tables = compare(env, work)
    assert not differences, differences[:10]
    assert results["auto"] == {"native": len(groups), "orm": 0, "reasons": {}}
    return found["auto"]


def sale(world, amount=None, partner=None, **vals):
    return world.invoice(
        amount, partner=partner, currency_id=vals.pop("currency", world.euro).id, **vals
    )


def paid(world, invoice, factor=1, currency=None, **vals):
    currency = currency or world.euro
    day = world.day()
    amount = invoice.currency_id._convert(
        invoice.amount_total * factor, currency, world.env.company, day
    )
    return world.payment(
        amount, invoice.partner_id, currency_id=currency.id, date=day, **vals
    )


def test_invoices_paid_at_other_rates(world):
    groups = []
    for _number in range(16):
        invoice = sale(world)
        groups.append(world.due(invoice) + paid(world, invoice))
    assert reconciled(world.env, groups) > 8


def test_invoices_paid_beside_other_modules(world_of_modules):
    world = world_of_modules
    groups = []
    for _number in range(10):
        invoice = sale(world)
        groups.append(world.due(invoice) + paid(world, invoice))
    assert reconciled(world.env, groups) > 4


def test_few_differences(world):
    """Too few for copies; Odoo writes their entries, the rest stays native."""
    invoice = sale(world, invoice_date="2026-03-02")
    line = world.payment(
        invoice.amount_total,
        invoice.partner_id,
        currency_id=world.euro.id,
        date="2026-04-09",
    )
    assert reconciled(world.env, [world.due(invoice) + line]) == 1


@pytest.mark.parametrize("factor", [0.31, 0.999, 1.4])
def test_under_and_overpayments(world, factor):
    groups = []
    for _number in range(8):
        invoice = sale(world)
        groups.append(world.due(invoice) + paid(world, invoice, factor))
    assert reconciled(world.env, groups)


def test_paid_in_the_currency_of_the_company(world):
    home = world.env.company.currency_id
    groups = []
    for number in range(16):
        factor = (1, 0.4, 1.3)[number % 3]
        if number % 2:
            invoice = sale(world)
            groups.append(world.due(invoice) + paid(world, invoice, factor, home))
        else:
            invoice = sale(world, currency=home)
            groups.append(world.due(invoice) + paid(world, invoice, factor))
    reconciled(world.env, groups)


def test_three_currencies(world):
    pound = world.env.ref("base.GBP")
    pound.active = True
    for day, rate in RATES:
        world.env["res.currency.rate"].create(
            {"currency_id": pound.id, "name": day, "rate": round(rate * 0.83, 4)}
        )
    home = world.env.company.currency_id
    currencies = (home, world.euro, pound)
    groups = []
    for number in range(12):
        invoice = sale(world, currency=currencies[number % 3])
        lines = world.due(invoice)
        for part in range(1 + number % 2):
            currency = currencies[(number + part + number // 3) % 3]
            lines += paid(world, invoice, 1 / (1 + number % 2), currency)
        groups.append(lines)
    assert reconciled(world.env, groups)


def test_credit_notes(world):
    groups = []
    for _number in range(8):
        invoice = sale(world)
        note = sale(
            world,
            world.random.randrange(100, int(invoice.amount_untaxed * 100) + 1),
            kind="out_refund",
            partner=invoice.partner_id,
        )
        groups.append(world.due(invoice) + world.due(note))
    assert reconciled(world.env, groups)


def test_a_payout_entry_of_many_rows(world):
    """As settlements post them: all rows in one entry, each pays one invoice."""
    invoices = [sale(world) for _number in range(14)]
    euro, company = world.euro, world.env.company
    lines = world.entry(
        [
            (
                move.partner_id,
                euro._convert(
                    move.amount_total, company.currency_id, company, "2026-04-22"
                ),
                euro,
                move.amount_total,
            )
            for move in invoices
        ],
        "2026-04-22",
    )
    groups = [
        world.due(move) + line for move, line in zip(invoices, lines, strict=True)
    ]
    assert reconciled(world.env, groups) > 8


def test_a_second_payment_closes_the_first(world):
    groups = []
    for number in range(12):
        invoice = sale(world)
        first = paid(world, invoice, 0.4)
        (world.due(invoice) + first).reconcile()
        rest = 0.6 if number % 2 else 0.5
        groups.append(world.due(invoice) + paid(world, invoice, rest))
    assert reconciled(world.env, groups)


def test_a_part_of_a_group_closes(world):
    """An invoice and its payment take each other up, another invoice stays open."""
    groups = []
    for number in range(8):
        partner = world.partners[number]
        first = sale(world, 5000 + number, partner, invoice_date="2026-03-02")
        second = sale(world, 7000 + number, partner, invoice_date="2026-03-12")
        line = world.payment(
            first.amount_total,
            partner,
            currency_id=world.euro.id,
            date="2026-04-09",
        )
        groups.append(world.due(first) + world.due(second) + line)
    assert reconciled(world.env, groups) >= 8


def test_other_accounts_than_receivables(world):
    """A clearing account, where Odoo asks no rate of its own."""
    account = world.env["account.account"].create(
        {
            "name": "Clearing",
            "code": "XCLR",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    world.account = account
    groups = []
    for number in range(10):
        partner = world.partners[number % 8]
        foreign = 10.0 + number
        out = world.entry([(partner, foreign * 1.11, world.euro, foreign)])
        back = world.entry([(partner, -foreign * 1.07, world.euro, -foreign)])
        groups.append(out + back)
    assert reconciled(world.env, groups) == 10


def test_random_groups(world):
    home = world.env.company.currency_id
    groups = []
    for number in range(12):
        partner = world.partners[number % 8]
        pick = [world.euro, world.euro, home]
        lines = world.due(sale(world, partner=partner))
        for _part in range(world.random.randrange(3)):
            currency = world.random.choice(pick)
            lines += world.due(sale(world, partner=partner, currency=currency))
        if world.random.random() < 0.4:
            lines += world.due(sale(world, partner=partner, kind="out_refund"))
        for _part in range(world.random.randrange(1, 4)):
            lines += world.payment(
                world.random.randrange(100, 120000) / 100,
                partner,
                currency_id=world.random.choice(pick).id,
            )
        groups.append(lines)
    reconciled(world.env, groups)


def test_entries_are_numbered_on_in_each_month(world):
    """Odoo numbers by date; the copies do, and leave no gap."""
    env = world.env
    env.company.fiscalyear_lock_date = "2026-02-28"
    groups = []
    for number in range(16):
        day = f"2026-0{3 + number % 3}-{10 + number % 5}"
        invoice = sale(world, invoice_date="2026-03-02")
        line = world.payment(
            invoice.amount_total,
            invoice.partner_id,
            currency_id=world.euro.id,
            date=day,
        )
        groups.append(world.due(invoice) + line)
    assert reconciled(env, groups) >= 12


def test_statements_do_not_grow_with_the_groups(world):
    from odoo.addons.retail_accelerator.books import Books
    from odoo.addons.retail_accelerator.engine.templates import undone

    groups = []
    for _number in range(14):
        invoice = sale(world, invoice_date="2026-03-02")
        line = world.payment(
            invoice.amount_total,
            invoice.partner_id,
            currency_id=world.euro.id,
            date="2026-04-09",
        )
        groups.append((world.due(invoice) + line).ids)
    counts = []
    for count in (14, 6, 14):  # the first fills Odoo's caches
        world.env.flush_all()
        world.env.invalidate_all()
        with undone(world.env.cr):
            before = world.env.cr.sql_log_count
            result = Books(world.env).reconcile(groups[:count])
            counts.append(world.env.cr.sql_log_count - before)
        assert result["native"] == count
    assert counts[1] == counts[2]


def test_a_company_without_exchange_journal_gets_odoos_error(world):
    from odoo.addons.retail_accelerator.books import Books

    env = world.env
    invoice = sale(world, invoice_date="2026-03-02")
    line = world.payment(
        invoice.amount_total,
        invoice.partner_id,
        currency_id=world.euro.id,
        date="2026-04-09",
    )
    env.company.currency_exchange_journal_id = False
    with pytest.raises(UserError, match="Exchange Gain or Loss Journal"):
        Books(env).reconcile([world.due(invoice) + line])


def test_undoing_reverses_the_entry(world):
    """What Odoo does when it unmatches: the entry hangs on the right matching."""
    from odoo.addons.retail_accelerator.books import Books

    env = world.env
    groups = []
    for _number in range(6):
        invoice = sale(world, invoice_date="2026-03-02")
        line = world.payment(
            invoice.amount_total,
            invoice.partner_id,
            currency_id=world.euro.id,
            date="2026-04-09",
        )
        groups.append(world.due(invoice) + line)
    assert Books(env).reconcile(groups)["native"] == 6
    journal = env.company.currency_exchange_journal_id
    entries = env["account.move"].search([("journal_id", "=", journal.id)])
    assert len(entries) == 6
    groups[2].remove_move_reconcile()
    assert not any(groups[2].mapped("reconciled"))
    assert len(entries.filtered("reversal_move_ids")) == 1
    assert all(line.reconciled for line in groups[3])
