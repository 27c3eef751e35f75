/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows of a report that is in memory, quoted or bare. */
#ifndef RA_READ_SETTLE_ROWS_H
#define RA_READ_SETTLE_ROWS_H

#include "read/ra_csv_row.h"

typedef struct ra_settle_rows {
    ra_str text;
    size_t at;   /* of the bytes handed to the stream, or of the next bare line */
    bool bare;   /* quotes are plain characters */
    bool opened; /* the stream is */
    ra_csv_rows csv;
    ra_csv_row row; /* valid until the next one */
    ra_str cells[RA_CSV_CELLS];
} ra_settle_rows;

/* From `offset` on. `text` is borrowed. RA_NO_MEMORY. */
ra_status ra_settle_rows_open(ra_settle_rows *rows, ra_str text, size_t offset, char delimiter,
                              bool bare, const ra_allocator *allocator) RA_MUST_CHECK;
void ra_settle_rows_close(ra_settle_rows *rows);

/* The next row that is not blank into rows->row; RA_END, RA_NO_MEMORY. */
ra_status ra_settle_rows_next(ra_settle_rows *rows) RA_MUST_CHECK;

#endif
