/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Memory that fails at every point of an order's whole way: read, resolve, price, encode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve_support.h"
#include "write/ra_ledger.h"

#define SAMPLES "tests/data/woocommerce/ex/orders.json"
#define ORDERS 4

static char *samples; /* the real orders of a store */

static int load_samples(void **state) {
    (void)state;
    FILE *file = fopen(SAMPLES, "rb");
    if (file == NULL) return -1;
    const size_t room = (size_t)4 << 20;
    samples = calloc(1, room);
    size_t size = samples != NULL ? fread(samples, 1, room - 1, file) : 0;
    fclose(file);
    return size > 0 ? 0 : -1;
}

static int free_samples(void **state) {
    (void)state;
    free(samples);
    return 0;
}

typedef struct outcome {
    ra_status status;
    size_t created, rejected, bytes;
} outcome;

static ra_status buffers_status(const ra_buffer *buffers, size_t count, outcome *seen) {
    for (size_t i = 0; i < count; i++) {
        if (buffers[i].failed) return buffers[i].no_memory ? RA_NO_MEMORY : RA_OVERFLOW;
        seen->bytes += buffers[i].size;
    }
    return RA_OK;
}

/* Rows of one table each: orders, lines, taxes, ledger, and the result file. */
static ra_status encode(ra_chunk *chunk, const ra_catalog *catalog, const ra_allocator *allocator,
                        outcome *seen) {
    static ra_column order_columns[] = {{RA_COL_ID, -1},         {RA_COL_ORIGIN, -1},
                                        {RA_COL_CLIENT_REF, -1}, {RA_COL_PARTNER, -1},
                                        {RA_COL_DATE_ORDER, -1}, {RA_COL_AMOUNT_TOTAL, -1}};
    static ra_column line_columns[] = {{RA_COL_ID, -1},       {RA_COL_HEADER, 3},
                                       {RA_COL_PRODUCT, -1},  {RA_COL_LINE_NAME, -1},
                                       {RA_COL_SUBTOTAL, -1}, {RA_COL_EXTRA_TAX, -1}};
    const ra_field fields[6] = {{NULL, 0}};
    const ra_field *class_fields = fields;
    ra_column_plan plan = {.order_columns = order_columns,
                           .line_columns = line_columns,
                           .order_count = 6,
                           .line_count = 6,
                           .order_classes = {&class_fields, 1, 1, sizeof class_fields},
                           .line_classes = {&class_fields, 1, 1, sizeof class_fields},
                           .origin_prefix = RA_STR("Shop #")};
    ra_write_context context = {&plan, catalog, 0};
    ra_ledger_context ledger = {.catalog = catalog, .channel_id = 1, .company_id = 1};
    ra_buffer out[5];
    int32_t ids[256] = {0};
    ra_status status = RA_OK;
    for (size_t i = 0; i < 5; i++)
        ra_buffer_init(&out[i], allocator);
    for (size_t i = 0; i < chunk->count && status == RA_OK; i++) {
        ra_plan *order = &chunk->plans[i];
        status = ra_ledger_payload(chunk, order);
        if (status != RA_OK) break;
        ra_ledger_row(&ledger, order, (int32_t)i, &out[3]);
        ra_result_line(order, &out[4]);
        if (order->outcome != RA_OUTCOME_CREATE || order->line_count > 256) continue;
        ra_rows_order(&context, order, &out[0]);
        ra_rows_lines(&context, order, ids, &out[1], &out[2]);
        seen->created++;
    }
    if (status == RA_OK) status = buffers_status(out, 5, seen);
    for (size_t i = 0; i < 5; i++)
        ra_buffer_free(&out[i]);
    return status;
}

static outcome import_orders(const ra_allocator *allocator) {
    memory_input in;
    ra_input input = memory_source(&in, samples);
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_catalog catalog;
    ra_chunk chunk;
    outcome seen = {.status = RA_OK};
    ra_chunk_init(&chunk, 0, allocator);
    seen.status = shop_catalog(&catalog, allocator);
    catalog.default_action = RA_ACTION_DRAFT;
    if (seen.status == RA_OK) {
        seen.status = ra_reader_open(input, NULL, allocator, &reader, &error);
    }
    if (seen.status == RA_OK) {
        seen.status = ra_chunk_read(&chunk, reader, SHOP, ORDERS, SIZE_MAX);
    }
    if (seen.status == RA_OK) seen.status = resolve_wave(&chunk, &catalog, 0);
    if (seen.status == RA_OK) seen.status = ra_chunk_price(&chunk, &catalog, 0);
    if (seen.status == RA_OK) seen.status = encode(&chunk, &catalog, allocator, &seen);
    for (size_t i = 0; i < chunk.count; i++) {
        seen.rejected += chunk.plans[i].outcome == RA_OUTCOME_REJECTED;
    }
    ra_reader_close(reader);
    ra_chunk_free(&chunk);
    ra_catalog_free(&catalog);
    return seen;
}

static void check_faults(bool lasting) {
    outcome clean = import_orders(NULL);
    assert_int_equal(clean.status, RA_OK);
    assert_int_equal(clean.created, ORDERS);
    assert_int_equal(clean.rejected, 0);
    size_t point = 1;
    for (;; point++) {
        faulty_memory memory = {.failing = point, .lasting = lasting};
        ra_allocator allocator = faulty_allocator(&memory);
        outcome seen = import_orders(&allocator);
        assert_int_equal(memory.live, 0);
        if (memory.failures == 0) {
            assert_int_equal(seen.status, RA_OK);
            assert_int_equal(seen.created, clean.created);
            assert_int_equal(seen.bytes, clean.bytes);
            break;
        }
        assert_int_equal(seen.status, RA_NO_MEMORY);
    }
    assert_true(point > 30);
    outcome again = import_orders(NULL);
    assert_int_equal(again.status, RA_OK);
    assert_int_equal(again.bytes, clean.bytes);
    print_message("%zu points of failure\n", point - 1);
}

static void test_an_allocation_that_fails_once_is_no_memory_everywhere(void **state) {
    (void)state;
    check_faults(false);
}

static void test_memory_that_stays_exhausted_is_no_memory_everywhere(void **state) {
    (void)state;
    check_faults(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_allocation_that_fails_once_is_no_memory_everywhere),
        cmocka_unit_test(test_memory_that_stays_exhausted_is_no_memory_everywhere),
    };
    return cmocka_run_group_tests(tests, load_samples, free_samples);
}
