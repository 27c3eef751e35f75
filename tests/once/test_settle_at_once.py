# SPDX-License-Identifier: LGPL-3.0-or-later
"""People and workers at the same payouts in the same second: everything is posted,
matched and reconciled once, and whoever comes second is told so or starts anew."""

import itertools
import subprocess
import threading
from functools import partial

import psycopg2
import pytest
from at_once import WAIT, meet, transaction
from support import ADMIN, ROOT

import odoo
from odoo import Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry

DATABASE = "ra_once_settle"
DAY = "2026-03-10"
HEAD = (
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    "reporting_category,payment_metadata[order_id]\n"
)
numbers = itertools.count(1)


def tool(*arguments):
    subprocess.run([str(ROOT / "tools/db"), *arguments], check=True)


@pytest.fixture(scope="module")
def database():
    tool("drop", DATABASE)
    tool("clone", DATABASE)
    odoo.tools.config.parse_config(
        ["-d", DATABASE, "--no-http", "--log-level=critical"], setup_logging=False
    )
    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, ADMIN, {})
        for code in ("one", "two"):
            channel = env["retail.channel"].create({"name": code, "code": code})
            channel._prepare_settlements()
    yield DATABASE
    Registry.registries.pop(DATABASE, None)
    odoo.sql_db.close_db(DATABASE)
    tool("drop", DATABASE)


class World:
    """A payout of a channel and the invoices it pays, in a database of real commits."""

    def __init__(self, database, channel="one", rows=3, amount=100):
        self.database = database
        self.number = next(numbers)
        self.name = f"po_{self.number}"
        self.rows = rows
        self.code = channel
        with transaction(database) as env:
            self.invoices = self._invoices(env, amount).ids
            self.id = self._read(env, amount)

    def _invoices(self, env, amount):
        partner = env["res.partner"].create({"name": f"Customer {self.number}"})
        line = {"name": "Cap", "price_unit": amount, "tax_ids": [Command.clear()]}
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": DAY,
                    "ref": f"W{self.number}-{row}",
                    "invoice_line_ids": [Command.create(line)],
                }
                for row in range(self.rows)
            ]
        )
        moves.action_post()
        return moves

    def content(self, env, amount):
        currency = env.company.currency_id.name.lower()
        lines = [
            f"{self.name},txn_{self.number}_{row},{DAY} 10:00:00,{currency},"
            f"{amount}.00,1.00,{amount - 1}.00,charge,W{self.number}-{row}\n"
            for row in range(self.rows)
        ]
        total = self.rows * (amount - 1)
        lines.append(
            f"{self.name},p_{self.number},{DAY} 12:00:00,{currency},-{total}.00,0.00,"
            f"-{total}.00,payout,\n"
        )
        return (HEAD + "".join(lines)).encode()

    def _read(self, env, amount):
        from odoo.addons.retail_accelerator.settle import intake

        channel = env["retail.channel"].search([("code", "=", self.code)])
        taken = intake.take(channel, self.content(env, amount), f"{self.name}.csv")
        return taken.settlements.id

    # -- what two may do at once; each takes an environment ----

    def payout(self, env):
        return env["retail.settlement"].browse(self.id)

    def match(self, env):
        self.payout(env).action_match()

    def post(self, env):
        self.payout(env).action_post()

    def reverse(self, env):
        from odoo.addons.retail_accelerator.settle import posting

        posting.reverse(self.payout(env), reason="test")

    def pay_first_by_hand(self, env):
        """A person registers the payment of the first invoice in Odoo's own screen."""
        invoice = env["account.move"].browse(self.invoices[0])
        wizard = (
            env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": DAY})
        )
        wizard.action_create_payments()

    def by_hand(self, env):
        """A person posts an entry of his own in the journal of the payouts."""
        channel = self.payout(env).channel_id
        account = channel.settlement_fee_account_id
        move = env["account.move"].create(
            {
                "journal_id": channel.settlement_journal_id.id,
                "date": DAY,
                "ref": f"by hand {self.number}",
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 5.0}),
                    Command.create({"account_id": account.id, "credit": 5.0}),
                ],
            }
        )
        move.action_post()

    def bank_line(self, env):
        journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
        line = env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": DAY,
                "amount": self.payout(env).amount_file,
                "payment_ref": f"CARDS {self.number}",
            }
        )
        return line.id

    def take_line(self, env, line):
        from odoo.addons.retail_accelerator.settle import bank, bank_search, posting

        payout = self.payout(env)
        posting.held(payout, "posted")
        line = env["account.bank.statement.line"].browse(line).sudo()
        bank.apply(payout, bank_search.candidate(payout, line), "manual")


def work(database, step):
    with transaction(database) as env:
        return step(env)


def books(database, world):
    """What must be true whoever was first: one entry of the payout, which balances, no
    invoice paid beyond its amount, and an unbroken log; gives what is special."""
    from odoo.addons.retail_accelerator.audit import log

    with transaction(database) as env:
        payout = world.payout(env)
        moves = env["account.move"].search([("ref", "=", payout.name)])
        posted = moves.filtered(lambda move: not move.reversed_entry_id)
        assert not log.verify(env, env.company)["problem"]
        lines = moves.line_ids
        assert env.company.currency_id.is_zero(sum(lines.mapped("balance")))
        invoices = env["account.move"].browse(world.invoices)
        receivables = invoices.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        for line in receivables:
            partials = line.matched_credit_ids
            assert sum(partials.mapped("amount")) <= line.balance
        names = env["account.move"].search([("state", "=", "posted")]).mapped("name")
        assert len(names) == len(set(names))
        found = {
            "entries": len(posted),
            "state": payout.state,
            "paid": [invoice.amount_residual == 0 for invoice in invoices],
            "reasons": [
                reason for reason in payout.event_ids.mapped("reason") if reason
            ],
            "posted": payout.amount_posted,
        }
        env.cr.rollback()
        return found


@pytest.fixture
def world(database):
    made = World(database)
    work(database, made.match)
    return made


def done(world, **special):
    return {
        "entries": 1,
        "state": "posted",
        "paid": [True] * world.rows,
        "reasons": [],
        "posted": 99.0 * world.rows,
        **special,
    }


# -- a person and a worker ----


def test_payout_posted_by_two_is_posted_once_and_the_second_is_told(database, world):
    with pytest.raises(UserError, match="is Posted, so this is not possible now"):
        meet(database, world.post, world.post)
    assert books(database, world) == done(world)


def test_payout_is_posted_while_a_person_posts_in_its_journal(database, world):
    assert meet(database, world.by_hand, world.post) >= 1
    assert books(database, world) == done(world)


def test_a_person_posts_in_the_journal_while_the_payout_is_posted(database, world):
    assert meet(database, world.post, world.by_hand) >= 1
    assert books(database, world) == done(world)


def test_invoice_paid_by_hand_in_the_same_second_is_not_paid_twice(database, world):
    """The row whose invoice is paid waits on the suspense account."""
    assert meet(database, world.pay_first_by_hand, world.post) == 2
    assert books(database, world) == done(world, reasons=["target_changed"])


def test_person_who_pays_what_a_payout_pays_meanwhile_is_told(database, world):
    with pytest.raises(UserError):
        meet(database, world.post, world.pay_first_by_hand)
    assert books(database, world) == done(world)


def test_payout_reversed_by_two_is_reversed_once(database, world):
    work(database, world.post)
    with pytest.raises(UserError, match="is Matched, so this is not possible now"):
        meet(database, world.reverse, world.reverse)
    assert books(database, world) == done(
        world, state="matched", paid=[False] * world.rows, posted=0.0
    )


def test_rows_matched_by_two_are_matched_once(database):
    world = World(database)
    assert meet(database, world.match, world.match) == 2
    with transaction(database) as env:
        links = world.payout(env).event_ids.link_ids
        assert len(links) == world.rows
        assert len(links.move_line_id) == world.rows
        env.cr.rollback()


def test_bank_line_is_the_money_of_one_payout_only(database):
    """Two payouts of the same amount, and two people who take the same line."""
    one, two = World(database), World(database, channel="two")
    for world in (one, two):
        work(database, world.match)
        work(database, world.post)
    line = work(database, one.bank_line)
    with pytest.raises(UserError, match="meanwhile"):
        meet(
            database,
            partial(one.take_line, line=line),
            partial(two.take_line, line=line),
        )
    assert books(database, one)["state"] == "reconciled"
    assert books(database, two)["state"] == "posted"


# -- conflicts in each step of a worker ----


class Conflicts:
    """Lets the first tries of each step meet another transaction that changed what the
    step holds, after the step began."""

    def __init__(self, database, times):
        self.database = database
        self.times = times
        self.tries = []

    def __call__(self, runner, work):
        """In place of Runner._step."""
        self.tries.append(0)

        def disturbed():
            self.tries[-1] += 1
            runner.env.cr.execute("SELECT count(*) FROM retail_audit_head")
            if self.tries[-1] <= self.times:
                with transaction(self.database) as other:
                    other.cr.execute("UPDATE retail_audit_head SET number = number")
            return work()

        return self.step(runner, disturbed)


@pytest.fixture
def conflicts(database, monkeypatch):
    from odoo.addons.retail_accelerator.settle.runner import Runner

    def begin(times):
        made = Conflicts(database, times)
        made.step = Runner._step
        monkeypatch.setattr(Runner, "_step", lambda *args: made(*args))
        return made

    return begin


def test_every_step_that_meets_another_is_repeated_and_done_once(database, conflicts):
    from odoo.addons.retail_accelerator.settle.runner import Runner

    world = World(database)
    counted = conflicts(1)
    with transaction(database) as env:
        payout = world.payout(env)
        runner = Runner(payout.channel_id)
        assert runner.match(payout)["levels"]["reference"] == world.rows
        assert runner.post(payout) == 1
        work(database, world.bank_line)
        assert runner.reconcile(payout) == 1
    assert counted.tries == [2, 2, 2]
    assert books(database, world) == done(world, state="reconciled")


def test_payout_that_another_worker_reconciled_meanwhile_is_no_failure(database):
    from odoo.addons.retail_accelerator.settle.runner import Runner

    world = World(database)
    work(database, world.match)
    work(database, world.post)
    with transaction(database) as env:
        payout = world.payout(env)
        assert payout.state == "posted"
        env.cr.commit()
        line = work(database, world.bank_line)
        work(database, partial(world.take_line, line=line))
        assert Runner(payout.channel_id).reconcile(payout) == 0
    assert books(database, world) == done(world, state="reconciled")


def test_step_that_never_gets_through_leaves_nothing_and_says_so(database, conflicts):
    from odoo.addons.retail_accelerator.settle.runner import ATTEMPTS, Runner

    world = World(database)
    work(database, world.match)
    counted = conflicts(ATTEMPTS)
    with transaction(database) as env:
        payout = world.payout(env)
        with pytest.raises(psycopg2.errors.SerializationFailure):
            Runner(payout.channel_id).post(payout)
        env.cr.rollback()
    assert counted.tries == [ATTEMPTS]
    assert books(database, world) == done(
        world, entries=0, state="matched", paid=[False] * world.rows, posted=0.0
    )


# -- two workers ----


def test_two_workers_settle_two_channels_at_once(database):
    """Same company, same journal kinds, same log: nobody loses, nothing twice."""
    from odoo.addons.retail_accelerator.settle.runner import Runner

    worlds = {
        code: [World(database, code, rows=8) for _payout in range(3)]
        for code in ("one", "two")
    }
    barrier, errors = threading.Barrier(2), []

    def settle(code):
        try:
            with transaction(database) as env:
                channel = env["retail.channel"].search([("code", "=", code)])
                payouts = env["retail.settlement"].browse(
                    [world.id for world in worlds[code]]
                )
                env.cr.commit()
                barrier.wait(WAIT)
                runner = Runner(channel)
                runner.match(payouts)
                assert runner.post(payouts) == len(payouts)
        except Exception as error:  # for the test to see
            errors.append(error)

    threads = [threading.Thread(target=settle, args=(code,)) for code in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * WAIT)
    assert errors == []
    for world in itertools.chain(*worlds.values()):
        assert books(database, world) == done(world)
