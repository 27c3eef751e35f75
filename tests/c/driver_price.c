/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Prices shop orders for the oracle. Statements, decimals as the shop writes them:
 *   tax …  (see driver_tax)
 *   order GLOBALLY ROUNDING DIGITS COMPENSATED CURRENCY RATE DISCOUNT_DIGITS QUANTITY_DIGITS LIMIT
 *         SHOW_DISCOUNT TOTAL TOTAL_TAX LINES
 *   line QUANTITY SUBTOTAL TOTAL TAXES [ID AMOUNT]…
 * An order is answered by one line of JSON. */
#include "price/ra_fidelity.h"
#include "price_input.h"

static ra_decimal read_decimal(void) {
    char word[64];
    ra_decimal value;
    must(scanf("%63s", word) == 1);
    must(ra_decimal_parse((ra_str){word, strlen(word)}, &value) == RA_OK);
    return value;
}

static ra_sale_line read_line(const ra_tax_table *table, ra_arena *arena) {
    char word[16];
    must(scanf("%15s", word) == 1 && strcmp(word, "line") == 0);
    ra_sale_line line = {.quantity = read_decimal()};
    line.subtotal = read_decimal();
    line.total = read_decimal();
    int32_t ids[16];
    ra_decimal amounts[16];
    size_t count = (size_t)read_int();
    must(count <= 16);
    for (size_t i = 0; i < count; i++) {
        ids[i] = read_int();
        amounts[i] = read_decimal();
    }
    ra_tax_set *set = ra_arena_alloc(arena, sizeof *set);
    must(set != NULL && ra_tax_set_build(table, ids, count, arena, set) == RA_OK);
    ra_decimal *linked = ra_arena_array(arena, count, sizeof *linked);
    must(linked != NULL);
    for (size_t i = 0; i < set->linked_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (ids[j] == set->linked_ids[i]) linked[i] = amounts[j];
        }
    }
    line.set = set;
    line.linked_tax = linked;
    return line;
}

static void show(const char *name, double value) {
    printf("\"%s\": %.17g, ", name, value);
}

static void show_line(const ra_sale_line *line) {
    show("quantity", line->quantity_out);
    show("price_unit", line->price_unit);
    show("discount", line->discount);
    show("price_subtotal", line->price_subtotal);
    show("price_total", line->price_total);
    show("price_tax", line->price_tax);
    show("price_reduce_taxexcl", line->price_reduce_taxexcl);
    show("price_reduce_taxinc", line->price_reduce_taxinc);
    printf("\"imposed\": %s, \"taxes\": [", line->imposed ? "true" : "false");
    for (size_t i = 0; i < line->set->linked_count; i++)
        printf("%s%" PRId32, i == 0 ? "" : ", ", line->set->linked_ids[i]);
    ra_str extra = line->extra_tax_data.len == 0 ? RA_STR("null") : line->extra_tax_data;
    printf("], \"extra_tax_data\": %.*s}", (int)extra.len, extra.ptr);
}

static void show_order(const ra_sale_totals *totals, const ra_sale_line *lines, size_t count) {
    show("amount_untaxed", totals->amount_untaxed);
    show("amount_tax", totals->amount_tax);
    show("amount_total", totals->amount_total);
    printf("\"rounding_line\": %s, \"lines\": [", totals->has_rounding_line ? "true" : "false");
    for (size_t i = 0; i < count; i++) {
        printf("%s{", i == 0 ? "" : ", ");
        show_line(&lines[i]);
    }
    printf("], ");
}

static ra_sale_config read_config(void) {
    ra_sale_config config = {.tax.round_globally = read_int() != 0};
    config.tax.currency_rounding = read_double();
    config.tax.currency_digits = read_int();
    config.tax.compensated_sum = read_int() != 0;
    config.currency_id = read_int();
    config.rate = read_double();
    config.discount_digits = read_int();
    config.quantity_digits = read_int();
    config.rounding_limit = read_decimal();
    config.show_discount = read_int() != 0;
    return config;
}

static void answer(const ra_tax_table *table) {
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    ra_sale_config config = read_config();
    ra_decimal total = read_decimal();
    ra_decimal total_tax = read_decimal();
    size_t count = (size_t)read_int();
    ra_sale_line *lines = ra_arena_array(&arena, count + 1, sizeof *lines);
    must(lines != NULL);
    for (size_t i = 0; i < count; i++)
        lines[i] = read_line(table, &arena);
    ra_sale_totals totals;
    ra_decimal difference;
    ra_status status =
        ra_sale_price(&config, &arena, lines, count, total, total_tax, &totals, &difference);
    char text[24];
    (void)ra_decimal_format(difference, text);
    printf("{");
    if (status == RA_OK) show_order(&totals, lines, count + totals.has_rounding_line);
    printf("\"status\": \"%s\", \"difference\": \"%s\"}\n", ra_status_name(status), text);
    ra_arena_free(&arena);
}

int main(void) {
    answer_all("order", answer);
    return 0;
}
