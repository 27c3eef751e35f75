/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The two hash tables of the resolve room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "faulty_memory.h"
#include "resolve/ra_table.h"

#define MANY 20000

static ra_str text_of(char buffer[32], int number) {
    int length = snprintf(buffer, 32, "SKU-%05d", number);
    return (ra_str){buffer, (size_t)length};
}

static void test_every_text_is_found_again_and_no_other(void **state) {
    (void)state;
    ra_text_table table;
    char buffer[32];
    ra_text_table_init(&table, NULL);
    assert_int_equal(ra_text_table_get(&table, RA_STR("SKU")), RA_NOT_FOUND);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(ra_text_table_put(&table, text_of(buffer, i), i), RA_OK);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(ra_text_table_get(&table, text_of(buffer, i)), i);
    }
    assert_int_equal(ra_text_table_get(&table, text_of(buffer, MANY)), RA_NOT_FOUND);
    assert_int_equal(table.count, MANY);
    ra_text_table_free(&table);
}

static void test_a_text_put_twice_takes_the_later_value(void **state) {
    (void)state;
    ra_text_table table;
    ra_text_table_init(&table, NULL);
    assert_int_equal(ra_text_table_put(&table, RA_STR("0002"), 1), RA_OK);
    assert_int_equal(ra_text_table_put(&table, RA_STR("0002"), 2), RA_OK);
    assert_int_equal(ra_text_table_get(&table, RA_STR("0002")), 2);
    assert_int_equal(ra_text_table_get(&table, RA_STR("2")), RA_NOT_FOUND);
    assert_int_equal(table.count, 1);
    ra_text_table_free(&table);
}

static void test_the_empty_text_is_a_text_like_any_other(void **state) {
    (void)state;
    ra_text_table table;
    ra_text_table_init(&table, NULL);
    assert_int_equal(ra_text_table_put(&table, (ra_str){NULL, 0}, 7), RA_OK);
    assert_int_equal(ra_text_table_get(&table, RA_STR("")), 7);
    ra_text_table_free(&table);
}

static void test_the_key_table_survives_colliding_keys(void **state) {
    (void)state;
    ra_key_table table;
    ra_key_table_init(&table, NULL);
    /* The same low half lands every key in one slot; probing must tell them apart. */
    for (uint64_t i = 0; i < 500; i++) {
        assert_int_equal(ra_key_table_put(&table, (ra_key){i, 42}, (int32_t)i), RA_OK);
    }
    for (uint64_t i = 0; i < 500; i++) {
        assert_int_equal(ra_key_table_get(&table, (ra_key){i, 42}), (int32_t)i);
    }
    assert_int_equal(ra_key_table_get(&table, (ra_key){500, 42}), RA_NOT_FOUND);
    ra_key_table_clear(&table);
    assert_int_equal(ra_key_table_get(&table, (ra_key){1, 42}), RA_NOT_FOUND);
    assert_int_equal(table.count, 0);
    ra_key_table_free(&table);
}

static void test_running_out_of_memory_keeps_what_was_there(void **state) {
    (void)state;
    for (size_t point = 1; point <= 12; point++) {
        int stored = 0;
        faulty_memory memory = {.failing = point, .lasting = true};
        ra_allocator allocator = faulty_allocator(&memory);
        ra_text_table table;
        char buffer[32];
        ra_text_table_init(&table, &allocator);
        while (stored < MANY &&
               ra_text_table_put(&table, text_of(buffer, stored), stored) == RA_OK) {
            stored++;
        }
        assert_true(stored < MANY);
        for (int i = 0; i < stored; i++) {
            assert_int_equal(ra_text_table_get(&table, text_of(buffer, i)), i);
        }
        assert_int_equal(ra_text_table_get(&table, text_of(buffer, stored)), RA_NOT_FOUND);
        ra_text_table_free(&table);
        assert_int_equal(memory.live, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_is_found_again_and_no_other),
        cmocka_unit_test(test_a_text_put_twice_takes_the_later_value),
        cmocka_unit_test(test_the_empty_text_is_a_text_like_any_other),
        cmocka_unit_test(test_the_key_table_survives_colliding_keys),
        cmocka_unit_test(test_running_out_of_memory_keeps_what_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
