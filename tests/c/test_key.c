/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Identity keys, content hashes and party keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define XXH_INLINE_ALL
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "arena_fixture.h"
#include "canonical/ra_key.h"
#include "canonical/ra_normal.h"
#include "canonical/ra_schema.h"

static ra_order empty_order(void) {
    return (ra_order){.created_at = RA_NO_TIME, .modified_at = RA_NO_TIME, .paid_at = RA_NO_TIME};
}

static ra_party_keys parties(const ra_order *order, ra_arena *arena) {
    ra_party_keys keys;
    memset(&keys, 0, sizeof keys);
    assert_int_equal(ra_key_parties(order, RA_STR("shop"), arena, &keys), RA_OK);
    return keys;
}

/* The documented form, laid out by hand and hashed in one piece. */
static void test_identity_is_the_hash_of_length_prefixed_parts(void **state) {
    (void)state;
    static const char parts[] = "\4\0\0\0\0\0\0\0shop"
                                "\5\0\0\0\0\0\0\0order"
                                "\3\0\0\0\0\0\0\000152";
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(parts, sizeof parts - 1));
    char wanted[RA_KEY_HEX], hex[RA_KEY_HEX];
    for (int i = 0; i < 16; i++)
        (void)snprintf(wanted + 2 * i, 3, "%02x", canonical.digest[i]);
    ra_key_to_hex(ra_key_identity(RA_STR("shop"), RA_STR("order"), RA_STR("152")), hex);
    assert_string_equal(hex, wanted);
}

static void test_parts_do_not_run_into_each_other(void **state) {
    (void)state;
    ra_key one = ra_key_identity(RA_STR("s"), RA_STR("ab"), RA_STR("c"));
    ra_key two = ra_key_identity(RA_STR("s"), RA_STR("a"), RA_STR("bc"));
    assert_false(ra_key_equal(one, two));
    assert_true(ra_key_equal(one, ra_key_identity(RA_STR("s"), RA_STR("ab"), RA_STR("c"))));
}

static void test_content_ignores_place_and_time_of_change(void **state) {
    (void)state;
    ra_order order = empty_order();
    ra_key before = ra_key_content(&order);
    order.row = 7;
    order.offset = 8;
    order.end = 9;
    order.raw = RA_STR("{}");
    order.error.code = RA_BAD_DATE;
    order.modified_at = 1;
    assert_true(ra_key_equal(before, ra_key_content(&order)));
}

/* Change every field of the schema in turn: each must change the hash, but for modified_at. */
static void test_content_covers_every_other_field(void **state) {
    (void)state;
    ra_line line = {.kind = RA_LINE_FEE};
    ra_order_tax tax = {.compound = true};
    ra_coupon coupon = {.code = RA_STR("c")};
    ra_refund_mention refund = {.source_ref = RA_STR("r")};
    ra_meta meta = {.key = RA_STR("k")};
    ra_key empty;
    ra_order order = empty_order();
    empty = ra_key_content(&order);
    for (size_t i = 0; i < ra_order_schema.count; i++) {
        const ra_schema_field *field = &ra_order_schema.fields[i];
        void *value = (char *)&order + field->offset;
        order = empty_order();
        if (field->type == RA_SCHEMA_TEXT) *(ra_str *)value = RA_STR("x");
        if (field->type == RA_SCHEMA_DECIMAL) *(ra_decimal *)value = (ra_decimal){1, 0};
        if (field->type == RA_SCHEMA_TIME) *(int64_t *)value = 0;
        if (field->type == RA_SCHEMA_BOOL) *(bool *)value = true;
        if (field->type == RA_SCHEMA_PART) ((ra_address *)value)->phone = RA_STR("1");
        if (value == (void *)&order.lines) order.lines = &line, order.line_count = 1;
        if (value == (void *)&order.taxes) order.taxes = &tax, order.tax_count = 1;
        if (value == (void *)&order.coupons) order.coupons = &coupon, order.coupon_count = 1;
        if (value == (void *)&order.refunds) order.refunds = &refund, order.refund_count = 1;
        if (value == (void *)&order.meta) order.meta = &meta, order.meta_count = 1;
        bool same = ra_key_equal(empty, ra_key_content(&order));
        assert_int_equal(same, strcmp(field->name.ptr, "modified_at") == 0);
    }
}

static void test_content_depends_on_values_not_on_their_spelling(void **state) {
    (void)state;
    ra_order order = empty_order();
    order.total = (ra_decimal){1210, 2};
    ra_key before = ra_key_content(&order);
    order.total = (ra_decimal){121, 1};
    assert_true(ra_key_equal(before, ra_key_content(&order)));
    order.total = (ra_decimal){122, 1};
    assert_false(ra_key_equal(before, ra_key_content(&order)));
}

static void assert_email(ra_arena *arena, const char *text, const char *wanted) {
    ra_str email;
    assert_int_equal(ra_email_normalize((ra_str){text, strlen(text)}, arena, &email), RA_OK);
    assert_true(ra_str_equal(email, (ra_str){wanted, strlen(wanted)}));
}

static void test_emails_are_folded_or_refused(void **state) {
    assert_email(*state, "  Ann@Shop.EXAMPLE\t", "ann@shop.example");
    assert_email(*state, "J\xc3\x96RG@shop.example", "j\xc3\xb6rg@shop.example");
    assert_email(*state,
                 "j"
                 "o\xcc\x88"
                 "rg@shop.example",
                 "j\xc3\xb6rg@shop.example");
    static const char *const wrong[] = {"",         "none",    "@x.de", "a@",   "a@b",
                                        "a b@c.de", "a@@b.de", "a@.de", "a@b.", "a@b.c@d.e"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_email(*state, wrong[i], "");
    }
}

static void test_text_is_normalised(void **state) {
    ra_str text;
    const char *wide = "  \xef\xbc\xa1\xc2\xa0 \xc3\x9f\t\n Stra\xc3\x9f"
                       "e  ";
    assert_int_equal(ra_text_normalize((ra_str){wide, strlen(wide)}, *state, &text), RA_OK);
    assert_true(ra_str_equal(text, RA_STR("a ss strasse")));
    assert_int_equal(ra_text_normalize(RA_STR(" \t "), *state, &text), RA_OK);
    assert_int_equal(text.len, 0);
    assert_int_equal(ra_text_normalize(RA_STR("A\xff"), *state, &text), RA_OK);
    assert_true(ra_str_equal(text, RA_STR("A\xff")));
}

static void test_customer_is_id_then_email_then_address(void **state) {
    ra_order order = empty_order();
    order.customer_ref = RA_STR("5");
    order.billing.email = RA_STR("a@b.example");
    ra_party_keys with_id = parties(&order, *state);
    order.billing.email = RA_STR("other@b.example");
    assert_true(ra_key_equal(with_id.customer, parties(&order, *state).customer));
    order.customer_ref = (ra_str){NULL, 0};
    ra_party_keys by_email = parties(&order, *state);
    order.billing.email = RA_STR(" OTHER@B.example");
    order.billing.city = RA_STR("Ulm");
    ra_party_keys same_email = parties(&order, *state);
    assert_true(ra_key_equal(by_email.customer, same_email.customer));
    assert_false(ra_key_equal(by_email.customer, with_id.customer));
    assert_false(ra_key_equal(same_email.invoice, same_email.customer));
    order.billing.email = RA_STR("no address");
    ra_party_keys by_address = parties(&order, *state);
    order.billing.city = RA_STR(" ULM ");
    assert_true(ra_key_equal(by_address.customer, parties(&order, *state).customer));
    order.billing.city = RA_STR("Bonn");
    assert_false(ra_key_equal(by_address.customer, parties(&order, *state).customer));
}

static void test_equal_addresses_are_one_party(void **state) {
    ra_order order = empty_order();
    order.customer_ref = RA_STR("5");
    order.billing = (ra_address){.first_name = RA_STR("Ann"),
                                 .address_1 = RA_STR("Main  St 1"),
                                 .phone = RA_STR("1"),
                                 .email = RA_STR("a@b.example")};
    ra_party_keys keys = parties(&order, *state);
    assert_true(ra_key_equal(keys.delivery, keys.customer));
    order.shipping = (ra_address){.first_name = RA_STR("ANN"), .address_1 = RA_STR("main st 1 ")};
    keys = parties(&order, *state);
    assert_true(ra_key_equal(keys.delivery, keys.invoice));
    order.shipping.address_1 = RA_STR("main st 2");
    keys = parties(&order, *state);
    assert_false(ra_key_equal(keys.delivery, keys.invoice));
    assert_false(ra_key_equal(keys.delivery, keys.customer));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity_is_the_hash_of_length_prefixed_parts),
        cmocka_unit_test(test_parts_do_not_run_into_each_other),
        cmocka_unit_test(test_content_ignores_place_and_time_of_change),
        cmocka_unit_test(test_content_covers_every_other_field),
        cmocka_unit_test(test_content_depends_on_values_not_on_their_spelling),
        cmocka_unit_test(test_emails_are_folded_or_refused),
        cmocka_unit_test(test_text_is_normalised),
        cmocka_unit_test(test_customer_is_id_then_email_then_address),
        cmocka_unit_test(test_equal_addresses_are_one_party),
    };
    return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
