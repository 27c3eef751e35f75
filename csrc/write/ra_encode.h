/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* PostgreSQL binary COPY encoding into a growing buffer.
 *
 * Stream layout: header(19 bytes) then per tuple: int16 field count, per field int32 length
 * (-1 for NULL) + bytes, then int16 -1. All integers big-endian. Source: PostgreSQL manual,
 * "COPY", binary format; numeric from src/backend/utils/adt/numeric.c (numeric_recv). */
#ifndef RA_WRITE_ENCODE_H
#define RA_WRITE_ENCODE_H

#include "base/ra_arena.h"
#include "canonical/ra_decimal.h"

typedef struct ra_buffer {
    char *data;
    size_t size, capacity;
    const ra_allocator *allocator;
    bool failed;    /* sticky: out of memory or a value that has no encoding; checked at the end */
    bool no_memory; /* which of the two it was */
} ra_buffer;

/* Never allocates; `allocator` (NULL: malloc) must outlive the buffer. */
void ra_buffer_init(ra_buffer *buffer, const ra_allocator *allocator);
/* Gives the memory back; the buffer is empty and usable again. */
void ra_buffer_free(ra_buffer *buffer);
/* Forgets the bytes and a failure, keeps the memory. */
void ra_buffer_clear(ra_buffer *buffer);
/* Append bytes as they are, e.g. fields encoded earlier. */
void ra_buffer_append(ra_buffer *buffer, const void *data, size_t size);
/* Room for `size` more bytes, already counted in buffer->size; NULL and `failed` when there is
 * none. Valid until the next call. */
char *ra_buffer_reserve(ra_buffer *buffer, size_t size);

void ra_copy_header(ra_buffer *buffer);
void ra_copy_trailer(ra_buffer *buffer);
/* A negative count would end the stream in the middle and fails the buffer. */
void ra_copy_tuple(ra_buffer *buffer, int16_t fields);
void ra_copy_null(ra_buffer *buffer);
void ra_copy_int4(ra_buffer *buffer, int32_t value);
void ra_copy_int8(ra_buffer *buffer, int64_t value);
void ra_copy_float8(ra_buffer *buffer, double value);
/* varchar, text, bytea: the bytes as they are. More than INT32_MAX bytes fail the buffer. */
void ra_copy_text(ra_buffer *buffer, ra_str value);
/* jsonb: version byte 1 and the JSON text. */
void ra_copy_jsonb(ra_buffer *buffer, ra_str json);
/* timestamp without time zone from microseconds since 1970-01-01 UTC. A time that PostgreSQL's
 * epoch cannot express in 64 bits fails the buffer. */
void ra_copy_timestamp(ra_buffer *buffer, int64_t unix_us);
/* Keeps the scale: 1.50 is shown as 1.50. */
void ra_copy_numeric(ra_buffer *buffer, ra_decimal value);
/* The numeric that Python's repr(float) denotes: the shortest decimal that reads back as `value`
 * (what psycopg2 sends for a float). A value that is not finite fails the buffer. */
void ra_copy_numeric_double(ra_buffer *buffer, double value);

#endif
