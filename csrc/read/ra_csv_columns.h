/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The columns of the CSV layout of docs/formats.md and where their cells go. */
#ifndef RA_READ_CSV_COLUMNS_H
#define RA_READ_CSV_COLUMNS_H

#include "canonical/ra_order.h"

#define RA_CSV_TAXES 5u /* tax columns of one line */

typedef enum ra_csv_type {
    RA_CSV_TEXT,
    RA_CSV_CODE, /* text without the blanks around it */
    RA_CSV_ID,   /* the same, and 0 means none */
    RA_CSV_MONEY,
    RA_CSV_BOOL,
    RA_CSV_TIME,
    RA_CSV_KIND
} ra_csv_type;

typedef enum ra_csv_level {
    RA_CSV_ORDER, /* repeated or empty on an order's further rows */
    RA_CSV_LINE,
    RA_CSV_LINE_TAX /* of the line's tax number `tax` */
} ra_csv_level;

typedef struct ra_csv_column {
    const char *name;
    ra_csv_level level;
    ra_csv_type type;
    size_t offset; /* in ra_order, ra_line or ra_line_tax */
    uint8_t tax;
    bool required;
} ra_csv_column;

/* The column of a header cell, compared without case, blanks and punctuation; NULL when unknown. */
const ra_csv_column *ra_csv_find_column(ra_str header);

/* The same by its own name; never NULL for a name of the table. */
const ra_csv_column *ra_csv_column_named(const char *name);

/* Iterate over all columns: the next behind `column`, the first for NULL, NULL at the end. */
const ra_csv_column *ra_csv_next_column(const ra_csv_column *column);

#endif
