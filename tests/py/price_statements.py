# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the price drivers read from standard input, see tests/c/price_input.h."""

import struct

KINDS = ("percent", "fixed", "division", "group")  # as ra_tax_kind


def hex_of(value):
    """The bits of a double."""
    return f"{struct.unpack('<Q', struct.pack('<d', value))[0]:x}"


def tax_statement(tax, ids):
    words = ["tax", ids[tax["key"]], tax["sequence"], KINDS.index(tax["kind"])]
    words += [hex_of(tax["amount"]), int(tax["included"]), int(tax["include_base"])]
    words += [int(tax["affected"]), len(tax["children"])]
    words += [ids[key] for key in tax["children"]]
    return " ".join(map(str, words))
