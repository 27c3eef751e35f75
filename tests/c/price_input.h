/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading the statements of the price drivers from stdin; a statement that is none ends the
 * program. */
#ifndef RA_TESTS_PRICE_INPUT_H
#define RA_TESTS_PRICE_INPUT_H

#include "price/ra_tax.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TAXES 512

static inline void must(bool good) {
    if (!good) exit(2);
}

static inline double read_double(void) {
    uint64_t bits;
    double value;
    must(scanf("%" SCNx64, &bits) == 1);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline int read_int(void) {
    int value;
    must(scanf("%d", &value) == 1);
    return value;
}

static inline int32_t *read_ids(ra_arena *arena, size_t *count) {
    *count = (size_t)read_int();
    int32_t *ids = ra_arena_array(arena, *count, sizeof *ids);
    must(ids != NULL);
    for (size_t i = 0; i < *count; i++)
        ids[i] = read_int();
    return ids;
}

static inline ra_tax read_tax(ra_arena *arena) {
    ra_tax tax = {.id = read_int(), .sequence = read_int(), .kind = (ra_tax_kind)read_int()};
    tax.amount = read_double();
    tax.price_include = read_int() != 0;
    tax.include_base_amount = read_int() != 0;
    tax.is_base_affected = read_int() != 0;
    tax.child_ids = read_ids(arena, &tax.child_count);
    return tax;
}

/* Taxes are collected; each statement `word` is answered with those read so far. */
static inline void answer_all(const char *word, void (*answer)(const ra_tax_table *)) {
    static ra_tax taxes[MAX_TAXES];
    ra_tax_table table = {taxes, 0};
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    char found[16];
    while (scanf("%15s", found) == 1) {
        if (strcmp(found, "tax") == 0) {
            must(table.count < MAX_TAXES);
            taxes[table.count++] = read_tax(&arena);
        } else {
            must(strcmp(found, word) == 0);
            answer(&table);
        }
    }
    ra_arena_free(&arena);
}

#endif
