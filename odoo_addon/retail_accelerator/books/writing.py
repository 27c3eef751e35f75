# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes planned groups: partials, full reconciliations, and the lines' own columns.

Everything is set-wise: one statement a table, whatever the number of groups.
"""

from odoo.tools import SQL

from ..arrays import array, ints, texts
from .exchange import closed_parts
from .invariants import check_lines, check_plan, execute
from .planning import matching_numbers
from .rights import check_rules
from .sql import next_ids

INSERT_PARTIALS = """
    INSERT INTO account_partial_reconcile
           (id, debit_move_id, credit_move_id, full_reconcile_id,
            exchange_move_id, debit_currency_id, credit_currency_id,
            company_id, max_date, amount, debit_amount_currency,
            credit_amount_currency,
            create_uid, create_date, write_uid, write_date)
    SELECT p.id, p.debit_id, p.credit_id, nullif(p.full_id, 0),
           nullif(p.exchange_id, 0), debit.id, credit.id,
           p.company_id, p.max_date,
           round(p.amount / 10.0 ^ home.decimal_places,
                 home.decimal_places),
           round(p.debit_amount / 10.0 ^ debit.decimal_places,
                 debit.decimal_places),
           round(p.credit_amount / 10.0 ^ credit.decimal_places,
                 credit.decimal_places),
           %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM unnest(%(ids)s, %(debit_ids)s, %(credit_ids)s, %(full_ids)s,
                  %(exchange_ids)s, %(debit_currencies)s,
                  %(credit_currencies)s, %(companies)s, %(dates)s,
                  %(amounts)s, %(debits)s, %(credits)s)
           AS p(id, debit_id, credit_id, full_id, exchange_id,
                debit_currency_id, credit_currency_id, company_id,
                max_date, amount, debit_amount, credit_amount)
      JOIN res_company company ON company.id = p.company_id
      JOIN res_currency home ON home.id = company.currency_id
      JOIN res_currency debit ON debit.id = p.debit_currency_id
      JOIN res_currency credit ON credit.id = p.credit_currency_id
     ORDER BY p.id"""


def check_access(env, groups):
    """Odoo's access rights and record rules for what ``reconcile`` reads and writes.

    Odoo itself does not ask for the right to write the lines it matches; we do.
    """
    env["account.partial.reconcile"].check_access("create")
    env["account.full.reconcile"].check_access("create")
    lines = {line.id for group in groups for line in group.lines}
    moves = {line.move_id for group in groups for line in group.lines}
    for operation in ("read", "write"):
        check_rules(env["account.move.line"].browse(lines), operation)
        check_rules(env["account.move"].browse(moves), operation)


def write_groups(env, groups):
    """Insert partials and fulls, and bring the lines up to date."""
    check_plan(groups)
    partials = [partial for group in groups for partial in group.partials]
    partials += [partial for group in groups for partial in group.corrected]
    ids = next_ids(env, "account_partial_reconcile", len(partials))
    for partial, partial_id in zip(partials, ids, strict=True):
        partial.id = partial_id
    full_ids = _number_fulls(env, groups)
    for group in groups:
        for partial in group.partials + group.corrected:
            partial.full_id = group.full_of(partial.debit.id)
    _insert_fulls(env, full_ids)
    _insert_partials(env, partials)
    _complete_earlier(env, groups)
    _update_lines(env, groups)
    check_rules(env["account.full.reconcile"].browse(full_ids), "create")
    check_rules(env["account.partial.reconcile"].browse(ids), "create")


def _number_fulls(env, groups):
    """Ids of the full reconciliations: Odoo's exchange entries close what hangs on them
    first, then each group is closed as a whole. What was closed twice leaves its first
    reconciliation empty."""
    parts = [(group, part) for group in groups for part in closed_parts(group)]
    complete = [group for group in groups if group.complete]
    ids = next_ids(env, "account_full_reconcile", len(parts) + len(complete))
    for (group, part), full_id in zip(parts, ids[: len(parts)], strict=True):
        group.part_fulls.update(dict.fromkeys(part, full_id))
    for group, full_id in zip(complete, ids[len(parts) :], strict=True):
        group.full_id = full_id
    return ids


def _insert_fulls(env, ids):
    execute(
        env,
        SQL(
            """INSERT INTO account_full_reconcile
                      (id, create_uid, create_date, write_uid, write_date)
               SELECT id, %(uid)s, %(now)s, %(uid)s, %(now)s
                 FROM unnest(%(ids)s) AS id""",
            uid=env.uid,
            now=env.cr.now(),
            ids=ints(ids),
        ),
        len(ids),
    )


def _insert_partials(env, partials):
    execute(
        env,
        SQL(
            INSERT_PARTIALS,
            uid=env.uid,
            now=env.cr.now(),
            ids=ints(p.id for p in partials),
            debit_ids=ints(p.debit.id for p in partials),
            credit_ids=ints(p.credit.id for p in partials),
            full_ids=ints(p.full_id for p in partials),
            exchange_ids=ints(p.exchange_move_id for p in partials),
            debit_currencies=ints(p.debit.currency_id for p in partials),
            credit_currencies=ints(p.credit.currency_id for p in partials),
            companies=ints(p.company_id for p in partials),
            dates=array("date", (p.max_date for p in partials)),
            amounts=array("bigint", (p.amount for p in partials)),
            debits=array("bigint", (p.debit_amount for p in partials)),
            credits=array("bigint", (p.credit_amount for p in partials)),
        ),
        len(partials),
    )


def _complete_earlier(env, groups):
    """Partials of before belong to the full reconciliation that closes them."""
    rows = {
        partial_id: group.full_of(debit_id)
        for group in groups
        for partial_id, debit_id, _credit_id in group.edges
        if group.full_of(debit_id)
    }
    if rows:
        execute(
            env,
            SQL(
                """UPDATE account_partial_reconcile partial
                      SET full_reconcile_id = new.full_id
                     FROM unnest(%s, %s) AS new(id, full_id)
                    WHERE partial.id = new.id""",
                ints(rows),
                ints(rows.values()),
            ),
            len(rows),
        )


def _update_lines(env, groups):
    """Residuals and numbers of matched lines; only numbers of those matched before.

    Odoo renumbers by SQL, so a line whose residual stays keeps its ``write_date``.
    """
    changed, renumbered = {}, {}
    for group in groups:
        numbers = matching_numbers(group)
        for partial in group.partials + group.corrected:
            for line in (partial.debit, partial.credit):
                changed[line.id] = (line, numbers[line.id], group.full_of(line.id))
        renumbered.update(
            (line_id, (number, group.full_of(line_id)))
            for line_id, number in numbers.items()
            if line_id not in changed
        )
    _write_changed(env, list(changed.values()))
    check_lines(env, changed)
    if renumbered:
        _write_renumbered(env, renumbered)


def _write_changed(env, rows):
    execute(
        env,
        SQL(
            """UPDATE account_move_line line
                  SET amount_residual = round(
                          new.residual / 10.0 ^ home.decimal_places,
                          home.decimal_places),
                      amount_residual_currency = round(
                          new.residual_currency / 10.0 ^ own.decimal_places,
                          own.decimal_places),
                      reconciled = new.residual = 0 AND new.residual_currency = 0,
                      full_reconcile_id = nullif(new.full_id, 0),
                      matching_number = new.number,
                      write_uid = %(uid)s, write_date = %(now)s
                 FROM unnest(%(ids)s, %(residuals)s, %(currency_residuals)s, %(fulls)s,
                             %(numbers)s)
                      AS new(id, residual, residual_currency, full_id, number),
                      res_company company, res_currency home, res_currency own
                WHERE line.id = new.id AND company.id = line.company_id
                  AND home.id = company.currency_id AND own.id = line.currency_id""",
            uid=env.uid,
            now=env.cr.now(),
            ids=ints(line.id for line, _number, _full in rows),
            residuals=array("bigint", (line.residual for line, _n, _full in rows)),
            currency_residuals=array(
                "bigint", (line.residual_currency for line, _n, _full in rows)
            ),
            fulls=ints(full_id for _line, _number, full_id in rows),
            numbers=texts(number for _line, number, _full in rows),
        ),
        len(rows),
    )


def _write_renumbered(env, rows):
    execute(
        env,
        SQL(
            """UPDATE account_move_line line
                  SET matching_number = new.number,
                      full_reconcile_id = nullif(new.full_id, 0)
                 FROM unnest(%s, %s, %s)
                      AS new(id, number, full_id)
                WHERE line.id = new.id""",
            ints(rows),
            texts(number for number, _full in rows.values()),
            ints(full_id for _number, full_id in rows.values()),
        ),
        len(rows),
    )
