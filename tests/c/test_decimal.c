/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Exact decimals; the differential test against Python's decimal is in tests/py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "canonical/ra_decimal.h"

static ra_decimal number(const char *text) {
    ra_decimal value = {0, 0};
    assert_int_equal(ra_decimal_parse((ra_str){text, strlen(text)}, &value), RA_OK);
    return value;
}

static void assert_text(ra_decimal value, const char *wanted) {
    char text[24];
    assert_int_equal(ra_decimal_format(value, text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_numbers_are_read_exactly(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"-12.50", "-12.5"},
        {"3", "3"},
        {".5", "0.5"},
        {"+1e3", "1000"},
        {"2.50E-1", "0.25"},
        {" 7\t\n", "7"},
        {"-0", "0"},
        {"2.0000000000000000000", "2"},
        {"1e-18", "0.000000000000000001"},
        {"-999999999999999999", "-999999999999999999"},
        {"0.1000", "0.1"},
        {"0e-1000", "0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_text(number(cases[i][0]), cases[i][1]);
    }
}

static void test_what_is_no_exact_number_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "NaN",
        "Infinity",
        "1,50",
        "1 000",
        "0x10",
        "1e18",
        "1e-19",
        "1e999999",
        "--1",
        "1_0",
        "\xd9\xa1",
        "1000000000000000000",
        "0.1234567890123456789",
        "1.2.3",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ra_decimal value = {77, 1};
        ra_status status = ra_decimal_parse((ra_str){cases[i], strlen(cases[i])}, &value);
        assert_int_equal(status, RA_BAD_NUMBER);
        assert_int_equal(value.coefficient, 77);
    }
    ra_decimal value;
    assert_int_equal(ra_decimal_parse((ra_str){"1\0002", 3}, &value), RA_BAD_NUMBER);
}

static void test_sums_are_exact_or_overflow(void **state) {
    (void)state;
    ra_decimal sum;
    assert_int_equal(ra_decimal_add(number("0.1"), number("0.02"), &sum), RA_OK);
    assert_text(sum, "0.12");
    assert_int_equal(ra_decimal_sub(number("1"), number("1.005"), &sum), RA_OK);
    assert_text(sum, "-0.005");
    assert_int_equal(ra_decimal_add(number("99999999999999999.5"), number("0.5"), &sum), RA_OK);
    assert_text(sum, "100000000000000000");
    assert_int_equal(ra_decimal_add(number("999999999999999999"), number("1"), &sum), RA_OVERFLOW);
    assert_int_equal(ra_decimal_sub(number("-999999999999999999"), number("1e-18"), &sum),
                     RA_OVERFLOW);
}

static void test_comparison_is_exact_whatever_the_scales(void **state) {
    (void)state;
    assert_int_equal(ra_decimal_compare(number("1.10"), (ra_decimal){11000, 4}), 0);
    assert_int_equal(ra_decimal_compare(number("999999999999999999"), number("1e-18")), 1);
    assert_int_equal(ra_decimal_compare(number("-2"), number("-1.999999999999999")), -1);
}

static void test_doubles_are_the_nearest(void **state) {
    (void)state;
    assert_true(ra_decimal_to_double(number("0.1")) == 0.1);
    assert_true(ra_decimal_to_double(number("-123456789012345.678")) == -123456789012345.678);
    assert_true(ra_decimal_to_double(number("0.100000000000000005")) == 0.100000000000000005);
    assert_true(ra_decimal_to_double(number("9007199254740993")) == 9007199254740992.0);
    assert_true(ra_decimal_to_double(number("900719925474099.3")) == 900719925474099.3);
    assert_true(ra_decimal_to_double((ra_decimal){INT64_MIN, 0}) == -9223372036854775808.0);
}

static void test_any_coefficient_fits_the_text_buffer(void **state) {
    (void)state;
    assert_text((ra_decimal){INT64_MIN, 18}, "-9.223372036854775808");
    assert_text((ra_decimal){INT64_MIN, 0}, "-9223372036854775808");
    assert_text((ra_decimal){-1, 18}, "-0.000000000000000001");
    assert_text((ra_decimal){1500, 3}, "1.5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_read_exactly),
        cmocka_unit_test(test_what_is_no_exact_number_is_refused),
        cmocka_unit_test(test_sums_are_exact_or_overflow),
        cmocka_unit_test(test_comparison_is_exact_whatever_the_scales),
        cmocka_unit_test(test_doubles_are_the_nearest),
        cmocka_unit_test(test_any_coefficient_fits_the_text_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
