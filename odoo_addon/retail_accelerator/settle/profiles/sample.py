# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sample file as a table, to guess from and to try a profile with."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field

DELIMITERS = ",;\t|"
ROWS = 1000
PREAMBLE = 64


@dataclass
class Table:
    """Header and data rows; a row of more or fewer cells is one of the mistakes that a
    trial shows."""

    header: list
    rows: list = field(default_factory=list)
    delimiter: str = ","

    def content(self, rows=None):
        """Header and rows as the engine reads them."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.rows if rows is None else rows)
        return out.getvalue().encode()

    def values(self, column):
        """What is in a column, without empty cells."""
        if column not in self.header:
            return []
        at = self.header.index(column)
        cells = (row[at].strip() for row in self.rows if at < len(row))
        return [cell for cell in cells if cell]


def table_of(content):
    """The Table of delimited text, its first ROWS rows; None when there is none."""
    text = _decode(content)
    best = None
    for delimiter in DELIMITERS:
        table = _split(text, delimiter)
        if table and (best is None or len(table.header) > len(best.header)):
            best = table
    return best


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _split(text, delimiter):
    """Rows of one delimiter; the header is the first row as wide as most of them."""
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    lines = []
    try:
        for line in reader:
            if any(cell.strip() for cell in line):
                lines.append([cell.strip() for cell in line])
            if len(lines) > ROWS + PREAMBLE:
                break
    except csv.Error:
        return None
    widths = Counter(len(line) for line in lines if len(line) > 1)
    if not widths:
        return None
    width = widths.most_common(1)[0][0]
    start = next(at for at, line in enumerate(lines) if len(line) == width)
    return Table(lines[start], lines[start + 1 :][:ROWS], delimiter)
