# SPDX-License-Identifier: LGPL-3.0-or-later
"""The module's readers, profiles and arithmetic, which need no Odoo."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "odoo_addon/retail_accelerator/settle"))

import entry  # noqa: E402
import files  # noqa: E402
import profiles  # noqa: E402

__all__ = ["entry", "files", "profiles"]
