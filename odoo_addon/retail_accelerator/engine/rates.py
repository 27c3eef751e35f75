# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether Odoo knows what a currency is worth. Without any rate it converts 1:1."""

from odoo import fields


def has_rate(currency, company):
    """Whether there is a rate of the currency for the company, of today or before."""
    return bool(
        currency.env["res.currency.rate"]
        .sudo()
        .search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (company.root_id.id, False)),
                ("name", "<=", fields.Date.context_today(company)),
            ],
            limit=1,
        )
    )
