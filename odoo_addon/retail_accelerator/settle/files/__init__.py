# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files that are no plain tables: JSON and XLSX become rows, CAMT and OFX become bank
statements. Nothing here knows Odoo.

    content ─> kind_of ─> json_rows, sheet_rows ─> CSV as UTF-8, for the engine
                       └> camt, ofx             ─> statements
"""

from .errors import FileError
from .kinds import BANK, kind_of
from .read import rows, statements
from .statement import Line, Statement

__all__ = ["BANK", "FileError", "Line", "Statement", "kind_of", "rows", "statements"]
