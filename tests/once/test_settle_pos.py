# SPDX-License-Identifier: LGPL-3.0-or-later
"""Card payments at the till: from a terminal's report to the session's entries."""

import itertools

import pytest
from conftest import run
from support import ADMIN, ROOT

import odoo
from odoo import Command, api, fields
from odoo.modules.registry import Registry

DATABASE = "ra_settle_pos"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def database():
    run(ROOT / "tools/db", "drop", DATABASE)
    run(ROOT / "tools/db", "clone", DATABASE)
    run(
        *(ROOT / "tools/odoo", "server", "-d", DATABASE, "-i", "point_of_sale"),
        *("--stop-after-init", "--no-http", "--max-cron-threads=0"),
        "--log-level=warn",
    )
    odoo.tools.config.parse_config(
        ["-d", DATABASE, "--no-http", "--log-level=warn"], setup_logging=False
    )
    yield DATABASE
    Registry.registries.pop(DATABASE, None)
    odoo.sql_db.close_db(DATABASE)
    run(ROOT / "tools/db", "drop", DATABASE)


@pytest.fixture
def env(database):
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, ADMIN, {})
        cr.rollback()


class Till:
    """A shop with a card terminal, and a channel for the terminal's provider."""

    def __init__(self, env, split=False):
        self.env = env
        self.channel = env["retail.channel"].create(
            {"name": "Terminal", "code": f"terminal{next(numbers)}"}
        )
        self.channel._prepare_settlements()
        self.journal = env["account.journal"].create(
            {"name": "Card bank", "code": f"CB{self.channel.id}", "type": "bank"}
        )
        outstanding = env["account.account"].create(
            {
                "name": "Card payments on their way",
                "code": f"1099{self.channel.id}",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        self.method = env["pos.payment.method"].create(
            {
                "name": "Card",
                "journal_id": self.journal.id,
                "outstanding_account_id": outstanding.id,
                "split_transactions": split,
            }
        )
        self.config = env["pos.config"].create(
            {"name": "Store", "payment_method_ids": [Command.set(self.method.ids)]}
        )
        self.product = env["product.product"].create(
            {"name": "Cap", "available_in_pos": True, "type": "consu", "taxes_id": []}
        )
        self.partner = env["res.partner"].create({"name": "Ada Lovelace"})
        self.session = None

    def sell(self, amount, transaction):
        """A sale (or return) paid by card; its POS payment."""
        if not self.session:
            self.config.open_ui()
            self.session = self.config.current_session_id
            self.session.set_opening_control(0, "")
        order = self.env["pos.order"].create(
            {
                "session_id": self.session.id,
                "company_id": self.env.company.id,
                "partner_id": self.partner.id,
                "amount_tax": 0,
                "amount_total": amount,
                "amount_paid": 0,
                "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "qty": 1 if amount > 0 else -1,
                            "price_unit": abs(amount),
                            "price_subtotal": amount,
                            "price_subtotal_incl": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": amount,
                "payment_method_id": self.method.id,
                "payment_date": fields.Datetime.now(),
                "transaction_id": transaction,
            }
        )
        order.action_pos_order_paid()
        return order.payment_ids

    def close(self):
        """Close the session; the items that the provider owes."""
        self.session.action_pos_session_closing_control()
        assert self.session.state == "closed"
        return self.owed()

    def owed(self):
        payments = self.env["account.payment"].search(
            [("pos_session_id", "=", self.session.id)]
        )
        return payments.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type != "asset_receivable"
        )

    def settle(self, *rows):
        """A payout of (transaction, cents, more fields), matched."""
        from odoo.addons.retail_accelerator.settle import matching
        from odoo.addons.retail_accelerator.settle.intake import Intake
        from odoo.addons.retail_accelerator.tests.settlement_common import Events

        number = next(numbers)
        now = fields.Datetime.now()
        events = Events(
            [
                {
                    "kind": "capture" if gross > 0 else "refund",
                    "payout": f"po_{number}",
                    "currency": self.env.company.currency_id.name,
                    "date": fields.Datetime.to_string(now),
                    "transaction": transaction,
                    "gross": gross,
                    "fee": -30,
                    **more,
                }
                for transaction, gross, more in rows
            ]
        )
        intake = Intake(self.channel, events)
        settlement = intake.store(b"", f"{number}.csv", f"{number:064d}").settlements
        return settlement, matching.match(settlement)


def post(settlement):
    from odoo.addons.retail_accelerator.settle import posting

    posting.post(settlement)
    lines = settlement.move_ids.line_ids
    assert settlement.company_id.currency_id.is_zero(sum(lines.mapped("balance")))


def links(settlement):
    return settlement.event_ids.applied_ids.sorted("id")


def test_rows_of_a_closed_session_pay_its_combined_entry(env):
    till = Till(env)
    sold = [till.sell(40, "pi_1"), till.sell(25.5, "pi_2"), till.sell(-10, "re_1")]
    owed = till.close()
    assert owed.mapped("balance") == [55.5]
    settlement, result = till.settle(
        ("pi_1", 4000, {}), ("pi_2", 2550, {}), ("re_1", -1000, {})
    )
    assert result["levels"]["id"] == 3
    assert [link.source_id for link in links(settlement)] == [p.id for p in sold]
    assert set(links(settlement).mapped("kind")) == {"pos_payment"}
    assert links(settlement).move_line_id == owed
    post(settlement)
    assert owed.reconciled
    assert not settlement.exception_count
    opened = links(settlement)[0].action_open_target()
    assert (opened["res_model"], opened["res_id"]) == ("pos.payment", sold[0].id)
    assert links(settlement)[0].target_name == sold[0].pos_order_id.pos_reference


def test_what_no_row_has_paid_of_a_session_stays_open_until_its_row_comes(env):
    till = Till(env)
    till.sell(40, "pi_1")
    till.sell(25.5, "pi_2")
    till.sell(-10, "re_1")
    owed = till.close()
    first, _result = till.settle(("pi_1", 4000, {}), ("pi_2", 2550, {}))
    assert first.matched_count == 2
    post(first)  # more than the session's sum, which the refund made smaller
    second, _result = till.settle(("re_1", -1000, {}))
    assert second.matched_count == 1
    post(second)
    entries = (first | second).move_ids.line_ids
    taken = entries.filtered(lambda line: line.account_id == owed.account_id)
    assert owed.reconciled
    assert taken.mapped("reconciled") == [True] * 3


def test_a_part_of_a_session_leaves_the_rest_visible(env):
    till = Till(env)
    till.sell(40, "pi_1")
    till.sell(25.5, "pi_2")
    owed = till.close()
    settlement, _result = till.settle(("pi_1", 4000, {}))
    post(settlement)
    assert owed.amount_residual == 25.5


def test_payments_of_known_customers_pay_their_own_entries(env):
    till = Till(env, split=True)
    sold = [till.sell(40, "pi_1"), till.sell(40, "pi_2"), till.sell(-10, "re_1")]
    owed = till.close()
    assert sorted(owed.mapped("balance")) == [-10, 40, 40]
    settlement, _result = till.settle(
        ("pi_2", 4000, {}), ("pi_1", 4000, {}), ("re_1", -1000, {})
    )
    assert settlement.matched_count == 3
    found = [link.source_id for link in links(settlement)]
    assert found == [sold[1].id, sold[0].id, sold[2].id]
    assert links(settlement).move_line_id == owed
    post(settlement)
    assert owed.mapped("reconciled") == [True] * 3


def test_rows_wait_while_the_session_is_open(env):
    from odoo.addons.retail_accelerator.settle import matching

    till = Till(env)
    sold = till.sell(40, "pi_1")
    settlement, result = till.settle(("pi_1", 4000, {}))
    row = settlement.event_ids
    assert result["reasons"] == {"not_booked": 1}
    assert (row.state, row.reason, bool(row.advice)) == ("waiting", "not_booked", True)
    assert row.proposal_ids.source_id == sold.id
    with pytest.raises(odoo.exceptions.UserError, match="session"):
        row.proposal_ids.action_apply()
    owed = till.close()
    matching.match(settlement)
    assert row.state == "matched"
    post(settlement)
    assert owed.reconciled


def test_a_row_of_the_days_sum_pays_the_session_once(env):
    till = Till(env)
    till.sell(40, "pi_1")
    till.sell(25.5, "pi_2")
    owed = till.close()
    day = ("total", 6550, {"order": till.session.name})
    settlement, result = till.settle(day)
    assert result["levels"]["reference"] == 1
    assert links(settlement).move_line_id == owed
    _again, result = till.settle(("pi_1", 4000, {}), ("pi_2", 2550, {}))
    assert result["reasons"] == {"already_settled": 2}
    post(settlement)
    assert owed.reconciled


def test_a_sum_beside_the_payments_it_is_made_of_is_not_taken_twice(env):
    till = Till(env)
    till.sell(40, "pi_1")
    till.sell(25.5, "pi_2")
    owed = till.close()
    settlement, result = till.settle(
        ("total", 6550, {"order": till.session.name}),
        ("pi_1", 4000, {}),
        ("pi_2", 2550, {}),
    )
    assert result["reasons"] == {"exceeds_open": 1}
    assert result["levels"]["id"] == 2
    post(settlement)
    assert owed.reconciled


def test_a_session_that_somebody_matched_by_hand_pays_no_row(env):
    till = Till(env)
    sold = till.sell(40, "pi_1")
    owed = till.close()
    settlement, _result = till.settle(("pi_1", 4000, {}))
    entry = env["account.move"].create(
        {
            "journal_id": env["account.journal"]
            .search([("type", "=", "general")], limit=1)
            .id,
            "line_ids": [
                Command.create({"account_id": owed.account_id.id, "credit": 40}),
                Command.create(
                    {
                        "account_id": till.channel.settlement_suspense_account_id.id,
                        "debit": 40,
                    }
                ),
            ],
        }
    )
    entry.action_post()
    other = entry.line_ids.filtered(lambda line: line.account_id == owed.account_id)
    (owed | other).reconcile()
    post(settlement)
    assert settlement.event_ids.reason == "target_changed"
    assert owed.matched_credit_ids.credit_move_id == other
    named = {"order": sold.pos_order_id.pos_reference}
    late, result = till.settle(("pi_2", 4000, named))
    assert result["reasons"] == {"already_settled": 1}
    assert not late.matched_count


def test_a_refund_of_an_earlier_payout_goes_back_to_its_payment(env):
    till = Till(env)
    sold = till.sell(40, "pi_1")
    till.close()
    first, _result = till.settle(("pi_1", 4000, {}))
    post(first)
    lost = ("dp_1", -4000, {"kind": "chargeback", "parent": "pi_1"})
    second, _result = till.settle(lost)
    assert links(second).source_id == sold.id
    post(second)
    won = ("dp_2", 4000, {"kind": "chargeback_reversal", "parent": "pi_1"})
    third, _result = till.settle(won)
    assert links(third).source_id == sold.id
    post(third)
    claims = (second | third).move_ids.line_ids.filtered(
        lambda line: line.account_id == till.owed().account_id
    )
    assert claims.mapped("reconciled") == [True, True]


def test_the_till_of_another_provider_is_not_offered(env):
    till = Till(env)
    till.sell(40, "pi_1")
    till.close()
    other = Till(env)
    other.channel.settlement_bank_journal_id = till.journal
    settlement, _result = till.settle(("pi_1", 4000, {}))
    assert not settlement.matched_count
    till.channel.settlement_bank_journal_id = till.journal
    settlement.action_match()
    assert settlement.matched_count == 1
