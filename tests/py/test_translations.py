# SPDX-License-Identifier: LGPL-3.0-or-later
"""Translators work on the strings the module really has."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "odoo_addon/retail_accelerator/i18n/retail_accelerator.pot"


def test_the_translation_template_has_every_string_of_the_module(tmp_path):
    found = tmp_path / "found.pot"
    subprocess.run([ROOT / "tools/translations.sh", found], check=True)
    assert found.read_text() == TEMPLATE.read_text(), "run: make translations"
