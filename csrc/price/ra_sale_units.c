/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Decimals and doubles as whole minor units of the order's currency. */
#include <math.h>

#include "price/ra_sale_work.h"

#define UNITS_LIMIT (INT64_C(1) << 53)
#define CURRENCY_DIGITS_MAX 9

static ra_wide power_of_ten(int exponent) {
    ra_wide power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

ra_wide ra_divide_rounded(ra_wide numerator, ra_wide denominator) {
    ra_wide quotient = numerator / denominator;
    ra_wide rest = numerator % denominator;
    ra_wide rest_size = rest < 0 ? -rest : rest;
    ra_wide size = denominator < 0 ? -denominator : denominator;
    if (rest_size * 2 < size) return quotient;
    return (numerator < 0) == (denominator < 0) ? quotient + 1 : quotient - 1;
}

ra_status ra_units_step(const ra_tax_config *config, int64_t *out) {
    int digits = config->currency_digits;
    if (digits < 0 || digits > CURRENCY_DIGITS_MAX) return RA_BAD_ARGUMENT;
    double step = config->currency_rounding * (double)power_of_ten(digits);
    double whole = round(step);
    if (!(whole >= 1 && whole < 1e9) || fabs(step - whole) > 1e-6) return RA_BAD_ARGUMENT;
    *out = (int64_t)whole;
    return RA_OK;
}

ra_status ra_units_from(const ra_sale_work *work, ra_decimal value, int64_t *out) {
    int digits = work->config->tax.currency_digits;
    ra_wide numerator = value.coefficient;
    ra_wide step = work->step;
    if (value.scale < digits) {
        numerator *= power_of_ten(digits - value.scale);
    } else {
        step *= power_of_ten(value.scale - digits);
    }
    ra_wide units = ra_divide_rounded(numerator, step) * work->step;
    if (units >= UNITS_LIMIT || units <= -UNITS_LIMIT) return RA_OVERFLOW;
    *out = (int64_t)units;
    return RA_OK;
}

double ra_units_to_double(const ra_sale_work *work, int64_t units) {
    return ra_decimal_to_double((ra_decimal){units, (uint8_t)work->config->tax.currency_digits});
}

int64_t ra_units_of_double(const ra_sale_work *work, double amount) {
    double units = round(amount * (double)power_of_ten(work->config->tax.currency_digits));
    if (!(fabs(units) < (double)UNITS_LIMIT)) return UNITS_LIMIT;
    return (int64_t)units;
}
