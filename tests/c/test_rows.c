/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Every column's value in its encoding, texts and dates at their limits, memory that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve_support.h"
#include "write/ra_rows.h"

#define NOW INT64_C(1700000000123456)
#define CREATED INT64_C(1704164645000000) /* 2024-01-02 03:04:05 */
#define COLUMN(kind)                                                                               \
    { kind, -1 }

static ra_column order_columns[] = {
    COLUMN(RA_COL_ID),         COLUMN(RA_COL_CLASS),           COLUMN(RA_COL_NULL),
    COLUMN(RA_COL_NOW),        COLUMN(RA_COL_CURRENCY),        COLUMN(RA_COL_ORDER_NAME),
    COLUMN(RA_COL_PARTNER),    COLUMN(RA_COL_PARTNER_INVOICE), COLUMN(RA_COL_PARTNER_SHIPPING),
    COLUMN(RA_COL_DATE_ORDER), COLUMN(RA_COL_CURRENCY_RATE),   COLUMN(RA_COL_AMOUNT_UNTAXED),
    COLUMN(RA_COL_AMOUNT_TAX), COLUMN(RA_COL_AMOUNT_TOTAL),    COLUMN(RA_COL_CLIENT_REF),
    COLUMN(RA_COL_ORIGIN),     COLUMN(RA_COL_REFERENCE),
};
#define ORDER_COLUMNS ((int16_t)(sizeof order_columns / sizeof *order_columns))

static ra_column line_columns[] = {
    COLUMN(RA_COL_ID),        COLUMN(RA_COL_CLASS),       {RA_COL_HEADER, 1},
    {RA_COL_HEADER, 6},       COLUMN(RA_COL_ORDER_ID),    COLUMN(RA_COL_SEQUENCE),
    COLUMN(RA_COL_PRODUCT),   COLUMN(RA_COL_UOM),         COLUMN(RA_COL_LINE_NAME),
    COLUMN(RA_COL_QUANTITY),  COLUMN(RA_COL_PRICE_UNIT),  COLUMN(RA_COL_TECHNICAL_PRICE),
    COLUMN(RA_COL_DISCOUNT),  COLUMN(RA_COL_SUBTOTAL),    COLUMN(RA_COL_TOTAL),
    COLUMN(RA_COL_TAX),       COLUMN(RA_COL_REDUCE_EXCL), COLUMN(RA_COL_REDUCE_INCL),
    COLUMN(RA_COL_EXTRA_TAX),
};
#define LINE_COLUMNS ((int16_t)(sizeof line_columns / sizeof *line_columns))

/* One resolved and priced order, and a column plan with one class of orders and one of lines. */
typedef struct fixture {
    ra_chunk chunk;
    ra_catalog catalog;
    ra_plan *plan;
    ra_field order_fields[ORDER_COLUMNS], line_fields[LINE_COLUMNS];
    const ra_field *order_class, *line_class;
    ra_column_plan columns;
    ra_write_context context;
    ra_buffer out, taxes, expected;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL) return -1;
    char text[1024];
    read_text(&f->chunk, order_text(text, sizeof text, ",\"transaction_id\":\"T-1\"",
                                    ",\"sku\":\"H\",\"name\":\"Hat\""));
    assert_int_equal(shop_catalog(&f->catalog, NULL), RA_OK);
    assert_int_equal(resolve_wave(&f->chunk, &f->catalog, 0), RA_OK);
    assert_int_equal(ra_chunk_price(&f->chunk, &f->catalog, 0), RA_OK);
    f->plan = &f->chunk.plans[0];
    assert_int_equal(f->plan->outcome, RA_OUTCOME_CREATE);
    f->plan->order_id = 501;
    f->plan->order_name = RA_STR("S00501");
    f->order_fields[1] = (ra_field){"draft", 5};
    f->line_fields[1] = (ra_field){"\1", 1};
    f->order_class = f->order_fields;
    f->line_class = f->line_fields;
    f->columns = (ra_column_plan){
        .order_columns = order_columns,
        .line_columns = line_columns,
        .order_count = ORDER_COLUMNS,
        .line_count = LINE_COLUMNS,
        .order_classes = {&f->order_class, 1, 1, sizeof f->order_class},
        .line_classes = {&f->line_class, 1, 1, sizeof f->line_class},
        .origin_prefix = RA_STR("Shop #"),
    };
    f->context = (ra_write_context){&f->columns, &f->catalog, NOW};
    ra_buffer_init(&f->out, NULL);
    ra_buffer_init(&f->taxes, NULL);
    ra_buffer_init(&f->expected, NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    ra_buffer_free(&f->out);
    ra_buffer_free(&f->taxes);
    ra_buffer_free(&f->expected);
    ra_chunk_free(&f->chunk);
    ra_catalog_free(&f->catalog);
    free(f);
    return 0;
}

static void assert_as_expected(const fixture *f, const ra_buffer *out) {
    assert_false(out->failed);
    assert_int_equal(out->size, f->expected.size);
    assert_memory_equal(out->data, f->expected.data, out->size);
}

/* Encode an order of one column. */
static void encode_column(fixture *f, ra_column_kind kind) {
    ra_column column = COLUMN(kind);
    f->columns.order_columns = &column;
    f->columns.order_count = 1;
    ra_rows_order(&f->context, f->plan, &f->out);
    ra_copy_tuple(&f->expected, 1);
}

static void test_an_order_has_the_value_of_each_column(void **state) {
    fixture *f = *state;
    ra_buffer *expected = &f->expected;
    ra_rows_order(&f->context, f->plan, &f->out);
    ra_copy_tuple(expected, ORDER_COLUMNS);
    ra_copy_int4(expected, 501);
    ra_copy_text(expected, RA_STR("draft"));
    ra_copy_null(expected);
    ra_copy_timestamp(expected, NOW);
    ra_copy_int4(expected, 1);
    ra_copy_text(expected, RA_STR("S00501"));
    for (int i = 0; i < 3; i++)
        ra_copy_int4(expected, 7);
    ra_copy_timestamp(expected, CREATED);
    ra_copy_numeric_double(expected, 1.0);
    ra_copy_numeric_double(expected, 10.0);
    ra_copy_numeric_double(expected, 2.1);
    ra_copy_numeric_double(expected, 12.1);
    ra_copy_text(expected, RA_STR("A-7"));
    ra_copy_text(expected, RA_STR("Shop #A-7"));
    ra_copy_text(expected, RA_STR("T-1"));
    assert_as_expected(f, &f->out);
}

static void test_a_line_has_the_value_of_each_column_and_its_taxes(void **state) {
    fixture *f = *state;
    ra_buffer *expected = &f->expected;
    const int32_t ids[] = {900};
    assert_int_equal(f->plan->line_count, 1);
    ra_rows_lines(&f->context, f->plan, ids, &f->out, &f->taxes);
    ra_copy_tuple(expected, LINE_COLUMNS);
    ra_copy_int4(expected, 900);
    ra_copy_text(expected, RA_STR("\1"));
    ra_copy_text(expected, RA_STR("draft"));
    ra_copy_int4(expected, 7);
    ra_copy_int4(expected, 501);
    ra_copy_int4(expected, 10);
    ra_copy_int4(expected, 91);
    ra_copy_int4(expected, 1);
    ra_copy_text(expected, f->plan->lines[0].name);
    ra_copy_numeric_double(expected, 1.0);
    ra_copy_numeric_double(expected, 10.0);
    ra_copy_float8(expected, 10.0);
    ra_copy_numeric_double(expected, 0.0);
    ra_copy_numeric_double(expected, 10.0);
    ra_copy_numeric_double(expected, 12.1);
    ra_copy_float8(expected, f->plan->prices[0].price_tax);
    ra_copy_numeric_double(expected, 10.0);
    ra_copy_numeric_double(expected, 12.1);
    ra_copy_null(expected);
    assert_as_expected(f, &f->out);
    ra_buffer_clear(expected);
    ra_copy_tuple(expected, 2);
    ra_copy_int4(expected, 1);
    ra_copy_int4(expected, 900);
    assert_as_expected(f, &f->taxes);
}

static void test_imposed_amounts_are_a_json_document(void **state) {
    fixture *f = *state;
    ra_column column = COLUMN(RA_COL_EXTRA_TAX);
    const int32_t ids[] = {900};
    f->columns.line_columns = &column;
    f->columns.line_count = 1;
    f->plan->prices[0].extra_tax_data = RA_STR("{\"a\": 1}");
    ra_rows_lines(&f->context, f->plan, ids, &f->out, &f->taxes);
    ra_copy_tuple(&f->expected, 1);
    ra_copy_jsonb(&f->expected, RA_STR("{\"a\": 1}"));
    assert_as_expected(f, &f->out);
}

static void test_an_origin_beyond_256_bytes_is_whole(void **state) {
    fixture *f = *state;
    char number[3000], origin[3006] = "Shop #";
    memset(number, 'n', sizeof number);
    memcpy(origin + 6, number, sizeof number);
    f->plan->order.number = (ra_str){number, sizeof number};
    encode_column(f, RA_COL_ORIGIN);
    ra_copy_text(&f->expected, (ra_str){origin, sizeof origin});
    assert_as_expected(f, &f->out);
}

static void test_a_reference_beyond_256_bytes_is_whole(void **state) {
    fixture *f = *state;
    char reference[3000];
    memset(reference, 'r', sizeof reference);
    f->plan->order.transaction_ref = (ra_str){reference, sizeof reference};
    encode_column(f, RA_COL_REFERENCE);
    ra_copy_text(&f->expected, f->plan->order.transaction_ref);
    assert_as_expected(f, &f->out);
}

static void test_an_origin_too_long_for_a_field_fails(void **state) {
    fixture *f = *state;
    f->plan->order.number.len = (size_t)INT32_MAX; /* refused before a byte is read */
    encode_column(f, RA_COL_ORIGIN);
    assert_true(f->out.failed);
    assert_false(f->out.no_memory);
}

static void test_an_empty_text_is_null(void **state) {
    static const ra_column_kind kinds[] = {RA_COL_CLIENT_REF, RA_COL_ORIGIN, RA_COL_REFERENCE};
    fixture *f = *state;
    f->plan->order.number = f->plan->order.transaction_ref = (ra_str){NULL, 0};
    f->columns.origin_prefix = (ra_str){NULL, 0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        encode_column(f, kinds[i]);
        ra_copy_null(&f->expected);
    }
    assert_as_expected(f, &f->out);
}

static void test_an_origin_without_number_is_its_prefix(void **state) {
    fixture *f = *state;
    f->plan->order.number = (ra_str){NULL, 0};
    encode_column(f, RA_COL_ORIGIN);
    ra_copy_text(&f->expected, RA_STR("Shop #"));
    assert_as_expected(f, &f->out);
}

static void test_a_date_before_1970_is_cut_to_the_second_it_lies_in(void **state) {
    static const struct {
        int64_t moment, second;
    } times[] = {{-1, -1000000},
                 {-999999, -1000000},
                 {-1000000, -1000000},
                 {-1000001, -2000000},
                 {1, 0},
                 {999999, 0},
                 {1000001, 1000000},
                 {INT64_C(-62135596800000000), INT64_C(-62135596800000000)},
                 {-1500000, -2000000}};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        f->plan->order.created_at = times[i].moment;
        encode_column(f, RA_COL_DATE_ORDER);
        ra_copy_timestamp(&f->expected, times[i].second);
    }
    assert_as_expected(f, &f->out);
}

static void test_every_kind_of_column_is_found_by_its_name(void **state) {
    (void)state;
#define CHECK_KIND(code, name) assert_int_equal(ra_column_kind_from_name(RA_STR(name)), code);
    RA_COLUMN_TABLE(CHECK_KIND)
#undef CHECK_KIND
    assert_int_equal(ra_column_kind_from_name(RA_STR("nam")), -1);
    assert_int_equal(ra_column_kind_from_name(RA_STR("")), -1);
}

static void test_only_new_orders_of_the_wave_on_the_native_lane_are_counted(void **state) {
    fixture *f = *state;
    size_t orders, lines;
    f->plan->lane = RA_LANE_NATIVE;
    ra_rows_count(&f->chunk, 0, &orders, &lines);
    assert_int_equal(orders, 1);
    assert_int_equal(lines, f->plan->line_count);
    assert_false(ra_rows_native(f->plan, 1));
    ra_rows_count(&f->chunk, 1, &orders, &lines);
    assert_int_equal(orders + lines, 0);
    f->plan->lane = RA_LANE_ORM;
    assert_false(ra_rows_native(f->plan, 0));
    f->plan->lane = RA_LANE_NATIVE;
    f->plan->outcome = RA_OUTCOME_UPDATE;
    assert_false(ra_rows_native(f->plan, 0));
}

/* Fails each allocation of the rows in turn; returns how many there were. */
static size_t run_failing(fixture *f, bool lasting) {
    enum { ROWS = 200 };
    const int32_t ids[] = {900};
    for (size_t point = 1;; point++) {
        faulty_memory memory = {.failing = point, .lasting = lasting};
        ra_allocator allocator = faulty_allocator(&memory);
        ra_buffer orders, lines, taxes;
        ra_buffer_init(&orders, &allocator);
        ra_buffer_init(&lines, &allocator);
        ra_buffer_init(&taxes, &allocator);
        for (int i = 0; i < ROWS; i++) {
            ra_rows_order(&f->context, f->plan, &orders);
            ra_rows_lines(&f->context, f->plan, ids, &lines, &taxes);
        }
        bool failed = orders.failed || lines.failed || taxes.failed;
        bool no_memory = orders.no_memory || lines.no_memory || taxes.no_memory;
        ra_buffer_free(&orders);
        ra_buffer_free(&lines);
        ra_buffer_free(&taxes);
        assert_int_equal(memory.live, 0);
        assert_int_equal(failed, memory.failures > 0);
        assert_int_equal(no_memory, failed);
        if (!failed) return point - 1;
    }
}

static void test_every_failed_allocation_is_reported(void **state) {
    assert_true(run_failing(*state, false) >= 10);
    assert_true(run_failing(*state, true) >= 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_an_order_has_the_value_of_each_column),
        TEST(test_a_line_has_the_value_of_each_column_and_its_taxes),
        TEST(test_imposed_amounts_are_a_json_document),
        TEST(test_an_origin_beyond_256_bytes_is_whole),
        TEST(test_a_reference_beyond_256_bytes_is_whole),
        TEST(test_an_origin_too_long_for_a_field_fails),
        TEST(test_an_empty_text_is_null),
        TEST(test_an_origin_without_number_is_its_prefix),
        TEST(test_a_date_before_1970_is_cut_to_the_second_it_lies_in),
        cmocka_unit_test(test_every_kind_of_column_is_found_by_its_name),
        TEST(test_only_new_orders_of_the_wave_on_the_native_lane_are_counted),
        TEST(test_every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
