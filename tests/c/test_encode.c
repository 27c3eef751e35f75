/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bytes of every field type, and what happens when memory or the format gives out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "faulty_memory.h"
#include "write/ra_encode.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void assert_bytes(ra_buffer *buffer, const char *bytes, size_t size) {
    assert_false(buffer->failed);
    assert_int_equal(buffer->size, size);
    assert_memory_equal(buffer->data, bytes, size);
    ra_buffer_clear(buffer);
}

static int set_up(void **state) {
    ra_buffer *buffer = malloc(sizeof *buffer);
    if (buffer == NULL) return -1;
    ra_buffer_init(buffer, NULL);
    *state = buffer;
    return 0;
}

static int tear_down(void **state) {
    ra_buffer_free(*state);
    free(*state);
    return 0;
}

static void test_stream_frame(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_header(buffer);
    assert_bytes(buffer, BYTES("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
    ra_copy_tuple(buffer, 0x0102);
    assert_bytes(buffer, BYTES("\1\2"));
    ra_copy_trailer(buffer);
    assert_bytes(buffer, BYTES("\377\377"));
}

static void test_negative_field_count_fails(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_tuple(buffer, -1);
    assert_true(buffer->failed);
    assert_int_equal(buffer->size, 0);
}

static void test_fixed_size_fields(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_null(buffer);
    assert_bytes(buffer, BYTES("\377\377\377\377"));
    ra_copy_int4(buffer, -2);
    assert_bytes(buffer, BYTES("\0\0\0\4\377\377\377\376"));
    ra_copy_int8(buffer, INT64_C(0x0102030405060708));
    assert_bytes(buffer, BYTES("\0\0\0\10\1\2\3\4\5\6\7\10"));
    ra_copy_float8(buffer, 1.0);
    assert_bytes(buffer, BYTES("\0\0\0\10\77\360\0\0\0\0\0\0"));
}

static void test_texts(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_text(buffer, RA_STR("abc"));
    assert_bytes(buffer, BYTES("\0\0\0\3abc"));
    ra_copy_text(buffer, (ra_str){NULL, 0});
    assert_bytes(buffer, BYTES("\0\0\0\0"));
    ra_copy_jsonb(buffer, RA_STR("{}"));
    assert_bytes(buffer, BYTES("\0\0\0\3\1{}"));
    ra_copy_jsonb(buffer, (ra_str){NULL, 0});
    assert_bytes(buffer, BYTES("\0\0\0\1\1"));
}

static void test_times(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_timestamp(buffer, INT64_C(946684800000001));
    assert_bytes(buffer, BYTES("\0\0\0\10\0\0\0\0\0\0\0\1"));
    ra_copy_timestamp(buffer, INT64_C(946684799999999));
    assert_bytes(buffer, BYTES("\0\0\0\10\377\377\377\377\377\377\377\377"));
}

static void test_time_before_the_range_fails(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_timestamp(buffer, INT64_MIN + INT64_C(946684800000000));
    assert_bytes(buffer, BYTES("\0\0\0\10\200\0\0\0\0\0\0\0"));
    ra_copy_timestamp(buffer, INT64_MIN + INT64_C(946684799999999));
    assert_true(buffer->failed);
}

static void test_numeric_groups(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_numeric(buffer, (ra_decimal){0, 2});
    assert_bytes(buffer, BYTES("\0\0\0\10\0\0\0\0\0\0\0\2"));
    ra_copy_numeric(buffer, (ra_decimal){-1250, 2}); /* groups 12, 5000 */
    assert_bytes(buffer, BYTES("\0\0\0\14\0\2\0\0\100\0\0\2\0\14\23\210"));
    ra_copy_numeric(buffer, (ra_decimal){10000, 0}); /* group 1 of weight 1 */
    assert_bytes(buffer, BYTES("\0\0\0\12\0\1\0\1\0\0\0\0\0\1"));
    ra_copy_numeric(buffer, (ra_decimal){1, 4}); /* group 1 of weight -1 */
    assert_bytes(buffer, BYTES("\0\0\0\12\0\1\377\377\0\0\0\4\0\1"));
    ra_copy_numeric(buffer, (ra_decimal){1, 5}); /* group 1000 of weight -2 */
    assert_bytes(buffer, BYTES("\0\0\0\12\0\1\377\376\0\0\0\5\3\350"));
}

static void test_numeric_takes_every_coefficient(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_numeric(buffer, (ra_decimal){INT64_MIN, 0}); /* 922 3372 0368 5477 5808 */
    assert_bytes(buffer, BYTES("\0\0\0\22\0\5\0\4\100\0\0\0\3\232\15\54\1\160\25\145\26\260"));
}

static void test_numeric_of_a_double_shows_what_repr_shows(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_numeric_double(buffer, 10.0);
    assert_bytes(buffer, BYTES("\0\0\0\12\0\1\0\0\0\0\0\1\0\12"));
    ra_copy_numeric_double(buffer, 1e22);
    assert_bytes(buffer, BYTES("\0\0\0\12\0\1\0\5\0\0\0\0\0\144"));
    ra_copy_numeric_double(buffer, -0.0);
    assert_bytes(buffer, BYTES("\0\0\0\10\0\0\0\0\0\0\0\1"));
    ra_copy_numeric_double(buffer, -1.5e-7); /* 0.0000 0015 with eight digits shown */
    assert_bytes(buffer, BYTES("\0\0\0\12\0\1\377\376\100\0\0\10\0\17"));
}

static void test_not_finite_number_fails(void **state) {
    ra_buffer *buffer = *state;
    static const double values[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ra_copy_numeric_double(buffer, values[i]);
        assert_true(buffer->failed);
        ra_buffer_clear(buffer);
        assert_false(buffer->failed);
    }
}

/* The length is refused before a byte is read, so the text need not exist. */
static void test_field_beyond_the_length_word_fails(void **state) {
    ra_buffer *buffer = *state;
    char byte = 'x';
    ra_copy_text(buffer, (ra_str){&byte, (size_t)INT32_MAX + 1});
    assert_true(buffer->failed);
    ra_buffer_clear(buffer);
    ra_copy_jsonb(buffer, (ra_str){&byte, (size_t)INT32_MAX});
    assert_true(buffer->failed);
    ra_buffer_clear(buffer);
    assert_null(ra_buffer_reserve(buffer, SIZE_MAX));
    assert_true(buffer->failed);
    ra_buffer_clear(buffer);
    ra_copy_null(buffer);
    assert_null(ra_buffer_reserve(buffer, SIZE_MAX));
    assert_int_equal(buffer->size, 4);
}

static void test_failure_is_sticky_until_cleared(void **state) {
    ra_buffer *buffer = *state;
    ra_copy_int4(buffer, 1);
    ra_copy_tuple(buffer, -1);
    ra_copy_int4(buffer, 2);
    ra_copy_text(buffer, RA_STR("more"));
    ra_buffer_append(buffer, "raw", 3);
    assert_true(buffer->failed);
    assert_int_equal(buffer->size, 8);
    ra_buffer_clear(buffer);
    ra_copy_null(buffer);
    assert_bytes(buffer, BYTES("\377\377\377\377"));
}

static void test_clear_keeps_the_memory(void **state) {
    ra_buffer *buffer = *state;
    ra_buffer_append(buffer, "abc", 3);
    size_t capacity = buffer->capacity;
    const char *data = buffer->data;
    ra_buffer_clear(buffer);
    ra_buffer_append(buffer, "xyz", 3);
    assert_ptr_equal(buffer->data, data);
    assert_int_equal(buffer->capacity, capacity);
    ra_buffer_free(buffer);
    assert_int_equal(buffer->capacity, 0);
    ra_buffer_append(buffer, "again", 5);
    assert_bytes(buffer, BYTES("again"));
}

static void encode_everything(ra_buffer *buffer) {
    static const char text[1500] = "text";
    ra_copy_header(buffer);
    for (int i = 0; i < 40; i++) {
        ra_copy_tuple(buffer, 9);
        ra_copy_null(buffer);
        ra_copy_int4(buffer, i);
        ra_copy_int8(buffer, i);
        ra_copy_float8(buffer, i);
        ra_copy_text(buffer, (ra_str){text, sizeof text});
        ra_copy_jsonb(buffer, (ra_str){text, sizeof text});
        ra_copy_timestamp(buffer, i);
        ra_copy_numeric(buffer, (ra_decimal){i, 2});
        ra_copy_numeric_double(buffer, i / 7.0);
    }
    ra_copy_trailer(buffer);
}

/* Fails each allocation in turn; returns how many there were. */
static size_t run_failing(bool for_ever) {
    size_t fail_at = 1;
    for (;; fail_at++) {
        faulty_memory memory = {.failing = fail_at, .lasting = for_ever};
        const ra_allocator allocator = faulty_allocator(&memory);
        ra_buffer buffer;
        ra_buffer_init(&buffer, &allocator);
        encode_everything(&buffer);
        bool reached = memory.calls >= fail_at;
        assert_int_equal(buffer.failed, reached);
        assert_true(buffer.size <= buffer.capacity);
        ra_buffer_free(&buffer);
        assert_int_equal(memory.live, 0);
        if (!reached) break;
    }
    return fail_at - 1;
}

static void test_every_failed_allocation_is_reported(void **state) {
    (void)state;
    assert_int_equal(run_failing(false), 6); /* 4 KiB to 128 KiB, doubling */
    assert_int_equal(run_failing(true), 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_stream_frame),
        TEST(test_negative_field_count_fails),
        TEST(test_fixed_size_fields),
        TEST(test_texts),
        TEST(test_times),
        TEST(test_time_before_the_range_fails),
        TEST(test_numeric_groups),
        TEST(test_numeric_takes_every_coefficient),
        TEST(test_numeric_of_a_double_shows_what_repr_shows),
        TEST(test_not_finite_number_fails),
        TEST(test_field_beyond_the_length_word_fails),
        TEST(test_failure_is_sticky_until_cleared),
        TEST(test_clear_keeps_the_memory),
        TEST(test_every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
