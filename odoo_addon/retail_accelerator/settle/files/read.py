# SPDX-License-Identifier: LGPL-3.0-or-later
"""One way in for all kinds of files."""

from .camt import camt_statements
from .errors import FileError
from .json_rows import json_rows
from .kinds import BANK, kind_of
from .ofx import ofx_statements
from .sheet_rows import sheet_rows

TABLES = {"json": json_rows, "xlsx": sheet_rows}
STATEMENTS = {"camt": camt_statements, "ofx": ofx_statements}


def rows(content):
    """The file as delimited text that the engine reads: bytes.

    Raises FileError for bank files and for what cannot be read.
    """
    kind = kind_of(content)
    if kind in BANK:
        raise FileError("this is a bank's file, not a report of a payment provider")
    return TABLES[kind](content) if kind in TABLES else content


def statements(content):
    """The bank statements of a file: list of Statement, not proved yet.

    Raises FileError when it holds none or is damaged.
    """
    kind = kind_of(content)
    if kind not in BANK:
        raise FileError(
            "this is no bank statement; download it as camt.053, camt.054 or OFX"
        )
    found = STATEMENTS[kind](content)
    if not found:
        raise FileError(
            "the file holds no statement; download it for days with transactions, or "
            "as camt.053, camt.054 or OFX"
        )
    return found
