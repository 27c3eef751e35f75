/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Buffered input: a window on the file that slides forward.
 *
 *   data: [ ...passed... | at: next byte ....... end ) free ... capacity )
 *   file: base + index is the offset of data[index]
 *
 * Readers may keep bytes before `at` (the record being read) by naming the first one they still
 * need when they fill the window; the window grows with what is kept, so callers bound that. */
#ifndef RA_READ_STREAM_H
#define RA_READ_STREAM_H

#include "read/ra_limits.h"
#include "read/ra_reader.h"

typedef struct ra_stream {
    ra_input input;
    const ra_allocator *allocator;
    char *data;
    size_t capacity, at, end;
    uint64_t base;
    bool ended; /* the input has no more bytes */
} ra_stream;

/* Never fails or allocates; `input` and `allocator` are borrowed. */
void ra_stream_init(ra_stream *stream, ra_input input, const ra_allocator *allocator);
void ra_stream_close(ra_stream *stream);

/* Read more bytes behind `end`. Bytes before index `keep` (<= at) are dropped: data[keep] becomes
 * data[0]. RA_END when the input has no more, RA_READ_FAILED, RA_NO_MEMORY. */
ra_status ra_stream_fill(ra_stream *stream, size_t keep) RA_MUST_CHECK;

/* Make data[at] the next byte that is not a blank (space, tab, CR, LF), dropping what is before.
 * RA_END when there is none. */
ra_status ra_stream_skip_blanks(ra_stream *stream) RA_MUST_CHECK;

/* Pass over a byte order mark at the very start of the file. RA_END of an empty file. */
ra_status ra_stream_skip_bom(ra_stream *stream) RA_MUST_CHECK;

/* Continue at `offset`: by the input's seek, else by reading on. RA_END when the file ends before
 * it, RA_BAD_ARGUMENT when it lies behind and the input cannot go back. */
ra_status ra_stream_go(ra_stream *stream, uint64_t offset) RA_MUST_CHECK;

/* File offset of data[at]. */
uint64_t ra_stream_offset(const ra_stream *stream);

#endif
