# SPDX-License-Identifier: LGPL-3.0-or-later
from . import (
    retail_channel_mapping,
    retail_channel_overview,
    retail_channel_policy,
)
