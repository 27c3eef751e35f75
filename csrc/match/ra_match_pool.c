/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Growing arrays; see ra_match_pool.h. */
#include "match/ra_match_pool.h"

#include <string.h>

#define FIRST_ROOM 16

void ra_pool_init(ra_pool *pool, size_t size) {
    *pool = (ra_pool){.size = size};
}

/* Room for one more pointer to a block; the pointers before it are copied, not the blocks. */
static bool widen(ra_pool *pool, ra_arena *arena) {
    size_t used = pool->count / RA_POOL_BLOCK;
    if (used < pool->block_room) return true;
    size_t room = pool->block_room == 0 ? FIRST_ROOM : pool->block_room * 2;
    unsigned char **blocks = ra_arena_array(arena, room, sizeof *blocks);
    if (blocks == NULL) return false;
    if (used > 0) memcpy(blocks, pool->blocks, used * sizeof *blocks);
    pool->blocks = blocks;
    pool->block_room = room;
    return true;
}

void *ra_pool_add(ra_pool *pool, ra_arena *arena) {
    if (pool->count % RA_POOL_BLOCK == 0) {
        if (!widen(pool, arena)) return NULL;
        unsigned char *block = ra_arena_array(arena, RA_POOL_BLOCK, pool->size);
        if (block == NULL) return NULL;
        pool->blocks[pool->count / RA_POOL_BLOCK] = block;
    }
    pool->count++;
    return ra_pool_at(pool, pool->count - 1);
}

void *ra_pool_flat(const ra_pool *pool, ra_arena *arena) {
    unsigned char *flat = ra_arena_array(arena, pool->count, pool->size);
    if (flat == NULL) return NULL;
    for (size_t at = 0; at < pool->count; at += RA_POOL_BLOCK) {
        size_t left = pool->count - at;
        size_t part = left < RA_POOL_BLOCK ? left : RA_POOL_BLOCK;
        memcpy(flat + at * pool->size, pool->blocks[at / RA_POOL_BLOCK], part * pool->size);
    }
    return flat;
}
