/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Interning of normalised values. */
#include "dedupe/ra_link_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "dedupe/ra_link_text.h"
#include "dedupe/ra_similarity.h"

#define RA_FIRST_ROOM 1024
#define RA_SLOT_HASH UINT64_C(0xFFFFFFFF00000000)
#define RA_ROWS_MAX (UINT32_C(1) << 31)

typedef ra_status (*ra_fold)(ra_str raw, ra_link_value *out);

static const ra_fold folds[RA_LINK_KINDS] = {
    [RA_LINK_NAME] = ra_link_fold,          [RA_LINK_ADDRESS] = ra_link_fold_address,
    [RA_LINK_CODE] = ra_link_fold_code,     [RA_LINK_PHONE] = ra_link_fold_phone,
    [RA_LINK_EMAIL] = ra_link_fold_email,   [RA_LINK_DATE] = ra_link_fold_date,
    [RA_LINK_LAG] = ra_link_fold_date,      [RA_LINK_TIME] = ra_link_fold_time,
    [RA_LINK_AMOUNT] = ra_link_fold_amount, [RA_LINK_MEMO] = ra_link_fold,
};

static ra_status grow(ra_arena *arena, void **items, uint32_t *room, size_t size) {
    uint32_t wanted = *room ? *room * 2 : RA_FIRST_ROOM;
    void *bigger = ra_arena_lines(arena, wanted, size);
    if (bigger == NULL) return RA_NO_MEMORY;
    if (*items != NULL) memcpy(bigger, *items, (size_t)*room * size);
    *items = bigger;
    *room = wanted;
    return RA_OK;
}

static ra_status grow_slots(ra_link_dictionary *dictionary) {
    uint32_t wanted = dictionary->slot_room ? dictionary->slot_room * 2 : RA_FIRST_ROOM * 2;
    uint64_t *bigger = ra_arena_array(&dictionary->arena, wanted, sizeof *bigger);
    if (bigger == NULL) return RA_NO_MEMORY;
    for (uint32_t i = 0; i < dictionary->slot_room; i++) {
        uint64_t slot = dictionary->slots[i];
        if ((uint32_t)slot == 0) continue;
        uint32_t at = (uint32_t)(slot >> 32) & (wanted - 1);
        while ((uint32_t)bigger[at] != 0)
            at = (at + 1) & (wanted - 1);
        bigger[at] = slot;
    }
    dictionary->slots = bigger;
    dictionary->slot_room = wanted;
    return RA_OK;
}

static ra_status new_term(ra_link_dictionary *dictionary, const ra_link_value *value,
                          uint32_t *out) {
    if (dictionary->count == dictionary->room) {
        void *terms = dictionary->terms;
        ra_status status =
            grow(&dictionary->arena, &terms, &dictionary->room, sizeof(ra_link_term));
        if (status != RA_OK) return status;
        dictionary->terms = terms;
    }
    ra_str text;
    if (!ra_arena_copy(&dictionary->arena, (ra_str){value->text, value->len}, &text))
        return RA_NO_MEMORY;
    dictionary->terms[dictionary->count] = (ra_link_term){.text = text.ptr,
                                                          .number = value->number,
                                                          .signature = ra_signature(text),
                                                          .len = value->len};
    *out = dictionary->count++;
    return RA_OK;
}

/* Where the search for a hash begins. */
static uint32_t home_of(const ra_link_dictionary *dictionary, uint64_t hash) {
    return (uint32_t)(hash >> 32) & (dictionary->slot_room - 1);
}

static ra_status intern(ra_link_dictionary *dictionary, const ra_link_value *value, uint64_t hash,
                        uint32_t *out) {
    uint32_t mask = dictionary->slot_room - 1, at = home_of(dictionary, hash);
    for (; (uint32_t)dictionary->slots[at] != 0; at = (at + 1) & mask) {
        uint64_t slot = dictionary->slots[at];
        const ra_link_term *known = &dictionary->terms[(uint32_t)slot];
        if ((slot & RA_SLOT_HASH) == hash && known->len == value->len &&
            memcmp(known->text, value->text, value->len) == 0) {
            *out = (uint32_t)slot;
            return RA_OK;
        }
    }
    ra_status status = new_term(dictionary, value, out);
    if (status == RA_OK) dictionary->slots[at] = hash | *out;
    return status;
}

static ra_status make_room(ra_link_dictionary *dictionary, uint32_t terms) {
    ra_status status = RA_OK;
    while (status == RA_OK && (dictionary->count + terms) * 2 >= dictionary->slot_room)
        status = grow_slots(dictionary);
    return status;
}

static uint64_t hash_of(const ra_link_value *value) {
    return XXH3_64bits(value->text, value->len) & RA_SLOT_HASH;
}

/* A column shares the dictionary of the column it is exchanged with. */
static void assign_dictionaries(ra_link_table *table) {
    for (uint32_t c = 0; c < table->column_count; c++) {
        uint8_t swap = table->profile.fields[table->columns[c]].swap;
        uint8_t other = swap == RA_LINK_NO_FIELD ? RA_LINK_NO_FIELD : table->column_of[swap];
        table->dictionary[c] = other < c ? table->dictionary[other] : (uint8_t)c;
    }
}

ra_status ra_link_table_init(ra_link_table *table, const ra_link_profile *profile,
                             const bool *present, size_t limit, const ra_allocator *allocator) {
    memset(table, 0, sizeof *table);
    table->profile = *profile;
    table->scale = 1;
    ra_arena_init(&table->arena, limit, allocator);
    for (uint32_t c = 0; c < RA_LINK_FIELDS; c++) {
        ra_arena_init(&table->dictionaries[c].arena, limit, allocator);
        table->dictionaries[c].count = 1;
    }
    memset(table->column_of, RA_LINK_NO_FIELD, sizeof table->column_of);
    for (uint32_t f = 0; f < profile->field_count; f++) {
        if (present[f] && table->column_count < RA_LINK_FIELDS) {
            table->column_of[f] = (uint8_t)table->column_count;
            table->columns[table->column_count++] = (uint8_t)f;
            table->grouped |=
                profile->fields[f].group != 0 || profile->fields[f].kind == RA_LINK_TIME;
        }
    }
    if (table->column_count == 0) return RA_MISSING_FIELD;
    assign_dictionaries(table);
    for (uint32_t c = 0; c < table->column_count; c++) {
        ra_link_dictionary *dictionary = &table->dictionaries[c];
        void *terms = NULL;
        ra_status status =
            grow(&dictionary->arena, &terms, &dictionary->room, sizeof(ra_link_term));
        if (status != RA_OK) return status;
        dictionary->terms = terms;
    }
    return RA_OK;
}

static ra_status grow_rows(ra_link_table *table) {
    if (table->rows >= RA_ROWS_MAX / 2) return RA_TOO_LARGE;
    uint32_t room = table->room;
    void *cells = table->cells, *ids = table->ids;
    ra_status status =
        grow(&table->arena, &cells, &table->room, table->column_count * sizeof(uint32_t));
    if (status == RA_OK) status = grow(&table->arena, &ids, &room, sizeof(ra_str));
    if (status != RA_OK) {
        table->room = table->rows;
        return status;
    }
    table->cells = cells;
    table->ids = ids;
    return RA_OK;
}

static ra_link_dictionary *dictionary_of(ra_link_table *table, uint32_t column) {
    return &table->dictionaries[table->dictionary[column]];
}

/* Normalise the values of a row, and have come what looking them up begins with: in a large
 * dictionary each slot is a cache miss, as each term is. */
static ra_status fold_row(ra_link_table *table, const ra_str *raw, ra_link_value *values,
                          uint64_t *hashes) {
    for (uint32_t c = 0; c < table->column_count; c++) {
        const ra_link_field *field = &table->profile.fields[table->columns[c]];
        ra_fold fold = field->kind == RA_LINK_NAME && field->whole_of ? ra_link_fold_whole_name
                                                                      : folds[field->kind];
        values[c].len = 0;
        if (raw[table->columns[c]].len == 0) continue;
        ra_status status = fold(raw[table->columns[c]], &values[c]);
        if (status == RA_OK) status = make_room(dictionary_of(table, c), table->column_count);
        if (status != RA_OK) return status;
        hashes[c] = hash_of(&values[c]);
        const ra_link_dictionary *dictionary = dictionary_of(table, c);
        __builtin_prefetch(&dictionary->slots[home_of(dictionary, hashes[c])]);
    }
    return RA_OK;
}

static void fetch_known(ra_link_table *table, const ra_link_value *values, const uint64_t *hashes) {
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (values[c].len == 0) continue;
        const ra_link_dictionary *dictionary = dictionary_of(table, c);
        uint64_t slot = dictionary->slots[home_of(dictionary, hashes[c])];
        __builtin_prefetch(&dictionary->terms[(uint32_t)slot]);
    }
}

ra_status ra_link_table_add(ra_link_table *table, ra_str id,
                            const ra_str values[RA_LINK_PROFILE_FIELDS]) {
    ra_status status = RA_OK;
    if (table->rows == table->room && (status = grow_rows(table)) != RA_OK) return status;
    uint32_t *cells = table->cells + (size_t)table->rows * table->column_count;
    ra_link_value folded[RA_LINK_FIELDS];
    uint64_t hashes[RA_LINK_FIELDS];
    status = fold_row(table, values, folded, hashes);
    if (status != RA_OK) return status;
    fetch_known(table, folded, hashes);
    for (uint32_t c = 0; c < table->column_count; c++) {
        cells[c] = 0;
        if (folded[c].len > 0)
            status = intern(dictionary_of(table, c), &folded[c], hashes[c], &cells[c]);
        if (status != RA_OK) return status;
    }
    if (!ra_arena_copy(&table->arena, id, &table->ids[table->rows])) return RA_NO_MEMORY;
    for (uint32_t c = 0; c < table->column_count; c++) {
        ra_link_dictionary *dictionary = dictionary_of(table, c);
        if (cells[c]) {
            dictionary->terms[cells[c]].count++;
            dictionary->cells++;
        }
    }
    table->rows++;
    return RA_OK;
}

ra_str ra_link_next_word(const ra_link_term *term, uint32_t *at) {
    uint32_t start = *at;
    while (*at < term->len && term->text[*at] != ' ')
        *at += 1;
    ra_str word = {term->text + start, *at - start};
    *at += 1;
    return word;
}

const ra_link_term *ra_link_table_term(const ra_link_table *table, uint32_t row, uint32_t column) {
    uint32_t term = table->cells[(size_t)row * table->column_count + column];
    return term ? &table->dictionaries[table->dictionary[column]].terms[term] : NULL;
}

void ra_link_table_split(ra_link_table *table) {
    table->linking = true;
    table->split = table->rows;
}

ra_status ra_link_table_divide(ra_link_table *table, uint32_t column, double by) {
    ra_link_dictionary *dictionary = &table->dictionaries[table->dictionary[column]];
    for (uint32_t row = table->split; row < table->rows; row++) {
        uint32_t *cell = &table->cells[(size_t)row * table->column_count + column];
        if (*cell == 0 || isnan(dictionary->terms[*cell].number)) continue;
        ra_link_value value = {.number = round(dictionary->terms[*cell].number / by)};
        dictionary->terms[*cell].count--;
        value.len = (uint32_t)snprintf(value.text, sizeof value.text, "%.0f", value.number);
        ra_status status = make_room(dictionary, 1);
        if (status == RA_OK) status = intern(dictionary, &value, hash_of(&value), cell);
        if (status != RA_OK) return status;
        dictionary->terms[*cell].count++;
    }
    return RA_OK;
}

double ra_link_all_pairs(const ra_link_table *table) {
    double rows = table->rows, split = table->split;
    double pairs = table->linking ? split * (rows - split) : rows * (rows - 1) / 2;
    return pairs > 1 ? pairs : 1;
}

void ra_link_table_free(ra_link_table *table) {
    for (uint32_t f = 0; f < RA_LINK_FIELDS; f++)
        ra_arena_free(&table->dictionaries[f].arena);
    ra_arena_free(&table->arena);
}
