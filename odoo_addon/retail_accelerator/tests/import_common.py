# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop, its people, and records in the ledger as the engine writes them."""

import base64
import json

from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from ..engine import native, payload


def woo_order(ref, **changes):
    """A small order as WooCommerce sends it."""
    return {
        "id": int(ref),
        "number": str(ref),
        "status": "processing",
        "currency": "USD",
        "prices_include_tax": False,
        "date_created_gmt": "2026-01-05T10:00:00",
        "date_modified_gmt": "2026-01-05T10:00:00",
        "total": "20.00",
        "total_tax": "0.00",
        "discount_total": "0.00",
        "customer_id": 0,
        "billing": {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.com",
            "country": "US",
        },
        "line_items": [
            {
                "id": 11,
                "name": "Cap",
                "product_id": 5,
                "sku": "CAP",
                "quantity": 2,
                "subtotal": "20.00",
                "total": "20.00",
                "total_tax": "0.00",
                "taxes": [],
            }
        ],
        **changes,
    }


class ImportCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.channel = cls.env["retail.channel"].create(
            {"name": "Test shop", "code": "test-shop"}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Cap", "default_code": "CAP", "list_price": 10.0}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Ada Lovelace"})
        groups = "retail_accelerator.group_{}".format
        cls.auditor = new_test_user(cls.env, "ra_auditor", groups("auditor"))
        cls.operator = new_test_user(cls.env, "ra_operator", groups("operator"))
        cls.manager = new_test_user(cls.env, "ra_manager", groups("manager"))

    @classmethod
    def make_import(cls, content=b"[]", **vals):
        return cls.env["retail.import"].create(
            {
                "channel_id": cls.channel.id,
                "file": base64.b64encode(content),
                "file_name": "orders.json",
                **vals,
            }
        )

    @classmethod
    def make_order(cls, **vals):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": cls.product.id,
                            "name": "Cap",
                            "product_uom_qty": 2,
                            "price_unit": 10.0,
                            "tax_ids": [(5,)],
                        },
                    )
                ],
                **vals,
            }
        )

    @classmethod
    def make_entry(cls, ref, document=None, **vals):
        """A ledger row with the payload of an order, as COPY would have written it."""
        entry = cls.env["retail.ledger"].create(
            {
                "channel_id": cls.channel.id,
                "company_id": cls.channel.company_id.id,
                "source_ref": str(ref),
                "source_number": str(ref),
                "identity_key": native.require().identity_key(
                    cls.channel.code, "order", str(ref)
                ),
                "content_hash": "0" * 32,
                "outcome": "created",
                "currency_id": cls.channel.currency_id.id,
                **vals,
            }
        )
        packed = payload.json_to_payload(json.dumps(document or woo_order(ref)))
        cls.env.cr.execute(
            SQL("UPDATE retail_ledger SET payload = %s WHERE id = %s", packed, entry.id)
        )
        entry.invalidate_recordset()
        return entry
