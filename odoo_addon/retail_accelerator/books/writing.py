# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes planned groups: partials, full reconciliations, and the lines' own columns.

Everything is set-wise: one statement a table, whatever the number of groups.
"""

from odoo.fields import Domain
from odoo.tools import SQL

from .planning import matching_numbers


def check_access(env, groups):
    """Odoo's access rights and record rules for what ``reconcile`` would write."""
    env["account.partial.reconcile"].check_access("create")
    env["account.full.reconcile"].check_access("create")
    lines = {line.id for group in groups for line in group.lines}
    moves = {line.move_id for group in groups for line in group.lines}
    for records in (
        env["account.move.line"].browse(lines),
        env["account.move"].browse(moves),
    ):
        _check_rules(records)


def _check_rules(records):
    """``check_access("write")``, by one query however many records there are."""
    records.browse().check_access("write")
    if records.env.su:
        return
    rules = records.env["ir.rule"]._compute_domain(records._name, "write")
    allowed = records.sudo().with_context(active_test=False)
    count = allowed.search_count(Domain("id", "in", records.ids) & Domain(rules))
    if count != len(records):
        records.check_access("write")


def next_ids(env, table, count):
    """``count`` ascending ids of a table's sequence."""
    rows = env.execute_query(
        SQL(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) "
            "FROM generate_series(1, %s)",
            table,
            count,
        )
    )
    return [row[0] for row in rows]


def write_groups(env, groups):
    """Insert partials and fulls, and bring the lines up to date."""
    partials = [partial for group in groups for partial in group.partials]
    ids = next_ids(env, "account_partial_reconcile", len(partials))
    for partial, partial_id in zip(partials, ids, strict=True):
        partial.id = partial_id
    complete = [group for group in groups if group.complete]
    full_ids = next_ids(env, "account_full_reconcile", len(complete))
    for group, full_id in zip(complete, full_ids, strict=True):
        group.full_id = full_id
        for partial in group.partials:
            partial.full_id = full_id
    _insert_fulls(env, full_ids)
    _insert_partials(env, partials)
    _complete_earlier(env, complete)
    _update_lines(env, groups)


def _insert_fulls(env, ids):
    env.cr.execute(
        SQL(
            """INSERT INTO account_full_reconcile
                      (id, create_uid, create_date, write_uid, write_date)
               SELECT id, %(uid)s, %(now)s, %(uid)s, %(now)s
                 FROM unnest(%(ids)s::int[]) AS id""",
            uid=env.uid,
            now=env.cr.now(),
            ids=ids,
        )
    )


def _insert_partials(env, partials):
    env.cr.execute(
        SQL(
            """INSERT INTO account_partial_reconcile
                      (id, debit_move_id, credit_move_id, full_reconcile_id,
                       debit_currency_id, credit_currency_id, company_id, max_date,
                       amount, debit_amount_currency, credit_amount_currency,
                       create_uid, create_date, write_uid, write_date)
               SELECT p.id, p.debit_id, p.credit_id, nullif(p.full_id, 0),
                      debit.id, credit.id, p.company_id, p.max_date,
                      round(p.amount / 10.0 ^ home.decimal_places,
                            home.decimal_places),
                      round(p.debit_amount / 10.0 ^ debit.decimal_places,
                            debit.decimal_places),
                      round(p.credit_amount / 10.0 ^ credit.decimal_places,
                            credit.decimal_places),
                      %(uid)s, %(now)s, %(uid)s, %(now)s
                 FROM unnest(%(ids)s::int[], %(debit_ids)s::int[],
                             %(credit_ids)s::int[], %(full_ids)s::int[],
                             %(debit_currencies)s::int[], %(credit_currencies)s::int[],
                             %(companies)s::int[], %(dates)s::date[],
                             %(amounts)s::bigint[], %(debits)s::bigint[],
                             %(credits)s::bigint[])
                      AS p(id, debit_id, credit_id, full_id, debit_currency_id,
                           credit_currency_id, company_id, max_date, amount,
                           debit_amount, credit_amount)
                 JOIN res_company company ON company.id = p.company_id
                 JOIN res_currency home ON home.id = company.currency_id
                 JOIN res_currency debit ON debit.id = p.debit_currency_id
                 JOIN res_currency credit ON credit.id = p.credit_currency_id
                ORDER BY p.id""",
            uid=env.uid,
            now=env.cr.now(),
            ids=[p.id for p in partials],
            debit_ids=[p.debit.id for p in partials],
            credit_ids=[p.credit.id for p in partials],
            full_ids=[p.full_id for p in partials],
            debit_currencies=[p.debit.currency_id for p in partials],
            credit_currencies=[p.credit.currency_id for p in partials],
            companies=[p.company_id for p in partials],
            dates=[p.max_date for p in partials],
            amounts=[p.amount for p in partials],
            debits=[p.debit_amount for p in partials],
            credits=[p.credit_amount for p in partials],
        )
    )


def _complete_earlier(env, complete):
    """Partials of before belong to the full reconciliation that closes them."""
    rows = {edge[0]: group.full_id for group in complete for edge in group.edges}
    if rows:
        env.cr.execute(
            SQL(
                """UPDATE account_partial_reconcile partial
                      SET full_reconcile_id = new.full_id
                     FROM unnest(%s::int[], %s::int[]) AS new(id, full_id)
                    WHERE partial.id = new.id""",
                list(rows),
                list(rows.values()),
            )
        )


def _update_lines(env, groups):
    """Residuals and numbers of matched lines; only numbers of those matched before.

    Odoo renumbers by SQL, so a line whose residual stays keeps its ``write_date``.
    """
    changed, renumbered = {}, {}
    for group in groups:
        numbers = matching_numbers(group)
        for partial in group.partials:
            for line in (partial.debit, partial.credit):
                changed[line.id] = (line, numbers[line.id], group.full_id)
        renumbered.update(
            (line_id, (number, group.full_id))
            for line_id, number in numbers.items()
            if line_id not in changed
        )
    _write_changed(env, list(changed.values()))
    if renumbered:
        _write_renumbered(env, renumbered)


def _write_changed(env, rows):
    env.cr.execute(
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
                 FROM unnest(%(ids)s::int[], %(residuals)s::bigint[],
                             %(currency_residuals)s::bigint[], %(fulls)s::int[],
                             %(numbers)s::text[])
                      AS new(id, residual, residual_currency, full_id, number),
                      res_company company, res_currency home, res_currency own
                WHERE line.id = new.id AND company.id = line.company_id
                  AND home.id = company.currency_id AND own.id = line.currency_id""",
            uid=env.uid,
            now=env.cr.now(),
            ids=[line.id for line, _number, _full in rows],
            residuals=[line.residual for line, _number, _full in rows],
            currency_residuals=[line.residual_currency for line, _n, _full in rows],
            fulls=[full_id for _line, _number, full_id in rows],
            numbers=[number for _line, number, _full in rows],
        )
    )


def _write_renumbered(env, rows):
    env.cr.execute(
        SQL(
            """UPDATE account_move_line line
                  SET matching_number = new.number,
                      full_reconcile_id = nullif(new.full_id, 0)
                 FROM unnest(%s::int[], %s::text[], %s::int[])
                      AS new(id, number, full_id)
                WHERE line.id = new.id""",
            list(rows),
            [number for number, _full in rows.values()],
            [full_id for _number, full_id in rows.values()],
        )
    )
