/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Open-addressing tables with linear probing; see ra_table.h. */
#include "resolve/ra_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <assert.h>
#include <string.h>

#define FIRST_CAPACITY 64u

static bool needs_growth(size_t count, size_t capacity) {
    return capacity == 0 || (count + 1) * 3 > capacity * 2;
}

/* Old slot arrays stay in the arena: doubling wastes at most as much as the live array. */
static void *new_slots(ra_arena *arena, size_t capacity, size_t size) {
    return ra_arena_array(arena, capacity, size);
}

void ra_text_table_init(ra_text_table *table, const ra_allocator *allocator) {
    memset(table, 0, sizeof *table);
    ra_arena_init(&table->arena, 0, allocator);
}

void ra_text_table_free(ra_text_table *table) {
    ra_arena_free(&table->arena);
    table->slots = NULL;
    table->capacity = table->count = 0;
}

/* The slot of `text`, or the empty slot where it belongs. */
static ra_text_slot *find_text(ra_text_slot *slots, size_t capacity, uint64_t hash, ra_str text) {
    size_t at = (size_t)hash & (capacity - 1);
    while (slots[at].value != RA_NOT_FOUND &&
           !(slots[at].hash == hash && ra_str_equal(slots[at].text, text))) {
        at = (at + 1) & (capacity - 1);
    }
    return &slots[at];
}

static ra_status grow_text(ra_text_table *table) {
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    ra_text_slot *slots = new_slots(&table->arena, capacity, sizeof *slots);
    if (slots == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < capacity; i++) {
        slots[i].value = RA_NOT_FOUND;
    }
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].value != RA_NOT_FOUND) {
            *find_text(slots, capacity, table->slots[i].hash, table->slots[i].text) =
                table->slots[i];
        }
    }
    table->slots = slots;
    table->capacity = capacity;
    return RA_OK;
}

ra_status ra_text_table_put(ra_text_table *table, ra_str text, int32_t value) {
    assert(value >= 0);
    if (needs_growth(table->count, table->capacity)) {
        ra_status status = grow_text(table);
        if (status != RA_OK) return status;
    }
    uint64_t hash = XXH3_64bits(text.len > 0 ? text.ptr : "", text.len);
    ra_text_slot *slot = find_text(table->slots, table->capacity, hash, text);
    if (slot->value == RA_NOT_FOUND) {
        ra_str copy;
        if (!ra_arena_copy(&table->arena, text, &copy)) return RA_NO_MEMORY;
        slot->text = copy;
        slot->hash = hash;
        table->count++;
    }
    slot->value = value;
    return RA_OK;
}

int32_t ra_text_table_get(const ra_text_table *table, ra_str text) {
    if (table->count == 0) return RA_NOT_FOUND;
    uint64_t hash = XXH3_64bits(text.len > 0 ? text.ptr : "", text.len);
    return find_text(table->slots, table->capacity, hash, text)->value;
}

void ra_key_table_init(ra_key_table *table, const ra_allocator *allocator) {
    memset(table, 0, sizeof *table);
    ra_arena_init(&table->arena, 0, allocator);
}

void ra_key_table_free(ra_key_table *table) {
    ra_arena_free(&table->arena);
    table->slots = NULL;
    table->capacity = table->count = 0;
}

void ra_key_table_clear(ra_key_table *table) {
    for (size_t i = 0; i < table->capacity; i++) {
        table->slots[i].value = RA_NOT_FOUND;
    }
    table->count = 0;
}

static ra_key_slot *find_key(ra_key_slot *slots, size_t capacity, ra_key key) {
    size_t at = (size_t)key.low & (capacity - 1);
    while (slots[at].value != RA_NOT_FOUND && !ra_key_equal(slots[at].key, key)) {
        at = (at + 1) & (capacity - 1);
    }
    return &slots[at];
}

static ra_status grow_key(ra_key_table *table) {
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    ra_key_slot *slots = new_slots(&table->arena, capacity, sizeof *slots);
    if (slots == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < capacity; i++) {
        slots[i].value = RA_NOT_FOUND;
    }
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].value != RA_NOT_FOUND) {
            *find_key(slots, capacity, table->slots[i].key) = table->slots[i];
        }
    }
    table->slots = slots;
    table->capacity = capacity;
    return RA_OK;
}

ra_status ra_key_table_put(ra_key_table *table, ra_key key, int32_t value) {
    assert(value >= 0);
    if (needs_growth(table->count, table->capacity)) {
        ra_status status = grow_key(table);
        if (status != RA_OK) return status;
    }
    ra_key_slot *slot = find_key(table->slots, table->capacity, key);
    if (slot->value == RA_NOT_FOUND) table->count++;
    slot->key = key;
    slot->value = value;
    return RA_OK;
}

int32_t ra_key_table_get(const ra_key_table *table, ra_key key) {
    if (table->count == 0) return RA_NOT_FOUND;
    return find_key(table->slots, table->capacity, key)->value;
}
