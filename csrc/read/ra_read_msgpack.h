/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A sequence of canonical msgpack maps, one order each. */
#ifndef RA_READ_READ_MSGPACK_H
#define RA_READ_READ_MSGPACK_H

#include "read/ra_stream.h"

typedef struct ra_msgpack_reader ra_msgpack_reader;

/* Takes the stream over, also when it fails: the caller must not close it. */
ra_status ra_msgpack_take(ra_stream stream, const ra_reader_options *options,
                          ra_msgpack_reader **out, ra_error *error) RA_MUST_CHECK;
/* As ra_reader_next; *order is zeroed. */
ra_status ra_msgpack_next(ra_msgpack_reader *reader, ra_arena *arena, ra_order *order,
                          ra_error *error) RA_MUST_CHECK;
uint64_t ra_msgpack_offset(const ra_msgpack_reader *reader);
void ra_msgpack_close(ra_msgpack_reader *reader); /* NULL is fine */

#endif
