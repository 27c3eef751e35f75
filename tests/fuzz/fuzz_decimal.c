/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Any text as a number: what is read prints as the same number, and arithmetic is its own check. */
#include <stdlib.h>
#include <string.h>

#include "canonical/ra_decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held) {
    if (!held) abort();
}

static void check_one(ra_decimal value) {
    char text[24];
    ra_decimal again;
    size_t length = ra_decimal_format(value, text);
    require(length < sizeof text && text[length] == '\0');
    require(ra_decimal_parse((ra_str){text, length}, &again) == RA_OK);
    require(ra_decimal_compare(value, again) == 0);
    require(ra_decimal_to_double(value) == strtod(text, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    const char *comma = size > 0 ? memchr(text, ',', size) : NULL;
    size_t first = comma == NULL ? size : (size_t)(comma - text);
    ra_decimal a, b = {1, 2}, sum, back;
    if (ra_decimal_parse((ra_str){text, first}, &a) != RA_OK) return 0;
    check_one(a);
    if (comma != NULL && ra_decimal_parse((ra_str){comma + 1, size - first - 1}, &b) == RA_OK) {
        check_one(b);
    }
    require(ra_decimal_compare(a, b) == -ra_decimal_compare(b, a));
    if (ra_decimal_add(a, b, &sum) != RA_OK) return 0;
    check_one(sum);
    require(ra_decimal_sub(sum, b, &back) == RA_OK && ra_decimal_compare(back, a) == 0);
    return 0;
}
