# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is wrong with a file, and where."""

# What to do about a bank's file that is not as its format says.
AGAIN = (
    "Download the file again, and do not save it with another program. If that does "
    "not help, download the statement in another format (camt.053, camt.054 or OFX), "
    "or send the bank this message"
)


class FileError(ValueError):
    """``row`` counts records, lines or sheet rows from 1, 0 when the file as a whole is
    meant; ``column`` is its name or path; ``remedy`` what to do, where the message does
    not say it."""

    def __init__(self, message, row=0, column="", remedy=""):
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column
        self.remedy = remedy

    def __str__(self):
        place = f"row {self.row}: " if self.row else ""
        column = f" ({self.column})" if self.column else ""
        remedy = f". {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{column}{remedy}"
