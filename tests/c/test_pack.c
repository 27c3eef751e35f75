/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Packed orders: every field survives, and what was packed by others is read the same way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "read_support.h"

#include "canonical/ra_key.h"
#include "canonical/ra_pack.h"
#include "canonical/ra_schema.h"

/* Give every field a value of its own; lists get two items. */
static void fill(const ra_schema *schema, void *record, ra_arena *arena, int *next) {
    for (size_t i = 0; i < schema->count; i++) {
        const ra_schema_field *field = &schema->fields[i];
        void *value = (char *)record + field->offset;
        char *text = ra_arena_alloc(arena, 4);
        assert_non_null(text);
        int number = ++*next;
        text[0] = 'a';
        text[1] = (char)('a' + number / 26 % 26);
        text[2] = (char)('a' + number % 26);
        if (field->type == RA_SCHEMA_TEXT) *(ra_str *)value = (ra_str){text, 3};
        if (field->type == RA_SCHEMA_DECIMAL) *(ra_decimal *)value = (ra_decimal){-number, 3};
        if (field->type == RA_SCHEMA_TIME) *(int64_t *)value = -number;
        if (field->type == RA_SCHEMA_BOOL) *(bool *)value = true;
        if (field->type == RA_SCHEMA_KIND) *(ra_line_kind *)value = RA_LINE_FEE;
        if (field->type == RA_SCHEMA_PART) fill(field->item, value, arena, next);
        if (field->type != RA_SCHEMA_LIST) continue;
        char *items = ra_arena_array(arena, 2, field->item->size);
        assert_non_null(items);
        fill(field->item, items, arena, next);
        fill(field->item, items + field->item->size, arena, next);
        ra_schema_set_items(field, record, items, 2);
    }
}

static void assert_same(const ra_schema *schema, const void *a, const void *b) {
    for (size_t i = 0; i < schema->count; i++) {
        const ra_schema_field *field = &schema->fields[i];
        const void *first = (const char *)a + field->offset;
        const void *second = (const char *)b + field->offset;
        const char *left, *right;
        switch (field->type) {
        case RA_SCHEMA_TEXT:
            assert_true(ra_str_equal(*(const ra_str *)first, *(const ra_str *)second));
            break;
        case RA_SCHEMA_DECIMAL:
            assert_int_equal(
                ra_decimal_compare(*(const ra_decimal *)first, *(const ra_decimal *)second), 0);
            break;
        case RA_SCHEMA_TIME:
            assert_int_equal(*(const int64_t *)first, *(const int64_t *)second);
            break;
        case RA_SCHEMA_BOOL:
            assert_int_equal(*(const bool *)first, *(const bool *)second);
            break;
        case RA_SCHEMA_KIND:
            assert_int_equal(*(const ra_line_kind *)first, *(const ra_line_kind *)second);
            break;
        case RA_SCHEMA_PART:
            assert_same(field->item, first, second);
            break;
        case RA_SCHEMA_LIST: {
            size_t count = ra_schema_items(field, a, &left);
            assert_int_equal(count, ra_schema_items(field, b, &right));
            for (size_t k = 0; k < count; k++) {
                assert_same(field->item, left + k * field->item->size,
                            right + k * field->item->size);
            }
            break;
        }
        }
    }
}

static ra_order read_packed(ra_arena *arena, ra_str packed) {
    memory_input in = {.data = packed.ptr, .size = packed.len};
    ra_reader *reader = NULL;
    ra_error error;
    ra_order order, none;
    ra_input input = {memory_read, memory_seek, &in};
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    assert_int_equal(ra_reader_next(reader, arena, &order, &error), RA_OK);
    assert_int_equal(ra_reader_next(reader, arena, &none, &error), RA_END);
    ra_reader_close(reader);
    return order;
}

static void check_round_trip(ra_arena *arena, const ra_order *order) {
    ra_str packed, again;
    assert_int_equal(ra_order_pack(order, arena, &packed), RA_OK);
    ra_order read = read_packed(arena, packed);
    assert_int_equal(read.error.code, RA_OK);
    assert_int_equal(read.end, packed.len);
    assert_same(&ra_order_schema, order, &read);
    assert_int_equal(ra_order_pack(&read, arena, &again), RA_OK);
    assert_true(ra_str_equal(packed, again));
    assert_true(ra_key_equal(ra_key_content(order), ra_key_content(&read)));
}

static void test_every_field_survives_packing(void **state) {
    ra_order order;
    int next = 0;
    memset(&order, 0, sizeof order);
    fill(&ra_order_schema, &order, *state, &next);
    assert_true(next > 100);
    check_round_trip(*state, &order);
}

static void test_an_order_packs_the_same_wherever_it_came_from(void **state) {
    ra_order order;
    ra_str record = {sample_json + 1, strlen(sample_json) - 2};
    assert_int_equal(read_woo_order(record, 0, *state, &order), RA_OK);
    assert_int_equal(order.error.code, RA_OK);
    check_round_trip(*state, &order);
}

static void test_an_order_of_unusual_size_survives_packing(void **state) {
    ra_order order;
    int next = 0;
    memset(&order, 0, sizeof order);
    fill(&ra_order_schema, &order, *state, &next);
    for (size_t size = 7000; size < 9000; size += 13) {
        char *note = ra_arena_alloc(*state, size);
        assert_non_null(note);
        memset(note, 'n', size);
        order.customer_note = (ra_str){note, size};
        check_round_trip(*state, &order);
    }
}

static void test_absent_fields_are_left_out(void **state) {
    ra_order order = {.created_at = 1, .modified_at = RA_NO_TIME, .paid_at = RA_NO_TIME};
    order.source_ref = RA_STR("1");
    order.number = RA_STR("1");
    order.status = order.currency = RA_STR("x");
    ra_str packed;
    assert_int_equal(ra_order_pack(&order, *state, &packed), RA_OK);
    assert_int_equal((uint8_t)packed.ptr[0], 0x8a); /* ten members */
    /* The version, four texts, a flag, a time and three decimals: no field that holds nothing. */
    assert_int_equal(packed.len, 1 + 3 + 4 * 3 + 2 + 2 + 3 * 3);
    check_round_trip(*state, &order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_survives_packing),
        cmocka_unit_test(test_an_order_packs_the_same_wherever_it_came_from),
        cmocka_unit_test(test_an_order_of_unusual_size_survives_packing),
        cmocka_unit_test(test_absent_fields_are_left_out),
    };
    return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
