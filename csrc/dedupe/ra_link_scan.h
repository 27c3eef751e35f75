/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One pass over the candidates, in parallel, in an order that does not depend on the threads. */
#ifndef RA_DEDUPE_LINK_SCAN_H
#define RA_DEDUPE_LINK_SCAN_H

#include "dedupe/ra_link_habit.h"

typedef struct ra_link_scan {
    const ra_link_blocks *blocks;
    const ra_link_model *model;   /* NULL: keep every pair compared, weight = rarity bits */
    const ra_link_habits *habits; /* see ra_link_scorer; without a model: leave habits out */
    float floor;                  /* with a model: keep pairs of at least this weight */
    uint32_t from;                /* pairs of two rows of the first set before this are left out */
    uint32_t stride;              /* gather for one row in so many, chosen by the seed; 1: all */
    uint64_t seed;
    const ra_link_crew *crew;
    size_t limit;
    const ra_allocator *allocator;
} ra_link_scan;

typedef struct ra_link_found {
    ra_link_pair *pairs; /* a before b; by row from `from` on, then in the order of the rules */
    uint64_t count, compared;
} ra_link_found;

/* The pairs go into `arena`. */
ra_status ra_link_scan_run(const ra_link_scan *scan, ra_arena *arena,
                           ra_link_found *out) RA_MUST_CHECK;

#endif
