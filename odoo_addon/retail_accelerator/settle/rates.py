# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exchange rates that a payout's entries need."""

from ..engine.rates import has_rate


def cautions(settlement):
    """Sentences about currencies without any rate. Odoo takes them 1:1, in orders and
    invoices too; the books are wrong until there is one."""
    env, company = settlement.env, settlement.company_id
    ours = company.currency_id
    links = env["retail.settlement.link"]._read_group(
        [("settlement_id", "=", settlement.id), ("state", "=", "applied")],
        ["currency_id"],
    )
    needed = settlement.currency_id.union(*(currency for (currency,) in links))
    return [
        env._(
            "There is no exchange rate of %(currency)s: amounts in %(company)s are "
            "taken 1:1. Add the rate under Accounting, Currencies, before you post; a "
            "payout that is posted already can be reversed and posted again.",
            currency=currency.name,
            company=ours.name,
        )
        for currency in needed - ours
        if not has_rate(currency, company)
    ]
