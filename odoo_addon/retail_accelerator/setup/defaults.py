# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a new channel needs to work at once: status rules and service products."""

from odoo.fields import Command

# A status the shop sends -> what becomes of the order.
STATUS_ACTIONS = {
    "pending": "draft",
    "on-hold": "draft",
    "processing": "draft",
    "completed": "draft",
    "refunded": "draft",
    "cancelled": "cancel",
    "trash": "cancel",
    "failed": "skip",
    "checkout-draft": "skip",
    "auto-draft": "skip",
}


def status_commands():
    """Commands for ``status_ids`` of a new channel."""
    return [
        Command.create({"sequence": 10 * position, "status": status, "action": action})
        for position, (status, action) in enumerate(STATUS_ACTIONS.items(), 1)
    ]


class ServiceProducts:
    """A company's products for what a shop sells beside its goods.

    They are found by internal reference, so that the channels of a company share them.
    None has taxes of its own: an order line gets the taxes the shop charged.
    """

    def __init__(self, company):
        self.company = company
        self.env = company.env
        self.found = {}

    def _specifications(self):
        """Field of the channel -> values of the product it points to."""
        service = {"type": "service", "invoice_policy": "order"}
        return {
            "shipping_product_id": {
                **service,
                "default_code": "RETAIL-SHIPPING",
                "name": self.env._("Shipping of web shops"),
            },
            "fee_product_id": {
                **service,
                "default_code": "RETAIL-FEE",
                "name": self.env._("Fee of web shops"),
            },
            "rounding_product_id": {
                **service,
                "default_code": "RETAIL-ROUNDING",
                "name": self.env._("Rounding of web shops"),
            },
            # Goods of some kind: somebody has to pick and deliver them.
            "placeholder_product_id": {
                "type": "consu",
                "default_code": "RETAIL-UNKNOWN",
                "name": self.env._("Unknown product of a web shop"),
            },
        }

    def channel_vals(self):
        """{field of the channel: product id}; makes the products that are missing."""
        if not self.found:
            self.found = self._find_or_create()
        return self.found

    def _find_or_create(self):
        specifications = self._specifications()
        products = self.env["product.product"].sudo().with_company(self.company)
        existing = products.search(
            [
                ("company_id", "=", self.company.id),
                (
                    "default_code",
                    "in",
                    [vals["default_code"] for vals in specifications.values()],
                ),
            ],
            order="id desc",
        )
        by_code = {product.default_code: product.id for product in existing}
        missing = [
            vals
            for vals in specifications.values()
            if vals["default_code"] not in by_code
        ]
        created = products.create(
            [
                {
                    **vals,
                    "company_id": self.company.id,
                    "list_price": 0.0,
                    "purchase_ok": False,
                    "taxes_id": [Command.clear()],
                    "supplier_taxes_id": [Command.clear()],
                }
                for vals in missing
            ]
        )
        by_code.update((product.default_code, product.id) for product in created)
        return {
            field: by_code[vals["default_code"]]
            for field, vals in specifications.items()
        }
