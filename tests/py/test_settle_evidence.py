# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever the engine tells of a match, Odoo's screens have words for it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "csrc/match/ra_match_evidence.c"
WORDS = ROOT / "odoo_addon/retail_accelerator/settle/match_words.py"


def told(name):
    """The words of one of the engine's lists, as they stand between the signs."""
    found = re.search(rf"const {name}\[\] = \{{(.*?)\}};", ENGINE.read_text(), re.S)
    return {word.strip("=; ") for word in re.findall(r'"([^"]*)"', found[1])} - {""}


def shown():
    """The words that have a text."""
    tree = ast.parse(WORDS.read_text())
    return {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }


def test_every_word_of_the_engine_has_one_for_people():
    # Of spellings that are the same nothing is said.
    plain = {"id", "exact"}
    engine = {name: told(name) for name in ("fields", "tiers", "relations", "parties")}
    assert {name: len(words) for name, words in engine.items()} == {
        "fields": 10,
        "tiers": 4,
        "relations": 4,
        "parties": 2,
    }
    assert set().union(*engine.values()) - plain <= shown()
