/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shortest decimal digits of a double, for ra_double_repr and for the numeric encoder.
 *
 *   value = 0.DDDD * 10^point, negated when `negative`; no leading or trailing zero digits,
 *   except that zero is the single digit 0 with point 1. */
#ifndef RA_CANONICAL_DOUBLE_H
#define RA_CANONICAL_DOUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RA_DOUBLE_DIGITS 17

typedef struct ra_digits {
    char text[20]; /* ASCII digits, not NUL-terminated; room for any uint64_t too */
    int count;
    int point;
    bool negative;
} ra_digits;

/* The shortest digits that read back as `value`, and among those the nearest: what Python's repr()
 * uses. `value` must be finite. */
void ra_double_digits(double value, ra_digits *out);

/* Writes the decimal digits of `value` (at most 20) and returns their number. */
int ra_put_integer(uint64_t value, char *out);

/* Shortest decimal digits of a finite double as Python's repr() chooses them; writes at most 32
 * bytes incl. NUL, returns the length. ("0.1", "1e+22", "5e-324", "10.0") Independent of the
 * locale. Not finite: writes "" and returns 0. */
size_t ra_double_repr(double value, char out[32]);

#endif
