/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Odoo's float_round (odoo/tools/float_utils.py), bit for bit, in doubles.
 *
 * Values and steps are finite. Where Python raises instead of answering, because the value divided
 * by the step leaves the range of doubles, the answer is 0 (too small) or the value itself (too
 * large). */
#ifndef RA_PRICE_ROUND_H
#define RA_PRICE_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#define RA_ROUND_MAX_DIGITS 15
#define RA_ROUND_LEAST_STEP 1e-15

/* float_round(value, precision_rounding=step, rounding_method='HALF-UP'), for a step of at least
 * RA_ROUND_LEAST_STEP. */
double ra_float_round(double value, double step);

/* float_round(value, precision_digits=digits), digits 0..RA_ROUND_MAX_DIGITS. */
double ra_float_round_digits(double value, int digits);

/* float_is_zero with precision_rounding=step. */
bool ra_float_is_zero(double value, double step);

/* Python's round(x): to the nearest integer, half to even. */
double ra_round_half_even(double value);

/* Python's sum() of floats, fed one by one. `compensated`: as from Python 3.12 on. */
typedef struct ra_sum {
    double total, rest;
    bool compensated;
} ra_sum;

void ra_sum_add(ra_sum *sum, double value);
double ra_sum_total(const ra_sum *sum);

#endif
