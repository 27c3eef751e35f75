# SPDX-License-Identifier: LGPL-3.0-or-later
"""What people do in Odoo's own screens with the reconciliation of a posted row: undone,
the row waits for a decision; made anew, it is matched again. ``again`` is the way back
in one click.

While a row waits, its journal item is what has to be explained: it stands as its item
on the suspense account, and moves when a person says what else the row pays. A row of
several items has no single one; it is reconciled again, or its payout reversed.
"""

from odoo.tools import SQL

from ..arrays import ints
from ..audit import log
from . import match_words, words

REASON = "unreconciled"
KINDS = {"out_invoice": "invoice", "out_refund": "credit_note"}
# Whether nobody but a person decides about the row ``e`` ("undone" is what a person
# took back here). Reversed with its payout it is a row like any other.
FOR_PEOPLE = SQL(
    "(e.reason IS NOT DISTINCT FROM 'undone'"
    " OR e.reason IS NOT DISTINCT FROM %s AND e.move_line_id IS NOT NULL)",
    REASON,
)


def follow(env, pairs):
    """Reconciliations of these pairs of journal items (ids) are gone: rows of posted
    payouts that were matched by them are not any more. A few statements for any number
    of them, and an entry of the audit log for each payout."""
    if not pairs:
        return
    for model in ("", ".event", ".link"):
        env[f"retail.settlement{model}"].flush_model()
    events = [row_id for (row_id,) in env.execute_query(_rows_of(pairs))]
    if not events:
        return
    targets = _propose(env, events)
    env.cr.execute(
        SQL(
            """UPDATE retail_settlement_event e
                  SET state = 'exception', reason = %(reason)s,
                      suspense_line_id = CASE WHEN (
                          SELECT count(*) FROM retail_settlement_link l
                           WHERE l.event_id = e.id) = 1 THEN e.move_line_id END
                WHERE e.id = ANY(%(events)s)""",
            reason=REASON,
            events=ints(events),
        )
    )
    _forget_cache(env)
    _log_undone(env["retail.settlement.event"].sudo().browse(events), targets)


def _rows_of(pairs):
    """SQL: ids of the matched rows whose item was one of a pair. The other one is what
    the row pays, or the item of another row that pays the same; of a row of several
    items it is known by what it paid. A payout that is reversed takes its own rows'
    items away: those of other payouts wait for them to be posted anew."""
    both = [*pairs, *((second, first) for first, second in pairs)]
    return SQL(
        """WITH gone AS MATERIALIZED (
               SELECT DISTINCT mine, other
                 FROM unnest(%(mine)s, %(others)s) AS gone(mine, other)),
           found AS (
               SELECT e.id, e.settlement_id, e.state
                 FROM gone g
                 JOIN retail_settlement_link l
                   ON l.move_line_id = g.other AND l.state = 'applied'
                 JOIN retail_settlement_event e ON e.id = l.event_id
                 JOIN account_move_line ml ON ml.id = g.mine
                 JOIN retail_settlement_move_rel r
                   ON r.settlement_id = e.settlement_id AND r.move_id = ml.move_id
                WHERE e.move_line_id = g.mine
                   OR NOT EXISTS (SELECT 1 FROM retail_settlement_event holder
                                   WHERE holder.move_line_id = g.mine)
                  AND EXISTS (SELECT 1 FROM retail_settlement_link more
                               WHERE more.event_id = e.id AND more.state = 'applied'
                                 AND more.id <> l.id)
                UNION
               SELECT e.id, e.settlement_id, e.state
                 FROM gone g
                 JOIN retail_settlement_event e ON e.move_line_id = g.mine
                 JOIN retail_settlement_event o ON o.move_line_id = g.other
                 JOIN retail_settlement os ON os.id = o.settlement_id
                  AND os.state IN ('posted', 'reconciled')
                 JOIN retail_settlement_link l
                   ON l.event_id = e.id AND l.state = 'applied'
                 JOIN retail_settlement_link ol
                   ON ol.event_id = o.id AND ol.state = 'applied'
                  AND ol.move_line_id = l.move_line_id)
           SELECT f.id
             FROM found f JOIN retail_settlement s ON s.id = f.settlement_id
            WHERE f.state = 'matched' AND s.state IN ('posted', 'reconciled')
            ORDER BY f.id""",
        mine=ints(mine for mine, _other in both),
        others=ints(other for _mine, other in both),
    )


def _propose(env, events):
    """What the rows paid becomes their candidates: {row: names of what it paid}."""
    env.cr.execute(
        SQL(
            """WITH changed AS (
                   UPDATE retail_settlement_link SET state = 'proposed'
                    WHERE event_id = ANY(%s) AND state = 'applied'
                RETURNING event_id, move_line_id, order_id)
               SELECT c.event_id, array_agg(COALESCE(ml.move_name, o.name))
                 FROM changed c
                 LEFT JOIN account_move_line ml ON ml.id = c.move_line_id
                 LEFT JOIN sale_order o ON o.id = c.order_id
                GROUP BY c.event_id""",
            ints(events),
        )
    )
    return dict(env.cr.fetchall())


def _log_undone(events, targets):
    for settlement, rows in events.grouped("settlement_id").items():
        names = {name or "" for row in rows for name in targets.get(row.id, ())}
        log.append(
            settlement,
            "unreconcile",
            settlement.env._(
                "%(name)s: reconciliation of %(rows)s undone in Odoo's own screens",
                name=settlement.name,
                rows=words.rows(settlement.env, len(rows)),
            ),
            events=rows.ids,
            targets=sorted(names),
        )


def _forget_cache(env):
    for model in ("", ".event", ".link"):
        env[f"retail.settlement{model}"].invalidate_model(flush=False)


# -- what is deleted -------------------------------------------------------------------


def forget(items):
    """These journal items are about to be deleted: they are nobody's candidates any
    more, and rows that were to be posted against them wait again."""
    env = items.env
    links = env["retail.settlement.link"].sudo()
    mine = links.search([("move_line_id", "in", items.ids)])
    if not mine:
        return
    items.remove_move_reconcile()
    mine.invalidate_recordset(["state"])
    waiting = mine.filtered(lambda link: link.state == "applied").event_id
    waiting = waiting.filtered(
        lambda event: event.settlement_id.state in ("draft", "proved", "matched")
    )
    targets = _propose(env, waiting.ids) if waiting else {}
    waiting.write({"state": "exception", "reason": "target_changed"})
    mine.invalidate_recordset(["state"])
    mine.filtered(lambda link: link.state == "proposed").unlink()
    if waiting:
        _log_undone(waiting, targets)
        waiting.settlement_id._conclude_matching()


# -- and what is made anew -------------------------------------------------------------


def adopt(partials):
    """Rows that waited and whose item somebody reconciled: they are matched, with what
    the item pays now."""
    events = partials.env["retail.settlement.event"].sudo()
    items = partials.debit_move_id | partials.credit_move_id
    events = events.search(
        [
            ("suspense_line_id", "in", items.ids),
            ("reason", "=", REASON),
            ("settlement_id.state", "in", ("posted", "reconciled")),
        ]
    )
    done = events.filtered("suspense_line_id.reconciled")
    for event in done:
        _take(event, _paid(event.suspense_line_id))
    settle(done)


def _paid(item):
    """{journal item that this one pays: amount in its currency, with the row's sign}"""
    paid = {}
    for partial in item.matched_debit_ids:
        other = partial.debit_move_id
        paid[other] = paid.get(other, 0.0) + partial.debit_amount_currency
    for partial in item.matched_credit_ids:
        other = partial.credit_move_id
        paid[other] = paid.get(other, 0.0) - partial.credit_amount_currency
    return {other: amount for other, amount in paid.items() if amount}


def _take(event, paid):
    """The row's links, as the books have them. Where its item and that of another row
    pay one another, both still pay what they did."""
    known = event.proposal_ids.move_line_id
    rows = event.search([("move_line_id", "in", [item.id for item in paid])])
    if known and not {*paid} - {*known, *rows.move_line_id}:
        event.proposal_ids.write({"state": "applied"})
        return
    event.proposal_ids.unlink()
    event.link_ids.create(
        [
            {
                "event_id": event.id,
                "state": "applied",
                "kind": KINDS.get(item.move_id.move_type, "payment"),
                "level": "manual",
                "score": 1.0,
                "amount": amount,
                "currency_id": item.currency_id.id,
                "evidence": match_words.IN_ODOO,
                "move_line_id": item.id,
            }
            for item, amount in paid.items()
        ]
    )


def settle(events):
    """The rows are matched again; their payouts' audit log says so."""
    events.write({"state": "matched", "reason": False, "suspense_line_id": False})
    for settlement, rows in events.grouped("settlement_id").items():
        log.append(
            settlement,
            "reconcile_again",
            settlement.env._(
                "%(name)s: %(rows)s reconciled again",
                name=settlement.name,
                rows=words.rows(settlement.env, len(rows)),
            ),
            events=rows.ids,
            targets=sorted(
                {item.move_name or "" for item in rows.applied_ids.move_line_id}
            ),
        )
