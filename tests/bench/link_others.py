# SPDX-License-Identifier: LGPL-3.0-or-later
"""Other record-linkage libraries on FEBRL 3: seconds and F1, without labels.

Run by bench_link.py in a virtual environment of its own, one library a process:
    link_others.py recordlinkage|splink FILE
Each is set up as its own documentation does for data of this kind.
"""

import itertools
import json
import sys
import time
from collections import defaultdict

import pandas as pd

NAMES = ("given_name", "surname", "address_1", "suburb")
CODES = ("date_of_birth", "soc_sec_id", "postcode", "state")
BLOCKS = ("given_name", "surname", "date_of_birth", "soc_sec_id")


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

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        comparisons=[
            *(compare.JaroWinklerAtThresholds(name, [0.9, 0.8]) for name in NAMES),
            *(compare.LevenshteinAtThresholds(name, [1, 2]) for name in CODES),
        ],
        blocking_rules_to_generate_predictions=[block_on(name) for name in BLOCKS],
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


WAYS = {"recordlinkage": by_recordlinkage, "splink": by_splink}


def main():
    way, path = sys.argv[1:]
    started = time.perf_counter()
    frame = read(path)
    found = {frozenset(pair) for pair in WAYS[way](frame)}
    seconds = time.perf_counter() - started
    true = true_pairs(frame.index)
    score = 2 * len(found & true) / (len(found) + len(true))
    print(json.dumps({"seconds": seconds, "f1": score}))


if __name__ == "__main__":
    main()
