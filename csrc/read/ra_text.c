/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* UTF-8, escapes and times. */
#include "read/ra_text.h"

#include <string.h>

#define WORD_HIGH UINT64_C(0x8080808080808080)
#define WORD_LOW UINT64_C(0x0101010101010101)

/* Length of the well-formed sequence at `s`, 0 when there is none. */
static size_t sequence(const unsigned char *s, size_t left) {
    unsigned char lead = s[0];
    if (lead < 0x80) return lead != 0;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || left < length) return 0;
    unsigned char least = 0x80, most = 0xBF;
    if (lead == 0xE0) least = 0xA0;
    if (lead == 0xED) most = 0x9F;
    if (lead == 0xF0) least = 0x90;
    if (lead == 0xF4) most = 0x8F;
    if (s[1] < least || s[1] > most) return 0;
    for (size_t i = 2; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
    }
    return length;
}

size_t ra_text_check(ra_str text) {
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t i = 0;
    while (i < text.len) {
        if (text.len - i >= sizeof(uint64_t)) {
            uint64_t word;
            memcpy(&word, bytes + i, sizeof word);
            /* No high bit set and no byte zero: eight characters of ASCII. */
            if (((word | (word - WORD_LOW)) & WORD_HIGH) == 0) {
                i += sizeof word;
                continue;
            }
        }
        size_t length = sequence(bytes + i, text.len - i);
        if (length == 0) return i;
        i += length;
    }
    return i;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int ra_text_code_unit(ra_str text, size_t at) {
    if (at > text.len || text.len - at < 6 || text.ptr[at] != '\\' || text.ptr[at + 1] != 'u')
        return -1;
    int value = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

size_t ra_text_check_escapes(ra_str text) {
    size_t i = 0;
    while (i < text.len) {
        const char *found = memchr(text.ptr + i, '\\', text.len - i);
        if (found == NULL) return text.len;
        i = (size_t)(found - text.ptr);
        int unit = ra_text_code_unit(text, i);
        if (unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return i;
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            int low = ra_text_code_unit(text, i + 6);
            if (low < 0xDC00 || low > 0xDFFF) return i;
            i += 12;
        } else {
            i += unit < 0 ? 2 : 6;
        }
    }
    return text.len;
}

bool ra_text_is_id(ra_str text) {
    if (text.len == 0 || text.len > 64) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    }
    return true;
}

/* ---- times ---- */

typedef struct clock {
    int year, month, day, hour, minute, second;
    int microsecond;
    int offset; /* minutes east of UTC */
} clock;

/* Exactly `count` digits. */
static bool take_digits(ra_str *text, size_t count, int *out) {
    if (text->len < count) return false;
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        char c = text->ptr[i];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    *out = value;
    text->ptr += count;
    text->len -= count;
    return true;
}

static bool take_char(ra_str *text, char wanted) {
    if (text->len == 0 || text->ptr[0] != wanted) return false;
    text->ptr++;
    text->len--;
    return true;
}

static bool take_fraction(ra_str *text, int *microsecond) {
    int unit = 100000, digit;
    size_t digits = 0;
    for (; take_digits(text, 1, &digit); digits++, unit /= 10)
        *microsecond += digit * unit;
    return digits > 0 && digits <= 18;
}

static bool take_offset(ra_str *text, int *offset) {
    if (text->len == 0 || take_char(text, 'Z') || take_char(text, 'z')) return true;
    bool west = take_char(text, '-');
    if (!west && !take_char(text, '+')) return false;
    int hours, minutes = 0;
    if (!take_digits(text, 2, &hours) || hours > 23) return false;
    if (text->len > 0) {
        (void)take_char(text, ':');
        if (!take_digits(text, 2, &minutes) || minutes > 59) return false;
    }
    *offset = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static bool take_time(ra_str *text, clock *out) {
    if (!take_char(text, 'T') && !take_char(text, 't') && !take_char(text, ' ')) return false;
    if (!take_digits(text, 2, &out->hour) || !take_char(text, ':')) return false;
    if (!take_digits(text, 2, &out->minute)) return false;
    if (take_char(text, ':')) {
        if (!take_digits(text, 2, &out->second)) return false;
        if (take_char(text, '.') && !take_fraction(text, &out->microsecond)) return false;
    }
    return take_offset(text, &out->offset);
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the Gregorian calendar; the year is counted from March. */
static int64_t days_from_date(int year, int month, int day) {
    int64_t shifted = year - (month <= 2);
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719468;
}

ra_status ra_time_parse(ra_str text, int64_t *out) {
    clock c = {.year = 0};
    bool read = take_digits(&text, 4, &c.year) && take_char(&text, '-') &&
                take_digits(&text, 2, &c.month) && take_char(&text, '-') &&
                take_digits(&text, 2, &c.day);
    if (read && text.len > 0) read = take_time(&text, &c);
    if (!read || text.len > 0) return RA_BAD_DATE;
    if (c.year < 1 || c.month < 1 || c.month > 12) return RA_BAD_DATE;
    if (c.day < 1 || c.day > days_in_month(c.year, c.month)) return RA_BAD_DATE;
    if (c.hour > 23 || c.minute > 59 || c.second > 59) return RA_BAD_DATE;
    int64_t minutes = days_from_date(c.year, c.month, c.day) * 1440 + c.hour * 60 + c.minute;
    *out = ((minutes - c.offset) * 60 + c.second) * 1000000 + c.microsecond;
    return RA_OK;
}
