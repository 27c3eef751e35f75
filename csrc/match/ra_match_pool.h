/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Arrays that grow without moving: blocks of RA_POOL_BLOCK elements in an arena. */
#ifndef RA_MATCH_POOL_H
#define RA_MATCH_POOL_H

#include "base/ra_arena.h"

#define RA_POOL_BLOCK 1024U

typedef struct ra_pool {
    unsigned char **blocks;
    size_t block_room;
    size_t size; /* of an element */
    size_t count;
} ra_pool;

void ra_pool_init(ra_pool *pool, size_t size);

/* A new zeroed element at index count - 1; NULL when memory is exhausted. */
void *ra_pool_add(ra_pool *pool, ra_arena *arena) RA_MUST_CHECK;

static inline void *ra_pool_at(const ra_pool *pool, size_t index) {
    return pool->blocks[index / RA_POOL_BLOCK] + index % RA_POOL_BLOCK * pool->size;
}

/* All elements side by side in the arena; NULL when memory is exhausted. */
void *ra_pool_flat(const ra_pool *pool, ra_arena *arena) RA_MUST_CHECK;

#endif
