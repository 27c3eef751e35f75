# SPDX-License-Identifier: LGPL-3.0-or-later
"""Long lists as parameters of a statement.

psycopg2 writes a list as ``ARRAY[1,2,3]``, of which PostgreSQL parses and plans every
element: with thousands of rows as long as the statement itself takes. One literal
``'{1,2,3}'`` is one constant.
"""

from odoo.tools import SQL

CASTS = {
    "int": SQL("int[]"),
    "bigint": SQL("bigint[]"),
    "numeric": SQL("numeric[]"),
    "float": SQL("float8[]"),
    "date": SQL("date[]"),
    "bool": SQL("bool[]"),
    "text": SQL("text[]"),
}


def array(kind, values):
    """The values, None among them, as one array; ``kind``: a key of ``CASTS``."""
    convert = _quoted if kind == "text" else str
    literal = ",".join(
        ["NULL" if value is None else convert(value) for value in values]
    )
    return SQL("%s::%s", f"{{{literal}}}", CASTS[kind])


def ints(values):
    return array("int", values)


def texts(values):
    return array("text", values)


def _quoted(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
