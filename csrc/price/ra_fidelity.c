/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Prices an order: tries Odoo's own arithmetic, imposes the shop's amounts where it differs. */
#include "price/ra_fidelity.h"

#include <math.h>

#include "price/ra_round.h"
#include "price/ra_sale_work.h"

#define OTHER_DIGITS_MAX 12
#define VOLUME_LIMIT (INT64_C(1) << 60)

static bool digits_usable(int digits) {
    return digits >= 0 && digits <= OTHER_DIGITS_MAX;
}

static ra_status prepare(ra_sale_work *work) {
    const ra_sale_config *config = work->config;
    if (!digits_usable(config->discount_digits) || !digits_usable(config->quantity_digits) ||
        !isfinite(config->rate)) {
        return RA_BAD_ARGUMENT;
    }
    size_t room;
    if (!ra_size_add(work->count, 1, &room)) return RA_NO_MEMORY;
    work->items = ra_arena_array(work->arena, room, sizeof *work->items);
    work->computed = ra_arena_array(work->arena, room, sizeof *work->computed);
    if (work->items == NULL || work->computed == NULL) return RA_NO_MEMORY;
    return ra_units_step(&config->tax, &work->step);
}

static ra_status read_amount(ra_sale_work *work, ra_decimal amount, int64_t *out) {
    ra_status status = ra_units_from(work, amount, out);
    if (status != RA_OK) return status;
    work->volume += *out < 0 ? -*out : *out;
    return work->volume < VOLUME_LIMIT ? RA_OK : RA_OVERFLOW;
}

static ra_status read_line(ra_sale_work *work, size_t index) {
    const ra_sale_line *line = &work->lines[index];
    ra_sale_item *item = &work->items[index];
    item->linked = ra_arena_array(work->arena, line->set->linked_count, sizeof *item->linked);
    item->taxes = ra_arena_array(work->arena, line->set->count, sizeof *item->taxes);
    if (item->linked == NULL || item->taxes == NULL) return RA_NO_MEMORY;
    ra_status status = read_amount(work, line->total, &item->base);
    for (size_t i = 0; i < line->set->linked_count && status == RA_OK; i++)
        status = read_amount(work, line->linked_tax[i], &item->linked[i]);
    if (status != RA_OK) return status;
    return ra_quote_line(work, index);
}

/* The rounding line's tax follows from no percentage, so it is always imposed. */
static bool must_impose(const ra_sale_work *work, size_t index) {
    return work->has_rounding_line && index + 1 == work->count;
}

static ra_status fill(const ra_sale_work *work, size_t index, bool discounts, bool impose) {
    const ra_sale_line *line = &work->lines[index];
    const ra_sale_item *item = &work->items[index];
    bool discounted = discounts && item->has_discount;
    const ra_quote *quote = discounted ? &item->discounted : &item->net;
    ra_tax_line *computed = &work->computed[index];
    *computed = (ra_tax_line){.price_unit = quote->price,
                              .quantity = line->quantity_out,
                              .discount = quote->discount,
                              .set = line->set};
    computed->imposed = line->set->count > 0 && (impose || must_impose(work, index));
    if (!computed->imposed) return RA_OK;
    double *taxes = ra_arena_array(work->arena, line->set->count, sizeof *taxes);
    if (taxes == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < line->set->count; i++)
        taxes[i] = ra_units_to_double(work, item->taxes[i]);
    computed->manual_total_excluded = ra_units_to_double(work, item->base);
    computed->manual_tax = taxes;
    return RA_OK;
}

static bool line_matches(const ra_sale_work *work, size_t index) {
    const ra_tax_line *computed = &work->computed[index];
    const ra_sale_item *item = &work->items[index];
    const ra_tax_set *set = computed->set;
    int64_t total = item->base;
    for (size_t i = 0; i < set->linked_count; i++) {
        int64_t rest = item->linked[i];
        total += rest;
        for (size_t j = 0; j < set->count; j++) {
            if (set->owners[j] == i) rest -= ra_units_of_double(work, computed->tax_amounts[j]);
        }
        if (rest != 0) return false;
    }
    return computed->price_subtotal == ra_units_to_double(work, item->base) &&
           computed->price_total == ra_units_to_double(work, total);
}

static bool order_matches(const ra_sale_work *work, const ra_tax_totals *totals) {
    for (size_t i = 0; i < work->count; i++) {
        if (!line_matches(work, i)) return false;
    }
    return !totals->moves_tax &&
           totals->amount_untaxed == ra_units_to_double(work, work->untaxed) &&
           totals->amount_tax == ra_units_to_double(work, work->tax) &&
           totals->amount_total == ra_units_to_double(work, work->untaxed + work->tax);
}

static ra_status attempt(const ra_sale_work *work, bool discounts, bool impose,
                         ra_tax_totals *totals) {
    ra_status status = RA_OK;
    for (size_t i = 0; i < work->count && status == RA_OK; i++)
        status = fill(work, i, discounts, impose);
    if (status != RA_OK) return status;
    status = ra_tax_compute_document(&work->config->tax, work->arena, work->computed, work->count,
                                     totals);
    if (status != RA_OK) return status;
    return order_matches(work, totals) ? RA_OK : RA_NOT_REPRODUCIBLE;
}

/* Odoo's own amounts, else the shop's; without the discount column when it is in the way. */
static ra_status find_prices(const ra_sale_work *work, ra_tax_totals *totals) {
    ra_status status = attempt(work, true, false, totals);
    bool enough = status == RA_OK && !work->config->impose_always;
    if (enough || (status != RA_OK && status != RA_NOT_REPRODUCIBLE)) return status;
    bool any_discount = false;
    for (size_t i = 0; i < work->count; i++) {
        any_discount = any_discount || work->items[i].has_discount;
        if (!must_impose(work, i)) ra_split_taxes(work, i);
    }
    status = attempt(work, true, true, totals);
    if (status != RA_NOT_REPRODUCIBLE || !any_discount) return status;
    status = attempt(work, false, false, totals);
    if (status != RA_NOT_REPRODUCIBLE) return status;
    return attempt(work, false, true, totals);
}

static double per_unit(const ra_sale_work *work, double amount, double quantity) {
    if (quantity == 0) return 0.0;
    return ra_float_round(amount / quantity, work->config->tax.currency_rounding);
}

static ra_status finish_line(const ra_sale_work *work, size_t index) {
    const ra_tax_line *computed = &work->computed[index];
    ra_sale_line *line = &work->lines[index];
    line->price_unit = computed->price_unit;
    line->discount = computed->discount;
    line->price_subtotal = computed->price_subtotal;
    line->price_total = computed->price_total;
    line->price_tax = computed->price_tax;
    line->price_reduce_taxexcl = per_unit(work, line->price_subtotal, line->quantity_out);
    line->price_reduce_taxinc = per_unit(work, line->price_total, line->quantity_out);
    line->imposed = computed->imposed;
    line->extra_tax_data = (ra_str){NULL, 0};
    return line->imposed ? ra_write_extra(work, index) : RA_OK;
}

ra_status ra_sale_price(const ra_sale_config *config, ra_arena *arena, ra_sale_line *lines,
                        size_t line_count, ra_decimal total, ra_decimal total_tax,
                        ra_sale_totals *out, ra_decimal *difference) {
    ra_sale_work work = {.config = config, .arena = arena, .lines = lines, .count = line_count};
    *difference = (ra_decimal){0, 0};
    ra_status status = prepare(&work);
    for (size_t i = 0; i < line_count && status == RA_OK; i++)
        status = read_line(&work, i);
    if (status == RA_OK) status = ra_close_order(&work, total, total_tax, difference);
    ra_tax_totals totals;
    if (status == RA_OK) status = find_prices(&work, &totals);
    for (size_t i = 0; i < work.count && status == RA_OK; i++)
        status = finish_line(&work, i);
    if (status != RA_OK) return status;
    *out = (ra_sale_totals){.amount_untaxed = totals.amount_untaxed,
                            .amount_tax = totals.amount_tax,
                            .amount_total = totals.amount_total,
                            .has_rounding_line = work.has_rounding_line};
    return RA_OK;
}
