# SPDX-License-Identifier: LGPL-3.0-or-later
from . import (
    mixins,
    retail_channel,
    retail_channel_partner,
    retail_channel_payment,
    retail_channel_product,
    retail_channel_service,
    retail_channel_status,
    retail_channel_tax,
    retail_import,
    retail_import_chunk,
    retail_ledger,
    retail_ledger_actions,
    retail_refund,
    retail_refund_record,
    sale_order,
)
