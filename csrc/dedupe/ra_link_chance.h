/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How many of all pairs of a table reach each level of a column of numbers.
 *
 * The levels of times, lags and amounts are ranges of a difference. Sorted, all pairs within a
 * range are counted in one walk, so that rare levels (ten minutes apart) do not hang on what a
 * sample of pairs happens to hold. */
#ifndef RA_DEDUPE_LINK_CHANCE_H
#define RA_DEDUPE_LINK_CHANCE_H

#include "dedupe/ra_link_compare.h"

/* Is it a column of numbers that speaks for itself? In a group its level depends on others. */
bool ra_link_chance_counts(const ra_link_comparer *comparer, uint32_t column);

/* counts[level] of the pairs that have a value on both sides; `scratch` may be reset afterwards. */
ra_status ra_link_chance_levels(const ra_link_comparer *comparer, uint32_t column,
                                ra_arena *scratch, double counts[RA_LINK_LEVELS]) RA_MUST_CHECK;

#endif
