/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows of a CSV file after RFC 4180, with a way on behind a broken one.
 *
 * A row ends with the first line break outside of quotes. When it cannot be read (stray or open
 * quotes), only its first line is given up and reading goes on with the next line. */
#ifndef RA_READ_CSV_ROW_H
#define RA_READ_CSV_ROW_H

#include "read/ra_stream.h"

#define RA_CSV_CELLS 1024u /* more cells are counted but not kept */

typedef struct ra_csv_row {
    ra_str *cells; /* valid until the next row; of a broken row those before the damage */
    size_t count;
    uint64_t offset, end; /* of its text, without the line break */
    ra_error error;       /* code != RA_OK: broken */
    bool last;            /* no line break behind it */
} ra_csv_row;

typedef struct ra_csv_rows {
    ra_stream stream; /* owned */
    size_t max_record;
    char delimiter;
    ra_csv_row row;
    char *buffer; /* cells' text and libcsv's own buffer, half each */
    size_t buffer_size, used;
} ra_csv_rows;

/* Takes the stream over, also when it fails. */
ra_status ra_csv_rows_open(ra_csv_rows *rows, ra_stream stream, size_t max_record) RA_MUST_CHECK;
void ra_csv_rows_close(ra_csv_rows *rows);

/* The next row that is not blank into rows->row. The file's bytes from offset `keep` on stay in
 * the stream's window (UINT64_MAX: only the row's own). RA_END, RA_READ_FAILED, RA_NO_MEMORY. */
ra_status ra_csv_rows_next(ra_csv_rows *rows, uint64_t keep) RA_MUST_CHECK;

/* The delimiter that the file's first line uses most, among comma, semicolon, tab and bar. */
ra_status ra_csv_detect(ra_csv_rows *rows) RA_MUST_CHECK;

#endif
