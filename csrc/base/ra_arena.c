/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Arena blocks and checked sizes. */
#include "base/ra_arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RA_ARENA_FIRST ((size_t)4096)
#define RA_ARENA_BLOCK ((size_t)256 * 1024)
#define RA_CACHE_LINE ((size_t)64)
#define ALIGNMENT _Alignof(max_align_t)

struct ra_arena_block {
    ra_arena_block *next;
    size_t size; /* of `data` */
    size_t used;
    _Alignas(max_align_t) unsigned char data[];
};

bool ra_size_add(size_t a, size_t b, size_t *out) {
    if (a > SIZE_MAX - b) return false;
    *out = a + b;
    return true;
}

bool ra_size_mul(size_t a, size_t b, size_t *out) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    *out = a * b;
    return true;
}

bool ra_str_equal(ra_str a, ra_str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

void *ra_allocate(const ra_allocator *allocator, size_t size) {
    if (allocator == NULL) return malloc(size);
    return allocator->allocate(allocator->context, size);
}

void ra_release(const ra_allocator *allocator, void *block) {
    if (block == NULL) return;
    if (allocator == NULL) {
        free(block);
    } else {
        allocator->release(allocator->context, block);
    }
}

void ra_arena_init(ra_arena *arena, size_t limit, const ra_allocator *allocator) {
    *arena = (ra_arena){.limit = limit, .allocator = allocator};
}

static ra_arena_block *new_block(ra_arena *arena, size_t size) {
    size_t bytes;
    if (!ra_size_add(size, sizeof(ra_arena_block), &bytes)) return NULL;
    ra_arena_block *block = ra_allocate(arena->allocator, bytes);
    if (block == NULL) return NULL;
    block->next = NULL;
    block->size = size;
    block->used = 0;
    arena->total += bytes;
    return block;
}

/* A usual block for `size` bytes, or one of just that size when the limit leaves no more. */
static size_t block_size(const ra_arena *arena, size_t size) {
    size_t wanted = arena->total < RA_ARENA_FIRST ? RA_ARENA_FIRST : arena->total;
    if (wanted > RA_ARENA_BLOCK) wanted = RA_ARENA_BLOCK;
    wanted -= sizeof(ra_arena_block);
    if (wanted < size) return size;
    if (arena->limit == 0) return wanted;
    size_t left = arena->limit > arena->total ? arena->limit - arena->total : 0;
    left = left > sizeof(ra_arena_block) ? left - sizeof(ra_arena_block) : 0;
    return wanted <= left ? wanted : size;
}

static ra_arena_block *add_block(ra_arena *arena, size_t size) {
    size_t room = block_size(arena, size);
    size_t total;
    if (!ra_size_add(room, sizeof(ra_arena_block), &total)) return NULL;
    if (!ra_size_add(total, arena->total, &total)) return NULL;
    if (arena->limit != 0 && total > arena->limit) return NULL;
    ra_arena_block *block = new_block(arena, room);
    if (block == NULL) return NULL;
    ra_arena_block *newest = arena->blocks;
    if (newest != NULL && room == size && newest->size - newest->used > 0) {
        /* A block of its own goes behind the newest one, which still has room. */
        block->next = newest->next;
        newest->next = block;
    } else {
        block->next = newest;
        arena->blocks = block;
    }
    return block;
}

/* `size` bytes that hold anything. */
static void *take(ra_arena *arena, size_t size) {
    size_t room;
    if (!ra_size_add(size, ALIGNMENT - 1, &room)) return NULL;
    room &= ~(ALIGNMENT - 1);
    if (room == 0) room = ALIGNMENT;
    ra_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < room) {
        block = add_block(arena, room);
        if (block == NULL) return NULL;
    }
    assert(block->size - block->used >= room);
    void *data = block->data + block->used;
    block->used += room;
    return data;
}

void *ra_arena_alloc(ra_arena *arena, size_t size) {
    void *data = take(arena, size);
    if (data != NULL) memset(data, 0, size);
    return data;
}

void *ra_arena_array(ra_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (!ra_size_mul(count, size, &bytes)) return NULL;
    return ra_arena_alloc(arena, bytes);
}

void *ra_arena_lines(ra_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (!ra_size_mul(count, size, &bytes) || !ra_size_add(bytes, RA_CACHE_LINE, &bytes))
        return NULL;
    unsigned char *data = ra_arena_alloc(arena, bytes);
    if (data == NULL) return NULL;
    size_t past = (uintptr_t)data % RA_CACHE_LINE;
    return past ? data + (RA_CACHE_LINE - past) : data;
}

bool ra_arena_copy(ra_arena *arena, ra_str text, ra_str *out) {
    if (text.len == 0) {
        *out = (ra_str){NULL, 0};
        return true;
    }
    char *copy = take(arena, text.len);
    if (copy == NULL) return false;
    memcpy(copy, text.ptr, text.len);
    *out = (ra_str){copy, text.len};
    return true;
}

static void free_chain(const ra_arena *arena, ra_arena_block *block) {
    while (block != NULL) {
        ra_arena_block *next = block->next;
        ra_release(arena->allocator, block);
        block = next;
    }
}

void ra_arena_reset(ra_arena *arena) {
    ra_arena_block *kept = arena->blocks;
    if (kept == NULL) return;
    free_chain(arena, kept->next);
    kept->next = NULL;
    kept->used = 0;
    arena->total = kept->size + sizeof *kept;
}

void ra_arena_free(ra_arena *arena) {
    free_chain(arena, arena->blocks);
    arena->blocks = NULL;
    arena->total = 0;
}
