/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From scored pairs to decisions: one-to-one links of two sets, clusters within one set. */
#ifndef RA_DEDUPE_LINK_ASSIGN_H
#define RA_DEDUPE_LINK_ASSIGN_H

#include "dedupe/ra_link_habit.h"

#define RA_ASSIGN_EPSILON 0.02F  /* bits by which the sum of a link may miss the best */
#define RA_CLUSTER_PAIRS_MAX 64  /* cross pairs looked at before two clusters are joined */
#define RA_CLUSTER_LISTED_MAX 64 /* clusters up to this size list all their pairs */

/* Keep of `pairs` (ordered by a) a one-to-one subset of maximal sum of (weight - floor), within
 * RA_ASSIGN_EPSILON per link, by auction. The bids are bounded by a multiple of the pairs; what is
 * still contested then is settled by weight. *count is updated; the order stays. */
ra_status ra_link_assign(ra_link_pair *pairs, uint64_t *count, const ra_link_table *table,
                         float floor, ra_arena *scratch) RA_MUST_CHECK;

typedef struct ra_link_clusters {
    uint32_t *of_row; /* cluster number from 1, by first row; 0: alone */
    uint32_t count;   /* clusters of two rows and more */
    uint32_t *next;   /* ring of the rows of a cluster, itself when alone */
} ra_link_clusters;

/* Join rows from the heaviest pair down. Two clusters only join when the mean weight of their
 * cross pairs (each cut to +-15 bits) speaks for it, so a chain of chance does not swallow a set;
 * one vetoed pair forbids it. `pairs` is reordered by falling weight. */
ra_status ra_link_cluster(ra_link_pair *pairs, uint64_t count, const ra_link_scorer *scorer,
                          ra_arena *arena, ra_link_clusters *out) RA_MUST_CHECK;

/* The pairs of the clusters by (a, b): all of a cluster of at most RA_CLUSTER_LISTED_MAX rows, of
 * a larger one those of `pairs`. Where habits compete, those of `pairs` too that are not automatic
 * and whose rows are of no one cluster. */
ra_status ra_link_cluster_pairs(const ra_link_clusters *clusters, const ra_link_pair *pairs,
                                uint64_t count, const ra_link_scorer *scorer, ra_arena *arena,
                                ra_link_pair **out, uint64_t *out_count) RA_MUST_CHECK;

#endif
