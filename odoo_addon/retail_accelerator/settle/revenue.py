# SPDX-License-Identifier: LGPL-3.0-or-later
"""Revenue, discounts and taxes of orders that are booked in sums, without invoices.

The orders' own lines and taxes are computed by Odoo as for an invoice, so that the
shop's exact amounts hold; then the lines of one account, tax and distribution become
one. Orders that buy the same at the same price are computed once.
"""

import json
from collections import defaultdict
from dataclasses import dataclass

from odoo.exceptions import UserError

from .entry import in_units, minor_units, share


@dataclass(frozen=True)
class Part:
    """What lines of an entry are summed by."""

    account_id: int
    tax_ids: tuple = ()
    tag_ids: tuple = ()
    repartition_id: int = 0
    group_tax_id: int = 0
    analytic: str = ""  # the distribution of the orders' lines, as JSON


class Revenue:
    """The parts of a settlement's entries that orders explain."""

    def __init__(self, planner):
        self.planner = planner
        self.company = planner.company
        self.env = planner.channel.env
        self.taxes = self.env["account.tax"]
        self.orders = {}  # id -> order, all of them read at once
        self.known = {}  # what decides about an order's parts -> these
        self.accounts = {}  # (product, fiscal position) -> income account

    def prefetch(self, ids):
        """Have the orders read together, not one by one."""
        orders = self.env["sale.order"].browse(ids)
        self.orders.update(zip(ids, orders, strict=True))

    def lines(self, paid):
        """A line for each account, tax and distribution; a row is found at the line
        that holds most of its order.

        paid: [(id of an order, minor units with the row's sign, id of the row)]
        """
        sums, bases, rows = defaultdict(int), defaultdict(int), defaultdict(list)
        for order_id, amount, row in paid:
            parts = self._parts(self.orders[order_id], is_refund=amount < 0)
            weights = [weight for _part, weight, _base in parts]
            total = sum(weights)
            for (part, _weight, base), minor in zip(
                parts, share(-amount, weights), strict=True
            ):
                sums[part] += minor
                bases[part] -= round(base * amount / total) if total else 0
            largest = max(parts, key=lambda values: abs(values[1]))
            rows[largest[0]].append(row)
        return [
            self._line(part, minor, bases[part], rows[part])
            for part, minor in sums.items()
            if minor
        ]

    def _line(self, part, minor, base, rows):
        extra = {
            "tax_ids": [(6, 0, part.tax_ids)],
            "tax_tag_ids": [(6, 0, part.tag_ids)],
        }
        if part.analytic:
            extra["analytic_distribution"] = json.loads(part.analytic)
        if part.repartition_id:
            extra.update(
                tax_repartition_line_id=part.repartition_id,
                group_tax_id=part.group_tax_id or False,
                tax_base_amount=in_units(
                    self.planner.balance(base), self.company.currency_id
                ),
            )
        account = self.env["account.account"].browse(part.account_id)
        line = self.planner.line("revenue", account, minor, **extra)
        line.row_ids = rows
        return line

    # -- one order --

    def _parts(self, order, is_refund):
        """[(Part, minor units, base of a tax in minor units)]; the minor units add up
        to the order's total. Amounts are in the order's currency."""
        # A list: ``filtered`` would forget which lines are read together.
        lines = [line for line in order.order_line if not line.display_type]
        key = (
            is_refund,
            order.currency_id.id,
            order.fiscal_position_id.id,
            tuple(map(_facts, lines)),
        )
        if key not in self.known:
            self.known[key] = self._computed(order, lines, is_refund)
        return self.known[key]

    def _computed(self, order, lines, is_refund):
        base_lines = [
            line._prepare_base_line_for_taxes_computation(
                is_refund=is_refund, account_id=self._income(line), sign=1
            )
            for line in lines
        ]
        self.taxes._add_tax_details_in_base_lines(base_lines, self.company)
        self.taxes._round_base_lines_tax_details(base_lines, self.company)
        self.taxes._add_accounting_data_in_base_lines_tax_details(
            base_lines, self.company
        )
        parts, amounts, bases = [], defaultdict(float), defaultdict(float)
        for base_line in base_lines:
            details = base_line["tax_details"]
            amount = (
                details["total_excluded_currency"]
                + details["delta_total_excluded_currency"]
            )
            parts += self._base_parts(base_line, minor_units(amount, order.currency_id))
            for tax in details["taxes_data"]:
                for share_of_tax in tax["tax_reps_data"]:
                    part = _tax_part(share_of_tax["grouping_key"])
                    amounts[part] += share_of_tax["tax_amount_currency"]
                    bases[part] += tax["base_amount_currency"]
        for part, amount in amounts.items():
            minor = minor_units(amount, order.currency_id)
            if minor:
                base = minor_units(bases[part], order.currency_id)
                parts.append((part, minor, base))
        return parts

    def _base_parts(self, base_line, amount):
        """Revenue; apart from its discount where the channel has an account for it."""
        common = (
            tuple(sorted(base_line["tax_ids"].ids)),
            tuple(sorted(base_line["tax_tag_ids"].ids)),
            0,
            0,
            _distribution(base_line["analytic_distribution"]),
        )
        discount_account = self.planner.channel.settlement_discount_account_id
        part = Part(base_line["account_id"].id, *common)
        rate = base_line["discount"]
        if not discount_account or not 0 < rate < 100:
            return [(part, amount, 0)]
        whole = round(amount / (1 - rate / 100))
        given = Part(discount_account.id, *common)
        return [(part, whole, 0), (given, amount - whole, 0)]

    def _income(self, line):
        """The account an invoice of the line would use."""
        position = line.order_id.fiscal_position_id
        key = line.product_id.id, position.id
        if key not in self.accounts:
            accounts = line.product_id.product_tmpl_id.with_company(
                self.company
            ).get_product_accounts(position)
            self.accounts[key] = accounts["income"] or self.company.income_account_id
        if not self.accounts[key]:
            raise UserError(
                self.env._(
                    "The product %s has no income account, so its order cannot be "
                    "booked. Set one on its category.",
                    line.product_id.display_name,
                )
            )
        return self.accounts[key]


def _facts(line):
    """What of an order's line decides about its amounts, accounts and taxes."""
    return (
        line.product_id.id,
        line.product_uom_qty,
        line.price_unit,
        line.discount,
        tuple(line.tax_ids.ids),
        line.is_downpayment,
        json.dumps(line.extra_tax_data or None, sort_keys=True),
        _distribution(line.analytic_distribution),
    )


def _tax_part(key):
    """The part of a tax, from the key by which Odoo groups tax lines."""
    return Part(
        key["account_id"],
        _ids(key["tax_ids"]),
        _ids(key["tax_tag_ids"]),
        key["tax_repartition_line_id"],
        key["group_tax_id"] or 0,
        _distribution(key["analytic_distribution"]),
    )


def _distribution(distribution):
    return json.dumps(distribution, sort_keys=True) if distribution else ""


def _ids(commands):
    """Ids of a command list as the tax engine gives it."""
    return tuple(sorted(commands[0][2])) if commands else ()
