/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A provider's report to events: the entry point of the room.
 *
 *   bytes ─> UTF-8 ─> header (recognised) ─> rows ─> events ─> payouts
 *
 * A file is read whole or not at all: the first row that cannot be read refuses it. */
#ifndef RA_READ_SETTLE_H
#define RA_READ_SETTLE_H

#include "read/ra_reader.h"
#include "read/ra_settle_row.h"

typedef struct ra_settle_options {
    const ra_str *profiles; /* texts, tried before the built-in ones; an even match is theirs */
    size_t profile_count;
    const ra_zone *profile_zones; /* of ra_settle_profile_zone, one a profile; NULL: none */
    ra_zone zone;                 /* of times without one */
    const ra_settle_digits *digits;
    size_t digits_count;
    char currency[4]; /* of rows without one, "" when there is none */
    size_t limit;     /* bytes of the events; 0: none */
} ra_settle_options;

/* Read `input` to its end into *events, which this initialises and the caller frees in every case.
 * On failure *error tells row (of the data, from 1), offset (in the file's text as UTF-8) and
 * column, as texts of the events. RA_BAD_FORMAT: no profile fits, the one that fits refuses the
 * file, or a profile's text is bad; RA_TRUNCATED, RA_BAD_SYNTAX,
 * RA_BAD_ENCODING, RA_TOO_LARGE, RA_READ_FAILED, RA_NO_MEMORY, and those of ra_settle_row_read. */
ra_status ra_settle_read(ra_input input, const ra_settle_options *options,
                         const ra_allocator *allocator, ra_events *events,
                         ra_error *error) RA_MUST_CHECK;

#endif
