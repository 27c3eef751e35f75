/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rounding with the double operations of Odoo's float_utils, in their order. */
#include "price/ra_round.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "canonical/ra_decimal.h"

__extension__ typedef unsigned __int128 unsigned_wide;

#define INVERT_DIGITS 16 /* digits that '%.15e' keeps */
#define LEAST_COEFFICIENT INT64_C(1000000000000000)

/* Steps whose inverse Odoo looks up instead of computing it. */
static const double known_inverses[][2] = {
    {1e-1, 1e+1}, {1e-2, 1e+2},  {1e-3, 1e+3}, {1e-4, 1e+4},   {1e-5, 1e+5}, {1e-6, 1e+6},
    {1e-7, 1e+7}, {1e-8, 1e+8},  {1e-9, 1e+9}, {1e-10, 1e+10}, {2e-1, 5e+0}, {2e-2, 5e+1},
    {2e-3, 5e+2}, {2e-4, 5e+3},  {2e-5, 5e+4}, {2e-6, 5e+5},   {2e-7, 5e+6}, {2e-8, 5e+7},
    {2e-9, 5e+8}, {2e-10, 5e+9}, {5e-1, 2e+0}, {5e-2, 2e+1},   {5e-3, 2e+2}, {5e-4, 2e+3},
    {5e-5, 2e+4}, {5e-6, 2e+5},  {5e-7, 2e+6}, {5e-8, 2e+7},   {5e-9, 2e+8}, {5e-10, 2e+9},
};

/* The library's pow, as Python calls it: compilers know shorter ways for a constant base or
 * exponent that may differ in the last bit. */
static double power_of(double base, double exponent) {
    volatile double opaque_base = base, opaque_exponent = exponent;
    return pow(opaque_base, opaque_exponent);
}

double ra_round_half_even(double value) {
    double rounded = round(value);
    if (fabs(value - rounded) == 0.5) rounded = 2.0 * round(value / 2.0);
    return rounded;
}

/* The shim of float_utils: half away from zero. */
static double round_half_away(double value) {
    double rounded = ra_round_half_even(value);
    if (ra_round_half_even(value + 1) - rounded != 1) return value + copysign(0.5, value);
    return copysign(rounded, value);
}

/* f'{value:.15e}' of a value below 1: the 16 digits as an integer, and the exponent without its
 * sign. Exact: mantissa * 5^31 fits 128 bits, and the power of two is a shift to the right. */
static int64_t decimal_digits(double value, int *negative_exponent) {
    int exponent;
    unsigned_wide product = (unsigned_wide)ldexp(frexp(value, &exponent), 53);
    int shift = 53 - exponent;
    int power = 0;
    while ((product >> shift) < LEAST_COEFFICIENT) {
        product *= 5;
        shift--;
        power++;
    }
    unsigned_wide quotient = product >> shift;
    unsigned_wide rest = product - (quotient << shift);
    unsigned_wide half = (unsigned_wide)1 << (shift - 1);
    if (rest > half || (rest == half && (quotient & 1) != 0)) quotient++;
    power -= INVERT_DIGITS - 1;
    if (quotient == (unsigned_wide)LEAST_COEFFICIENT * 10) {
        quotient = LEAST_COEFFICIENT;
        power--;
    }
    *negative_exponent = power;
    return (int64_t)quotient;
}

/* float_invert of a step below 1. */
static double invert(double value) {
    for (size_t i = 0; i < sizeof known_inverses / sizeof known_inverses[0]; i++) {
        if (known_inverses[i][0] == value) return known_inverses[i][1];
    }
    int exponent;
    int64_t digits = decimal_digits(value, &exponent);
    double coefficient = ra_decimal_to_double((ra_decimal){digits, INVERT_DIGITS - 1});
    int scale = INVERT_DIGITS - 1 - exponent;
    ra_decimal moved = {scale < 0 ? digits * 10 : digits, (uint8_t)(scale < 0 ? 0 : scale)};
    return ra_decimal_to_double(moved) / power_of(coefficient, 2.0);
}

/* The rounded integer where the size of the epsilon cannot matter, which is nearly everywhere;
 * false just below a tie. The epsilon is about |value| * 2^-50, four times that is on the safe
 * side. */
static bool round_far_from_tie(double value, double *out) {
    double size = fabs(value);
    if (size >= 0x1p40) return false;
    double whole = floor(size);
    double rest = size - whole;
    if (rest < 0.5 && rest + size * 0x1p-48 >= 0.5) return false;
    *out = copysign(rest < 0.5 ? whole : whole + 1, value);
    return true;
}

double ra_float_round(double value, double step) {
    assert(step >= RA_ROUND_LEAST_STEP);
    if (value == 0) return 0.0;
    bool inverted = step < 1;
    double factor = inverted ? invert(step) : step;
    double normalized = inverted ? value * factor : value / factor;
    if (normalized == 0) return 0.0;
    if (!isfinite(normalized)) return value;
    double result;
    if (!round_far_from_tie(normalized, &result)) {
        double epsilon = power_of(2.0, log2(fabs(normalized)) - 50);
        result = round_half_away(normalized + copysign(epsilon, normalized));
    }
    if (!isfinite(result)) return value;
    return inverted ? result / factor : result * factor;
}

double ra_float_round_digits(double value, int digits) {
    assert(digits >= 0 && digits <= RA_ROUND_MAX_DIGITS);
    return ra_float_round(value, digits == 0 ? 1.0 : power_of(10.0, -digits));
}

bool ra_float_is_zero(double value, double step) {
    return value == 0.0 || fabs(ra_float_round(value, step)) < step;
}

void ra_sum_add(ra_sum *sum, double value) {
    double total = sum->total + value;
    if (fabs(sum->total) >= fabs(value)) {
        sum->rest += (sum->total - total) + value;
    } else {
        sum->rest += (value - total) + sum->total;
    }
    sum->total = total;
}

double ra_sum_total(const ra_sum *sum) {
    if (!sum->compensated || sum->rest == 0 || !isfinite(sum->rest)) return sum->total;
    return sum->total + sum->rest;
}
