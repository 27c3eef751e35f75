# SPDX-License-Identifier: LGPL-3.0-or-later
"""One sale under another number, and the sales of a small shop."""

import json
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


def again(document, later=HOUR / 6, **changes):
    """The same sale under another number, its lines the other way round."""
    twin = json.loads(json.dumps(document))
    twin["id"] += 500_000_000
    twin["number"] = str(twin["id"])
    twin["line_items"] = twin["line_items"][::-1]
    for line in twin["line_items"]:
        line["id"] += 500_000_000
    for name in ("date_created_gmt", "date_modified_gmt", "date_paid_gmt"):
        if twin.get(name):
            moved = datetime.fromisoformat(twin[name]) + later
            twin[name] = moved.isoformat()
    return {**twin, **changes}


def spread(documents):
    """A few orders a day, as a small shop has them."""
    begin = datetime(2025, 3, 1)
    for index, document in enumerate(documents):
        document["date_created_gmt"] = (begin + index * 5 * HOUR).isoformat()
    return documents
