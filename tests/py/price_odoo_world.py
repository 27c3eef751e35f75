# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the scripts that run inside Odoo share."""


def create_taxes(env, specs):
    """Taxes by the test's own key; groups come last."""
    taxes = {}
    for spec in specs:
        children = [taxes[key].id for key in spec["children"]]
        taxes[spec["key"]] = env["account.tax"].create(
            {
                "name": f"tax {spec['key']}",
                "amount_type": spec["kind"],
                "amount": spec["amount"],
                "sequence": spec["sequence"],
                "type_tax_use": "sale",
                "price_include_override": (
                    "tax_included" if spec["included"] else "tax_excluded"
                ),
                "include_base_amount": spec["include_base"],
                "is_base_affected": spec["affected"],
                "children_tax_ids": [(6, 0, children)],
            }
        )
    return taxes
