# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes planned groups: partials, full reconciliations, and the lines' own columns.

Everything is set-wise: one statement a table, whatever the number of groups.
"""

from odoo.fields import Domain
from odoo.tools import SQL

from .invariants import check_lines, check_plan, execute
from .planning import matching_numbers
from .sql import array, ints, next_ids


def check_access(env, groups):
    """Odoo's access rights and record rules for what ``reconcile`` reads and writes.

    Odoo itself does not ask for the right to write the lines it matches; we do.
    """
    env["account.partial.reconcile"].check_access("create")
    env["account.full.reconcile"].check_access("create")
    lines = {line.id for group in groups for line in group.lines}
    moves = {line.move_id for group in groups for line in group.lines}
    for operation in ("read", "write"):
        _check_rules(env["account.move.line"].browse(lines), operation)
        _check_rules(env["account.move"].browse(moves), operation)


def _check_rules(records, operation):
    """``check_access``, by one query however many records there are."""
    records.browse().check_access(operation)
    if records.env.su:
        return
    rules = Domain(records.env["ir.rule"]._compute_domain(records._name, operation))
    if rules.is_true():
        return
    allowed = records.sudo().with_context(active_test=False)
    count = allowed.search_count(Domain("id", "in", records.ids) & rules)
    if count != len(records):
        records.check_access(operation)


def write_groups(env, groups):
    """Insert partials and fulls, and bring the lines up to date."""
    check_plan(groups)
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
    _check_rules(env["account.full.reconcile"].browse(full_ids), "create")
    _check_rules(env["account.partial.reconcile"].browse(ids), "create")


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
                 FROM unnest(%(ids)s, %(debit_ids)s, %(credit_ids)s, %(full_ids)s,
                             %(debit_currencies)s, %(credit_currencies)s,
                             %(companies)s, %(dates)s, %(amounts)s, %(debits)s,
                             %(credits)s)
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
            ids=ints(p.id for p in partials),
            debit_ids=ints(p.debit.id for p in partials),
            credit_ids=ints(p.credit.id for p in partials),
            full_ids=ints(p.full_id for p in partials),
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


def _complete_earlier(env, complete):
    """Partials of before belong to the full reconciliation that closes them."""
    rows = {edge[0]: group.full_id for group in complete for edge in group.edges}
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
        for partial in group.partials:
            for line in (partial.debit, partial.credit):
                changed[line.id] = (line, numbers[line.id], group.full_id)
        renumbered.update(
            (line_id, (number, group.full_id))
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
            numbers=array("text", (number for _line, number, _full in rows)),
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
            array("text", (number for number, _full in rows.values())),
            ints(full_id for _number, full_id in rows.values()),
        ),
        len(rows),
    )
