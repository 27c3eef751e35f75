# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows that only a person can explain: adjustments, and words no profile knows. What
was decided about a word holds for all rows that carry it, set-wise."""

from odoo.tools import SQL

from .undone import FOR_PEOPLE

OPEN = ("new", "waiting", "exception")
QUESTIONS = ("adjustment", "unknown")


def apply(channel, settlements):
    """Explain what the channel's rules explain; other adjustments wait for a rule.

    Rows that a rule gave another kind are open again, as if the report had said so.
    """
    env = channel.env
    env["retail.settlement.event"].flush_model()
    rules = env["retail.settlement.rule"].sudo()
    for rule in rules.search([("channel_id", "=", channel.id)]):
        env.cr.execute(_explain(rule, settlements))
    env.cr.execute(
        SQL(
            """UPDATE retail_settlement_event e
                  SET state = 'exception', reason = 'no_rule'
                WHERE settlement_id = ANY(%s) AND kind = 'adjustment'
                  AND account_id IS NULL AND state = ANY(%s) AND NOT %s""",
            settlements.ids,
            list(OPEN),
            FOR_PEOPLE,
        )
    )
    env["retail.settlement.event"].invalidate_model()
    settlements.invalidate_recordset(["exception_count", "matched_count"])


def _explain(rule, settlements):
    """SQL: what the rule says of the rows that no rule before it explained."""
    return SQL(
        """UPDATE retail_settlement_event e
              SET rule_id = %(rule)s, account_id = %(account)s,
                  kind = COALESCE(%(kind)s, e.kind), state = %(state)s, reason = NULL
             FROM retail_settlement s
            WHERE s.id = e.settlement_id AND s.id = ANY(%(settlements)s)
              AND e.kind = ANY(%(questions)s) AND e.state = ANY(%(open)s)
              AND NOT %(for_people)s
              AND e.provider_type ILIKE %(pattern)s
              AND (%(provider)s::text IS NULL
                   OR lower(s.provider) = lower(%(provider)s))""",
        rule=rule.id,
        account=rule.account_id.id or None,
        kind=rule.kind or None,
        state="plain" if rule.account_id else "new",
        settlements=settlements.ids,
        questions=list(QUESTIONS),
        open=list(OPEN),
        for_people=FOR_PEOPLE,
        pattern=rule._pattern(),
        provider=rule.provider or None,
    )
