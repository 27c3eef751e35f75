/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Scores of pairs, with regard to those who do the same thing again and again.
 *
 * Where a profile has groups and a time, two records may agree in all groups (who, what) because
 * somebody really did it twice. How often he does is seen next to the pair: records that are equal
 * in all groups, but further apart than half the limit and not more than the limit. With none of
 * them a pair stands as it is; with some, the chance of a further such record at that distance in
 * time competes with the chance that one event was noted twice. */
#ifndef RA_DEDUPE_LINK_HABIT_H
#define RA_DEDUPE_LINK_HABIT_H

#include "dedupe/ra_link_block.h"
#include "dedupe/ra_link_model.h"

typedef struct ra_link_scorer {
    const ra_link_comparer *comparer;
    const ra_link_model *model;
    const uint8_t *habits; /* per row: such records, at most 255; NULL: none */
} ra_link_scorer;

/* The pair (a, b) with its pattern and weight. */
ra_link_pair ra_link_score(const ra_link_scorer *scorer, uint32_t a, uint32_t b);

/* What the weight of a pattern becomes when its rows have that many neighbours in all. */
float ra_link_habit_weight(const ra_link_scorer *scorer, uint64_t pattern, float weight,
                           uint32_t neighbours);

/* Can the table tell habits, i.e. has it a time and columns of groups? */
bool ra_link_has_habits(const ra_link_comparer *comparer);

/* Count for each row; *out has one byte a row. */
ra_status ra_link_habits_count(const ra_link_blocks *blocks, const ra_link_crew *crew,
                               const ra_allocator *allocator, ra_arena *arena,
                               uint8_t **out) RA_MUST_CHECK;

#endif
