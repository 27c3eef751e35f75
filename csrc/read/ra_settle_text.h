/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A whole report in memory as UTF-8, whatever it was written in. */
#ifndef RA_READ_SETTLE_TEXT_H
#define RA_READ_SETTLE_TEXT_H

#include "read/ra_reader.h"

#define RA_SETTLE_FILE_MAX ((size_t)512 << 20)

/* A growing text; free `data` with ra_release. */
typedef struct ra_settle_text {
    char *data;
    size_t size, capacity;
    const ra_allocator *allocator;
} ra_settle_text;

void ra_settle_text_free(ra_settle_text *text);

/* Read `input` to its end: UTF-8, with or without byte order mark, UTF-16 of either order, or, when
 * no character of it is one of UTF-8 beyond ASCII, Windows-1252. RA_READ_FAILED, RA_NO_MEMORY,
 * RA_TOO_LARGE beyond RA_SETTLE_FILE_MAX, RA_BAD_ENCODING with the offset. */
ra_status ra_settle_text_read(ra_input input, ra_settle_text *text, ra_error *error) RA_MUST_CHECK;

#endif
