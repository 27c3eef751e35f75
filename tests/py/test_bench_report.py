# SPDX-License-Identifier: LGPL-3.0-or-later
"""The benchmark's report: medians, bounds, the line that is appended."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

import bench_report


def test_value_is_the_median_of_the_runs():
    measure = bench_report.Measure.of("native_vs_copy", [0.7, 0.95, 0.9], "x", "how")
    assert measure.value == 0.9
    assert measure.runs == [0.7, 0.95, 0.9]


@pytest.mark.parametrize(
    ("key", "value", "reached"),
    [
        ("native_vs_copy", 0.85, True),
        ("native_vs_copy", 0.84, False),
        ("time_10x", 11, True),
        ("time_10x", 11.1, False),
        ("peak_mib", 97, False),
        ("validated_vs_orm_batch", 99, False),
    ],
)
def test_bounds_are_judged_in_their_own_direction(key, value, reached):
    verdict = bench_report.Measure.of(key, [value], "x", "how").verdict
    assert verdict.endswith("reached" if reached else "MISSED")


def test_information_has_no_verdict():
    measure = bench_report.Measure.of("info_native_rate", [3123.4], "orders/s", "how")
    assert measure.verdict == ""


def test_ratios_pair_neighbouring_runs():
    assert bench_report.ratios([4, 9], [2, 3]) == [2, 3]


def test_results_are_appended_one_object_a_line(tmp_path):
    path = tmp_path / "results.jsonl"
    one = bench_report.Measure.of("peak_mib", [30, 34], "MiB", "how")
    bench_report.append(path, [one])
    bench_report.append(path, [one, one])
    rows = [json.loads(line) for line in path.open()]
    assert len(rows) == 3
    assert rows[0] == {
        "measure": "peak_mib",
        "value": 32.0,
        "unit": "MiB",
        "runs": [30.0, 34.0],
        "method": "how",
    }


def test_table_shows_every_measure_with_its_spread():
    measures = [
        bench_report.Measure.of("time_10x", [9.5, 10.5, 10], "x", "how"),
        bench_report.Measure.of("info_copy_rate", [3000], "orders/s", "how"),
    ]
    lines = bench_report.table(measures).splitlines()
    assert len(lines) == 3
    assert "9.5-10.5 (n=3)" in lines[1]
    assert "reached" in lines[1]
