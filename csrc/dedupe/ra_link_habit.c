/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Records of the same deed at other times, and what they say about a pair. */
#include "dedupe/ra_link_habit.h"

#include <math.h>
#include <string.h>

#define RA_TASK_ROWS 512
#define RA_HABIT_MOST 255
#define RA_HABIT_LEAST 2   /* records beside: one alone may be a late second note */
#define RA_WINDOWS 4       /* each a quarter of the limit, from half the limit on */
#define RA_WINDOWS_END 1.5 /* times the limit */
#define RA_RATE_COUNT .5   /* imaginary repeats, in so many days */
#define RA_RATE_DAYS 500.0
#define RA_SPACING_DOUBT 2.0 /* imaginary repeats a step, evenly spaced */
#define RA_WHOLE_DAYS .9     /* of the times */
#define RA_MANNER_SHORT .01F /* bits short of certain */

/* Of the pairs at those distances, how many share a cell of a `near` key: see ra_link_keys.c. */
static const double window_seen[RA_WINDOWS] = {1, 1, .875, .625};

typedef struct ra_habit_tally {
    uint64_t counts[RA_LINK_STEPS_MAX];
    uint64_t rows, beside;                         /* with a habit */
    uint64_t other_rows, other_counts[RA_WINDOWS]; /* without one, and their repeats */
    uint64_t again[RA_LINK_MANNERS];
} ra_habit_tally;

typedef struct ra_habit_run {
    const ra_link_blocks *blocks;
    const ra_link_habits *habits;
    uint8_t *of_row;
    ra_habit_tally tallies[RA_LINK_THREADS_MAX];
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

/* Days apart; NAN when a time is missing. */
static double days_apart(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    const ra_link_term *left = ra_link_table_term(comparer->table, a, comparer->time);
    const ra_link_term *right = ra_link_table_term(comparer->table, b, comparer->time);
    return left && right ? fabs(left->number - right->number) : (double)NAN;
}

/* Further apart than half the limit, yet not too far: one event is rarely noted that late, but who
 * does the same every few days has done it then as well. */
static bool is_beside(double days, double limit) {
    return days > limit / 2 && days <= limit;
}

static uint32_t step_of(const ra_link_habits *habits, double days) {
    uint32_t step = (uint32_t)(days / habits->unit);
    return step < habits->steps ? step : habits->steps - 1;
}

typedef struct ra_deed {
    bool there[RA_LINK_GROUPS + 1], equal[RA_LINK_GROUPS + 1]; /* per group */
} ra_deed;

static void add_column(ra_deed *deed, const ra_link_comparer *comparer, uint32_t column,
                       uint32_t level) {
    uint32_t group = comparer->group[column];
    deed->there[group] = true;
    deed->equal[group] |= ra_link_level_is_equal(comparer, column, level);
}

/* Does an equal value speak for each group of the table? */
static bool is_one_deed(const ra_deed *deed) {
    for (uint32_t group = 1; group <= RA_LINK_GROUPS; group++)
        if (deed->there[group] && !deed->equal[group]) return false;
    return true;
}

static bool is_same_deed(const ra_link_comparer *comparer, uint64_t pattern) {
    ra_deed deed = {0};
    for (uint32_t c = 0; c < comparer->table->column_count; c++)
        add_column(&deed, comparer, c, ra_link_level(pattern, c));
    return is_one_deed(&deed);
}

/* The same for two rows at any distance in time, also beyond the limit. */
static bool are_same_deed(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    ra_deed deed = {0};
    float bits;
    for (uint32_t c = 0; c < comparer->table->column_count; c++)
        if (comparer->group[c] && !deed.equal[comparer->group[c]])
            add_column(&deed, comparer, c, ra_link_compare_column(comparer, a, b, c, &bits));
    return is_one_deed(&deed);
}

static void count_row(ra_habit_run *run, const ra_link_gatherer *gatherer, uint32_t row,
                      ra_habit_tally *tally) {
    const ra_link_comparer *comparer = run->blocks->comparer;
    double limit = limit_of(comparer);
    uint32_t beside = 0, near = 0, counts[RA_WINDOWS] = {0};
    uint8_t steps[RA_HABIT_MOST];
    for (uint32_t i = 0; i < gatherer->count && near < RA_HABIT_MOST; i++) {
        double days = days_apart(comparer, row, gatherer->rows[i]);
        if (!(days <= limit * RA_WINDOWS_END)) continue;
        if (!are_same_deed(comparer, row, gatherer->rows[i])) continue;
        beside += is_beside(days, limit);
        if (days > limit / 2) {
            counts[(uint32_t)ceil(days / limit * 4) - 3]++;
            tally->again[ra_link_manner(comparer, row, gatherer->rows[i])]++;
        }
        if (days <= limit) steps[near++] = (uint8_t)step_of(run->habits, days);
    }
    run->of_row[row] = (uint8_t)beside;
    if (beside < RA_HABIT_LEAST) {
        tally->other_rows++;
        for (uint32_t w = 0; w < RA_WINDOWS; w++)
            tally->other_counts[w] += counts[w];
        return;
    }
    tally->rows++;
    tally->beside += beside;
    for (uint32_t i = 0; i < near; i++)
        tally->counts[steps[i]]++;
}

static ra_status count_rows(void *context, uint32_t number, uint32_t worker) {
    ra_habit_run *run = context;
    ra_link_gatherer *gatherer = &run->gatherers[worker];
    uint32_t rows = run->blocks->comparer->table->rows, row = number * RA_TASK_ROWS;
    uint32_t end = rows - row < RA_TASK_ROWS ? rows : row + RA_TASK_ROWS;
    for (; row < end; row++) {
        ra_link_gather(run->blocks, gatherer, row, row, row);
        count_row(run, gatherer, row, &run->tallies[worker]);
    }
    return RA_OK;
}

/* Where hardly a time has an hour, a step is a day; otherwise an hour, or longer for a long limit.
 */
static void set_steps(ra_link_habits *habits, const ra_link_comparer *comparer) {
    const ra_link_table *table = comparer->table;
    const ra_link_dictionary *dictionary = &table->dictionaries[table->dictionary[comparer->time]];
    double limit = limit_of(comparer), whole = 0;
    for (uint32_t t = 1; t < dictionary->count; t++)
        if (dictionary->terms[t].number == floor(dictionary->terms[t].number))
            whole += dictionary->terms[t].count;
    habits->whole_days = whole >= RA_WHOLE_DAYS * (double)dictionary->cells;
    habits->unit = habits->whole_days ? 1 : 1. / 24;
    while (limit / habits->unit + 1 > RA_LINK_STEPS_MAX)
        habits->unit *= 2;
    habits->whole_days &= habits->unit == 1;
    habits->steps = (uint32_t)(limit / habits->unit) + 1;
}

/* The part of a record's other deeds, evenly spread over time, that is at that distance, by the
 * part that is beside it. On either side, but on the same day there is one side only. */
static double even_spacing(const ra_link_habits *habits, const ra_link_comparer *comparer,
                           uint32_t step) {
    double even = habits->unit / (limit_of(comparer) / 2);
    return habits->whole_days && step == 0 ? even / 2 : even;
}

/* The rate of repeats at the distances where it is lowest: what somebody buys again he buys no
 * sooner than that, so it is no higher at shorter ones. */
static double least_rate(const double windows[RA_WINDOWS], double rows, double limit) {
    double least = INFINITY;
    for (uint32_t w = 0; w < RA_WINDOWS; w++) {
        double days = 2 * rows * limit / 4 * window_seen[w];
        least = fmin(least, (windows[w] + RA_RATE_COUNT) / (days + RA_RATE_DAYS));
    }
    return least;
}

static void sum_up(ra_link_habits *habits, const ra_habit_run *run, uint32_t threads) {
    const ra_link_comparer *comparer = run->blocks->comparer;
    double rows = 0, windows[RA_WINDOWS] = {0};
    for (uint32_t i = 0; i < threads; i++) {
        const ra_habit_tally *tally = &run->tallies[i];
        rows += (double)tally->other_rows;
        for (uint32_t w = 0; w < RA_WINDOWS; w++)
            windows[w] += (double)tally->other_counts[w];
        habits->rows += (double)tally->rows;
        habits->beside += (double)tally->beside;
        for (uint32_t s = 0; s < habits->steps; s++)
            habits->counts[s] += (double)tally->counts[s];
        for (uint32_t n = 0; n < RA_LINK_MANNERS; n++)
            habits->again[n] += (double)tally->again[n];
    }
    habits->rate = least_rate(windows, rows, limit_of(comparer));
    for (uint32_t s = 0; s < habits->steps; s++)
        habits->spacing[s] = even_spacing(habits, comparer, s);
}

ra_status ra_link_habits_count(const ra_link_blocks *blocks, const ra_link_crew *crew,
                               const ra_allocator *allocator, ra_arena *arena,
                               ra_link_habits **out) {
    uint32_t rows = blocks->comparer->table->rows, threads = ra_link_crew_size(crew);
    uint32_t tasks = rows / RA_TASK_ROWS + (rows % RA_TASK_ROWS != 0);
    ra_arena scratch;
    ra_arena_init(&scratch, 0, allocator);
    ra_habit_run *run = ra_arena_alloc(&scratch, sizeof *run);
    ra_link_habits *habits = ra_arena_alloc(arena, sizeof *habits);
    uint8_t *of_row = ra_arena_array(arena, rows, sizeof *of_row);
    ra_status status = run && habits && of_row ? RA_OK : RA_NO_MEMORY;
    if (status == RA_OK) {
        *run = (ra_habit_run){.blocks = blocks, .habits = habits, .of_row = of_row};
        set_steps(habits, blocks->comparer);
        habits->of_row = of_row;
    }
    for (uint32_t i = 0; i < threads && status == RA_OK; i++)
        status = ra_link_gatherer_init(&run->gatherers[i], blocks, &scratch);
    if (status == RA_OK) status = ra_link_parallel(crew, tasks, count_rows, run);
    if (status == RA_OK) sum_up(habits, run, threads);
    *out = status == RA_OK ? habits : NULL;
    ra_arena_free(&scratch);
    return status;
}

/* Steps that a level of the time covers; a part of one for minutes. */
static double steps_of(const ra_link_habits *habits, const ra_link_comparer *comparer,
                       uint32_t level) {
    double from, to = fmin(ra_link_time_span(level, &from), limit_of(comparer));
    if (!habits->whole_days) return (to - from) / habits->unit;
    return fmax(floor(to) - floor(from), 1);
}

/* Second notes of a record expected in all. */
static double second_notes(const ra_link_model *model, const ra_link_comparer *comparer) {
    const ra_link_table *table = comparer->table;
    double others = table->linking ? fmin(table->split, table->rows - table->split) : table->rows;
    return model->prior * others;
}

/* The part of a step's distances that a level covers, by all of the level. */
static double level_share(const ra_link_habits *habits, const ra_link_comparer *comparer,
                          uint32_t level, uint32_t step) {
    double from, to = fmin(ra_link_time_span(level, &from), limit_of(comparer));
    double begin = step * habits->unit, end = begin + habits->unit;
    if (!habits->whole_days)
        return fmax(fmin(to, end) - fmax(from, begin), 0) / fmax(to - from, 1e-9);
    bool is_first = step == 0 && from == 0;
    bool inside = is_first || (begin > from && begin <= to);
    return inside ? 1 / steps_of(habits, comparer, level) : 0;
}

void ra_link_habits_learn(ra_link_habits *habits, const ra_link_comparer *comparer,
                          const ra_link_model *model) {
    uint32_t time = comparer->time;
    double noted = habits->rows * second_notes(model, comparer), limit = limit_of(comparer);
    for (uint32_t s = 0; s < habits->steps; s++) {
        double notes = 0, from;
        for (uint32_t l = RA_LINK_TOO_FAR + 1; l <= comparer->levels[time]; l++) {
            (void)ra_link_time_span(l, &from);
            if (from >= limit) break;
            notes += noted * model->m[time][l] * level_share(habits, comparer, l, s);
        }
        double even = even_spacing(habits, comparer, s);
        double again = fmax(habits->counts[s] - notes, 0);
        habits->spacing[s] =
            even * (again + RA_SPACING_DOUBT) / (even * habits->beside + RA_SPACING_DOUBT);
    }
    ra_link_manner_weights(model->manners, habits->again, habits->manner);
}

/* The records beside the two, less each other. */
static uint32_t beside_of(const ra_link_habits *habits, const ra_link_comparer *comparer,
                          uint32_t a, uint32_t b, uint64_t pattern) {
    uint32_t count = (uint32_t)habits->of_row[a] + habits->of_row[b];
    bool is_one = is_beside(days_apart(comparer, a, b), limit_of(comparer)) &&
                  is_same_deed(comparer, pattern);
    return is_one && count > 1 ? count - 2 : count;
}

bool ra_link_is_habit(const ra_link_habits *habits, const ra_link_comparer *comparer, uint32_t a,
                      uint32_t b, uint64_t pattern) {
    return beside_of(habits, comparer, a, b, pattern) > 0;
}

/* Bits of "noted twice" against "done again": the expected numbers of both at that distance, and
 * what speaks besides who, what and when. */
static double against_repeat(const ra_link_scorer *scorer, const ra_link_pair *pair, bool own) {
    const ra_link_comparer *comparer = scorer->comparer;
    const ra_link_habits *habits = scorer->habits;
    uint32_t level = ra_link_level(pair->pattern, comparer->time);
    uint32_t step = step_of(habits, days_apart(comparer, pair->a, pair->b));
    double sides = habits->whole_days && step == 0 ? 1 : 2;
    double again = habits->rate * habits->unit * sides;
    if (own)
        again += beside_of(habits, comparer, pair->a, pair->b, pair->pattern) / 2.0 *
                 habits->spacing[step];
    double noted = second_notes(scorer->model, comparer) * scorer->model->m[comparer->time][level] /
                   steps_of(habits, comparer, level);
    double bits = log2(noted) - log2(again);
    for (uint32_t c = 0; c < comparer->table->column_count; c++)
        if (comparer->group[c] == 0 && c != comparer->time)
            bits += (double)scorer->model->weight[c][ra_link_level(pair->pattern, c)];
    return bits;
}

/* The weight of a pair that may be two records by chance, or two deeds. */
static float either(float weight, double bits) {
    return (float)-log2(exp2(-(double)weight) + exp2(-bits));
}

/* That two are written otherwise tells that one is a second note, not of which of somebody's deeds:
 * it makes a pair likely, never certain. That they are written alike tells nothing: the same shop
 * may have sent the order again. */
float ra_link_habit_weight(const ra_link_scorer *scorer, const ra_link_pair *pair, float weight,
                           bool own) {
    const ra_link_comparer *comparer = scorer->comparer;
    if (ra_link_level(pair->pattern, comparer->time) <= RA_LINK_TOO_FAR) return weight;
    if (!is_same_deed(comparer, pair->pattern) &&
        !(own && beside_of(scorer->habits, comparer, pair->a, pair->b, pair->pattern)))
        return weight;
    double bits = against_repeat(scorer, pair, own);
    float plain = either(weight, bits);
    bits += (double)scorer->habits->manner[ra_link_manner(comparer, pair->a, pair->b)];
    float most = scorer->model->automatic - RA_MANNER_SHORT;
    return fmaxf(plain, fminf(either(weight, bits), most));
}

ra_link_pair ra_link_score(const ra_link_scorer *scorer, uint32_t a, uint32_t b) {
    ra_link_evidence evidence = ra_link_compare(scorer->comparer, a, b);
    ra_link_pair pair = {a, b, evidence.pattern, 0};
    pair.weight = ra_link_model_weight(scorer->model, evidence.pattern, evidence.bits);
    if (scorer->habits != NULL)
        pair.weight = ra_link_habit_weight(scorer, &pair, pair.weight, true);
    return pair;
}
