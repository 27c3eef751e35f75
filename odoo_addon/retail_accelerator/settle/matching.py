# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ties rows to what they pay, through the engine's cascade, and keeps the evidence.

Rows go from the database to the engine, and links back into it, set-wise: no row
costs a record of Odoo.
"""

from collections import Counter

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..arrays import array, ints, texts
from ..audit import log
from ..engine import native
from . import items, overdraft, pos, rules, suspense, undone, words

# Rows that move a customer's money; the others are explained by their kind.
MATCHABLE = ("capture", "refund", "chargeback", "chargeback_reversal", "unknown")
OPEN = ("new", "waiting", "exception")
NOT_BOOKED = "not_booked"
WAITING = ("not_found_yet", NOT_BOOKED)
# Kinds that every match can be posted with.
CERTAIN = ("order", "invoice", "credit_note")
LEVELS = ("id", "reference", "amount", "group")
# Name in the engine: expression of the event ``e``, its currency ``c``, that of the
# customer ``pc`` and its payout ``s``.
FIELDS = {
    "kind": SQL("e.kind"),
    "payout": SQL("s.reference"),
    "transaction": SQL("e.transaction_ref"),
    "parent": SQL("e.parent_ref"),
    "order": SQL("e.order_ref"),
    "invoice": SQL("e.invoice_ref"),
    "checkout": SQL("e.checkout_ref"),
    "party": SQL("e.party"),
    "email": SQL("e.email"),
    "description": SQL("e.description"),
    "date": SQL("(extract(epoch FROM e.date) * 1000000)::int8"),
    "currency": SQL("c.name"),
    "gross": items.minor(SQL("e.gross"), "c"),
    "net": items.minor(SQL("e.net"), "c"),
    "paid_currency": SQL("pc.name"),
    "paid": items.minor(SQL("e.paid_amount"), "pc"),
    "rate": SQL("NULLIF(e.rate, 0)::text"),
}

# The engine's links, with the currency of what they lead to.
LINKS = """INSERT INTO retail_settlement_link
       (event_id, settlement_id, company_id, state, kind, level,
        score, amount, currency_id, evidence, order_id,
        move_line_id, source_model, source_id)
SELECT e.id, e.settlement_id, e.company_id, %(state)s, new.kind,
       new.level, round(new.score::numeric, 4),
       new.amount / 10.0 ^ c.decimal_places, c.id, new.evidence,
       o.id, ml.id, new.source,
       CASE WHEN new.source IS NOT NULL THEN new.target_id END
  FROM unnest(%(events)s, %(targets)s, %(kinds)s, %(levels)s,
              %(amounts)s, %(scores)s, %(evidence)s, %(sources)s)
       WITH ORDINALITY AS new(event_id, target_id, kind, level,
                              amount, score, evidence, source,
                              number)
  JOIN retail_settlement_event e ON e.id = new.event_id
  LEFT JOIN sale_order o
         ON o.id = new.target_id AND new.kind = 'order'
  LEFT JOIN payment_transaction t
         ON t.id = new.target_id AND new.kind = 'transaction'
  %(pos)s
  LEFT JOIN account_move_line ml
         ON ml.id = CASE WHEN new.source IS NULL THEN new.target_id
                         ELSE pos.line_id END
        AND new.kind <> 'order'
  JOIN res_currency c
    ON c.id = COALESCE(o.currency_id, t.currency_id,
                       pos.currency_id, ml.currency_id)
 ORDER BY new.number"""


def match(settlements):
    """Match the open rows of these settlements of one channel; returns
    {"levels": {level: rows}, "reasons": {reason: rows}}."""
    channel = settlements.channel_id.ensure_one()
    log.lock(channel.env, channel.company_id)
    before = {settlement: _counts(settlement) for settlement in settlements}
    rules.apply(channel, settlements)
    result = Matching(channel, settlements).run()
    for settlement in settlements:
        settlement._conclude_matching()
        if channel.env.user.has_group("retail_accelerator.group_accountant"):
            suspense.clear_suspense(settlement)
        if _counts(settlement) != before[settlement]:  # else tried in vain
            log.append(
                settlement,
                "match",
                channel.env._(
                    "%(name)s: %(rows)s matched, %(open)s to resolve",
                    name=settlement.name,
                    rows=words.rows(channel.env, settlement.matched_count),
                    open=settlement.exception_count,
                ),
            )
    return result


def _counts(settlement):
    return settlement.matched_count, settlement.exception_count


class Matching:
    """The open rows of a channel's settlements against its company's open items."""

    def __init__(self, channel, settlements):
        self.channel = channel
        self.env = channel.env
        self.settlements = settlements
        self.events = []  # ids, in the order of the engine's rows

    def run(self):
        self.env.flush_all()
        self._set_plain()
        rows = self._rows()
        result = {"levels": dict.fromkeys(LEVELS, 0), "reasons": {}}
        if rows:
            matcher = native.require().Matcher(rows)
            self._load(matcher, items.open_items(self.channel, self._since()))
            result = self._keep(matcher.match())
        self.env.invalidate_all(flush=False)
        return result

    def _of_mine(self):
        """SQL: the settlements' open rows; adjustments are for rules and people, and
        what people undid is for people."""
        return SQL(
            "e.settlement_id = ANY(%s) AND e.state = ANY(%s)"
            " AND e.kind <> 'adjustment' AND NOT %s",
            self.settlements.ids,
            list(OPEN),
            undone.FOR_PEOPLE,
        )

    def _set_plain(self):
        """Rows that pay nothing: by their kind, or because they are of no amount, as
        cash in Square's report is."""
        self.env.cr.execute(
            SQL(
                """UPDATE retail_settlement_event e SET state = 'plain', reason = NULL
                    WHERE %s AND (e.kind <> ALL(%s)
                                  OR e.gross = 0 AND e.kind <> 'unknown')""",
                self._of_mine(),
                list(MATCHABLE),
            )
        )

    def _rows(self):
        """The rows as the engine reads events."""
        rows = self.env.execute_query(
            SQL(
                """SELECT e.id, %s
                     FROM retail_settlement_event e
                     JOIN retail_settlement s ON s.id = e.settlement_id
                     JOIN res_currency c ON c.id = e.currency_id
                     LEFT JOIN res_currency pc ON pc.id = e.paid_currency_id
                    WHERE %s
                    ORDER BY e.id""",
                SQL(", ").join(FIELDS.values()),
                self._of_mine(),
            )
        )
        self.events = [row[0] for row in rows]
        return [dict(zip(FIELDS, row[1:], strict=True)) for row in rows]

    def _load(self, matcher, statement):
        """Stream the open items to the engine, on the transaction's connection."""
        cr = self.env.cr
        select = cr.mogrify(statement).decode()
        try:
            with cr.savepoint():
                # Compiling 669 expressions takes longer than they save.
                cr.execute("SET LOCAL jit = off")
                matcher.load(
                    native.connection(cr), f"COPY ({select}) TO STDOUT (FORMAT binary)"
                )
        except native.require().DatabaseError as error:
            raise native.translate_error(error) from error

    def _since(self):
        """Day of the oldest row."""
        [[day]] = self.env.execute_query(
            SQL(
                "SELECT min(e.date)::date FROM retail_settlement_event e"
                " WHERE e.id = ANY(%s)",
                ints(self.events),
            )
        )
        return day or self.env.cr.now().date()

    # -- what came of it --

    def _keep(self, result):
        """Write links, proposals and reasons."""
        self.env.cr.execute(
            SQL(
                """DELETE FROM retail_settlement_link
                    WHERE event_id = ANY(%s) AND state = 'proposed'""",
                ints(self.events),
            )
        )
        self._link(result.links, "applied")
        self._link(result.proposals, "proposed")
        levels = {self.events[link[0]]: link[3] for link in result.links}
        reasons = {self.events[event]: reason for event, reason in result.exceptions}
        doubtful = {
            self.events[link[0]]
            for link in result.links
            if items.KINDS[link[2]] not in CERTAIN
        }
        for event, reason in self._hold_back(list(doubtful)).items():
            levels.pop(event)
            reasons[event] = reason
        self._set_matched(list(levels))
        self._set_reasons(reasons)
        self._check(list(levels))
        counts = Counter(levels.values())
        return {
            "levels": {level: counts[level] for level in LEVELS},
            "reasons": dict(Counter(reasons.values())),
        }

    def _link(self, links, state):
        """Keep the engine's links."""
        if not links:
            return
        events, targets, kinds, levels, amounts, scores, evidence = zip(
            *links, strict=True
        )
        self.env.cr.execute(
            SQL(
                LINKS,
                pos=self._join_pos(targets, kinds),
                state=state,
                events=ints(self.events[event] for event in events),
                targets=ints(targets),
                kinds=texts(items.KINDS[kind] for kind in kinds),
                sources=texts(items.SOURCES.get(items.KINDS[kind]) for kind in kinds),
                levels=texts(levels),
                amounts=array("bigint", amounts),
                scores=array("float", scores),
                evidence=texts(evidence),
            )
        )

    def _join_pos(self, targets, kinds):
        """SQL: the currency of linked POS payments, and the item of their session."""
        chosen = [
            target
            for target, kind in zip(targets, kinds, strict=True)
            if items.KINDS[kind] == "pos_payment"
        ]
        if not chosen:
            return SQL(
                "CROSS JOIN (SELECT NULL::int AS line_id, NULL::int AS currency_id) pos"
            )
        return SQL(
            """LEFT JOIN (%s) pos
                      ON pos.id = new.target_id AND new.kind = 'pos_payment'""",
            pos.targets(chosen),
        )

    def _hold_back(self, events):
        """Matches that cannot be posted become candidates: {event: reason}. Of what is
        not booked yet there is no item to pay; and a session whose payments have rows
        of their own is not also paid as a sum."""
        if not events:
            return {}
        self.env.cr.execute(
            SQL(
                """WITH held AS (
                       SELECT l.event_id,
                              bool_or(l.order_id IS NULL AND l.move_line_id IS NULL)
                                  AS not_booked
                         FROM retail_settlement_link l
                        WHERE l.event_id = ANY(%(events)s) AND l.state = 'applied'
                          AND (l.order_id IS NULL AND l.move_line_id IS NULL
                               OR l.kind = 'payment' AND EXISTS (
                                  SELECT 1 FROM retail_settlement_link part
                                   WHERE part.move_line_id = l.move_line_id
                                     AND part.kind = 'pos_payment'
                                     AND part.state = 'applied'))
                        GROUP BY l.event_id),
                   changed AS (
                       UPDATE retail_settlement_link l SET state = 'proposed'
                         FROM held WHERE held.event_id = l.event_id)
                   SELECT event_id, not_booked FROM held""",
                events=ints(events),
            )
        )
        return {
            event: NOT_BOOKED if not_booked else "exceeds_open"
            for event, not_booked in self.env.cr.fetchall()
        }

    def _set_matched(self, events):
        self.env.cr.execute(
            SQL(
                """UPDATE retail_settlement_event SET state = 'matched', reason = NULL
                    WHERE id = ANY(%s)""",
                ints(events),
            )
        )

    def _set_reasons(self, reasons):
        """Of {event: reason}; rows whose reason stays are not written again."""
        self.env.cr.execute(
            SQL(
                """UPDATE retail_settlement_event e
                      SET state = CASE WHEN new.reason = ANY(%(waiting)s)
                                   THEN 'waiting' ELSE 'exception' END,
                          reason = new.reason
                     FROM unnest(%(events)s, %(reasons)s)
                          AS new(event_id, reason)
                    WHERE e.id = new.event_id
                      AND e.reason IS DISTINCT FROM new.reason""",
                waiting=list(WAITING),
                events=ints(reasons),
                reasons=texts(reasons.values()),
            )
        )

    def _check(self, events):
        """No item may be consumed twice; the engine proved it for what it was given,
        this proves it for what stands in the database."""
        names = overdraft.overdrawn(self.channel.company_id, events)
        if names:
            raise UserError(
                self.env._(
                    "Nothing was matched: together with rows matched before, more "
                    "would be taken than there is of %s. Please report this.",
                    ", ".join(names[:10]),
                )
            )
