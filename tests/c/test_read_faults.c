/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Memory and input that give out at every possible moment, for every format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read_support.h"

#include "canonical/ra_key.h"
#include "canonical/ra_pack.h"

typedef struct outcome {
    ra_status status;
    size_t orders, rejected;
} outcome;

static ra_status use_order(const ra_order *order, ra_arena *arena) {
    ra_party_keys parties;
    ra_str packed;
    ra_status status = ra_key_parties(order, RA_STR("shop"), arena, &parties);
    if (status == RA_OK) status = ra_order_pack(order, arena, &packed);
    return status;
}

/* Read everything, with small limits so that buffers grow. */
static outcome read_all(const char *data, size_t size, ra_format format, size_t failing_read,
                        const ra_allocator *allocator) {
    memory_input in = {.data = data, .size = size, .piece = 50, .failing_read = failing_read};
    ra_input input = {memory_read, NULL, &in};
    ra_reader_options options = {.format = format};
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_arena arena;
    outcome seen = {.orders = 0};
    ra_arena_init(&arena, 0, allocator);
    seen.status = ra_reader_open(input, &options, allocator, &reader, &error);
    while (seen.status == RA_OK) {
        ra_order order;
        seen.status = ra_reader_next(reader, &arena, &order, &error);
        if (seen.status != RA_OK) break;
        seen.orders++;
        seen.rejected += order.error.code != RA_OK;
        if (order.error.code == RA_OK) seen.status = use_order(&order, &arena);
    }
    ra_reader_close(reader);
    ra_arena_free(&arena);
    return seen;
}

static void check_memory_faults(const char *data, size_t size, ra_format format, bool lasting) {
    outcome clean = read_all(data, size, format, 0, NULL);
    assert_int_equal(clean.status, RA_END);
    assert_int_equal(clean.rejected, 0);
    size_t point = 1;
    for (;; point++) {
        faulty_memory memory = {.failing = point, .lasting = lasting};
        ra_allocator allocator = faulty_allocator(&memory);
        outcome seen = read_all(data, size, format, 0, &allocator);
        assert_int_equal(memory.live, 0);
        if (memory.failures == 0) {
            assert_int_equal(seen.status, RA_END);
            assert_int_equal(seen.orders, clean.orders);
            break;
        }
        assert_int_equal(seen.status, RA_NO_MEMORY);
        assert_int_equal(seen.rejected, 0);
    }
    assert_true(point > 4);
}

static void check_both(const char *data, size_t size, ra_format format) {
    check_memory_faults(data, size, format, false);
    check_memory_faults(data, size, format, true);
}

/* A JSON array of many orders: more than one window of the input. */
static char *long_json(size_t *size) {
    size_t one = strlen(sample_json) - 2, count = 400;
    char *text = malloc(count * (one + 1) + 2);
    assert_non_null(text);
    *size = 0;
    for (size_t i = 0; i < count; i++) {
        text[(*size)++] = i == 0 ? '[' : ',';
        memcpy(text + *size, sample_json + 1, one);
        *size += one;
    }
    text[(*size)++] = ']';
    return text;
}

static char *packed_sample(size_t *size) {
    ra_arena arena;
    ra_order order;
    ra_str packed;
    ra_arena_init(&arena, 0, NULL);
    ra_str record = {sample_json + 1, strlen(sample_json) - 2};
    assert_int_equal(read_woo_order(record, 0, &arena, &order), RA_OK);
    assert_int_equal(order.error.code, RA_OK);
    assert_int_equal(ra_order_pack(&order, &arena, &packed), RA_OK);
    char *copy = malloc(packed.len);
    assert_non_null(copy);
    memcpy(copy, packed.ptr, packed.len);
    *size = packed.len;
    ra_arena_free(&arena);
    return copy;
}

static void test_json_survives_failing_memory_at_every_point(void **state) {
    (void)state;
    size_t size;
    check_both(sample_json, strlen(sample_json), RA_FORMAT_AUTO);
    char *text = long_json(&size);
    check_memory_faults(text, size, RA_FORMAT_JSON, false);
    free(text);
}

static void test_csv_survives_failing_memory_at_every_point(void **state) {
    (void)state;
    check_both(sample_csv, strlen(sample_csv), RA_FORMAT_AUTO);
}

static void test_msgpack_survives_failing_memory_at_every_point(void **state) {
    (void)state;
    size_t size;
    char *packed = packed_sample(&size);
    check_both(packed, size, RA_FORMAT_AUTO);
    free(packed);
}

static void check_read_faults(const char *data, size_t size, ra_format format) {
    outcome clean = read_all(data, size, format, 0, NULL);
    for (size_t failing = 1;; failing++) {
        outcome seen = read_all(data, size, format, failing, NULL);
        if (seen.status == RA_END) {
            assert_int_equal(seen.orders, clean.orders);
            assert_true(failing > 3);
            return;
        }
        assert_int_equal(seen.status, RA_READ_FAILED);
        assert_true(seen.orders <= clean.orders);
        assert_int_equal(seen.rejected, 0);
    }
}

static void test_a_read_that_fails_ends_the_stream_with_its_name(void **state) {
    (void)state;
    size_t size;
    char *packed = packed_sample(&size);
    check_read_faults(sample_json, strlen(sample_json), RA_FORMAT_JSON);
    check_read_faults(sample_csv, strlen(sample_csv), RA_FORMAT_CSV);
    check_read_faults(packed, size, RA_FORMAT_MSGPACK);
    free(packed);
}

static void test_an_order_that_exceeds_the_arena_is_no_memory(void **state) {
    (void)state;
    memory_input in;
    ra_input input = memory_source(&in, sample_json);
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_arena arena;
    ra_order order;
    ra_arena_init(&arena, 300, NULL);
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    assert_int_equal(ra_reader_next(reader, &arena, &order, &error), RA_NO_MEMORY);
    assert_int_equal(error.code, RA_NO_MEMORY);
    ra_reader_close(reader);
    ra_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_survives_failing_memory_at_every_point),
        cmocka_unit_test(test_csv_survives_failing_memory_at_every_point),
        cmocka_unit_test(test_msgpack_survives_failing_memory_at_every_point),
        cmocka_unit_test(test_a_read_that_fails_ends_the_stream_with_its_name),
        cmocka_unit_test(test_an_order_that_exceeds_the_arena_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
