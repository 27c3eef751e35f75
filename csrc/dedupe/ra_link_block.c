/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sorted block indexes and the gathering of candidates. */
#include "dedupe/ra_link_block.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "dedupe/ra_link_keys.h"

#define RA_NO_ENTRY UINT32_MAX
#define RA_WORD_BITS 64
#define RA_RADIX_BITS 11
#define RA_RADIX (1U << RA_RADIX_BITS)
#define RA_CAP_LEAST 12
#define RA_CAP_MOST 400
#define RA_CAP_PER_WINDOW 8
#define RA_WINDOW_LEAST 5
#define RA_CAP_WORK 4000000 /* pairs a rule may cost in a small set, per entry of a full block */

typedef struct ra_keyed {
    uint32_t key, entry; /* entry = row x width + number of the key */
} ra_keyed;

typedef struct ra_placed {
    uint64_t place, tie;
    uint32_t row;
} ra_placed;

typedef struct ra_block_build {
    ra_link_blocks *blocks;
    uint64_t seed;
    ra_arena scratch[RA_LINK_RULES];
} ra_block_build;

/* Stable, 32 bits in three passes. Returns the array that holds the result. */
static ra_keyed *radix_sort(ra_keyed *items, ra_keyed *spare, size_t count, uint32_t *counts) {
    for (uint32_t shift = 0; shift < 32; shift += RA_RADIX_BITS) {
        memset(counts, 0, RA_RADIX * sizeof *counts);
        for (size_t i = 0; i < count; i++)
            counts[(items[i].key >> shift) & (RA_RADIX - 1)]++;
        uint32_t sum = 0;
        for (uint32_t d = 0; d < RA_RADIX; d++) {
            uint32_t here = counts[d];
            counts[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            spare[counts[(items[i].key >> shift) & (RA_RADIX - 1)]++] = items[i];
        ra_keyed *other = items;
        items = spare;
        spare = other;
    }
    return items;
}

static int by_place(const void *left, const void *right) {
    const ra_placed *a = left, *b = right;
    if (a->place != b->place) return a->place < b->place ? -1 : 1;
    if (a->tie != b->tie) return a->tie < b->tie ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Ties are mixed by the seed: rows of both sets must alternate among equal records. */
static ra_status sort_block(ra_block_build *build, uint32_t rule, ra_keyed *run, uint32_t count) {
    ra_link_index *index = &build->blocks->indexes[rule];
    const ra_link_table *table = build->blocks->comparer->table;
    ra_placed *placed = ra_arena_array(&build->scratch[rule], count, sizeof *placed);
    if (placed == NULL) return RA_NO_MEMORY;
    uint32_t key = run[0].key;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = run[i].entry / index->width;
        placed[i] = (ra_placed){ra_link_sort_key(table, row),
                                XXH3_64bits_withSeed(&row, sizeof row, build->seed), run[i].entry};
    }
    qsort(placed, count, sizeof *placed, by_place);
    for (uint32_t i = 0; i < count; i++)
        run[i] = (ra_keyed){key, placed[i].row};
    return RA_OK;
}

static ra_status lay_out(ra_block_build *build, uint32_t rule, ra_keyed *sorted, uint32_t count) {
    ra_link_index *index = &build->blocks->indexes[rule];
    uint32_t used = 0;
    for (uint32_t start = 0; start < count;) {
        uint32_t end = start + 1;
        while (end < count && sorted[end].key == sorted[start].key)
            end++;
        if (end - start > build->blocks->cap) {
            ra_status status = sort_block(build, rule, sorted + start, end - start);
            if (status != RA_OK) return status;
        }
        uint32_t begin = used;
        for (; start < end; start++) {
            index->slot[sorted[start].entry] = used;
            index->entries[used++] =
                (ra_link_entry){.row = sorted[start].entry / index->width, .extent = begin};
        }
        index->entries[begin].extent = used;
    }
    index->count = used;
    return RA_OK;
}

static ra_status build_index(void *context, uint32_t rule, uint32_t worker) {
    (void)worker;
    ra_block_build *build = context;
    const ra_link_comparer *comparer = build->blocks->comparer;
    ra_link_index *index = &build->blocks->indexes[rule];
    ra_arena *scratch = &build->scratch[rule], *arena = &build->blocks->arenas[rule];
    uint32_t rows = comparer->table->rows;
    size_t room = (size_t)rows * index->width;
    if (room >= RA_NO_ENTRY) return RA_TOO_LARGE;
    ra_keyed *items = ra_arena_array(scratch, room, sizeof *items);
    ra_keyed *spare = ra_arena_array(scratch, room, sizeof *spare);
    uint32_t *counts = ra_arena_array(scratch, RA_RADIX, sizeof *counts);
    index->slot = ra_arena_array(arena, room, sizeof *index->slot);
    if (!items || !spare || !counts || !index->slot) return RA_NO_MEMORY;
    uint32_t count = 0;
    for (uint32_t entry = 0; entry < room; entry++) {
        index->slot[entry] = RA_NO_ENTRY;
        items[count].entry = entry;
        count += ra_link_key(comparer, index->rule, entry / index->width, entry % index->width,
                             &items[count].key);
    }
    index->entries = ra_arena_array(arena, count, sizeof *index->entries);
    ra_status status = RA_NO_MEMORY;
    if (index->entries != NULL)
        status = lay_out(build, rule, radix_sort(items, spare, count, counts), count);
    ra_arena_free(scratch);
    ra_arena_init(scratch, 0, scratch->allocator);
    return status;
}

ra_status ra_link_blocks_build(ra_link_blocks *blocks, const ra_link_comparer *comparer,
                               const ra_link_crew *crew, uint64_t seed, size_t limit,
                               const ra_allocator *allocator) {
    memset(blocks, 0, sizeof *blocks);
    const ra_link_table *table = comparer->table;
    uint32_t cap = table->rows ? RA_CAP_WORK / table->rows : RA_CAP_MOST;
    blocks->cap = cap < RA_CAP_LEAST ? RA_CAP_LEAST : cap > RA_CAP_MOST ? RA_CAP_MOST : cap;
    blocks->window = blocks->cap / RA_CAP_PER_WINDOW;
    if (blocks->window > RA_LINK_WINDOW) blocks->window = RA_LINK_WINDOW;
    if (blocks->window < RA_WINDOW_LEAST) blocks->window = RA_WINDOW_LEAST;
    blocks->comparer = comparer;
    blocks->all = table->rows <= table->profile.all;
    ra_block_build build = {.blocks = blocks, .seed = seed};
    for (uint32_t r = 0; r < RA_LINK_RULES; r++) {
        ra_arena_init(&blocks->arenas[r], limit, allocator);
        ra_arena_init(&build.scratch[r], limit, allocator);
    }
    for (uint32_t r = 0; r < table->profile.rule_count; r++) {
        const ra_link_rule *rule = &table->profile.rules[r];
        if (ra_link_key_usable(table, rule))
            blocks->indexes[blocks->count++] =
                (ra_link_index){.rule = rule, .width = ra_link_key_width(rule, RA_LINK_KEYS)};
    }
    ra_status status = RA_MISSING_FIELD;
    if (blocks->count > 0) status = ra_link_parallel(crew, blocks->count, build_index, &build);
    for (uint32_t r = 0; r < RA_LINK_RULES; r++)
        ra_arena_free(&build.scratch[r]);
    return status;
}

void ra_link_blocks_free(ra_link_blocks *blocks) {
    for (uint32_t r = 0; r < RA_LINK_RULES; r++)
        ra_arena_free(&blocks->arenas[r]);
}

ra_status ra_link_gatherer_init(ra_link_gatherer *gatherer, const ra_link_blocks *blocks,
                                ra_arena *arena) {
    uint32_t room = 0, largest = blocks->cap;
    for (uint32_t i = 0; i < blocks->count; i++)
        room += blocks->indexes[i].width * largest;
    uint32_t rows = blocks->comparer->table->rows;
    *gatherer = (ra_link_gatherer){.room = room < rows && !blocks->all ? room : rows};
    gatherer->seen = ra_arena_array(arena, rows / RA_WORD_BITS + 1, sizeof *gatherer->seen);
    gatherer->rows = ra_arena_array(arena, gatherer->room, sizeof *gatherer->rows);
    return gatherer->seen && gatherer->rows ? RA_OK : RA_NO_MEMORY;
}

uint32_t ra_link_gather_rows(const ra_link_table *table) {
    return table->linking ? table->split : table->rows;
}

/* The part of the block of an entry that its row is compared with. */
static void block_span(const ra_link_blocks *blocks, const ra_link_index *index, uint32_t entry,
                       uint32_t *begin, uint32_t *end) {
    uint32_t extent = index->entries[entry].extent;
    *begin = extent > entry ? entry : extent;
    *end = index->entries[*begin].extent;
    if (*end - *begin <= blocks->cap) return;
    if (entry - *begin > blocks->window) *begin = entry - blocks->window;
    if (*end - entry > blocks->window + 1) *end = entry + blocks->window + 1;
}

static void gather_all(const ra_link_blocks *blocks, ra_link_gatherer *gatherer, uint32_t row,
                       uint32_t skip_begin, uint32_t skip_end) {
    for (uint32_t other = 0; other < blocks->comparer->table->rows; other++)
        if (other != row && (other < skip_begin || other > skip_end))
            gatherer->rows[gatherer->count++] = other;
}

/* In a large table each entry is a cache miss: have them all come at once. */
static void fetch_entries(const ra_link_blocks *blocks, uint32_t row) {
    for (uint32_t i = 0; i < blocks->count; i++) {
        const ra_link_index *index = &blocks->indexes[i];
        for (uint32_t k = 0; k < index->width; k++) {
            uint32_t entry = index->slot[(size_t)row * index->width + k];
            if (entry != RA_NO_ENTRY) __builtin_prefetch(&index->entries[entry]);
        }
    }
}

static void forget_candidates(ra_link_gatherer *gatherer) {
    for (uint32_t i = 0; i < gatherer->count; i++)
        gatherer->seen[gatherer->rows[i] / RA_WORD_BITS] = 0;
    gatherer->count = 0;
}

static void add_candidate(ra_link_gatherer *gatherer, uint32_t row) {
    uint64_t bit = UINT64_C(1) << row % RA_WORD_BITS, *word = &gatherer->seen[row / RA_WORD_BITS];
    if (*word & bit) return;
    *word |= bit;
    gatherer->rows[gatherer->count++] = row;
}

void ra_link_gather(const ra_link_blocks *blocks, ra_link_gatherer *gatherer, uint32_t row,
                    uint32_t skip_begin, uint32_t skip_end) {
    forget_candidates(gatherer);
    if (blocks->all) {
        gather_all(blocks, gatherer, row, skip_begin, skip_end);
        return;
    }
    fetch_entries(blocks, row);
    for (uint32_t i = 0; i < blocks->count; i++) {
        const ra_link_index *index = &blocks->indexes[i];
        for (uint32_t k = 0; k < index->width; k++) {
            uint32_t entry = index->slot[(size_t)row * index->width + k], begin, end;
            if (entry == RA_NO_ENTRY) continue;
            block_span(blocks, index, entry, &begin, &end);
            for (uint32_t e = begin; e < end; e++) {
                uint32_t other = index->entries[e].row;
                if (other < skip_begin || other > skip_end) add_candidate(gatherer, other);
            }
        }
    }
}

uint64_t ra_link_block_work(const ra_link_blocks *blocks) {
    const ra_link_table *table = blocks->comparer->table;
    uint32_t rows = ra_link_gather_rows(table);
    uint64_t work = 0;
    if (blocks->all) return (uint64_t)rows * table->rows;
    for (uint32_t i = 0; i < blocks->count; i++) {
        const ra_link_index *index = &blocks->indexes[i];
        for (uint32_t entry = 0, begin, end; entry < index->count; entry++) {
            if (index->entries[entry].row >= rows) continue;
            block_span(blocks, index, entry, &begin, &end);
            work += end - begin;
        }
    }
    return work;
}
