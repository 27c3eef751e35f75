/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Exact decimals: reading, arithmetic, text. */
#include "canonical/ra_decimal.h"

#include <assert.h>
#include <string.h>

#define MAX_DIGITS 18
#define MAX_EXPONENT 1000

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static const int64_t powers[RA_DECIMAL_MAX_SCALE + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

#define COEFFICIENT_LIMIT powers[MAX_DIGITS]

/* Digits of a number while it is read: value = coefficient * 10^exponent. */
typedef struct scan {
    const char *at, *end;
    int64_t coefficient;
    int64_t exponent;
    int64_t zeros; /* zero digits seen that count only if another digit follows */
    bool any, too_long;
} scan;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(const scan *in) {
    return in->at < in->end && *in->at >= '0' && *in->at <= '9';
}

static void push_digit(scan *in, char digit) {
    if (digit == '0') {
        if (in->coefficient != 0) in->zeros++;
        return;
    }
    for (; in->zeros >= 0; in->zeros--) {
        if (in->coefficient >= powers[MAX_DIGITS - 1]) {
            in->too_long = true;
            return;
        }
        in->coefficient *= 10;
    }
    in->zeros = 0;
    in->coefficient += digit - '0';
}

static void scan_digits(scan *in) {
    for (; is_digit(in); in->at++, in->any = true)
        push_digit(in, *in->at);
    if (in->at == in->end || *in->at != '.') return;
    in->at++;
    for (; is_digit(in); in->at++, in->any = true) {
        push_digit(in, *in->at);
        in->exponent--;
    }
}

static bool scan_exponent(scan *in) {
    if (in->at == in->end || (*in->at != 'e' && *in->at != 'E')) return true;
    in->at++;
    bool negative = in->at < in->end && *in->at == '-';
    if (in->at < in->end && (*in->at == '-' || *in->at == '+')) in->at++;
    if (!is_digit(in)) return false;
    int64_t value = 0;
    for (; is_digit(in); in->at++) {
        value = value * 10 + (*in->at - '0');
        if (value > MAX_EXPONENT) return false;
    }
    in->exponent += negative ? -value : value;
    return true;
}

ra_status ra_decimal_parse(ra_str text, ra_decimal *out) {
    if (text.len == 0) return RA_BAD_NUMBER;
    scan in = {.at = text.ptr, .end = text.ptr + text.len};
    while (in.at < in.end && is_blank(*in.at))
        in.at++;
    while (in.end > in.at && is_blank(in.end[-1]))
        in.end--;
    bool negative = in.at < in.end && *in.at == '-';
    if (in.at < in.end && (*in.at == '-' || *in.at == '+')) in.at++;
    scan_digits(&in);
    if (!in.any || !scan_exponent(&in) || in.at != in.end || in.too_long) return RA_BAD_NUMBER;
    int64_t exponent = in.exponent + in.zeros;
    if (in.coefficient == 0) exponent = 0;
    if (exponent < -RA_DECIMAL_MAX_SCALE || exponent >= MAX_DIGITS) return RA_BAD_NUMBER;
    if (exponent > 0) {
        if (in.coefficient > (COEFFICIENT_LIMIT - 1) / powers[exponent]) return RA_BAD_NUMBER;
        in.coefficient *= powers[exponent];
        exponent = 0;
    }
    out->coefficient = negative ? -in.coefficient : in.coefficient;
    out->scale = (uint8_t)-exponent;
    return RA_OK;
}

/* Both coefficients at the larger scale: below 2^63 * 10^18, so two of them can be summed. */
static uint8_t align(ra_decimal a, ra_decimal b, wide *first, wide *second) {
    assert(a.scale <= RA_DECIMAL_MAX_SCALE && b.scale <= RA_DECIMAL_MAX_SCALE);
    uint8_t scale = a.scale > b.scale ? a.scale : b.scale;
    *first = (wide)a.coefficient * powers[scale - a.scale];
    *second = (wide)b.coefficient * powers[scale - b.scale];
    return scale;
}

static ra_status narrow(wide value, uint8_t scale, ra_decimal *out) {
    while (scale > 0 && (value >= COEFFICIENT_LIMIT || value <= -COEFFICIENT_LIMIT)) {
        if (value % 10 != 0) return RA_OVERFLOW;
        value /= 10;
        scale--;
    }
    if (value >= COEFFICIENT_LIMIT || value <= -COEFFICIENT_LIMIT) return RA_OVERFLOW;
    *out = (ra_decimal){.coefficient = (int64_t)value, .scale = scale};
    return RA_OK;
}

ra_status ra_decimal_add(ra_decimal a, ra_decimal b, ra_decimal *out) {
    wide first, second;
    uint8_t scale = align(a, b, &first, &second);
    return narrow(first + second, scale, out);
}

ra_status ra_decimal_sub(ra_decimal a, ra_decimal b, ra_decimal *out) {
    wide first, second;
    uint8_t scale = align(a, b, &first, &second);
    return narrow(first - second, scale, out);
}

int ra_decimal_compare(ra_decimal a, ra_decimal b) {
    wide first, second;
    (void)align(a, b, &first, &second);
    return first < second ? -1 : first > second;
}

double ra_decimal_to_double(ra_decimal value) {
    assert(value.scale <= RA_DECIMAL_MAX_SCALE);
    const uint64_t exact = UINT64_C(1) << 53;
    bool negative = value.coefficient < 0;
    uint64_t magnitude =
        negative ? (uint64_t)0 - (uint64_t)value.coefficient : (uint64_t)value.coefficient;
    uint64_t divisor = (uint64_t)powers[value.scale];
    double result;
    if (magnitude <= exact || divisor == 1) {
        /* One correctly rounded operation on exact operands. */
        result = (double)magnitude / (double)divisor;
    } else {
        /* At least 57 bits of quotient; a remainder only has to be told from none. */
        unsigned_wide dividend = (unsigned_wide)magnitude << 64;
        unsigned_wide quotient = dividend / divisor;
        if (dividend % divisor != 0) quotient |= 1;
        result = (double)quotient * 0x1p-64;
    }
    return negative ? -result : result;
}

size_t ra_decimal_format(ra_decimal value, char buffer[24]) {
    assert(value.scale <= RA_DECIMAL_MAX_SCALE);
    bool negative = value.coefficient < 0;
    uint64_t rest =
        negative ? (uint64_t)0 - (uint64_t)value.coefficient : (uint64_t)value.coefficient;
    unsigned scale = value.scale;
    for (; scale > 0 && rest % 10 == 0; scale--)
        rest /= 10;
    char digits[24];
    size_t count = 0;
    for (; rest > 0 || count <= scale; rest /= 10) {
        if (scale > 0 && count == scale) digits[count++] = '.', scale = 0;
        digits[count++] = (char)('0' + rest % 10);
    }
    size_t length = 0;
    if (negative) buffer[length++] = '-';
    while (count > 0)
        buffer[length++] = digits[--count];
    buffer[length] = '\0';
    return length;
}
