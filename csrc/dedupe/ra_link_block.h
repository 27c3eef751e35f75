/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Candidate pairs: records that agree on all parts of at least one rule.
 *
 * Each rule sorts its keys once; a block is a run of equal keys:
 *
 *   row:    [ 7 ][ 9 ][ 40 ] [ 3 ][ 12 ] ...      one entry per row and key
 *   extent: [ 3 ][ 0 ][ 0  ] [ 5 ][ 3  ] ...      a block's first entry holds its end, the others
 *                                                 where it begins
 *
 * A block above the cap is not compared all with all: its rows are sorted by the profile's sort
 * fields and each meets its nearest neighbours (at most RA_LINK_WINDOW) on either side. So the work
 * per row is bounded by rules x cap, whatever the data. Rows whose key has a missing part are in no
 * block of that rule. */
#ifndef RA_DEDUPE_LINK_BLOCK_H
#define RA_DEDUPE_LINK_BLOCK_H

#include "dedupe/ra_link_compare.h"
#include "dedupe/ra_link_parallel.h"

#define RA_LINK_WINDOW 10
#define RA_LINK_KEYS 8 /* keys a row can have in one rule */

typedef struct ra_link_entry {
    uint32_t row, extent;
} ra_link_entry;

typedef struct ra_link_index {
    const ra_link_rule *rule;
    uint32_t width; /* keys per row */
    ra_link_entry *entries;
    uint32_t count;
    uint32_t *slot; /* rows x width: entry of the key, or UINT32_MAX */
} ra_link_index;

typedef struct ra_link_blocks {
    const ra_link_comparer *comparer;
    ra_link_index indexes[RA_LINK_RULES];
    ra_arena arenas[RA_LINK_RULES];
    uint32_t count, cap, window;
    bool all; /* few rows: every pair is a candidate */
} ra_link_blocks;

/* What one worker needs to gather candidates. */
typedef struct ra_link_gatherer {
    uint64_t *seen; /* a bit per row: it is among the candidates */
    uint32_t *rows; /* the candidates */
    uint32_t count, room;
} ra_link_gatherer;

/* Sort all rules whose columns exist. RA_MISSING_FIELD when there is none. `blocks` is to be freed
 * whatever the outcome. */
ra_status ra_link_blocks_build(ra_link_blocks *blocks, const ra_link_comparer *comparer,
                               const ra_link_crew *crew, uint64_t seed, size_t limit,
                               const ra_allocator *allocator) RA_MUST_CHECK;
void ra_link_blocks_free(ra_link_blocks *blocks);

ra_status ra_link_gatherer_init(ra_link_gatherer *gatherer, const ra_link_blocks *blocks,
                                ra_arena *arena) RA_MUST_CHECK;

/* The rows that share a block with `row`, each once, without rows skip_begin to skip_end. */
void ra_link_gather(const ra_link_blocks *blocks, ra_link_gatherer *gatherer, uint32_t row,
                    uint32_t skip_begin, uint32_t skip_end);

/* Rows 0..result-1 are to be gathered: all, or the first set. */
uint32_t ra_link_gather_rows(const ra_link_table *table);

/* How many entries the blocks of all rows to be gathered for hold: an upper bound of what they are
 * compared with. */
uint64_t ra_link_block_work(const ra_link_blocks *blocks);

#endif
