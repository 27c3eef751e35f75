# SPDX-License-Identifier: LGPL-3.0-or-later
"""What must hold before and after the native lane writes.

A broken rule raises ``BrokenBooks`` inside the caller's savepoint, so nothing of the
call stays. Amounts in plans are minor units.
"""

from collections import Counter

from odoo.tools import SQL

from ..arrays import ints

SHOWN = 5  # ids named in a message


class BrokenBooks(RuntimeError):
    """The books would not add up. A defect of the native lane; nothing was written."""


def execute(env, query, count):
    """Run a statement that has to write ``count`` rows."""
    env.cr.execute(query)
    _check_count(env.cr.rowcount, count, query)


def returning(env, query, count):
    """The rows of a statement that has to return ``count`` of them."""
    rows = env.execute_query(query)
    _check_count(len(rows), count, query)
    return rows


def _check_count(found, count, query):
    if found != count:
        start = " ".join(query.code.split()[:3])
        raise BrokenBooks(f"{found} rows instead of {count}: {start}")


def check_plan(groups):
    """Before: no line in two groups, none consumed beyond its residual, and each
    partial takes from a debit and a credit of the group what it gives the other.

    The plan's partials are already taken off the residuals of ``groups``' lines.
    """
    seen = set()
    for group in groups:
        lines = group.lines + group.corrections
        own = {line.id for line in lines}
        if len(own) != len(lines) or own & seen:
            raise BrokenBooks(f"lines matched twice: {_some(own)}")
        seen |= own
        home, foreign = Counter(), Counter()
        for partial in group.partials + group.corrected:
            if not {partial.debit.id, partial.credit.id} <= own:
                raise BrokenBooks(f"a partial beside its group: {_some(own)}")
            if min(partial.amount, partial.debit_amount, partial.credit_amount) < 0:
                raise BrokenBooks(f"a negative partial: {_some(own)}")
            home[partial.debit.id] += partial.amount
            home[partial.credit.id] -= partial.amount
            foreign[partial.debit.id] += partial.debit_amount
            foreign[partial.credit.id] -= partial.credit_amount
        for line in lines:
            for left, taken in (
                (line.residual, home[line.id]),
                (line.residual_currency, foreign[line.id]),
            ):
                if left * (left + taken) < 0 or abs(left) > abs(left + taken):
                    raise BrokenBooks(f"more matched than there was: line {line.id}")


def check_lines(env, line_ids):
    """After: the residual of each line is its balance less all of its partials."""
    rows = env.execute_query(
        SQL(
            """WITH taken AS (
                SELECT line_id, sum(home) AS home, sum(own) AS own
                  FROM (SELECT debit_move_id, amount, debit_amount_currency
                          FROM account_partial_reconcile
                         WHERE debit_move_id = ANY(%(ids)s)
                         UNION ALL
                        SELECT credit_move_id, -amount, -credit_amount_currency
                          FROM account_partial_reconcile
                         WHERE credit_move_id = ANY(%(ids)s))
                       AS side(line_id, home, own)
              GROUP BY line_id)
               SELECT l.id
                 FROM account_move_line l
                 JOIN res_currency c ON c.id = l.company_currency_id
                 JOIN res_currency f ON f.id = l.currency_id
            LEFT JOIN taken ON line_id = l.id,
              LATERAL (SELECT round(l.balance - taken.home, c.decimal_places),
                              round(l.amount_currency - taken.own, f.decimal_places))
                      AS rest(home, own)
                WHERE l.id = ANY(%(ids)s)
                  AND (l.amount_residual IS DISTINCT FROM rest.home
                       OR l.amount_residual_currency IS DISTINCT FROM rest.own
                       OR l.reconciled IS DISTINCT FROM
                          (rest.home = 0 AND rest.own = 0))
                LIMIT %(shown)s""",
            ids=ints(line_ids),
            shown=SHOWN,
        )
    )
    if rows:
        broken = [row[0] for row in rows]
        raise BrokenBooks(f"residuals beside their partials: {_some(broken)}")


def check_expansion(env, move, condensed_ids, line_ids):
    """The lines of an entry amount to the condensed ones, which are still there."""
    rows = env.execute_query(
        SQL(
            """SELECT account_id
                 FROM (SELECT account_id, currency_id, balance > 0 AS debit,
                              CASE WHEN id = ANY(%(condensed)s) THEN 1 ELSE -1 END
                              AS side, balance, amount_currency, amount_residual,
                              amount_residual_currency, debit - credit AS difference
                         FROM account_move_line
                        WHERE move_id = %(move)s
                          AND (id = ANY(%(condensed)s) OR id = ANY(%(lines)s)))
                      AS line
             GROUP BY account_id, currency_id, debit
               HAVING sum(side * balance) <> 0 OR sum(side * amount_currency) <> 0
                   OR sum(side * amount_residual) <> 0
                   OR sum(side * amount_residual_currency) <> 0
                   OR sum(side * difference) <> 0""",
            move=move.id,
            condensed=ints(condensed_ids),
            lines=ints(line_ids),
        )
    )
    if rows:
        accounts = [row[0] for row in rows]
        raise BrokenBooks(f"lines beside their sum on accounts {_some(accounts)}")


def check_balance(env, move, count):
    """An entry has ``count`` lines whose debits and credits are equal."""
    [found] = env.execute_query(
        SQL(
            """SELECT count(*), sum(debit) - sum(credit), sum(balance)
                 FROM account_move_line WHERE move_id = %s""",
            move.id,
        )
    )
    if found != (count, 0, 0):
        raise BrokenBooks(f"entry {move.id}: {found[0]} lines, off by {found[1]}")


def check_entries(env, counts):
    """Entries have their lines, ``{id: number of lines}``, and each is balanced."""
    rows = env.execute_query(
        SQL(
            """SELECT move_id, count(*) FROM account_move_line
                WHERE move_id = ANY(%s)
             GROUP BY move_id HAVING sum(debit) = sum(credit) AND sum(balance) = 0""",
            ints(counts),
        )
    )
    broken = counts.items() - set(rows)
    if broken:
        raise BrokenBooks(f"entries off balance: {_some(move for move, _n in broken)}")


def _some(ids):
    return ", ".join(map(str, sorted(ids)[:SHOWN]))
