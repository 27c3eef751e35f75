# SPDX-License-Identifier: LGPL-3.0-or-later
"""Worlds as files of providers, through Odoo to reconciled books, and twice."""

import sys
from argparse import Namespace
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from books_audit import balances, wrong
from conftest import run
from support import ADMIN, ROOT

import odoo
from odoo import Command, api
from odoo.modules.registry import Registry

sys.path.insert(0, str(ROOT / "tests/generate"))
sys.path.insert(0, str(ROOT / "tests/py"))
from bank_files import camt
from settlement_files import FORMATS, write
from settlement_world import CREDIT_NOTE, USUAL, world

DATABASE = "ra_settle_files"
# Odoo knows no provider's ids here, and all is in the company's currency.
NOISE = replace(USUAL, foreign=0.0, known_id=0.0, people=20)
KEYS = {
    *("rows", "payouts", "matched", "exceptions", "posted", "reconciled"),
    *("variance", "seconds"),
}
SETTLED = {"stripe_itemized": 1, "adyen": 2, "mollie": 3, "klarna_api": 4}


@pytest.fixture(scope="module")
def database():
    run(ROOT / "tools/db", "drop", DATABASE)
    run(ROOT / "tools/db", "clone", DATABASE)
    odoo.tools.config.parse_config(
        ["-d", DATABASE, "--no-http", "--log-level=warn"], setup_logging=False
    )
    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, ADMIN, {})
        euro = env["res.currency"].with_context(active_test=False)
        euro = euro.search([("name", "=", "EUR")])
        euro.active = True
        env.company.currency_id = euro
    yield DATABASE
    Registry.registries.pop(DATABASE, None)
    odoo.sql_db.close_db(DATABASE)
    run(ROOT / "tools/db", "drop", DATABASE)


@pytest.fixture
def env(database):
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, ADMIN, {})
        cr.rollback()


def channel_of(env, name):
    channel = env["retail.channel"].create({"name": name, "code": name})
    channel._prepare_settlements()
    channel.settlement_bank_journal_id = env["account.journal"].create(
        {"name": f"Bank {name}", "code": f"B{channel.id}", "type": "bank"}
    )
    return channel


def dollars(env):
    """The other currency of worlds, at rates that move."""
    dollar = env["res.currency"].with_context(active_test=False)
    dollar = dollar.search([("name", "=", "USD")])
    dollar.active = True
    dollar.rate_ids.unlink()
    rates = (("2025-12-31", 1.1), ("2026-01-20", 1.0513), ("2026-02-10", 1.1207))
    for day, rate in rates:
        dollar.rate_ids.create({"currency_id": dollar.id, "name": day, "rate": rate})
    return dollar


def invoices(env, made, dollar=None):
    """{(kind, number) of the world: journal item}, each a posted invoice."""
    currencies = {"EUR": env.company.currency_id, "USD": dollar}
    names = {item[6] for item in made.items.values()}
    partners = dict(
        zip(
            sorted(names),
            env["res.partner"].create([{"name": name} for name in sorted(names)]),
            strict=True,
        )
    )
    moves = env["account.move"].create(
        [_invoice(item, partners, currencies) for item in made.items.values()]
    )
    moves.action_post()
    items = moves.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    by_move = {item.move_id: item for item in items}
    return {key: by_move[move] for key, move in zip(made.items, moves, strict=True)}


def _invoice(item, partners, currencies):
    number, kind, day, currency, amount, _total, party, _email, _ids, refs = item
    back = kind == CREDIT_NOTE
    order, own = (refs[-1], refs[0]) if back else (refs[0], refs[1])
    return {
        "move_type": "out_refund" if back else "out_invoice",
        "partner_id": partners[party].id,
        "invoice_date": str(day_of(day)),
        "currency_id": currencies[currency].id,
        "ref": order,
        "payment_reference": own,
        "invoice_line_ids": [
            Command.create(
                {
                    "name": f"Goods {number}",
                    "price_unit": abs(amount) / 100,
                    "tax_ids": [Command.clear()],
                }
            )
        ],
    }


def day_of(days):
    return date(1970, 1, 1) + timedelta(days=days)


def bank_of(made):
    """The bank's statement of the world's payouts."""
    return camt(
        [
            {
                "amount": Decimal(-row["gross"]) / 100,
                "date": day_of(row["date"] // 86_400_000_000),
                "text": f"PAYOUT {row['payout']}",
                "reference": row["payout"],
            }
            for row in made.rows
            if row["kind"] == "payout"
        ]
    )


@pytest.mark.parametrize("name", SETTLED)
def test_a_world_is_posted_reconciled_and_explained_to_the_cent(env, name, tmp_path):
    from odoo.addons.retail_accelerator.command import settle

    made = world(SETTLED[name], 40, NOISE)
    channel = channel_of(env, name)
    items = invoices(env, made)
    env.cr.commit()
    report = write(name, made)
    (tmp_path / "report").write_bytes(report.content)
    (tmp_path / "bank.xml").write_bytes(bank_of(made))
    args = Namespace(
        channel=name,
        post=True,
        bank=[str(tmp_path / "bank.xml")],
        files=[str(tmp_path / "report")],
    )
    result = settle.run(env, args)
    payouts = {row["payout"] for row in made.rows}
    assert set(result) == KEYS
    assert result["posted"] == result["reconciled"] == len(payouts)
    assert bank_lines(env, channel) == len(payouts)
    settlements = env["retail.settlement"].search([("channel_id", "=", channel.id)])
    for settlement in settlements:
        assert settlement.amount_file == settlement.amount_posted, settlement.name
        assert settlement.amount_file == settlement.amount_bank, settlement.name
    lines = settlements.move_ids.line_ids
    assert env.company.currency_id.is_zero(sum(lines.mapped("balance")))

    explained(settlements, result["variance"]["EUR"])

    right, payable = links_right(made, report, settlements, items)
    assert right >= 0.9 * payable
    before = (len(env["account.move"].search([])), len(settlements.event_ids))

    again = settle.run(env, args)
    assert (again["rows"], again["posted"]) == (result["rows"], 0)
    assert bank_lines(env, channel) == len(payouts)
    settlements.invalidate_recordset()
    assert before == (len(env["account.move"].search([])), len(settlements.event_ids))


def bank_lines(env, channel):
    journal = channel.settlement_bank_journal_id
    lines = env["account.bank.statement.line"]
    return lines.search_count([("journal_id", "=", journal.id)])


def explained(settlements, causes):
    """Sales and causes come to what the bank has, and only the rows that wait at the
    exception desk are of unknown cause."""
    events = settlements.event_ids
    paying = ("capture", "unknown", "adjustment")
    sales = events.filtered(lambda e: e.kind in paying and e.state == "matched")
    waiting = events.filtered(
        lambda e: (
            e.kind in ("capture", "refund", "chargeback", "chargeback_reversal")
            and e.state in ("exception", "waiting")
        )
    )
    cents = {cause: round(amount * 100) for cause, amount in causes.items()}
    assert cents["unknown"] == round(sum(waiting.mapped("gross")) * 100)
    assert cents["timing"] == 0
    total = round(sum(sales.mapped("gross")) * 100) + sum(cents.values())
    assert total == round(sum(settlements.mapped("amount_bank")) * 100)


def links_right(made, report, settlements, items):
    """Every link is the world's truth; returns how many rows found theirs, of how
    many."""
    key_of = {item.id: key for key, item in items.items()}
    right = payable = 0
    for event in settlements.event_ids:
        owner = report.owners[event.source_row - 1]
        truth = {} if owner is None else made.truth[owner]
        links = event.link_ids.filtered(lambda link: link.state == "applied")
        found = {
            key_of[link.move_line_id.id]: round(link.amount * 100) for link in links
        }
        payable += bool(truth)
        if found:
            assert found == truth, event.transaction_ref
            right += 1
    return right, payable


BOOKED = [
    ("stripe_itemized", "transaction", False, 41, 0.3),
    ("adyen", "payout", True, 12, 0.0),
    ("mollie", "day", False, 13, 0.0),
]


@pytest.mark.parametrize(("name", "policy", "split", "seed", "foreign"), BOOKED)
def test_books_taken_back_and_posted_again_stand_every_question_of_an_auditor(
    env, name, policy, split, seed, foreign, tmp_path
):
    from odoo.addons.retail_accelerator.audit import log
    from odoo.addons.retail_accelerator.command import settle
    from odoo.addons.retail_accelerator.settle import bank, bank_search, posting

    def check():
        assert wrong(env) == {}
        assert not log.verify(env, env.company)["problem"]

    made = world(seed, 25, replace(NOISE, foreign=foreign))
    channel = channel_of(env, f"audit_{name}")
    channel.write({"settlement_policy": policy, "settlement_month_split": split})
    owed = invoices(env, made, dollars(env))
    (tmp_path / "report").write_bytes(write(name, made).content)
    (tmp_path / "bank.xml").write_bytes(bank_of(made))
    args = Namespace(channel=channel.code, post=False, bank=[], files=[])
    args.bank, args.files = [str(tmp_path / "bank.xml")], [str(tmp_path / "report")]
    settle.run(env, args)
    start, states = balances(env), payment_states(owed)
    settlements = env["retail.settlement"].search([("channel_id", "=", channel.id)])
    named = settlements.filtered("reference").sorted("id")
    check()

    post(named, posting, bank)
    assert set(named.mapped("state")) == {"reconciled"}
    posted, paid = balances(env), payment_states(owed)
    assert paid != states
    assert len(named.move_ids) > len(named)
    items = named.move_ids.line_ids
    partials = items.matched_debit_ids | items.matched_credit_ids
    assert bool(partials.exchange_move_id) == bool(foreign)
    check()

    undone = named[: len(named) // 2]
    for payout in undone:
        payout.action_release_bank_line()
    check()
    for payout in named[1:]:
        posting.reverse(payout, reason="audit")
    check()
    posting.reverse(named[0], date=named[0].date, reason="audit")
    assert (balances(env), payment_states(owed)) == (start, states)
    assert not named.event_ids.move_line_id
    check()

    post(named, posting, bank)
    for payout in undone:
        [line] = [one.line for one in bank_search.scored(payout) if one.exact]
        bank.apply(payout, bank_search.candidate(payout, line), "manual")
    assert set(named.mapped("state")) == {"reconciled"}
    assert (balances(env), payment_states(owed)) == (posted, paid)
    check()


def post(settlements, posting, bank):
    for settlement in settlements:
        posting.post(settlement)
        bank.reconcile(settlement)


def payment_states(items):
    return [
        (item.move_id.payment_state, item.amount_residual) for item in items.values()
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_and_an_overlapping_file_of_any_provider_change_nothing(env, name):
    from odoo.addons.retail_accelerator.settle import intake

    made = world(6, 40, NOISE)
    channel = channel_of(env, f"twice_{name}")
    report = write(name, made)
    first = intake.take(channel, report.content, "report")
    assert first.new == first.rows > 20
    sums = first.settlements.mapped("amount_file")
    assert intake.take(channel, report.content, "report").new == 0
    mark = "\n".encode("utf-16-le" if name == "klarna" else "utf-8")
    assert intake.take(channel, report.content + mark, "other bytes").new == 0
    if not name.startswith("amazon_v"):  # a settlement of Amazon is one file
        payouts = sorted({row["payout"] for row in made.rows})
        part = write(name, made, payouts[: len(payouts) // 2 + 1])
        taken = intake.take(channel, part.content, "a part")
        assert taken.rows > 10
        assert taken.new == 0
    first.settlements.invalidate_recordset()
    assert first.settlements.mapped("amount_file") == sums
