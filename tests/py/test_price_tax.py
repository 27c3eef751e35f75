# SPDX-License-Identifier: LGPL-3.0-or-later
"""Line and order amounts carry the very bits of Odoo's tax engine."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from price_odoo import database, run_in_odoo
from price_statements import KINDS, hex_of, tax_statement

DRIVER = Path(__file__).parents[2] / ".run/build/tests/driver_tax"
SEED = 20260103
DOCUMENTS = 3_200
PERCENTS = [19, 7, 20, 5.5, 21, 10, 9.975, 7.25, 1.25, 0.25, 33.3333, 0, -5, 100, 50]


def _make_tax(rng, key):
    kind = rng.choices(KINDS[:3], [6, 2, 2])[0]
    amount = rng.choice(PERCENTS)
    if kind == "fixed":
        amount = rng.choice([0.1, 1, 0.05, 2.345, -0.5, 0.3333])
    elif kind == "division":
        amount = rng.choice([5, 10, 18, 33.33, 50, 100, 0.65])
    return {
        "key": str(key),
        "kind": kind,
        "amount": float(amount),
        "sequence": rng.randint(1, 6),
        "included": rng.random() < 0.45,
        "include_base": rng.random() < 0.4,
        "affected": rng.random() < 0.75,
        "children": [],
    }


def _make_taxes(rng):
    taxes = [_make_tax(rng, key) for key in range(180)]
    for key in range(180, 220):
        group = _make_tax(rng, key)
        children = rng.sample([tax["key"] for tax in taxes[:180]], rng.randint(1, 4))
        taxes.append({**group, "kind": "group", "amount": 0.0, "children": children})
    return taxes


def _make_line(rng, keys, taxes):
    chosen = rng.sample(keys, min(rng.choice([0, 1, 1, 1, 2, 2, 3, 4]), len(keys)))
    price = rng.choice(
        [
            rng.randint(-500, 50_000) / 100,
            rng.randint(1, 10**6) / 10 ** rng.randint(0, 6),
            rng.randint(1, 10**5) / 100 / rng.choice([3, 7, 1.19]),
            0.0,
        ]
    )
    line = {
        "price": price,
        "quantity": float(
            rng.choice([1, 1, 2, 3, 12, 0, -1, -3, 0.5, 1.33, rng.randint(1, 999)])
        ),
        "discount": float(rng.choice([0, 0, 0, 10, 12.5, 33.33, 100, -7])),
        "taxes": chosen,
        "imposed": None,
    }
    if chosen and rng.random() < 0.25:
        line["imposed"] = _impose(rng, line, taxes)
    return line


def _impose(rng, line, taxes):
    flattened = set()
    for key in line["taxes"]:
        flattened |= set(taxes[int(key)]["children"] or [key])
    return {
        "total": rng.choice([round(line["price"] * line["quantity"], 2), 0.0, 9.99]),
        "taxes": [rng.randint(-200, 5_000) / 1000 for _ in flattened],
    }


def _make_document(rng, taxes):
    keys = [tax["key"] for tax in rng.sample(taxes, rng.randint(1, 6))]
    count = rng.choice([1, 1, 2, 2, 3, 4, 6, 10, 30])
    return {
        "method": rng.choice(["round_globally", "round_per_line"]),
        "currency": rng.choice(["EUR", "EUR", "JPY", "KWD", "CHF"]),
        "lines": [_make_line(rng, keys, taxes) for _ in range(count)],
    }


def _line_statement(line, ids):
    words = ["line", hex_of(line["price"]), hex_of(line["quantity"])]
    words += [hex_of(line["discount"]), len(line["taxes"])]
    words += [ids[key] for key in line["taxes"]]
    if line["imposed"] is None:
        words.append(0)
    else:
        words += [1, hex_of(line["imposed"]["total"])]
        words += [hex_of(amount) for amount in line["imposed"]["taxes"]]
    return " ".join(map(str, words))


def _document_statements(document, oracle):
    rounding, digits = oracle["currencies"][document["currency"]]
    globally = int(document["method"] == "round_globally")
    compensated = int(sys.version_info >= (3, 12))
    head = f"document {globally} {hex_of(rounding)} {digits} {compensated}"
    yield f"{head} {len(document['lines'])}"
    for line in document["lines"]:
        yield _line_statement(line, oracle["ids"])


def _expected(result):
    for subtotal, total, tax, amounts in result["lines"]:
        words = [hex_of(subtotal), hex_of(total), hex_of(tax)]
        for tax_id, amount in amounts:
            words += [str(tax_id), hex_of(amount)]
        yield " ".join(words)
    yield " ".join(map(hex_of, result["totals"]))


def _answers(statements):
    answer = subprocess.run(
        [DRIVER],
        input="\n".join(statements),
        capture_output=True,
        check=True,
        text=True,
    )
    return answer.stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def cases():
    rng = random.Random(SEED)
    taxes = _make_taxes(rng)
    return {
        "taxes": taxes,
        "documents": [_make_document(rng, taxes) for _ in range(DOCUMENTS)],
    }


@pytest.fixture(scope="module")
def oracle(cases, tmp_path_factory):
    with database() as name:
        return run_in_odoo(
            name, "price_odoo_taxes.py", cases, tmp_path_factory.mktemp("taxes")
        )


def test_every_document_equals_odoo_bit_for_bit(cases, oracle):
    taxes = sorted(cases["taxes"], key=lambda tax: oracle["ids"][tax["key"]])
    statements = [tax_statement(tax, oracle["ids"]) for tax in taxes]
    for document in cases["documents"]:
        statements += _document_statements(document, oracle)
    answers = iter(_answers(statements))
    wrong = []
    for document, result in zip(cases["documents"], oracle["documents"], strict=True):
        expected = list(_expected(result))
        got = [next(answers) for _ in expected]
        if got != expected:
            wrong.append((document, expected, got))
    assert next(answers, None) is None
    assert not wrong, f"{len(wrong)} of {DOCUMENTS} documents differ: {wrong[0]}"


def test_cases_cover_what_they_should(cases, oracle):
    lines = [line for document in cases["documents"] for line in document["lines"]]
    assert sum(line["imposed"] is not None for line in lines) > 1_000
    assert sum(len(line["taxes"]) > 1 for line in lines) > 1_000
    different = 0
    for result in oracle["documents"]:
        summed = sum(total for _subtotal, total, _tax, _amounts in result["lines"])
        different += abs(summed - result["totals"][2]) > 1e-4
    assert different > DOCUMENTS / 20, (
        "too few documents where the total is not the sum"
    )
