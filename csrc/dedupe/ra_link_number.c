/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Dates and amounts to text and number. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dedupe/ra_link_month.h"
#include "dedupe/ra_link_text.h"

#define RA_DATE_PARTS 3
#define RA_YEAR_LEAST 1000 /* a number below stands for no year */

static const uint8_t month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

/* Days since 1970-01-01 in the Gregorian calendar; the era is 400 years counted from March. */
static double days_of(int year, int month, int day) {
    int y = year - (month <= 2);
    int era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int of_cycle = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (double)era * 146097 + of_cycle - 719468;
}

static bool is_date(int year, int month, int day) {
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days[month - 1]) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month != 2 || day < 29 || leap;
}

/* Groups of digits at the start of the text, until something that belongs to no date. */
static uint32_t digit_groups(const ra_link_value *value, int parts[RA_DATE_PARTS],
                             uint32_t widths[RA_DATE_PARTS]) {
    uint32_t count = 0;
    for (uint32_t at = 0; at < value->len && count < RA_DATE_PARTS;) {
        uint32_t start = at;
        int number = 0;
        while (at < value->len && value->text[at] >= '0' && value->text[at] <= '9') {
            number = at - start < 8 ? number * 10 + (value->text[at] - '0') : number;
            at++;
        }
        if (at == start) break;
        parts[count] = number;
        widths[count++] = at - start;
        if (at < value->len && value->text[at] != ' ') break;
        at++;
    }
    return count;
}

static void set_date(ra_link_value *out, int year, int month, int day) {
    int digits = (year % 10000) * 10000 + (month % 100) * 100 + day % 100;
    for (int i = 7; i >= 0; i--, digits /= 10)
        out->text[i] = (char)('0' + digits % 10);
    out->len = 8;
    out->number = is_date(year, month, day) ? days_of(year, month, day) : (double)NAN;
}

ra_status ra_link_fold_date(ra_str raw, ra_link_value *out) {
    ra_status status = ra_link_fold(raw, out);
    int parts[RA_DATE_PARTS] = {0};
    uint32_t widths[RA_DATE_PARTS] = {0};
    uint32_t count = status == RA_OK ? digit_groups(out, parts, widths) : 0;
    int year, month, day;
    bool is_named = status == RA_OK && count < RA_DATE_PARTS &&
                    ra_link_month_date((ra_str){out->text, out->len}, &year, &month, &day);
    bool is_short = count == RA_DATE_PARTS && widths[0] <= 2 && widths[1] <= 2 && widths[2] == 2;
    if (is_short) parts[2] = ra_link_whole_year(parts[2], 2);
    bool is_year = count >= 1 && count < RA_DATE_PARTS && widths[0] == 4 && out->len <= 7 &&
                   parts[0] >= RA_YEAR_LEAST;
    out->len = 0;
    if (count >= 1 && (widths[0] == 8 || widths[0] == 14))
        set_date(out, parts[0] / 10000, parts[0] / 100 % 100, parts[0] % 100);
    else if (count == RA_DATE_PARTS && widths[0] == 4)
        set_date(out, parts[0], parts[1], parts[2]);
    else if (is_named)
        set_date(out, year, month, day);
    else if (is_year)
        set_date(out, parts[0], parts[1], 0);
    else if (count == RA_DATE_PARTS && (widths[2] == 4 || is_short) && parts[1] > 12)
        set_date(out, parts[2], parts[0], parts[1]);
    else if (count == RA_DATE_PARTS && (widths[2] == 4 || is_short))
        set_date(out, parts[2], parts[1], parts[0]);
    return status;
}

static bool two_digits(ra_str raw, size_t at, int *out) {
    if (at + 2 > raw.len) return false;
    char tens = raw.ptr[at], ones = raw.ptr[at + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return false;
    *out = (tens - '0') * 10 + ones - '0';
    return true;
}

/* Minutes east of UTC behind a time: "+02:00", "-0500"; 0 for none or "Z". */
static int minutes_east(ra_str raw, size_t at) {
    int hours = 0, minutes = 0;
    if (at >= raw.len || (raw.ptr[at] != '+' && raw.ptr[at] != '-')) return 0;
    int sign = raw.ptr[at] == '-' ? -1 : 1;
    if (!two_digits(raw, at + 1, &hours)) return 0;
    at += at + 3 < raw.len && raw.ptr[at + 3] == ':' ? 4 : 3;
    (void)two_digits(raw, at, &minutes);
    return sign * (hours * 60 + minutes);
}

static int half_of_day(ra_str raw, size_t at, int hour) {
    while (at < raw.len && raw.ptr[at] == ' ')
        at++;
    if (at + 1 >= raw.len || (raw.ptr[at + 1] | 0x20) != 'm') return hour;
    char half = (char)(raw.ptr[at] | 0x20);
    if (half != 'a' && half != 'p') return hour;
    return hour % 12 + (half == 'p' ? 12 : 0);
}

/* Seconds of the day of the first hours:minutes; false when there is none. */
static bool time_of_day(ra_str raw, int *seconds, int *east) {
    for (size_t at = 1; at < raw.len; at++) {
        int hour = 0, minute = 0, second = 0;
        if (raw.ptr[at] != ':' || !two_digits(raw, at + 1, &minute)) continue;
        if (at < 2 || !two_digits(raw, at - 2, &hour)) hour = raw.ptr[at - 1] - '0';
        size_t end = at + 3;
        if (end < raw.len && raw.ptr[end] == ':' && two_digits(raw, end + 1, &second)) end += 3;
        while (end < raw.len &&
               (raw.ptr[end] == '.' || (raw.ptr[end] >= '0' && raw.ptr[end] <= '9')))
            end++;
        hour = half_of_day(raw, end, hour);
        if (hour < 0 || hour > 23 || minute > 59 || second > 60) return false;
        *seconds = hour * 3600 + minute * 60 + second;
        *east = minutes_east(raw, end);
        return true;
    }
    return false;
}

ra_status ra_link_fold_time(ra_str raw, ra_link_value *out) {
    ra_status status = ra_link_fold_date(raw, out);
    if (status != RA_OK || out->len == 0 || isnan(out->number)) return status;
    int seconds = 0, east = 0;
    if (!time_of_day(raw, &seconds, &east)) return status;
    out->number += (seconds - east * 60) / 86400.0;
    out->len += (uint32_t)snprintf(out->text + out->len, RA_LINK_TEXT_MAX - out->len, "%+d",
                                   seconds - east * 60);
    return status;
}

/* Where the fraction starts: the last point or comma, unless it can only be grouping (three digits
 * behind it and the same sign before, or a comma with exactly three digits behind it). */
static size_t fraction_start(ra_str raw) {
    size_t last = raw.len, digits = 0, same = 0;
    for (size_t i = 0; i < raw.len; i++)
        if (raw.ptr[i] == '.' || raw.ptr[i] == ',') last = i;
    for (size_t i = last + 1; i < raw.len; i++)
        digits += raw.ptr[i] >= '0' && raw.ptr[i] <= '9';
    for (size_t i = 0; i < last && last < raw.len; i++)
        same += raw.ptr[i] == raw.ptr[last];
    bool grouping = digits == 3 && (same > 0 || (last < raw.len && raw.ptr[last] == ','));
    return grouping ? raw.len : last;
}

ra_status ra_link_fold_amount(ra_str raw, ra_link_value *out) {
    ra_status status = ra_link_fold(raw, out);
    out->len = 0;
    if (status != RA_OK || raw.len > 64) return status;
    size_t point = fraction_start(raw), digits = 0, decimals = 0;
    double number = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c < '0' || c > '9' || (i > point && decimals == 2)) continue;
        number = number * 10 + (c - '0');
        decimals += i > point;
        digits++;
    }
    if (digits == 0 || digits > 15) return RA_OK;
    for (; decimals < 2; decimals++)
        number *= 10;
    out->number = number;
    out->len = (uint32_t)snprintf(out->text, RA_LINK_TEXT_MAX, "%.0f", number);
    return RA_OK;
}
