/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* msgpack streams made by others, damaged or lying. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "read_support.h"

/* {"v":1,"source_ref":"7","status":"s","currency":"EUR","created_at":5,"total":"1.50"} */
#define MEMBERS                                                                                    \
    "\xa1v\x01\xaasource_ref\xa1"                                                                  \
    "7\xa6status\xa1s\xa8"                                                                         \
    "currency\xa3"                                                                                 \
    "EUR\xaa"                                                                                      \
    "created_at\x05\xa5total\xa4"                                                                  \
    "1.50"
#define GOOD "\x86" MEMBERS

/* A length that lies must not be able to take all memory. */
static int set_up(void **state) {
    static ra_arena arena;
    ra_arena_init(&arena, 64 * 1024 * 1024, NULL);
    *state = &arena;
    return 0;
}

typedef struct result {
    ra_status end;
    ra_error error;
    size_t count;
    ra_order orders[4];
} result;

static result read_bytes(ra_arena *arena, const char *data, size_t size, size_t piece,
                         ra_reader_options options) {
    memory_input in = {.data = data, .size = size, .piece = piece};
    ra_input input = {memory_read, memory_seek, &in};
    ra_reader *reader = NULL;
    result seen;
    memset(&seen, 0, sizeof seen);
    options.format = RA_FORMAT_MSGPACK;
    seen.end = ra_reader_open(input, &options, NULL, &reader, &seen.error);
    while (seen.end == RA_OK) {
        ra_order order;
        seen.end = ra_reader_next(reader, arena, &order, &seen.error);
        if (seen.end == RA_OK) seen.orders[seen.count++] = order;
        assert_true(seen.count < 4);
    }
    ra_reader_close(reader);
    return seen;
}

#define READ(state, bytes)                                                                         \
    read_bytes(*(state), (bytes), sizeof(bytes) - 1, 0, (ra_reader_options){.max_record = 4096})

static void test_maps_of_others_are_read(void **state) {
    for (size_t piece = 0; piece < 9; piece++) {
        static const char bytes[] = GOOD "\x87\xa1x\x92\xc0\x81\x01\xcb"
                                         "12345678" MEMBERS;
        result seen =
            read_bytes(*state, bytes, sizeof bytes - 1, piece, (ra_reader_options){.max_depth = 8});
        assert_int_equal(seen.end, RA_END);
        assert_int_equal(seen.count, 2);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(seen.orders[i].error.code, RA_OK);
            assert_true(ra_str_equal(seen.orders[i].source_ref, RA_STR("7")));
            assert_true(ra_str_equal(seen.orders[i].number, RA_STR("7")));
            assert_int_equal(seen.orders[i].created_at, 5);
            assert_int_equal(seen.orders[i].total.coefficient, 15);
        }
        assert_int_equal(seen.orders[1].offset, sizeof GOOD - 1);
        assert_int_equal(seen.orders[1].row, 2);
    }
}

static void assert_rejected(ra_arena *arena, const char *bytes, size_t size, ra_status code,
                            const char *field) {
    char text[512];
    assert_true(size + sizeof GOOD < sizeof text);
    memcpy(text, bytes, size);
    memcpy(text + size, GOOD, sizeof GOOD - 1);
    result seen = read_bytes(arena, text, size + sizeof GOOD - 1, 0,
                             (ra_reader_options){.max_record = 4096, .max_depth = 4});
    assert_int_equal(seen.end, RA_END);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.orders[0].error.code, code);
    assert_int_equal(seen.orders[0].error.row, 1);
    assert_int_equal(seen.orders[1].error.code, RA_OK);
    if (field != NULL) assert_string_equal(seen.orders[0].error.field, field);
}

#define REJECTED(state, bytes, code, field)                                                        \
    assert_rejected(*(state), (bytes), sizeof(bytes) - 1, (code), (field))

static void test_unusable_records_are_refused_alone(void **state) {
    REJECTED(state, "\x80", RA_MISSING_FIELD, "v");
    REJECTED(state, "\x81\xa1v\x02", RA_BAD_FORMAT, "v");
    REJECTED(state, "\x81\xa1v\x01", RA_MISSING_FIELD, "source_ref");
    REJECTED(state, "\x81\x01\x01", RA_BAD_TYPE, NULL);
    REJECTED(state, "\x81\xa5total\x01", RA_BAD_TYPE, "total");
    REJECTED(state, "\x81\xa5total\xa3NaN", RA_BAD_NUMBER, "total");
    REJECTED(state, "\x81\xa6status\xa2\xc3\x28", RA_BAD_ENCODING, "status");
    REJECTED(state, "\x81\xa6status\xa1\x00", RA_BAD_ENCODING, "status");
    REJECTED(state, "\x82\xa6status\xa1s\xa6status\xa1s", RA_DUPLICATE_KEY, "status");
    REJECTED(state, "\x81\xa5lines\x91\x01", RA_BAD_TYPE, "lines");
    REJECTED(state, "\x81\xa5lines\x91\x81\xa4kind\x03", RA_BAD_NUMBER, "kind");
    REJECTED(state,
             "\x81\xaa"
             "created_at\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
             RA_BAD_NUMBER, "created_at");
    REJECTED(state, "\x81\xa1x\x91\x91\x91\x91\x91\xc0", RA_TOO_DEEP, NULL);
}

static void assert_ended(result seen, ra_status code, size_t count, uint64_t offset) {
    assert_int_equal(seen.end, code);
    assert_int_equal(seen.count, count);
    assert_int_equal(seen.error.row, count + 1);
    assert_int_equal(seen.error.offset, offset);
}

static void test_lying_lengths_allocate_nothing(void **state) {
    const uint64_t second = sizeof GOOD - 1;
    assert_ended(READ(state, GOOD "\x81\xa1x\xdd\x20\x00\x00\x00"), RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\x81\xa1x\xdd\xff\xff\xff\xff"), RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\xdf\xff\xff\xff\xff"), RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\x81\xdb\xff\xff\xff\xff"
                                  "abc"),
                 RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\x81\xa1x\xc6\x7f\xff\xff\xff"), RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\x81\xa5lines\xdc\xff\xff" GOOD GOOD), RA_BAD_SYNTAX, 1, second);
    const ra_arena *arena = *state;
    assert_true(arena->total < 1024 * 1024);
}

static void test_a_cut_file_ends_with_its_place(void **state) {
    const uint64_t second = sizeof GOOD - 1;
    static const char bytes[] = GOOD GOOD;
    for (size_t cut = 1; cut < sizeof GOOD - 1; cut++) {
        result seen =
            read_bytes(*state, bytes, second + cut, 0, (ra_reader_options){.max_record = 4096});
        assert_ended(seen, RA_TRUNCATED, 1, second);
    }
    assert_ended(READ(state, GOOD "\xc1"), RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\x05"), RA_BAD_SYNTAX, 1, second);
    assert_ended(READ(state, GOOD "\x81\xa1x\xc1"), RA_BAD_SYNTAX, 1, second);
}

static void test_a_record_that_is_too_large_is_passed_over(void **state) {
    static char bytes[6000] = "\x81\xa1x\xda\x13\x88"; /* a text of 5,000 bytes */
    memcpy(bytes + 6 + 5000, GOOD, sizeof GOOD - 1);
    for (size_t piece = 0; piece < 3; piece++) {
        result seen = read_bytes(*state, bytes, 6 + 5000 + sizeof GOOD - 1, piece * 700,
                                 (ra_reader_options){.max_record = 4096});
        assert_int_equal(seen.end, RA_END);
        assert_int_equal(seen.count, 2);
        assert_int_equal(seen.orders[0].error.code, RA_TOO_LARGE);
        assert_int_equal(seen.orders[0].raw.len, 0);
        assert_int_equal(seen.orders[0].end, 5006);
        assert_int_equal(seen.orders[1].error.code, RA_OK);
    }
}

static void test_lists_cannot_multiply_memory(void **state) {
    static char bytes[70100] = "\x81\xa5lines\xdd\x00\x01\x11\x70"; /* 70,000 items */
    size_t size = 12;
    memset(bytes + size, 0x80, 70000);
    result seen = read_bytes(*state, bytes, size + 70000, 0, (ra_reader_options){.max_record = 0});
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.orders[0].error.code, RA_TOO_LARGE);
    assert_string_equal(seen.orders[0].error.field, "lines");
}

static void test_reading_resumes_behind_a_record(void **state) {
    static const char bytes[] = GOOD GOOD GOOD;
    ra_reader_options options = {.start_offset = 2 * (sizeof GOOD - 1), .start_row = 2};
    result seen = read_bytes(*state, bytes, sizeof bytes - 1, 0, options);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.orders[0].row, 3);
    assert_int_equal(seen.orders[0].error.code, RA_OK);
    options.start_offset = 10000;
    seen = read_bytes(*state, bytes, sizeof bytes - 1, 0, options);
    assert_int_equal(seen.end, RA_TRUNCATED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps_of_others_are_read),
        cmocka_unit_test(test_unusable_records_are_refused_alone),
        cmocka_unit_test(test_lying_lengths_allocate_nothing),
        cmocka_unit_test(test_a_cut_file_ends_with_its_place),
        cmocka_unit_test(test_a_record_that_is_too_large_is_passed_over),
        cmocka_unit_test(test_lists_cannot_multiply_memory),
        cmocka_unit_test(test_reading_resumes_behind_a_record),
    };
    return cmocka_run_group_tests(tests, set_up, arena_tear_down);
}
