# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a file is, by its first bytes."""

from .errors import FileError

BANK = ("camt", "ofx")
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
PROBE = 4096
PAGES = (b"<!doctype html", b"<html")
PAGE = max(map(len, PAGES))


def kind_of(content):
    """``table`` (text), ``json``, ``xlsx``, ``camt`` or ``ofx``.

    Raises FileError for what is certainly none of them, with a way out.
    """
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileError("this is an old Excel file; save it as .xlsx or CSV")
    if content.startswith(b"%PDF"):
        raise FileError("this is a PDF; download the report as CSV, XLSX or JSON")
    if content.startswith(b"\x1f\x8b"):
        raise FileError("this file is compressed; unpack it first")
    start = _start(content)
    if start.startswith((b"{", b"[")):
        return "json"
    if start[:10].upper() == b"OFXHEADER:" or b"<OFX" in start.upper():
        return "ofx"
    if start[:PAGE].lower().startswith(PAGES):
        raise FileError(
            "this is a web page, perhaps the provider's sign-in, not a report; sign in "
            "and download the report again"
        )
    if start.startswith(b"<"):
        return "camt"
    return "table"


def _start(content):
    start = content[:PROBE]
    for mark in MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip()
