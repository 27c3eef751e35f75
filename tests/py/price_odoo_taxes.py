# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs inside Odoo: what its tax engine says to CASES (see test_price_tax)."""
# ruff: noqa: F821

from price_odoo_world import create_taxes

AccountTax = env["account.tax"]
company = env.company
currencies = {
    currency.name: currency
    for currency in env["res.currency"]
    .with_context(active_test=False)
    .search([("name", "in", ["EUR", "JPY", "KWD", "CHF"])])
}
currencies["CHF"].rounding = 0.05


def extra_tax_data(line, taxes, currency):
    if line["imposed"] is None:
        return None
    flattened = taxes._flatten_taxes_and_sort_them()[0]
    return {
        "currency_id": currency.id,
        "price_unit": line["price"],
        "discount": line["discount"],
        "quantity": line["quantity"],
        "rate": 1.0,
        "manual_total_excluded_currency": line["imposed"]["total"],
        "manual_tax_amounts": {
            str(tax.id): {
                "tax_amount_currency": line["imposed"]["taxes"][i],
                "base_amount_currency": line["imposed"]["total"],
            }
            for i, tax in enumerate(flattened)
        },
    }


def base_line(line, taxes, currency):
    return AccountTax._prepare_base_line_for_taxes_computation(
        {
            "tax_ids": taxes,
            "price_unit": line["price"],
            "quantity": line["quantity"],
            "discount": line["discount"],
            "extra_tax_data": extra_tax_data(line, taxes, currency),
        },
        currency_id=currency,
        rate=1.0,
    )


def line_result(line, taxes, currency):
    prepared = base_line(line, taxes, currency)
    AccountTax._add_tax_details_in_base_line(prepared, company)
    AccountTax._round_base_lines_tax_details([prepared], company)
    details = prepared["tax_details"]
    subtotal = currency.round(details["total_excluded_currency"])
    total = currency.round(details["total_included_currency"])
    amounts = [
        (data["tax"].id, data["tax_amount_currency"]) for data in details["taxes_data"]
    ]
    return [subtotal, total, total - subtotal, amounts]


def document_result(case):
    company.tax_calculation_rounding_method = case["method"]
    currency = currencies[case["currency"]]
    pairs = [
        (line, AccountTax.browse([all_taxes[key].id for key in line["taxes"]]))
        for line in case["lines"]
    ]
    lines = [line_result(line, taxes, currency) for line, taxes in pairs]
    prepared = [base_line(line, taxes, currency) for line, taxes in pairs]
    AccountTax._add_tax_details_in_base_lines(prepared, company)
    AccountTax._round_base_lines_tax_details(prepared, company)
    summary = AccountTax._get_tax_totals_summary(prepared, currency, company)
    totals = [
        currency.round(summary[f"{name}_amount_currency"])
        for name in ("base", "tax", "total")
    ]
    return {"lines": lines, "totals": totals}


all_taxes = create_taxes(env, CASES["taxes"])
ANSWER = {
    "ids": {key: tax.id for key, tax in all_taxes.items()},
    "currencies": {
        name: [currency.rounding, currency.decimal_places]
        for name, currency in currencies.items()
    },
    "documents": [document_result(case) for case in CASES["documents"]],
}
