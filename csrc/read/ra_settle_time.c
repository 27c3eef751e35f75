/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Dates and times in the forms that reports have. */
#include <string.h>
#include <strings.h>

#include "read/ra_settle_value.h"

#define SECOND_US INT64_C(1000000)

typedef struct moment {
    int64_t year, month, day, hour, minute, second, microsecond;
    bool clock; /* a time was given */
} moment;

static void skip(ra_str *text, const char *any) {
    while (text->len > 0 && strchr(any, text->ptr[0]) != NULL) {
        text->ptr++;
        text->len--;
    }
}

static bool take_char(ra_str *text, const char *any) {
    if (text->len == 0 || strchr(any, text->ptr[0]) == NULL) return false;
    text->ptr++;
    text->len--;
    return true;
}

/* A number of at most `most` digits; how many there were. */
static size_t take_number(ra_str *text, size_t most, int64_t *out) {
    size_t digits = 0;
    *out = 0;
    while (digits < most && digits < text->len && text->ptr[digits] >= '0' &&
           text->ptr[digits] <= '9') {
        *out = *out * 10 + (text->ptr[digits] - '0');
        digits++;
    }
    text->ptr += digits;
    text->len -= digits;
    return digits;
}

/* English month names, whole or their first three letters. */
static bool take_month(ra_str *text, int64_t *month) {
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t letters = 0;
    while (letters < text->len && ((text->ptr[letters] >= 'A' && text->ptr[letters] <= 'Z') ||
                                   (text->ptr[letters] >= 'a' && text->ptr[letters] <= 'z')))
        letters++;
    for (size_t i = 0; i < 12; i++) {
        if (letters < 3 || letters > strlen(names[i])) continue;
        if (strncasecmp(names[i], text->ptr, letters) != 0) continue;
        *month = (int64_t)i + 1;
        text->ptr += letters;
        text->len -= letters;
        skip(text, ".");
        return true;
    }
    return false;
}

/* Aug 15, 2026 */
static bool take_american(ra_str *text, moment *out) {
    if (!take_month(text, &out->month)) return false;
    skip(text, " ");
    if (take_number(text, 2, &out->day) == 0) return false;
    skip(text, ", ");
    return take_number(text, 4, &out->year) == 4;
}

/* Numbers of a date, the first being of `digits` digits. */
static bool take_numbers(ra_str *text, int64_t first, ra_settle_order order, moment *out) {
    int64_t second;
    bool dots = text->ptr[-1] == '.'; /* nobody writes 12.31.2026 */
    if (take_number(text, 2, &second) == 0 || !take_char(text, "/.-")) return false;
    if (take_number(text, 4, &out->year) != 4) return false;
    bool day_first = dots || order == RA_ORDER_DMY || first > 12 || first == second;
    if (!day_first && order == RA_ORDER_UNKNOWN && second <= 12) return false;
    out->day = day_first ? first : second;
    out->month = day_first ? second : first;
    return true;
}

static bool take_date(ra_str *text, ra_settle_order order, moment *out) {
    int64_t first;
    size_t digits = take_number(text, 4, &first);
    if (digits == 0) return take_american(text, out);
    if (digits <= 2 && take_char(text, " ")) { /* 15 Aug 2026 */
        out->day = first;
        if (!take_month(text, &out->month) || !take_char(text, " ")) return false;
        return take_number(text, 4, &out->year) == 4;
    }
    if (!take_char(text, "/.-")) return false;
    if (digits <= 2) return take_numbers(text, first, order, out);
    out->year = first;
    if (digits != 4 || take_number(text, 2, &out->month) == 0) return false;
    return take_char(text, "/.-") && take_number(text, 2, &out->day) > 0;
}

static bool take_fraction(ra_str *text, moment *out) {
    int64_t digit, unit = SECOND_US / 10;
    if (!take_char(text, ".")) return true;
    size_t digits = 0;
    for (; digits < 18 && take_number(text, 1, &digit) == 1; digits++, unit /= 10)
        out->microsecond += digit * unit;
    return digits > 0;
}

static bool take_half(ra_str *text, moment *out) {
    ra_str word = ra_settle_trim(*text);
    if (word.len < 2 || strncasecmp(word.ptr + 1, "m", 1) != 0) return true;
    if (word.len > 2 && word.ptr[2] != ' ') return true;
    char half = word.ptr[0];
    if (half != 'a' && half != 'A' && half != 'p' && half != 'P') return true;
    if (out->hour < 1 || out->hour > 12) return false;
    out->hour = out->hour % 12 + (half == 'p' || half == 'P' ? 12 : 0);
    *text = (ra_str){word.ptr + 2, word.len - 2};
    return true;
}

static bool take_clock(ra_str *text, moment *out) {
    skip(text, " T,");
    if (text->len == 0 || text->ptr[0] < '0' || text->ptr[0] > '9') return true;
    out->clock = true;
    if (take_number(text, 2, &out->hour) == 0 || !take_char(text, ":")) return false;
    if (take_number(text, 2, &out->minute) != 2) return false;
    if (take_char(text, ":")) {
        if (take_number(text, 2, &out->second) != 2 || !take_fraction(text, out)) return false;
    }
    return take_half(text, out);
}

/* +04, +0400, +04:00, also behind "GMT" or "UTC". */
static bool take_offset(ra_str *text, ra_zone *zone) {
    ra_str at = *text;
    if (at.len > 3 && (memcmp(at.ptr, "GMT", 3) == 0 || memcmp(at.ptr, "UTC", 3) == 0)) {
        at = (ra_str){at.ptr + 3, at.len - 3};
    }
    bool west = at.len > 0 && at.ptr[0] == '-';
    int64_t hours, minutes = 0;
    if (!take_char(&at, "+-")) return false;
    if (take_number(&at, 2, &hours) == 0 || hours > 23) return false;
    if (at.len > 0) {
        (void)take_char(&at, ":");
        if (take_number(&at, 2, &minutes) != 2 || minutes > 59) return false;
    }
    if (at.len > 0) return false;
    int64_t seconds = (hours * 60 + minutes) * 60;
    *zone = (ra_zone){.offset = (int32_t)(west ? -seconds : seconds)};
    return true;
}

static bool is_sound(const moment *m) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (m->year < 1900 || m->year > 2200 || m->month < 1 || m->month > 12) return false;
    bool leap = (m->year % 4 == 0 && m->year % 100 != 0) || m->year % 400 == 0;
    int most = days[m->month - 1] + (m->month == 2 && leap);
    return m->day >= 1 && m->day <= most && m->hour < 24 && m->minute < 60 && m->second < 60;
}

/* Seconds (10 digits) or milliseconds (13) since 1970, as programs write times; of 2001 to 2286. */
static bool is_unix(ra_str text, int64_t *out) {
    if (text.len != 10 && text.len != 13) return false;
    if (take_number(&text, 13, out) == 0 || text.len > 0) return false;
    return true;
}

ra_status ra_settle_time(ra_str text, ra_settle_order order, const ra_zone *zone, int64_t *out) {
    moment m = {.year = 0};
    ra_zone own;
    text = ra_settle_trim(text);
    if (text.len == 0) return RA_BAD_DATE;
    if (is_unix(text, out)) {
        *out *= text.len == 10 ? SECOND_US : SECOND_US / 1000;
        return RA_OK;
    }
    if (!take_date(&text, order, &m) || !take_clock(&text, &m) || !is_sound(&m)) return RA_BAD_DATE;
    text = ra_settle_trim(text);
    if (text.len > 0) {
        if (!take_offset(&text, &own) && !ra_zone_named(text, &own)) return RA_BAD_DATE;
        zone = &own;
    }
    static const ra_zone utc = {.offset = 0};
    if (!m.clock) zone = &utc; /* a mere date stays that date */
    int64_t days = ra_zone_days(m.year, m.month, m.day);
    int64_t local = ((days * 24 + m.hour) * 60 + m.minute) * 60 + m.second;
    *out = ra_zone_to_utc(zone, local) * SECOND_US + m.microsecond;
    return RA_OK;
}

ra_settle_order ra_settle_order_of(ra_str text) {
    int64_t first, second, year;
    text = ra_settle_trim(text);
    if (text.len == 0) return RA_ORDER_UNKNOWN;
    size_t digits = take_number(&text, 4, &first);
    if (digits == 0 || digits > 2 || !take_char(&text, "/-")) return RA_ORDER_UNKNOWN;
    if (take_number(&text, 2, &second) == 0 || !take_char(&text, "/-")) return RA_ORDER_UNKNOWN;
    if (take_number(&text, 4, &year) != 4) return RA_ORDER_UNKNOWN;
    if (first > 12) return RA_ORDER_DMY;
    if (second > 12) return RA_ORDER_MDY;
    return first == second ? RA_ORDER_UNKNOWN : RA_ORDER_EITHER;
}
