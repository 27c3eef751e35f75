/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Normalisation: what two spellings of the same value have in common.
 *
 * Every normaliser reads UTF-8 and writes at most RA_LINK_TEXT_MAX bytes of UTF-8 into `out`; what
 * goes beyond is left out, so a cell of any size costs bounded work afterwards. An empty result
 * means "no value". The only failure is text that is not UTF-8. */
#ifndef RA_DEDUPE_LINK_TEXT_H
#define RA_DEDUPE_LINK_TEXT_H

#include "base/ra_arena.h"

#define RA_LINK_TEXT_MAX 256

typedef struct ra_link_value {
    char text[RA_LINK_TEXT_MAX];
    uint32_t len;
    double number; /* days of a date, minor units of an amount; NAN when it is none */
} ra_link_value;

/* Compatibility decomposition, case folded, marks stripped, anything but letters and digits to one
 * blank. "Müller-Lüdenscheid" becomes "muller ludenscheid". */
ra_status ra_link_fold(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* ra_link_fold of a whole name: "Meyer, Anna" is Anna Meyer. */
ra_status ra_link_fold_whole_name(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* ra_link_fold with the usual words of streets shortened ("street" -> "st"). */
ra_status ra_link_fold_address(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* ra_link_fold without blanks: identifiers, postcodes. */
ra_status ra_link_fold_code(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* Digits only, the last nine: country and trunk prefixes go. Fewer than four digits: no value. */
ra_status ra_link_fold_phone(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* Lower case; a +tag of the local part goes, for Google's domains the dots as well and the domain
 * becomes gmail.com. Text without exactly one @ with something on both sides: no value. */
ra_status ra_link_fold_email(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* YYYYMMDD of year-month-day or day.month.year (month/day only where the day would not fit) with
 * any separator or none, or with the month's name; a year of two digits is 1940 to 2039; a time
 * behind it is ignored. `number` = days since 1970-01-01. Digits that
 * are no date of the calendar stay as text without a number; anything else is no value. */
ra_status ra_link_fold_date(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* The same with the time of day behind the date, if there is one: hours:minutes[:seconds], am or
 * pm, a distance from UTC. The text gets the seconds, `number` the fraction of the day; what has a
 * distance is brought to UTC. */
ra_status ra_link_fold_time(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

/* A decimal number with either decimal sign, grouping and a currency ignored; `number` in
 * hundredths, sign dropped ("paid" and "received" book the same amount with opposite signs). */
ra_status ra_link_fold_amount(ra_str raw, ra_link_value *out) RA_MUST_CHECK;

#endif
