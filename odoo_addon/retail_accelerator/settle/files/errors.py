# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is wrong with a file, and where."""


class FileError(ValueError):
    """``row`` counts records, lines or sheet rows from 1, 0 when the file as a whole is
    meant; ``column`` is its name or path."""

    def __init__(self, message, row=0, column=""):
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column

    def __str__(self):
        place = f"row {self.row}: " if self.row else ""
        column = f" ({self.column})" if self.column else ""
        return f"{place}{self.message}{column}"
