# SPDX-License-Identifier: LGPL-3.0-or-later
from . import (
    retail_channel_duplicates,
    retail_channel_mapping,
    retail_channel_overview,
    retail_channel_policy,
    retail_channel_settlement,
    retail_duplicate_obstacles,
    retail_duplicate_screen,
    retail_import_files,
    retail_import_run,
    retail_import_undo,
    retail_import_workflow,
    retail_settlement_event_desk,
    retail_settlement_event_trail,
    retail_settlement_trail,
    retail_settlement_workflow,
)
