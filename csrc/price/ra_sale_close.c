/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the shop's lines leave open against its total, and the line that closes it. */
#include <stdlib.h>

#include "price/ra_sale_work.h"

static const ra_tax_set no_taxes = {0};

static bool beyond(ra_decimal value, ra_decimal limit) {
    ra_decimal size = {value.coefficient < 0 ? -value.coefficient : value.coefficient, value.scale};
    return ra_decimal_compare(size, limit) > 0;
}

/* total and total_tax less what the lines say, in the shop's own decimals. */
static ra_status differences(const ra_sale_work *work, ra_decimal *total, ra_decimal *total_tax) {
    ra_status status = RA_OK;
    for (size_t i = 0; i < work->count && status == RA_OK; i++) {
        const ra_sale_line *line = &work->lines[i];
        status = ra_decimal_sub(*total, line->total, total);
        for (size_t j = 0; j < line->set->linked_count && status == RA_OK; j++) {
            status = ra_decimal_sub(*total, line->linked_tax[j], total);
            if (status == RA_OK)
                status = ra_decimal_sub(*total_tax, line->linked_tax[j], total_tax);
        }
    }
    return status;
}

static ra_status check_limit(const ra_sale_work *work, ra_decimal total, ra_decimal total_tax,
                             ra_decimal *difference) {
    ra_decimal limit = work->config->rounding_limit;
    ra_status status = differences(work, &total, &total_tax);
    if (status != RA_OK) return status;
    *difference = beyond(total, limit) ? total : total_tax;
    return beyond(*difference, limit) ? RA_TOTAL_MISMATCH : RA_OK;
}

static int64_t linked_amount(const ra_sale_work *work, size_t line, int32_t id, bool *found) {
    const ra_tax_set *set = work->lines[line].set;
    for (size_t i = 0; i < set->linked_count; i++) {
        if (set->linked_ids[i] != id) continue;
        *found = true;
        return work->items[line].linked[i];
    }
    return 0;
}

/* Absolute tax of the order on one linked tax; -1 when a line before `first` had it already. */
static int64_t order_amount(const ra_sale_work *work, size_t first, int32_t id) {
    int64_t amount = 0;
    for (size_t i = 0; i < work->count; i++) {
        bool found = false;
        amount += linked_amount(work, i, id, &found);
        if (found && i < first) return -1;
    }
    return amount < 0 ? -amount : amount;
}

/* The tax with the largest amount; of a group, the first tax it holds. NULL: no tax at all. */
static const ra_tax *largest_tax(const ra_sale_work *work) {
    const ra_tax *largest = NULL;
    int64_t most = -1;
    for (size_t i = 0; i < work->count; i++) {
        const ra_tax_set *set = work->lines[i].set;
        for (size_t j = 0; j < set->count; j++) {
            if (j > 0 && set->owners[j] == set->owners[j - 1]) continue;
            int64_t amount = order_amount(work, i, set->linked_ids[set->owners[j]]);
            if (amount <= most) continue;
            most = amount;
            largest = set->taxes[j];
        }
    }
    return largest;
}

static ra_status single_tax(ra_arena *arena, const ra_tax *tax, const ra_tax_set **out) {
    ra_tax_set *set = ra_arena_alloc(arena, sizeof *set);
    int32_t *ids = ra_arena_alloc(arena, sizeof *ids);
    const ra_tax **taxes = ra_arena_array(arena, 1, sizeof(const ra_tax *));
    size_t *owners = ra_arena_array(arena, 1, sizeof *owners);
    if (set == NULL || ids == NULL || taxes == NULL || owners == NULL) return RA_NO_MEMORY;
    ids[0] = tax->id;
    taxes[0] = tax;
    *set = (ra_tax_set){
        .linked_ids = ids, .linked_count = 1, .taxes = taxes, .owners = owners, .count = 1};
    *out = set;
    return RA_OK;
}

static ra_status append_line(ra_sale_work *work, int64_t base, int64_t tax, const ra_tax *carrier) {
    uint8_t digits = (uint8_t)work->config->tax.currency_digits;
    const ra_tax_set *set = &no_taxes;
    if (carrier != NULL) {
        ra_status status = single_tax(work->arena, carrier, &set);
        if (status != RA_OK) return status;
    }
    ra_sale_item *item = &work->items[work->count];
    ra_decimal *linked_tax = ra_arena_alloc(work->arena, sizeof *linked_tax);
    item->linked = ra_arena_alloc(work->arena, sizeof *item->linked);
    item->taxes = ra_arena_alloc(work->arena, sizeof *item->taxes);
    if (linked_tax == NULL || item->linked == NULL || item->taxes == NULL) return RA_NO_MEMORY;
    *linked_tax = (ra_decimal){tax, digits};
    *item->linked = *item->taxes = tax;
    item->base = base;
    item->net = (ra_quote){ra_units_to_double(work, base), 0.0};
    item->has_discount = false;
    ra_decimal amount = {base, digits};
    work->lines[work->count] = (ra_sale_line){.quantity = {1, 0},
                                              .subtotal = amount,
                                              .total = amount,
                                              .set = set,
                                              .linked_tax = linked_tax,
                                              .quantity_out = 1.0};
    work->count++;
    work->has_rounding_line = true;
    return RA_OK;
}

ra_status ra_close_order(ra_sale_work *work, ra_decimal total, ra_decimal total_tax,
                         ra_decimal *difference) {
    ra_status status = check_limit(work, total, total_tax, difference);
    if (status != RA_OK) return status;
    int64_t amount, tax;
    status = ra_units_from(work, total, &amount);
    if (status == RA_OK) status = ra_units_from(work, total_tax, &tax);
    if (status != RA_OK) return status;
    const ra_tax *carrier = largest_tax(work);
    if (carrier == NULL) tax = 0;
    work->untaxed = amount - tax;
    work->tax = tax;
    int64_t rest_base = work->untaxed, rest_tax = tax;
    for (size_t i = 0; i < work->count; i++) {
        rest_base -= work->items[i].base;
        for (size_t j = 0; j < work->lines[i].set->linked_count; j++)
            rest_tax -= work->items[i].linked[j];
    }
    if (rest_base == 0 && rest_tax == 0) return RA_OK;
    if (rest_tax != 0 && carrier == NULL) return RA_NOT_REPRODUCIBLE; /* on a group of no taxes */
    return append_line(work, rest_base, rest_tax, rest_tax == 0 ? NULL : carrier);
}
