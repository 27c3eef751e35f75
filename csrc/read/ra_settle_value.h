/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Amounts and times as reports write them, in any country's way. */
#ifndef RA_READ_SETTLE_VALUE_H
#define RA_READ_SETTLE_VALUE_H

#include "canonical/ra_decimal.h"
#include "read/ra_settle_zone.h"

/* What a number's text tells about the decimal sign. "1,234" could be either. */
typedef enum ra_settle_sign {
    RA_SIGN_NONE, /* nothing: no separator at all, or no number */
    RA_SIGN_POINT,
    RA_SIGN_COMMA,
    RA_SIGN_EITHER
} ra_settle_sign;

ra_settle_sign ra_settle_sign_of(ra_str text);

/* "1,234.50", "-$0.95", "(5.00)", "1.234,50-", "1 234,50 EUR": exact, never rounded. `sign` is
 * RA_SIGN_POINT or RA_SIGN_COMMA; the other one may only stand between groups of digits.
 * RA_BAD_NUMBER. */
ra_status ra_settle_number(ra_str text, ra_settle_sign sign, ra_decimal *out) RA_MUST_CHECK;

/* Minor units of a value with `digits` digits behind the point. RA_BAD_NUMBER when it has more
 * digits than that, RA_OVERFLOW. */
ra_status ra_settle_minor(ra_decimal value, uint8_t digits, int64_t *out) RA_MUST_CHECK;

typedef enum ra_settle_order {
    RA_ORDER_UNKNOWN, /* 05/06/2026 is refused */
    RA_ORDER_DMY,
    RA_ORDER_MDY,
    RA_ORDER_EITHER, /* only from ra_settle_order_of */
} ra_settle_order;

/* What a date's text tells about the order of day and month. */
ra_settle_order ra_settle_order_of(ra_str text);

/* Dates "2026-10-01", "2026/6/12", "01.10.2026", "10/1/2026", "Aug 15, 2026", "15 Aug 2026", then
 * optionally a time "7:45:51", "07:45", "T07:45:51.5", "7:45:51 PM", then optionally an offset
 * ("Z", "+0400", "+01:00") or a zone's name, without which `zone` counts; a date without time is
 * midnight UTC. Or seconds or milliseconds since 1970. Microseconds UTC. RA_BAD_DATE. */
ra_status ra_settle_time(ra_str text, ra_settle_order order, const ra_zone *zone,
                         int64_t *out) RA_MUST_CHECK;

/* Without the blanks around it, no-break spaces among them; {NULL, 0} when nothing is left. */
ra_str ra_settle_trim(ra_str text);

#endif
