# SPDX-License-Identifier: LGPL-3.0-or-later
"""The entries a settlement becomes, as values: nothing is written here.

Every amount of a row goes to the account that explains it, and the payout takes the
sum: an entry balances by construction.
"""

from collections import defaultdict
from datetime import timedelta

from odoo import fields

from .entry import Entry, Line, in_units, minor_units, share
from .revenue import Revenue

RESERVES = ("reserve", "release")
SILENT = ("authorisation", "payout")  # their gross moves nothing by itself


class Planner:
    """Plans the entries of one settlement."""

    def __init__(self, settlement):
        self.settlement = settlement
        self.channel = settlement.channel_id.sudo().with_company(settlement.company_id)
        self.company = self.channel.company_id
        self.currency = settlement.currency_id
        self.date = None  # of the entry that is being planned: rates go by it

    def entries(self):
        """Entries in order of their dates; none when no row moves money."""
        groups = defaultdict(list)
        for event in self.settlement.event_ids.sorted("id"):
            if event.kind not in SILENT or event.fee or event.fee_tax:
                groups[self._group(event)].append(event)
        planned = [self._entry(key[0], groups[key]) for key in sorted(groups)]
        return [entry for entry in planned if entry.lines]

    # -- which rows share an entry --

    def _group(self, event):
        """(date of the entry, what tells entries of one date apart)."""
        day = self._day(event)
        payout_day = self.settlement.date or day
        policy = self.channel.settlement_policy
        if policy == "transaction":
            return day, event.id
        if policy == "day":
            return day, 0
        earlier = (day.year, day.month) < (payout_day.year, payout_day.month)
        if self.channel.settlement_month_split and earlier:
            return _month_end(day), 0
        return payout_day, 0

    def _day(self, event):
        """The row's day where the channel is."""
        moment = event.date or event.date_available
        if not moment:
            return self.settlement.date or fields.Date.context_today(self.settlement)
        local = self.settlement.with_context(tz=self.channel.settlement_timezone)
        return fields.Datetime.context_timestamp(local, moment).date()

    # -- the lines of an entry --

    def _entry(self, date, events):
        self.date = date
        lines, orders, sums = [], [], {"fee": 0, "fee_tax": 0}
        for event in events:
            sums["fee"] += self._minor(event.fee)
            sums["fee_tax"] += self._minor(event.fee_tax)
            gross = self._minor(event.gross)
            if event.kind in sums:
                sums[event.kind] += gross
            elif gross and event.kind not in SILENT:
                lines += self._gross(event, gross, orders)
        lines += Revenue(self, orders).lines()
        for role, amount in sums.items():
            if amount:
                account = self.channel[f"settlement_{role}_account_id"]
                lines.append(self.line(role, account, -amount))
        self._balance(lines, events)
        ref = self.settlement.name
        if self.channel.settlement_policy == "transaction":
            ref = " ".join(filter(None, (ref, events[0].transaction_ref)))
        return Entry(date, ref, lines)

    def _gross(self, event, gross, orders):
        """A row's amount: on what it pays, or where its kind belongs; orders that are
        booked in sums are noted in ``orders``."""
        links = event.applied_ids
        if not links:
            return [self._by_kind(event, -gross)]
        weights = [minor_units(link.amount, link.currency_id) for link in links]
        lines = []
        for link, part in zip(links, share(gross, weights), strict=True):
            if link.order_id and self.channel.settlement_order_policy == "summary":
                orders.append((link.order_id, part))
            else:
                lines.append(self._item(event, link, -part))
        return lines

    def lines_of(self, event):
        """The lines of one row's gross amount."""
        if event.kind in ("fee", "fee_tax"):
            account = self.channel[f"settlement_{event.kind}_account_id"]
            minor = -self._minor(event.gross)
            return [self.line(event.kind, account, minor, event=event)]
        orders = []
        lines = self._gross(event, self._minor(event.gross), orders)
        return lines + Revenue(self, orders).lines()

    def _by_kind(self, event, minor):
        if event.state == "written_off":
            role = "writeoff"
        elif event.account_id:
            return self.line("booked", event.account_id, minor, event=event)
        else:
            role = "reserve" if event.kind in RESERVES else "suspense"
        account = self.channel[f"settlement_{role}_account_id"]
        return self.line(role, account, minor, event=event)

    def _item(self, event, link, minor):
        """The line that pays an item, in the item's currency."""
        account, partner = self.destination(link)
        line = self.line("item", account, minor, event=event, partner=partner)
        if link.move_line_id and not link.move_line_id.reconciled:
            line.target = link.move_line_id
        if link.currency_id != self.currency:
            line.currency = link.currency_id
            line.minor = -minor_units(link.amount, link.currency_id)
        return line

    def destination(self, link):
        """(account, partner) of what a link pays."""
        target = link.move_line_id
        if target:
            return target.account_id, target.partner_id
        partner = link.order_id.partner_invoice_id.commercial_partner_id
        company = partner.with_company(self.company)
        return company.property_account_receivable_id, partner

    def _balance(self, lines, events):
        """Add what is to come from the bank for these rows; it takes the roundings of
        the company's currency."""
        total = sum(
            self._minor(event.fee)
            + self._minor(event.fee_tax)
            + (0 if event.kind in SILENT else self._minor(event.gross))
            for event in events
        )
        if not lines:
            return
        if total:
            account = self.channel.settlement_transit_account_id
            lines.append(self.line("payout", account, total))
        lines[-1].balance -= sum(line.balance for line in lines)

    def line(self, role, account, minor, event=None, partner=None, **extra):
        """A line in the payout's currency."""
        words = event and (event.order_ref or event.invoice_ref, event.transaction_ref)
        return Line(
            role,
            account,
            self.currency,
            minor,
            self.balance(minor),
            " ".join(filter(None, words or ())) or self.settlement.name,
            partner=partner,
            event=event,
            extra=extra,
        )

    def balance(self, minor):
        """In the company's minor units, at the rate of the entry's date."""
        ours = self.company.currency_id
        if self.currency == ours:
            return minor
        amount = in_units(minor, self.currency)
        converted = self.currency._convert(amount, ours, self.company, self.date)
        return minor_units(converted, ours)

    def _minor(self, amount):
        return minor_units(amount, self.currency)


def _month_end(day):
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
