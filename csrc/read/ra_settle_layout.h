/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where a profile's columns are in one file. */
#ifndef RA_READ_SETTLE_LAYOUT_H
#define RA_READ_SETTLE_LAYOUT_H

#include "read/ra_settle_profile.h"

#define RA_NO_COLUMN UINT16_MAX

/* Cells of one set of alternatives that the file has. */
typedef struct ra_settle_cells {
    uint16_t cells[RA_SETTLE_NAMES];
    size_t count;
} ra_settle_cells;

typedef struct ra_settle_layout {
    const ra_settle_profile *profile;
    ra_settle_cells terms[RA_SETTLE_TERMS];
    /* The terms of a field: by_field[first[field]] to by_field[first[field + 1] - 1]. */
    size_t first[RA_SETTLE_FIELDS + 1];
    size_t by_field[RA_SETTLE_TERMS];
    ra_settle_cells debits[RA_SETTLE_FEW];
    uint16_t part_amounts[RA_SETTLE_FEW], part_types[RA_SETTLE_FEW];
    bool *named; /* by cell: some statement reads it */
    size_t named_count;
} ra_settle_layout;

/* How well a header fits: the number of its cells that the profile names; 0 when a needed column
 * is missing. */
size_t ra_settle_score(const ra_settle_profile *profile, const ra_str *header, size_t count);

/* Resolve the profile's columns in the header; memory from the arena. RA_NO_MEMORY. */
ra_status ra_settle_layout_make(const ra_settle_profile *profile, const ra_str *header,
                                size_t count, ra_arena *arena, ra_settle_layout *out) RA_MUST_CHECK;

#endif
