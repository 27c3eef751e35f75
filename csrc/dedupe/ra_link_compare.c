/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Comparison levels of each kind of field. */
#include "dedupe/ra_link_compare.h"

#include <math.h>
#include <string.h>

#include "dedupe/ra_similarity.h"

#define RA_SWAP_ALIKE 0.88
#define RA_EMAIL_ALIKE 0.75 /* an equal local part makes at least this, short ones aside */
/* A year and a month: each part of a date may be off by one. */
#define RA_DATE_NEAR 400

static const uint32_t level_counts[RA_LINK_KINDS] = {
    [RA_LINK_NAME] = RA_LINK_SWAPPED,
    [RA_LINK_ADDRESS] = 5,
    [RA_LINK_CODE] = 5,
    [RA_LINK_PHONE] = 5,
    [RA_LINK_EMAIL] = 5,
    [RA_LINK_DATE] = 5,
    [RA_LINK_LAG] = 14,
    [RA_LINK_AMOUNT] = 15,
    [RA_LINK_MEMO] = RA_MEMO_LEVELS,
};

/* Upper ends of the day steps of a lag; before the first or after the last it is level 1. */
static const double lag_steps[] = {-8, -4, -1, 0, 1, 2, 3, 4, 6, 9, 14, 21, 28};
static const double ratio_steps[] = {.15, .12, .10, .09, .08, .07, .06,
                                     .05, .04, .03, .02, .01, .005};

static ra_str text_of(const ra_link_term *term) {
    return (ra_str){term->text, term->len};
}

static bool both_plain(const ra_link_term *a, const ra_link_term *b) {
    return ra_is_plain(a->signature | b->signature);
}

/* Jaro-Winkler, or 0 at once when it cannot reach `least`. */
static double similarity(const ra_link_term *a, const ra_link_term *b, double least) {
    if (!both_plain(a, b)) return ra_jaro_winkler(text_of(a), text_of(b));
    if (ra_jaro_winkler_bound(a->len, a->signature, b->len, b->signature) < least) return 0;
    return ra_jaro_winkler_plain(text_of(a), text_of(b));
}

/* Edits up to `limit`, or more at once when the characters differ too much. */
static uint32_t edits_of(const ra_link_term *a, const ra_link_term *b, uint32_t limit) {
    if (!ra_osa_possible(a->signature, b->signature, limit)) return limit + 1;
    if (both_plain(a, b)) return ra_osa_plain(text_of(a), text_of(b), limit);
    return ra_osa(text_of(a), text_of(b), limit);
}

static uint32_t name_level(const ra_link_term *a, const ra_link_term *b) {
    double alike = similarity(a, b, 0.8);
    if (alike < 0.8) return 1;
    if (alike >= 0.94 || edits_of(a, b, 1) <= 1) return 4;
    return alike >= 0.88 ? 3 : 2;
}

static uint32_t address_level(const ra_link_term *a, const ra_link_term *b) {
    double alike = similarity(a, b, 0.8);
    if (alike >= 0.96 || (alike >= 0.8 && edits_of(a, b, 2) <= 2)) return 4;
    double words = ra_token_jaccard(text_of(a), text_of(b));
    if (alike >= 0.9 || words >= 0.6) return 3;
    return alike >= 0.8 || words >= 0.34 ? 2 : 1;
}

static uint32_t code_level(const ra_link_term *a, const ra_link_term *b) {
    uint32_t longest = a->len > b->len ? a->len : b->len, shorter = a->len + b->len - longest;
    uint32_t edits = edits_of(a, b, 2);
    if (edits == 1) return 4;
    if (edits == 2 && longest >= 5) return 3;
    uint32_t half = longest / 2 > 2 ? longest / 2 : 2;
    return shorter >= half && memcmp(a->text, b->text, half) == 0 ? 2 : 1;
}

static uint32_t email_level(const ra_link_term *a, const ra_link_term *b) {
    if (edits_of(a, b, 2) <= 2) return 4;
    double alike = similarity(a, b, RA_EMAIL_ALIKE);
    if (alike < RA_EMAIL_ALIKE) return 1;
    const char *sign_a = memchr(a->text, '@', a->len), *sign_b = memchr(b->text, '@', b->len);
    size_t local = (size_t)(sign_a - a->text);
    if (local == (size_t)(sign_b - b->text) && memcmp(a->text, b->text, local) == 0) return 3;
    return alike >= 0.85 ? 2 : 1;
}

static uint32_t date_level(const ra_link_term *a, const ra_link_term *b) {
    uint32_t edits = edits_of(a, b, 2);
    bool exchanged = memcmp(a->text, b->text, 4) == 0 && memcmp(a->text + 4, b->text + 6, 2) == 0 &&
                     memcmp(a->text + 6, b->text + 4, 2) == 0;
    if (edits == 1 || exchanged) return 4;
    if (edits == 2) return 3;
    return fabs(a->number - b->number) <= RA_DATE_NEAR ? 2 : 1;
}

/* Within one set neither date is the later one by its role. */
static uint32_t lag_level(const ra_link_term *a, const ra_link_term *b, bool linking) {
    double days = b->number - a->number;
    if (!linking) days = fabs(days);
    if (isnan(days) || days < -30) return 1;
    for (uint32_t i = 0; i < sizeof lag_steps / sizeof *lag_steps; i++)
        if (days <= lag_steps[i]) return i + 2;
    return 1;
}

static uint32_t amount_level(const ra_link_term *a, const ra_link_term *b) {
    if (!(a->number > 0 && b->number > 0)) return 1;
    double ratio = fabs(log(a->number / b->number));
    uint32_t level = 1;
    while (level <= sizeof ratio_steps / sizeof *ratio_steps && ratio <= ratio_steps[level - 1])
        level++;
    return level;
}

static uint32_t unequal_level(ra_link_kind kind, const ra_link_term *a, const ra_link_term *b) {
    switch (kind) {
    case RA_LINK_NAME:
        return name_level(a, b);
    case RA_LINK_ADDRESS:
        return address_level(a, b);
    case RA_LINK_CODE:
    case RA_LINK_PHONE:
        return code_level(a, b);
    case RA_LINK_EMAIL:
        return email_level(a, b);
    case RA_LINK_DATE:
        return date_level(a, b);
    case RA_LINK_AMOUNT:
        return amount_level(a, b);
    default:
        return 1;
    }
}

static float rarity(const ra_link_comparer *comparer, uint32_t column, const ra_link_term *term) {
    return log2f(comparer->mean_cells[column] / (float)term->count);
}

/* Crosswise: a's value equals b's in the other column, and the other way round it is at least alike
 * or missing. */
static bool is_swapped(const ra_link_comparer *comparer, const uint32_t *a, const uint32_t *b,
                       uint32_t column, float *bits) {
    uint32_t other = comparer->swap[column];
    if (other == RA_LINK_NO_FIELD) return false;
    bool first = a[column] && a[column] == b[other], second = a[other] && a[other] == b[column];
    if (!first && !second) return false;
    bool straight = (a[column] && a[column] == b[column]) || (a[other] && a[other] == b[other]);
    if (straight) return false;
    const ra_link_table *table = comparer->table;
    const ra_link_term *terms = table->dictionaries[table->dictionary[column]].terms;
    uint32_t left = first ? a[other] : a[column], right = first ? b[column] : b[other];
    if (left && right && left != right &&
        similarity(&terms[left], &terms[right], RA_SWAP_ALIKE) < RA_SWAP_ALIKE)
        return false;
    *bits = rarity(comparer, column, &terms[first ? a[column] : a[other]]);
    if (left && right) *bits += rarity(comparer, column, &terms[left]);
    return true;
}

uint32_t ra_link_compare_column(const ra_link_comparer *comparer, uint32_t a, uint32_t b,
                                uint32_t column, float *bits) {
    const ra_link_table *table = comparer->table;
    const uint32_t *left = table->cells + (size_t)a * table->column_count;
    const uint32_t *right = table->cells + (size_t)b * table->column_count;
    const ra_link_field *field = &table->profile.fields[table->columns[column]];
    *bits = 0;
    if (is_swapped(comparer, left, right, column, bits)) {
        if (column < comparer->swap[column]) return RA_LINK_SWAPPED;
        *bits = 0;
        return 0;
    }
    if (!left[column] || !right[column]) return 0;
    const ra_link_term *terms = table->dictionaries[table->dictionary[column]].terms;
    if (field->kind == RA_LINK_MEMO)
        return ra_link_memo_compare(&comparer->memos[column], left[column], right[column], bits);
    const ra_link_term *term_a = &terms[left[column]], *term_b = &terms[right[column]];
    if (field->kind == RA_LINK_LAG) return lag_level(term_a, term_b, table->linking);
    if (left[column] != right[column]) return unequal_level(field->kind, term_a, term_b);
    if (field->frequency) *bits = rarity(comparer, column, term_a);
    return field->kind == RA_LINK_AMOUNT ? level_counts[RA_LINK_AMOUNT] : RA_LINK_EQUAL;
}

ra_link_evidence ra_link_compare(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    ra_link_evidence evidence = {0, 0};
    for (uint32_t c = 0; c < comparer->table->column_count; c++) {
        float bits;
        uint64_t level = ra_link_compare_column(comparer, a, b, c, &bits);
        evidence.pattern |= level << (4 * c);
        evidence.bits += bits;
    }
    return evidence;
}

bool ra_link_level_has_bits(const ra_link_comparer *comparer, uint32_t column, uint32_t level) {
    const ra_link_table *table = comparer->table;
    const ra_link_field *field = &table->profile.fields[table->columns[column]];
    if (field->kind == RA_LINK_MEMO) return true;
    if (field->kind == RA_LINK_NAME && level == RA_LINK_SWAPPED) return true;
    return field->frequency && level == RA_LINK_EQUAL;
}

ra_status ra_link_comparer_init(ra_link_comparer *comparer, const ra_link_table *table,
                                ra_arena *arena) {
    memset(comparer, 0, sizeof *comparer);
    comparer->table = table;
    for (uint32_t c = 0; c < table->column_count; c++) {
        const ra_link_field *field = &table->profile.fields[table->columns[c]];
        const ra_link_dictionary *dictionary = &table->dictionaries[table->dictionary[c]];
        comparer->levels[c] = level_counts[field->kind];
        uint8_t swap = field->swap;
        comparer->swap[c] = swap == RA_LINK_NO_FIELD ? RA_LINK_NO_FIELD : table->column_of[swap];
        bool shared = comparer->swap[c] != RA_LINK_NO_FIELD;
        comparer->mean_cells[c] = (float)((double)dictionary->cells / (shared ? 2 : 1));
        if (field->kind != RA_LINK_MEMO) continue;
        ra_status status = ra_link_memo_build(&comparer->memos[c], dictionary, arena);
        if (status != RA_OK) return status;
        ra_link_memo_calibrate(&comparer->memos[c], table, c);
    }
    return RA_OK;
}
