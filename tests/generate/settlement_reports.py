#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Stripe reports that pay the orders of settlement_books.py.

tests/generate/settlement_reports.py FOLDER --payouts N --rows N
"""

import argparse
import csv
import random
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(2026, 1, 1)
DAYS = 60
PARTNERS = 1000
PAID_OUT = FIRST_DAY + timedelta(days=DAYS + 3)
HEADER = (
    *("automatic_payout_id", "automatic_payout_effective_at_utc"),
    *("balance_transaction_id", "created_utc", "available_on_utc", "currency"),
    *("gross", "fee", "net", "reporting_category", "source_id", "description"),
    *("customer_email", "customer_name", "charge_id", "payment_metadata[order_id]"),
)


def untaxed(number):
    """Of an order, in whole units of the currency; the tax is a fifth of it."""
    return 10 + number % 490


def day_of(number):
    return FIRST_DAY + timedelta(days=number * 7 % DAYS)


def fee(number):
    """The provider's, in minor units."""
    return round(untaxed(number) * 120 * 0.014) + 25


def numbers_of(payout, rows):
    """The orders that a payout pays; payouts count from 0."""
    return range(payout * rows + 1, (payout + 1) * rows + 1)


def paid_out(numbers):
    """What comes to the bank for these orders, in minor units."""
    return sum(untaxed(number) * 120 - fee(number) for number in numbers)


def stripe_rows(numbers, seed=19, payout="po_1", noise=0.0):
    """Rows of a payout that pays these orders, and the payout itself.

    ``noise``: share of the rows whose reference is one that nobody knows.
    """
    chance = random.Random(seed)
    moment_out = f"{PAID_OUT} 00:00:00"
    total = 0
    for number in numbers:
        gross = untaxed(number) * 120
        kept = fee(number)
        total += gross - kept
        moment = f"{day_of(number)} 12:{number % 60:02}:00"
        unknown = chance.random() < noise
        person = number % PARTNERS
        yield (
            *(payout, moment_out, f"txn_{payout}_{number}", moment, moment_out, "usd"),
            *(f"{value / 100:.2f}" for value in (gross, kept, gross - kept)),
            *("charge", f"ch_{number}", ""),
            *(f"customer{person}@mail.example", f"Customer {person}", f"ch_{number}"),
            f"LATER-{number + 5_000_000}" if unknown else f"WEB-{number}",
        )
    amount = f"{-total / 100:.2f}"
    yield (
        *(payout, moment_out, f"txn_{payout}", moment_out, moment_out, "usd"),
        *(amount, "0.00", amount, "payout", payout, "STRIPE PAYOUT", "", "", "", ""),
    )


def write_stripe(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--payouts", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1000)
    args = parser.parse_args()
    for payout in range(args.payouts):
        numbers = numbers_of(payout, args.rows)
        rows = stripe_rows(numbers, payout=f"po_{payout}")
        write_stripe(args.folder / f"po_{payout}.csv", rows)


if __name__ == "__main__":
    main()
