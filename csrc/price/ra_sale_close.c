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

/* What the order has of a linked tax. */
typedef struct order_tax {
    int32_t id;
    size_t first; /* line */
    int64_t amount;
} order_tax;

static int by_id(const void *left, const void *right) {
    int32_t a = ((const order_tax *)left)->id, b = ((const order_tax *)right)->id;
    return (a > b) - (a < b);
}

static int by_id_then_line(const void *left, const void *right) {
    const order_tax *a = left, *b = right;
    int order = by_id(a, b);
    return order != 0 ? order : (a->first > b->first) - (a->first < b->first);
}

/* Each linked tax of the order once, by id. */
static ra_status sum_taxes(const ra_sale_work *work, order_tax **out, size_t *count) {
    size_t room = 0;
    for (size_t i = 0; i < work->count; i++)
        room += work->lines[i].set->linked_count;
    order_tax *taxes = ra_arena_array(work->arena, room, sizeof *taxes);
    if (taxes == NULL) return RA_NO_MEMORY;
    size_t filled = 0;
    for (size_t i = 0; i < work->count; i++) {
        const ra_tax_set *set = work->lines[i].set;
        for (size_t j = 0; j < set->linked_count; j++)
            taxes[filled++] = (order_tax){set->linked_ids[j], i, work->items[i].linked[j]};
    }
    if (room > 1) qsort(taxes, room, sizeof *taxes, by_id_then_line);
    size_t kept = 0;
    for (size_t i = 0; i < room; i++) {
        if (kept > 0 && taxes[kept - 1].id == taxes[i].id)
            taxes[kept - 1].amount += taxes[i].amount;
        else
            taxes[kept++] = taxes[i];
    }
    *out = taxes;
    *count = kept;
    return RA_OK;
}

/* The tax with the largest amount, the first of several; of a group, the first tax it holds. NULL:
 * no tax at all. */
static ra_status largest_tax(const ra_sale_work *work, const ra_tax **out) {
    order_tax *taxes = NULL;
    size_t count = 0;
    int64_t most = -1;
    *out = NULL;
    ra_status status = sum_taxes(work, &taxes, &count);
    for (size_t i = 0; i < work->count && status == RA_OK; i++) {
        const ra_tax_set *set = work->lines[i].set;
        for (size_t j = 0; j < set->count; j++) {
            if (j > 0 && set->owners[j] == set->owners[j - 1]) continue;
            order_tax wanted = {.id = set->linked_ids[set->owners[j]]};
            const order_tax *tax = bsearch(&wanted, taxes, count, sizeof *taxes, by_id);
            if (tax->first < i || llabs(tax->amount) <= most) continue;
            most = llabs(tax->amount);
            *out = set->taxes[j];
        }
    }
    return status;
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
    const ra_tax *carrier = NULL;
    status = largest_tax(work, &carrier);
    if (status != RA_OK) return status;
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
