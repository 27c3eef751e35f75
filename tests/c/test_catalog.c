/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The job's dictionaries: what is added is found, shared and kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve_support.h"

static ra_key key_of(uint64_t number) {
    return (ra_key){number * UINT64_C(0x9E3779B97F4A7C15), number};
}

static void test_tax_sets_of_the_same_taxes_are_one(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_tax_set *one = NULL, *other = NULL, *third = NULL;
    assert_int_equal(shop_catalog(&catalog, NULL), RA_OK);
    assert_int_equal(shop_tax(&catalog, 2, 5.0), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){2, 1}, 2, &one), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){1, 2, 1}, 3, &other), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){2}, 1, &third), RA_OK);
    assert_ptr_equal(one, other);
    assert_ptr_not_equal(one, third);
    assert_int_equal(one->linked_count, 2);
    assert_int_equal(one->linked_ids[0], 1);
    assert_int_equal(one->linked_ids[1], 2);
    ra_catalog_free(&catalog);
}

static void test_tax_sets_stay_valid_after_more_taxes_are_added(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_tax_set *early = NULL, *late = NULL;
    assert_int_equal(shop_catalog(&catalog, NULL), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){1}, 1, &early), RA_OK);
    for (int32_t id = 2; id <= 500; id++) {
        assert_int_equal(shop_tax(&catalog, id, id), RA_OK);
    }
    assert_int_equal(early->taxes[0]->id, 1);
    assert_true(early->taxes[0]->amount == 21.0);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){1, 500}, 2, &late), RA_OK);
    assert_int_equal(late->taxes[1]->id, 500);
    assert_true(late->taxes[1]->amount == 500.0);
    ra_catalog_free(&catalog);
}

static void test_a_set_with_an_unknown_tax_or_too_many_is_refused(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_tax_set *set = NULL;
    int32_t many[65];
    assert_int_equal(shop_catalog(&catalog, NULL), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){1, 77}, 2, &set), RA_UNKNOWN_TAX);
    for (int32_t i = 0; i < 65; i++)
        many[i] = i;
    assert_int_equal(ra_catalog_tax_set(&catalog, many, 65, &set), RA_TOO_LARGE);
    assert_null(set);
    ra_catalog_free(&catalog);
}

static void test_a_line_without_taxes_has_the_empty_set(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_tax_set *set = NULL;
    ra_catalog_init(&catalog, NULL);
    assert_int_equal(ra_catalog_tax_set(&catalog, NULL, 0, &set), RA_OK);
    assert_int_equal(set->count, 0);
    assert_true(ra_catalog_set_supported(&catalog, set));
    ra_catalog_free(&catalog);
}

static void test_taxes_come_in_any_order_and_leave_sets_as_they_are(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_tax_set *before = NULL, *after = NULL;
    ra_catalog_init(&catalog, NULL);
    assert_int_equal(shop_tax(&catalog, 50, 50.0), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){50}, 1, &before), RA_OK);
    for (int32_t i = 1; i < 200; i++) {
        int32_t id = i * 37 % 200; /* each of 1 to 199 once */
        assert_int_equal(shop_tax(&catalog, id, id), id == 50 ? RA_BAD_ARGUMENT : RA_OK);
    }
    assert_int_equal(catalog.tax_count, 199);
    for (int32_t id = 1; id < 200; id++) {
        assert_int_equal(shop_tax(&catalog, id, 5.0), RA_BAD_ARGUMENT);
        assert_int_equal(ra_catalog_tax_set(&catalog, &id, 1, &after), RA_OK);
        assert_int_equal(after->count, 1);
        assert_int_equal(after->taxes[0]->id, id);
        assert_true(after->taxes[0]->amount == id);
    }
    assert_true(before->count == 1 && before->taxes[0]->id == 50);
    ra_catalog_free(&catalog);
}

static void test_a_set_is_unsupported_when_one_of_its_taxes_is(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_tax_set *plain = NULL, *grouped = NULL;
    int32_t children[] = {1, 2};
    ra_tax code = {.id = 2, .sequence = 2, .kind = RA_TAX_PERCENT};
    ra_tax group = {.id = 3, .kind = RA_TAX_GROUP, .child_ids = children, .child_count = 2};
    assert_int_equal(shop_catalog(&catalog, NULL), RA_OK);
    assert_int_equal(ra_catalog_add_tax(&catalog, &code, false), RA_OK);
    assert_int_equal(ra_catalog_add_tax(&catalog, &group, true), RA_OK);
    children[0] = children[1] = 99; /* the catalog keeps its own copy */
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){1}, 1, &plain), RA_OK);
    assert_int_equal(ra_catalog_tax_set(&catalog, (int32_t[]){3}, 1, &grouped), RA_OK);
    assert_true(ra_catalog_set_supported(&catalog, plain));
    assert_false(ra_catalog_set_supported(&catalog, grouped));
    ra_catalog_free(&catalog);
}

static void test_currency_rates_are_kept_by_currency_and_day_before_1970_too(void **state) {
    (void)state;
    ra_catalog catalog;
    double rate = 0;
    ra_catalog_init(&catalog, NULL);
    for (int32_t day = -40; day <= 40; day++) {
        assert_int_equal(ra_catalog_add_currency_rate(&catalog, 0, day, 1000 + day), RA_OK);
        assert_int_equal(ra_catalog_add_currency_rate(&catalog, 1, day, 2000 + day), RA_OK);
    }
    for (int32_t day = -40; day <= 40; day++) {
        assert_true(ra_catalog_currency_rate(&catalog, 0, day, &rate) && rate == 1000 + day);
        assert_true(ra_catalog_currency_rate(&catalog, 1, day, &rate) && rate == 2000 + day);
    }
    assert_false(ra_catalog_currency_rate(&catalog, 0, 41, &rate));
    assert_false(ra_catalog_currency_rate(&catalog, 2, 0, &rate));
    ra_catalog_free(&catalog);
}

static void test_a_reference_added_again_names_the_later_product(void **state) {
    (void)state;
    ra_catalog catalog;
    int32_t first, second;
    ra_catalog_init(&catalog, NULL);
    assert_int_equal(ra_catalog_add_product(&catalog, (ra_product){5, 1, 0}, &first), RA_OK);
    assert_int_equal(ra_catalog_add_product(&catalog, (ra_product){6, 1, 0}, &second), RA_OK);
    assert_int_equal(second, first + 1);
    assert_int_equal(ra_catalog_add_ref(&catalog, RA_REF_PRODUCT, RA_STR("3"), first), RA_OK);
    assert_int_equal(ra_catalog_add_ref(&catalog, RA_REF_PRODUCT, RA_STR("3"), second), RA_OK);
    assert_int_equal(ra_text_table_get(&catalog.refs[RA_REF_PRODUCT], RA_STR("3")), second);
    assert_int_equal(ra_text_table_get(&catalog.refs[RA_REF_VARIATION], RA_STR("3")), RA_NOT_FOUND);
    ra_catalog_free(&catalog);
}

static void test_parties_are_forgotten_only_beyond_the_limit(void **state) {
    (void)state;
    ra_catalog catalog;
    ra_catalog_init(&catalog, NULL);
    for (uint64_t i = 0; i < 300; i++) {
        ra_party party = {(int32_t)i + 1, 0};
        assert_int_equal(ra_catalog_add_party(&catalog, key_of(i), party), RA_OK);
    }
    ra_catalog_trim_parties(&catalog, 300);
    assert_int_equal(ra_key_table_get(&catalog.parties, key_of(299)), 299);
    ra_catalog_trim_parties(&catalog, 299);
    assert_int_equal(ra_key_table_get(&catalog.parties, key_of(299)), RA_NOT_FOUND);
    assert_int_equal(ra_catalog_add_party(&catalog, key_of(299), (ra_party){9, 0}), RA_OK);
    assert_int_equal(ra_key_table_get(&catalog.parties, key_of(299)), 0);
    ra_catalog_free(&catalog);
}

static void test_each_part_of_a_header_key_makes_another_class(void **state) {
    (void)state;
    ra_catalog catalog;
    const ra_header_key keys[] = {{1, 2, 3, 4, 5}, {9, 2, 3, 4, 5}, {1, 9, 3, 4, 5},
                                  {1, 2, 9, 4, 5}, {1, 2, 3, 9, 5}, {1, 2, 3, 4, 9}};
    ra_catalog_init(&catalog, NULL);
    for (int32_t i = 0; i < 6; i++) {
        assert_int_equal(ra_catalog_header(&catalog, &keys[i]), RA_NOT_FOUND);
        assert_int_equal(ra_catalog_add_header(&catalog, &keys[i], i), RA_OK);
    }
    for (int32_t i = 0; i < 6; i++) {
        assert_int_equal(ra_catalog_header(&catalog, &keys[i]), i);
    }
    ra_catalog_free(&catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tax_sets_of_the_same_taxes_are_one),
        cmocka_unit_test(test_tax_sets_stay_valid_after_more_taxes_are_added),
        cmocka_unit_test(test_a_set_with_an_unknown_tax_or_too_many_is_refused),
        cmocka_unit_test(test_a_line_without_taxes_has_the_empty_set),
        cmocka_unit_test(test_taxes_come_in_any_order_and_leave_sets_as_they_are),
        cmocka_unit_test(test_a_set_is_unsupported_when_one_of_its_taxes_is),
        cmocka_unit_test(test_currency_rates_are_kept_by_currency_and_day_before_1970_too),
        cmocka_unit_test(test_a_reference_added_again_names_the_later_product),
        cmocka_unit_test(test_parties_are_forgotten_only_beyond_the_limit),
        cmocka_unit_test(test_each_part_of_a_header_key_makes_another_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
