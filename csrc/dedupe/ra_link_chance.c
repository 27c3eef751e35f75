/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Counting of pairs by the difference of their sorted numbers. */
#include "dedupe/ra_link_chance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct ra_numbers {
    double *items;         /* ascending */
    size_t count, present; /* of the rows with a value, some are no number */
} ra_numbers;

typedef struct ra_chance {
    ra_numbers a, b; /* the same twice within one set */
    bool linking, is_signed;
} ra_chance;

bool ra_link_chance_counts(const ra_link_comparer *comparer, uint32_t column) {
    const double *steps;
    const ra_link_table *table = comparer->table;
    return comparer->group[column] == 0 &&
           ra_link_steps(table->profile.fields[table->columns[column]].kind, &steps) > 0;
}

static int by_number(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static ra_status sort_numbers(const ra_link_table *table, uint32_t column, uint32_t begin,
                              uint32_t end, ra_arena *scratch, ra_numbers *out) {
    bool is_amount = table->profile.fields[table->columns[column]].kind == RA_LINK_AMOUNT;
    *out = (ra_numbers){ra_arena_array(scratch, end - begin, sizeof(double)), 0, 0};
    if (out->items == NULL) return RA_NO_MEMORY;
    for (uint32_t row = begin; row < end; row++) {
        const ra_link_term *term = ra_link_table_term(table, row, column);
        if (term == NULL) continue;
        out->present++;
        if (isnan(term->number) || (is_amount && term->number <= 0)) continue;
        out->items[out->count++] = is_amount ? log(term->number) : term->number;
    }
    if (out->count > 0) qsort(out->items, out->count, sizeof *out->items, by_number);
    return RA_OK;
}

/* Pairs with b - a up to `most`, or below it. */
static double pairs_up_to(const ra_chance *chance, double most, bool inclusive) {
    const ra_numbers *a = &chance->a, *b = &chance->b;
    double pairs = 0;
    size_t j = 0;
    for (size_t i = 0; i < a->count; i++) {
        while (j < b->count &&
               (inclusive ? b->items[j] - a->items[i] <= most : b->items[j] - a->items[i] < most))
            j++;
        pairs += (double)j;
    }
    return pairs;
}

/* Pairs whose difference, signed or not, is up to `most`. */
static double pairs_within(const ra_chance *chance, double most) {
    double pairs = pairs_up_to(chance, most, true);
    if (chance->is_signed) return pairs - pairs_up_to(chance, -RA_LINK_LAG_BEFORE, false);
    pairs = most < 0 ? 0 : pairs - pairs_up_to(chance, -most, false);
    return chance->linking ? pairs : fmax(pairs - (double)chance->a.count, 0) / 2;
}

ra_status ra_link_chance_levels(const ra_link_comparer *comparer, uint32_t column,
                                ra_arena *scratch, double counts[RA_LINK_LEVELS]) {
    const ra_link_table *table = comparer->table;
    const ra_link_field *field = &table->profile.fields[table->columns[column]];
    ra_chance chance = {.linking = table->linking};
    chance.is_signed = table->linking && field->kind == RA_LINK_LAG;
    uint32_t split = table->linking ? table->split : table->rows;
    memset(counts, 0, RA_LINK_LEVELS * sizeof *counts);
    ra_status status = sort_numbers(table, column, 0, split, scratch, &chance.a);
    chance.b = chance.a;
    if (status == RA_OK && table->linking)
        status = sort_numbers(table, column, split, table->rows, scratch, &chance.b);
    if (status != RA_OK) return status;
    double left = (double)chance.a.present, right = (double)chance.b.present;
    double all = table->linking ? left * right : left * (left - 1) / 2, inner = 0;
    const double *steps;
    uint32_t count = ra_link_steps(field->kind, &steps);
    bool descends = steps[0] > steps[1];
    if (descends) counts[count + 2] = inner = pairs_within(&chance, 0);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t step = descends ? count - 1 - i : i;
        double most = field->kind == RA_LINK_TIME ? fmin(steps[step], field->limit) : steps[step];
        double nearest = pairs_within(&chance, most);
        counts[step + 2] = fmax(nearest - inner, 0);
        inner = fmax(nearest, inner);
    }
    counts[1] = fmax(all - inner, 0);
    return RA_OK;
}
