/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Columns that no statement of the profile reads. */
#ifndef RA_READ_SETTLE_EXTRA_H
#define RA_READ_SETTLE_EXTRA_H

#include "read/ra_settle_layout.h"

/* {"Column": "cell", ...} of the cells that are not empty, in the events' arena; {NULL, 0} when
 * there are none. False when memory is exhausted. */
bool ra_settle_extra(const ra_settle_layout *layout, ra_events *events, const ra_str *cells,
                     size_t count, ra_str *out) RA_MUST_CHECK;

#endif
