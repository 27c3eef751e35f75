/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The weight of a pair, column by column, given up as soon as it cannot reach the floor.
 *
 * For profiles whose columns are weighed one by one (no groups, no time). Equal and missing values
 * cost one look at the digests of the two rows, which also prove most of the others to differ; what
 * the rest, still open, could add at most decides whether its texts are read at all. In a large
 * table each row, term and text is a cache miss, so each step is taken for a number of pairs at
 * once, and what it asks for has come when the next one needs it:
 *
 *   fetch_row ── rows ──▶ open ── terms ──▶ fetch_texts ── texts ──▶ close */
#ifndef RA_DEDUPE_LINK_BOUND_H
#define RA_DEDUPE_LINK_BOUND_H

#include "dedupe/ra_link_compare.h"
#include "dedupe/ra_link_digest.h"
#include "dedupe/ra_link_model.h"
#include "dedupe/ra_link_parallel.h"

typedef struct ra_link_bound {
    const ra_link_comparer *comparer;
    const ra_link_model *model;
    float floor;                     /* bits a pair is to reach */
    float ceiling[RA_LINK_FIELDS];   /* the most a column can add when its values are not equal */
    uint8_t order[RA_LINK_FIELDS];   /* columns that settle most for least work first */
    ra_link_digest *digests;         /* rows x columns, in the order of the next */
    uint8_t columns[RA_LINK_FIELDS]; /* those that settle most first */
    uint8_t place[RA_LINK_FIELDS];   /* of a column in these */
} ra_link_bound;

/* A pair some of whose columns are not compared yet. */
typedef struct ra_link_open_pair {
    ra_link_pair pair;
    float most; /* what it can still reach */
    float worth[RA_LINK_FIELDS];
    uint32_t unknown; /* columns that are still to be compared, one bit each */
} ra_link_open_pair;

/* The bound keeps both pointers; its digests go into `arena`. */
ra_status ra_link_bound_init(ra_link_bound *bound, const ra_link_comparer *comparer,
                             const ra_link_model *model, float floor, const ra_link_crew *crew,
                             ra_arena *arena) RA_MUST_CHECK;

void ra_link_bound_fetch_row(const ra_link_bound *bound, uint32_t row);

/* Settle what is equal, missing or proved to differ in rows a and b. False when the pair cannot
 * reach the floor. */
bool ra_link_bound_open(const ra_link_bound *bound, uint32_t a, uint32_t b,
                        ra_link_open_pair *open);

/* Have the texts come that are read first. */
void ra_link_bound_fetch_texts(const ra_link_bound *bound, const ra_link_open_pair *open);

/* Compare the open columns as far as needed. True: the pair reaches the floor, and its pattern and
 * weight are complete. A pair without anything to compare is no evidence, whatever the prior. */
bool ra_link_bound_close(const ra_link_bound *bound, ra_link_open_pair *open);

#endif
