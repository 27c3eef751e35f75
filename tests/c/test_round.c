/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rounding and Python's two ways to sum floats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>

#include "price/ra_round.h"

static void same(double value, double expected) {
    assert_true(value == expected);
    assert_int_equal(signbit(value) != 0, signbit(expected) != 0);
}

static void ties_go_away_from_zero_also_where_binary_falls_short(void **state) {
    (void)state;
    same(ra_float_round(2.675, 0.01), 2.68);
    same(ra_float_round(-2.675, 0.01), -2.68);
    same(ra_float_round(1.005, 0.01), 1.01);
    same(ra_float_round(0.5, 1.0), 1.0);
    same(ra_float_round(2.5, 1.0), 3.0);
    same(ra_float_round(0.025, 0.05), 0.05);
    same(ra_float_round(15.0, 10.0), 20.0);
}

static void zero_has_no_sign_but_a_small_negative_keeps_it(void **state) {
    (void)state;
    same(ra_float_round(-0.0, 0.01), 0.0);
    same(ra_float_round(-0.001, 0.01), -0.0);
}

static void values_beyond_the_range_of_doubles_have_an_answer(void **state) {
    (void)state;
    same(ra_float_round(DBL_MAX, 0.01), DBL_MAX);
    same(ra_float_round(-DBL_MAX, 0.001), -DBL_MAX);
    same(ra_float_round(DBL_TRUE_MIN, 10.0), 0.0);
}

static void digits_up_to_the_largest(void **state) {
    (void)state;
    same(ra_float_round_digits(2.5, 0), 3.0);
    same(ra_float_round_digits(12.345, 2), 12.35);
    same(ra_float_round_digits(0.1, RA_ROUND_MAX_DIGITS), 0.1);
}

static void halves_go_to_the_even_integer(void **state) {
    (void)state;
    same(ra_round_half_even(0.5), 0.0);
    same(ra_round_half_even(1.5), 2.0);
    same(ra_round_half_even(-2.5), -2.0);
    same(ra_round_half_even(2.4), 2.0);
}

static void zero_is_what_rounds_to_it(void **state) {
    (void)state;
    assert_true(ra_float_is_zero(0.004, 0.01));
    assert_false(ra_float_is_zero(0.006, 0.01));
}

static double sum_of(const double *values, size_t count, bool compensated) {
    ra_sum sum = {.compensated = compensated};
    for (size_t i = 0; i < count; i++)
        ra_sum_add(&sum, values[i]);
    return ra_sum_total(&sum);
}

static void compensation_finds_what_plain_summing_loses(void **state) {
    (void)state;
    double tenths[10];
    for (size_t i = 0; i < 10; i++)
        tenths[i] = 0.1;
    same(sum_of(tenths, 10, false), 0.9999999999999999);
    same(sum_of(tenths, 10, true), 1.0);
    const double swamped[] = {1.0, 1e100, 1.0, -1e100};
    same(sum_of(swamped, 4, false), 0.0);
    same(sum_of(swamped, 4, true), 2.0);
}

static void an_overflowing_sum_stays_infinite(void **state) {
    (void)state;
    const double huge[] = {DBL_MAX, DBL_MAX};
    same(sum_of(huge, 2, true), INFINITY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_go_away_from_zero_also_where_binary_falls_short),
        cmocka_unit_test(zero_has_no_sign_but_a_small_negative_keeps_it),
        cmocka_unit_test(values_beyond_the_range_of_doubles_have_an_answer),
        cmocka_unit_test(digits_up_to_the_largest),
        cmocka_unit_test(halves_go_to_the_even_integer),
        cmocka_unit_test(zero_is_what_rounds_to_it),
        cmocka_unit_test(compensation_finds_what_plain_summing_loses),
        cmocka_unit_test(an_overflowing_sum_stays_infinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
