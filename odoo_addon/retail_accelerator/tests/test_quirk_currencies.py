# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders in another currency than the company's: imported to the smallest coin."""

from datetime import date

from odoo.tests import tagged

from .quirk_common import QuirkCase, line, order


@tagged("post_install", "-at_install")
class TestQuirkCurrencies(QuirkCase):
    def foreign(self):
        return "EUR" if self.company.currency_id.name != "EUR" else "USD"

    def test_foreign_currency_without_rate(self):
        document = order(currency=self.foreign())
        self.check_invoice(self.created(document), document)

    def test_foreign_currency_with_rate(self):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", self.foreign())])
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": date(2026, 1, 1),
                "rate": 1.25,
                "company_id": self.company.id,
            }
        )
        document = order(currency=self.foreign())
        created = self.created(document)
        self.assertAlmostEqual(created.currency_rate, 1.25)
        self.check_invoice(created, document)

    def test_yen_with_decimals_add_up_in_whole_yen(self):
        """The decimals stay the store's when the order is in another currency."""
        document = order(
            currency="JPY",
            total="21.00",
            total_tax="1.00",
            line_items=[line("20.00", "1.00")],
        )
        self.check_invoice(self.created(document), document)
