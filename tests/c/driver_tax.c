/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Computes documents for the oracle. One statement a line, doubles as hexadecimal bits:
 *   tax ID SEQUENCE KIND AMOUNT INCLUDED INCLUDE_BASE BASE_AFFECTED CHILDREN CHILD…  (by id)
 *   document GLOBALLY ROUNDING DIGITS COMPENSATED LINES
 *   line PRICE QUANTITY DISCOUNT TAXES ID… IMPOSED [TOTAL, then AMOUNT of each flattened tax]
 * A document is answered by one line for each of its lines and one for its totals. */
#include "price_input.h"

static void show(double value, char end) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    printf("%" PRIx64 "%c", bits, end);
}

static ra_tax_line read_line(const ra_tax_table *table, ra_arena *arena) {
    char word[16];
    must(scanf("%15s", word) == 1 && strcmp(word, "line") == 0);
    ra_tax_line line = {.price_unit = read_double()};
    line.quantity = read_double();
    line.discount = read_double();
    size_t count;
    int32_t *ids = read_ids(arena, &count);
    ra_tax_set *set = ra_arena_alloc(arena, sizeof *set);
    must(set != NULL && ra_tax_set_build(table, ids, count, arena, set) == RA_OK);
    line.set = set;
    line.imposed = read_int() != 0;
    if (!line.imposed) return line;
    line.manual_total_excluded = read_double();
    double *taxes = ra_arena_array(arena, set->count, sizeof *taxes);
    must(taxes != NULL);
    for (size_t i = 0; i < set->count; i++)
        taxes[i] = read_double();
    line.manual_tax = taxes;
    return line;
}

static void show_line(const ra_tax_line *line) {
    show(line->price_subtotal, ' ');
    show(line->price_total, ' ');
    show(line->price_tax, line->set->count == 0 ? '\n' : ' ');
    for (size_t i = 0; i < line->set->count; i++) {
        printf("%" PRId32 " ", line->set->taxes[i]->id);
        show(line->tax_amounts[i], i + 1 == line->set->count ? '\n' : ' ');
    }
}

static void answer(const ra_tax_table *table) {
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    ra_tax_config config = {.round_globally = read_int() != 0};
    config.currency_rounding = read_double();
    config.currency_digits = read_int();
    config.compensated_sum = read_int() != 0;
    size_t count = (size_t)read_int();
    ra_tax_line *lines = ra_arena_array(&arena, count, sizeof *lines);
    must(lines != NULL);
    for (size_t i = 0; i < count; i++)
        lines[i] = read_line(table, &arena);
    ra_tax_totals totals;
    must(ra_tax_compute_document(&config, &arena, lines, count, &totals) == RA_OK);
    for (size_t i = 0; i < count; i++)
        show_line(&lines[i]);
    show(totals.amount_untaxed, ' ');
    show(totals.amount_tax, ' ');
    show(totals.amount_total, '\n');
    ra_arena_free(&arena);
}

int main(void) {
    answer_all("document", answer);
    return 0;
}
