/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Streaming readers: a file of orders, one canonical order at a time, in bounded memory.
 *
 * Formats: WooCommerce JSON (an array, a single object, or NDJSON), the CSV layout of
 * docs/formats.md, and a sequence of canonical msgpack maps. A record that cannot be used comes
 * back with order->error set and reading goes on behind it; only a file that cannot be read any
 * further ends the stream with an error. Limits: ra_limits.h. */
#ifndef RA_READ_READER_H
#define RA_READ_READER_H

#include "canonical/ra_order.h"

typedef enum ra_format {
    RA_FORMAT_AUTO = 0, /* decided from the first bytes */
    RA_FORMAT_JSON,     /* array, object or NDJSON */
    RA_FORMAT_CSV,
    RA_FORMAT_MSGPACK
} ra_format;

/* Bytes in: returns how many were stored (0 at the end), or -1 on failure. */
typedef struct ra_input {
    int64_t (*read)(void *context, void *buffer, size_t size);
    /* Continue at `offset` from the start; false when the input cannot seek. May be NULL. */
    bool (*seek)(void *context, uint64_t offset);
    void *context;
} ra_input;

typedef struct ra_reader_options {
    ra_format format;
    size_t max_record;  /* bytes of one record; 0 means 16 MiB */
    uint32_t max_depth; /* nesting; 0 means 64 */
    /* Resume: the `end` and `row` of the last record that was handled; 0, 0 from the start. */
    uint64_t start_offset;
    uint64_t start_row;
    char csv_delimiter; /* 0: detected among , ; TAB | */
} ra_reader_options;

typedef struct ra_reader ra_reader;

/* `input` is borrowed for the reader's life. The reader's own memory comes from `allocator`. */
ra_status ra_reader_open(ra_input input, const ra_reader_options *options,
                         const ra_allocator *allocator, ra_reader **out,
                         ra_error *error) RA_MUST_CHECK;

/* The next record into *order, its texts into `arena`. RA_OK: look at order->error first.
 * RA_END: no further record. Anything else: the stream is over, *error says where and why. */
ra_status ra_reader_next(ra_reader *reader, ra_arena *arena, ra_order *order,
                         ra_error *error) RA_MUST_CHECK;

/* Offset behind the last byte consumed, for progress. */
uint64_t ra_reader_offset(const ra_reader *reader);

void ra_reader_close(ra_reader *reader); /* NULL is fine */

#endif
