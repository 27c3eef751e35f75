/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Ledger rows and result lines: every column, hostile texts, memory that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve_support.h"
#include "write/ra_ledger.h"

#define NOW INT64_C(1700000000123456)
#define COLUMNS 25
#define FILE_TEXT                                                                                  \
    "{\"id\":7,\"number\":\"A-7\",\"status\":\"completed\",\"currency\":\"EUR\","                  \
    "\"date_created_gmt\":\"2024-01-02T03:04:05\","                                                \
    "\"date_modified_gmt\":\"2024-01-02T03:04:06\",\"total\":\"12.10\"}\n"                         \
    "{\"id\":8}\n"

/* A readable record, a broken one, and buffers to compare. */
typedef struct fixture {
    ra_chunk chunk;
    ra_catalog catalog;
    ra_plan *plan, *broken;
    ra_ledger_context context;
    ra_buffer out, expected;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL) return -1;
    read_text(&f->chunk, FILE_TEXT);
    assert_int_equal(f->chunk.count, 2);
    assert_int_equal(shop_catalog(&f->catalog, NULL), RA_OK);
    f->plan = &f->chunk.plans[0];
    f->broken = &f->chunk.plans[1];
    f->context = (ra_ledger_context){
        .catalog = &f->catalog, .channel_id = 3, .company_id = 4, .import_id = 5, .now_us = NOW};
    ra_buffer_init(&f->out, NULL);
    ra_buffer_init(&f->expected, NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    ra_buffer_free(&f->out);
    ra_buffer_free(&f->expected);
    ra_chunk_free(&f->chunk);
    ra_catalog_free(&f->catalog);
    free(f);
    return 0;
}

static void expect_key(ra_buffer *expected, ra_key key) {
    char hex[RA_KEY_HEX];
    ra_key_to_hex(key, hex);
    ra_copy_text(expected, (ra_str){hex, RA_KEY_HEX - 1});
}

static void assert_as_expected(const fixture *f) {
    assert_false(f->out.failed);
    assert_int_equal(f->out.size, f->expected.size);
    assert_memory_equal(f->out.data, f->expected.data, f->out.size);
}

static void test_there_is_a_value_for_each_named_column(void **state) {
    fixture *f = *state;
    size_t names = 1;
    for (const char *c = ra_ledger_columns; *c != '\0'; c++)
        names += *c == ',';
    assert_int_equal(names, COLUMNS);
    ra_ledger_row(&f->context, f->plan, 1, &f->out);
    assert_memory_equal(f->out.data, "\0\31", 2);
}

static void test_a_created_order_is_recorded_with_its_order_and_amount(void **state) {
    fixture *f = *state;
    ra_buffer *expected = &f->expected;
    f->plan->outcome = RA_OUTCOME_CREATE;
    f->plan->lane = RA_LANE_NATIVE;
    f->plan->order_id = 501;
    assert_int_equal(ra_ledger_payload(&f->chunk, f->plan), RA_OK);
    ra_ledger_row(&f->context, f->plan, 77, &f->out);
    ra_copy_tuple(expected, COLUMNS);
    for (int i = 0; i < 4; i++)
        ra_copy_int4(expected, (const int32_t[]){77, 3, 4, 5}[i]);
    ra_copy_text(expected, RA_STR("order"));
    ra_copy_text(expected, RA_STR("7"));
    ra_copy_text(expected, RA_STR("A-7"));
    ra_copy_text(expected, RA_STR("completed"));
    expect_key(expected, f->plan->identity);
    expect_key(expected, f->plan->content);
    expect_key(expected, f->plan->twins.content);
    ra_copy_null(expected); /* near key: no name */
    ra_copy_timestamp(expected, f->plan->order.created_at);
    ra_copy_timestamp(expected, INT64_C(1704164646000000));
    ra_copy_timestamp(expected, NOW);
    ra_copy_text(expected, RA_STR("created"));
    ra_copy_text(expected, RA_STR("native"));
    ra_copy_null(expected); /* reason */
    ra_copy_null(expected); /* message */
    ra_copy_int4(expected, 1);
    ra_copy_numeric(expected, (ra_decimal){0, 0});
    ra_copy_int4(expected, 501);
    ra_copy_numeric(expected, (ra_decimal){121, 1});
    ra_copy_int4(expected, 1);
    ra_copy_text(expected, f->plan->payload);
    assert_true(f->plan->payload.len > 0);
    assert_as_expected(f);
}

static void test_an_unreadable_record_keeps_its_bytes_and_place(void **state) {
    fixture *f = *state;
    ra_buffer *expected = &f->expected;
    f->broken->outcome = RA_OUTCOME_REJECTED;
    f->broken->reason = f->broken->order.error.code;
    f->context.import_id = 0;
    assert_int_equal(ra_ledger_payload(&f->chunk, f->broken), RA_OK);
    assert_true(same_text(f->broken->payload, "{\"id\":8}"));
    ra_ledger_row(&f->context, f->broken, 78, &f->out);
    ra_copy_tuple(expected, COLUMNS);
    for (int i = 0; i < 3; i++)
        ra_copy_int4(expected, (const int32_t[]){78, 3, 4}[i]);
    ra_copy_null(expected); /* import */
    ra_copy_text(expected, RA_STR("order"));
    ra_copy_text(expected, RA_STR("8"));
    ra_copy_text(expected, RA_STR("8")); /* its number, for want of one */
    ra_copy_null(expected);              /* status */
    expect_key(expected, f->broken->identity);
    expect_key(expected, f->broken->content);
    for (int i = 0; i < 3; i++)
        ra_copy_null(expected); /* content and near key, created */
    ra_copy_null(expected);     /* modified */
    ra_copy_timestamp(expected, NOW);
    ra_copy_text(expected, RA_STR("rejected"));
    ra_copy_null(expected); /* lane */
    ra_copy_text(expected, RA_STR("missing_field"));
    ra_copy_text(expected, text_str(ra_status_text(RA_MISSING_FIELD)));
    ra_copy_int4(expected, 2);
    ra_copy_numeric(expected,
                    (ra_decimal){(int64_t)strchr(FILE_TEXT, '\n') - (int64_t)FILE_TEXT + 1, 0});
    ra_copy_null(expected); /* order */
    ra_copy_null(expected); /* amount */
    ra_copy_null(expected); /* currency */
    ra_copy_text(expected, RA_STR("{\"id\":8}"));
    assert_as_expected(f);
}

static void assert_row_holds_expected(const fixture *f) {
    const ra_buffer *field = &f->expected;
    for (size_t at = 0; at + field->size <= f->out.size; at++) {
        if (memcmp(f->out.data + at, field->data, field->size) == 0) return;
    }
    fail_msg("the field is not in the row");
}

static void test_a_hostile_detail_is_cut_between_characters(void **state) {
    fixture *f = *state;
    char detail[600], shown[300];
    for (size_t i = 0; i < sizeof detail; i += 3)
        memcpy(detail + i, "\xe2\x82\xac", 3);
    f->plan->outcome = RA_OUTCOME_REJECTED;
    f->plan->reason = RA_MISSING_FIELD;
    f->plan->field = "sku";
    f->plan->detail = (ra_str){detail, sizeof detail};
    ra_ledger_row(&f->context, f->plan, 1, &f->out);
    snprintf(shown, sizeof shown, "%s – sku: %.198s", ra_status_text(RA_MISSING_FIELD), detail);
    ra_copy_text(&f->expected, text_str(shown));
    assert_row_holds_expected(f);
}

static void test_a_row_beyond_the_column_is_its_largest_value(void **state) {
    fixture *f = *state;
    f->plan->order.row = (uint64_t)INT32_MAX + 5;
    ra_ledger_row(&f->context, f->plan, 1, &f->out);
    ra_copy_int4(&f->expected, INT32_MAX);
    assert_row_holds_expected(f);
}

static void test_only_new_identities_with_an_outcome_are_new_rows(void **state) {
    fixture *f = *state;
    for (int outcome = RA_OUTCOME_PENDING; outcome <= RA_OUTCOME_REVIEW; outcome++) {
        f->plan->outcome = (ra_outcome)outcome;
        bool decided = outcome != RA_OUTCOME_PENDING && outcome != RA_OUTCOME_UNCHANGED;
        f->plan->known.found = false;
        assert_int_equal(ra_ledger_is_new(f->plan), decided);
        f->plan->known.found = true;
        assert_false(ra_ledger_is_new(f->plan));
    }
}

static void assert_line(fixture *f, const char *expected) {
    ra_buffer_clear(&f->out);
    ra_result_line(f->plan, &f->out);
    assert_false(f->out.failed);
    assert_int_equal(f->out.size, strlen(expected));
    assert_memory_equal(f->out.data, expected, f->out.size);
}

static void test_a_result_line_names_the_record_and_what_became_of_it(void **state) {
    fixture *f = *state;
    f->plan->outcome = RA_OUTCOME_CREATE;
    f->plan->lane = RA_LANE_ORM;
    f->plan->order_name = RA_STR("S1");
    assert_line(f, "1,\"7\",\"A-7\",\"created\",\"orm\",\"\",\"\",\"S1\"\r\n");
    f->plan->outcome = RA_OUTCOME_REJECTED;
    f->plan->lane = RA_LANE_NONE;
    f->plan->reason = RA_MISSING_FIELD;
    f->plan->detail = RA_STR("say \"id\"");
    f->plan->order_name = (ra_str){NULL, 0};
    assert_line(f,
                "1,\"7\",\"A-7\",\"rejected\",\"\",\"missing_field\",\"say \"\"id\"\"\",\"\"\r\n");
}

static void test_a_result_line_of_an_unreadable_record_names_the_field(void **state) {
    fixture *f = *state;
    f->plan->outcome = RA_OUTCOME_REJECTED;
    f->plan->reason = f->plan->order.error.code = RA_BAD_TYPE;
    f->plan->field = "billing";
    f->plan->detail = RA_STR("an object is expected");
    assert_line(f, "1,\"7\",\"A-7\",\"rejected\",\"\",\"bad_type\","
                   "\"billing: an object is expected\",\"\"\r\n");
    f->plan->detail = (ra_str){NULL, 0};
    assert_line(f, "1,\"7\",\"A-7\",\"rejected\",\"\",\"bad_type\",\"billing\",\"\"\r\n");
}

static void test_a_cell_that_starts_like_a_formula_is_quoted(void **state) {
    static const char starts[] = "=+-@\t\r\n";
    fixture *f = *state;
    char number[] = "=1", expected[64];
    for (const char *start = starts; *start != '\0'; start++) {
        number[0] = *start;
        f->plan->order.number = text_str(number);
        snprintf(expected, sizeof expected, "1,\"7\",\"'%s\",\"pending\",\"\",\"\",\"\",\"\"\r\n",
                 number);
        assert_line(f, expected);
    }
    f->plan->order.number = RA_STR("1=\n");
    assert_line(f, "1,\"7\",\"1=\n\",\"pending\",\"\",\"\",\"\",\"\"\r\n");
}

/* Fails each allocation of payload, row and result line in turn; returns how many there were. */
static size_t run_failing(fixture *f, bool lasting) {
    for (size_t point = 1;; point++) {
        faulty_memory memory = {.failing = point, .lasting = lasting};
        ra_allocator allocator = faulty_allocator(&memory);
        ra_chunk chunk;
        ra_buffer rows, results;
        ra_chunk_init(&chunk, 0, &allocator);
        ra_buffer_init(&rows, &allocator);
        ra_buffer_init(&results, &allocator);
        f->plan->payload = (ra_str){NULL, 0};
        ra_status status = ra_ledger_payload(&chunk, f->plan);
        for (int i = 0; status == RA_OK && i < 100; i++) {
            ra_ledger_row(&f->context, f->plan, i, &rows);
            ra_result_line(f->plan, &results);
        }
        bool failed = status != RA_OK || rows.failed || results.failed;
        bool no_memory = status == RA_NO_MEMORY || rows.no_memory || results.no_memory;
        f->plan->payload = (ra_str){NULL, 0};
        ra_buffer_free(&rows);
        ra_buffer_free(&results);
        ra_chunk_free(&chunk);
        assert_int_equal(memory.live, 0);
        assert_int_equal(failed, memory.failures > 0);
        assert_int_equal(no_memory, failed);
        if (!failed) return point - 1;
    }
}

static void test_every_failed_allocation_is_reported(void **state) {
    assert_true(run_failing(*state, false) >= 6);
    assert_true(run_failing(*state, true) >= 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_there_is_a_value_for_each_named_column),
        TEST(test_a_created_order_is_recorded_with_its_order_and_amount),
        TEST(test_an_unreadable_record_keeps_its_bytes_and_place),
        TEST(test_a_hostile_detail_is_cut_between_characters),
        TEST(test_a_row_beyond_the_column_is_its_largest_value),
        TEST(test_only_new_identities_with_an_outcome_are_new_rows),
        TEST(test_a_result_line_names_the_record_and_what_became_of_it),
        TEST(test_a_result_line_of_an_unreadable_record_names_the_field),
        TEST(test_a_cell_that_starts_like_a_formula_is_quoted),
        TEST(test_every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
