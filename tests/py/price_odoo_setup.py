# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs inside Odoo: commits taxes and currencies for test_price_fidelity."""
# ruff: noqa: F821

from price_odoo_world import create_taxes

from odoo import fields

RATES = {"EUR": 0.87, "CAD": 1.36, "GBP": 0.79, "JPY": 151.3, "KWD": 0.307, "CHF": 0.9}

company = env.company
currencies = env["res.currency"].with_context(active_test=False)
currencies = currencies.search([("name", "in", [*RATES, "USD"])])
currencies.active = True
for currency in currencies:
    if currency.name in RATES:
        env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": company.id,
                "name": "2020-01-01",
                "rate": RATES[currency.name],
            }
        )
    env["product.pricelist"].create(
        {"name": currency.name, "currency_id": currency.id, "company_id": company.id}
    )

taxes = create_taxes(env, CASES["taxes"])
env["product.product"].create(
    {"name": "Priced", "type": "service", "invoice_policy": "order", "taxes_id": False}
)
env["res.partner"].create({"name": "Priced"})
env.cr.commit()
ANSWER = {
    "ids": {key: tax.id for key, tax in taxes.items()},
    "currencies": {
        currency.name: {
            "id": currency.id,
            "rounding": currency.rounding,
            "digits": currency.decimal_places,
            "rate": env["res.currency"]._get_conversion_rate(
                company.currency_id, currency, company, fields.Date.today()
            ),
        }
        for currency in currencies
    },
}
