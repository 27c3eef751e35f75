/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Split JSON text into its top-level records without parsing them: the elements of an array, the
 * lines of NDJSON, the one object of the file, or the elements of every array in an object of
 * arrays (WooCommerce refunds by order: {"152": [{...}, {...}]}). Bounded memory: a record larger
 * than the limit is passed over and reported with error RA_TOO_LARGE. */
#ifndef RA_READ_SPLIT_H
#define RA_READ_SPLIT_H

#include "read/ra_reader.h"

typedef struct ra_splitter ra_splitter;

typedef struct ra_record {
    ra_str text;  /* the record's bytes, valid until the next call; empty when unusable */
    ra_str group; /* object of arrays: the member's name (raw, between its quotes) */
    uint64_t row, offset, end;
    ra_error error;
} ra_record;

/* `grouped`: treat a top-level object as an object of arrays, not as one record. */
ra_status ra_splitter_open(ra_input input, const ra_reader_options *options, bool grouped,
                           const ra_allocator *allocator, ra_splitter **out,
                           ra_error *error) RA_MUST_CHECK;
ra_status ra_splitter_next(ra_splitter *splitter, ra_record *record, ra_error *error) RA_MUST_CHECK;
uint64_t ra_splitter_offset(const ra_splitter *splitter);
void ra_splitter_close(ra_splitter *splitter);

#endif
