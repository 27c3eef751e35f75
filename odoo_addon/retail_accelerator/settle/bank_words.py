# SPDX-License-Identifier: LGPL-3.0-or-later
"""What speaks for a bank line: kept as a code, and shown in the reader's language.

The code has parts, "equal; named; days 1; charge 1.50 USD": amount, name, day (after
the payout) and what the bank's file says of its charges, without the bank's own text.
"""

import re

from . import words

# Kept of a line that somebody reconciled in Odoo's own screens.
IN_ODOO = "odoo"
# Begins the last part, whose text is the bank file's own.
OTHER_CHARGES = "; charges "
NUMBER = re.compile(r"(payouts|days) (-?\d+)")
CHARGE = re.compile(r"charge (-?[\d.]+) (\S+)")


def code(found):
    """Of a candidate (``bank_search.Candidate``)."""
    if found.converted:
        parts = ["converted"]
    elif found.others:
        parts = [f"payouts {len(found.others) + 1}"]
        if found.difference:
            parts.append("differs")
    else:
        parts = ["differs" if found.difference else "equal"]
    if found.named:
        parts.append("named")
    parts.append(f"days {found.days}")
    return with_charges(parts, found.line, found.charge, found.other_charges)


def with_charges(parts, line, charge, others):
    """The code of these parts and of a line's charges, see ``bank_charge.told``."""
    if charge:
        digits, currency = line.currency_id.decimal_places, line.currency_id.name
        parts = [*parts, f"charge {charge:.{digits}f} {currency}"]
    return "; ".join(parts) + (OTHER_CHARGES + others if others else "")


def evidence(env, found):
    """Of a candidate, in words."""
    return text(env, code(found))


def text(env, kept):
    """What is kept, in words; what is no code as it is."""
    parts, _sep, others = (kept or "").partition(OTHER_CHARGES)
    found = [_word(env, part) for part in parts.split("; ")]
    if not all(found):
        return kept or ""
    if others:
        found.append(env._("charges: %s", others))
    return ", ".join(found)


def _word(env, part):
    plain = {
        "equal": env._("same amount"),
        "differs": env._("other amount"),
        "converted": env._("other currency"),
        "named": env._("names the payout"),
        IN_ODOO: env._("reconciled in Odoo's own screens"),
    }
    if number := NUMBER.fullmatch(part):
        count = int(number[2])
        if number[1] == "days":
            return _distance(env, count)
        return env._("sum of %s", words.payouts(env, count))
    if charge := CHARGE.fullmatch(part):
        return _charge(env, float(charge[1]), charge[2])
    return plain.get(part, "")


def _charge(env, charge, code_of_currency):
    currencies = env["res.currency"].with_context(active_test=False)
    currency = currencies.search([("name", "=", code_of_currency)], limit=1)
    amount = f"{abs(charge)} {code_of_currency}"
    if currency:
        amount = currency.format(abs(charge))
    if charge > 0:
        return env._("the bank kept %s", amount)
    return env._("the bank gave %s back", amount)


def _distance(env, days):
    if not days:
        return env._("same day")
    count = words.days(env, abs(days))
    return env._("%s after", count) if days > 0 else env._("%s before", count)
