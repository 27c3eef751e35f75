# SPDX-License-Identifier: LGPL-3.0-or-later
"""Payouts whose sum and whose rows come in different files."""

from odoo.exceptions import UserError

# Lists of payouts that name a payout by its day only, and whose rows are elsewhere.
BY_DAY = {"shopify_payouts": "shopify_payments"}


def declared_alone(keys, kinds, nets):
    """{key: sum declared} of payouts of which the file has no rows but their own."""
    sums, others = {}, set()
    for key, kind, net in zip(keys, kinds, nets, strict=True):
        if kind == "payout":
            sums[key] = sums.get(key, 0) - net
        else:
            others.add(key)
    return {key: total for key, total in sums.items() if key[0] and key not in others}


def of_day(intake, key, day):
    """The only payout of that day (its midnight) and currency whose rows are there, or
    none. The rows tell the day: a payout's own row may be dated on another one."""
    settlements = intake.env["retail.settlement"]
    provider = BY_DAY.get(intake.provider)
    if not provider or not day:
        return settlements
    found = settlements.search(
        [
            ("channel_id", "=", intake.channel.id),
            ("provider", "=", provider),
            ("reference", "!=", False),
            ("event_ids.date_available", "=", day),
            ("currency_id", "=", intake.currencies[key[1]].id),
        ],
        limit=2,
    )
    return found if len(found) == 1 else settlements


def prove(env, name, settlements, declared):
    """Rows and sum agree whichever came first, or a UserError refuses the file.

    ``declared`` {settlement: sum} is what the file declares for rows it does not have.
    """
    for settlement, amount in declared.items():
        settlement.write({"has_declared": True, "amount_declared": amount})
    for settlement in settlements:
        if not settlement.has_declared or not _has_rows(settlement):
            continue
        currency = settlement.currency_id
        if currency.compare_amounts(settlement.amount_file, settlement.amount_declared):
            difference = settlement.amount_file - settlement.amount_declared
            raise UserError(
                env._(
                    "%(name)s is refused: the rows of payout %(payout)s add up to "
                    "%(total)s, the provider declares %(declared)s, a difference of "
                    "%(difference)s.",
                    name=name,
                    payout=settlement.reference,
                    total=currency.format(settlement.amount_file),
                    declared=currency.format(settlement.amount_declared),
                    difference=currency.format(difference),
                )
            )
        if settlement.state == "draft":
            settlement.state = "proved"


def _has_rows(settlement):
    return settlement.env["retail.settlement.event"].search_count(
        [("settlement_id", "=", settlement.id), ("kind", "!=", "payout")], limit=1
    )
