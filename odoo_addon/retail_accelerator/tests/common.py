# SPDX-License-Identifier: LGPL-3.0-or-later
"""A channel, its users and small exports, for the tests of the module."""

import json

from odoo.tests import TransactionCase, new_test_user

GROUPS = {
    "auditor": "retail_accelerator.group_auditor",
    "operator": "retail_accelerator.group_operator",
    "manager": "retail_accelerator.group_manager",
}


class RetailCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "lang": "en_US"}
        )
        cls.company = cls.env.company
        cls.channel = cls.env["retail.channel"].create({"name": "Shop", "code": "shop"})

    @classmethod
    def user(cls, role, company=None):
        """A user with just one of the module's roles."""
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"retail-{role}-{company.id}",
            groups=GROUPS[role],
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def other_company(cls):
        return cls.env["res.company"].create({"name": "Other Retail Company"})


def as_file(data):
    """An export as a file's bytes."""
    return json.dumps(data).encode()


def product(ref, **values):
    """A row of the shop's products, as its REST interface gives it."""
    return {
        "id": ref,
        "name": f"Product {ref}",
        "type": "simple",
        "sku": f"SKU-{ref}",
        "global_unique_id": "",
        "regular_price": "10.00",
        "price": "10.00",
        "virtual": False,
        "manage_stock": True,
        "tax_status": "taxable",
        "weight": "",
        **values,
    }


def variation(ref, *options, **values):
    """A row of the shop's variations."""
    attributes = [{"name": "Option", "option": option} for option in options]
    return product(ref, **{"type": "variation", "attributes": attributes, **values})


def rate(ref, name, percent, **values):
    """A row of the shop's tax table."""
    return {
        "id": ref,
        "name": name,
        "rate": percent,
        "country": "CA",
        "state": "",
        "compound": False,
        "priority": 1,
        **values,
    }


def customer(ref, email, **values):
    """A customer of the shop."""
    return {
        "id": ref,
        "email": email,
        "first_name": "Ann",
        "last_name": f"Number {ref}",
        "billing": {},
        "shipping": {},
        **values,
    }
