# SPDX-License-Identifier: LGPL-3.0-or-later
"""A world of settlement_world as the file of each provider, with the truth beside.

``write(name, world)`` gives a Report: the bytes, the world's row that each record of
the file comes from, and what the format can say. A format loses what its provider does
not tell (the person, the fee, the payout's own row); Report tells what it kept.
"""

from functools import partial

import settlement_processors as processors
import settlement_shops as shops
from settlement_rows import rows_of

FORMATS = {
    "stripe_itemized": processors.stripe_itemized,
    "stripe_api": processors.stripe_api,
    "paypal_stl": processors.paypal_stl,
    **{
        f"paypal_activity_{language}": partial(
            processors.paypal_activity, language=language
        )
        for language in processors.ACTIVITY
    },
    "adyen": processors.adyen,
    "braintree": processors.braintree,
    "mollie": processors.mollie,
    "klarna": processors.klarna,
    "klarna_api": processors.klarna_api,
    "shopify": shops.shopify,
    "woopayments": shops.woopayments,
    "square": shops.square,
    "ebay": shops.ebay,
    "amazon_pay": shops.amazon_pay,
    "amazon_v2": shops.amazon_v2,
    "amazon_v1": shops.amazon_v1,
}
# How a provider writes the ids that Odoo knows of a payment.
IDS = {"mollie": processors.mollie_id}


def write(name, world, payouts=None):
    """The world's Report as provider ``name`` of FORMATS writes it; of these payouts
    only, when they are given."""
    rows = rows_of(world)
    return FORMATS[name](
        [row for row in rows if payouts is None or row.payout in payouts]
    )
