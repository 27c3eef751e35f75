/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a shop's line becomes on an order, case by case, and memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faulty_memory.h"
#include "price/ra_fidelity.h"
#include "price/ra_round.h"

enum { EXCLUDED = 1, INCLUDED = 2, FIVE = 3, COMPOUND = 4, GROUP = 5, HOLLOW = 6 };

static const int32_t group_children[] = {FIVE, COMPOUND};
static const ra_tax taxes[] = {
    {.id = EXCLUDED, .sequence = 1, .amount = 19, .is_base_affected = true},
    {.id = INCLUDED, .sequence = 1, .amount = 19, .price_include = true},
    {.id = FIVE, .sequence = 2, .amount = 5, .include_base_amount = true},
    {.id = COMPOUND, .sequence = 3, .amount = 10, .is_base_affected = true},
    {.id = GROUP, .kind = RA_TAX_GROUP, .child_ids = group_children, .child_count = 2},
    {.id = HOLLOW, .kind = RA_TAX_GROUP},
};
static const ra_tax_table table = {taxes, sizeof taxes / sizeof taxes[0]};

/* An order under test: lines are added, then it is priced. */
typedef struct order {
    ra_arena arena;
    ra_sale_config config;
    ra_sale_line lines[8];
    size_t count;
    ra_sale_totals totals;
    ra_decimal difference;
} order;

static ra_decimal decimal(const char *text) {
    ra_decimal value;
    assert_int_equal(ra_decimal_parse((ra_str){text, strlen(text)}, &value), RA_OK);
    return value;
}

static int setup(void **state) {
    order *o = calloc(1, sizeof *o);
    if (o == NULL) return -1;
    ra_arena_init(&o->arena, 0, NULL);
    o->config = (ra_sale_config){
        .tax = {.round_globally = true, .currency_rounding = 0.01, .currency_digits = 2},
        .currency_id = 7,
        .rate = 1.25,
        .discount_digits = 2,
        .quantity_digits = 2,
        .rounding_limit = {5, 2},
        .show_discount = true,
    };
    *state = o;
    return 0;
}

static int teardown(void **state) {
    order *o = *state;
    ra_arena_free(&o->arena);
    free(o);
    return 0;
}

/* A line with at most one linked tax (id 0: none). */
static ra_sale_line *add(order *o, const char *quantity, const char *subtotal, const char *total,
                         int32_t tax, const char *amount) {
    ra_sale_line *line = &o->lines[o->count++];
    ra_tax_set *set = ra_arena_alloc(&o->arena, sizeof *set);
    ra_decimal *linked = ra_arena_alloc(&o->arena, sizeof *linked);
    assert_true(set != NULL && linked != NULL);
    assert_int_equal(ra_tax_set_build(&table, &tax, tax != 0, &o->arena, set), RA_OK);
    *linked = tax == 0 ? (ra_decimal){0, 0} : decimal(amount);
    *line = (ra_sale_line){.quantity = decimal(quantity),
                           .subtotal = decimal(subtotal),
                           .total = decimal(total),
                           .set = set,
                           .linked_tax = linked};
    return line;
}

static ra_status price(order *o, const char *total, const char *total_tax) {
    return ra_sale_price(&o->config, &o->arena, o->lines, o->count, decimal(total),
                         decimal(total_tax), &o->totals, &o->difference);
}

static void assert_priced(const ra_sale_line *line, double quantity, double unit, double discount) {
    assert_true(line->quantity_out == quantity);
    assert_true(line->price_unit == unit);
    assert_true(line->discount == discount);
}

static void assert_extra(const ra_sale_line *line, const char *expected) {
    assert_true(line->imposed);
    assert_int_equal(line->extra_tax_data.len, strlen(expected));
    assert_memory_equal(line->extra_tax_data.ptr, expected, strlen(expected));
}

static void a_short_price_is_used_where_it_multiplies_back(void **state) {
    order *o = *state;
    ra_sale_line *line = add(o, "8", "10.02", "10.02", EXCLUDED, "1.90");
    assert_int_equal(price(o, "11.92", "1.90"), RA_OK);
    assert_priced(line, 8, 1.2525, 0);
    assert_false(line->imposed);
    assert_int_equal(line->extra_tax_data.len, 0);
    assert_true(line->price_reduce_taxexcl == 1.25 && line->price_reduce_taxinc == 1.49);
}

static void a_third_is_the_nearest_double(void **state) {
    order *o = *state;
    ra_sale_line *line = add(o, "3", "10", "10", 0, NULL);
    assert_int_equal(price(o, "10.00", "0"), RA_OK);
    assert_priced(line, 3, 10.0 / 3.0, 0);
    assert_true(line->price_subtotal == 10 && o->totals.amount_total == 10);
}

static void an_included_tax_is_part_of_the_price(void **state) {
    order *o = *state;
    ra_sale_line *line = add(o, "2", "16.81", "16.81", INCLUDED, "3.19");
    assert_int_equal(price(o, "20.00", "3.19"), RA_OK);
    assert_priced(line, 2, 10, 0);
    assert_false(line->imposed);
    assert_true(line->price_subtotal == 16.81 && line->price_total == 20);
}

static void a_discount_shows_where_it_gives_the_amount(void **state) {
    order *o = *state;
    ra_sale_line *plain = add(o, "2", "40", "35", EXCLUDED, "6.65");
    ra_sale_line *included = add(o, "1", "84.03", "75.63", INCLUDED, "14.37");
    ra_sale_line *gift = add(o, "1", "5", "0", 0, NULL);
    ra_sale_line *odd = add(o, "1", "1000", "333.33", 0, NULL);
    assert_int_equal(price(o, "464.98", "21.02"), RA_OK);
    assert_priced(plain, 2, 20, 12.5);
    assert_priced(included, 1, 100, 10);
    assert_priced(gift, 1, 5, 100);
    assert_priced(odd, 1, 333.33, 0);
}

static void a_surcharge_or_a_switch_turned_off_shows_no_discount(void **state) {
    order *o = *state;
    ra_sale_line *dearer = add(o, "1", "10", "12", 0, NULL);
    ra_sale_line *included = add(o, "1", "10", "0", INCLUDED, "0");
    assert_int_equal(price(o, "12", "0"), RA_OK);
    assert_priced(dearer, 1, 12, 0);
    assert_priced(included, 1, 0, 0);
    o->config.show_discount = false;
    o->count = 0;
    ra_sale_line *cheaper = add(o, "1", "10", "9", 0, NULL);
    assert_int_equal(price(o, "9", "0"), RA_OK);
    assert_priced(cheaper, 1, 9, 0);
}

/* 10 % off 9.95 is 8.955 in Odoo, and twice that is a cent less than twice 8.96. */
static void a_discount_that_would_cost_a_cent_is_not_shown(void **state) {
    order *o = *state;
    o->config.discount_digits = 0;
    ra_sale_line *first = add(o, "1", "9.95", "8.96", 0, NULL);
    ra_sale_line *second = add(o, "1", "9.95", "8.96", 0, NULL);
    assert_int_equal(price(o, "17.92", "0"), RA_OK);
    assert_priced(first, 1, 8.96, 0);
    assert_priced(second, 1, 8.96, 0);
    ra_sale_line *third = add(o, "1", "10", "9", EXCLUDED, "1.60");
    assert_int_equal(price(o, "28.52", "1.60"), RA_OK);
    assert_priced(third, 1, 9, 0);
    assert_true(third->imposed && third->price_total == 10.6);
}

static void an_amount_without_quantity_is_one_piece(void **state) {
    order *o = *state;
    ra_sale_line *sold = add(o, "0", "5", "5", 0, NULL);
    ra_sale_line *empty = add(o, "0", "0", "0", EXCLUDED, "0");
    ra_sale_line *tax_only = add(o, "0", "0", "0", EXCLUDED, "1");
    assert_int_equal(price(o, "6", "1"), RA_OK);
    assert_priced(sold, 1, 5, 0);
    assert_priced(empty, 0, 0, 0);
    assert_true(empty->price_reduce_taxexcl == 0 && empty->price_reduce_taxinc == 0);
    assert_true(tax_only->quantity_out == 1 && tax_only->price_total == 1);
}

static void a_quantity_odoo_would_cut_is_one_piece(void **state) {
    order *o = *state;
    ra_sale_line *cut = add(o, "1.125", "9", "9", 0, NULL);
    ra_sale_line *kept = add(o, "1.5", "9", "9", 0, NULL);
    kept->quantity = (ra_decimal){1500, 3};
    assert_int_equal(price(o, "18", "0"), RA_OK);
    assert_priced(cut, 1, 9, 0);
    assert_priced(kept, 1.5, 6, 0);
}

static void a_quantity_odoo_would_move_is_one_piece(void **state) {
    order *o = *state;
    ra_sale_line *moved = add(o, "999999999999999", "9", "9", 0, NULL);
    ra_sale_line *kept = add(o, "99999999999", "0", "0", 0, NULL);
    assert_int_equal(price(o, "9", "0"), RA_OK);
    assert_true(ra_float_round_digits(999999999999999.0, 2) != 999999999999999.0);
    assert_priced(moved, 1, 9, 0);
    assert_priced(kept, 99999999999.0, 0, 0);
}

static void negative_fees_and_quantities_keep_their_sign(void **state) {
    order *o = *state;
    ra_sale_line *fee = add(o, "1", "-3.00", "-3.00", EXCLUDED, "-0.57");
    ra_sale_line *back = add(o, "-2", "-10", "-10", EXCLUDED, "-1.90");
    assert_int_equal(price(o, "-15.47", "-2.47"), RA_OK);
    assert_priced(fee, 1, -3, 0);
    assert_priced(back, -2, 5, 0);
    assert_true(back->price_reduce_taxexcl == 5 && o->totals.amount_tax == -2.47);
}

static void other_taxes_than_odoos_are_imposed(void **state) {
    order *o = *state;
    ra_sale_line *line = add(o, "3", "10", "10", EXCLUDED, "1.895");
    ra_sale_line *other = add(o, "1", "1", "1", EXCLUDED, "0.21");
    assert_int_equal(price(o, "13.11", "2.11"), RA_OK);
    assert_extra(line,
                 "{\"currency_id\": 7, \"price_unit\": 3.3333333333333335, \"discount\": 0.0, "
                 "\"quantity\": 3.0, \"rate\": 1.25, "
                 "\"manual_total_excluded_currency\": 10.0, \"manual_tax_amounts\": {\"1\": "
                 "{\"tax_amount_currency\": 1.9, \"base_amount_currency\": 10.0}}}");
    assert_true(other->imposed && other->price_total == 1.21);
    assert_false(o->totals.has_rounding_line);
}

/* Odoo's global rounding makes 0.03 of both rates: in sum the shop's tax, but not on either rate.
 */
static void the_tax_of_each_rate_is_kept_where_only_their_sum_agrees(void **state) {
    order *o = *state;
    ra_sale_line *first = add(o, "1", "0.08", "0.08", EXCLUDED, "0.02");
    (void)add(o, "1", "0.08", "0.08", EXCLUDED, "0.02");
    (void)add(o, "1", "0.28", "0.28", FIVE, "0.01");
    (void)add(o, "1", "0.28", "0.28", FIVE, "0.01");
    assert_int_equal(price(o, "0.78", "0.06"), RA_OK);
    assert_true(first->imposed && !o->totals.has_rounding_line);
    o->config.tax.round_globally = false;
    assert_int_equal(price(o, "0.78", "0.06"), RA_OK);
    assert_false(first->imposed);
}

/* 10.60 of a group that would be 5.00 and 10.50: a third goes to the first, the rest to the last,
 * whose base holds the first. */
static void the_amount_of_a_group_is_shared_in_proportion(void **state) {
    order *o = *state;
    ra_sale_line *line = add(o, "1", "100", "100", GROUP, "10.60");
    assert_int_equal(price(o, "110.60", "10.60"), RA_OK);
    assert_extra(
        line, "{\"currency_id\": 7, \"price_unit\": 100.0, \"discount\": 0.0, \"quantity\": 1.0, "
              "\"rate\": 1.25, \"manual_total_excluded_currency\": 100.0, "
              "\"manual_tax_amounts\": {\"3\": {\"tax_amount_currency\": 3.42, "
              "\"base_amount_currency\": 100.0}, \"4\": {\"tax_amount_currency\": 7.18, "
              "\"base_amount_currency\": 103.42}}}");
}

static void a_group_that_is_zero_in_odoo_gives_all_to_its_last_tax(void **state) {
    order *o = *state;
    ra_sale_line *line = add(o, "1", "0", "0", GROUP, "0.50");
    assert_int_equal(price(o, "0.50", "0.50"), RA_OK);
    assert_true(line->imposed && line->price_total == 0.5 && line->price_subtotal == 0);
}

static void what_the_lines_leave_open_becomes_one_line(void **state) {
    order *o = *state;
    (void)add(o, "1", "10", "10", EXCLUDED, "1.90");
    ra_sale_line *closing = &o->lines[1];
    assert_int_equal(price(o, "11.92", "1.90"), RA_OK);
    assert_true(o->totals.has_rounding_line && closing->set->count == 0);
    assert_priced(closing, 1, 0.02, 0);
    assert_int_equal(price(o, "11.90", "1.89"), RA_OK);
    assert_true(closing->price_subtotal == 0.01 && closing->price_total == 0);
    assert_int_equal(price(o, "11.89", "1.89"), RA_OK);
    assert_extra(closing,
                 "{\"currency_id\": 7, \"price_unit\": 0.0, \"discount\": 0.0, "
                 "\"quantity\": 1.0, \"rate\": 1.25, "
                 "\"manual_total_excluded_currency\": 0.0, \"manual_tax_amounts\": {\"1\": "
                 "{\"tax_amount_currency\": -0.01, \"base_amount_currency\": 0.0}}}");
    assert_true(o->totals.amount_untaxed == 10 && o->totals.amount_tax == 1.89);
}

static void the_largest_tax_carries_the_rounding(void **state) {
    order *o = *state;
    (void)add(o, "1", "10", "10", EXCLUDED, "1.90");
    (void)add(o, "1", "100", "100", GROUP, "15.50");
    (void)add(o, "1", "-90", "-90", EXCLUDED, "-17.10");
    (void)add(o, "1", "1", "1", FIVE, "0.05");
    assert_int_equal(price(o, "21.36", "0.36"), RA_OK);
    assert_int_equal(o->lines[4].set->linked_ids[0], FIVE);
    assert_true(o->lines[4].price_total == 0.01);
}

static void an_order_without_taxes_has_none_to_round(void **state) {
    order *o = *state;
    (void)add(o, "1", "10", "10", 0, NULL);
    assert_int_equal(price(o, "10.01", "0.01"), RA_OK);
    assert_true(o->totals.amount_untaxed == 10.01 && o->totals.amount_tax == 0);
    assert_true(o->lines[1].price_unit == 0.01);
}

static void amounts_have_the_currencys_decimals(void **state) {
    order *o = *state;
    o->config.tax = (ra_tax_config){true, 1.0, 0, false};
    ra_sale_line *yen = add(o, "1", "99.50", "99.50", EXCLUDED, "18.90");
    assert_int_equal(price(o, "118.40", "18.90"), RA_OK);
    assert_true(yen->price_subtotal == 100 && o->totals.amount_total == 118);
    assert_true(o->totals.has_rounding_line && o->lines[1].price_unit == -1);
    o->config.tax = (ra_tax_config){true, 0.001, 3, false};
    o->count = 0;
    ra_sale_line *fils = add(o, "1", "1.0005", "1.0005", 0, NULL);
    assert_int_equal(price(o, "1.0005", "0"), RA_OK);
    assert_true(fils->price_unit == 1.001);
    o->config.tax = (ra_tax_config){true, 0.05, 2, false};
    o->count = 0;
    ra_sale_line *rappen = add(o, "1", "1.02", "1.02", 0, NULL);
    assert_int_equal(price(o, "1.02", "0"), RA_OK);
    assert_true(rappen->price_unit == 1.0 && !o->totals.has_rounding_line);
}

static void more_than_the_limit_is_refused_with_the_difference(void **state) {
    order *o = *state;
    (void)add(o, "1", "10", "10", EXCLUDED, "1.90");
    assert_int_equal(price(o, "11.96", "1.90"), RA_TOTAL_MISMATCH);
    assert_int_equal(ra_decimal_compare(o->difference, decimal("0.06")), 0);
    assert_int_equal(price(o, "11.90", "1.84"), RA_TOTAL_MISMATCH);
    assert_int_equal(ra_decimal_compare(o->difference, decimal("-0.06")), 0);
}

/* Odoo's rounding itself moves amounts of 2^49 cents or more. */
static void amounts_too_large_for_a_double_are_refused(void **state) {
    order *o = *state;
    (void)add(o, "1", "90071992547409.92", "90071992547409.92", 0, NULL);
    assert_int_equal(price(o, "90071992547409.92", "0"), RA_OVERFLOW);
    o->count = 0;
    (void)add(o, "1", "90071992547409.91", "90071992547409.91", 0, NULL);
    assert_int_equal(price(o, "90071992547409.91", "0"), RA_NOT_REPRODUCIBLE);
    o->count = 0;
    (void)add(o, "1", "4000000000000.01", "4000000000000.01", 0, NULL);
    assert_int_equal(price(o, "4000000000000.01", "0"), RA_OK);
    assert_true(o->totals.amount_total == 4000000000000.01);
}

static void a_configuration_that_makes_no_sense_is_refused(void **state) {
    order *o = *state;
    (void)add(o, "1", "1", "1", 0, NULL);
    const ra_sale_config good = o->config;
    o->config.discount_digits = 13;
    assert_int_equal(price(o, "1", "0"), RA_BAD_ARGUMENT);
    o->config = good;
    o->config.quantity_digits = -1;
    assert_int_equal(price(o, "1", "0"), RA_BAD_ARGUMENT);
    o->config = good;
    o->config.rate = NAN;
    assert_int_equal(price(o, "1", "0"), RA_BAD_ARGUMENT);
    o->config = good;
    o->config.tax.currency_rounding = 0.025;
    assert_int_equal(price(o, "1", "0"), RA_BAD_ARGUMENT);
    o->config = good;
    o->config.tax.currency_digits = 10;
    assert_int_equal(price(o, "1", "0"), RA_BAD_ARGUMENT);
}

static void a_group_without_taxes_cannot_carry_an_amount(void **state) {
    order *o = *state;
    (void)add(o, "1", "10", "10", HOLLOW, "1.00");
    assert_int_equal(price(o, "11", "1"), RA_NOT_REPRODUCIBLE);
}

static void an_empty_order_is_zero(void **state) {
    order *o = *state;
    assert_int_equal(price(o, "0", "0"), RA_OK);
    assert_true(o->totals.amount_total == 0 && !o->totals.has_rounding_line);
}

/* Imposed amounts, a group, discounts and a rounding line: every allocation there is. */
static void fill_order(order *o) {
    (void)add(o, "3", "11", "10", EXCLUDED, "1.80");
    (void)add(o, "1", "100", "90", GROUP, "10.60");
    (void)add(o, "1", "5", "5", 0, NULL);
}

static void memory_may_run_out_anywhere(void **state) {
    order *o = *state;
    fill_order(o);
    size_t refused = 0;
    for (size_t limit = 1;; limit += 8) {
        ra_arena arena;
        ra_arena_init(&arena, limit, NULL);
        ra_status status = ra_sale_price(&o->config, &arena, o->lines, o->count, decimal("117.41"),
                                         decimal("12.39"), &o->totals, &o->difference);
        ra_arena_free(&arena);
        if (status == RA_OK) break;
        assert_int_equal(status, RA_NO_MEMORY);
        refused++;
    }
    assert_true(refused > 100);
}

static void the_allocator_may_fail(void **state) {
    order *o = *state;
    fill_order(o);
    size_t refused = 0;
    for (size_t point = 1;; point++) {
        faulty_memory memory = {.failing = point, .lasting = true};
        ra_allocator allocator = faulty_allocator(&memory);
        ra_arena arena;
        ra_arena_init(&arena, 0, &allocator);
        ra_status status = ra_sale_price(&o->config, &arena, o->lines, o->count, decimal("117.41"),
                                         decimal("12.39"), &o->totals, &o->difference);
        ra_arena_free(&arena);
        assert_int_equal(memory.live, 0);
        if (status == RA_OK) break;
        assert_int_equal(status, RA_NO_MEMORY);
        refused++;
    }
    assert_true(refused > 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(a_short_price_is_used_where_it_multiplies_back),
        CASE(a_third_is_the_nearest_double),
        CASE(an_included_tax_is_part_of_the_price),
        CASE(a_discount_shows_where_it_gives_the_amount),
        CASE(a_surcharge_or_a_switch_turned_off_shows_no_discount),
        CASE(a_discount_that_would_cost_a_cent_is_not_shown),
        CASE(an_amount_without_quantity_is_one_piece),
        CASE(a_quantity_odoo_would_cut_is_one_piece),
        CASE(a_quantity_odoo_would_move_is_one_piece),
        CASE(negative_fees_and_quantities_keep_their_sign),
        CASE(other_taxes_than_odoos_are_imposed),
        CASE(the_tax_of_each_rate_is_kept_where_only_their_sum_agrees),
        CASE(the_amount_of_a_group_is_shared_in_proportion),
        CASE(a_group_that_is_zero_in_odoo_gives_all_to_its_last_tax),
        CASE(what_the_lines_leave_open_becomes_one_line),
        CASE(the_largest_tax_carries_the_rounding),
        CASE(an_order_without_taxes_has_none_to_round),
        CASE(amounts_have_the_currencys_decimals),
        CASE(more_than_the_limit_is_refused_with_the_difference),
        CASE(amounts_too_large_for_a_double_are_refused),
        CASE(a_configuration_that_makes_no_sense_is_refused),
        CASE(a_group_without_taxes_cannot_carry_an_amount),
        CASE(an_empty_order_is_zero),
        CASE(memory_may_run_out_anywhere),
        CASE(the_allocator_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
