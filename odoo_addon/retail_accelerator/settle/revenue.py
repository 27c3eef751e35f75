# SPDX-License-Identifier: LGPL-3.0-or-later
"""Revenue, discounts and taxes of orders that are booked in sums, without invoices.

The orders' own lines and taxes are computed as for an invoice, so that the shop's exact
amounts hold; then the lines of one account and tax become one.
"""

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


class Revenue:
    """The part of an entry that orders explain."""

    def __init__(self, planner, paid):
        """paid: [(id of an order, minor units with the row's sign, id of the row)]."""
        self.planner = planner
        self.paid = paid
        self.company = planner.company
        self.env = planner.channel.env
        self.taxes = self.env["account.tax"]

    def lines(self):
        """A line for each account and tax; a row is found at the line that holds most
        of its order."""
        sums, bases, rows = defaultdict(int), defaultdict(int), defaultdict(list)
        orders = self.env["sale.order"].browse([order for order, *_rest in self.paid])
        for order, (_id, amount, row) in zip(orders, self.paid, strict=True):
            parts = self._parts(order, is_refund=amount < 0)
            weights = [weight for _part, weight, _base in parts]
            total = sum(weights)
            for (part, _weight, base), minor in zip(
                parts, share(-amount, weights), strict=True
            ):
                sums[part] += minor
                bases[part] += round(base * abs(amount) / total) if total else base
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
        if part.repartition_id:
            company_base = abs(self.planner.balance(base))
            extra.update(
                tax_repartition_line_id=part.repartition_id,
                group_tax_id=part.group_tax_id or False,
                tax_base_amount=in_units(company_base, self.company.currency_id),
            )
        account = self.env["account.account"].browse(part.account_id)
        line = self.planner.line("revenue", account, minor, **extra)
        line.row_ids = rows
        return line

    # -- one order --

    def _parts(self, order, is_refund):
        """[(Part, minor units, base of a tax in minor units)]; the minor units add up
        to the order's total."""
        base_lines = [
            line._prepare_base_line_for_taxes_computation(
                is_refund=is_refund, account_id=self._income(line), sign=1
            )
            for line in order.order_line
            if not line.display_type
        ]
        self.taxes._add_tax_details_in_base_lines(base_lines, self.company)
        self.taxes._round_base_lines_tax_details(base_lines, self.company)
        self.taxes._add_accounting_data_in_base_lines_tax_details(
            base_lines, self.company
        )
        prepared = self.taxes._prepare_tax_lines(base_lines, self.company)
        parts = []
        for base_line, amounts in prepared["base_lines_to_update"]:
            amount = minor_units(amounts["amount_currency"], order.currency_id)
            parts += self._base_parts(base_line, amount)
        for vals in prepared["tax_lines_to_add"]:
            parts.append(self._tax_part(vals, order.currency_id))
        return parts

    def _base_parts(self, base_line, amount):
        """Revenue; apart from its discount where the channel has an account for it."""
        tags = tuple(sorted(base_line["tax_tag_ids"].ids))
        taxes = tuple(sorted(base_line["tax_ids"].ids))
        discount_account = self.planner.channel.settlement_discount_account_id
        part = Part(base_line["account_id"].id, taxes, tags)
        rate = base_line["discount"]
        if not discount_account or not 0 < rate < 100:
            return [(part, amount, 0)]
        whole = round(amount / (1 - rate / 100))
        given = Part(discount_account.id, taxes, tags)
        return [(part, whole, 0), (given, amount - whole, 0)]

    def _tax_part(self, vals, currency):
        part = Part(
            vals["account_id"],
            _ids(vals.get("tax_ids")),
            _ids(vals.get("tax_tag_ids")),
            vals["tax_repartition_line_id"],
            vals.get("group_tax_id") or 0,
        )
        amount = minor_units(vals["amount_currency"], currency)
        return part, amount, minor_units(vals["tax_base_amount"], currency)

    def _income(self, line):
        """The account an invoice of the line would use."""
        accounts = line.product_id.product_tmpl_id.with_company(
            self.company
        ).get_product_accounts(line.order_id.fiscal_position_id)
        account = accounts["income"] or self.company.income_account_id
        if not account:
            raise UserError(
                self.env._(
                    "The product %s has no income account, so its order cannot be "
                    "booked. Set one on its category.",
                    line.product_id.display_name,
                )
            )
        return account


def _ids(commands):
    """Ids of a command list as the tax engine gives it."""
    return tuple(sorted(commands[0][2])) if commands else ()
