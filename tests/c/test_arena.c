/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Arena memory, checked sizes and status names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read_support.h"

static void test_memory_is_zeroed_and_aligned(void **state) {
    (void)state;
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    for (size_t size = 0; size < 3000; size = size * 2 + 1) {
        unsigned char *data = ra_arena_alloc(&arena, size);
        assert_non_null(data);
        assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(data[i], 0);
        if (size > 0) memset(data, 0xff, size);
    }
    ra_arena_reset(&arena);
    unsigned char *again = ra_arena_alloc(&arena, 64);
    assert_non_null(again);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(again[i], 0);
    ra_arena_free(&arena);
}

static void test_lines_begin_at_a_cache_line(void **state) {
    (void)state;
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    for (size_t count = 1; count < 100; count++) {
        unsigned char *data = ra_arena_lines(&arena, count, 32);
        assert_non_null(data);
        assert_int_equal((uintptr_t)data % 64, 0);
        for (size_t i = 0; i < count * 32; i++)
            assert_int_equal(data[i], 0);
        memset(data, 0xff, count * 32);
    }
    assert_null(ra_arena_lines(&arena, SIZE_MAX / 2, 4));
    assert_null(ra_arena_lines(&arena, SIZE_MAX - 8, 1));
    ra_arena_free(&arena);
}

static void test_limit_bounds_all_blocks(void **state) {
    (void)state;
    faulty_memory memory = {.calls = 0};
    ra_allocator allocator = faulty_allocator(&memory);
    ra_arena arena;
    ra_arena_init(&arena, 100000, &allocator);
    size_t given = 0;
    while (ra_arena_alloc(&arena, 1000) != NULL)
        given += 1000;
    assert_true(arena.total <= 100000);
    assert_true(given >= 90000);
    assert_null(ra_arena_alloc(&arena, 200000));
    ra_arena_free(&arena);
    assert_int_equal(memory.live, 0);
    assert_int_equal(arena.total, 0);
}

static void test_large_request_keeps_the_newest_block_in_use(void **state) {
    (void)state;
    faulty_memory memory = {.calls = 0};
    ra_allocator allocator = faulty_allocator(&memory);
    ra_arena arena;
    ra_arena_init(&arena, 0, &allocator);
    assert_non_null(ra_arena_alloc(&arena, 16));
    assert_non_null(ra_arena_alloc(&arena, 4 * 1024 * 1024));
    assert_non_null(ra_arena_alloc(&arena, 16));
    assert_int_equal(memory.calls, 2);
    ra_arena_reset(&arena);
    assert_int_equal(memory.live, 1);
    ra_arena_free(&arena);
    assert_int_equal(memory.live, 0);
}

static void test_products_and_sums_that_overflow_are_refused(void **state) {
    (void)state;
    size_t out = 5;
    assert_false(ra_size_add(SIZE_MAX, 1, &out));
    assert_false(ra_size_mul(SIZE_MAX / 2, 3, &out));
    assert_int_equal(out, 5);
    assert_true(ra_size_add(SIZE_MAX - 1, 1, &out));
    assert_true(out == SIZE_MAX);
    assert_true(ra_size_mul(0, SIZE_MAX, &out));
    assert_int_equal(out, 0);
    ra_arena arena;
    ra_arena_init(&arena, 1u << 30, NULL);
    assert_null(ra_arena_array(&arena, SIZE_MAX / 2, 4));
    assert_null(ra_arena_alloc(&arena, SIZE_MAX));
    assert_null(ra_arena_alloc(&arena, SIZE_MAX - 64));
    ra_arena_free(&arena);
}

static void test_copies_are_independent_texts(void **state) {
    (void)state;
    char text[] = "shop";
    ra_str copy;
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    assert_true(ra_arena_copy(&arena, (ra_str){text, 4}, &copy));
    text[0] = 'x';
    assert_true(ra_str_equal(copy, RA_STR("shop")));
    assert_false(ra_str_equal(copy, RA_STR("shops")));
    assert_true(ra_arena_copy(&arena, (ra_str){NULL, 0}, &copy));
    assert_null(copy.ptr);
    ra_arena_free(&arena);
}

static void test_every_status_has_a_name_of_its_own(void **state) {
    (void)state;
    for (int i = 0; i < RA_STATUS_COUNT; i++) {
        assert_true(strlen(ra_status_text((ra_status)i)) > 3);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(ra_status_name((ra_status)i), ra_status_name((ra_status)j));
        }
    }
    assert_string_equal(ra_status_name(RA_BAD_NUMBER), "bad_number");
    assert_string_equal(ra_status_name(RA_STATUS_COUNT), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_lines_begin_at_a_cache_line),
        cmocka_unit_test(test_limit_bounds_all_blocks),
        cmocka_unit_test(test_large_request_keeps_the_newest_block_in_use),
        cmocka_unit_test(test_products_and_sums_that_overflow_are_refused),
        cmocka_unit_test(test_copies_are_independent_texts),
        cmocka_unit_test(test_every_status_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
