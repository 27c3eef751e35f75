# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every word the engine has for a level of comparison can be translated."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "odoo_addon/retail_accelerator/engine/level_names.py"
ENGINE = ROOT / "csrc/dedupe/ra_link_level.c"


class Brackets:
    """A language in which every word stands in brackets."""

    @staticmethod
    def _(text):
        return f"<{text}>"


def level_names():
    spec = importlib.util.spec_from_file_location("level_names", MODULE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def engine_words():
    text = ENGINE.read_text().split("#define")[0]
    text = text[text.index("static const char") :]
    return sorted(set(re.findall(r'"([^"]+)"', text)))


def test_every_word_of_the_engine_is_known():
    words = engine_words()
    assert len(words) > 50
    more = ("before looking", "another field says as much", "done again and again")
    for word in (*words, *more, "others have this in common"):
        translated = level_names().level_name(Brackets, word)
        assert translated.startswith("<") and translated.endswith(">"), word
        assert re.findall(r"\d+", translated) == re.findall(r"\d+", word)


def test_a_word_the_engine_has_added_since_stays_as_it_is():
    assert level_names().level_name(Brackets, "quite new 5") == "quite new 5"
