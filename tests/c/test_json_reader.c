/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* WooCommerce orders: what is read from them, and what is refused and how it is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "arena_fixture.h"
#include "read_support.h"

#define HEAD                                                                                       \
    "{\"id\":7,\"status\":\"s\",\"currency\":\"EUR\",\"date_created_gmt\":\"2024-01-02T03:04:05\""
#define WHOLE HEAD ",\"total\":\"1\""

static ra_order read_text(ra_arena *arena, ra_str text) {
    ra_order order;
    assert_int_equal(read_woo_order(text, 0, arena, &order), RA_OK);
    return order;
}

static ra_order read_one(ra_arena *arena, const char *text) {
    return read_text(arena, (ra_str){text, strlen(text)});
}

static void assert_decimal(ra_decimal value, const char *wanted) {
    char text[24];
    (void)ra_decimal_format(value, text);
    assert_string_equal(text, wanted);
}

static bool is(ra_str text, const char *wanted) {
    return ra_str_equal(text, (ra_str){wanted, strlen(wanted)});
}

static void test_members_become_canonical_fields(void **state) {
    ra_str text = {sample_json + 1, strlen(sample_json) - 2};
    ra_order order = read_text(*state, text);
    assert_int_equal(order.error.code, RA_OK);
    assert_true(is(order.source_ref, "7"));
    assert_true(is(order.number, "A-7"));
    assert_true(is(order.customer_ref, ""));
    assert_int_equal(order.created_at, INT64_C(1704164645000000));
    assert_int_equal(order.paid_at, RA_NO_TIME);
    assert_decimal(order.total, "12.1");
    assert_decimal(order.total_tax, "2.1");
    assert_true(is(order.billing.first_name, "J\xc3\xb6rg"));
    assert_int_equal(order.line_count, 2);
    assert_true(is(order.lines[0].product_ref, "3"));
    assert_true(is(order.lines[0].variation_ref, ""));
    assert_decimal(order.lines[0].quantity, "2");
    assert_decimal(order.lines[0].subtotal, "12");
    assert_int_equal(order.lines[1].kind, RA_LINE_FEE);
    assert_true(is(order.lines[1].code, "Gift"));
    assert_decimal(order.lines[1].quantity, "1");
    assert_int_equal(order.lines[1].tax_count, 1);
    assert_decimal(order.lines[1].taxes[0].amount, "0");
    assert_int_equal(order.meta_count, 1);
    assert_true(is(order.meta[0].value, "{\"a\":[1,2]}"));
    assert_true(ra_str_equal(order.raw, text));
}

static void test_lines_are_goods_then_shipping_then_fees(void **state) {
    ra_order order =
        read_one(*state, WHOLE ",\"fee_lines\":[{\"name\":\"f\",\"total\":\"-3.00\"}],"
                               "\"shipping_lines\":[{\"method_id\":\"flat\",\"method_title\":"
                               "\"Flat\",\"total\":\"4\"}],\"line_items\":[{\"name\":\"x\"}]}");
    assert_int_equal(order.error.code, RA_OK);
    assert_int_equal(order.line_count, 3);
    assert_true(is(order.lines[0].name, "x"));
    assert_true(is(order.lines[1].code, "flat"));
    assert_true(is(order.lines[1].name, "Flat"));
    assert_decimal(order.lines[1].subtotal, "4");
    assert_decimal(order.lines[2].total, "-3");
}

static void test_metadata_keeps_any_json_value_as_text(void **state) {
    static const char *const values[] = {"null",    "true", "-1.50e2",
                                         "\"a b\"", "[]",   "{\"a\":[1,{}]}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, WHOLE ",\"meta_data\":[{\"key\":\"k\",\"value\" : %s }]}",
                       values[i]);
        ra_order order = read_one(*state, text);
        assert_int_equal(order.error.code, RA_OK);
        assert_true(is(order.meta[0].value, values[i]));
    }
}

static void test_metadata_does_not_depend_on_its_spelling(void **state) {
    static const char *const pairs[][2] = {
        {"{\"a\" : [ 1,\n\t{} ]}", "{\"a\":[1,{}]}"},
        {"\" \\/ \\u002F \\u00e9\\u0041 \\u20AC \\ud83d\\ude00 \"",
         "\" / / \u00e9A \u20ac \U0001F600 \""},
        {"\"\\u0022\\u005C\\u000a\\u0009 \\\" \\\\ \\n\"", "\"\\\"\\\\\\n\\t \\\" \\\\ \\n\""},
        {"[\"\\u001F\\u007f\" , \"\\\\u00e9 \\\\\" ]", "[\"\\u001f\x7f\",\"\\\\u00e9 \\\\\"]"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, WHOLE ",\"meta_data\":[{\"key\":\"k\",\"value\": %s}]}",
                       pairs[i][0]);
        ra_order order = read_one(*state, text);
        assert_int_equal(order.error.code, RA_OK);
        assert_true(is(order.meta[0].value, pairs[i][1]));
    }
}

static void test_unknown_members_of_any_shape_are_passed_over(void **state) {
    ra_order order = read_one(
        *state, WHOLE ",\"_links\":{\"a\":[{\"id\":9,\"total\":[]}]},\"x\":[[1],{}],\"y\":null,"
                      "\"z\":1e999999,\"line_items\":[{\"price\":0.1000000000000000055511151231,"
                      "\"meta_data\":[{\"value\":{\"total\":3}}],\"total\":\"2\"}]}");
    assert_int_equal(order.error.code, RA_OK);
    assert_true(is(order.source_ref, "7"));
    assert_decimal(order.lines[0].total, "2");
}

static void test_local_times_count_only_without_utc_ones(void **state) {
    ra_order order = read_one(*state, WHOLE ",\"date_created\":\"2030-01-01T00:00:00\","
                                            "\"date_modified_gmt\":null,\"date_modified\":"
                                            "\"2024-01-02T04:04:05.5+01:00\"}");
    assert_int_equal(order.error.code, RA_OK);
    assert_int_equal(order.created_at, INT64_C(1704164645000000));
    assert_int_equal(order.modified_at, INT64_C(1704164645500000));
}

typedef struct refusal {
    const char *text;
    ra_status code;
    const char *field;
} refusal;

static void assert_refusals(ra_arena *arena, const refusal *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ra_order order = read_one(arena, cases[i].text);
        if (order.error.code != cases[i].code) print_error("%s\n", cases[i].text);
        assert_int_equal(order.error.code, cases[i].code);
        if (cases[i].field == NULL) {
            assert_null(order.error.field);
        } else {
            assert_non_null(order.error.field);
            assert_string_equal(order.error.field, cases[i].field);
        }
        assert_non_null(order.error.message);
    }
}

#define REFUSALS(state, cases) assert_refusals(*(state), (cases), sizeof(cases) / sizeof(cases)[0])

static void test_required_fields_are_named_when_missing(void **state) {
    static const refusal cases[] = {
        {"{}", RA_MISSING_FIELD, "id"},
        {HEAD "}", RA_MISSING_FIELD, "total"},
        {HEAD ",\"total\":\"\"}", RA_MISSING_FIELD, "total"},
        {HEAD ",\"total\":null}", RA_MISSING_FIELD, "total"},
        {"{\"code\":\"woocommerce_rest_shop_order_invalid_id\",\"data\":{}}", RA_MISSING_FIELD,
         "id"},
        {"{\"id\":1,\"status\":\"s\",\"currency\":\"\",\"total\":1,\"date_created\":"
         "\"2024-01-01\"}",
         RA_MISSING_FIELD, "currency"},
        {"{\"id\":1,\"status\":\"s\",\"currency\":\"EUR\",\"total\":1}", RA_MISSING_FIELD,
         "date_created_gmt"},
    };
    REFUSALS(state, cases);
}

static void test_number_bombs_are_refused_by_name(void **state) {
    static const refusal cases[] = {
        {HEAD ",\"total\":\"NaN\"}", RA_BAD_NUMBER, "total"},
        {HEAD ",\"total\":NaN}", RA_BAD_NUMBER, "total"},
        {HEAD ",\"total\": -Infinity}", RA_BAD_NUMBER, "total"},
        {HEAD ",\"total\":1e999999}", RA_BAD_NUMBER, "total"},
        {HEAD ",\"total\":1234567890123456789}", RA_BAD_NUMBER, "total"},
        {HEAD ",\"total\":0.1234567890123456789}", RA_BAD_NUMBER, "total"},
        {WHOLE ",\"line_items\":[{\"quantity\":1e400}]}", RA_BAD_NUMBER, "line_items.quantity"},
        {WHOLE ",\"line_items\":[{\"taxes\":[{\"total\":\"x\"}]}]}", RA_BAD_NUMBER,
         "line_items.taxes.total"},
        {WHOLE ",\"customer_id\":1.5}", RA_BAD_NUMBER, "customer_id"},
    };
    REFUSALS(state, cases);
}

static void test_repeated_fields_are_refused(void **state) {
    static const refusal cases[] = {
        {WHOLE ",\"total\":\"2\"}", RA_DUPLICATE_KEY, "total"},
        {WHOLE ",\"id\":8}", RA_DUPLICATE_KEY, "id"},
        {WHOLE ",\"\\u0069d\":8}", RA_DUPLICATE_KEY, "id"},
        {WHOLE ",\"status\":\"t\"}", RA_DUPLICATE_KEY, "status"},
        {WHOLE ",\"line_items\":[],\"line_items\":[]}", RA_DUPLICATE_KEY, "line_items"},
        {WHOLE ",\"shipping_lines\":[{\"total\":1,\"total\":2}]}", RA_DUPLICATE_KEY,
         "shipping_lines.total"},
    };
    REFUSALS(state, cases);
    assert_int_equal(read_one(*state, WHOLE ",\"x\":1,\"x\":2}").error.code, RA_OK);
}

static void test_wrong_types_are_refused_by_name(void **state) {
    static const refusal cases[] = {
        {WHOLE ",\"billing\":\"x\"}", RA_BAD_TYPE, "billing"},
        {WHOLE ",\"billing\":[1]}", RA_BAD_TYPE, "billing"},
        {WHOLE ",\"line_items\":{\"0\":{}}}", RA_BAD_TYPE, "line_items"},
        {WHOLE ",\"line_items\":[1]}", RA_BAD_TYPE, "line_items"},
        {WHOLE ",\"line_items\":[null]}", RA_BAD_TYPE, "line_items"},
        {WHOLE ",\"line_items\":[[{}]]}", RA_BAD_TYPE, "line_items"},
        {WHOLE ",\"customer_note\":{\"a\":1}}", RA_BAD_TYPE, "customer_note"},
        {WHOLE ",\"customer_note\":true}", RA_BAD_TYPE, "customer_note"},
        {WHOLE ",\"prices_include_tax\":\"yes\"}", RA_BAD_TYPE, "prices_include_tax"},
        {WHOLE ",\"date_paid_gmt\":5}", RA_BAD_TYPE, "date_paid_gmt"},
        {"[]", RA_BAD_TYPE, NULL},
        {"5", RA_BAD_TYPE, NULL},
        {"null", RA_BAD_TYPE, NULL},
    };
    REFUSALS(state, cases);
}

static void test_dates_that_do_not_exist_are_refused(void **state) {
    static const char *const dates[] = {"2024-02-30",           "2023-02-29",
                                        "2024-13-01",           "24-01-01",
                                        "2024-01-01T24:00:00",  "2024-01-01T10:60:00",
                                        "2024-01-01 10:00:60",  "2024-01-01T10:00:00+25:00",
                                        "2024-01-01T10:00:00x", "0000-00-00 00:00:00",
                                        "2024-01-01T10:00:00."};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, WHOLE ",\"date_paid_gmt\":\"%s\"}", dates[i]);
        ra_order order = read_one(*state, text);
        assert_int_equal(order.error.code, RA_BAD_DATE);
        assert_string_equal(order.error.field, "date_paid_gmt");
    }
}

static void test_text_that_no_database_holds_is_refused(void **state) {
    static const char *const texts[] = {
        "\\u0000",          "\\ud800",  "\\udc00",          "\\ud800\\u0041",
        "\\ud83d\\n",       "\xff",     "\xc0\x80",         "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x80\x80\x80",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, WHOLE ",\"customer_note\":\"%s\"}", texts[i]);
        ra_order order = read_one(*state, text);
        assert_int_equal(order.error.code, RA_BAD_ENCODING);
        assert_int_equal(order.error.offset, strlen(WHOLE) + strlen(",\"customer_note\":\""));
    }
    char nul[] = WHOLE ",\"customer_note\":\"x\"}";
    nul[sizeof nul - 4] = '\0';
    ra_order order = read_text(*state, (ra_str){nul, sizeof nul - 1});
    assert_int_equal(order.error.code, RA_BAD_ENCODING);
    order = read_one(*state, WHOLE ",\"customer_note\":\"\\ud83d\\ude00\\\\ud800\"}");
    assert_int_equal(order.error.code, RA_OK);
    assert_true(is(order.customer_note, "\xf0\x9f\x98\x80\\ud800"));
}

static void test_malformed_records_are_refused(void **state) {
    static const refusal cases[] = {
        {"", RA_BAD_SYNTAX, NULL},
        {"{\"id\":1,}", RA_BAD_SYNTAX, NULL},
        {"{\"id\":01}", RA_BAD_SYNTAX, NULL},
        {WHOLE "} {}", RA_BAD_SYNTAX, NULL},
        {"{'id':1}", RA_BAD_SYNTAX, NULL},
        {WHOLE ",\"a\":\"\t\"}", RA_BAD_SYNTAX, NULL},
        {WHOLE, RA_BAD_SYNTAX, NULL},
        {"{\"id\":nul}", RA_BAD_SYNTAX, NULL},
        {WHOLE ",\v\"a\":1}", RA_BAD_SYNTAX, NULL},
        {WHOLE ",\"a\":\f1}", RA_BAD_SYNTAX, NULL},
    };
    REFUSALS(state, cases);
}

/* 10,000 brackets inside a record between two good ones. */
static void test_a_bad_record_between_good_ones_is_refused_alone(void **state) {
    const size_t deep = 10000;
    char *text = calloc(1, 3 * deep);
    assert_non_null(text);
    grown_text file = {.text = text, .capacity = 3 * deep};
    grow_text(&file, "[" WHOLE "}," HEAD ",\"x\":");
    grow_fill(&file, "[", deep);
    grow_fill(&file, "]", deep);
    grow_text(&file, "}," WHOLE ",}," WHOLE "}]");
    memory_input in;
    ra_input input = memory_source(&in, text);
    ra_reader *reader = NULL;
    ra_error error;
    ra_order order;
    static const ra_status wanted[] = {RA_OK, RA_TOO_DEEP, RA_BAD_SYNTAX, RA_OK};
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ra_reader_next(reader, *state, &order, &error), RA_OK);
        assert_int_equal(order.error.code, wanted[i]);
        assert_int_equal(order.row, i + 1);
        assert_int_equal(order.raw.len, order.end - order.offset);
        if (wanted[i] != RA_OK) {
            assert_int_equal(order.error.row, i + 1);
            assert_in_range(order.error.offset, order.offset, order.end);
        }
    }
    assert_int_equal(ra_reader_next(reader, *state, &order, &error), RA_END);
    assert_int_equal(ra_reader_offset(reader), strlen(text));
    ra_reader_close(reader);
    free(text);
}

static void test_depth_counts_in_a_single_record_too(void **state) {
    ra_order order;
    const char *text = "{\"a\":[[1]]}";
    assert_int_equal(read_woo_order((ra_str){text, strlen(text)}, 2, *state, &order), RA_OK);
    assert_int_equal(order.error.code, RA_TOO_DEEP);
    assert_int_equal(read_woo_order((ra_str){text, strlen(text)}, 3, *state, &order), RA_OK);
    assert_int_equal(order.error.code, RA_MISSING_FIELD);
}

static void test_an_order_of_too_many_items_is_refused(void **state) {
    size_t count = 70000;
    char *text = calloc(1, count * 3 + 256);
    assert_non_null(text);
    grown_text record = {.text = text, .capacity = count * 3 + 256};
    grow_text(&record, WHOLE ",\"line_items\":[{}");
    grow_fill(&record, ",{}", count);
    grow_text(&record, "]}");
    ra_order order = read_one(*state, text);
    assert_int_equal(order.error.code, RA_TOO_LARGE);
    assert_string_equal(order.error.field, "line_items");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_become_canonical_fields),
        cmocka_unit_test(test_lines_are_goods_then_shipping_then_fees),
        cmocka_unit_test(test_metadata_keeps_any_json_value_as_text),
        cmocka_unit_test(test_metadata_does_not_depend_on_its_spelling),
        cmocka_unit_test(test_unknown_members_of_any_shape_are_passed_over),
        cmocka_unit_test(test_local_times_count_only_without_utc_ones),
        cmocka_unit_test(test_required_fields_are_named_when_missing),
        cmocka_unit_test(test_number_bombs_are_refused_by_name),
        cmocka_unit_test(test_repeated_fields_are_refused),
        cmocka_unit_test(test_wrong_types_are_refused_by_name),
        cmocka_unit_test(test_dates_that_do_not_exist_are_refused),
        cmocka_unit_test(test_text_that_no_database_holds_is_refused),
        cmocka_unit_test(test_malformed_records_are_refused),
        cmocka_unit_test(test_a_bad_record_between_good_ones_is_refused_alone),
        cmocka_unit_test(test_depth_counts_in_a_single_record_too),
        cmocka_unit_test(test_an_order_of_too_many_items_is_refused),
    };
    return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
