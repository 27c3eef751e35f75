# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders booked in sums are the sums of the invoices Odoo would make of them: by
account, taxes, tags of the tax report, repartition and analytic distribution."""

import json
import random
from collections import Counter, defaultdict
from itertools import count

from odoo import Command
from odoo.tests import tagged

from ..settle import posting
from .settlement_common import SettlementCase

ORDERS = 24


@tagged("post_install", "-at_install")
class TestSettlementRevenue(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(11)
        cls.payouts = count(1)
        cls.channel.settlement_order_policy = "summary"
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.euro.id, "name": "2026-01-01", "rate": 0.8731}
        )
        cls.pricelists = {
            currency: cls.env["product.pricelist"].create(
                {"name": currency.name, "currency_id": currency.id}
            )
            for currency in (cls.currency, cls.euro)
        }
        cls.incomes = cls.env["account.account"].create(
            [
                {"name": f"Sales {n}", "code": f"RVN{n}", "account_type": "income"}
                for n in range(3)
            ]
        )
        cls.duties = cls.env["account.account"].create(
            [
                {
                    "name": f"Tax {n}",
                    "code": f"RVT{n}",
                    "account_type": "liability_current",
                }
                for n in range(3)
            ]
        )
        cls.taxes = cls.make_taxes()
        cls.products = cls.make_products()
        cls.position = cls.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": cls.incomes[0].id,
                            "account_dest_id": cls.incomes[2].id,
                        }
                    )
                ],
            }
        )
        plan = cls.env["account.analytic.plan"].create({"name": "Brands"})
        cls.brand = cls.env["account.analytic.account"].create(
            {"name": "Brand", "plan_id": plan.id}
        )

    @classmethod
    def tag(cls, name):
        return cls.env["account.account.tag"].create(
            {
                "name": name,
                "applicability": "taxes",
                "country_id": cls.company.account_fiscal_country_id.id,
            }
        )

    @classmethod
    def make_taxes(cls):
        """Excluded, included, split over two accounts, one on top of another, analytic
        and a group; each with tags of its own for sales and for refunds."""

        def tax(name, amount, factors=(100,), **more):
            repartition = {}
            for kind in ("invoice", "refund"):
                lines = [
                    {
                        "repartition_type": "base",
                        "tag_ids": [Command.set(cls.tag(f"{name} {kind} base").ids)],
                    }
                ]
                for number, factor in enumerate(factors):
                    tag = cls.tag(f"{name} {kind} tax {number}")
                    lines.append(
                        {
                            "repartition_type": "tax",
                            "factor_percent": factor,
                            "account_id": cls.duties[number].id,
                            "tag_ids": [Command.set(tag.ids)],
                        }
                    )
                field = f"{kind}_repartition_line_ids"
                repartition[field] = [Command.create(line) for line in lines]
            return cls.env["account.tax"].create(
                {
                    "name": name,
                    "amount": amount,
                    "type_tax_use": "sale",
                    **repartition,
                    **more,
                }
            )

        over = tax("Eco 3%", 3, include_base_amount=True, sequence=1)
        parts = tax("State", 4.5) + tax("City", 2.25)
        group = cls.env["account.tax"].create(
            {
                "name": "State and city",
                "amount_type": "group",
                "type_tax_use": "sale",
                "children_tax_ids": [Command.set(parts.ids)],
            }
        )
        included = {"price_include_override": "tax_included"}
        return [
            tax("Out 19%", 19),
            tax("In 21%", 21, **included),
            tax("Split 5.5%", 5.5, (60, 40)),
            tax("Own 7.7%", 7.7, analytic=True),
            over + tax("Upon 10%", 10, sequence=2),
            group,
            cls.env["account.tax"],
        ]

    @classmethod
    def make_products(cls):
        return cls.env["product.product"].create(
            [
                {
                    "name": f"Ware {n}",
                    "type": "service",
                    "invoice_policy": "order",
                    "property_account_income_id": cls.incomes[n % 2].id,
                    "account_tag_ids": [Command.set(cls.tag(f"Ware {n}").ids)]
                    if n == 3
                    else [],
                }
                for n in range(5)
            ]
        )

    # -- orders --

    def sale(self, number, currency):
        pick = self.random
        lines = []
        for _line in range(pick.randrange(1, 5)):
            taxes = pick.choice(self.taxes)
            values = {
                "product_id": pick.choice(self.products).id,
                "product_uom_qty": pick.choice([1, 2, 3, 7]),
                "price_unit": pick.randrange(101, 9999) / 100,
                "discount": pick.choice([0, 0, 0, 5, 12.5, 33]),
                "tax_ids": [Command.set(taxes.ids)],
            }
            if pick.random() < 0.3:
                values["analytic_distribution"] = {str(self.brand.id): 100.0}
            lines.append(Command.create(values))
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "fiscal_position_id": self.position.id if number % 5 == 0 else False,
                "pricelist_id": self.pricelists[currency].id,
                "date_order": "2026-03-10 10:00:00",
                "order_line": lines,
            }
        )

    def imposed(self):
        """An order whose amounts are the shop's own."""
        tax = self.taxes[0]
        amounts = {"tax_amount": 1.91, "base_amount": 10.0}
        amounts |= {f"{key}_currency": value for key, value in amounts.items()}
        given = {
            "currency_id": self.currency.id,
            "price_unit": 3.33,
            "discount": 0.0,
            "quantity": 3.0,
            "rate": 1.0,
            "manual_total_excluded_currency": 10.0,
            "manual_total_excluded": 10.0,
            "manual_tax_amounts": {str(tax.id): amounts},
        }
        line = {
            "product_id": self.products[0].id,
            "product_uom_qty": 3,
            "price_unit": 3.33,
            "tax_ids": [Command.set(tax.ids)],
            "extra_tax_data": given,
        }
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "order_line": [Command.create(line)]}
        )
        self.assertEqual(order.amount_total, 11.91)
        return order

    def sold(self, currency):
        orders = [self.sale(number, currency) for number in range(ORDERS)]
        # The same bought again is computed once only.
        orders += [orders[1].copy({"date_order": orders[1].date_order})]
        if currency == self.currency:
            orders.append(self.imposed())
        return [order for order in orders if order.amount_total]

    def booked(self, orders, refunded, currency):
        return posting.post(self.paid_out(orders, refunded, currency))

    def paid_out(self, orders, refunded, currency):
        """A payout of the orders, some of them refunded."""
        payout = f"po_{next(self.payouts)}"
        rows = [
            {
                "payout": payout,
                "transaction": f"ch_{order.id}",
                "gross": round(order.amount_total * 100),
                "fee": -31,
                "currency": currency.name,
            }
            for order in orders
        ] + [
            {
                "payout": payout,
                "kind": "refund",
                "transaction": f"re_{order.id}",
                "gross": -round(order.amount_total * 100),
                "currency": currency.name,
            }
            for order in refunded
        ]
        settlement = self.payout(*rows)
        events = settlement.event_ids.sorted("source_row")
        for event, order in zip(events, [*orders, *refunded], strict=True):
            self.link(event, order)
        return settlement

    def invoiced(self, orders, refunded):
        """Drafts of the invoices of the same orders, and of credit notes."""
        moves = self.env["account.move"]
        for order in orders:
            order.action_confirm()
            invoice = order._create_invoices()
            invoice.invoice_date = invoice.date = "2026-03-10"
            moves += invoice
            if order in refunded:
                moves += invoice._reverse_moves([{"invoice_date": "2026-03-10"}])
        return moves

    @staticmethod
    def summed(lines):
        """{what lines are summed by: amounts}, of revenue and taxes."""
        found = defaultdict(Counter)
        for line in lines:
            key = (
                line.account_id.name,
                tuple(sorted(line.tax_ids.mapped("name"))),
                tuple(sorted(line.tax_tag_ids.mapped("name"))),
                line.tax_repartition_line_id.id,
                line.group_tax_id.id,
                json.dumps(line.analytic_distribution or None),
            )
            found[key].update(
                {
                    "balance": round(line.balance * 100),
                    "amount_currency": round(line.amount_currency * 100),
                    "tax_base": round(line.tax_base_amount * 100),
                    "count": 1,
                }
            )
        return {key: dict(sums) for key, sums in found.items()}

    def check(self, currency, cents=0):
        orders = self.sold(currency)
        refunded = orders[::6]
        invoices = self.invoiced(orders, refunded)
        moves = self.booked(orders, refunded, currency)
        revenue = moves.line_ids.filtered(
            lambda line: line.account_id in self.incomes + self.duties
        )
        wanted = self.summed(
            invoices.line_ids.filtered(
                lambda line: line.display_type in ("product", "tax")
            )
        )
        found = self.summed(revenue)
        nothing = {"balance": 0, "amount_currency": 0, "tax_base": 0, "count": 0}
        for key in sorted(set(wanted) | set(found), key=str):
            left, right = found.get(key, nothing), wanted.get(key, nothing)
            self.assertEqual(left["amount_currency"], right["amount_currency"], key)
            for name in ("balance", "tax_base"):
                self.assertAlmostEqual(
                    left[name], right[name], delta=cents * right["count"], msg=key
                )
        self.assertGreater(len(wanted), 20)
        self.assertEqual(
            sum(sums["amount_currency"] for sums in found.values()),
            sum(round(order.amount_total * 100) for order in refunded)
            - sum(round(order.amount_total * 100) for order in orders),
        )
        for move in moves:
            self.assertFalse(
                move.currency_id.round(sum(move.line_ids.mapped("balance")))
            )
        return moves

    def test_sums_are_those_of_the_invoices(self):
        for method in ("round_globally", "round_per_line"):
            with self.subTest(method):
                self.company.tax_calculation_rounding_method = method
                [move] = self.check(self.currency)
                self.assertLess(len(move.line_ids), 90)

    def test_sums_in_another_currency_are_those_of_the_invoices(self):
        """In the payout's currency to the cent. Odoo converts each line of an invoice
        before it rounds, here a sum is converted: a few cents a line apart."""
        self.check(self.euro, cents=3)

    def test_an_entry_a_transaction_amounts_to_the_invoices(self):
        self.channel.settlement_policy = "transaction"
        moves = self.check(self.currency)
        self.assertGreater(len(moves), ORDERS)

    def test_an_analytic_account_of_the_channel_yields_to_the_orders_own(self):
        other = self.brand.copy({"name": "Channel"})
        self.channel.settlement_analytic_account_id = other
        own = self.sale(1, self.currency)
        own.order_line.analytic_distribution = {str(self.brand.id): 100.0}
        without = self.sale(2, self.currency)
        without.order_line.analytic_distribution = False
        moves = self.booked([own, without], [], self.currency)
        lines = moves.line_ids.filtered(lambda line: line.account_id in self.incomes)
        found = defaultdict(float)
        for line in lines:
            self.assertEqual(line.analytic_line_ids.amount, -line.balance)
            found[json.dumps(line.analytic_distribution)] -= line.balance
        for account, order in ((self.brand, own), (other, without)):
            key = json.dumps({str(account.id): 100.0})
            self.assertAlmostEqual(found[key], order.amount_untaxed)

    def test_statements_hardly_grow_with_the_orders(self):
        """What is read of orders is read of all at once, for every policy."""
        for policy in ("payout", "transaction"):
            self.channel.settlement_policy = policy
            counts = []
            for number in (24, 6, 24):  # the first fills Odoo's caches
                orders = [self.order(10.0 + order) for order in range(number)]
                settlement = self.paid_out(orders, [], self.currency)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                posting.post(settlement)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
            self.assertLess(counts[2] - counts[1], 60, (policy, counts))
