# SPDX-License-Identifier: LGPL-3.0-or-later
"""Events and open items for the matcher, written down briefly."""

import retail_accelerator_native as native

DAY_US = 86_400_000_000
TODAY = 20_000
ORDER, INVOICE, CREDIT_NOTE, PAYMENT, TRANSACTION, POS_PAYMENT, BANK_LINE = range(1, 8)


def event(kind="capture", gross=10_000, day=TODAY, **values):
    """A captured 100.00 euros of today, unless said otherwise."""
    date = None if day is None else day * DAY_US
    row = {"kind": kind, "gross": gross, "net": gross, "currency": "EUR", "date": date}
    return {**row, **values}


def item(number, amount=10_000, **values):
    """An invoice of 100.00 euros of today, all of it open, unless said otherwise."""
    row = {
        "kind": INVOICE,
        "day": TODAY,
        "currency": "EUR",
        "open": amount,
        "total": None,
        "party": None,
        "email": None,
        "ids": [],
        "refs": [],
        **values,
    }
    return (number, *row.values())


def match(events, items, **options):
    matcher = native.Matcher(events, **options)
    assert matcher.add_items(items) == len(items)
    return matcher.match()


def links(result):
    """(event, item, level, amount) of each link."""
    return [
        (at, item_id, level, amount)
        for at, item_id, _, level, amount, *_ in result.links
    ]


def reasons(result):
    """{event: why it stayed open}"""
    return dict(result.exceptions)
