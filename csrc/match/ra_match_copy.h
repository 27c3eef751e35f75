/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Open items from PostgreSQL's binary COPY ... TO STDOUT.
 *
 * Columns, in this order: id int8, kind int2, day int4 (days since 1970-01-01), currency text, open
 * int8, total int8 (NULL: as open), party text, email text, ids and refs, each text[] or text of
 * one key per line. NULL is allowed for day, total and all texts but currency. */
#ifndef RA_MATCH_COPY_H
#define RA_MATCH_COPY_H

#include "match/ra_match.h"

#define RA_ITEM_COLUMNS 10
#define RA_ITEM_KEYS_MAX 64 /* ids and refs of one item, each */

typedef struct ra_item_stream {
    ra_match *match;
    uint64_t rows; /* read so far */
    bool started;  /* the header was seen */
    bool ended;    /* the trailer was seen */
} ra_item_stream;

/* Take the bytes of one or more whole rows, as libpq hands them out (the first with the header, the
 * last perhaps the trailer alone). RA_BAD_FORMAT, RA_BAD_TYPE, RA_MISSING_FIELD or RA_TOO_LARGE
 * with row and column in *error when the statement gives something else; also what ra_match_add
 * says. */
ra_status ra_item_stream_put(ra_item_stream *stream, const void *data, size_t size,
                             ra_error *error) RA_MUST_CHECK;

#endif
