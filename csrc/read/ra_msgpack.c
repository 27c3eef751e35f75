/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Headers of msgpack values after the msgpack specification. */
#include "read/ra_msgpack.h"

/* What follows the first bytes 0xc0 to 0xdf: a length, count or number of `width` bytes. */
typedef struct marker {
    ra_token_kind kind;
    uint8_t width;
    uint8_t extra; /* bytes of the payload that the length does not count: the extension's type */
    bool is_signed;
} marker;

static const marker markers[32] = {
    [0x00] = {RA_TOKEN_NIL, 0, 0, false},     [0x01] = {RA_TOKEN_INVALID, 0, 0, false},
    [0x02] = {RA_TOKEN_BOOL, 0, 0, false},    [0x03] = {RA_TOKEN_BOOL, 0, 0, false},
    [0x04] = {RA_TOKEN_BYTES, 1, 0, false},   [0x05] = {RA_TOKEN_BYTES, 2, 0, false},
    [0x06] = {RA_TOKEN_BYTES, 4, 0, false},   [0x07] = {RA_TOKEN_BYTES, 1, 1, false},
    [0x08] = {RA_TOKEN_BYTES, 2, 1, false},   [0x09] = {RA_TOKEN_BYTES, 4, 1, false},
    [0x0a] = {RA_TOKEN_FLOAT, 4, 0, false},   [0x0b] = {RA_TOKEN_FLOAT, 8, 0, false},
    [0x0c] = {RA_TOKEN_INTEGER, 1, 0, false}, [0x0d] = {RA_TOKEN_INTEGER, 2, 0, false},
    [0x0e] = {RA_TOKEN_INTEGER, 4, 0, false}, [0x0f] = {RA_TOKEN_INTEGER, 8, 0, false},
    [0x10] = {RA_TOKEN_INTEGER, 1, 0, true},  [0x11] = {RA_TOKEN_INTEGER, 2, 0, true},
    [0x12] = {RA_TOKEN_INTEGER, 4, 0, true},  [0x13] = {RA_TOKEN_INTEGER, 8, 0, true},
    [0x14] = {RA_TOKEN_BYTES, 0, 2, false},   [0x15] = {RA_TOKEN_BYTES, 0, 3, false},
    [0x16] = {RA_TOKEN_BYTES, 0, 5, false},   [0x17] = {RA_TOKEN_BYTES, 0, 9, false},
    [0x18] = {RA_TOKEN_BYTES, 0, 17, false},  [0x19] = {RA_TOKEN_TEXT, 1, 0, false},
    [0x1a] = {RA_TOKEN_TEXT, 2, 0, false},    [0x1b] = {RA_TOKEN_TEXT, 4, 0, false},
    [0x1c] = {RA_TOKEN_ARRAY, 2, 0, false},   [0x1d] = {RA_TOKEN_ARRAY, 4, 0, false},
    [0x1e] = {RA_TOKEN_MAP, 2, 0, false},     [0x1f] = {RA_TOKEN_MAP, 4, 0, false},
};

/* First bytes that hold their value themselves. */
static void read_short(uint8_t first, ra_token *out) {
    if (first < 0x80 || first >= 0xe0) {
        out->kind = RA_TOKEN_INTEGER;
        out->integer = first < 0x80 ? first : (int64_t)first - 0x100;
    } else if (first < 0x90) {
        out->kind = RA_TOKEN_MAP;
        out->count = 2 * (uint64_t)(first & 0x0f);
    } else if (first < 0xa0) {
        out->kind = RA_TOKEN_ARRAY;
        out->count = first & 0x0f;
    } else {
        out->kind = RA_TOKEN_TEXT;
        out->payload = first & 0x1f;
    }
}

static void read_integer(uint64_t value, const marker *mark, ra_token *out) {
    unsigned shift = 64 - 8 * (unsigned)mark->width;
    if (mark->is_signed) {
        /* Spread the sign bit of the narrower integer. */
        out->integer = (int64_t)(value << shift) >> shift;
    } else {
        out->integer = (int64_t)value;
        out->in_range = value <= INT64_MAX;
    }
}

bool ra_token_read(const char *data, size_t size, ra_token *out) {
    *out = (ra_token){.header = 1, .in_range = true};
    if (size == 0) return false;
    uint8_t first = (uint8_t)data[0];
    if (first < 0xc0 || first >= 0xe0) {
        read_short(first, out);
        return true;
    }
    const marker *mark = &markers[first - 0xc0];
    out->kind = mark->kind;
    out->header = 1u + mark->width;
    if (size < out->header) return false;
    uint64_t value = 0;
    for (size_t i = 1; i < out->header; i++)
        value = value << 8 | (uint8_t)data[i];
    if (mark->kind == RA_TOKEN_BOOL) out->integer = first & 1;
    if (mark->kind == RA_TOKEN_INTEGER) read_integer(value, mark, out);
    if (mark->kind == RA_TOKEN_TEXT) out->payload = value;
    if (mark->kind == RA_TOKEN_BYTES) out->payload = value + mark->extra;
    if (mark->kind == RA_TOKEN_ARRAY) out->count = value;
    if (mark->kind == RA_TOKEN_MAP) out->count = 2 * value;
    return true;
}
