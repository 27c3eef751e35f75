# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people decide about rows that the matcher would not."""

from odoo.exceptions import AccessError, UserError

from ..audit import log
from . import suspense, undone
from .entry import minor_units
from .writing import check_accountant

OPEN = ("exception", "waiting", "new")
POSTED = ("posted", "reconciled")


def hold(event):
    """Hold the company's settlements; the row must still be open."""
    log.lock(event.env, event.company_id)
    event.invalidate_recordset(["state"])
    if event.state not in OPEN:
        raise UserError(event.env._("%s is settled already.", event.display_name))
    if event.reason == undone.REASON and not event.suspense_line_id:
        raise UserError(
            event.env._(
                "%(row)s pays several items, which are posted as they are. Use "
                "“Reconcile Again”, or reverse %(payout)s and post it anew.",
                row=event.display_name,
                payout=event.settlement_id.name,
            )
        )


def match_by_hand(
    event, kind, target, amount, evidence, score=1.0, source=(False, False)
):
    """The row pays ``target``, an order or an open journal item, with ``amount`` in
    the target's currency (the sign of the row). ``source``: model and id of the
    payment that is one of several in that item."""
    hold(event)
    _check_amount(event, target, amount)
    links = event.env["retail.settlement.link"].sudo()
    link = links.create(
        {
            "event_id": event.id,
            "state": "applied",
            "kind": kind,
            "level": "manual",
            "score": score,
            "amount": amount,
            "currency_id": target.currency_id.id,
            "evidence": evidence,
            "order_id" if target._name == "sale.order" else "move_line_id": target.id,
            # Odoo would keep an id that is False as 0, which is one.
            **(
                {"source_model": source[0], "source_id": source[1]} if source[1] else {}
            ),
        }
    )
    _settle(
        event,
        {"state": "matched"},
        "manual_match",
        event.env._(
            "%(event)s pays %(target)s",
            event=event.display_name,
            target=link.target_name,
        ),
        target=[target._name, target.id],
        amount=str(amount),
    )


def book(event, account, note, rule=None):
    """The row pays no order: its amount belongs on ``account``. The company's
    accountants say so; ``rule`` is what they said for all rows of its type."""
    hold(event)
    check_accountant(event.env)
    _settle(
        event,
        {
            "state": "plain",
            "account_id": account.id,
            "rule_id": rule.id if rule else False,
            "note": note or event.note,
        },
        "book",
        event.env._(
            "%(event)s is booked on %(account)s",
            event=event.display_name,
            account=account.display_name,
        ),
        account=account.code,
        rule=rule.id if rule else 0,
        note=note,
    )


def _check_amount(event, target, amount):
    currency = target.currency_id
    if currency == event.currency_id and currency.compare_amounts(amount, event.gross):
        raise UserError(event.env._("A row is matched with all of its amount."))
    if target._name == "sale.order":
        return
    residual = target.amount_residual_currency
    if (
        amount * residual <= 0
        or currency.compare_amounts(abs(amount), abs(residual)) > 0
    ):
        raise UserError(
            event.env._(
                "%(target)s is open by %(residual)s only.",
                target=target.move_name,
                residual=currency.format(residual),
            )
        )


def limit(event):
    """The largest amount that the user may write off, in the company's currency."""
    user, channel = event.env.user, event.channel_id.sudo()
    if user.has_group("retail_accelerator.group_accountant"):
        return channel.settlement_writeoff_limit_accountant
    if user.has_group("retail_accelerator.group_operator"):
        return channel.settlement_writeoff_limit_operator
    return 0.0


def no_limit(event):
    """What to tell somebody who may write off nothing."""
    return event.env._(
        "Your role may not write off rows of the channel %s: it has no limit there. "
        "An integration manager sets one under Settlements of the channel.",
        event.channel_id.name,
    )


def at_stake(event):
    """The row's amount without sign, in the company's currency."""
    company = event.company_id
    day = event.settlement_id.date or event.env.cr.now().date()
    return event.currency_id._convert(
        abs(event.gross), company.currency_id, company, day
    )


def write_off(event, note):
    """Nobody will pay or claim the row any more."""
    hold(event)
    company, amount = event.company_id, at_stake(event)
    if amount and not limit(event):
        raise AccessError(no_limit(event))
    if company.currency_id.compare_amounts(amount, limit(event)) > 0:
        raise AccessError(
            event.env._(
                "You may write off at most %(limit)s a row; this one is %(amount)s.",
                limit=company.currency_id.format(limit(event)),
                amount=company.currency_id.format(amount),
            )
        )
    _settle(
        event,
        {"state": "written_off", "note": note},
        "write_off",
        event.env._(
            "%(event)s: %(amount)s",
            event=event.display_name,
            amount=event.currency_id.format(event.gross),
        ),
        amount_minor=minor_units(event.gross, event.currency_id),
        note=note,
    )


def is_decided(event):
    """Whether somebody, or the matcher, decided about the row; what its kind explains
    needs no decision."""
    return event.state in ("matched", "written_off") or bool(
        event.state == "plain" and event.account_id
    )


def undo(event):
    """The row waits for a decision again. What is posted is reversed first."""
    env, settlement = event.env, event.settlement_id
    log.lock(env, event.company_id)
    event.invalidate_recordset(["state"])
    settlement.invalidate_recordset(["state"])
    if not is_decided(event):
        raise UserError(env._("Nothing was decided about %s.", event.display_name))
    if settlement.state in POSTED:
        raise UserError(
            env._(
                "%(event)s is posted. Reverse %(payout)s first, then undo the decision "
                "and post the payout again.",
                event=event.display_name,
                payout=settlement.name,
            )
        )
    targets = event.target_names or event.account_id.sudo().display_name or ""
    event.sudo().applied_ids.unlink()
    event.sudo().write(
        {
            "state": "exception",
            "reason": "undone",
            "account_id": False,
            "rule_id": False,
        }
    )
    log.append(
        settlement,
        "undo",
        env._("%s: decision undone", event.display_name),
        event=event.id,
        identity=event.identity,
        was=targets,
    )
    settlement._conclude_matching()


def _settle(event, vals, action, summary, **details):
    """Keep the decision about a row: its new values, its way out of the suspense
    account, and the entry of the audit log."""
    event.sudo().write({"reason": False, **vals})
    event.sudo().proposal_ids.unlink()
    if event.suspense_line_id:
        suspense.move_from_suspense(event)
    log.append(
        event.settlement_id,
        action,
        summary,
        event=event.id,
        identity=event.identity,
        **details,
    )
    event.settlement_id._conclude_matching()
