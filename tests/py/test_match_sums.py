# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows that name nobody and pay several items of one customer."""

import itertools
import random
from collections import Counter

import pytest
from match_support import CREDIT_NOTE, TODAY, event, item, links, match

DAY_US = 86_400_000_000


def invoices(owner, *amounts, first=1, **values):
    """A customer's open invoices."""
    person = {"party": f"Firm {owner}", "email": f"firm{owner}@mail.example"}
    return [
        item(first + at, amount, **{**person, **values})
        for at, amount in enumerate(amounts)
    ]


def customers(seed, count=60, most=6, grid=1):
    """{customer: [(number, amount)]} and all of it as items."""
    chance = random.Random(seed)
    numbers = itertools.count(1)
    owned = {
        owner: [
            (next(numbers), chance.randrange(20_000, 900_000) // grid * grid)
            for _ in range(chance.randrange(1, most + 1))
        ]
        for owner in range(count)
    }
    items = [
        line
        for owner, lines in owned.items()
        for number, amount in lines
        for line in invoices(owner, amount, first=number, refs=[f"S{number:06}"])
    ]
    return owned, items


def rows_of(chance, owned, paid, unknown, grid=1):
    """(rows, truth): ``paid`` sums of two or three items of a customer, and ``unknown``
    rows of sales that are not there; then orders that are named."""
    rows, truth, used = [], [], set()
    rich = [owner for owner, lines in owned.items() if len(lines) > 2]
    for owner in chance.sample(rich, paid):
        chosen = chance.sample(owned[owner], chance.choice((2, 3)))
        used |= {number for number, _amount in chosen}
        rows.append(event(gross=sum(amount for _number, amount in chosen), day=TODAY))
        truth.append({number for number, _amount in chosen})
    for _ in range(unknown):
        rows.append(event(gross=chance.randrange(40_000, 2_000_000) // grid * grid))
        truth.append(set())
    for number, amount in itertools.chain(*owned.values()):
        if number not in used and chance.random() < 0.4:
            rows.append(event(gross=amount, order=f"S{number:06}"))
            truth.append({number})
    return rows, truth


def judge(seed, paid, unknown, **world):
    owned, items = customers(seed, **world)
    grid = world.get("grid", 1)
    rows, truth = rows_of(random.Random(seed), owned, paid, unknown, grid)
    found = {}
    for at, number, level, _amount in links(match(rows, items)):
        found.setdefault(at, (level, set()))[1].add(number)
    return Counter((level, items == truth[at]) for at, (level, items) in found.items())


def test_the_only_sum_of_any_customer_is_taken():
    items = invoices(1, 412_345, 98_765) + invoices(2, 50_001, 7_777, first=3)
    result = match([event(gross=511_110)], items)
    assert links(result) == [(0, 1, "group", 412_345), (0, 2, "group", 98_765)]
    assert {link[6].split(";")[0] for link in result.links} == {"sum of one customer"}


def test_items_of_two_customers_are_no_sum():
    items = invoices(1, 412_345) + invoices(2, 98_765, first=2)
    assert links(match([event(gross=511_110)], items)) == []


@pytest.mark.parametrize(
    "more",
    [
        invoices(2, 412_340, 98_770, first=3),  # another customer's sum
        invoices(1, 412_345, first=3),  # another sum of the same customer
        invoices(2, 511_110, first=3),  # a single invoice
    ],
    ids=["other customer", "same customer", "single"],
)
def test_a_second_way_to_make_the_amount_leaves_it_open(more):
    items = invoices(1, 412_345, 98_765) + more
    result = match([event(gross=511_110)], items)
    assert links(result) == []


def test_two_rows_of_one_amount_prove_nothing():
    items = invoices(1, 412_345, 98_765)
    assert links(match([event(gross=511_110)] * 2, items)) == []


def test_two_sums_that_share_an_invoice_prove_nothing():
    items = invoices(1, 412_345, 98_765, 303_000)
    rows = [event(gross=511_110), event(gross=98_765 + 303_000)]
    assert links(match(rows, items)) == []


def test_invoices_out_of_the_window_and_credit_notes_are_no_part_of_a_sum():
    items = invoices(1, 412_345, 98_765, day=TODAY - 61)
    items += invoices(2, 412_345, 98_765, first=3, day=TODAY + 4)
    items += invoices(3, -412_345, -98_765, first=5, kind=CREDIT_NOTE)
    assert links(match([event(gross=511_110)], items)) == []


def test_a_customer_with_more_invoices_than_can_be_counted_leaves_all_sums_open():
    items = invoices(1, 412_345, 98_765)
    many = invoices(2, *range(1_001, 1_022), first=3)
    assert links(match([event(gross=511_110)], items + many)) == []
    assert len(links(match([event(gross=511_110)], items + many[:10]))) == 2


@pytest.mark.parametrize("seed", range(10))
def test_sums_are_found_where_rows_lack_their_items_rarely(seed):
    counts = judge(seed, paid=20, unknown=0)
    assert counts["group", True] >= 18
    assert not counts["group", False] and not counts["amount", False]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "world",
    [{}, {"grid": 100}, {"grid": 1000}, {"most": 12}, {"count": 200, "grid": 5}],
    ids=["cents", "whole euros", "tens", "many invoices", "many customers"],
)
def test_rows_of_unknown_sales_are_given_to_nobody_by_chance(seed, world):
    counts = judge(seed, paid=20, unknown=500, **world)
    assert not counts["group", False] and not counts["amount", False]
    assert counts["reference", True] > 50
