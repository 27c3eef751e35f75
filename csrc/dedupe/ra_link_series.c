/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shapes of numbers. */
#include "dedupe/ra_link_series.h"

#include "dedupe/ra_similarity.h"

#define RA_NUMBER_DIGITS 3

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t skip_digits(ra_str word, size_t at) {
    while (at < word.len && is_digit(word.ptr[at]))
        at++;
    return at;
}

bool ra_link_is_number(ra_str word) {
    uint32_t digits = 0;
    for (size_t i = 0; i < word.len; i++)
        digits += is_digit(word.ptr[i]);
    return digits >= RA_NUMBER_DIGITS;
}

bool ra_link_is_all_digits(ra_str word) {
    return skip_digits(word, 0) == word.len;
}

static bool same_shape(ra_str a, ra_str b) {
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        if (is_digit(a.ptr[i]) && is_digit(b.ptr[j])) {
            i = skip_digits(a, i);
            j = skip_digits(b, j);
        } else if (a.ptr[i++] != b.ptr[j++]) {
            return false;
        }
    }
    return i == a.len && j == b.len;
}

ra_series ra_link_series_compare(ra_str a, ra_str b) {
    if (!ra_link_is_number(a) || !ra_link_is_number(b) || !same_shape(a, b)) return RA_SERIES_NONE;
    return ra_osa(a, b, 1) > 1 ? RA_SERIES_OTHER : RA_SERIES_NEAR;
}
