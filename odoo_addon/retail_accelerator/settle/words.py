# SPDX-License-Identifier: LGPL-3.0-or-later
"""Counts and amounts in sentences for people: Odoo's translations know no plural."""

from odoo.tools import formatLang


def rows(env, count):
    return env._("1 row") if count == 1 else env._("%s rows", number(env, count))


def payouts(env, count):
    return env._("1 payout") if count == 1 else env._("%s payouts", number(env, count))


def entries(env, count):
    return env._("1 entry") if count == 1 else env._("%s entries", number(env, count))


def days(env, count):
    return env._("1 day") if count == 1 else env._("%s days", number(env, count))


def bank_lines(env, count):
    if count == 1:
        return env._("1 bank line")
    return env._("%s bank lines", number(env, count))


def number(env, count):
    """A whole number with the separators of the user's language."""
    return formatLang(env, count, digits=0)


def amount(env, minor, digits, code):
    """An amount, counted in 10**-digits of its currency, with the currency's code."""
    return f"{formatLang(env, minor / 10**digits, digits=digits)} {code}"
