# SPDX-License-Identifier: LGPL-3.0-or-later
"""The entries a settlement becomes, as values: nothing is written here.

Every amount of a row goes to the account that explains it, and the payout takes the
sum: an entry balances by construction.
"""

from collections import defaultdict
from datetime import timedelta

from odoo import fields

from . import rows as reading
from .entry import Entry, Line, in_units, minor_units, share
from .revenue import Revenue

RESERVES = ("reserve", "release")
SILENT = ("authorisation", "payout")  # their gross moves nothing by itself


class Planner:
    """Plans the entries of one settlement."""

    def __init__(self, settlement):
        self.settlement = settlement
        self.env = settlement.env
        self.channel = settlement.channel_id.sudo().with_company(settlement.company_id)
        self.company = self.channel.company_id
        self.currency = settlement.currency_id
        self.date = None  # of the entry that is being planned: rates go by it
        self.read = []  # the rows the entries are made of
        self.receivables = {}
        self.revenue = Revenue(self)
        self.in_sums = self.channel.settlement_order_policy == "summary"
        self.rates = {}  # date -> company's currency for one unit of the payout's

    def rows(self, events=None):
        """The settlement's rows, or some of them, by their ids."""
        zone = self.channel.settlement_timezone
        rows = reading.read(self.settlement, zone, events)
        orders = {
            payment.order_id: payment.partner_id
            for row in rows
            for payment in row.payments
            if payment.order_id
        }
        self._read_receivables(orders.values())
        if self.in_sums:
            self.revenue.prefetch(list(orders))
        return rows

    def entries(self):
        """Entries in order of their dates; none when no row moves money."""
        groups = defaultdict(list)
        self.read = self.rows()
        for row in self.read:
            if row.kind not in SILENT or row.fee or row.fee_tax:
                groups[self._group(row)].append(row)
        planned = [self._entry(key[0], groups[key]) for key in sorted(groups)]
        return [entry for entry in planned if entry.lines]

    # -- which rows share an entry --

    def _group(self, row):
        """(date of the entry, what tells entries of one date apart)."""
        payout_day = self.settlement.date
        day = row.day or payout_day or fields.Date.context_today(self.settlement)
        payout_day = payout_day or day
        policy = self.channel.settlement_policy
        if policy == "transaction":
            return day, row.id
        if policy == "day":
            return day, 0
        earlier = (day.year, day.month) < (payout_day.year, payout_day.month)
        if self.channel.settlement_month_split and earlier:
            return _month_end(day), 0
        return payout_day, 0

    # -- the lines of an entry --

    def _entry(self, date, rows):
        self.date = date
        lines, orders, sums = [], [], {"fee": 0, "fee_tax": 0}
        for row in rows:
            sums["fee"] += row.fee
            sums["fee_tax"] += row.fee_tax
            if row.kind in sums:
                sums[row.kind] += row.gross
            elif row.gross and row.kind not in SILENT:
                lines += self._gross(row, orders)
        # The books write plain lines fast when those with taxes and such come first.
        special = self.revenue.lines(orders)
        for role, amount in sums.items():
            if amount:
                account = self.channel[f"settlement_{role}_account_id"]
                special.append(self.line(role, account, -amount))
        lines = special + lines
        self._balance(lines, rows)
        ref = self.settlement.name
        if self.channel.settlement_policy == "transaction":
            ref = " ".join(filter(None, (ref, rows[0].transaction)))
        return Entry(date, ref, lines)

    def _gross(self, row, orders):
        """A row's amount: on what it pays, or where its kind belongs; orders that are
        booked in sums are noted in ``orders``."""
        if not row.payments:
            return [self._by_kind(row, -row.gross)]
        if len(row.payments) == 1:
            parts = [row.gross]
        else:
            parts = share(row.gross, [payment.minor for payment in row.payments])
        lines = []
        for payment, part in zip(row.payments, parts, strict=True):
            if payment.order_id and self.in_sums:
                orders.append((payment.order_id, part, row.id))
            else:
                lines.append(self._item(row, payment, -part))
        return lines

    def lines_of(self, row):
        """The lines of one row's gross amount."""
        if row.kind in ("fee", "fee_tax"):
            account = self.channel[f"settlement_{row.kind}_account_id"]
            return [self.line(row.kind, account, -row.gross, row=row)]
        orders = []
        lines = self._gross(row, orders)
        return self.revenue.lines(orders) + lines

    def _by_kind(self, row, minor):
        if row.state == "written_off":
            role = "writeoff"
        elif row.account_id:
            account = self.env["account.account"].browse(row.account_id)
            return self.line("booked", account, minor, row=row)
        elif row.kind == "conversion":
            return self._conversion(row, minor)
        else:
            role = "reserve" if row.kind in RESERVES else "suspense"
        account = self.channel[f"settlement_{role}_account_id"]
        return self.line(role, account, minor, row=row)

    def _conversion(self, row, minor):
        """One side of an exchange at the provider. Both sides go to one account, each
        at Odoo's rate, so what stays there is what the provider's rate cost."""
        account = self.company.expense_currency_exchange_account_id
        if not account:
            account = self.channel.settlement_suspense_account_id
        return self.line("conversion", account, minor, row=row)

    def _item(self, row, payment, minor):
        """The line that pays an item, in the item's currency."""
        account_id = payment.account_id or self.receivables[payment.partner_id]
        account = self.env["account.account"].browse(account_id)
        partner = self.env["res.partner"].browse(payment.partner_id)
        line = self.line("item", account, minor, row=row, partner=partner)
        line.target = payment.target
        if payment.item_id and not payment.reconciled:
            line.open_item = payment.item_id
        if payment.currency_id != self.currency.id:
            line.currency = self.env["res.currency"].browse(payment.currency_id)
            line.minor = -payment.minor
        return line

    def _read_receivables(self, partner_ids):
        """The accounts of customers who pay orders, by the customers' ids."""
        ids = set(partner_ids) - set(self.receivables)
        partners = self.env["res.partner"].sudo().browse(ids)
        for partner in partners.with_company(self.company):
            account = partner.property_account_receivable_id
            self.receivables[partner.id] = account.id

    def _balance(self, lines, rows):
        """Add what is to come from the bank for these rows; it takes the roundings of
        the company's currency."""
        total = sum(
            row.fee + row.fee_tax + (0 if row.kind in SILENT else row.gross)
            for row in rows
        )
        if not lines:
            return
        if total:
            account = self.channel.settlement_transit_account_id
            lines.append(self.line("payout", account, total))
        lines[-1].balance -= sum(line.balance for line in lines)

    def line(self, role, account, minor, row=None, partner=None, **extra):
        """A line in the payout's currency."""
        words = row and (row.reference, row.transaction)
        return Line(
            role,
            account,
            self.currency,
            minor,
            self.balance(minor),
            " ".join(filter(None, words or ())) or self.settlement.name,
            partner=partner,
            row_ids=[row.id] if row else [],
            extra=extra,
        )

    def balance(self, minor):
        """In the company's minor units, at the rate of the entry's date."""
        ours = self.company.currency_id
        if self.currency == ours:
            return minor
        if self.date not in self.rates:
            self.rates[self.date] = self.currency._get_conversion_rate(
                self.currency, ours, self.company, self.date
            )
        amount = in_units(minor, self.currency) * self.rates[self.date]
        return minor_units(ours.round(amount), ours)


def _month_end(day):
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
