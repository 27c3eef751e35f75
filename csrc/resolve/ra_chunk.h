/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A chunk: the orders of one transaction and their plans, in one arena.
 *
 * Life: read -> (known versions set by the caller) -> for each wave: resolve until nothing is
 * needed, price, write -> free. When a chunk holds several versions of one order they form waves,
 * so that each version meets the state its predecessor left. */
#ifndef RA_RESOLVE_CHUNK_H
#define RA_RESOLVE_CHUNK_H

#include "read/ra_reader.h"
#include "resolve/ra_plan.h"

typedef enum ra_need_kind {
    RA_NEED_PARTY,         /* `key`, `role` of plan `plan` */
    RA_NEED_PRODUCT,       /* line `line` of plan `plan` */
    RA_NEED_RATE,          /* tax rate `text` */
    RA_NEED_CURRENCY,      /* currency code `text` */
    RA_NEED_CURRENCY_RATE, /* currency index `index` on day `line` */
    RA_NEED_HEADER         /* header class of plan `plan`: `header` */
} ra_need_kind;

typedef enum ra_role { RA_ROLE_CUSTOMER, RA_ROLE_INVOICE, RA_ROLE_DELIVERY } ra_role;

typedef struct ra_need {
    ra_need_kind kind;
    ra_role role;
    uint32_t plan;
    int32_t line, index;
    ra_key key;
    ra_str text;
    ra_header_key header;
} ra_need;

typedef struct ra_chunk {
    ra_arena arena;
    ra_plan *plans;
    size_t count, capacity;
    uint32_t waves;
    uint64_t end_offset, end_row; /* resume point behind the chunk */
    bool last;                    /* the input ended with this chunk */
    ra_error error;               /* the input broke off behind this chunk */
    ra_key_table seen;            /* identity -> newest plan */
    ra_vector needs;
    ra_key_table asked;
    const ra_allocator *allocator;
} ra_chunk;

void ra_chunk_init(ra_chunk *chunk, size_t memory_limit, const ra_allocator *allocator);
void ra_chunk_free(ra_chunk *chunk);

/* Read up to `max_orders` orders, fewer when the arena passes `soft_limit` bytes or the input
 * ends. `scope` (the channel's code) enters every key. A stream that breaks off sets chunk->error
 * and last; what was read before it is kept. RA_NO_MEMORY is returned. */
ra_status ra_chunk_read(ra_chunk *chunk, ra_reader *reader, ra_str scope, size_t max_orders,
                        size_t soft_limit) RA_MUST_CHECK;

/* Resolve the pending plans of a wave against the catalog. What is missing is appended to
 * chunk->needs (each thing once); the caller completes the catalog and calls again. */
ra_status ra_chunk_resolve(ra_chunk *chunk, ra_catalog *catalog, uint32_t wave) RA_MUST_CHECK;

/* Price every resolved plan of the wave that is to be created or updated; once more gives the same.
 */
ra_status ra_chunk_price(ra_chunk *chunk, ra_catalog *catalog, uint32_t wave) RA_MUST_CHECK;

#endif
