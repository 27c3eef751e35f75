/* Odoo's float_round (odoo/tools/float_utils.py), bit for bit, in doubles. */
#ifndef RA_PRICE_ROUND_H
#define RA_PRICE_ROUND_H

#include <stdbool.h>
#include <stdint.h>

/* float_round(value, precision_rounding=step, rounding_method='HALF-UP'); step > 0. */
double ra_float_round(double value, double step);

/* float_round(value, precision_digits=digits), digits 0..18. */
double ra_float_round_digits(double value, int digits);

/* float_is_zero and float_compare with precision_rounding=step. */
bool ra_float_is_zero(double value, double step);
int ra_float_compare(double a, double b, double step);

#endif
