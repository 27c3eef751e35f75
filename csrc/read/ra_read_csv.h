/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Orders of a CSV file: consecutive rows with the same order id. */
#ifndef RA_READ_READ_CSV_H
#define RA_READ_READ_CSV_H

#include "read/ra_stream.h"

typedef struct ra_csv_reader ra_csv_reader;

/* Takes the stream over, also when it fails: the caller must not close it. Reads the header:
 * RA_BAD_FORMAT names a required column that is missing or a column that occurs twice. */
ra_status ra_csv_take(ra_stream stream, const ra_reader_options *options, ra_csv_reader **out,
                      ra_error *error) RA_MUST_CHECK;
/* As ra_reader_next; *order is zeroed. */
ra_status ra_csv_next(ra_csv_reader *reader, ra_arena *arena, ra_order *order,
                      ra_error *error) RA_MUST_CHECK;
uint64_t ra_csv_offset(const ra_csv_reader *reader);
void ra_csv_close(ra_csv_reader *reader); /* NULL is fine */

#endif
