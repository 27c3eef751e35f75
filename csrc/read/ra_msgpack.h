/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* msgpack tokens, decoded by hand: nothing is allocated for what a header merely declares. */
#ifndef RA_READ_MSGPACK_H
#define RA_READ_MSGPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ra_token_kind {
    RA_TOKEN_NIL,
    RA_TOKEN_BOOL,
    RA_TOKEN_INTEGER,
    RA_TOKEN_FLOAT,
    RA_TOKEN_TEXT,
    RA_TOKEN_BYTES, /* binary and extension types */
    RA_TOKEN_ARRAY,
    RA_TOKEN_MAP,
    RA_TOKEN_INVALID
} ra_token_kind;

typedef struct ra_token {
    ra_token_kind kind;
    size_t header;    /* bytes of the header, the whole token but for texts and bytes */
    uint64_t payload; /* bytes behind the header: texts and bytes */
    uint64_t count;   /* values inside: array elements, twice the pairs of a map */
    int64_t integer;  /* RA_TOKEN_BOOL, RA_TOKEN_INTEGER */
    bool in_range;    /* the integer fits int64_t */
} ra_token;

/* Decode the header at `data`; false when `size` bytes do not hold all of it. */
bool ra_token_read(const char *data, size_t size, ra_token *out);

#endif
