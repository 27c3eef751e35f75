/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Estimation of u, m, the prior and the threshold. */
#include "dedupe/ra_link_model.h"

#include <math.h>
#include <string.h>

#include "dedupe/ra_link_chance.h"
#include "dedupe/ra_link_habit.h"
#include "dedupe/ra_link_share.h"

#define RA_SLICES 64 /* fixed, so that sums do not depend on the number of threads */
#define RA_RANDOM_FEW 32768
#define RA_RANDOM_MANY 131072
#define RA_MANY_ROWS 20000
#define RA_COUNTED_MOST 1048576.0 /* pairs that counted ones speak for at most */
#define RA_ITERATIONS_MAX 40
#define RA_SETTLED 1e-3
#define RA_HOPELESS (-25.0F)  /* weight below which a pair no longer moves the estimate */
#define RA_PRIOR_STRENGTH 3.0 /* pairs that the starting m counts for */
#define RA_ALONE_LEAST .02    /* blocking misses a few: no record is sure to have its counterpart */
/* A whole group disagrees (no name, e-mail or phone alike) in at most this share of true pairs: an
 * estimate above it has mistaken chance agreements of the other columns for sameness. */
#define RA_GROUP_DIFFERS .01
/* Imaginary different pairs that speak for u where there are hardly any real ones: nearly all
 * differ. */
#define RA_FEW_PAIRS 16.0
#define RA_UNSEEN 2.5
#define RA_CURVE_BINS 512
#define RA_SHARED_LEAST (-8.0F) /* bits: less does not show in the weight */
#define RA_SHARED_MOST 100.0F   /* keeps single precision finite */
#define RA_AUTOMATIC_WRONG                                                                         \
    .0005                       /* of the pairs that need nobody's eye; half of what is promised   \
                                 */
#define RA_AUTOMATIC_LEAST 6.63 /* bits: 99 of 100; no single one is less likely */
#define RA_AUTOMATIC_EACH 9.97  /* bits: 999 of 1,000 such pairs are right */
#define RA_AUTOMATIC_STEPS 8    /* a bit */
#define RA_AUTOMATIC_BINS 256
#define RA_F1_LEAST 0.2 /* a model expecting less is no reason to take even less likely pairs */

typedef struct ra_level_sums {
    double sum[RA_LINK_FIELDS][RA_LINK_LEVELS];
    double total;
} ra_level_sums;

typedef struct ra_estimate {
    const ra_link_training *training;
    ra_link_model *model;
    ra_level_sums *slices;
    uint64_t count;  /* pairs still in play */
    double *chances; /* per pair: odds, then the probability of being the same */
    float *bits;     /* of the columns of each pair */
    ra_link_neighbours neighbours;
    double *rivals; /* per row: sum of the odds of its pairs, when linking two sets */
    uint32_t random_pairs;
} ra_estimate;

static const double start_string[] = {0, .05, .03, .04, .08, .80, .01, .01};
static const double start_name[] = {0, .05, .03, .04, .08, .78, .02};
static const double start_memo[] = {0, .05, .02, .03, .05, .08, .12, .15, .30, .20, .01, .01};

static double start_m(ra_link_kind kind, uint32_t level, uint32_t levels) {
    switch (kind) {
    case RA_LINK_NAME:
        return start_name[level];
    case RA_LINK_MEMO:
        return start_memo[level];
    case RA_LINK_AMOUNT:
        return level == levels ? .3 : level == 1 ? .02 : .68 / (levels - 2);
    case RA_LINK_LAG:
    case RA_LINK_TIME:
        return level == 1 ? .02 : .98 / (levels - 1);
    default:
        return start_string[level];
    }
}

static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint32_t random_below(uint64_t *state, uint32_t bound) {
    return (uint32_t)(((next_random(state) >> 32) * bound) >> 32);
}

static ra_status count_random(void *context, uint32_t slice, uint32_t worker) {
    (void)worker;
    ra_estimate *estimate = context;
    const ra_link_table *table = estimate->training->comparer->table;
    ra_level_sums *sums = &estimate->slices[slice];
    memset(sums, 0, sizeof *sums);
    uint64_t state = estimate->training->seed + UINT64_C(0xD1B54A32D192ED03) * (slice + 1);
    uint32_t split = table->split, rows = table->rows;
    for (uint32_t i = 0; i < estimate->random_pairs / RA_SLICES; i++) {
        uint32_t a = random_below(&state, table->linking ? split : rows), b;
        do
            b = table->linking ? split + random_below(&state, rows - split)
                               : random_below(&state, rows);
        while (b == a);
        uint64_t pattern = ra_link_compare(estimate->training->comparer, a, b).pattern;
        for (uint32_t c = 0; c < table->column_count; c++)
            sums->sum[c][ra_link_level(pattern, c)]++;
    }
    return RA_OK;
}

static void add_slices(const ra_level_sums *slices, ra_level_sums *out) {
    memset(out, 0, sizeof *out);
    for (uint32_t s = 0; s < RA_SLICES; s++) {
        out->total += slices[s].total;
        for (uint32_t c = 0; c < RA_LINK_FIELDS; c++)
            for (uint32_t l = 0; l < RA_LINK_LEVELS; l++)
                out->sum[c][l] += slices[s].sum[c][l];
    }
}

/* How often two random cells of a column hold the same value. */
static double chance_equal(const ra_link_comparer *comparer, uint32_t column) {
    const ra_link_table *table = comparer->table;
    const ra_link_dictionary *dictionary = &table->dictionaries[table->dictionary[column]];
    double cells = (double)comparer->mean_cells[column] + RA_LINK_OTHERS, sum = 0;
    for (uint32_t t = 1; t < dictionary->count; t++)
        sum += (double)dictionary->terms[t].count * (dictionary->terms[t].count - 1.0);
    return sum / (cells * (cells - 1));
}

/* Sum over the levels of a column; of one in a group over the whole group, since which of its
 * columns agrees best says something as well. */
static double seen_in(const ra_link_comparer *comparer, const ra_level_sums *sums,
                      uint32_t column) {
    uint32_t group = comparer->group[column];
    double seen = 0;
    for (uint32_t c = 0; c < comparer->table->column_count; c++)
        for (uint32_t l = 1; l <= comparer->levels[c]; l++)
            seen += c == column || (group && comparer->group[c] == group) ? sums->sum[c][l] : 0;
    return seen;
}

/* Columns whose levels can be counted over all pairs need no sample. */
static ra_status count_numbers(const ra_estimate *estimate, ra_arena *arena, ra_level_sums *sums) {
    const ra_link_comparer *comparer = estimate->training->comparer;
    double all = ra_link_all_pairs(comparer->table);
    for (uint32_t c = 0; c < estimate->model->columns; c++) {
        if (!ra_link_chance_counts(comparer, c)) continue;
        ra_status status = ra_link_chance_levels(comparer, c, arena, sums->sum[c]);
        if (status != RA_OK) return status;
        for (uint32_t l = 0; l < RA_LINK_LEVELS; l++)
            sums->sum[c][l] *= fmin(RA_COUNTED_MOST, all) / all;
    }
    return RA_OK;
}

static void set_u(ra_link_model *model, const ra_link_comparer *comparer, const ra_level_sums *sums,
                  uint32_t random_pairs) {
    for (uint32_t c = 0; c < model->columns; c++) {
        uint32_t levels = comparer->levels[c];
        double seen = seen_in(comparer, sums, c);
        double share = ra_link_all_pairs(comparer->table) / (double)random_pairs;
        double counts = share < 1 && !ra_link_chance_counts(comparer, c) ? share : 1;
        double unseen = RA_UNSEEN / levels;
        for (uint32_t l = 1; l <= levels; l++) {
            double more = l == 1 ? RA_FEW_PAIRS : unseen;
            model->u[c][l] = (sums->sum[c][l] * counts + more) /
                             (seen * counts + RA_FEW_PAIRS + unseen * (levels - 1));
        }
        ra_link_kind kind = comparer->table->profile.fields[comparer->table->columns[c]].kind;
        if (kind == RA_LINK_MEMO || ra_link_chance_counts(comparer, c)) continue;
        uint32_t equal = kind == RA_LINK_AMOUNT ? levels : RA_LINK_EQUAL;
        double chance = chance_equal(comparer, c);
        model->u[c][equal] = chance > 1e-9 ? chance : 1e-9;
    }
}

/* What other numbers say is known: where many pay the same again under the next number, the data
 * would teach that they say nothing. Numbers that never occur twice are of the records themselves,
 * and say nothing indeed. */
static void set_weights(ra_link_model *model, const ra_link_comparer *comparer) {
    model->base = (float)log2(model->prior / (1 - model->prior));
    for (uint32_t c = 0; c < model->columns; c++) {
        model->weight[c][0] = 0;
        for (uint32_t l = 1; l <= comparer->levels[c]; l++) {
            double u = model->u[c][l];
            if (ra_link_level_has_bits(comparer, c, l)) u = ra_link_level_chance(comparer, c, l);
            model->weight[c][l] = (float)log2(model->m[c][l] / u);
        }
        /* Beside these, hardly any values just differ. */
        if (comparer->series[c]) model->weight[c][1] = fminf(model->weight[c][1], 0);
        for (uint32_t l = 1; l <= comparer->levels[c]; l++) {
            bool near;
            if (ra_link_is_far(comparer, c, l)) model->weight[c][l] = RA_LINK_VETO;
            if (ra_link_is_other_number(comparer, c, l, &near))
                model->weight[c][l] = !comparer->repeats[c] ? 0
                                      : near                ? RA_LINK_NEAR_NUMBER
                                                            : RA_LINK_OTHER_NUMBER;
        }
    }
}

float ra_link_model_follows(const ra_link_model *model, uint32_t share, uint32_t column,
                            float worth) {
    if (!(model->sometimes[share] >> column & 1)) return worth;
    return fmaxf(worth + model->follows[share][column], 0);
}

float ra_link_model_shared(const ra_link_model *model, const float *worth, uint32_t unknown) {
    float odds = 1;
    for (uint32_t s = 0; s < model->shares; s++) {
        float sum = model->share_odds[s], rarest = 0;
        if (model->shared[s] & unknown) continue;
        for (uint32_t c = 0; c < model->columns; c++) {
            if (!(model->shared[s] >> c & 1)) continue;
            sum += ra_link_model_follows(model, s, c, worth[c]);
            if (!(model->sometimes[s] >> c & 1)) rarest = fmaxf(rarest, worth[c]);
        }
        if (sum > rarest + RA_SHARED_LEAST) odds += exp2f(fminf(sum - rarest, RA_SHARED_MOST));
    }
    return odds > 1 ? log2f(odds) : 0;
}

/* Always in the order of the columns, so that a pair has the same weight to the last bit wherever
 * it is weighed. */
float ra_link_model_sum(const ra_link_model *model, const float *worth) {
    float weight = model->base;
    for (uint32_t c = 0; c < model->columns; c++)
        weight += worth[c];
    return weight - ra_link_model_shared(model, worth, 0);
}

float ra_link_model_weight(const ra_link_model *model, uint64_t pattern, const float *bits) {
    float worth[RA_LINK_FIELDS];
    for (uint32_t c = 0; c < model->columns; c++)
        worth[c] = model->weight[c][ra_link_level(pattern, c)] + bits[c];
    return ra_link_model_sum(model, worth);
}

double ra_link_probability(float weight) {
    return 1 / (1 + exp2(-(double)weight));
}

static void slice_range(const ra_estimate *estimate, uint32_t slice, uint64_t *begin,
                        uint64_t *end) {
    *begin = estimate->count * slice / RA_SLICES;
    *end = estimate->count * (slice + 1) / RA_SLICES;
}

static float *bits_of(const ra_estimate *estimate, uint64_t pair) {
    return estimate->bits + pair * estimate->model->columns;
}

static ra_status find_bits(void *context, uint32_t slice, uint32_t worker) {
    (void)worker;
    ra_estimate *estimate = context;
    uint64_t i, end;
    for (slice_range(estimate, slice, &i, &end); i < end; i++) {
        const ra_link_pair *pair = &estimate->training->pairs[i];
        for (uint32_t c = 0; c < estimate->model->columns; c++)
            bits_of(estimate, i)[c] = ra_link_column_bits(
                estimate->training->comparer, pair->a, pair->b, c, ra_link_level(pair->pattern, c));
    }
    return RA_OK;
}

static ra_status find_odds(void *context, uint32_t slice, uint32_t worker) {
    (void)worker;
    ra_estimate *estimate = context;
    ra_link_scorer scorer = {estimate->training->comparer, estimate->model,
                             estimate->training->habits};
    uint64_t i, end;
    for (slice_range(estimate, slice, &i, &end); i < end; i++) {
        const ra_link_pair *pair = &estimate->training->pairs[i];
        float weight = ra_link_model_weight(estimate->model, pair->pattern, bits_of(estimate, i));
        if (scorer.habits && weight >= RA_HOPELESS)
            weight = ra_link_habit_weight(&scorer, pair, weight, false);
        estimate->chances[i] = weight < RA_HOPELESS ? 0 : exp2((double)weight);
    }
    return RA_OK;
}

/* When linking, a record has at most one counterpart: its pairs compete. */
static void add_rivals(ra_estimate *estimate) {
    const ra_link_table *table = estimate->training->comparer->table;
    if (!table->linking) return;
    memset(estimate->rivals, 0, table->rows * sizeof *estimate->rivals);
    for (uint64_t i = 0; i < estimate->count; i++) {
        const ra_link_pair *pair = &estimate->training->pairs[i];
        estimate->rivals[pair->a] += estimate->chances[i];
        estimate->rivals[pair->b] += estimate->chances[i];
    }
}

static ra_status expect(void *context, uint32_t slice, uint32_t worker) {
    (void)worker;
    ra_estimate *estimate = context;
    ra_level_sums *sums = &estimate->slices[slice];
    bool linking = estimate->training->comparer->table->linking;
    memset(sums, 0, sizeof *sums);
    uint64_t i, end;
    for (slice_range(estimate, slice, &i, &end); i < end; i++) {
        const ra_link_pair *pair = &estimate->training->pairs[i];
        double odds = estimate->chances[i], rivals = odds;
        if (odds == 0) continue;
        if (linking) rivals = fmax(estimate->rivals[pair->a], estimate->rivals[pair->b]);
        double p = odds / (1 + rivals);
        estimate->chances[i] = p;
        sums->total += p;
        for (uint32_t c = 0; c < estimate->model->columns; c++)
            sums->sum[c][ra_link_level(pair->pattern, c)] += p;
    }
    return RA_OK;
}

/* Probability of each pair under the model as it is, summed by level. */
static ra_status expectation(ra_estimate *estimate, ra_level_sums *sums) {
    const ra_link_crew *crew = estimate->training->crew;
    ra_status status = ra_link_parallel(crew, RA_SLICES, find_odds, estimate);
    if (status != RA_OK) return status;
    add_rivals(estimate);
    status = ra_link_parallel(crew, RA_SLICES, expect, estimate);
    add_slices(estimate->slices, sums);
    return status;
}

/* The chance of a pair before its fields are looked at, `same` pairs being expected. When linking,
 * each record has one counterpart at most, so the alternative to a link is that both stay alone:
 * the fewer records are left without a counterpart, the less likely that is. */
static double prior_of(const ra_link_table *table, double same) {
    double rows = table->rows, split = table->split, prior = fmax(same, .5);
    if (!table->linking) return fmin(prior / ra_link_all_pairs(table), .5);
    double alone_a = fmax(1 - same / split, 0), alone_b = fmax(1 - same / (rows - split), 0);
    prior /= ra_link_all_pairs(table) * fmax(sqrt(alone_a * alone_b), RA_ALONE_LEAST);
    return fmin(prior, .5);
}

/* Which of several equal columns of a group is the rarest is a matter of chance, that one of them
 * is equal is not: they share one m. */
static void share_equal(ra_link_model *model, const ra_link_comparer *comparer) {
    double shared[RA_LINK_GROUPS + 1] = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t c = 0; c < model->columns; c++) {
            uint32_t group = comparer->group[c];
            for (uint32_t l = 1; l <= comparer->levels[c] && group; l++) {
                if (!ra_link_level_is_equal(comparer, c, l)) continue;
                if (pass == 0)
                    shared[group] += model->m[c][l];
                else
                    model->m[c][l] = fmin(shared[group], 1);
            }
        }
    }
}

/* New m and prior; returns the largest change. */
static double maximise(ra_estimate *estimate, const ra_level_sums *sums) {
    ra_link_model *model = estimate->model;
    const ra_link_comparer *comparer = estimate->training->comparer;
    double change = 0, differs = 1 - comparer->table->profile.agree / 100.0;
    for (uint32_t c = 0; c < model->columns; c++) {
        uint32_t levels = comparer->levels[c];
        ra_link_kind kind = comparer->table->profile.fields[comparer->table->columns[c]].kind;
        double seen = seen_in(comparer, sums, c);
        for (uint32_t l = 1; l <= levels; l++) {
            double start = RA_PRIOR_STRENGTH * start_m(kind, l, levels);
            double m = (sums->sum[c][l] + start) / (seen + RA_PRIOR_STRENGTH);
            if (l == 1) m = fmin(m, comparer->group[c] ? RA_GROUP_DIFFERS : differs);
            if (comparer->group[c] == 0) change = fmax(change, fabs(m - model->m[c][l]));
            model->m[c][l] = m;
        }
    }
    share_equal(model, comparer);
    double prior = prior_of(comparer->table, sums->total / estimate->training->share);
    change = fmax(change, fabs(prior / model->prior - 1));
    model->prior = prior;
    return change;
}

/* Pairs out of reach go to the end, so that later rounds are short. */
static void drop_hopeless(ra_estimate *estimate) {
    uint64_t kept = 0;
    for (uint64_t i = 0; i < estimate->count; i++) {
        ra_link_pair pair = estimate->training->pairs[i];
        const float *bits = bits_of(estimate, i);
        if (ra_link_model_weight(estimate->model, pair.pattern, bits) < RA_HOPELESS) continue;
        memmove(bits_of(estimate, kept), bits, estimate->model->columns * sizeof *bits);
        estimate->training->pairs[kept++] = pair;
    }
    estimate->count = kept;
}

static void start_model(ra_link_model *model, const ra_link_comparer *comparer) {
    const ra_link_table *table = comparer->table;
    double rows = table->rows, split = table->split;
    double same = table->linking ? .5 * fmin(split, rows - split) : .25 * rows;
    model->prior = prior_of(table, same);
    for (uint32_t c = 0; c < model->columns; c++) {
        ra_link_kind kind = table->profile.fields[table->columns[c]].kind;
        for (uint32_t l = 1; l <= comparer->levels[c]; l++)
            model->m[c][l] = start_m(kind, l, comparer->levels[c]);
        if (comparer->group[c]) model->m[c][1] = RA_GROUP_DIFFERS;
    }
    set_weights(model, comparer);
}

/* Where pairs are right for sure, or the lower weight from which all pairs together are. */
static float automatic_weight(const ra_estimate *estimate) {
    double counts[RA_AUTOMATIC_BINS] = {0}, wrong[RA_AUTOMATIC_BINS] = {0};
    for (uint64_t i = 0; i < estimate->count; i++) {
        double p = estimate->chances[i], bits = p < 1 ? log2(p / (1 - p)) : INFINITY;
        double at = (bits - RA_AUTOMATIC_LEAST) * RA_AUTOMATIC_STEPS;
        if (at < 0) continue;
        uint32_t bin = at < RA_AUTOMATIC_BINS ? (uint32_t)at : RA_AUTOMATIC_BINS - 1;
        counts[bin]++;
        wrong[bin] += 1 - p;
    }
    double taken = 0, mistaken = 0, best = RA_AUTOMATIC_EACH;
    for (uint32_t bin = RA_AUTOMATIC_BINS; bin-- > 0;) {
        taken += counts[bin];
        mistaken += wrong[bin];
        if (counts[bin] > 0 && mistaken <= taken * RA_AUTOMATIC_WRONG)
            best = fmin(best, RA_AUTOMATIC_LEAST + (double)bin / RA_AUTOMATIC_STEPS);
    }
    return (float)best;
}

/* The expected F1 of taking every pair of at least probability t is largest where t is half of that
 * F1 (a further pair then gains as much in true pairs as it costs in size), so one walk from the
 * heaviest pairs down finds both. */
static void find_threshold(ra_estimate *estimate) {
    double counts[RA_CURVE_BINS] = {0}, sums[RA_CURVE_BINS] = {0}, total = 0;
    ra_link_model *model = estimate->model;
    for (uint64_t i = 0; i < estimate->count; i++) {
        double p = estimate->chances[i];
        uint32_t at = (uint32_t)(p * (RA_CURVE_BINS - 1));
        counts[at]++;
        sums[at] += p;
        total += p;
    }
    double taken = 0, right = 0, best = 0;
    for (uint32_t at = RA_CURVE_BINS; at-- > 0;) {
        taken += counts[at];
        right += sums[at];
        double f1 = taken > 0 ? 2 * right / (taken + total) : 0;
        if (f1 <= best) continue;
        best = f1;
        model->expected_precision = right / taken;
        model->expected_recall = right / total;
    }
    double half = fmax(best, RA_F1_LEAST) / 2;
    uint32_t percent = estimate->training->comparer->table->profile.review;
    if (percent) half = percent / 100.0;
    model->threshold = (float)log2(half / (1 - half));
    model->automatic = fmaxf(model->threshold, automatic_weight(estimate));
}

/* Where habits compete, how second notes are written. */
static void count_manners(ra_estimate *estimate) {
    if (estimate->training->habits == NULL) return;
    for (uint64_t i = 0; i < estimate->count; i++) {
        const ra_link_pair *pair = &estimate->training->pairs[i];
        if (estimate->chances[i] == 0) continue;
        uint32_t manner = ra_link_manner(estimate->training->comparer, pair->a, pair->b);
        estimate->model->manners[manner] += estimate->chances[i];
    }
}

static ra_status prepare(ra_estimate *estimate, ra_arena *arena) {
    const ra_link_table *table = estimate->training->comparer->table;
    estimate->random_pairs = table->rows < RA_MANY_ROWS ? RA_RANDOM_FEW : RA_RANDOM_MANY;
    estimate->slices = ra_arena_array(arena, RA_SLICES, sizeof *estimate->slices);
    estimate->chances = ra_arena_array(arena, estimate->count, sizeof *estimate->chances);
    estimate->rivals = ra_arena_array(arena, table->rows, sizeof *estimate->rivals);
    estimate->bits = ra_arena_array(arena, estimate->count * table->column_count, sizeof(float));
    if (!estimate->slices || !estimate->chances || !estimate->rivals || !estimate->bits)
        return RA_NO_MEMORY;
    ra_status status = ra_link_parallel(estimate->training->crew, RA_SLICES, find_bits, estimate);
    if (status != RA_OK) return status;
    return ra_link_share_draw(estimate->model, estimate->training->comparer,
                              estimate->training->seed, arena, &estimate->neighbours);
}

ra_status ra_link_model_train(ra_link_model *model, const ra_link_training *training,
                              ra_arena *arena) {
    memset(model, 0, sizeof *model);
    model->columns = training->comparer->table->column_count;
    ra_estimate estimate = {.training = training, .model = model, .count = training->count};
    ra_level_sums sums;
    ra_status status = prepare(&estimate, arena);
    if (status == RA_OK)
        status = ra_link_parallel(training->crew, RA_SLICES, count_random, &estimate);
    if (status != RA_OK) return status;
    add_slices(estimate.slices, &sums);
    status = count_numbers(&estimate, arena, &sums);
    if (status != RA_OK) return status;
    set_u(model, training->comparer, &sums, estimate.random_pairs);
    start_model(model, training->comparer);
    for (double change = 1; model->iterations < RA_ITERATIONS_MAX && change > RA_SETTLED;) {
        status = expectation(&estimate, &sums);
        if (status != RA_OK) return status;
        change = maximise(&estimate, &sums);
        set_weights(model, training->comparer);
        ra_link_share_learn(model, &estimate.neighbours);
        if (++model->iterations == 2) drop_hopeless(&estimate);
    }
    status = expectation(&estimate, &sums);
    if (status != RA_OK) return status;
    find_threshold(&estimate);
    count_manners(&estimate);
    return RA_OK;
}
