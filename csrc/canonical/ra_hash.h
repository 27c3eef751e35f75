/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Parts of a key: XXH3-128 over numbers and length-prefixed texts; see ra_key.h for the format.
 * A header of its own for the files that make keys, so that the hash is inlined. */
#ifndef RA_CANONICAL_HASH_H
#define RA_CANONICAL_HASH_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "canonical/ra_key.h"

/* Eight bytes, little-endian on every machine. */
static inline void ra_hash_number(XXH3_state_t *state, uint64_t value) {
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    (void)XXH3_128bits_update(state, bytes, sizeof bytes);
}

static inline void ra_hash_text(XXH3_state_t *state, ra_str text) {
    ra_hash_number(state, text.len);
    if (text.len > 0) (void)XXH3_128bits_update(state, text.ptr, text.len);
}

static inline ra_key ra_hash_digest(const XXH3_state_t *state) {
    XXH128_hash_t hash = XXH3_128bits_digest(state);
    return (ra_key){.high = hash.high64, .low = hash.low64};
}

#endif
