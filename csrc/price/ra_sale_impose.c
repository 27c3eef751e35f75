/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The shop's own amounts in the form Odoo's tax engine accepts them: extra_tax_data. */
#include <math.h>
#include <string.h>

#include "canonical/ra_double.h"
#include "price/ra_round.h"
#include "price/ra_sale_work.h"

/* A key and a number take less than this. */
#define ENTRY_SIZE 96

typedef struct text {
    char *at;
} text;

static void put(text *out, const char *words) {
    size_t length = strlen(words);
    memcpy(out->at, words, length);
    out->at += length;
}

static void put_double(text *out, double value) {
    char digits[32];
    size_t length = ra_double_repr(value, digits);
    memcpy(out->at, digits, length);
    out->at += length;
}

static void put_integer(text *out, int32_t value) {
    char digits[24];
    size_t length = ra_decimal_format((ra_decimal){value, 0}, digits);
    memcpy(out->at, digits, length);
    out->at += length;
}

static void split_linked(const ra_sale_work *work, size_t index, size_t linked) {
    const ra_tax_set *set = work->lines[index].set;
    const double *natural = work->computed[index].tax_amounts;
    ra_sale_item *item = &work->items[index];
    double sum = 0.0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->owners[i] == linked) sum += natural[i];
    }
    double amount = ra_units_to_double(work, item->linked[linked]);
    int64_t rest = item->linked[linked];
    size_t last = set->count;
    for (size_t i = 0; i < set->count; i++) {
        if (set->owners[i] != linked) continue;
        double share = sum == 0 ? 0.0 : amount * natural[i] / sum;
        double rounded = ra_float_round(share, work->config->tax.currency_rounding);
        item->taxes[i] = ra_units_of_double(work, rounded);
        rest -= item->taxes[i];
        last = i;
    }
    if (last < set->count) item->taxes[last] += rest;
}

void ra_split_taxes(const ra_sale_work *work, size_t index) {
    for (size_t i = 0; i < work->lines[index].set->linked_count; i++)
        split_linked(work, index, i);
}

/* The line's amount and the taxes before this one that count into its base. */
static int64_t tax_base(const ra_tax_set *set, const ra_sale_item *item, size_t tax) {
    int64_t base = item->base;
    if (!set->taxes[tax]->is_base_affected) return base;
    for (size_t i = 0; i < tax; i++) {
        if (set->taxes[i]->include_base_amount) base += item->taxes[i];
    }
    return base;
}

static void put_taxes(text *out, const ra_sale_work *work, size_t index) {
    const ra_tax_set *set = work->lines[index].set;
    const ra_sale_item *item = &work->items[index];
    for (size_t i = 0; i < set->count; i++) {
        put(out, i == 0 ? "\"" : ", \"");
        put_integer(out, set->taxes[i]->id);
        put(out, "\": {\"tax_amount_currency\": ");
        put_double(out, ra_units_to_double(work, item->taxes[i]));
        put(out, ", \"base_amount_currency\": ");
        put_double(out, ra_units_to_double(work, tax_base(set, item, i)));
        put(out, "}");
    }
}

ra_status ra_write_extra(const ra_sale_work *work, size_t index) {
    ra_sale_line *line = &work->lines[index];
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {", \"price_unit\": ", line->price_unit},
        {", \"discount\": ", line->discount},
        {", \"quantity\": ", line->quantity_out},
        {", \"rate\": ", work->config->rate},
        {", \"manual_total_excluded_currency\": ",
         ra_units_to_double(work, work->items[index].base)},
    };
    const size_t number_count = sizeof numbers / sizeof numbers[0];
    char *start = ra_arena_array(work->arena, number_count + 2 + 2 * line->set->count, ENTRY_SIZE);
    if (start == NULL) return RA_NO_MEMORY;
    text out = {start};
    put(&out, "{\"currency_id\": ");
    put_integer(&out, work->config->currency_id);
    for (size_t i = 0; i < number_count; i++) {
        put(&out, numbers[i].name);
        put_double(&out, numbers[i].value);
    }
    put(&out, ", \"manual_tax_amounts\": {");
    put_taxes(&out, work, index);
    put(&out, "}}");
    line->extra_tax_data = (ra_str){start, (size_t)(out.at - start)};
    return RA_OK;
}
