# SPDX-License-Identifier: LGPL-3.0-or-later
"""What speaks for a bank line, in words."""


def evidence(env, found):
    """Of a candidate: amount, name and day, without the bank's own text."""
    if found.converted:
        words = [env._("other currency")]
    elif found.others:
        words = [env._("sum of %s payouts", len(found.others) + 1)]
        if found.difference:
            words.append(env._("other amount"))
    else:
        words = [env._("other amount") if found.difference else env._("same amount")]
    if found.named:
        words.append(env._("names the payout"))
    words.append(_distance(env, found.days))
    words += charges(env, found.line, found.charge, found.other_charges)
    return ", ".join(words)


def charges(env, line, charge, others):
    """What the bank's file says of its charges: list of texts."""
    words, amount = [], line.currency_id.format(abs(charge))
    if charge:
        words.append(
            env._("the bank kept %s", amount)
            if charge > 0
            else env._("the bank gave %s back", amount)
        )
    if others:
        words.append(env._("charges: %s", others))
    return words


def _distance(env, days):
    if not days:
        return env._("same day")
    if abs(days) == 1:
        return env._("a day after") if days > 0 else env._("a day before")
    if days > 0:
        return env._("%s days after", days)
    return env._("%s days before", -days)
