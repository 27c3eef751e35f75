# SPDX-License-Identifier: LGPL-3.0-or-later
"""Payouts of the demonstration's payment providers.

The sales are the orders that the demonstration imported. Each payout has sales with
their fees, a refund, a chargeback, a reserve or a sale in another currency where the
format has it, and rows that somebody has to look at. The same orders give the same
payouts. How providers write them is in demo_reports.py.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal(0)
SALES = 8  # of each payout
USD = {
    "CAD": Decimal("1.3725"),
    "EUR": Decimal("0.8604"),
}  # one dollar in that currency


@dataclass(frozen=True)
class Sale:
    """An imported order; times in UTC."""

    number: str  # the shop's
    transaction: str  # the payment provider's, as the shop noted it
    date: datetime
    total: Decimal
    currency: str
    party: str
    email: str


@dataclass(frozen=True)
class Row:
    """A movement at the provider, from the merchant's side; ``fee`` is negative."""

    kind: str
    transaction: str
    date: datetime
    gross: Decimal
    fee: Decimal = NOTHING
    sale: Sale | None = None
    order: str = ""
    paid: Decimal | None = None  # in the sale's currency, where that is another one

    @property
    def net(self):
        return self.gross + self.fee


@dataclass
class Payout:
    """One payout. ``bank`` is what the statement says, empty while it waits."""

    shop: str
    provider: str
    reference: str
    currency: str
    rows: list = field(default_factory=list)
    bank: str = ""
    later: bool = False  # left for the user to read
    withdrawn: Decimal = NOTHING  # of a balance, in a report without payouts

    @property
    def net(self):
        return sum(row.net for row in self.rows)

    @property
    def banked(self):
        """What comes on the bank account."""
        return self.withdrawn or self.net

    @property
    def date(self):
        return max(row.date for row in self.rows) + timedelta(days=2)

    @property
    def file_name(self):
        return f"{self.provider}-{self.reference}.csv"


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def fee_of(gross):
    """2.9 % and 30 cents, as card payments mostly cost."""
    return -cents(gross * Decimal("0.029") + Decimal("0.30"))


class Builder:
    """Rows of one payout, with ids made from the payout and a counter."""

    def __init__(self, prefix, currency):
        self.prefix = prefix
        self.currency = currency
        self.rows = []

    def _id(self):
        return f"{self.prefix}{len(self.rows) + 1:04}"

    def sell(self, sale, order=None):
        """A sale with its fee; in another currency at the provider's rate."""
        gross, paid = sale.total, None
        if sale.currency != self.currency:
            gross, paid = cents(sale.total * USD[self.currency]), sale.total
        order = sale.number if order is None else order
        self.rows.append(
            Row(
                *("capture", self._id(), sale.date + timedelta(seconds=90)),
                *(gross, fee_of(gross), sale, order, paid),
            )
        )

    def back(self, kind, sold, amount, fee=NOTHING, days=3):
        """A refund or chargeback of the row ``sold``."""
        self.rows.append(
            replace(
                *(self.rows[sold],),
                kind=kind,
                transaction=self._id(),
                date=self.rows[sold].date + timedelta(days=days),
                gross=-amount,
                fee=-fee,
                paid=None,
            )
        )

    def plain(self, kind, gross=NOTHING, fee=NOTHING):
        """A row that belongs to no sale."""
        date = max(row.date for row in self.rows) + timedelta(hours=2)
        self.rows.append(Row(kind, self._id(), date, gross, fee))

    def nameless(self, sale):
        """A sale of which only amount and time came along."""
        self.sell(sale, order="")
        self.rows[-1] = replace(
            self.rows[-1], sale=None, date=sale.date + timedelta(days=2)
        )

    def stranger(self, order, amount):
        """A sale whose order nobody knows."""
        self.rows.append(
            replace(
                self.rows[0],
                transaction=self._id(),
                gross=amount,
                fee=fee_of(amount),
                sale=None,
                order=order,
                paid=None,
            )
        )


def payouts_of(shop, currency, cards, wallet, foreign):
    """The shop's payouts.

    cards, wallet, foreign: its sales by card, by PayPal and in dollars, newest first.
    """
    hands = [cards[start : start + SALES] for start in range(0, len(cards), SALES)]
    if shop == "ex":
        yield _stripe(shop, currency, hands[0], foreign)
        yield _woopayments(shop, currency, hands[1])
        yield _shopify(shop, currency, hands[2])
        yield _square(shop, currency, hands[3])
        yield _paypal(shop, "paypal", currency, wallet[:SALES])
        yield _later(shop, currency, hands[4])
    else:
        yield _adyen(shop, currency, hands[0], foreign)
        yield _mollie(shop, currency, hands[1], hands[3][0])
        yield _klarna(shop, currency, hands[2])
        yield _paypal(shop, "paypal-activity", currency, wallet[:SALES])


def _stripe(shop, currency, sales, foreign):
    rows = Builder("txn_A", currency)
    for sale in [*sales, *foreign[:1]]:
        rows.sell(sale)
    rows.back("refund", 0, cents(sales[0].total / 4))
    rows.back("chargeback", 1, sales[1].total, fee=Decimal(15), days=9)
    rows.plain("reserve", Decimal("-50.00"))
    rows.plain("fee", fee=Decimal("-3.20"))
    rows.stranger("90210", Decimal("84.35"))
    reference = "po_1SWd4K"
    bank = f"STRIPE TRANSFER {reference}"
    return Payout(shop, "stripe", reference, currency, rows.rows, bank)


def _woopayments(shop, currency, sales):
    rows = Builder("txn_W", currency)
    for sale in sales:
        rows.sell(sale)
    rows.back("refund", 2, sales[2].total)
    bank = "WOOPAYMENTS wpo_7Hc2"
    return Payout(shop, "woopayments", "wpo_7Hc2", currency, rows.rows, bank)


def _shopify(shop, currency, sales):
    rows = Builder("4510", currency)
    for sale in sales:
        rows.sell(sale)
    rows.back("refund", 1, cents(sales[1].total / 2))
    return Payout(shop, "shopify", "118290054", currency, rows.rows)


def _square(shop, currency, sales):
    rows = Builder("sq_", currency)
    for sale in sales[:-1]:
        rows.sell(sale)
    # Neither number nor id came along: amount, day and name have to do.
    rows.sell(sales[-1], order="")
    bank = "SQUARE DEPOSIT"
    return Payout(shop, "square", "3KD9QX2", currency, rows.rows, bank)


def _paypal(shop, provider, currency, sales):
    rows = Builder("PP", currency)
    for sale in sales:
        rows.sell(sale)
    rows.back("refund", 0, cents(sales[0].total / 2))
    net = sum(row.net for row in rows.rows)
    withdrawn = net.quantize(Decimal(10), ROUND_DOWN)
    rows.plain("payout", -withdrawn)
    bank = f"PAYPAL {rows.rows[-1].transaction}"
    return Payout(
        *(shop, provider, "balance", currency, rows.rows, bank), withdrawn=withdrawn
    )


def _later(shop, currency, sales):
    """A payout that is left to be read by hand."""
    rows = Builder("txn_B", currency)
    for sale in sales:
        rows.sell(sale)
    rows.back("refund", 3, cents(sales[3].total / 3))
    return Payout(shop, "stripe", "po_1SXg9T", currency, rows.rows, later=True)


def _adyen(shop, currency, sales, foreign):
    rows = Builder("ADY", currency)
    for sale in [*sales, *foreign[:1]]:
        rows.sell(sale)
    rows.back("refund", 0, cents(sales[0].total / 2))
    rows.back("chargeback", 2, sales[2].total, days=8)
    rows.plain("reserve", Decimal("-75.00"))
    rows.plain("fee", fee=Decimal("-12.50"))
    bank = "ADYEN TX2041 BATCH 204"
    return Payout(shop, "adyen", "204", currency, rows.rows, bank)


def _mollie(shop, currency, sales, unpaid):
    rows = Builder("", currency)
    for sale in sales:
        rows.sell(sale)
    rows.back("refund", 1, sales[1].total)
    rows.stranger("Gift voucher 4471", sales[0].total)
    rows.nameless(unpaid)
    return Payout(shop, "mollie", "7310452.2611.01", currency, rows.rows)


def _klarna(shop, currency, sales):
    rows = Builder("kl_", currency)
    for sale in sales:
        rows.sell(sale)
    rows.back("refund", 2, sales[2].total)
    rows.plain("reserve", Decimal("-40.00"))
    bank = "KLARNA BANK AB 8812047"
    return Payout(shop, "klarna", "8812047", currency, rows.rows, bank)
