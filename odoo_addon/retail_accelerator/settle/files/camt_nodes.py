# SPDX-License-Identifier: LGPL-3.0-or-later
"""Texts, amounts and sides of a camt document's nodes, in whatever namespace."""

from decimal import Decimal, InvalidOperation

from .errors import AGAIN, FileError

SIGNS = {"CRDT": 1, "DBIT": -1}


def text_of(node, *paths):
    """The first of the paths that has text, without the blanks around it."""
    for path in paths:
        found = node.findtext("/".join(f"{{*}}{name}" for name in path.split("/")))
        if found and found.strip():
            return found.strip()
    return ""


def nodes_of(node, path):
    return node.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))


def amount_of(node, path):
    """(Decimal, currency) or (None, "")."""
    found = node.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    if found is None:
        return None, ""
    try:
        value = Decimal((found.text or "").strip())
    except InvalidOperation as error:
        raise _no_amount(found, path) from error
    if not value.is_finite():
        raise _no_amount(found, path)
    return value, found.get("Ccy", "")


def _no_amount(node, path):
    return FileError("this is no amount", node.sourceline or 0, path, AGAIN)


def sign_of(node, fallback=None):
    """1 or -1; ``fallback`` where the node does not say."""
    mark = text_of(node, "CdtDbtInd")
    if not mark and fallback:
        return fallback
    if mark not in SIGNS:
        raise FileError(
            "an amount is CRDT or DBIT, this one does not say which",
            node.sourceline or 0,
            "CdtDbtInd",
            AGAIN,
        )
    return SIGNS[mark]
