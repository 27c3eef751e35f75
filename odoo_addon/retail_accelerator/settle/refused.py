# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why a payout was not posted, by causes that are the same for many payouts."""

from odoo.exceptions import UserError

# In the order in which they are put right.
CAUSES = [
    ("setting_missing", "A setting of the channel is missing"),
    ("journal_archived", "The journal is archived"),
    ("journal_company", "The journal is of another company"),
    ("journal_secured", "The journal secures its entries"),
    ("account_archived", "An account is archived"),
    ("account_company", "An account is of another company"),
    ("account_currency", "An account takes another currency only"),
    ("currency_inactive", "The currency is not active"),
    ("date_locked", "The date is locked"),
    ("date_future", "The date lies in the future"),
    ("not_paid_out", "Not paid out yet"),
    ("sums_differ", "The sums do not agree"),
    ("other", "Odoo refused it"),
]
OTHER = "other"


class PostingRefused(UserError):
    """Refusals of one payout; ``code`` is the first of their causes."""

    def __init__(self, refusals):
        super().__init__("\n".join(refusals))
        order = [code for code, _label in CAUSES]
        self.code = min((refusal.code for refusal in refusals), key=order.index)


def noted(error):
    """Values that keep on a settlement why it was refused."""
    return {"failure": str(error), "failure_cause": getattr(error, "code", OTHER)}


def alike(settlement):
    """Domain of the payouts that were refused for the same cause. What Odoo refused by
    itself has the same cause when it says the same."""
    domain = [
        ("company_id", "=", settlement.company_id.id),
        ("failure_cause", "=", settlement.failure_cause),
        ("state", "in", ("proved", "matched")),
    ]
    if settlement.failure_cause == OTHER:
        domain.append(("failure", "=", settlement.failure))
    return domain
