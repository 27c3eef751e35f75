/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which of some amounts add up to a target: the only solution, or none that can be trusted. */
#ifndef RA_MATCH_SUBSET_H
#define RA_MATCH_SUBSET_H

#include "base/ra_arena.h"

/* Of two amounts that are not negative; of 0 and another one it is the other one. */
static inline int64_t ra_common_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#define RA_SUBSET_MAX 20 /* amounts; the sums of each half fit into a few kilobytes */

typedef struct ra_subset {
    uint32_t solutions; /* 0, 1 or 2: two or more */
    uint32_t members;   /* bit i: amount i belongs to the first solution found */
    double chance;      /* expected number of subsets that hit the target by accident */
} ra_subset;

/* Count the non-empty subsets of `amounts` (positive) that sum up to `target` (positive), all of
 * them: equal amounts are different members, and a single amount is a subset too. RA_TOO_LARGE:
 * more than RA_SUBSET_MAX amounts. RA_OVERFLOW: the sum of all does not fit. */
ra_status ra_match_subset(const int64_t *amounts, uint32_t count, int64_t target,
                          ra_subset *out) RA_MUST_CHECK;

#endif
