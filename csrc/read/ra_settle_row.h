/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One row of a report as events. */
#ifndef RA_READ_SETTLE_ROW_H
#define RA_READ_SETTLE_ROW_H

#include "read/ra_settle_layout.h"

typedef struct ra_settle_row {
    const ra_settle_layout *layout;
    const ra_settle_digits *digits;
    size_t digits_count;
    const ra_zone *zone; /* of times without one */
    ra_settle_sign sign;
    ra_settle_order order;
    char currency[4]; /* of rows without one, "" when there is none */
    bool tax_apart;   /* the file has rows of tax on fees: no fee has it inside */
    ra_events *events;
    const ra_str *cells;
    size_t cell_count;
    uint64_t row, offset;
} ra_settle_row;

/* Append the events of the row to row->events. RA_BAD_NUMBER, RA_BAD_DATE, RA_OVERFLOW,
 * RA_UNKNOWN_CURRENCY, RA_TOTAL_MISMATCH with row, offset and field; RA_NO_MEMORY. */
ra_status ra_settle_row_read(ra_settle_row *row, ra_error *error) RA_MUST_CHECK;

/* What the row's amounts and dates tell about the way the file writes them; `*sign` and `*order`
 * hold what is known so far. RA_BAD_NUMBER when the file contradicts itself. */
ra_status ra_settle_row_learn(const ra_settle_row *row, ra_settle_sign *sign,
                              ra_settle_order *order, ra_error *error) RA_MUST_CHECK;

/* Whether the row is tax on fees; RA_NO_MEMORY. */
ra_status ra_settle_row_is_tax(const ra_settle_row *row, bool *out) RA_MUST_CHECK;

#endif
