# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access to the C extension, the only place that imports it."""

import psycopg2
import psycopg2.errors

from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

try:
    import retail_accelerator_native as extension
except ImportError as error:
    extension = None
    IMPORT_PROBLEM = str(error)
else:
    IMPORT_PROBLEM = ""

_lt = LazyTranslate(__name__, default_lang="en_US")

REF_SPACES = {
    "variation": 0,
    "product": 1,
    "sku_alias": 2,
    "default_code": 3,
    "barcode": 4,
    "name": 5,
    "shipping": 6,
    "fee": 7,
}
ENCODING = "UTF8"  # of what the engine writes
ACTIONS = {"draft": 0, "confirm": 1, "cancel": 2, "skip": 3, "reject": 4}
TAX_KINDS = {"percent": 0, "fixed": 1, "division": 2, "group": 3}


def available():
    """Whether the extension could be imported."""
    return extension is not None


def require():
    """The extension module, or a UserError that says how to get it."""
    if extension is None:
        raise UserError(
            str(
                _lt(
                    "The C engine is not installed, so files cannot be imported. "
                    "Install the package odoo-addon-retail-accelerator into Odoo's "
                    "Python, then restart Odoo. (%s)"
                )
            )
            % IMPORT_PROBLEM
        )
    return extension


def connection(cr):
    """The PGconn of the cursor's transaction as a capsule.

    A statement runs first, so that psycopg2 has begun the transaction (it does so
    lazily, and rows sent before would commit by themselves) and test cursors have
    opened their savepoint. UserError on a connection of another encoding than UTF-8.
    """
    cr.execute("SELECT 1")
    encoding = cr._cnx.encoding
    if encoding != ENCODING:
        # The server would take the bytes for other characters, without a word.
        raise UserError(
            str(
                _lt(
                    "The connection to the database has the encoding %s, but the "
                    "engine writes UTF-8. Unset PGCLIENTENCODING where Odoo is "
                    "started, then restart Odoo."
                )
            )
            % encoding
        )
    require().attach_libpq(psycopg2._psycopg.__file__)
    return cr._cnx.get_native_connection()


def translate_error(error):
    """psycopg2's exception for a DatabaseError of the extension.

    Odoo retries by these classes and codes, so a plain RuntimeError would not do.
    """
    sqlstate, message, detail = error.args[:3]
    try:
        kind = psycopg2.errors.lookup(sqlstate)
    except KeyError:
        kind = psycopg2.OperationalError
    text = f"{message}\n{detail}" if detail else message
    translated = kind(text)
    translated.__setstate__({"pgcode": sqlstate or None, "pgerror": text})
    return translated


def reason_text(name):
    """The meaning of a reason, e.g. "unknown_tax", for people."""
    return require().REASONS.get(name, name)
