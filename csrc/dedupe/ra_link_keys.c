/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From values to blocking keys. */
#include "dedupe/ra_link_keys.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define RA_NEAR_KEYS 2
#define RA_TOKEN_KEYS 4
#define RA_EITHER_KEYS 2
#define RA_NEAR_RATIO 0.30 /* width of a cell: twice the distance that must always share one */
#define RA_NEAR_DAYS 42.0
#define RA_SOUND_MAX 16

static uint32_t part_width(const ra_link_part *part) {
    switch (part->how) {
    case RA_LINK_NEAR:
        return RA_NEAR_KEYS;
    case RA_LINK_TOKEN:
    case RA_LINK_WORD:
        return RA_TOKEN_KEYS;
    case RA_LINK_EITHER:
        return RA_EITHER_KEYS;
    default:
        return 1;
    }
}

uint32_t ra_link_key_width(const ra_link_rule *rule, uint32_t most) {
    uint32_t width = 1;
    for (uint32_t i = 0; i < rule->count; i++)
        width *= part_width(&rule->parts[i]);
    return width < most ? width : most;
}

bool ra_link_key_usable(const ra_link_table *table, const ra_link_rule *rule) {
    for (uint32_t i = 0; i < rule->count; i++)
        if (table->column_of[rule->parts[i].field] == RA_LINK_NO_FIELD) return false;
    return true;
}

/* Consonants that sound alike share a digit; vowels only separate; the first letter stays. */
static uint64_t sound_key(const ra_link_term *term) {
    static const char classes[] = "01230120022455012623010202";
    char sound[RA_SOUND_MAX] = {0};
    uint32_t len = 0;
    char last = 0;
    for (uint32_t i = 0; i < term->len && len < RA_SOUND_MAX; i++) {
        char c = term->text[i];
        char class = c;
        if (c >= 'a' && c <= 'z') class = classes[c - 'a'];
        if (len == 0)
            sound[len++] = c;
        else if (class != '0' && class != ' ' && class != last)
            sound[len++] = class;
        last = class;
    }
    return XXH3_64bits(sound, len);
}

/* Two grids half a cell apart: values within half a cell of each other share a cell of one. */
static bool near_key(const ra_link_term *term, const ra_link_field *field, uint32_t grid,
                     uint64_t *key) {
    double place = term->number;
    if (isnan(place) || (field->kind == RA_LINK_AMOUNT && place <= 0)) return false;
    if (field->kind == RA_LINK_AMOUNT)
        place = log(place) / RA_NEAR_RATIO;
    else
        place /= field->limit ? 2.0 * field->limit : RA_NEAR_DAYS;
    int64_t cell = (int64_t)floor(place + (grid ? 0.5 : 0));
    *key = (uint64_t)cell * RA_NEAR_KEYS + grid;
    return true;
}

/* The `number`-th word; false behind the last. */
static bool word_key(const ra_link_term *term, uint32_t number, uint64_t *key) {
    ra_str word = {NULL, 0};
    for (uint32_t i = 0, at = 0; i <= number; i++) {
        if (at >= term->len) return false;
        word = ra_link_next_word(term, &at);
    }
    *key = XXH3_64bits(word.ptr, word.len);
    return true;
}

static bool part_key(const ra_link_comparer *comparer, const ra_link_part *part, uint32_t row,
                     uint32_t number, uint64_t *key) {
    const ra_link_table *table = comparer->table;
    uint32_t column = table->column_of[part->field];
    if (part->how == RA_LINK_EITHER && number > 0) column = comparer->swap[column];
    if (column == RA_LINK_NO_FIELD) return false;
    uint32_t term = table->cells[(size_t)row * table->column_count + column];
    if (term == 0) return false;
    const ra_link_term *value = &table->dictionaries[table->dictionary[column]].terms[term];
    switch (part->how) {
    case RA_LINK_PREFIX:
        *key = XXH3_64bits(value->text, value->len < part->length ? value->len : part->length);
        return true;
    case RA_LINK_SOUND:
        *key = sound_key(value);
        return true;
    case RA_LINK_NEAR:
        return near_key(value, &table->profile.fields[part->field], number, key);
    case RA_LINK_TOKEN:
        *key = ra_link_memo_rare(&comparer->memos[column], term, number);
        return *key != 0;
    case RA_LINK_WORD:
        return word_key(value, number, key);
    default:
        *key = term;
        return true;
    }
}

bool ra_link_key(const ra_link_comparer *comparer, const ra_link_rule *rule, uint32_t row,
                 uint32_t number, uint32_t *key) {
    uint64_t mixed = 0;
    for (uint32_t i = 0; i < rule->count; i++) {
        uint32_t width = part_width(&rule->parts[i]);
        uint64_t parts[2] = {mixed, 0};
        if (!part_key(comparer, &rule->parts[i], row, number % width, &parts[1])) return false;
        mixed = XXH3_64bits(parts, sizeof parts);
        number /= width;
    }
    *key = (uint32_t)(mixed >> 32);
    return true;
}

/* Four bytes of each of the first two sort fields that have a value. */
uint64_t ra_link_sort_key(const ra_link_table *table, uint32_t row) {
    uint64_t key = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < table->profile.sort_count && used < 2; i++) {
        uint8_t column = table->column_of[table->profile.sort[i]];
        const ra_link_term *term =
            column == RA_LINK_NO_FIELD ? NULL : ra_link_table_term(table, row, column);
        if (term == NULL) continue;
        uint32_t part = 0;
        for (uint32_t b = 0; b < 4; b++)
            part = part << 8 | (b < term->len ? (unsigned char)term->text[b] : 0);
        if (!isnan(term->number))
            part = term->number < UINT32_MAX ? (uint32_t)(int64_t)term->number : UINT32_MAX;
        key = key << 32 | part;
        used++;
    }
    return used == 1 ? key << 32 : key;
}
