# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows of a world as texts, and tables of them."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
BERLIN = ZoneInfo("Europe/Berlin")
MOVES = ("capture", "refund", "chargeback", "chargeback_reversal")
HOLDS = ("reserve", "release")
ALL = (*MOVES, *HOLDS, "payout")


@dataclass
class Report:
    """``owners[record]`` is the index of the world's row, None for a fee apart."""

    content: bytes
    owners: list = field(default_factory=list)
    kinds: tuple = ALL
    fees: str = "beside"  # or "apart", "none"
    declares: bool = True  # the payouts' sums are in the file
    foreign: bool = True  # what was paid in another currency is in the file


class Row:
    """A movement of the world, as texts."""

    def __init__(self, index, values):
        self.index = index
        self.values = values
        self.kind = values["kind"]
        self.gross, self.fee, self.net = (values[n] for n in ("gross", "fee", "net"))
        if self.kind in HOLDS:
            self.kind = "release" if self.net > 0 else "reserve"
        self.paid = values.get("paid", self.gross)
        self.paid_currency = values.get("paid_currency", values["currency"])
        self.rate = values.get("rate", "1")
        self.order, self.party, self.email = (
            values.get(name) or "" for name in ("order", "party", "email")
        )
        self.id = values.get("transaction") or f"{self.kind}_{index}"
        self.parent = values.get("parent") or ""
        self.payout = values["payout"]
        self.date = datetime.fromtimestamp(values["date"] // 1_000_000, UTC)

    def day(self, form="%Y-%m-%d", zone=UTC):
        return self.date.astimezone(zone).strftime(form)

    def time(self, form="%Y-%m-%d %H:%M:%S", zone=UTC):
        return self.date.astimezone(zone).strftime(form)


def point(cents):
    sign, cents = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def comma(cents):
    """1.234,50"""
    sign, cents = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}"


def dollars(cents):
    sign, cents = "-" if cents < 0 else "", abs(cents)
    return f"{sign}${cents // 100:,}.{cents % 100:02}"


def sides(cents):
    """Debit and credit columns."""
    return (point(-cents), "") if cents < 0 else ("", point(cents))


def rows_of(world):
    """The world's rows, each once: the same row twice would make no payout's sum."""
    seen, rows = set(), []
    for index, values in enumerate(world.rows):
        key = (values.get("transaction"), values["kind"], values["date"])
        if values.get("transaction") and key in seen:
            continue
        seen.add(key)
        rows.append(Row(index, values))
    return rows


def table(lines, delimiter=","):
    out = io.StringIO()
    writer = csv.DictWriter(
        out, list(lines[0]), delimiter=delimiter, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def each(rows, make):
    """(lines, owners) with one line a row."""
    return [make(row) for row in rows], [row.index for row in rows]


def apart(rows, make, make_fee):
    """(lines, owners) with the fee as a line of its own."""
    lines, owners = [], []
    for row in rows:
        lines.append(make(row))
        owners.append(row.index)
        if row.fee:
            lines.append(make_fee(row))
            owners.append(None)
    return lines, owners
