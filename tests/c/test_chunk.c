/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reading a chunk: keys, waves for repeated orders, resume points, broken input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve_support.h"

#define VERSION(id, modified, total)                                                               \
    "{\"id\":" id ",\"status\":\"completed\",\"currency\":\"EUR\",\"date_created_gmt\":"           \
    "\"2024-01-01T00:00:00\",\"date_modified_gmt\":" modified ",\"total\":\"" total "\"}"

static void test_later_versions_of_an_order_form_waves(void **state) {
    (void)state;
    ra_chunk chunk;
    read_text(&chunk,
              "[" VERSION("1", "\"2024-01-01T00:00:00\"", "1") "," VERSION(
                  "2", "\"2024-01-01T00:00:00\"",
                  "1") "," VERSION("1", "\"2024-01-02T00:00:00\"",
                                   "2") "," VERSION("1", "\"2024-01-03T00:00:00\"", "3") "]");
    assert_int_equal(chunk.count, 4);
    assert_int_equal(chunk.waves, 3);
    const uint32_t waves[] = {0, 0, 1, 2};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(chunk.plans[i].wave, waves[i]);
        assert_int_equal(chunk.plans[i].outcome, RA_OUTCOME_PENDING);
    }
    assert_true(ra_key_equal(chunk.plans[0].identity, chunk.plans[3].identity));
    assert_false(ra_key_equal(chunk.plans[0].identity, chunk.plans[1].identity));
    ra_chunk_free(&chunk);
}

static void test_older_and_same_versions_are_unchanged(void **state) {
    (void)state;
    ra_chunk chunk;
    read_text(&chunk, "[" VERSION("1", "\"2024-01-02T00:00:00\"", "1") "," VERSION(
                          "1", "\"2024-01-01T00:00:00\"",
                          "9") "," VERSION("1", "\"2024-01-05T00:00:00\"", "1") "]");
    assert_int_equal(chunk.waves, 1);
    assert_int_equal(chunk.plans[0].outcome, RA_OUTCOME_PENDING);
    assert_int_equal(chunk.plans[1].outcome, RA_OUTCOME_UNCHANGED);
    assert_true(same_text(chunk.plans[1].detail, "older_version"));
    assert_int_equal(chunk.plans[2].outcome, RA_OUTCOME_UNCHANGED);
    assert_true(same_text(chunk.plans[2].detail, "same_version"));
    ra_chunk_free(&chunk);
}

static void test_a_version_without_a_date_is_not_taken_for_older(void **state) {
    (void)state;
    ra_chunk chunk;
    read_text(&chunk,
              "[" VERSION("1", "\"2024-01-02T00:00:00\"", "1") "," VERSION("1", "null", "2") "]");
    assert_int_equal(chunk.plans[1].order.error.code, RA_OK);
    assert_int_equal(chunk.plans[1].outcome, RA_OUTCOME_PENDING);
    assert_int_equal(chunk.plans[1].wave, 1);
    ra_chunk_free(&chunk);
}

static void test_a_broken_record_is_known_by_its_bytes(void **state) {
    (void)state;
    ra_chunk chunk;
    read_text(&chunk, "[{\"id\":1},{\"id\":1},{\"id\":1, \"x\":2}]");
    assert_int_equal(chunk.count, 3);
    assert_int_equal(chunk.plans[0].order.error.code, RA_MISSING_FIELD);
    assert_int_equal(chunk.plans[1].outcome, RA_OUTCOME_UNCHANGED);
    assert_int_equal(chunk.plans[2].outcome, RA_OUTCOME_PENDING);
    assert_int_equal(chunk.plans[2].wave, 0);
    ra_chunk_free(&chunk);
}

static void test_a_date_beyond_the_years_of_odoo_rejects_its_record_alone(void **state) {
    (void)state;
    ra_chunk chunk;
    read_text(&chunk,
              "[" VERSION("1", "\"0001-01-01T00:30:00+01:00\"", "1") "," VERSION(
                  "2", "\"9999-12-31T23:30:00-01:00\"",
                  "1") "," VERSION("3", "\"0001-01-01T00:00:00\"",
                                   "1") "," VERSION("4", "\"9999-12-31T23:59:59\"", "1") "]");
    assert_int_equal(chunk.count, 4);
    for (size_t i = 0; i < 4; i++) {
        const ra_error *error = &chunk.plans[i].order.error;
        assert_int_equal(error->code, i < 2 ? RA_BAD_DATE : RA_OK);
        if (i >= 2) continue;
        assert_string_equal(error->field, "modified_at");
        assert_int_equal(error->row, i + 1);
        assert_int_equal(error->offset, chunk.plans[i].order.offset);
    }
    assert_int_equal(chunk.error.code, RA_OK);
    ra_chunk_free(&chunk);
}

static void test_a_chunk_ends_at_its_size_and_the_next_goes_on(void **state) {
    (void)state;
    const char *text = "[" VERSION("1", "null", "1") "," VERSION("2", "null", "1") "," VERSION(
        "3", "null", "1") "]";
    memory_input in;
    ra_input input = memory_source(&in, text);
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_chunk chunk;
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    const size_t counts[] = {2, 1, 0};
    for (size_t i = 0; i < 3; i++) {
        ra_chunk_init(&chunk, 0, NULL);
        assert_int_equal(ra_chunk_read(&chunk, reader, SHOP, 2, SIZE_MAX), RA_OK);
        assert_int_equal(chunk.count, counts[i]);
        assert_int_equal(chunk.last, i > 0);
        assert_int_equal(chunk.error.code, RA_OK);
        if (i < 2) assert_int_equal(chunk.end_row, i + 2);
        ra_chunk_free(&chunk);
    }
    ra_reader_close(reader);
}

static void test_a_soft_limit_of_memory_ends_a_chunk_early(void **state) {
    (void)state;
    memory_input in;
    ra_input input =
        memory_source(&in, "[" VERSION("1", "null", "1") "," VERSION("2", "null", "1") "]");
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_chunk chunk;
    ra_chunk_init(&chunk, 0, NULL);
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    assert_int_equal(ra_chunk_read(&chunk, reader, SHOP, 100, 1), RA_OK);
    assert_int_equal(chunk.count, 1);
    assert_false(chunk.last);
    ra_reader_close(reader);
    ra_chunk_free(&chunk);
}

static void test_what_was_read_before_the_input_broke_off_is_kept(void **state) {
    (void)state;
    ra_chunk chunk;
    read_text(&chunk, "[" VERSION("1", "null", "1") ",{\"id\":2,");
    assert_true(chunk.count >= 1);
    assert_int_equal(chunk.plans[0].order.error.code, RA_OK);
    assert_true(chunk.last);
    assert_int_equal(chunk.error.code, RA_TRUNCATED);
    assert_true(chunk.error.offset > 0);
    ra_chunk_free(&chunk);
}

static void test_the_hard_limit_of_memory_is_no_memory(void **state) {
    (void)state;
    memory_input in;
    ra_input input = memory_source(&in, sample_json);
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_chunk chunk;
    ra_chunk_init(&chunk, 2000, NULL);
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    assert_int_equal(ra_chunk_read(&chunk, reader, SHOP, 100, SIZE_MAX), RA_NO_MEMORY);
    ra_reader_close(reader);
    ra_chunk_free(&chunk);
}

static void test_more_orders_than_first_fit_keep_their_identity(void **state) {
    (void)state;
    static char text[200000];
    grown_text out = {.text = text, .capacity = sizeof text};
    char one[256];
    for (int i = 0; i < 700; i++) {
        snprintf(one, sizeof one, VERSION("%d", "null", "1") "\n", i);
        grow_text(&out, one);
    }
    ra_chunk chunk;
    read_text(&chunk, text);
    assert_int_equal(chunk.count, 700);
    for (size_t i = 0; i < 700; i++) {
        snprintf(one, sizeof one, "%zu", i);
        assert_true(same_text(chunk.plans[i].order.source_ref, one));
        assert_int_equal(ra_key_table_get(&chunk.seen, chunk.plans[i].identity), i);
    }
    ra_chunk_free(&chunk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_later_versions_of_an_order_form_waves),
        cmocka_unit_test(test_older_and_same_versions_are_unchanged),
        cmocka_unit_test(test_a_version_without_a_date_is_not_taken_for_older),
        cmocka_unit_test(test_a_broken_record_is_known_by_its_bytes),
        cmocka_unit_test(test_a_date_beyond_the_years_of_odoo_rejects_its_record_alone),
        cmocka_unit_test(test_a_chunk_ends_at_its_size_and_the_next_goes_on),
        cmocka_unit_test(test_a_soft_limit_of_memory_ends_a_chunk_early),
        cmocka_unit_test(test_what_was_read_before_the_input_broke_off_is_kept),
        cmocka_unit_test(test_the_hard_limit_of_memory_is_no_memory),
        cmocka_unit_test(test_more_orders_than_first_fit_keep_their_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
