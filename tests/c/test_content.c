/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Content and near keys: what they depend on, and what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "arena_fixture.h"
#include "canonical/ra_content.h"
#include "faulty_memory.h"

#define MINUTE INT64_C(60000000)

static ra_content_keys keys(const ra_order *order, ra_arena *arena) {
    ra_content_keys out;
    assert_int_equal(ra_content_keys_of(order, arena, &out), RA_OK);
    return out;
}

/* A cap twice and a mug, with shipping, for Ann Meyer. `lines` is storage for three. */
static ra_order sample(ra_line lines[3]) {
    lines[0] = (ra_line){.kind = RA_LINE_PRODUCT,
                         .source_ref = RA_STR("11"),
                         .sku = RA_STR("CAP"),
                         .name = RA_STR("Cap"),
                         .quantity = {2, 0},
                         .total = {2000, 2}};
    lines[1] = (ra_line){
        .kind = RA_LINE_PRODUCT, .name = RA_STR("Mug"), .quantity = {1, 0}, .total = {900, 2}};
    lines[2] = (ra_line){.kind = RA_LINE_SHIPPING,
                         .code = RA_STR("flat_rate"),
                         .name = RA_STR("Flat rate"),
                         .quantity = {1, 0},
                         .total = {450, 2}};
    return (ra_order){.source_ref = RA_STR("1"),
                      .number = RA_STR("A-1"),
                      .status = RA_STR("processing"),
                      .currency = RA_STR("EUR"),
                      .created_at = 100 * MINUTE,
                      .modified_at = 100 * MINUTE,
                      .paid_at = RA_NO_TIME,
                      .billing = {.first_name = RA_STR("Ann"),
                                  .last_name = RA_STR("Meyer"),
                                  .address_1 = RA_STR("Main St 1"),
                                  .postcode = RA_STR("89073"),
                                  .phone = RA_STR("+49 731 12 34 567"),
                                  .email = RA_STR("ann@shop.example")},
                      .total = {3350, 2},
                      .lines = lines,
                      .line_count = 3};
}

static bool same_content(ra_content_keys a, ra_content_keys b) {
    return a.has_content && b.has_content && ra_key_equal(a.content, b.content);
}

static bool same_near(ra_content_keys a, ra_content_keys b) {
    return a.has_near && b.has_near && ra_key_equal(a.near, b.near);
}

static void test_content_does_not_depend_on_reference_channel_date_or_payment(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    ra_content_keys before = keys(&order, *state);
    order.source_ref = RA_STR("MP-77");
    order.number = RA_STR("77");
    order.status = RA_STR("completed");
    order.created_at += 7 * MINUTE;
    order.customer_ref = RA_STR("12");
    order.payment_method = RA_STR("paypal");
    order.transaction_ref = RA_STR("tx");
    order.customer_note = RA_STR("quick please");
    order.created_via = RA_STR("marketplace");
    lines[0].source_ref = RA_STR("99");
    lines[0].product_ref = RA_STR("5");
    lines[0].name = RA_STR("Cap, blue");
    lines[2].code = RA_STR("dhl");
    lines[2].name = RA_STR("DHL");
    assert_true(same_content(before, keys(&order, *state)));
}

static void test_content_does_not_depend_on_the_order_of_lines(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    ra_content_keys before = keys(&order, *state);
    ra_line first = lines[0];
    lines[0] = lines[2];
    lines[2] = first;
    assert_true(same_content(before, keys(&order, *state)));
}

static void test_content_does_not_depend_on_spelling(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    ra_content_keys before = keys(&order, *state);
    order.billing.email = RA_STR(" ANN@Shop.Example ");
    order.currency = RA_STR("eur");
    order.total = (ra_decimal){335, 1};
    lines[0].quantity = (ra_decimal){20, 1};
    lines[0].sku = RA_STR("cap ");
    lines[1].name = RA_STR(" mug");
    assert_true(same_content(before, keys(&order, *state)));
}

static void test_what_costs_nothing_beside_the_goods_does_not_count(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    lines[2].total = (ra_decimal){0, 2};
    ra_content_keys with_line = keys(&order, *state);
    order.line_count = 2;
    assert_true(same_content(with_line, keys(&order, *state)));
}

static void test_content_depends_on_customer_currency_total_and_each_line(void **state) {
    for (int change = 0; change < 8; change++) {
        ra_line lines[3];
        ra_order order = sample(lines);
        ra_content_keys before = keys(&order, *state);
        if (change == 0) order.billing.email = RA_STR("bob@shop.example");
        if (change == 1) order.currency = RA_STR("USD");
        if (change == 2) order.total.coefficient++;
        if (change == 3) lines[0].sku = RA_STR("CAPE");
        if (change == 4) lines[0].quantity = (ra_decimal){3, 0};
        if (change == 5) lines[1].total.coefficient++;
        if (change == 6) lines[2].total.coefficient++;
        if (change == 7) order.line_count = 1;
        assert_false(same_content(before, keys(&order, *state)));
    }
}

static void test_without_email_name_and_address_tell_who(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    order.billing.email = RA_STR("none");
    ra_content_keys before = keys(&order, *state);
    order.billing.first_name = RA_STR("ANN");
    order.billing.phone = RA_STR("");
    order.created_at += MINUTE;
    assert_true(same_content(before, keys(&order, *state)));
    order.billing.postcode = RA_STR("10115");
    assert_false(same_content(before, keys(&order, *state)));
}

static void test_without_address_name_and_phone_tell_who(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    order.billing.email = order.billing.address_1 = (ra_str){NULL, 0};
    ra_content_keys before = keys(&order, *state);
    order.billing.phone = RA_STR("0731/1234567");
    order.created_at += MINUTE;
    assert_true(same_content(before, keys(&order, *state)));
    order.billing.phone = RA_STR("0731/1234568");
    assert_false(same_content(before, keys(&order, *state)));
}

static void test_people_nobody_knows_are_told_apart_by_the_second(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    order.billing = (ra_address){.first_name = RA_STR("Walk-in"), .last_name = RA_STR("Customer")};
    ra_content_keys before = keys(&order, *state);
    order.source_ref = RA_STR("2");
    assert_true(same_content(before, keys(&order, *state)));
    order.created_at += 1000000;
    assert_false(same_content(before, keys(&order, *state)));
    order.created_at = RA_NO_TIME;
    assert_false(keys(&order, *state).has_content);
}

static void assert_near(ra_arena *arena, ra_address one, ra_address other, bool wanted) {
    ra_line lines[3];
    ra_order order = sample(lines);
    order.billing = one;
    ra_content_keys before = keys(&order, arena);
    order.billing = other;
    assert_int_equal(same_near(before, keys(&order, arena)), wanted);
}

#define PERSON(first, last) ((ra_address){.first_name = RA_STR(first), .last_name = RA_STR(last)})

static void test_near_goes_by_the_sound_of_the_surname(void **state) {
    assert_near(*state, PERSON("Ann", "Meyer"), PERSON("A.", "MEIER"), true);
    assert_near(*state, PERSON("Ann", "M\xc3\xbcller"), PERSON("Anna", "Mueller"), true);
    assert_near(*state, PERSON("Ann", "Smith"), PERSON("", "Ann Smyth"), true);
    assert_near(*state, PERSON("Ann", "Smith"), PERSON("Smith, Ann", ""), true);
    assert_near(*state, PERSON("Ann", "Meyer"), PERSON("Ann", "Berger"), false);
    assert_near(*state, PERSON("", "\xe7\x8e\x8b"), PERSON("", "\xe6\x9d\x8e"), false);
    assert_near(*state, PERSON("", ""), PERSON("", ""), false);
}

static void test_near_goes_by_total_and_currency_not_by_the_basket(void **state) {
    ra_line lines[3];
    ra_order order = sample(lines);
    ra_content_keys before = keys(&order, *state);
    order.line_count = 1;
    order.billing.email = RA_STR("relay-99@market.example");
    assert_true(same_near(before, keys(&order, *state)));
    order.total.coefficient++;
    assert_false(same_near(before, keys(&order, *state)));
}

static void test_lack_of_memory_is_reported(void **state) {
    (void)state;
    ra_line lines[3];
    ra_order order = sample(lines);
    size_t failures = 0;
    for (size_t at = 1;; at++) {
        faulty_memory memory = {.failing = at};
        const ra_allocator allocator = faulty_allocator(&memory);
        ra_arena arena;
        ra_arena_init(&arena, 0, &allocator);
        ra_content_keys out;
        ra_status status = ra_content_keys_of(&order, &arena, &out);
        ra_arena_free(&arena);
        assert_int_equal(memory.live, 0);
        if (status == RA_OK) break;
        assert_int_equal(status, RA_NO_MEMORY);
        failures++;
    }
    assert_true(failures > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_does_not_depend_on_reference_channel_date_or_payment),
        cmocka_unit_test(test_content_does_not_depend_on_the_order_of_lines),
        cmocka_unit_test(test_content_does_not_depend_on_spelling),
        cmocka_unit_test(test_what_costs_nothing_beside_the_goods_does_not_count),
        cmocka_unit_test(test_content_depends_on_customer_currency_total_and_each_line),
        cmocka_unit_test(test_without_email_name_and_address_tell_who),
        cmocka_unit_test(test_without_address_name_and_phone_tell_who),
        cmocka_unit_test(test_people_nobody_knows_are_told_apart_by_the_second),
        cmocka_unit_test(test_near_goes_by_the_sound_of_the_surname),
        cmocka_unit_test(test_near_goes_by_total_and_currency_not_by_the_basket),
        cmocka_unit_test(test_lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
