# SPDX-License-Identifier: LGPL-3.0-or-later
"""Payouts of reports that name none, as PayPal's: the provider keeps a balance, and the
merchant withdraws from it.

A withdrawal is the payout of all rows since the one before. What of them stays in the
balance, or what the withdrawal took of an earlier balance, becomes a row of its own
(kind ``reserve`` or ``release``), so that rows, withdrawal and bank line agree. A
withdrawal that the bank returned is a payout of the opposite sign: what was expected
from the bank is owed to it, and the balance holds the money again.
"""

import hashlib

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..arrays import ints

BALANCE = "balance"  # type of the row that no report has


def close(channel, provider):
    """Give the pending rows of the channel's balances to their withdrawals; returns
    the payouts, oldest first."""
    model = channel.env["retail.settlement"]
    closed = model
    for pending in _pending(channel, provider):
        for withdrawal in _withdrawals(pending):
            closed |= _close(
                pending,
                withdrawal.transaction_ref,
                withdrawal.date,
                -withdrawal.gross,
                withdrawal,
            )
        _drop_empty(pending)
    return closed


def close_balance(pending):
    """Take all pending rows as if nothing had been withdrawn: their sum stays in the
    balance. Returns the settlement; UserError where reports name the payouts."""
    _check_nameless(pending)
    event = pending.env["retail.settlement.event"]
    last = event.search(_rows(pending), order="date desc", limit=1)
    moment = last.date or fields.Datetime.now()
    reference = pending.env._("balance of %s", fields.Datetime.to_string(moment))
    settlement = _close(pending, reference, moment, 0.0, event)
    _drop_empty(pending)
    return settlement


def move(settlement, events):
    """Give pending rows (ids) to their payout, and their links with them; returns ids
    of the settlements they were in."""
    env = settlement.env
    env.flush_all()
    rows = env.execute_query(
        SQL(
            """UPDATE retail_settlement_event e SET settlement_id = %s
                 FROM retail_settlement old
                WHERE e.id = ANY(%s) AND old.id = e.settlement_id
                  AND old.reference IS NULL
            RETURNING e.id, old.id""",
            settlement.id,
            ints(events),
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE retail_settlement_link SET settlement_id = %s"
            " WHERE event_id = ANY(%s)",
            settlement.id,
            ints(event for event, _old in rows),
        )
    )
    env.invalidate_all(flush=False)
    return {old for _event, old in rows}


def _pending(channel, provider):
    return channel.env["retail.settlement"].search(
        [
            ("channel_id", "=", channel.id),
            ("provider", "=", provider),
            ("reference", "=", False),
        ]
    )


def _check_nameless(pending):
    """Rows that a later report names the payout of are not to be closed."""
    model = pending.env["retail.settlement"]
    named = model.search_count(
        [
            ("channel_id", "=", pending.channel_id.id),
            ("provider", "=", pending.provider),
            ("reference", "!=", False),
            ("event_ids", "not any", [("provider_type", "=", BALANCE)]),
            (
                "event_ids",
                "not any",
                [("kind", "=", "payout"), ("transaction_ref", "!=", False)],
            ),
        ],
        limit=1,
    )
    if named:
        raise UserError(
            pending.env._(
                "Reports of %s name the payout of each row: wait for the report that "
                "names the payout of these.",
                pending.provider,
            )
        )


def _withdrawals(pending):
    """Withdrawals among the rows, and those the bank returned: these have the other
    sign, and their money is in the balance again."""
    return pending.env["retail.settlement.event"].search(
        [
            ("settlement_id", "=", pending.id),
            ("kind", "=", "payout"),
            ("gross", "!=", 0),
            ("transaction_ref", "!=", False),
            ("date", "!=", False),
        ],
        order="date, source_row, id",
    )


def _rows(pending, *until):
    """The domain of a balance's rows; withdrawals and their returns are none."""
    return [
        ("settlement_id", "=", pending.id),
        ("kind", "!=", "payout"),
        *until,
    ]


def _close(pending, reference, moment, amount, withdrawal):
    """The settlement of what came until ``moment``, with the row of its balance."""
    channel = pending.channel_id
    local = pending.with_context(tz=channel.settlement_timezone)
    settlement = pending.create(
        {
            "channel_id": channel.id,
            "provider": pending.provider,
            "reference": reference,
            "currency_id": pending.currency_id.id,
            "date": fields.Datetime.context_timestamp(local, moment).date(),
            "has_declared": bool(withdrawal),
            "amount_declared": amount,
            "state": "proved",
        }
    )
    domain = _rows(pending, "|", ("date", "=", False), ("date", "<=", moment))
    rows = pending.env["retail.settlement.event"].search(domain)
    file = (withdrawal or rows[:1]).file_id
    move(settlement, [*rows.ids, *withdrawal.ids])
    settlement._refresh_amounts()
    kept = pending.currency_id.round(settlement.amount_file - amount)
    if kept:
        _add_balance_row(settlement, moment, kept, file)
        settlement._refresh_amounts()
    file.sudo().settlement_ids = [(4, settlement.id)]
    return settlement


def _add_balance_row(settlement, moment, kept, file):
    """The row that no report has: by how much the provider's balance has grown."""
    identity = f"balance\x1f{settlement.provider}\x1f{settlement.reference}"
    digest = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
    settlement.env["retail.settlement.event"].sudo().create(
        {
            "channel_id": settlement.channel_id.id,
            "company_id": settlement.company_id.id,
            "settlement_id": settlement.id,
            "file_id": file.id,
            "identity": digest,
            "kind": "reserve" if kept > 0 else "release",
            "provider_type": BALANCE,
            "date": moment,
            "currency_id": settlement.currency_id.id,
            "gross": -kept,
            "net": -kept,
        }
    )


def _drop_empty(pending):
    """A settlement without rows says nothing; the next report makes it again."""
    if not pending.event_ids:
        pending.sudo().unlink()
