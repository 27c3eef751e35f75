# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tax rates of a shop: an Odoo tax for each, an existing one where it is the same.

A shop has a row per jurisdiction; rows of the same name, rate, kind and priority share
one tax. The priority counts because an order line may get one rate of each priority,
and two of them on the same tax would be one.
"""

from collections import defaultdict
from decimal import Decimal

from odoo.fields import Command


def overlap(one, other):
    """Whether both rates can apply at the same address."""
    return all(
        not mine or not theirs or mine == theirs
        for mine, theirs in ((one.country, other.country), (one.state, other.state))
    )


def affects_others(rates, all_rates):
    """Whether a compound rate can be charged on top of one of these."""
    return any(
        other.compound and overlap(rate, other)
        for rate in rates
        for other in all_rates
        if not rate.compound or other.priority > rate.priority
    )


def percent_text(percent):
    return format(percent.normalize() if percent else Decimal(0), "f")


class TaxSetup:
    """Fills the channel's tax mapping from the shop's tax table."""

    def __init__(self, channel, remap=False):
        """remap: the channel's price mode changed, so that its taxes have to."""
        self.channel = channel
        self.company = channel.company_id
        self.env = channel.env
        self.remap = remap
        self.taxes = self.env["account.tax"].sudo().with_company(self.company)
        self.groups = self.env["account.tax.group"].sudo().with_company(self.company)

    def load(self, rates):
        """Returns counts of rates ("known", "updated", "mapped") and taxes ("created",
        "matched")."""
        self.rates = rates
        self.has_compound = any(rate.compound for rate in rates)
        rules = {rule.rate_ref: rule for rule in self.channel.tax_ids}
        keyed = defaultdict(list)
        for rate in rates:
            key = (rate.name, rate.percent, rate.compound, rate.priority)
            keyed[key].append(rate)
        self.counts = dict.fromkeys(
            ("created", "matched", "mapped", "updated", "known"), 0
        )
        self.claimed = self._claimed(rules)
        self.candidates = self._candidates()
        for group in keyed.values():
            self._load_group(group, rules)
        return self.counts

    def _claimed(self, rules):
        """Taxes in use for a rate that stays as it is."""
        kept = [
            rules[rate.ref]
            for rate in self.rates
            if rate.ref in rules and self._is_current(rules[rate.ref], rate)
        ]
        return set(self.taxes.union(*(rule.tax_ids.sudo() for rule in kept)).ids)

    def _is_current(self, rule, rate):
        return bool(
            rule.tax_ids
            and not self.remap
            and Decimal(str(round(rule.rate, 4))) == rate.percent
            and rule.compound == rate.compound
        )

    def _load_group(self, group, rules):
        current = [
            rate
            for rate in group
            if rate.ref in rules and self._is_current(rules[rate.ref], rate)
        ]
        stale = [rate for rate in group if rate not in current]
        self.counts["known"] += len(current)
        if not stale:
            return
        taxes = (
            rules[current[0].ref].tax_ids
            if current
            else self._match(group) or self._create(group)
        )
        for rate in stale:
            vals = self._rule_vals(rate, taxes)
            if rate.ref in rules:
                rules[rate.ref].write(vals)
                self.counts["updated"] += 1
            else:
                self.env["retail.channel.tax"].create(
                    {**vals, "channel_id": self.channel.id, "rate_ref": rate.ref}
                )
                self.counts["mapped"] += 1

    @staticmethod
    def _rule_vals(rate, taxes):
        return {
            "name": rate.name,
            "rate": float(rate.percent),
            "country_code": rate.country or False,
            "state_code": rate.state or False,
            "compound": rate.compound,
            "tax_ids": [Command.set(taxes.ids)],
        }

    # -- existing taxes --------------------------------------------------------------

    def _candidates(self):
        taxes = self.taxes.search(
            [
                *self.taxes._check_company_domain(self.company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
            ]
        )
        return taxes.filtered(lambda tax: not tax.has_negative_factor)

    def _match(self, group):
        """The existing tax that does the same: by name, else the only one of the
        country."""
        rate = group[0]
        same = self.candidates.filtered(
            lambda tax: (
                tax.id not in self.claimed
                and round(tax.amount, 4) == round(float(rate.percent), 4)
                and tax.price_include == self.channel.tax_included
                and tax.include_base_amount == affects_others(group, self.rates)
                and (not self.has_compound or tax.is_base_affected == rate.compound)
            )
        )
        names = {rate.name.casefold(), self._name(rate).casefold()}
        tax = same.filtered(lambda tax: tax.name.casefold() in names)[:1]
        if not tax:
            tax = self._domestic(group, same)
        if tax:
            self.counts["matched"] += 1
            self.claimed.add(tax.id)
        return tax

    def _domestic(self, group, taxes):
        """Of these taxes that of the rates' country: the company's own default, else
        the only one."""
        countries = {row.country for row in group}
        domestic = taxes.filtered(lambda tax: {tax.country_id.code} == countries)
        default = domestic & self.company.sudo().account_sale_tax_id
        return default or (domestic if len(domestic) == 1 else self.taxes)

    # -- new taxes -------------------------------------------------------------------

    @staticmethod
    def _name(rate):
        percent = f"{percent_text(rate.percent)}%"
        return rate.name if percent in rate.name else f"{rate.name} {percent}"

    def _create(self, group):
        vals = self._tax_vals(group)
        twin = self._twin(group)
        if twin:
            # A second tax that replaced another one would double it there.
            tax = twin.copy({**vals, "original_tax_ids": [Command.clear()]})
        else:
            rate = group[0]
            tax = self.taxes.create(
                {
                    **vals,
                    "invoice_label": rate.name,
                    "type_tax_use": "sale",
                    "amount_type": "percent",
                    "amount": float(rate.percent),
                    "company_id": self.company.id,
                    "tax_group_id": self._group(rate).id,
                    **self._distribution(),
                }
            )
        self.counts["created"] += 1
        self.claimed.add(tax.id)
        return tax

    def _tax_vals(self, group):
        rate = group[0]
        return {
            "name": self._free_name(rate),
            "price_include_override": (
                "tax_included" if self.channel.tax_included else "tax_excluded"
            ),
            "include_base_amount": affects_others(group, self.rates),
            "is_base_affected": rate.compound,
            # Odoo applies taxes in this order; a compound one needs the others.
            "sequence": rate.priority + (100 if rate.compound else 0),
        }

    def _twin(self, group):
        """The company's own tax of that country and rate, which only counts otherwise
        (prices that include it, say): the new one belongs to the same accounts and
        boxes of the tax return."""
        percent = round(float(group[0].percent), 4)
        return self._domestic(
            group, self.candidates.filtered(lambda tax: round(tax.amount, 4) == percent)
        )

    def _free_name(self, rate):
        """Tax names are unique within a company."""
        taken = set(
            self.taxes.with_context(active_test=False)
            .search(
                [
                    ("company_id", "child_of", self.company.root_id.id),
                    ("type_tax_use", "=", "sale"),
                ]
            )
            .mapped("name")
        )
        mode = (
            self.env._("included")
            if self.channel.tax_included
            else self.env._("excluded")
        )
        base = self._name(rate)
        names = [base, f"{base} ({mode})", f"{base} ({mode}, {self.channel.code})"]
        number = 2
        while names[0] in taken:
            names.pop(0)
            if not names:
                names.append(f"{base} ({mode}, {self.channel.code}, {number})")
                number += 1
        return names[0]

    def _group(self, rate):
        """The line of an invoice's totals that the tax is shown in."""
        country = self.company.account_fiscal_country_id or self.company.country_id
        domain = [
            *self.groups._check_company_domain(self.company),
            ("country_id", "in", (country.id, False)),
        ]
        group = self.groups.search([*domain, ("name", "=", rate.name)], limit=1)
        if group:
            return group
        model = self.groups.search(domain, limit=1)
        return self.groups.create(
            {
                "name": rate.name,
                "company_id": self.company.id,
                "country_id": country.id,
                "tax_payable_account_id": model.tax_payable_account_id.id,
                "tax_receivable_account_id": model.tax_receivable_account_id.id,
            }
        )

    def _distribution(self):
        """Post the tax where the company's own sales tax goes; without an account it
        would end up in the income."""
        default = self.company.sudo().account_sale_tax_id
        account = default.invoice_repartition_line_ids.account_id[:1]
        if not account:
            return {}
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return {
            "invoice_repartition_line_ids": lines,
            "refund_repartition_line_ids": lines,
        }
