# SPDX-License-Identifier: LGPL-3.0-or-later
from . import (
    retail_audit_check,
    retail_channel_setup,
    retail_import_undo,
    retail_ledger_apply,
    retail_ledger_edit,
    retail_settlement_bank,
    retail_settlement_bank_take,
    retail_settlement_preview,
    retail_settlement_resolve,
    retail_settlement_reverse,
    retail_settlement_upload,
)
