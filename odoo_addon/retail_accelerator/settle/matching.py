# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ties rows to what they pay, through the engine's cascade, and keeps the evidence."""

from collections import Counter
from datetime import UTC

from ..audit import log
from ..engine import native
from . import items, posting, rules
from .entry import minor_units

# Rows that move a customer's money; the others are explained by their kind.
MATCHABLE = ("capture", "refund", "chargeback", "chargeback_reversal", "unknown")
FIELDS = {
    "transaction": "transaction_ref",
    "parent": "parent_ref",
    "order": "order_ref",
    "invoice": "invoice_ref",
    "checkout": "checkout_ref",
    "party": "party",
    "email": "email",
    "description": "description",
}
WAITING = "not_found_yet"
LEVELS = ("id", "reference", "amount", "group")


def match(settlements):
    """Match the open rows of these settlements of one channel; returns
    {"levels": {level: rows}, "reasons": {reason: rows}}."""
    channel = settlements.channel_id.ensure_one()
    log.lock(channel.env, channel.company_id)
    rules.apply(channel, settlements)
    events = (
        channel.env["retail.settlement.event"]
        .sudo()
        .search(
            [
                ("settlement_id", "in", settlements.ids),
                ("state", "in", ("new", "waiting", "exception")),
                ("kind", "!=", "adjustment"),
            ],
            order="id",
        )
    )
    plain = events.filtered(lambda event: event.kind not in MATCHABLE)
    plain.write({"state": "plain", "reason": False})
    result = {"levels": dict.fromkeys(LEVELS, 0), "reasons": {}}
    if events - plain:
        result = Matching(channel, events - plain).run()
    for settlement in settlements:
        if settlement.state == "proved" and not settlement.exception_count:
            settlement.state = "matched"
        if channel.env.user.has_group("retail_accelerator.group_accountant"):
            posting.clear_suspense(settlement)
        log.append(
            settlement,
            "match",
            channel.env._(
                "%(name)s: %(matched)s rows matched, %(open)s to resolve",
                name=settlement.name,
                matched=settlement.matched_count,
                open=settlement.exception_count,
            ),
        )
    return result


class Matching:
    """The rows of one channel against its company's open items."""

    def __init__(self, channel, events):
        self.channel = channel
        self.env = channel.env
        self.events = events

    def run(self):
        self.env.flush_all()
        matcher = native.require().Matcher([self._document(e) for e in self.events])
        self._load(matcher, items.open_items(self.channel, self._since()))
        return self._keep(matcher.match())

    def _load(self, matcher, statement):
        """Stream the open items to the engine, on the transaction's connection."""
        cr = self.env.cr
        select = cr.mogrify(statement).decode()
        try:
            with cr.savepoint():
                matcher.load(
                    native.connection(cr), f"COPY ({select}) TO STDOUT (FORMAT binary)"
                )
        except native.require().DatabaseError as error:
            raise native.translate_error(error) from error

    def _since(self):
        dates = [event.date for event in self.events if event.date]
        return min(dates).date() if dates else self.env.cr.now().date()

    def _document(self, event):
        """The row as the engine reads events."""
        currency, paid_currency = event.currency_id, event.paid_currency_id
        return {
            "kind": event.kind,
            "payout": event.settlement_id.reference or None,
            **{name: event[field] or None for name, field in FIELDS.items()},
            "date": microseconds(event.date) if event.date else None,
            "currency": currency.name,
            "gross": minor_units(event.gross, currency),
            "net": minor_units(event.net, currency),
            "paid_currency": paid_currency.name or None,
            "paid": minor_units(event.paid_amount, paid_currency),
            "rate": f"{event.rate:.10f}" if event.rate else None,
        }

    # -- what came of it --

    def _keep(self, result):
        """Write links, proposals and reasons."""
        links = [self._link(*link, "applied") for link in result.links]
        proposals = [self._link(*link, "proposed") for link in result.proposals]
        self.env["retail.settlement.link"].sudo().search(
            [("event_id", "in", self.events.ids), ("state", "=", "proposed")]
        ).unlink()
        self.env["retail.settlement.link"].sudo().create(links + proposals)
        levels = {self.events[row[0]]: row[3] for row in result.links}
        self.events.browse([event.id for event in levels]).write(
            {"state": "matched", "reason": False}
        )
        reasons = Counter()
        for index, reason in result.exceptions:
            reasons[reason] += 1
            self.events[index].write(
                {
                    "state": "waiting" if reason == WAITING else "exception",
                    "reason": reason,
                }
            )
        counts = Counter(levels.values())
        return {
            "levels": {level: counts[level] for level in LEVELS},
            "reasons": dict(reasons),
        }

    def _link(self, index, item, kind, level, amount, score, evidence, state):
        event = self.events[index]
        name = items.KINDS[kind]
        target = self.env["sale.order" if name == "order" else "account.move.line"]
        target = target.sudo().browse(item)
        currency = target.currency_id
        return {
            "event_id": event.id,
            "state": state,
            "kind": name,
            "level": level,
            "score": score,
            "amount": amount / 10**currency.decimal_places,
            "currency_id": currency.id,
            "evidence": evidence,
            "order_id" if name == "order" else "move_line_id": item,
        }


def microseconds(moment):
    """Since 1970, as the engine counts; Odoo's times are UTC."""
    return int(moment.replace(tzinfo=UTC).timestamp()) * 1_000_000
