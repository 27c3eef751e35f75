# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a clerk can do about a reject, by its reason."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

FILE = _lt(
    "The file is damaged here. Ask the shop for the export again and import it: what "
    "is known already stays as it is."
)
RECORD = _lt(
    "Let an integration manager correct the record, or correct it in the shop."
)
PROGRAM = _lt("Try again. When it stays, show this page to your administrator.")
DUPLICATE = _lt(
    "Try again: what it resembled was not imported itself, so it is no repetition."
)
ADVICE = {
    "bad_format": _lt("Choose the file of orders: JSON, CSV or msgpack."),
    "bad_encoding": _lt(
        "The file is not UTF-8 text. Save it as UTF-8 (spreadsheet programs call it "
        "“CSV UTF-8”) and import it again."
    ),
    "duplicate_key": RECORD,
    "missing_field": RECORD,
    "bad_type": RECORD,
    "bad_number": _lt(
        "Numbers are written like 1234.50: a decimal point, no thousands separator, at "
        "most 18 digits. Export the file so, or correct the record."
    ),
    "bad_date": _lt(
        "Dates are written like 2025-12-31T14:30:00, in UTC. Export the file so, or "
        "correct the record."
    ),
    "overflow": RECORD,
    "unknown_product": _lt(
        "Press Map product to say which product of Odoo it is, then Try all of this "
        "cause."
    ),
    "unknown_tax": _lt(
        "An integration manager says with Map tax which tax of Odoo it is; then Try "
        "all of this cause."
    ),
    "unknown_currency": _lt(
        "Check the currency's code (three letters, like EUR). Where it is right, "
        "activate it under Accounting > Configuration > Currencies."
    ),
    "unknown_customer": _lt(
        "Odoo refuses a contact with these data. Correct its name, e-mail or address "
        "in the record."
    ),
    "foreign_customer": _lt(
        "The customer's contact belongs to another company. Empty the company on the "
        "contact, or set it to the shop's, then try again."
    ),
    "unknown_status": _lt(
        "Add the status to the channel, tab Statuses, then Try all of this cause."
    ),
    "status_refused": _lt(
        "The channel rejects orders of this status. Change that in its tab Statuses, "
        "or ignore the record."
    ),
    "total_mismatch": _lt(
        "Compare the lines, taxes and total with the shop and correct the record. A "
        "small difference can be allowed by the channel's rounding limit."
    ),
    "not_reproducible": _lt(
        "Odoo itself refuses the order, for the reason above. Remove it, then try "
        "again."
    ),
    "order_locked": _lt("Open the record and decide between the two versions."),
    "duplicate_content": DUPLICATE,
    "duplicate_suspected": DUPLICATE,
    "confirm_failed": _lt(
        "Open the order and confirm it there: Odoo says what hinders."
    ),
    **dict.fromkeys(("bad_syntax", "truncated", "too_deep", "too_large"), FILE),
    **dict.fromkeys(
        ("db_failed", "no_memory", "read_failed", "bad_argument", "interrupted"),
        PROGRAM,
    ),
}
