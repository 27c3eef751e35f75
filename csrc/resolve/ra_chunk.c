/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading a chunk and pricing it; resolving is in ra_resolve.c. */
#include "resolve/ra_chunk.h"

#include <string.h>

#define FIRST_PLANS 256u
#define YEAR_1_US INT64_C(-62135596800000000)
#define YEAR_10000_US INT64_C(253402300800000000)

void ra_chunk_init(ra_chunk *chunk, size_t memory_limit, const ra_allocator *allocator) {
    memset(chunk, 0, sizeof *chunk);
    chunk->allocator = allocator;
    chunk->needs.item_size = sizeof(ra_need);
    ra_arena_init(&chunk->arena, memory_limit, allocator);
    ra_key_table_init(&chunk->seen, allocator);
    ra_key_table_init(&chunk->asked, allocator);
}

void ra_chunk_free(ra_chunk *chunk) {
    ra_key_table_free(&chunk->seen);
    ra_key_table_free(&chunk->asked);
    ra_vector_free(&chunk->needs, chunk->allocator);
    ra_arena_free(&chunk->arena);
    chunk->plans = NULL;
    chunk->count = chunk->capacity = 0;
}

static ra_status grow_plans(ra_chunk *chunk) {
    size_t capacity = chunk->capacity == 0 ? FIRST_PLANS : chunk->capacity * 2;
    ra_plan *plans = ra_arena_array(&chunk->arena, capacity, sizeof *plans);
    if (plans == NULL) return RA_NO_MEMORY;
    if (chunk->count > 0) memcpy(plans, chunk->plans, chunk->count * sizeof *plans);
    chunk->plans = plans;
    chunk->capacity = capacity;
    return RA_OK;
}

/* Another version of an order of this chunk: the same, an older one, or one for the next wave. */
static void compare_versions(const ra_plan *earlier, ra_plan *plan) {
    bool dated = plan->order.modified_at != RA_NO_TIME && earlier->order.modified_at != RA_NO_TIME;
    if (dated && plan->order.modified_at < earlier->order.modified_at) {
        plan->outcome = RA_OUTCOME_UNCHANGED;
        plan->reason = RA_OK;
        plan->detail = RA_STR("older_version");
    } else if (ra_key_equal(plan->content, earlier->content)) {
        plan->outcome = RA_OUTCOME_UNCHANGED;
        plan->reason = RA_OK;
        plan->detail = RA_STR("same_version");
    } else {
        plan->wave = earlier->wave + 1;
    }
}

/* Odoo's dates have four digits; an encoded payload may hold any number. */
static bool is_odoo_time(int64_t unix_us) {
    return unix_us == RA_NO_TIME || (unix_us >= YEAR_1_US && unix_us < YEAR_10000_US);
}

static void check_times(ra_order *order) {
    const char *field = NULL;
    if (!is_odoo_time(order->modified_at)) field = "modified_at";
    if (!is_odoo_time(order->created_at)) field = "created_at";
    if (order->error.code != RA_OK || field == NULL) return;
    order->error = (ra_error){.code = RA_BAD_DATE,
                              .row = order->row,
                              .offset = order->offset,
                              .field = field,
                              .message = "the date is not within the years 1 to 9999"};
}

static ra_status key_plan(ra_chunk *chunk, ra_str scope, size_t index) {
    ra_plan *plan = &chunk->plans[index];
    if (plan->order.error.code != RA_OK) {
        /* Known by its bytes, so that the same broken record is one ledger row. */
        plan->identity = ra_key_identity(scope, RA_STR("broken"), plan->order.raw);
        plan->content = plan->identity;
    } else {
        plan->identity = ra_key_identity(scope, RA_STR("order"), plan->order.source_ref);
        plan->content = ra_key_content(&plan->order);
        ra_status status = ra_key_parties(&plan->order, scope, &chunk->arena, &plan->parties);
        if (status != RA_OK) return status;
        status = ra_content_keys_of(&plan->order, &chunk->arena, &plan->twins);
        if (status != RA_OK) return status;
    }
    int32_t earlier = ra_key_table_get(&chunk->seen, plan->identity);
    if (earlier != RA_NOT_FOUND) {
        compare_versions(&chunk->plans[earlier], plan);
        if (plan->outcome == RA_OUTCOME_UNCHANGED) return RA_OK;
    }
    if (plan->wave + 1 > chunk->waves) chunk->waves = plan->wave + 1;
    return ra_key_table_put(&chunk->seen, plan->identity, (int32_t)index);
}

ra_status ra_chunk_read(ra_chunk *chunk, ra_reader *reader, ra_str scope, size_t max_orders,
                        size_t soft_limit) {
    ra_status status = RA_OK;
    chunk->waves = 1;
    while (chunk->count < max_orders && chunk->arena.total < soft_limit) {
        if (chunk->count == chunk->capacity) {
            status = grow_plans(chunk);
            if (status != RA_OK) return status;
        }
        ra_plan *plan = &chunk->plans[chunk->count];
        memset(plan, 0, sizeof *plan);
        status = ra_reader_next(reader, &chunk->arena, &plan->order, &chunk->error);
        if (status == RA_NO_MEMORY) return status;
        if (status != RA_OK) {
            chunk->last = true;
            if (status == RA_END) chunk->error.code = RA_OK;
            return RA_OK;
        }
        check_times(&plan->order);
        status = key_plan(chunk, scope, chunk->count);
        if (status != RA_OK) return status;
        chunk->end_offset = plan->order.end;
        chunk->end_row = plan->order.row;
        chunk->count++;
    }
    return RA_OK;
}

/* The limit is set for a currency of two decimals; where the smallest unit is larger it means as
 * many of those: 0.05 is five cents, or five yen. */
static ra_decimal scaled_limit(ra_decimal limit, int digits) {
    for (; digits < 2; digits++) {
        if (limit.scale > 0) {
            limit.scale--;
        } else if (limit.coefficient < INT64_MAX / 10) {
            limit.coefficient *= 10;
        }
    }
    return limit;
}

static ra_sale_config sale_config(const ra_catalog *catalog, const ra_plan *plan) {
    const ra_currency *currency = &RA_ITEM(catalog->currency_items, ra_currency, plan->currency);
    return (ra_sale_config){
        .tax = {.round_globally = catalog->round_globally,
                .currency_rounding = currency->rounding,
                .currency_digits = currency->digits,
                .compensated_sum = catalog->compensated_sum},
        .currency_id = currency->id,
        .rate = plan->rate,
        .discount_digits = catalog->discount_digits,
        .quantity_digits = catalog->quantity_digits,
        .rounding_limit = scaled_limit(catalog->rounding_limit, currency->digits),
        .impose_always = plan->lane == RA_LANE_ORM,
        .show_discount = catalog->show_discount,
    };
}

static ra_status name_difference(ra_chunk *chunk, ra_plan *plan, ra_decimal difference) {
    char text[24];
    size_t length = ra_decimal_format(difference, text);
    plan->field = "difference";
    if (!ra_arena_copy(&chunk->arena, (ra_str){text, length}, &plan->detail)) return RA_NO_MEMORY;
    return RA_OK;
}

static ra_status price_plan(ra_chunk *chunk, ra_catalog *catalog, ra_plan *plan) {
    ra_sale_config config = sale_config(catalog, plan);
    ra_decimal difference = {0, 0};
    plan->line_count = plan->order.line_count; /* without the rounding line of a time before */
    ra_status status =
        ra_sale_price(&config, &chunk->arena, plan->prices, plan->line_count, plan->order.total,
                      plan->order.total_tax, &plan->totals, &difference);
    if (status == RA_TOTAL_MISMATCH || status == RA_NOT_REPRODUCIBLE || status == RA_OVERFLOW) {
        plan->outcome = RA_OUTCOME_REJECTED;
        plan->reason = status;
        return name_difference(chunk, plan, difference);
    }
    if (status != RA_OK) return status;
    if (plan->totals.has_rounding_line) {
        if (catalog->rounding_product == RA_NOT_FOUND) {
            plan->outcome = RA_OUTCOME_REJECTED;
            plan->reason = RA_TOTAL_MISMATCH;
            return name_difference(chunk, plan, difference);
        }
        plan->lines[plan->line_count] = (ra_plan_line){
            .source = NULL, .product = catalog->rounding_product, .name = RA_STR("Rounding")};
        plan->line_count++;
    }
    return RA_OK;
}

ra_status ra_chunk_price(ra_chunk *chunk, ra_catalog *catalog, uint32_t wave) {
    for (size_t i = 0; i < chunk->count; i++) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || !plan->resolved) continue;
        if (plan->outcome != RA_OUTCOME_CREATE && plan->outcome != RA_OUTCOME_UPDATE) continue;
        ra_status status = price_plan(chunk, catalog, plan);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}
