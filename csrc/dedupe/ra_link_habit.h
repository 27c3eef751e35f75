/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Scores of pairs, with regard to those who do the same thing again.
 *
 * Where a profile has groups and a time, two records may agree in all groups (who, what) because
 * somebody really did it twice. That competes with the chance that one event was noted twice:
 *
 *   records of the same deed at a distance of t days, expected for one record
 *     noted twice   prior x records x P(t | same), concentrated on short distances
 *     done again    by anybody: `rate`, seen just beyond the limit, where nothing is noted twice
 *                   by who makes a habit of it: the number of his records between half the limit
 *                   and the limit, spaced as such records are in this table (`spacing`)
 *
 * The spacing is learnt from the distances of all records with a habit, less what second notes are
 * expected to add: who has his coffee every morning does not have the next one an hour later. How
 * the two are written (ra_link_manner.h) tells them apart as well. */
#ifndef RA_DEDUPE_LINK_HABIT_H
#define RA_DEDUPE_LINK_HABIT_H

#include "dedupe/ra_link_block.h"
#include "dedupe/ra_link_manner.h"
#include "dedupe/ra_link_model.h"

#define RA_LINK_STEPS_MAX 256

typedef struct ra_link_habits {
    const uint8_t *of_row; /* records of the same deed beside each row, at most 255 */
    double rate;           /* repeats of a record without a habit, per day of distance, one side */
    double unit;           /* days a step is long; 1 where times are whole days */
    uint32_t steps;        /* up to the limit */
    bool whole_days;       /* each step is one distance, from 0 on */
    double counts[RA_LINK_STEPS_MAX];  /* records at that distance of rows with a habit */
    double rows, beside;               /* with a habit, and of_row summed over them */
    double spacing[RA_LINK_STEPS_MAX]; /* repeats at that distance for each record beside */
    double again[RA_LINK_MANNERS];     /* repeats beyond half the limit, by how they are written */
    float manner[RA_LINK_MANNERS];     /* bits for a second note; 0 until they are learnt */
} ra_link_habits;

typedef struct ra_link_scorer {
    const ra_link_comparer *comparer;
    const ra_link_model *model;
    const ra_link_habits *habits; /* NULL: none */
} ra_link_scorer;

/* The pair (a, b) with its pattern and weight. */
ra_link_pair ra_link_score(const ra_link_scorer *scorer, uint32_t a, uint32_t b);

/* What the weight of a pair becomes when its records may be two deeds. `own`: with the habits of
 * its rows, not only with the rate of everybody. */
float ra_link_habit_weight(const ra_link_scorer *scorer, const ra_link_pair *pair, float weight,
                           bool own);

/* Is one of the two somebody's habit, apart from what they are to each other? */
bool ra_link_is_habit(const ra_link_habits *habits, const ra_link_comparer *comparer, uint32_t a,
                      uint32_t b, uint64_t pattern);

/* Can the table tell habits, i.e. has it a time and columns of groups? */
bool ra_link_has_habits(const ra_link_comparer *comparer);

/* Count for each row; *out lives in `arena`. Its spacing is even until it is learnt. */
ra_status ra_link_habits_count(const ra_link_blocks *blocks, const ra_link_crew *crew,
                               const ra_allocator *allocator, ra_arena *arena,
                               ra_link_habits **out) RA_MUST_CHECK;

/* The spacing and the manner, when the model of second notes is known. */
void ra_link_habits_learn(ra_link_habits *habits, const ra_link_comparer *comparer,
                          const ra_link_model *model);

#endif
