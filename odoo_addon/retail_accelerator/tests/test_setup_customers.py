# SPDX-License-Identifier: LGPL-3.0-or-later
"""A shop's customers become contacts, once."""

from odoo.tests import tagged

from .common import customer
from .setup_common import SetupCase


@tagged("post_install", "-at_install")
class TestCustomers(SetupCase):
    def test_contacts_are_created_with_their_address(self):
        self.load(
            customers=[
                customer(
                    1,
                    "ann@example.com",
                    billing={
                        "first_name": "Ann",
                        "last_name": "Lee",
                        "company": "Lee Ltd",
                        "address_1": "1 Main St",
                        "city": "Montréal",
                        "postcode": "H1A 1A1",
                        "country": "CA",
                        "state": "QC",
                        "phone": "+1 514 555 0100",
                    },
                )
            ]
        )
        contact = self.env["res.partner"].search([("email", "=", "ann@example.com")])
        self.assertEqual(contact.name, "Ann Lee")
        self.assertEqual(contact.company_name, "Lee Ltd")
        self.assertEqual(contact.city, "Montréal")
        self.assertEqual(contact.country_id.code, "CA")
        self.assertEqual(contact.state_id.code, "QC")
        self.assertFalse(contact.company_id)

    def test_states_are_found_with_and_without_their_country(self):
        self.load(
            customers=[
                customer(
                    1,
                    "bo@example.com",
                    shipping={"country": "DE", "state": "BY", "city": "Ulm"},
                ),
                customer(
                    2,
                    "cy@example.com",
                    shipping={"country": "DE", "state": "DE-BY", "city": "Ulm"},
                ),
                customer(
                    3,
                    "di@example.com",
                    shipping={"country": "CA", "state": "CA-QC", "city": "Laval"},
                ),
            ]
        )
        contacts = self.env["res.partner"].search(
            [("email", "in", ("bo@example.com", "cy@example.com", "di@example.com"))],
            order="email",
        )
        bavaria, quebec = (
            self.env.ref("base.state_de_by"),
            self.env.ref("base.state_ca_qc"),
        )
        self.assertEqual(
            [contact.state_id for contact in contacts], [bavaria, bavaria, quebec]
        )

    def test_existing_contacts_are_matched_by_email(self):
        mine = self.env["res.partner"].create(
            {"name": "Ann", "email": "Ann <ANN@example.com>"}
        )
        result = self.load(
            customers=[
                customer(1, "ann@Example.com"),
                customer(2, "ann@example.com"),
                customer(3, ""),
                customer(4, "new@example.com"),
            ]
        )
        self.assertEqual(
            result["customers"], {"created": 1, "matched": 1, "skipped": 2}
        )
        found = self.env["res.partner"].search(
            [("email_normalized", "=", "ann@example.com")]
        )
        self.assertEqual(found, mine)
