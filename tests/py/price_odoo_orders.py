# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs inside Odoo: creates the priced orders of CASES, invoices and posts them."""
# ruff: noqa: F821

COLUMNS = [
    "price_subtotal",
    "price_total",
    "price_tax",
    "price_reduce_taxexcl",
    "price_reduce_taxinc",
]
TOTALS = ["amount_untaxed", "amount_tax", "amount_total"]

company = env.company
product = env["product.product"].search([("name", "=", "Priced")], limit=1)
partner = env["res.partner"].search([("name", "=", "Priced")], limit=1)
pricelists = {
    pricelist.name: pricelist
    for pricelist in env["product.pricelist"].search([("company_id", "=", company.id)])
}


def create_order(case):
    company.tax_calculation_rounding_method = case["method"]
    lines = [
        (
            0,
            0,
            {
                "product_id": product.id,
                "name": "line",
                "product_uom_qty": line["quantity"],
                "price_unit": line["price_unit"],
                "discount": line["discount"],
                "tax_ids": [(6, 0, line["taxes"])],
                "extra_tax_data": line["extra_tax_data"],
            },
        )
        for line in case["lines"]
    ]
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "pricelist_id": pricelists[case["currency"]].id,
            "order_line": lines,
        }
    )
    env.flush_all()
    env.invalidate_all()
    return order


def totals(record):
    return [record[name] for name in TOTALS]


def amounts_by_tax(lines):
    """{id: amount} of the entry's tax lines."""
    taxes = {}
    for line in lines.filtered("tax_line_id"):
        tax = line.tax_line_id.id
        taxes[tax] = taxes.get(tax, 0.0) - line.amount_currency
    return taxes


def invoice_order(order):
    order.action_confirm()
    invoice = order._create_invoices(final=True)
    invoice.action_post()
    env.flush_all()
    env.invalidate_all()
    sign = -1 if invoice.move_type == "out_refund" else 1
    lines = invoice.line_ids
    return {
        "state": invoice.state,
        "totals": [sign * amount for amount in totals(invoice)],
        "balance": company.currency_id.round(sum(lines.mapped("balance"))),
        "taxes": amounts_by_tax(lines),
    }


def answer(case):
    order = create_order(case)
    lines = order.order_line.sorted("id")
    return {
        "lines": [[line[name] for name in COLUMNS] for line in lines],
        "totals": totals(order),
        "rate": order.currency_rate,
        "invoice": invoice_order(order) if case["invoice"] else None,
    }


ANSWER = [answer(case) for case in CASES]
