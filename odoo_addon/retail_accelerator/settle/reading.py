# SPDX-License-Identifier: LGPL-3.0-or-later
"""From the bytes of a report to events, or a sentence that says what is wrong."""

from dataclasses import dataclass
from datetime import UTC, datetime

from odoo.exceptions import UserError

from ..engine import native
from . import advice, files, payouts, words

AMOUNTS = ("gross", "fee", "fee_tax", "net")


@dataclass
class Report:
    """``events`` as the engine gives them; their amounts have ``digits[currency]``
    digits behind the point."""

    events: object
    digits: dict


def read(channel, content, name):
    """The Report of a provider's file; UserError for one that cannot be read or whose
    rows do not add up to its payouts."""
    env = channel.env
    digits = digits_of(env)
    try:
        events = native.require().settlement_read(
            files.rows(content),
            profiles=env["retail.settlement.profile"]._texts(channel.company_id),
            timezone=channel.settlement_timezone,
            decimals=digits,
            currency=account_currency(channel).name,
        )
    except files.FileError as error:
        raise UserError(explain(env, name, error)) from error
    except native.require().Error as error:
        table = files.kind_of(content) in ("table", "xlsx")
        raise UserError(explain(env, name, error, below_header=table)) from error
    report = Report(events, digits)
    _check_report(env, name, report, files.kind_of(content) in ("table", "xlsx"))
    alone = _declared_alone(events)
    for payout in events.payouts:
        if (payout["reference"], payout["currency"]) not in alone:
            _prove(env, name, payout, report)
    return report


def _declared_alone(events):
    """Payouts whose rows are in another file; see settle.payouts."""
    names = ("payout", "currency", "kind", "net")
    payout, currency, kinds, nets = (events.column(name) for name in names)
    keys = list(zip(payout, currency, strict=True))
    return payouts.declared_alone(keys, kinds, nets)


def account_currency(channel):
    """Of reports that name none."""
    journal = channel.sudo().settlement_bank_journal_id
    return journal.currency_id or channel.company_id.currency_id


def digits_of(env):
    """{currency: digits} of all active currencies, so that neither the file's amounts
    nor Odoo's lose any."""
    standard = native.require().settlement_digits
    return {
        currency.name: max(currency.decimal_places, standard(currency.name))
        for currency in env["res.currency"].search([])
        if len(currency.name) == 3 and currency.name.isascii()
    }


def explain(env, name, error, below_header=False):
    """The error with its file, row and column, and what to do about it.

    below_header: rows are counted from the header on, which people do not.
    """
    remedy = ""
    if isinstance(error, files.FileError):
        row, column, message = error.row, error.column, error.message
        remedy = error.remedy
    else:
        reason, message, row, _offset, column = error.args[:5]
        remedy = advice.remedy(env, reason)
    if column:
        message = env._("%(message)s (%(column)s)", message=message, column=column)
    if remedy:
        message = env._("%(message)s. %(remedy)s", message=message, remedy=remedy)
    return _placed(env, name, row, message, below_header)


def _placed(env, name, row, message, below_header):
    if not row:
        return env._("%(name)s: %(message)s", name=name, message=message)
    place = env._("row %s", row)
    if below_header:
        place = env._("row %s below the header", row)
    return env._(
        "%(name)s, %(place)s: %(message)s", name=name, place=place, message=message
    )


def _prove(env, name, payout, report):
    """A payout's rows add up to what the provider declares, or the file is refused."""
    if payout["declared"] is None or not payout["difference"]:
        return
    currency = currency_of(env, payout["currency"])
    digits = report.digits.get(currency.name, currency.decimal_places)
    raise UserError(
        env._(
            "%(name)s is refused: the rows of payout %(payout)s add up to %(total)s, "
            "the provider declares %(declared)s, a difference of %(difference)s.",
            name=name,
            payout=payout["reference"],
            **{
                key: words.amount(env, payout[key], digits, currency.name)
                for key in ("total", "declared", "difference")
            },
        )
    )


def currency_of(env, code):
    """The currency of that code; UserError when it is not active."""
    currency = env["res.currency"].search([("name", "=", code)])
    if not currency:
        raise UserError(
            env._(
                "The currency %s of the report is not active. Activate it under "
                "Accounting, Currencies, then read the file again.",
                code,
            )
        )
    return currency


def _check_report(env, name, report, below_header):
    """check_rounding of all amounts of a report."""
    events, labels = report.events, env["retail.settlement.event"].fields_get()
    columns = [(field, "currency", field) for field in AMOUNTS]
    columns.append(("paid", "paid_currency", "paid_amount"))
    for currency in env["res.currency"].search([("name", "in", list(report.digits))]):
        code, digits = currency.name, report.digits[currency.name]
        if round(currency.rounding * 10**digits) <= 1:
            continue
        for column, of, field in columns:
            amounts = (
                (row, amount)
                for row, its, amount in zip(
                    *(events.column(part) for part in ("row", of, column)), strict=True
                )
                if its == code
            )
            label = labels[field]["string"]
            check_rounding(env, name, currency, digits, amounts, label, below_header)


def check_rounding(env, name, currency, digits, amounts, column="", below_header=False):
    """Odoo can keep all the amounts, or a UserError says which one not and what to do.

    ``amounts`` are (row, integer in 10**-digits of the currency).
    """
    step = max(1, round(currency.rounding * 10**digits))
    for row, amount in amounts:
        if amount % step == 0:
            continue
        told = words.amount(env, amount, digits, currency.name)
        message = env._(
            "Odoo rounds %(currency)s to %(rounding)s and cannot keep %(amount)s. Set "
            "the currency's rounding factor to %(wanted)s under Accounting, "
            "Currencies, then read the file again.",
            currency=currency.name,
            rounding=currency.rounding,
            amount=f"{told} ({column})" if column else told,
            wanted=f"{10**-digits:.{digits}f}",
        )
        raise UserError(_placed(env, name, row, message, below_header))


def moment(value):
    """UTC without time zone, as Odoo keeps it; events count microseconds since 1970."""
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.fromtimestamp(value / 1e6, UTC).replace(tzinfo=None)
