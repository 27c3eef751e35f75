/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Doubles are written as Python's repr() writes them. The differential test over many random values
 * is tests/py/test_encode_repr.py; here are the rules one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "canonical/ra_double.h"

typedef struct sample {
    double value;
    const char *text;
} sample;

static void check(const sample *samples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char text[32];
        size_t length = ra_double_repr(samples[i].value, text);
        assert_string_equal(text, samples[i].text);
        assert_int_equal(length, strlen(samples[i].text));
    }
}

#define CHECK(samples) check(samples, sizeof(samples) / sizeof *(samples))

static void test_short_decimals_keep_their_digits(void **state) {
    (void)state;
    static const sample samples[] = {
        {0.1, "0.1"},
        {10.0, "10.0"},
        {-12.5, "-12.5"},
        {1234.56, "1234.56"},
        {0.05, "0.05"},
        {100.0, "100.0"},
        {0.000001, "1e-06"},
        {0.001, "0.001"},
        {19.99, "19.99"},
        {1e6, "1000000.0"},
        {999999.999999, "999999.999999"},
        {0.300000, "0.3"},
    };
    CHECK(samples);
}

static void test_zero_keeps_its_sign(void **state) {
    (void)state;
    static const sample samples[] = {{0.0, "0.0"}, {-0.0, "-0.0"}};
    CHECK(samples);
}

static void test_exponent_begins_where_python_begins_it(void **state) {
    (void)state;
    static const sample samples[] = {
        {1e15, "1000000000000000.0"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e16, "1e+16"},
        {12345678901234567890.0, "1.2345678901234567e+19"},
        {1e22, "1e+22"},
        {1e100, "1e+100"},
        {0.0001, "0.0001"},
        {0.00012345, "0.00012345"},
        {0.00001, "1e-05"},
        {0.000015, "1.5e-05"},
        {-2.5e-10, "-2.5e-10"},
    };
    CHECK(samples);
}

static void test_long_fractions_use_as_many_digits_as_needed(void **state) {
    (void)state;
    static const sample samples[] = {
        {0.1 + 0.2, "0.30000000000000004"},         {1.0 / 3.0, "0.3333333333333333"},
        {2.0 / 3.0, "0.6666666666666666"},          {1234.5678901234567, "1234.5678901234567"},
        {9007199254740993.0, "9007199254740992.0"}, {900719925474099.3, "900719925474099.2"},
    };
    CHECK(samples);
}

static void test_extremes(void **state) {
    (void)state;
    static const sample samples[] = {
        {5e-324, "5e-324"},
        {1.5e-323, "1.5e-323"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {-1e308, "-1e+308"},
    };
    CHECK(samples);
}

/* The nearest 16 digits of these lie below the power of two and read back as its neighbour; repr
 * takes the 16 digits above it. */
static void test_powers_of_two_use_the_wider_side(void **state) {
    (void)state;
    static const sample samples[] = {
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p-24, "5.960464477539063e-08"},
        {0x1p-1017, "7.120236347223045e-307"},
    };
    CHECK(samples);
}

static void test_longest_text_fits(void **state) {
    (void)state;
    char text[32];
    assert_int_equal(ra_double_repr(-2.2250738585072014e-308, text), 24);
    assert_int_equal(ra_double_repr(-0.00012345678901234567, text), 23);
}

static void test_not_finite_has_no_text(void **state) {
    (void)state;
    char text[32] = "x";
    assert_int_equal(ra_double_repr(NAN, text), 0);
    assert_string_equal(text, "");
    text[0] = 'x';
    assert_int_equal(ra_double_repr(-INFINITY, text), 0);
    assert_string_equal(text, "");
}

static void test_digits_have_no_zeros_at_the_ends(void **state) {
    (void)state;
    static const double values[] = {100.0, 0.001, 1e22, 1e23, 5e-324, 120.5, 1e15, 123456e10};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ra_digits digits;
        ra_double_digits(values[i], &digits);
        assert_int_not_equal(digits.text[0], '0');
        assert_int_not_equal(digits.text[digits.count - 1], '0');
        assert_false(digits.negative);
    }
}

static void test_integers_are_written_whole(void **state) {
    (void)state;
    char text[20];
    assert_int_equal(ra_put_integer(UINT64_MAX, text), 20);
    assert_memory_equal(text, "18446744073709551615", 20);
    assert_int_equal(ra_put_integer(0, text), 1);
    assert_int_equal(text[0], '0');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_decimals_keep_their_digits),
        cmocka_unit_test(test_zero_keeps_its_sign),
        cmocka_unit_test(test_exponent_begins_where_python_begins_it),
        cmocka_unit_test(test_long_fractions_use_as_many_digits_as_needed),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_powers_of_two_use_the_wider_side),
        cmocka_unit_test(test_longest_text_fits),
        cmocka_unit_test(test_not_finite_has_no_text),
        cmocka_unit_test(test_digits_have_no_zeros_at_the_ends),
        cmocka_unit_test(test_integers_are_written_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
