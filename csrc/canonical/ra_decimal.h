/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Exact decimals for money and quantities: value = coefficient / 10^scale.
 *
 * At most 18 significant digits, so every value fits an int64_t; reading never rounds. */
#ifndef RA_CANONICAL_DECIMAL_H
#define RA_CANONICAL_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ra_arena.h"

#define RA_DECIMAL_MAX_SCALE 18
#define RA_DECIMAL_UNSET UINT8_MAX /* scale of what a reader was not given; none hands it out */

typedef struct ra_decimal {
    int64_t coefficient;
    uint8_t scale; /* digits after the point, 0..18; trailing zeros are allowed */
} ra_decimal;

/* Read "-12.50", "3", ".5", "+1e3", "2.50E-1" (surrounding blanks allowed). Empty text, other
 * characters, more than 18 significant digits or an exponent out of range: RA_BAD_NUMBER. Trailing
 * zeros after the point do not count as significant digits ("2.0000000000000000000" is 2). */
ra_status ra_decimal_parse(ra_str text, ra_decimal *out) RA_MUST_CHECK;

/* Exact sum and difference; RA_OVERFLOW when the result does not fit. */
ra_status ra_decimal_add(ra_decimal a, ra_decimal b, ra_decimal *out) RA_MUST_CHECK;
ra_status ra_decimal_sub(ra_decimal a, ra_decimal b, ra_decimal *out) RA_MUST_CHECK;

/* -1, 0 or 1; exact whatever the scales. */
int ra_decimal_compare(ra_decimal a, ra_decimal b);

/* The double nearest to the exact value (as Python's float(Decimal)). */
double ra_decimal_to_double(ra_decimal value);

/* Shortest text, no trailing zeros, no exponent; writes at most 24 bytes incl. NUL to `buffer`
 * and returns the length. */
size_t ra_decimal_format(ra_decimal value, char buffer[24]);

#endif
