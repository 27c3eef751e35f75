/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Record linkage of one table from start to end: the entry point of the room.
 *
 *   table ─> compare ─> block ─> sample ─> model ─> score ─> assign (two sets)
 *                                                        └─> cluster (one set) */
#ifndef RA_DEDUPE_LINK_H
#define RA_DEDUPE_LINK_H

#include "dedupe/ra_link_assign.h"
#include "dedupe/ra_link_scan.h"

typedef struct ra_link_options {
    ra_link_crew crew;
    uint64_t seed;
    float threshold;  /* bits from which pairs are taken; NAN: the model's own */
    uint32_t focus;   /* only pairs with one of the last rows of the first set; 0: all */
    bool scores_only; /* every candidate from the threshold up, undecided */
    size_t limit;     /* bytes of each of the run's arenas; 0: none */
    const ra_allocator *allocator; /* must be thread-safe with several threads; NULL: malloc */
} ra_link_options;

typedef struct ra_link_result {
    ra_link_pair *pairs; /* by (a, b); rows of the table */
    uint64_t count;
    ra_link_clusters clusters; /* of one set; empty when linking two */
    ra_link_model model;
    ra_link_comparer comparer;
    ra_link_habits *habits; /* see ra_link_scorer */
    uint64_t compared;      /* candidate pairs */
    ra_arena arena;         /* holds the above */
} ra_link_result;

/* One line of an explanation: what a column adds to the weight of a pair. */
typedef struct ra_link_reason {
    const char *field;
    const char *level;
    float weight;
} ra_link_reason;

/* Find the pairs. `table` is borrowed until ra_link_result_free, which is to be called whatever the
 * outcome. A table with fewer than two rows (or an empty set) has no pairs and is no error.
 * RA_MISSING_FIELD: no rule of the profile fits the columns. */
ra_status ra_link_run(const ra_link_table *table, const ra_link_options *options,
                      ra_link_result *out) RA_MUST_CHECK;
void ra_link_result_free(ra_link_result *result);

#define RA_LINK_REASONS (RA_LINK_FIELDS + 2)

/* Weights per column of the pair (a, b), adding up with model.base to its weight; returns how many
 * reasons were written: the columns of the table, then "shared" where different records may have
 * as much in common together, and "habit" where there is one. */
uint32_t ra_link_explain(const ra_link_result *result, uint32_t a, uint32_t b,
                         ra_link_reason reasons[RA_LINK_REASONS]);

#endif
