/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Neighbours in time that are the same in all but the time. */
#include "dedupe/ra_link_habit.h"

#include <math.h>
#include <string.h>

#define RA_TASK_ROWS 512
#define RA_HABIT_MOST 255

typedef struct ra_habit_run {
    const ra_link_blocks *blocks;
    uint8_t *habits;
    ra_link_gatherer gatherers[RA_LINK_THREADS_MAX];
} ra_habit_run;

bool ra_link_has_habits(const ra_link_comparer *comparer) {
    if (comparer->time == RA_LINK_NO_FIELD) return false;
    for (uint32_t c = 0; c < comparer->table->column_count; c++)
        if (comparer->group[c]) return true;
    return false;
}

static double limit_of(const ra_link_comparer *comparer) {
    const ra_link_table *table = comparer->table;
    return table->profile.fields[table->columns[comparer->time]].limit;
}

/* Further apart than half the limit, yet not too far: one event is rarely noted that late, but who
 * does the same every few days has done it then as well. */
static bool is_beside(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    const ra_link_term *left = ra_link_table_term(comparer->table, a, comparer->time);
    const ra_link_term *right = ra_link_table_term(comparer->table, b, comparer->time);
    if (left == NULL || right == NULL) return false;
    double days = fabs(left->number - right->number), limit = limit_of(comparer);
    return days > limit / 2 && days <= limit;
}

/* Does an equal value speak for each group of the table? */
static bool is_same_deed(const ra_link_comparer *comparer, uint64_t pattern) {
    bool there[RA_LINK_GROUPS + 1] = {false}, equal[RA_LINK_GROUPS + 1] = {false};
    for (uint32_t c = 0; c < comparer->table->column_count; c++) {
        uint32_t level = ra_link_level(pattern, c);
        there[comparer->group[c]] = true;
        equal[comparer->group[c]] |= ra_link_level_is_equal(comparer, c, level);
    }
    for (uint32_t group = 1; group <= RA_LINK_GROUPS; group++)
        if (there[group] && !equal[group]) return false;
    return true;
}

static ra_status count_rows(void *context, uint32_t number, uint32_t worker) {
    ra_habit_run *run = context;
    const ra_link_comparer *comparer = run->blocks->comparer;
    ra_link_gatherer *gatherer = &run->gatherers[worker];
    uint32_t rows = comparer->table->rows, row = number * RA_TASK_ROWS;
    uint32_t end = rows - row < RA_TASK_ROWS ? rows : row + RA_TASK_ROWS;
    for (; row < end; row++) {
        ra_link_gather(run->blocks, gatherer, row, row, row);
        uint32_t count = 0;
        for (uint32_t i = 0; i < gatherer->count && count < RA_HABIT_MOST; i++) {
            uint32_t other = gatherer->rows[i];
            count += is_beside(comparer, row, other) &&
                     is_same_deed(comparer, ra_link_compare(comparer, row, other).pattern);
        }
        run->habits[row] = (uint8_t)count;
    }
    return RA_OK;
}

ra_status ra_link_habits_count(const ra_link_blocks *blocks, const ra_link_crew *crew,
                               const ra_allocator *allocator, ra_arena *arena, uint8_t **out) {
    uint32_t rows = blocks->comparer->table->rows;
    uint32_t tasks = rows / RA_TASK_ROWS + (rows % RA_TASK_ROWS != 0);
    ra_arena scratch;
    ra_arena_init(&scratch, 0, allocator);
    ra_habit_run *run = ra_arena_alloc(&scratch, sizeof *run);
    *out = ra_arena_array(arena, rows, sizeof **out);
    ra_status status = run != NULL && *out != NULL ? RA_OK : RA_NO_MEMORY;
    if (status == RA_OK) {
        run->blocks = blocks;
        run->habits = *out;
    }
    for (uint32_t i = 0; i < ra_link_crew_size(crew) && status == RA_OK; i++)
        status = ra_link_gatherer_init(&run->gatherers[i], blocks, &scratch);
    if (status == RA_OK) status = ra_link_parallel(crew, tasks, count_rows, run);
    ra_arena_free(&scratch);
    return status;
}

/* Odds of "noted twice" against "done again at that distance": the expected number of second notes
 * of a record at that distance, by that of further deeds, and what speaks besides who, what and
 * when. */
static double against_habit(const ra_link_scorer *scorer, uint64_t pattern, uint32_t neighbours) {
    const ra_link_comparer *comparer = scorer->comparer;
    const ra_link_table *table = comparer->table;
    uint32_t level = ra_link_level(pattern, comparer->time);
    double others = table->linking ? fmin(table->split, table->rows - table->split) : table->rows;
    double from, to = ra_link_time_span(level, &from), limit = limit_of(comparer);
    double a_day = neighbours / (2 * limit); /* two rows, each with half the limit on either side */
    double bits = log2(scorer->model->prior * others * scorer->model->m[comparer->time][level]) -
                  log2(a_day * 2 * (fmin(to, limit) - from));
    for (uint32_t c = 0; c < table->column_count; c++)
        if (comparer->group[c] == 0 && c != comparer->time)
            bits += (double)scorer->model->weight[c][ra_link_level(pattern, c)];
    return bits;
}

float ra_link_habit_weight(const ra_link_scorer *scorer, uint64_t pattern, float weight,
                           uint32_t neighbours) {
    bool timed = scorer->comparer->time != RA_LINK_NO_FIELD &&
                 ra_link_level(pattern, scorer->comparer->time) > RA_LINK_TOO_FAR;
    if (neighbours == 0 || !timed) return weight;
    double bits = against_habit(scorer, pattern, neighbours);
    return (float)-log2(exp2(-(double)weight) + exp2(-bits));
}

ra_link_pair ra_link_score(const ra_link_scorer *scorer, uint32_t a, uint32_t b) {
    ra_link_evidence evidence = ra_link_compare(scorer->comparer, a, b);
    float weight = ra_link_model_weight(scorer->model, evidence.pattern, evidence.bits);
    if (scorer->habits != NULL)
        weight = ra_link_habit_weight(scorer, evidence.pattern, weight,
                                      (uint32_t)scorer->habits[a] + scorer->habits[b]);
    return (ra_link_pair){a, b, evidence.pattern, weight};
}
