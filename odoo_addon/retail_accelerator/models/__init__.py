# SPDX-License-Identifier: LGPL-3.0-or-later
from . import (
    retail_channel,
    retail_channel_mapping,
    retail_channel_overview,
    retail_channel_partner,
    retail_channel_payment,
    retail_channel_policy,
    retail_channel_product,
    retail_channel_service,
    retail_channel_status,
    retail_channel_tax,
)
