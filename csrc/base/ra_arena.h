/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Arena memory: everything of one chunk is allocated here and dies at once.
 *
 *   ra_arena ──> [block | used ....... size] ──> [block ...] ──> NULL
 *
 * Blocks grow from RA_ARENA_FIRST to RA_ARENA_BLOCK; a request larger than a block gets its own.
 * `limit` bounds the sum of all blocks, so a hostile input ends in RA_NO_MEMORY, not in swap.
 * An arena is used by one thread at a time. */
#ifndef RA_BASE_ARENA_H
#define RA_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ra_status.h"

/* Where blocks come from; NULL means malloc/free. Tests pass one that fails at the Nth call. */
typedef struct ra_allocator {
    void *(*allocate)(void *context, size_t size);
    void (*release)(void *context, void *block);
    void *context;
} ra_allocator;

/* Memory that is not zeroed, NULL when there is none; `allocator` may be NULL, `block` too. */
void *ra_allocate(const ra_allocator *allocator, size_t size) RA_MUST_CHECK;
void ra_release(const ra_allocator *allocator, void *block);

typedef struct ra_arena_block ra_arena_block;

typedef struct ra_arena {
    ra_arena_block *blocks; /* newest first */
    size_t total;           /* bytes of all blocks */
    size_t limit;           /* upper bound of `total`; 0 means none */
    const ra_allocator *allocator;
} ra_arena;

/* A borrowed, not NUL-terminated UTF-8 text; {NULL, 0} is the empty text. */
typedef struct ra_str {
    const char *ptr;
    size_t len;
} ra_str;

#define RA_STR(literal) ((ra_str){(literal), sizeof(literal) - 1})

/* Never allocates; `allocator` (may be NULL) must outlive the arena. */
void ra_arena_init(ra_arena *arena, size_t limit, const ra_allocator *allocator);

/* `size` bytes aligned for any type, zeroed; NULL when memory or the limit is exhausted.
 * A size of 0 returns a valid pointer. */
void *ra_arena_alloc(ra_arena *arena, size_t size) RA_MUST_CHECK;

/* The same for `count` items of `size` bytes; NULL also when the product overflows. */
void *ra_arena_array(ra_arena *arena, size_t count, size_t size) RA_MUST_CHECK;

/* The same from the start of a cache line on: no item of 2^n bytes lies in more lines than it
 * must. */
void *ra_arena_lines(ra_arena *arena, size_t count, size_t size) RA_MUST_CHECK;

/* A copy of `text` in the arena; false when memory is exhausted. */
bool ra_arena_copy(ra_arena *arena, ra_str text, ra_str *out) RA_MUST_CHECK;

/* Forget every allocation but keep the newest block for reuse. */
void ra_arena_reset(ra_arena *arena);

/* Give every block back; the arena can be used again after ra_arena_init. */
void ra_arena_free(ra_arena *arena);

bool ra_str_equal(ra_str a, ra_str b);

/* Checked sizes: false on overflow, *out untouched. */
bool ra_size_add(size_t a, size_t b, size_t *out) RA_MUST_CHECK;
bool ra_size_mul(size_t a, size_t b, size_t *out) RA_MUST_CHECK;

#endif
