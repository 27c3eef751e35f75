/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Two open-addressing tables of the resolve room: text -> int32 and 128-bit key -> int32.
 *
 *   slots: [hash|index] [empty] [hash|index] ...   power of two, at most 2/3 full
 *
 * Growing only; keys are copied into the table's own arena. Not thread-safe. */
#ifndef RA_RESOLVE_TABLE_H
#define RA_RESOLVE_TABLE_H

#include "canonical/ra_key.h"

#define RA_NOT_FOUND (-1)

typedef struct ra_text_slot {
    uint64_t hash;
    ra_str text;
    int32_t value; /* RA_NOT_FOUND marks an empty slot */
} ra_text_slot;

typedef struct ra_text_table {
    ra_text_slot *slots;
    size_t capacity, count;
    ra_arena arena;
} ra_text_table;

void ra_text_table_init(ra_text_table *table, const ra_allocator *allocator);
void ra_text_table_free(ra_text_table *table);
/* Insert or replace; `value` >= 0. RA_NO_MEMORY leaves the table as it was. */
ra_status ra_text_table_put(ra_text_table *table, ra_str text, int32_t value) RA_MUST_CHECK;
int32_t ra_text_table_get(const ra_text_table *table, ra_str text); /* or RA_NOT_FOUND */

typedef struct ra_key_slot {
    ra_key key;
    int32_t value; /* RA_NOT_FOUND marks an empty slot */
} ra_key_slot;

typedef struct ra_key_table {
    ra_key_slot *slots;
    size_t capacity, count;
    ra_arena arena;
} ra_key_table;

void ra_key_table_init(ra_key_table *table, const ra_allocator *allocator);
void ra_key_table_free(ra_key_table *table);
void ra_key_table_clear(ra_key_table *table);
ra_status ra_key_table_put(ra_key_table *table, ra_key key, int32_t value) RA_MUST_CHECK;
int32_t ra_key_table_get(const ra_key_table *table, ra_key key);

#endif
