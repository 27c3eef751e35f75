# SPDX-License-Identifier: LGPL-3.0-or-later
"""Measures: median and spread, the printed table, the line in results.jsonl."""

import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

# key -> (bound, whether more is better); a measure without bound is for information.
BOUNDS = {
    "native_vs_copy": (0.85, True),
    "validated_vs_native": (2.5, True),
    "native_vs_orm_batch": (35, True),
    "validated_vs_orm_batch": (100, True),
    "native_vs_orm_expert": (17, True),
    "validated_vs_orm_expert": (50, True),
    "native_vs_execute_values": (1.5, True),
    "time_10x": (11, False),
    "peak_mib": (96, False),
    "reconcile_vs_orm": (20, True),
    "payout_vs_orm": (10, True),
    "import_check_overhead": (10, False),
    "febrl1_f1": (0.99, True),
    "febrl2_f1": (0.99, True),
    "febrl3_f1": (0.998, True),
    "febrl4_f1": (0.99, True),
    "transactions_f1": (0.99, True),
    "orders_precision": (0.999, True),
    "orders_recall": (0.98, True),
    "febrl3_seconds": (0.2, False),
    "link_1m_seconds": (30, False),
    "link_1m_mib": (2048, False),
    "link_10x": (13, False),
}


@dataclass
class Measure:
    """One result; ``value`` is the median of ``runs``."""

    measure: str
    value: float
    unit: str
    runs: list
    method: str

    @classmethod
    def of(cls, key, runs, unit, method):
        return cls(
            key, _short(statistics.median(runs)), unit, list(map(_short, runs)), method
        )

    @property
    def verdict(self):
        if self.measure not in BOUNDS:
            return ""
        bound, more_is_better = BOUNDS[self.measure]
        reached = self.value >= bound if more_is_better else self.value <= bound
        sign = "≥" if more_is_better else "≤"
        return f"{sign} {bound:g} {'reached' if reached else 'MISSED'}"


def _short(value):
    return float(f"{value:.4g}") if abs(value) < 10_000 else round(value)


def ratios(over, under):
    """Pairwise quotients of runs that lay next to each other."""
    return [a / b for a, b in zip(over, under, strict=True)]


def table(measures):
    rows = [("measure", "median", "spread", "unit", "bound")]
    rows += [
        (
            item.measure,
            f"{item.value:g}",
            f"{min(item.runs):g}-{max(item.runs):g} (n={len(item.runs)})",
            item.unit,
            item.verdict,
        )
        for item in measures
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def append(path, measures):
    with open(Path(path), "a", encoding="utf-8") as handle:
        for item in measures:
            handle.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
