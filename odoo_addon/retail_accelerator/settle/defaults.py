# SPDX-License-Identifier: LGPL-3.0-or-later
"""Journal and accounts a channel settles with, when nobody chose any.

The accounts are shared by the channels of a company; each channel has a journal.
"""

# Field of the channel: (code to start from, type, may be reconciled)
ACCOUNTS = {
    "settlement_transit_account_id": ("101750", "asset_current", True),
    "settlement_suspense_account_id": ("101760", "asset_current", True),
    "settlement_reserve_account_id": ("101770", "asset_current", True),
    "settlement_fee_account_id": ("620100", "expense", False),
    "settlement_fee_tax_account_id": ("131100", "asset_current", False),
    "settlement_writeoff_account_id": ("620200", "expense", False),
}


def missing(channel):
    """{field: id} for what is not set on the channel; makes what is not there."""
    env = channel.sudo().with_company(channel.company_id).env
    if not env["account.account"].search_count(
        env["account.account"]._check_company_domain(channel.company_id), limit=1
    ):
        return {}
    others = env["retail.channel"].with_context(active_test=False)
    vals = {}
    for field in ACCOUNTS:
        if not channel[field]:
            shared = others.search(
                [("company_id", "=", channel.company_id.id), (field, "!=", False)],
                limit=1,
            )
            vals[field] = (shared[field] or _account(env, channel, field)).id
    if not channel.settlement_journal_id:
        vals["settlement_journal_id"] = _journal(env, channel).id
    return vals


def _names(env):
    return {
        "settlement_transit_account_id": env._("Payouts in Transit"),
        "settlement_suspense_account_id": env._("Payment Providers: Suspense"),
        "settlement_reserve_account_id": env._("Payment Providers: Reserves"),
        "settlement_fee_account_id": env._("Payment Provider Fees"),
        "settlement_fee_tax_account_id": env._("Tax on Payment Provider Fees"),
        "settlement_writeoff_account_id": env._("Settlement Differences"),
    }


def _account(env, channel, field):
    code, kind, reconcile = ACCOUNTS[field]
    model = env["account.account"]
    return model.create(
        {
            "name": _names(env)[field],
            "code": model._search_new_account_code(code),
            "account_type": kind,
            "reconcile": reconcile,
            "company_ids": [(6, 0, channel.company_id.ids)],
        }
    )


def _journal(env, channel):
    journals = env["account.journal"].with_context(active_test=False)
    taken = set(
        journals.search([("company_id", "=", channel.company_id.id)]).mapped("code")
    )
    number = 1
    while f"PAY{number}" in taken:
        number += 1
    return journals.create(
        {
            "name": env._("Settlements of %s", channel.name),
            "code": f"PAY{number}",
            "type": "general",
            "company_id": channel.company_id.id,
        }
    )
