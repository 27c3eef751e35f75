# SPDX-License-Identifier: LGPL-3.0-or-later
"""Other record-linkage libraries on people: seconds and F1.

Run by bench_link.py in a virtual environment of its own, one library a process:
    link_others.py recordlinkage|splink|dedupe FILE
Each is set up as its own documentation does for data of this kind. Splink and
recordlinkage get no labels; dedupe cannot do without and gets LABELS pairs. What needs
more than MEMORY fails: dedupe did with FEBRL 3, where 20 GiB were not enough.
"""

import itertools
import json
import logging
import random
import resource
import sys
import time
from collections import defaultdict

import pandas as pd

NAMES = ("given_name", "surname", "address_1", "suburb")
CODES = ("date_of_birth", "soc_sec_id", "postcode", "state")
BLOCKS = ("given_name", "surname", "date_of_birth", "soc_sec_id")
# In a large set a name alone is shared by thousands.
LARGE = 20_000
LARGE_BLOCKS = (
    *(("given_name", "surname"), ("given_name", "date_of_birth")),
    *(("surname", "postcode"), ("date_of_birth",), ("soc_sec_id",)),
)
LABELS = 400  # half of them pairs of one person, from every second person with one
SEED = 1
MEMORY = 8 << 30  # bytes


def read(path):
    frame = pd.read_csv(path, skipinitialspace=True, dtype=str)
    return frame.rename(columns=str.strip).set_index("rec_id")


def true_pairs(ids):
    groups = defaultdict(list)
    for key in ids:
        groups[key.split("-")[1]].append(key)
    return {
        frozenset(pair)
        for group in groups.values()
        for pair in itertools.combinations(group, 2)
    }


def by_recordlinkage(frame):
    import recordlinkage

    indexer = recordlinkage.Index()
    for name in BLOCKS:
        indexer.block(name)
    compare = recordlinkage.Compare()
    for name in NAMES:
        compare.string(name, name, method="jarowinkler", threshold=0.85)
    for name in CODES:
        compare.exact(name, name)
    vectors = compare.compute(indexer.index(frame), frame)
    return recordlinkage.ECMClassifier().fit_predict(vectors)


def by_splink(frame):
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    blocks = LARGE_BLOCKS if len(frame) > LARGE else [(name,) for name in BLOCKS]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        comparisons=[
            *(compare.JaroWinklerAtThresholds(name, [0.9, 0.8]) for name in NAMES),
            *(compare.LevenshteinAtThresholds(name, [1, 2]) for name in CODES),
        ],
        blocking_rules_to_generate_predictions=[block_on(*names) for names in blocks],
    )
    linker = Linker(DuckDBAPI().register(frame.reset_index()), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for name in ("soc_sec_id", "date_of_birth"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(name)
        )
    found = linker.inference.predict(threshold_match_probability=0.5)
    found = found.as_pandas_dataframe()
    return zip(found["rec_id_l"], found["rec_id_r"], strict=True)


def labels(frame, records):
    """Pairs of one person and of two, as somebody would have marked them."""
    pick = random.Random(SEED)
    true = {tuple(sorted(pair)) for pair in true_pairs(frame.index)}
    known = [pair for pair in sorted(true) if int(pair[0].split("-")[1]) % 2 == 0]
    match = pick.sample(known, LABELS // 2)
    ids, distinct = list(frame.index), []
    while len(distinct) < LABELS // 2:
        pair = tuple(sorted(pick.sample(ids, 2)))
        if pair not in true:
            distinct.append(pair)
    return {
        "match": [(records[a], records[b]) for a, b in match],
        "distinct": [(records[a], records[b]) for a, b in distinct],
    }


def by_dedupe(frame):
    import dedupe
    from dedupe import variables

    logging.disable(logging.WARNING)
    random.seed(SEED)
    records = {
        key: {name: value if isinstance(value, str) else None for name, value in row}
        for key, row in ((key, row.items()) for key, row in frame.iterrows())
    }
    linker = dedupe.Dedupe(
        [
            *(variables.String(name, has_missing=True) for name in NAMES),
            *(variables.Exact(name, has_missing=True) for name in CODES),
        ]
    )
    linker.prepare_training(records)
    linker.mark_pairs(labels(frame, records))
    linker.train(index_predicates=False)
    for group, _scores in linker.partition(records, 0.5):
        yield from itertools.combinations(group, 2)


WAYS = {
    "recordlinkage": by_recordlinkage,
    "splink": by_splink,
    "dedupe": by_dedupe,
}


def main():
    way, path = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    started = time.perf_counter()
    frame = read(path)
    found = {frozenset(pair) for pair in WAYS[way](frame)}
    seconds = time.perf_counter() - started
    true = true_pairs(frame.index)
    score = 2 * len(found & true) / (len(found) + len(true))
    print(json.dumps({"seconds": seconds, "f1": score}))


if __name__ == "__main__":
    main()
