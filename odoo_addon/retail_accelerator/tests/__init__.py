# SPDX-License-Identifier: LGPL-3.0-or-later
from . import (
    test_audit,
    test_channel,
    test_channel_setup,
    test_duplicate_decisions,
    test_duplicate_profile,
    test_duplicate_sweep,
    test_import_model,
    test_ledger,
    test_quirks,
    test_refund,
    test_security,
    test_settlement_desk,
    test_settlement_intake,
    test_settlement_matching,
    test_settlement_posting,
    test_setup_command,
)
