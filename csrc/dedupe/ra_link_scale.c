/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The ratio between the amounts of two sets. */
#include "dedupe/ra_link_scale.h"

#include <math.h>
#include <stdlib.h>

#define RA_RATIOS_MAX 65536
#define RA_RATIOS_LEAST 20 /* pairs of one ratio */
#define RA_RATIO_WIDTH .01 /* rates of a few weeks; |log| */
#define RA_RATIO_SHARE .25 /* of the pairs: by chance the ratio of two amounts is anything */
#define RA_RATIO_AGAINST 3 /* times as many pairs as have nearly equal amounts */
#define RA_RATIO_ONE .03   /* |log|: up to here amounts are compared as they are */
#define RA_RATIO_ROUND 1e-3

typedef struct ra_ratios {
    double *logs; /* or amounts */
    uint32_t count;
    uint32_t *rows[2]; /* per term: the only row of either set, counted from 1; 0: none */
    bool *twice;       /* per term: one of the sets has it more than once */
} ra_ratios;

static bool is_telling(ra_link_kind kind) {
    return kind != RA_LINK_AMOUNT && kind != RA_LINK_DATE && kind != RA_LINK_LAG &&
           kind != RA_LINK_TIME;
}

static void find_single_rows(const ra_link_table *table, uint32_t column, ra_ratios *ratios) {
    uint32_t terms = table->dictionaries[table->dictionary[column]].count;
    for (uint32_t t = 0; t < terms; t++) {
        ratios->rows[0][t] = ratios->rows[1][t] = 0;
        ratios->twice[t] = false;
    }
    for (uint32_t row = 0; row < table->rows; row++) {
        uint32_t term = table->cells[(size_t)row * table->column_count + column];
        uint32_t *known = &ratios->rows[row >= table->split][term];
        if (*known) ratios->twice[term] = true;
        *known = row + 1;
    }
}

static void add_ratios(const ra_link_table *table, uint32_t column, uint32_t amounts,
                       ra_ratios *ratios) {
    uint32_t terms = table->dictionaries[table->dictionary[column]].count;
    find_single_rows(table, column, ratios);
    for (uint32_t t = 1; t < terms && ratios->count < RA_RATIOS_MAX; t++) {
        if (!ratios->rows[0][t] || !ratios->rows[1][t] || ratios->twice[t]) continue;
        const ra_link_term *a = ra_link_table_term(table, ratios->rows[0][t] - 1, amounts);
        const ra_link_term *b = ra_link_table_term(table, ratios->rows[1][t] - 1, amounts);
        if (a == NULL || b == NULL || !(a->number > 0 && b->number > 0)) continue;
        ratios->logs[ratios->count++] = log(b->number / a->number);
    }
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The ratio that most pairs have; 1 when it is none of its own. */
static double common_ratio(const ra_ratios *ratios) {
    uint32_t best = 0, middle = 0, equal = 0;
    for (uint32_t i = 0, end = 0; i < ratios->count; i++) {
        equal += fabs(ratios->logs[i]) <= RA_RATIO_ONE;
        while (end < ratios->count && ratios->logs[end] - ratios->logs[i] <= RA_RATIO_WIDTH)
            end++;
        if (end - i <= best) continue;
        best = end - i;
        middle = i + best / 2;
    }
    if (best < RA_RATIOS_LEAST || best < RA_RATIO_SHARE * ratios->count ||
        best < RA_RATIO_AGAINST * equal || fabs(ratios->logs[middle]) <= RA_RATIO_ONE)
        return 1;
    double ratio = exp(ratios->logs[middle]), power = pow(10, round(log10(ratio)));
    return fabs(ratio / power - 1) < RA_RATIO_ROUND ? power : ratio;
}

/* How many amounts of the second set, divided by `by`, the first has too. */
static uint32_t equal_amounts(const ra_link_table *table, uint32_t column, const ra_ratios *ratios,
                              double by) {
    uint32_t equal = 0;
    for (uint32_t row = table->split; row < table->rows; row++) {
        const ra_link_term *term = ra_link_table_term(table, row, column);
        if (term == NULL || !(term->number >= 1)) continue;
        double wanted = round(term->number / by);
        const double *found =
            bsearch(&wanted, ratios->logs, ratios->count, sizeof *ratios->logs, by_size);
        equal += found != NULL;
    }
    return equal;
}

/* Cents beside whole units, which no other field need tell: the same numbers but for the point. */
static double power_ratio(const ra_link_table *table, uint32_t column, ra_ratios *ratios) {
    static const double powers[] = {100, 1e-2, 1000, 1e-3};
    ratios->count = 0;
    for (uint32_t row = 0; row < table->split && ratios->count < RA_RATIOS_MAX; row++) {
        const ra_link_term *term = ra_link_table_term(table, row, column);
        if (term != NULL && term->number >= 1) ratios->logs[ratios->count++] = term->number;
    }
    if (ratios->count == 0) return 1;
    qsort(ratios->logs, ratios->count, sizeof *ratios->logs, by_size);
    uint32_t plain = equal_amounts(table, column, ratios, 1), rows = table->rows - table->split;
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        uint32_t equal = equal_amounts(table, column, ratios, powers[i]);
        if (equal >= RA_RATIOS_LEAST && equal >= RA_RATIO_SHARE * rows &&
            equal >= RA_RATIO_AGAINST * plain)
            return powers[i];
    }
    return 1;
}

ra_status ra_link_scale_amounts(ra_link_table *table, size_t limit) {
    uint32_t terms = 0;
    for (uint32_t c = 0; c < table->column_count; c++) {
        uint32_t count = table->dictionaries[table->dictionary[c]].count;
        terms = count > terms ? count : terms;
    }
    ra_arena scratch;
    ra_arena_init(&scratch, limit, table->arena.allocator);
    ra_ratios ratios = {.logs = ra_arena_array(&scratch, RA_RATIOS_MAX, sizeof(double)),
                        .rows = {ra_arena_array(&scratch, terms, sizeof(uint32_t)),
                                 ra_arena_array(&scratch, terms, sizeof(uint32_t))},
                        .twice = ra_arena_array(&scratch, terms, sizeof(bool))};
    ra_status status = RA_OK;
    if (!ratios.logs || !ratios.rows[0] || !ratios.rows[1] || !ratios.twice) status = RA_NO_MEMORY;
    for (uint32_t c = 0; c < table->column_count && status == RA_OK; c++) {
        if (table->profile.fields[table->columns[c]].kind != RA_LINK_AMOUNT) continue;
        ratios.count = 0;
        for (uint32_t o = 0; o < table->column_count; o++)
            if (is_telling(table->profile.fields[table->columns[o]].kind))
                add_ratios(table, o, c, &ratios);
        if (ratios.count > 0) qsort(ratios.logs, ratios.count, sizeof *ratios.logs, by_size);
        table->scale = common_ratio(&ratios);
        if (table->scale == 1) table->scale = power_ratio(table, c, &ratios);
        if (table->scale != 1) status = ra_link_table_divide(table, c, table->scale);
    }
    ra_arena_free(&scratch);
    return status;
}
