# SPDX-License-Identifier: LGPL-3.0-or-later
"""CSV orders against Python's csv: any cells, any dialect, damaged files."""

import csv
import io
from decimal import Decimal
from itertools import groupby

from examples import tried_on
from hypothesis import given
from hypothesis import strategies as st
from read_driver import read

HEADER = [
    "order_id",
    "status",
    "currency",
    "date_created",
    "total",
    "customer_note",
    "billing_city",
    "line_kind",
    "sku",
    "name",
    "quantity",
    "line_total",
    "tax_rate_id",
    "line_tax",
]
KINDS = {"": 0, "product": 0, "shipping": 1, "fee": 2}

# Python ends rows at lone CR and LF as well, so both may only occur inside of quotes.
CELLS = st.text(
    st.characters(blacklist_categories=["Cs"], min_codepoint=1), max_size=10
).map(lambda cell: cell.replace("\r", "\n"))
MONEY = st.decimals(-(10**6), 10**6, places=2).map(str)
ROWS = st.fixed_dictionaries(
    {
        "line_kind": st.sampled_from(sorted(KINDS)),
        "sku": CELLS,
        "name": CELLS,
        "quantity": MONEY,
        "line_total": MONEY,
        "tax_rate_id": st.sampled_from(["", "4"]),
        "line_tax": MONEY,
    }
)
ORDERS = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "order_id": st.integers(1, 10**9).map(str),
                "status": st.sampled_from(["completed", "on-hold"]),
                "currency": st.just("EUR"),
                "date_created": st.just("2024-01-02T03:04:05"),
                "total": MONEY,
                "customer_note": CELLS,
                "billing_city": CELLS,
            }
        ),
        st.lists(ROWS, min_size=1, max_size=3),
    ),
    max_size=4,
    unique_by=lambda order: order[0]["order_id"],
)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
    }
)


def written(orders, dialect):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADER, restval="", **dialect)
    writer.writeheader()
    for order, rows in orders:
        writer.writerow({**order, **rows[0]})
        for row in rows[1:]:
            writer.writerow({"order_id": order["order_id"], **row})
    return out.getvalue().encode()


def number(value):
    value = Decimal(value)
    return format(value.normalize(), "f") if value else "0"


def expected(data, delimiter):
    """What the reader must see, by the csv module alone."""
    text = io.StringIO(data.decode(), newline="")
    rows = csv.DictReader(text, delimiter=delimiter, strict=True)
    orders = []
    for order_id, group in groupby(rows, lambda row: row["order_id"]):
        group = list(group)
        first = group[0]
        orders.append(
            {
                "source_ref": order_id,
                "status": first["status"],
                "total": number(first["total"]),
                "total_tax": number(sum(Decimal(row["line_tax"]) for row in group)),
                "customer_note": first["customer_note"],
                "city": first["billing_city"],
                "lines": [
                    (
                        KINDS[row["line_kind"]],
                        row["sku"],
                        row["name"],
                        number(row["quantity"]),
                        number(row["line_total"]),
                        number(row["line_tax"]),
                        bool(row["tax_rate_id"]),
                    )
                    for row in group
                ],
            }
        )
    return orders


def seen(record):
    assert record["error"]["code"] == "ok", record["error"]
    order = record["order"]
    return {
        "source_ref": order["source_ref"],
        "status": order["status"],
        "total": order["total"],
        "total_tax": order["total_tax"],
        "customer_note": order["customer_note"],
        "city": order["billing"]["city"],
        "lines": [
            (
                line["kind"],
                line["sku"],
                line["name"],
                line["quantity"],
                line["total"],
                line["total_tax"],
                bool(line["taxes"]),
            )
            for line in order["lines"]
        ],
    }


@tried_on(60)
@given(ORDERS, DIALECTS)
def test_any_cells_are_read_as_python_reads_them(orders, dialect):
    data = written(orders, dialect)
    records, ended = read(data, "csv", "piece=11")
    assert ended["code"] == "end"
    assert len(records) == len(orders)
    wanted = expected(data, dialect["delimiter"])
    assert [seen(record) for record in records] == wanted


def test_a_broken_quote_harms_no_other_order():
    rows = [
        f"{i},completed,EUR,2024-01-02,1,,,,sku{i},name{i},1,1,,0" for i in range(1, 6)
    ]
    clean = read("\n".join([",".join(HEADER), *rows, ""]).encode(), "csv")[0]
    for column in range(1, len(HEADER)):
        for damage in ('"', 'x"y', '"x"y'):
            cells = rows[2].split(",")
            cells[column] = damage
            lines = [*rows[:2], ",".join(cells), *rows[3:], ""]
            data = "\n".join([",".join(HEADER), *lines]).encode()
            records, ended = read(data, "csv")
            assert ended["code"] == "end"
            assert [r["error"]["code"] for r in records] == [
                *["ok"] * 2,
                "bad_syntax",
                *["ok"] * 2,
            ]
            assert records[2]["error"]["row"] == 3
            assert records[2]["offset"] == data.index(b"\n3,") + 1
            for index in (0, 1, 3, 4):
                assert records[index]["content"] == clean[index]["content"]
