/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* CSV orders: rows, quotes, columns, and what a broken row costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "read_support.h"

#define HEADER "order_id,status,currency,date_created,total,line_total,name\n"
#define ORDER(id, name) id ",s,EUR,2024-01-02,1,1," name "\n"

typedef struct result {
    ra_status end;
    ra_error error;
    size_t count;
    ra_order orders[8];
} result;

static result read_piece(ra_arena *arena, const char *text, size_t piece,
                         ra_reader_options options) {
    memory_input in;
    ra_input input = memory_source(&in, text);
    in.piece = piece;
    ra_reader *reader = NULL;
    result seen;
    memset(&seen, 0, sizeof seen);
    options.format = RA_FORMAT_CSV;
    seen.end = ra_reader_open(input, &options, NULL, &reader, &seen.error);
    while (seen.end == RA_OK) {
        assert_true(seen.count < 8);
        seen.end = ra_reader_next(reader, arena, &seen.orders[seen.count], &seen.error);
        if (seen.end == RA_OK) seen.count++;
    }
    ra_reader_close(reader);
    return seen;
}

static result read_csv(ra_arena *arena, const char *text) {
    return read_piece(arena, text, 0, (ra_reader_options){.format = RA_FORMAT_CSV});
}

static bool is(ra_str text, const char *wanted) {
    return ra_str_equal(text, (ra_str){wanted, strlen(wanted)});
}

static void test_rows_of_one_id_are_one_order(void **state) {
    for (size_t piece = 0; piece < 9; piece++) {
        result seen = read_piece(*state, sample_csv, piece, (ra_reader_options){.max_depth = 0});
        assert_int_equal(seen.end, RA_END);
        assert_int_equal(seen.count, 2);
        const ra_order *order = &seen.orders[0];
        assert_int_equal(order->error.code, RA_OK);
        assert_true(is(order->source_ref, "7"));
        assert_int_equal(order->line_count, 2);
        assert_true(is(order->lines[0].name, "Hat, \"red\""));
        assert_int_equal(order->lines[0].tax_count, 1);
        assert_int_equal(order->lines[1].tax_count, 0);
        assert_int_equal(order->total_tax.coefficient, 21); /* 2.1, summed over the lines */
        assert_memory_equal(order->raw.ptr, sample_csv + order->offset, order->raw.len);
        assert_int_equal(order->raw.len, order->end - order->offset);
        assert_int_equal(seen.orders[1].row, 2);
        assert_int_equal(seen.orders[1].line_count, 1);
    }
}

static void test_headers_of_shop_exports_are_understood(void **state) {
    result seen = read_csv(*state, "\xef\xbb\xbf"
                                   "Order ID;Order Status;Order Currency;"
                                   "Order Date;Order Total Amount;Billing First Name;"
                                   "Item Name;Item Total;Quantity;SKU;Whatever\r\n"
                                   "5;done;EUR;2024-01-02 03:04:05;9.5;Ann;Hat;9.5;2;H-1;?\r\n");
    assert_int_equal(seen.end, RA_END);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.orders[0].error.code, RA_OK);
    assert_true(is(seen.orders[0].billing.first_name, "Ann"));
    assert_true(is(seen.orders[0].lines[0].sku, "H-1"));
    assert_int_equal(seen.orders[0].lines[0].quantity.coefficient, 2);
    assert_int_equal(seen.orders[0].created_at, INT64_C(1704164645000000));
}

static void test_a_missing_or_double_column_is_named(void **state) {
    result seen = read_csv(*state, "order_id,status,currency,total,line_total\n");
    assert_int_equal(seen.end, RA_BAD_FORMAT);
    assert_string_equal(seen.error.field, "date_created");
    seen = read_csv(*state, "order_id,status,currency,date_created,total,line_total,Total\n");
    assert_int_equal(seen.end, RA_BAD_FORMAT);
    assert_string_equal(seen.error.field, "total");
    assert_int_equal(read_csv(*state, "\n\n").end, RA_BAD_FORMAT);
}

static void assert_codes(ra_arena *arena, const char *text, size_t count, const ra_status *codes) {
    for (size_t piece = 0; piece < 5; piece++) {
        result seen = read_piece(arena, text, piece, (ra_reader_options){.max_record = 200});
        assert_int_equal(seen.end, RA_END);
        assert_int_equal(seen.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(seen.orders[i].error.code, codes[i]);
            assert_int_equal(seen.orders[i].row, i + 1);
            if (codes[i] != RA_OK) assert_int_equal(seen.orders[i].error.row, i + 1);
        }
    }
}

#define CODES(state, text, ...)                                                                    \
    do {                                                                                           \
        static const ra_status wanted[] = {__VA_ARGS__};                                           \
        assert_codes(*(state), (text), sizeof wanted / sizeof wanted[0], wanted);                  \
    } while (0)

static void test_broken_quotes_cost_their_order_only(void **state) {
    CODES(state, HEADER ORDER("1", "a") ORDER("2", "b\"c") ORDER("3", "d"), RA_OK, RA_BAD_SYNTAX,
          RA_OK);
    CODES(state, HEADER ORDER("1", "a") ORDER("2", "\"bc") ORDER("3", "d"), RA_OK, RA_BAD_SYNTAX,
          RA_OK);
    CODES(state, HEADER ORDER("1", "a") ORDER("2", "\"b\"c") ORDER("2", "x") ORDER("3", "d"), RA_OK,
          RA_BAD_SYNTAX, RA_OK);
    CODES(state, HEADER ORDER("1", "a") ORDER("1", "b\"") ORDER("3", "d"), RA_BAD_SYNTAX, RA_OK);
}

static void test_a_row_of_unknown_order_costs_both_neighbours(void **state) {
    CODES(state, HEADER ORDER("1", "a") ORDER("2", "b") "x\n" ORDER("3", "c") ORDER("4", "d"),
          RA_OK, RA_BAD_SYNTAX, RA_BAD_SYNTAX, RA_OK);
    CODES(state, HEADER "x,\n" ORDER("1", "a") ORDER("2", "b"), RA_BAD_SYNTAX, RA_OK);
    CODES(state, HEADER ORDER("1", "a") ORDER("1", "b,c") ORDER("1", "d") ORDER("2", "e"),
          RA_BAD_SYNTAX, RA_BAD_SYNTAX, RA_OK);
}

static void test_values_that_cannot_be_read_are_refused(void **state) {
    CODES(state, HEADER "1,s,EUR,2024-01-02,NaN,1,x\n" ORDER("2", "y"), RA_BAD_NUMBER, RA_OK);
    CODES(state, HEADER "1,s,EUR,yesterday,1,1,x\n" ORDER("2", "y"), RA_BAD_DATE, RA_OK);
    CODES(state, HEADER "1,s,,2024-01-02,1,1,x\n" ORDER("2", "y"), RA_MISSING_FIELD, RA_OK);
    CODES(state, HEADER ORDER("1", "\xff") ORDER("2", "y"), RA_BAD_ENCODING, RA_OK);
    CODES(state, HEADER ORDER("1", "a") "1,t,,,,2,b\n" ORDER("2", "y"), RA_DUPLICATE_KEY, RA_OK);
    result seen = read_csv(*state, HEADER ORDER("1", "ab\xff"));
    assert_int_equal(seen.orders[0].error.offset, strlen(HEADER) + 23 + 2);
}

static void test_large_rows_and_orders_are_passed_over(void **state) {
    char text[2048];
    grown_text row = {.text = text, .capacity = sizeof text};
    grow_text(&row, HEADER "1,s,EUR,2024-01-02,1,1,");
    grow_fill(&row, "x", 300);
    grow_text(&row, "\n" ORDER("2", "b") ORDER("3", "c"));
    CODES(state, text, RA_TOO_LARGE, RA_OK);
    grown_text order = {.text = text, .capacity = sizeof text};
    grow_text(&order, HEADER ORDER("1", "a"));
    grow_fill(&order, ORDER("2", "b"), 10);
    grow_text(&order, ORDER("3", "c"));
    CODES(state, text, RA_OK, RA_TOO_LARGE, RA_OK);
    grown_text quote = {.text = text, .capacity = sizeof text};
    grow_text(&quote, HEADER ORDER("1", "a") ORDER("2", "\"open"));
    grow_fill(&quote, ORDER("3", "0123456789012345678901234567890"), 3);
    grow_text(&quote, ORDER("4", "even"));
    CODES(state, text, RA_OK, RA_BAD_SYNTAX, RA_OK, RA_OK);
}

static void test_a_cut_file_ends_with_its_place(void **state) {
    result seen = read_csv(*state, HEADER ORDER("1", "a") "2,s,EUR");
    assert_int_equal(seen.end, RA_TRUNCATED);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.error.row, 2);
    seen = read_csv(*state, HEADER ORDER("1", "a") "2,s,EUR,2024-01-02,1,1,\"op");
    assert_int_equal(seen.end, RA_TRUNCATED);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.orders[0].error.code, RA_OK);
    assert_int_equal(seen.error.offset, strlen(HEADER ORDER("1", "a")));
    seen = read_csv(*state, HEADER ORDER("1", "a") "1,s,EUR");
    assert_int_equal(seen.end, RA_TRUNCATED);
    assert_int_equal(seen.count, 0);
    assert_int_equal(seen.error.offset, strlen(HEADER));
    seen = read_csv(*state, HEADER ORDER("1", "a") "1");
    assert_int_equal(seen.end, RA_TRUNCATED);
    assert_int_equal(seen.orders[0].error.code, RA_BAD_SYNTAX);
}

static void test_reading_resumes_behind_any_order(void **state) {
    static const char text[] = HEADER ORDER("1", "\"a\nb\"")
        ORDER("2", "b") "x\n" ORDER("3", "c") "\n" ORDER("3", "d") ORDER("4", "e");
    result all = read_csv(*state, text);
    assert_int_equal(all.count, 4);
    for (size_t i = 0; i < all.count; i++) {
        ra_reader_options options = {.start_offset = all.orders[i].end, .start_row = i + 1};
        result rest = read_piece(*state, text, i, options);
        assert_int_equal(rest.end, RA_END);
        assert_int_equal(rest.count, all.count - i - 1);
        for (size_t k = 0; k < rest.count; k++) {
            const ra_order *one = &rest.orders[k], *other = &all.orders[i + 1 + k];
            assert_int_equal(one->row, other->row);
            assert_int_equal(one->offset, other->offset);
            assert_int_equal(one->error.code, other->error.code);
            assert_int_equal(one->line_count, other->line_count);
        }
    }
}

static void test_the_delimiter_is_found(void **state) {
    static const char delimiters[] = ",;\t|";
    for (const char *d = delimiters; *d != '\0'; d++) {
        char text[] = "\"order_id\",status,currency,date_created,total,line_total,name\n"
                      "1,s,EUR,2024-01-02,1,1,x\n";
        for (char *c = text; *c != '\0'; c++) {
            if (*c == ',') *c = *d;
        }
        result seen = read_csv(*state, text);
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.orders[0].error.code, RA_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_one_id_are_one_order),
        cmocka_unit_test(test_headers_of_shop_exports_are_understood),
        cmocka_unit_test(test_a_missing_or_double_column_is_named),
        cmocka_unit_test(test_broken_quotes_cost_their_order_only),
        cmocka_unit_test(test_a_row_of_unknown_order_costs_both_neighbours),
        cmocka_unit_test(test_values_that_cannot_be_read_are_refused),
        cmocka_unit_test(test_large_rows_and_orders_are_passed_over),
        cmocka_unit_test(test_a_cut_file_ends_with_its_place),
        cmocka_unit_test(test_reading_resumes_behind_any_order),
        cmocka_unit_test(test_the_delimiter_is_found),
    };
    return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
