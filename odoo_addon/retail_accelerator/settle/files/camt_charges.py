# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a camt entry says of the bank's charges and of the rate of exchange.

Source: the ISO 20022 message definitions of camt.052, .053 and .054 (Charges,
AmountAndCurrencyExchange, CurrencyExchange). In version 02 charges are repeated
``Chrgs/Amt``, later ``Chrgs/Rcrd/Amt``; only the later ones have ``ChrgInclInd``, which
tells whether a charge is inside the amount. ``TtlChrgsAndTaxAmt`` is the total of all
charges and taxes. ``CntrValAmt`` is the amount after exchange and before deduction of
charges. ``UnitCcy`` is the currency of which one unit costs ``XchgRate``.
"""

from dataclasses import dataclass
from decimal import Decimal

from .camt_nodes import amount_of, nodes_of, sign_of, text_of
from .errors import AGAIN, FileError

NOT_INSIDE = ("false", "0")
INSIDE = ("true", "1")


@dataclass(frozen=True)
class Charges:
    """Charges inside an amount: ``kept`` in the account's currency, negative when the
    bank gave more back than it took; ``others``, with their currency or what else they
    are, cannot be said in it."""

    kept: Decimal = Decimal(0)
    others: tuple = ()


def kept(entry, detail, amount, currency, number):
    """Charges inside a line of ``amount`` in the account's ``currency``; ``number`` is
    0 for a line that is the whole entry, else that of its transaction. FileError."""
    known = [detail] if detail is not None else list(nodes_of(entry, "NtryDtls/TxDtls"))
    own = _sum(_charges(node, currency) for node in known)
    whole = _charges(entry, currency)
    if number:
        told = () if own.kept or own.others else _texts(whole, currency, " (entry)")
        found = Charges(own.kept, own.others + told)
    elif detail is not None:
        found = own if own != Charges() else whole
    else:
        found = whole if whole != Charges() else own
    nodes = [*known, entry]
    if found != Charges() and not _says_inside(nodes):
        before = {amount_of(node, "AmtDtls/CntrValAmt/Amt") for node in nodes}
        if (abs(amount), currency) in before:
            return Charges()
    return found


def _charges(node, currency):
    records = [
        record for charges in nodes_of(node, "Chrgs") for record in _records(charges)
    ]
    inside = [one for one in records if text_of(one, "ChrgInclInd") not in NOT_INSIDE]
    total = _total(node)
    if not inside:
        return Charges() if records else _sum([total], currency)
    amounts = [_amount(record) for record in inside]
    parts = _sum(amounts, currency)
    covers = total and total[1] in ("", currency) and total[0] >= parts.kept
    if covers and len(inside) == len(records) and min(amounts)[0] >= 0:
        return Charges(total[0])
    taxes = [amount_of(record, "Tax/Amt") for record in inside]
    texts = tuple(f"{value} {own} (tax)" for value, own in taxes if value)
    return Charges(parts.kept, parts.others + texts)


def _records(charges):
    """Old versions have no records: each ``Chrgs`` is one, when it has an amount."""
    found = list(nodes_of(charges, "Rcrd"))
    if not found and charges.find("{*}Amt") is not None:
        return [charges]
    return found


def _total(node):
    """(value, currency), or None; repeated charges repeat the total."""
    for charges in nodes_of(node, "Chrgs"):
        value, own = amount_of(charges, "TtlChrgsAndTaxAmt")
        if value is not None:
            _check_positive(charges, value, "TtlChrgsAndTaxAmt")
            return value, own
    return None


def _amount(record):
    """(value, currency), positive when the bank took it."""
    value, own = amount_of(record, "Amt")
    if value is None:
        raise FileError(
            "the charge has no amount", record.sourceline or 0, "Chrgs", AGAIN
        )
    _check_positive(record, value, "Amt")
    return -value * sign_of(record, -1), own


def _check_positive(node, value, column):
    if value < 0:
        raise FileError(
            "a charge is never negative, its side stands beside it",
            node.sourceline or 0,
            f"Chrgs/{column}",
            AGAIN,
        )


def _sum(found, currency=""):
    """Of Charges, or of (value, currency) or None."""
    total, others = Decimal(0), ()
    for one in found:
        if isinstance(one, Charges):
            total, others = total + one.kept, others + one.others
        elif one and one[1] in ("", currency):
            total += one[0]
        elif one and one[0]:
            others += (f"{one[0]} {one[1]}",)
    return Charges(total, others)


def _texts(charges, currency, what):
    mine = (f"{charges.kept} {currency}",) if charges.kept else ()
    return tuple(text + what for text in mine + charges.others)


def _says_inside(nodes):
    return any(
        text_of(record, "ChrgInclInd") in INSIDE
        for node in nodes
        for record in nodes_of(node, "Chrgs/Rcrd")
    )


def exchange(entry, detail):
    """The rate at which the bank exchanged, in words of currencies and figures; empty
    when it does not say. FileError."""
    for holder in (detail, entry):
        if holder is None:
            continue
        for node in holder.iterfind("{*}AmtDtls/*/{*}CcyXchg"):
            rate, _none = amount_of(node, "XchgRate")
            if rate is None:
                continue
            if rate <= 0:
                raise FileError(
                    "this is no rate of exchange",
                    node.sourceline or 0,
                    "CcyXchg/XchgRate",
                    AGAIN,
                )
            return _rate(node, rate)
    return ""


def _rate(node, rate):
    unit = text_of(node, "UnitCcy")
    pair = [
        name for name in (text_of(node, "SrcCcy"), text_of(node, "TrgtCcy")) if name
    ]
    if unit in pair and len(pair) == 2:
        other = pair[1] if unit == pair[0] else pair[0]
        return f"1 {unit} = {rate} {other}"
    return f"{'/'.join(pair)} {rate}".strip()
