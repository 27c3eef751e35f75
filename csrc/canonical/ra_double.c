/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shortest digits of a double and Python's notation for them; see ra_double.h. */
#include "canonical/ra_double.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decimals with at most 15 digits are told apart by every normal double, so a short decimal found
 * here is the shortest and the only one of its length. */
#define SHORT_LIMIT 1e15
#define SHORT_DECIMALS 6

/* repr() switches to an exponent beyond these positions of the decimal point. */
#define REPR_POINT_MIN (-4)
#define REPR_POINT_MAX 16

int ra_put_integer(uint64_t value, char *out) {
    char reversed[20];
    int count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (int i = 0; i < count; i++) {
        out[i] = reversed[count - 1 - i];
    }
    return count;
}

static void strip_zeros(ra_digits *digits) {
    while (digits->count > 1 && digits->text[digits->count - 1] == '0') {
        digits->count--;
    }
}

/* Money and quantities: the value is an integer over a small power of ten. */
static bool short_digits(double value, ra_digits *out) {
    double power = 1.0;
    for (int decimals = 0; decimals <= SHORT_DECIMALS; decimals++, power *= 10.0) {
        double scaled = nearbyint(value * power);
        if (scaled >= SHORT_LIMIT) return false;
        if (scaled / power == value) {
            out->count = ra_put_integer((uint64_t)scaled, out->text);
            out->point = out->count - decimals;
            strip_zeros(out);
            return true;
        }
    }
    return false;
}

/* Read the digits back as an integer with an exponent: no decimal separator, so whatever locale
 * the process has set does not matter. */
static bool reads_back(const ra_digits *digits, double value) {
    char text[RA_DOUBLE_DIGITS + 16];
    snprintf(text, sizeof text, "%.*se%d", digits->count, digits->text,
             digits->point - digits->count);
    return strtod(text, NULL) == value;
}

/* `value` correctly rounded to `count` digits. */
static void round_digits(double value, int count, ra_digits *out) {
    char text[RA_DOUBLE_DIGITS + 16];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    const char *at = text;
    for (out->count = 0; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') out->text[out->count++] = *at;
    }
    assert(out->count == count);
    out->point = (int)strtol(at + 1, NULL, 10) + 1;
}

/* The next larger decimal of the same length; false for one that ends in a zero, because it is
 * shorter and has been tried. */
static bool step_up(ra_digits *digits) {
    char *last = &digits->text[digits->count - 1];
    if (*last == '9') return false;
    (*last)++;
    return true;
}

/* Below a power of two the doubles are twice as dense, so a decimal just above such a value can
 * read back although the nearest one, just below, does not. */
static bool above_power_of_two(double value, ra_digits *digits) {
    int exponent = 0;
    ra_digits above = *digits;
    if (frexp(value, &exponent) != 0.5 || !step_up(&above) || !reads_back(&above, value)) {
        return false;
    }
    *digits = above;
    return true;
}

static void long_digits(double value, ra_digits *out) {
    /* A normal double keeps 15 digits: if fewer were enough, zeros would follow them. Subnormals
     * keep fewer. */
    int first = value < DBL_MIN ? 1 : DBL_DIG;
    for (int count = first; count <= RA_DOUBLE_DIGITS; count++) {
        round_digits(value, count, out);
        if (reads_back(out, value) || above_power_of_two(value, out)) break;
    }
    strip_zeros(out);
}

void ra_double_digits(double value, ra_digits *out) {
    assert(isfinite(value));
    double magnitude = fabs(value);
    memset(out, 0, sizeof *out);
    if (!short_digits(magnitude, out)) long_digits(magnitude, out);
    out->negative = signbit(value) != 0;
    assert(out->count >= 1 && out->count <= RA_DOUBLE_DIGITS);
}

static char *put_zeros(char *at, int count) {
    for (int i = 0; i < count; i++) {
        *at++ = '0';
    }
    return at;
}

static char *put_digits(char *at, const char *digits, int count) {
    memcpy(at, digits, (size_t)count);
    return at + count;
}

/* 123.45, 0.00012, 100.0: at least one digit on both sides of the point. */
static char *put_fixed(char *at, const ra_digits *digits) {
    int whole = digits->point < digits->count ? digits->point : digits->count;
    if (whole <= 0) {
        *at++ = '0';
        *at++ = '.';
        at = put_zeros(at, -digits->point);
        return put_digits(at, digits->text, digits->count);
    }
    at = put_digits(at, digits->text, whole);
    at = put_zeros(at, digits->point - whole);
    *at++ = '.';
    if (whole == digits->count) return put_zeros(at, 1);
    return put_digits(at, digits->text + whole, digits->count - whole);
}

/* 1.5e-07, 1e+22: at least two exponent digits, no point after a single digit. */
static char *put_exponent(char *at, const ra_digits *digits) {
    int exponent = digits->point - 1;
    *at++ = digits->text[0];
    if (digits->count > 1) {
        *at++ = '.';
        at = put_digits(at, digits->text + 1, digits->count - 1);
    }
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    exponent = abs(exponent);
    if (exponent < 10) *at++ = '0';
    return at + ra_put_integer((uint64_t)exponent, at);
}

size_t ra_double_repr(double value, char out[32]) {
    char *at = out;
    if (isfinite(value)) {
        ra_digits digits;
        ra_double_digits(value, &digits);
        if (digits.negative) *at++ = '-';
        if (digits.point > REPR_POINT_MIN && digits.point <= REPR_POINT_MAX) {
            at = put_fixed(at, &digits);
        } else {
            at = put_exponent(at, &digits);
        }
    }
    *at = '\0';
    assert(at - out < 32);
    return (size_t)(at - out);
}
