# SPDX-License-Identifier: LGPL-3.0-or-later
"""Groups with foreign currencies: planned by Odoo itself, written by us.

Odoo's planner creates nothing, so its arithmetic - rates, ranges of rounding - need not
be written a second time.
"""

from .exchange import Exchange, minor
from .planning import Partial


def prefetch(env, line_ids):
    """Have Odoo read all of these lines at once, not group by group."""
    items = env["account.move.line"].browse(line_ids)
    items.mapped("balance")
    items.move_id.mapped("move_type")


def plan_foreign(env, lines):
    """(partials of the lines, entries of their exchange differences)."""
    items = env["account.move.line"].browse([line.id for line in lines])
    plans, amls = items._optimize_reconciliation_plan([items])
    values = {
        aml: {
            "aml": aml,
            "amount_residual": aml.amount_residual,
            "amount_residual_currency": aml.amount_residual_currency,
            "parent_state": aml.parent_state,
        }
        for aml in amls
    }
    by_id = {line.id: line for line in lines}
    partials, exchanges = [], []
    for result in items._prepare_reconciliation_plan(plans[0], values):
        partials.append(_partial(env, by_id, result["partial_values"]))
        difference = result.get("exchange_values")
        if difference and difference["move_values"]["line_ids"]:
            exchanges.append(Exchange.of(env, by_id, difference))
    return partials, exchanges


def _partial(env, by_id, values):
    debit = by_id[values["debit_move_id"]]
    credit = by_id[values["credit_move_id"]]
    home = env["account.move.line"].browse(debit.id).company_currency_id
    currencies = env["res.currency"].browse([debit.currency_id, credit.currency_id])
    return Partial(
        debit,
        credit,
        minor(home, values["amount"]),
        minor(currencies[0], values["debit_amount_currency"]),
        minor(currencies[1], values["credit_amount_currency"]),
    )
