/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Localised numbers. Times are in ra_settle_time.c. */
#include "read/ra_settle_value.h"

#include <string.h>

#define NUMBER_MAX 48 /* bytes of a number without grouping */

/* Blanks and thousands separators of more than one byte: no-break, thin and narrow space. */
static size_t wide_space(const char *at, const char *end) {
    if (end - at >= 2 && memcmp(at, "\xC2\xA0", 2) == 0) return 2;
    if (end - at >= 3 && memcmp(at, "\xE2\x80\xAF", 3) == 0) return 3;
    if (end - at >= 3 && memcmp(at, "\xE2\x80\x89", 3) == 0) return 3;
    return 0;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t trailing_space(ra_str text) {
    if (is_blank(text.ptr[text.len - 1])) return 1;
    for (size_t size = 2; size <= 3 && size <= text.len; size++) {
        const char *at = text.ptr + text.len - size;
        if (wide_space(at, text.ptr + text.len) == size) return size;
    }
    return 0;
}

ra_str ra_settle_trim(ra_str text) {
    while (text.len > 0) {
        size_t size = is_blank(text.ptr[0]) ? 1 : wide_space(text.ptr, text.ptr + text.len);
        if (size == 0) break;
        text.ptr += size;
        text.len -= size;
    }
    while (text.len > 0) {
        size_t size = trailing_space(text);
        if (size == 0) break;
        text.len -= size;
    }
    return text.len > 0 ? text : (ra_str){NULL, 0};
}

/* ---- the decimal sign ---- */

/* Count of a separator, and how many digits stand before and behind its last one. */
typedef struct separator {
    size_t count, before, behind, at;
    bool zero; /* the digits before are a single 0 */
} separator;

static separator find_separator(ra_str text, char sign) {
    separator found = {.count = 0};
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == sign) {
            found.count++;
            found.at = i;
            found.before = digits;
            found.zero = digits == 1 && text.ptr[i - 1] == '0';
            found.behind = 0;
        } else if (is_digit(text.ptr[i])) {
            digits++;
            found.behind++;
        }
    }
    return found;
}

ra_settle_sign ra_settle_sign_of(ra_str text) {
    separator point = find_separator(text, '.'), comma = find_separator(text, ',');
    if (point.count == 0 && comma.count == 0) return RA_SIGN_NONE;
    if (point.count > 0 && comma.count > 0) {
        return point.at > comma.at ? RA_SIGN_POINT : RA_SIGN_COMMA;
    }
    bool is_point = point.count > 0;
    separator only = is_point ? point : comma;
    if (only.count > 1) return is_point ? RA_SIGN_COMMA : RA_SIGN_POINT;
    bool group = only.behind == 3 && only.before >= 1 && only.before <= 3 && !only.zero;
    if (group) return RA_SIGN_EITHER;
    return is_point ? RA_SIGN_POINT : RA_SIGN_COMMA;
}

/* ---- the number ---- */

/* What may stand around the digits: currency signs and codes, brackets of a negative amount. */
typedef struct number {
    ra_str digits; /* with separators */
    bool negative;
} number;

static bool skip_currency(ra_str *text) {
    static const char *const signs[] = {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"};
    for (size_t i = 0; i < 4; i++) {
        size_t length = strlen(signs[i]);
        if (text->len >= length && memcmp(text->ptr, signs[i], length) == 0) {
            *text = ra_settle_trim((ra_str){text->ptr + length, text->len - length});
            return true;
        }
    }
    size_t letters = 0;
    while (letters < text->len && letters < 4 && text->ptr[letters] >= 'A' &&
           text->ptr[letters] <= 'Z')
        letters++;
    if (letters != 3) return false;
    *text = ra_settle_trim((ra_str){text->ptr + 3, text->len - 3});
    return true;
}

/* "-", "+", U+2212; true when there was one. */
static bool skip_minus(ra_str *text, bool *negative) {
    if (text->len >= 3 && memcmp(text->ptr, "\xE2\x88\x92", 3) == 0) {
        *negative = true;
        *text = ra_settle_trim((ra_str){text->ptr + 3, text->len - 3});
        return true;
    }
    if (text->len == 0 || (text->ptr[0] != '-' && text->ptr[0] != '+')) return false;
    *negative = text->ptr[0] == '-';
    *text = ra_settle_trim((ra_str){text->ptr + 1, text->len - 1});
    return true;
}

static bool take_apart(ra_str text, number *out) {
    bool minus = false, brackets = false;
    text = ra_settle_trim(text);
    if (text.len >= 2 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')') {
        brackets = true;
        text = ra_settle_trim((ra_str){text.ptr + 1, text.len - 2});
    }
    bool signed_first = skip_minus(&text, &minus);
    bool currency = skip_currency(&text);
    if (!signed_first) signed_first = skip_minus(&text, &minus);
    if (text.len == 0) return false;
    size_t length = 0;
    while (length < text.len) {
        char c = text.ptr[length];
        size_t space = wide_space(text.ptr + length, text.ptr + text.len);
        if (!is_digit(c) && c != '.' && c != ',' && c != '\'' && c != ' ' && space == 0) break;
        length += space > 0 ? space : 1;
    }
    out->digits = ra_settle_trim((ra_str){text.ptr, length});
    ra_str rest = {text.ptr + length, text.len - length};
    if (!signed_first) signed_first = skip_minus(&rest, &minus);
    if (!currency) (void)skip_currency(&rest);
    out->negative = minus || brackets;
    return rest.len == 0 && out->digits.len > 0 && !(brackets && signed_first);
}

/* Groups are of three digits, or of two before the last (1,23,456). */
static bool add_group(size_t *run, size_t *groups, bool last) {
    bool sound = *groups == 0 ? *run >= 1 && *run <= 3 : *run == 3 || (*run == 2 && !last);
    (*groups)++;
    *run = 0;
    return sound;
}

/* Digits with a point for the decimal sign and no grouping. */
static bool plain(ra_str text, char decimal, char buffer[NUMBER_MAX], size_t *length) {
    size_t run = 0, groups = 0;
    bool fraction = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (*length + 1 >= NUMBER_MAX) return false;
        if (is_digit(c)) {
            run++;
            buffer[(*length)++] = c;
        } else if (fraction) {
            return false;
        } else if (c == decimal) {
            if (groups > 0 && !add_group(&run, &groups, true)) return false;
            fraction = true;
            buffer[(*length)++] = '.';
        } else {
            size_t space = wide_space(text.ptr + i, text.ptr + text.len);
            i += space > 0 ? space - 1 : 0;
            if (!add_group(&run, &groups, false)) return false;
        }
    }
    return fraction || groups == 0 || add_group(&run, &groups, true);
}

ra_status ra_settle_number(ra_str text, ra_settle_sign sign, ra_decimal *out) {
    number found;
    char buffer[NUMBER_MAX];
    size_t length = 0;
    if (!take_apart(text, &found)) return RA_BAD_NUMBER;
    if (found.negative) buffer[length++] = '-';
    if (!plain(found.digits, sign == RA_SIGN_COMMA ? ',' : '.', buffer, &length)) {
        return RA_BAD_NUMBER;
    }
    return ra_decimal_parse((ra_str){buffer, length}, out);
}

ra_status ra_settle_minor(ra_decimal value, uint8_t digits, int64_t *out) {
    int64_t amount = value.coefficient;
    uint8_t scale = value.scale;
    for (; scale > digits; scale--) {
        if (amount % 10 != 0) return RA_BAD_NUMBER;
        amount /= 10;
    }
    for (; scale < digits; scale++) {
        if (__builtin_mul_overflow(amount, INT64_C(10), &amount)) return RA_OVERFLOW;
    }
    *out = amount;
    return RA_OK;
}
