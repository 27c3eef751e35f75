# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank lines find their payments; who pays every month has not paid twice."""

import random
from datetime import date, timedelta

import pytest
import retail_accelerator_native as native

SEED = 20261127
SYLLABLES = "ba ko li mer son ta vi dor un esk hal win ro ger mi lo sen".split()
BEGIN = date(2025, 1, 1)


def names(pick, count):
    def word():
        return "".join(pick.choices(SYLLABLES, k=pick.choice((2, 3))))

    return [f"{word()} {word()}" for _number in range(count)]


def figures(found, true):
    pairs = {(a, b) for a, b, *_rest in found.pairs}
    right = len(pairs & true)
    return right / max(len(pairs), 1), right / len(true)


@pytest.mark.parametrize("plans", [(9.99,), (9.99, 19.99, 49.0)])
def test_equal_amounts_every_month_are_linked_by_the_words_of_the_bank(plans):
    """The bank names the payer before or behind the reference, or without it."""
    pick = random.Random(SEED)
    books, bank = [], []
    for name in names(pick, 300):
        plan, code, start = (
            pick.choice(plans),
            f"sub{pick.getrandbits(22)}",
            pick.randrange(28),
        )
        for month in range(5):
            day = BEGIN + timedelta(days=30 * month + start)
            books.append((str(day), f"subscription {code} {name}", str(plan)))
            memo = pick.choice((f"{name} {code}", f"sepa {name}", f"monthly {code}"))
            later = day + timedelta(days=pick.randrange(1, 5))
            bank.append((str(later), memo, str(plan)))
    fields = ("date", "memo", "amount")
    order = pick.sample(range(len(bank)), len(bank) * 9 // 10)
    found = native.link("payment", fields, books, [bank[at] for at in order])
    precision, recall = figures(found, {(at, place) for place, at in enumerate(order)})
    assert precision >= 0.97
    assert recall >= 0.97


def test_fees_and_words_in_another_order_do_not_hide_a_payment():
    pick = random.Random(SEED)
    books, bank = [], []
    for number, name in enumerate(names(pick, 1500)):
        amount, day = (
            pick.lognormvariate(4, 0.8) + 2,
            BEGIN + timedelta(pick.randrange(90)),
        )
        books.append(
            (str(day), f"invoice inv {10000 + number} {name}", f"{amount:.2f}")
        )
        less = amount * 0.971 - 0.3 if pick.random() < 0.5 else amount
        memo = pick.choice((f"{name} inv {10000 + number}", f"sepa credit {name}"))
        bank.append((str(day + timedelta(pick.randrange(4))), memo, f"{less:.2f}"))
    order = pick.sample(range(1500), 1300)
    found = native.link(
        "payment", ("date", "memo", "amount"), books, [bank[at] for at in order]
    )
    precision, recall = figures(found, {(at, place) for place, at in enumerate(order)})
    assert precision >= 0.99
    assert recall >= 0.95


@pytest.mark.parametrize("period", [7, 14, 30])
def test_what_is_paid_every_week_or_month_is_no_payment_booked_twice(period):
    pick = random.Random(SEED)
    rows, true = [], set()
    for name in names(pick, 500):
        amount, start = pick.choice((9.99, 19.99, 35.5)), pick.randrange(28)
        for month in range(6):
            day = BEGIN + timedelta(days=period * month + start)
            order = f"order {pick.randrange(10**6)}"
            rows.append((f"pay{len(rows)}", name, order, str(day), str(amount)))
            if pick.random() < 0.08:
                later = str(day + timedelta(pick.randrange(3)))
                memo = pick.choice((order, f"transfer {order}"))
                rows.append((f"bnk{len(rows)}", name, memo, later, str(amount)))
                true.add((len(rows) - 2, len(rows) - 1))
    fields = ("reference", "partner", "memo", "date", "amount")
    precision, recall = figures(native.link("payment", fields, rows), true)
    assert precision >= 0.95
    assert recall >= 0.97


@pytest.mark.parametrize("form", ["mr {1}", "{1}", "{1} {0}", "m {1}"])
def test_a_payer_named_by_family_name_is_the_same_payer(form):
    pick = random.Random(SEED)
    crowd = names(pick, 900)
    books, bank = [], []
    for name in crowd:
        amount, day = pick.choice((20, 30, 50, 75, 100)), pick.randrange(90)
        books.append((name, str(BEGIN + timedelta(day)), str(amount)))
        written = form.format(*name.split()) if pick.random() < 0.6 else name
        later = str(BEGIN + timedelta(day + pick.randrange(4)))
        bank.append((written, later, str(amount)))
    order = pick.sample(range(900), 800)
    fields = ("partner", "date", "amount")
    found = native.link("payment", fields, books, [bank[at] for at in order])
    precision, recall = figures(found, {(at, place) for place, at in enumerate(order)})
    assert precision >= 0.97
    assert recall >= 0.92


def payments(numbered, again=0.03, slips=0.0):
    """Rows (partner, date, amount, number, note) and the true pairs: some payers pay
    the same day after day, and one payment in fifty is booked twice. Documents are
    ``numbered`` by date; slips change a digit in the second number."""
    pick = random.Random(SEED)
    deeds = []
    for name in pick.choices(names(pick, 900), k=3000):
        amount, day = round(pick.lognormvariate(3.6, 0.8), 2), pick.randrange(300)
        times = pick.randrange(4, 12) if pick.random() < again else 1
        step = pick.choice((1, 2, 3))
        deeds += [(day + step * at, pick.random(), name, amount) for at in range(times)]
    rows, true = [], set()
    for at, (day, _order, name, amount) in enumerate(sorted(deeds)):
        moment, number = BEGIN + timedelta(day), numbered.format(10_000 + 23 * at)
        rows.append((name, str(moment), str(amount), number, number))
        if pick.random() < 0.02:
            later = str(moment + timedelta(pick.randrange(3)))
            if pick.random() < slips:
                number = number[:-1] + str((int(number[-1]) + 1) % 10)
            note = pick.choice((number, f"payment {number}"))
            rows.append((name, later, str(amount), number, note))
            true.add((len(rows) - 2, len(rows) - 1))
    return rows, true


def sure(found):
    return [pair for pair in found.pairs if pair[2] >= found.automatic]


COLUMNS = [("memo",), ("reference",), ("reference", "memo")]


def chosen(rows, columns):
    """``rows`` of payments with the partner, date, amount and these columns."""
    places = {"reference": 3, "memo": 4}
    return [(*row[:3], *(row[places[name]] for name in columns)) for row in rows]


@pytest.mark.parametrize("columns", COLUMNS)
def test_another_number_of_a_series_is_another_payment(columns):
    rows, true = payments("INV/2026/{:05d}")
    fields = ("partner", "date", "amount", *columns)
    found = native.link("payment", fields, chosen(rows, columns))
    precision, recall = figures(found, true)
    assert precision >= 0.9
    assert recall >= 0.98
    assert len(sure(found)) >= 0.9 * len(true)
    assert {(a, b) for a, b, *_rest in sure(found)} <= true


def test_a_slip_in_a_number_leaves_the_pair_for_review():
    rows, true = payments("INV/2026/{:05d}", slips=0.2)
    fields = ("partner", "date", "amount", "memo")
    precision, recall = figures(
        native.link("payment", fields, chosen(rows, ["memo"])), true
    )
    assert precision >= 0.9
    assert recall >= 0.95


@pytest.mark.parametrize("column", ["memo", "reference"])
def test_a_number_of_its_own_for_every_record_hides_no_second_note(column):
    rows, true = payments("", again=0)
    rows = [(*row[:3], f"TRX {700_000 + 7 * at}") for at, row in enumerate(rows)]
    found = native.link("payment", ("partner", "date", "amount", column), rows)
    precision, recall = figures(found, true)
    assert precision >= 0.7
    assert recall >= 0.95


def test_series_are_for_codes_and_notes_alone():
    with pytest.raises(ValueError, match="series"):
        native.link(
            "profile x\nfield a name series\nblock a\n", ("a",), [("b",), ("b",)]
        )
