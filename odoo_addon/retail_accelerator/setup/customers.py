# SPDX-License-Identifier: LGPL-3.0-or-later
"""Customers of a shop: matched by e-mail, or created as contacts.

Links between the shop's customers and contacts are made by the imports, which know the
addresses too.
"""

from odoo.tools import email_normalize, split_every

from ..engine.context import QUIET

BATCH = 500


class CustomerSetup:
    def __init__(self, channel):
        self.channel = channel
        self.env = channel.env
        self.partners = self.env["res.partner"].sudo()
        self.countries = {
            country.code: country for country in self.env["res.country"].search([])
        }
        self.states = {
            (state.country_id.code, state.code): state.id
            for state in self.env["res.country.state"].search([])
        }

    def load(self, customers):
        """Returns counts; customers without an e-mail wait for their first order."""
        by_email = {}
        for customer in customers:
            email = email_normalize(customer.email)
            if email:
                by_email.setdefault(email, customer)
        created = 0
        for batch in split_every(BATCH, by_email.items(), list):
            existing = self._existing([email for email, _customer in batch])
            missing = [
                self._vals(customer)
                for email, customer in batch
                if email not in existing
            ]
            self.partners.with_context(**QUIET).create(missing)
            created += len(missing)
            self.partners.env.invalidate_all()
        return {
            "created": created,
            "matched": len(by_email) - created,
            "skipped": len(customers) - len(by_email),
        }

    def _existing(self, emails):
        found = self.partners.search_fetch(
            [
                ("email_normalized", "in", emails),
                *self.partners._check_company_domain(self.channel.company_id),
            ],
            ["email_normalized"],
        )
        return set(found.mapped("email_normalized"))

    def _vals(self, customer):
        address = customer.address
        country = self.countries.get(address["country"].upper())
        return {
            "name": customer.name,
            "email": customer.email,
            "phone": customer.phone or False,
            "company_name": customer.company_name or False,
            "street": address["address_1"] or False,
            "street2": address["address_2"] or False,
            "city": address["city"] or False,
            "zip": address["postcode"] or False,
            "country_id": country.id if country else False,
            "state_id": self._state(country, address["state"].upper()),
            "customer_rank": 1,
        }

    def _state(self, country, code):
        """Some countries' states have the country before their code; the shop and Odoo
        do not agree on which."""
        if not country:
            return False
        prefix = f"{country.code}-"
        for spelling in (code, code.removeprefix(prefix), f"{prefix}{code}"):
            if (country.code, spelling) in self.states:
                return self.states[country.code, spelling]
        return False
