# SPDX-License-Identifier: LGPL-3.0-or-later
"""The comparison functions agree with RapidFuzz on random Unicode."""

import random
import subprocess

from link_support import DRIVER, import_package

SEED = 20260305
ALPHABETS = [
    "ab",
    "abcdefghijklmnopqrstuvwxyz 0123456789",
    "aàáâãäåæçèéêëß ñøœ",
    "абвгдежзийклмнопрст ",
    "日本語漢字仮名交じり文 ",
    "a😀b🎉c\u0301\U0001d4b3 ",
]


def _random_pairs(count):
    generator = random.Random(SEED)
    for _number in range(count):
        alphabet = generator.choice(ALPHABETS)
        longest = generator.choice([4, 12, 30, 63, 64, 65, 200])
        left = generator.choices(alphabet, k=generator.randrange(longest + 1))
        right = list(left)
        if generator.random() < 0.3:
            right = generator.choices(alphabet, k=generator.randrange(longest + 1))
        for _edit in range(generator.randrange(5)):
            at = generator.randrange(len(right) + 1)
            right[at : at + generator.randrange(3)] = generator.choices(
                alphabet, k=generator.randrange(3)
            )
        if len(right) > 1 and generator.random() < 0.4:
            at = generator.randrange(len(right) - 1)
            right[at], right[at + 1] = right[at + 1], right[at]
        yield "".join(left), "".join(right)


def _ask(pairs):
    lines = "".join(f"{left}\t{right}\n" for left, right in pairs)
    run = subprocess.run(
        [DRIVER, "--similarity"],
        input=lines.encode(),
        capture_output=True,
        check=True,
    )
    answers = [line.split() for line in run.stdout.decode().splitlines()]
    assert len(answers) == len(pairs)
    return answers


def test_similarities_agree_with_rapidfuzz_on_random_unicode():
    distance = import_package("rapidfuzz.distance")
    pairs = list(_random_pairs(20000))
    for (left, right), answer in zip(pairs, _ask(pairs), strict=True):
        winkler = distance.JaroWinkler.similarity(left, right)
        if bool(left) == bool(right):  # of one empty text nothing is shared
            assert abs(float(answer[0]) - winkler) < 1e-9, (left, right)
        else:
            assert float(answer[0]) == 0
        assert int(answer[1]) == distance.OSA.distance(left, right), (left, right)


def test_word_overlap_is_that_of_sets_of_words():
    pairs = list(_random_pairs(5000))
    for (left, right), answer in zip(pairs, _ask(pairs), strict=True):
        words = set(left.split(" ")) - {""}, set(right.split(" ")) - {""}
        if max(map(len, words)) > 60:
            continue
        everything = words[0] | words[1]
        wanted = len(words[0] & words[1]) / len(everything) if everything else 1
        assert abs(float(answer[2]) - wanted) < 1e-9, (left, right)


def test_the_quick_bounds_never_exclude_what_is_alike():
    """A bound below the value would hide true duplicates from the comparison."""
    pairs = [pair for pair in _random_pairs(20000) if "".join(pair).isascii()]
    pairs = [pair for pair in pairs if max(map(len, pair)) <= 64]
    assert len(pairs) > 1000
    for pair, answer in zip(pairs, _ask(pairs), strict=True):
        assert answer[3] == "1", pair
        assert answer[4] == "1", pair
