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
    uint16_t *turn;  /* by cell: 1 for the first cell of its name, 2 for the second, ... */
    uint16_t *again; /* cells whose name a statement reads and an earlier cell has, too */
    size_t again_count;
} ra_settle_layout;

/* A profile that some header nearly fits. */
typedef struct ra_settle_near {
    const ra_settle_profile *profile; /* NULL: none */
    ra_str missing;                   /* a needed column that the header does not have */
    size_t found;                     /* needed columns that it has */
} ra_settle_near;

/* Remember the profile when the header has more of its needed columns than of any other's before:
 * two at least, and more than half of them. */
void ra_settle_nearer(const ra_settle_profile *profile, const ra_str *header, size_t count,
                      ra_settle_near *near);

/* How well a header fits: the number of its cells that the profile names; 0 when a needed column
 * is missing. */
size_t ra_settle_score(const ra_settle_profile *profile, const ra_str *header, size_t count);

/* The first cell of that name; RA_NO_COLUMN. */
uint16_t ra_settle_column(ra_str name, const ra_str *header, size_t count);

/* Resolve the profile's columns in the header; memory from the arena. RA_NO_MEMORY. */
ra_status ra_settle_layout_make(const ra_settle_profile *profile, const ra_str *header,
                                size_t count, ra_arena *arena, ra_settle_layout *out) RA_MUST_CHECK;

#endif
