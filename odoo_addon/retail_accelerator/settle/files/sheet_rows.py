# SPDX-License-Identifier: LGPL-3.0-or-later
"""The first sheet of an XLSX workbook as rows, by openpyxl."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

from .errors import FileError

UNPACKED_MAX = 512 << 20  # bytes
CONTENTS = "[Content_Types].xml"  # every workbook has it
DIGITS_KEPT = 10**15
MIDNIGHT = time()
MISSING = (
    "XLSX files need the Python library openpyxl; install Debian's package "
    "python3-openpyxl, or openpyxl with pip, then restart Odoo. Or save the file as CSV"
)


def sheet_rows(content):
    """CSV, UTF-8. FileError."""
    try:
        import openpyxl
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise FileError(MISSING) from error
    _check_size(content)
    try:
        values = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except Exception as error:
        # The library lets errors of the archive, of XML and of its own through.
        raise FileError(f"the XLSX file is damaged: {error}") from error
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    sheet = _first(values)
    twin = formulas[sheet.title]
    for number, (row, source) in enumerate(
        zip(
            sheet.iter_rows(values_only=True),
            twin.iter_rows(values_only=True),
            strict=True,
        ),
        1,
    ):
        cells = []
        for column, (value, formula) in enumerate(zip(row, source, strict=False), 1):
            try:
                cells.append(_text(value, formula))
            except ValueError as error:
                raise FileError(
                    str(error), number, f"column {get_column_letter(column)}"
                ) from error
        if any(cells):
            writer.writerow(cells)
    return out.getvalue().encode()


def _check_size(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
    except zipfile.BadZipFile as error:
        raise FileError("the XLSX file is damaged or cut") from error
    if size > UNPACKED_MAX:
        raise FileError("the XLSX file is too large; save it as CSV")
    if CONTENTS not in {entry.filename for entry in entries}:
        raise FileError("this is an archive and no workbook; unpack it first")


def _first(workbook):
    """The first sheet that is not hidden."""
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise FileError("the workbook has no visible sheet")


def _text(value, formula):
    """A cell as text. Numbers have a decimal point and never three decimals, so that
    none is taken for a thousand where commas are decimal signs. Dates come as midnights
    and are dates again: no time zone may make them the day before."""
    if value is None:
        if isinstance(formula, str) and formula.startswith("="):
            raise ValueError(
                "a formula without its value; open the file in a spreadsheet program, "
                "save it and try again"
            )
        return ""
    if isinstance(value, str):
        if value.startswith("#") and value.endswith(("!", "?", "/A")):
            raise ValueError(f"the cell holds the error {value}")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.time() == MIDNIGHT:
            return value.date().isoformat()
        return value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, float)) and abs(value) >= DIGITS_KEPT:
        raise ValueError(
            "a number of more than the 15 digits that spreadsheets keep; take the CSV "
            "file of the report, or format the column as text before it is filled"
        )
    if isinstance(value, float):
        return _number(value)
    return str(value)


def _number(value):
    """The 15 digits that spreadsheets count with, without an exponent."""
    text = f"{Decimal(f'{value:.15g}'):f}"
    whole, point, decimals = text.partition(".")
    if not point or not decimals.strip("0"):
        return whole
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" + ("0" if len(decimals) in (1, 3) else "")
