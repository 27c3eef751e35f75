/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Comparison levels of each kind of field. */
#include "dedupe/ra_link_compare.h"

#include <math.h>
#include <string.h>

#include "dedupe/ra_link_digest.h"
#include "dedupe/ra_link_series.h"
#include "dedupe/ra_similarity.h"

#define RA_SWAP_ALIKE 0.88
#define RA_NAME_WORDS 8
#define RA_TITLE_MAX 2
#define RA_LETTER_BYTES 4 /* of the longest letter in UTF-8 */
#define RA_EMAIL_SLIP 4
#define RA_LAG_AGAIN 6.0 /* days within which one payment is booked twice */

static const uint32_t level_counts[RA_LINK_KINDS] = {
    [RA_LINK_NAME] = RA_LINK_SWAPPED,
    [RA_LINK_ADDRESS] = 5,
    [RA_LINK_CODE] = 5,
    [RA_LINK_PHONE] = 5,
    [RA_LINK_EMAIL] = 5,
    [RA_LINK_DATE] = 5,
    [RA_LINK_LAG] = 14,
    [RA_LINK_TIME] = 15,
    [RA_LINK_AMOUNT] = 15,
    [RA_LINK_MEMO] = RA_MEMO_LEVELS,
};

/* Upper ends of the day steps of a lag; before the first or after the last it is level 1. */
static const double lag_steps[] = {-8, -4, -1, 0, 1, 2, 3, 4, 6, 9, 14, 21, 28};
/* Upper ends in days; what is beyond the last but one is still within the limit. */
static const double time_steps[] = {
    10. / 1440, 1. / 24, 3. / 24, 6. / 24, .5, 1, 1.5, 2, 3, 4, 7, 14, 30, RA_LINK_LIMIT_MAX};
static const double ratio_steps[] = {.15, .12, .10, .09, .08, .07, .06,
                                     .05, .04, .03, .02, .01, .005};

uint32_t ra_link_steps(ra_link_kind kind, const double **steps) {
    switch (kind) {
    case RA_LINK_LAG:
        *steps = lag_steps;
        return sizeof lag_steps / sizeof *lag_steps;
    case RA_LINK_TIME:
        *steps = time_steps;
        return sizeof time_steps / sizeof *time_steps;
    case RA_LINK_AMOUNT:
        *steps = ratio_steps;
        return sizeof ratio_steps / sizeof *ratio_steps;
    default:
        return 0;
    }
}

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

static uint32_t words_of(const ra_link_term *term, ra_str words[RA_NAME_WORDS]) {
    uint32_t count = 0;
    for (uint32_t at = 0; at < term->len && count < RA_NAME_WORDS;)
        words[count++] = ra_link_next_word(term, &at);
    return count;
}

/* 2: the same word, or a slip in a long one; 1: an initial; 0: neither. */
static uint32_t word_alike(ra_str a, ra_str b) {
    if (ra_str_equal(a, b)) return 2;
    if (a.len == 1 || b.len == 1) return a.ptr[0] == b.ptr[0];
    return a.len > 3 && b.len > 3 && ra_osa(a, b, 1) <= 1 ? 2 : 0;
}

typedef struct ra_name_words {
    ra_str words[RA_NAME_WORDS];
    uint32_t count;
} ra_name_words;

/* Is each word of `few` alike to one of its own in `many`, titles aside? */
static uint32_t words_level(const ra_name_words *few, const ra_name_words *many) {
    uint32_t used = 0, whole = 0, titles = 0;
    for (uint32_t i = 0; i < few->count; i++) {
        uint32_t best = 0, at = 0;
        bool is_short = few->words[i].len <= RA_TITLE_MAX;
        for (uint32_t j = 0; j < many->count; j++) {
            uint32_t alike = used >> j & 1 ? 0 : word_alike(few->words[i], many->words[j]);
            if (alike > best) {
                best = alike;
                at = j;
            }
        }
        if (best == 0 && !is_short) return 1;
        titles += best == 0;
        used |= best > 0 ? 1U << at : 0;
        whole += best == 2 && !is_short;
    }
    if (whole == 0) return 1;
    if (titles > 0 || few->count == 1) return 2;
    return whole == few->count && few->count == many->count ? 4 : 3;
}

/* The same words in another order, with initials or further words: "Meyer, Anna B."; or one name of
 * several: "Mr Meyer". One word at least is to be more than an initial or a title. */
static uint32_t reordered_level(const ra_link_term *a, const ra_link_term *b) {
    ra_name_words left, right;
    left.count = words_of(a, left.words);
    right.count = words_of(b, right.words);
    bool is_left = left.count <= right.count;
    uint32_t level = words_level(is_left ? &left : &right, is_left ? &right : &left);
    return level == 1 && left.count == right.count ? words_level(&right, &left) : level;
}

/* One letter alone. Of most terms the text is not needed to tell, and not in the cache. */
static bool is_initial(const ra_link_term *term) {
    uint32_t len = 1;
    if (term->len > RA_LETTER_BYTES) return false;
    if (ra_is_plain(term->signature)) return term->len == 1;
    while (len < term->len && ((unsigned char)term->text[len] & 0xC0) == 0x80)
        len++;
    return len == term->len;
}

static bool is_initial_of(const ra_link_term *a, const ra_link_term *b) {
    return is_initial(a) && b->len > a->len && memcmp(a->text, b->text, a->len) == 0;
}

static uint32_t name_level(const ra_link_term *a, const ra_link_term *b) {
    if (is_initial_of(a, b) || is_initial_of(b, a)) return 2;
    double alike = similarity(a, b, RA_LINK_NAME_ALIKE);
    if (alike < 0.88 && ra_may_share_words(a->signature, b->signature)) {
        uint32_t level = reordered_level(a, b);
        if (level > 1) return level;
    }
    if (alike < RA_LINK_NAME_ALIKE) return 1;
    if (alike >= 0.94 || edits_of(a, b, 1) <= 1) return 4;
    return alike >= 0.88 ? 3 : 2;
}

static uint32_t address_level(const ra_link_term *a, const ra_link_term *b) {
    double alike = similarity(a, b, RA_LINK_NAME_ALIKE);
    if (alike >= 0.96 ||
        (alike >= RA_LINK_NAME_ALIKE && edits_of(a, b, RA_LINK_EDITS) <= RA_LINK_EDITS))
        return 4;
    double words = ra_token_jaccard(text_of(a), text_of(b));
    if (alike >= 0.9 || words >= 0.6) return 3;
    return alike >= RA_LINK_NAME_ALIKE || words >= 0.34 ? 2 : 1;
}

static uint32_t code_level(const ra_link_term *a, const ra_link_term *b) {
    uint32_t longest = a->len > b->len ? a->len : b->len, shorter = a->len + b->len - longest;
    uint32_t edits = edits_of(a, b, RA_LINK_EDITS);
    if (edits == 1) return 4;
    if (edits == 2 && longest >= 5) return 3;
    uint32_t half = longest / 2 > RA_LINK_CODE_HALF ? longest / 2 : RA_LINK_CODE_HALF;
    return shorter >= half && memcmp(a->text, b->text, half) == 0 ? 2 : 1;
}

static bool next_digit(const ra_link_term *term, uint32_t *at, char *out) {
    while (*at < term->len && (term->text[*at] < '0' || term->text[*at] > '9'))
        *at += 1;
    if (*at == term->len) return false;
    *out = term->text[(*at)++];
    return true;
}

static bool same_digits(const ra_link_term *a, const ra_link_term *b) {
    char left = 0, right = 0;
    for (uint32_t i = 0, j = 0;;) {
        bool more_a = next_digit(a, &i, &left), more_b = next_digit(b, &j, &right);
        if (!more_a || !more_b) return more_a == more_b;
        if (left != right) return false;
    }
}

/* Numbers tell mailboxes of one name apart, so a slip is in the letters. */
static uint32_t email_level(const ra_link_term *a, const ra_link_term *b) {
    if (edits_of(a, b, RA_LINK_EDITS) <= RA_LINK_EDITS)
        return same_digits(a, b) ? RA_EMAIL_SLIP : 2;
    double alike = similarity(a, b, RA_LINK_EMAIL_ALIKE);
    if (alike < RA_LINK_EMAIL_ALIKE) return 1;
    const char *sign_a = memchr(a->text, '@', a->len), *sign_b = memchr(b->text, '@', b->len);
    size_t local = (size_t)(sign_a - a->text);
    if (local == (size_t)(sign_b - b->text) && memcmp(a->text, b->text, local) == 0) return 3;
    return alike >= 0.85 ? 2 : 1;
}

static uint32_t date_level(const ra_link_term *a, const ra_link_term *b) {
    uint32_t edits = edits_of(a, b, RA_LINK_EDITS);
    bool exchanged = memcmp(a->text, b->text, 4) == 0 && memcmp(a->text + 4, b->text + 6, 2) == 0 &&
                     memcmp(a->text + 6, b->text + 4, 2) == 0;
    if (edits == 1 || exchanged) return 4;
    if (edits == 2) return 3;
    return fabs(a->number - b->number) <= RA_LINK_DATE_NEAR ? 2 : 1;
}

/* Within one set neither date is the later one by its role. */
static uint32_t lag_level(const ra_link_term *a, const ra_link_term *b, bool linking) {
    double days = b->number - a->number;
    if (!linking) days = fabs(days);
    if (isnan(days) || days < -RA_LINK_LAG_BEFORE) return 1;
    for (uint32_t i = 0; i < sizeof lag_steps / sizeof *lag_steps; i++)
        if (days <= lag_steps[i]) return i + 2;
    return 1;
}

static uint32_t time_level(const ra_link_term *a, const ra_link_term *b, uint32_t limit) {
    double days = fabs(b->number - a->number);
    if (isnan(days)) return 0;
    if (days > limit) return RA_LINK_TOO_FAR;
    uint32_t step = 0;
    while (days > time_steps[step])
        step++;
    return step + 2;
}

double ra_link_time_span(uint32_t level, double *from) {
    *from = level > 2 ? time_steps[level - 3] : 0;
    return time_steps[level - 2];
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
    return log2f((comparer->mean_cells[column] + RA_LINK_OTHERS) / (float)term->count);
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

/* Does the likeness of two values that are not equal only follow from what they are made of? Of
 * two people of one name, or of one family, it does, whole names with a word in common included. A
 * slip does not: then no part differs. */
static bool is_implied(const ra_link_comparer *comparer, const uint32_t *a, const uint32_t *b,
                       uint32_t column, uint32_t level) {
    const ra_link_table *table = comparer->table;
    uint32_t sources = comparer->made_of[column];
    bool equal = false, differs = false;
    for (uint32_t c = 0; sources >> c; c++) {
        if (!(sources >> c & 1) || !a[c] || !b[c]) continue;
        const ra_link_term *terms = table->dictionaries[table->dictionary[c]].terms;
        const ra_link_field *source = &table->profile.fields[table->columns[c]];
        equal |= a[c] == b[c];
        if (a[c] == b[c] || (level < RA_EMAIL_SLIP && source->whole_of == 0)) continue;
        bool alike = unequal_level(source->kind, &terms[a[c]], &terms[b[c]]) > 1;
        equal |= alike && level < RA_EMAIL_SLIP;
        differs |= !alike;
    }
    return equal && (level < RA_EMAIL_SLIP || differs);
}

uint32_t ra_link_compare_equal(const ra_link_comparer *comparer, uint32_t column, uint32_t number,
                               float *bits) {
    const ra_link_table *table = comparer->table;
    const ra_link_field *field = &table->profile.fields[table->columns[column]];
    const ra_link_term *term = &table->dictionaries[table->dictionary[column]].terms[number];
    *bits = 0;
    switch (field->kind) {
    case RA_LINK_MEMO:
        return ra_link_memo_compare(&comparer->memos[column], number, number, bits);
    case RA_LINK_LAG:
        return lag_level(term, term, table->linking);
    case RA_LINK_TIME:
        return time_level(term, term, field->limit);
    default:
        if (field->frequency) *bits = rarity(comparer, column, term);
        return field->kind == RA_LINK_AMOUNT ? level_counts[RA_LINK_AMOUNT] : RA_LINK_EQUAL;
    }
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
    if (left[column] == right[column])
        return ra_link_compare_equal(comparer, column, left[column], bits);
    if (field->kind == RA_LINK_MEMO)
        return ra_link_memo_compare(&comparer->memos[column], left[column], right[column], bits);
    const ra_link_term *terms = table->dictionaries[table->dictionary[column]].terms;
    const ra_link_term *term_a = &terms[left[column]], *term_b = &terms[right[column]];
    if (field->kind == RA_LINK_LAG) return lag_level(term_a, term_b, table->linking);
    if (field->kind == RA_LINK_TIME) return time_level(term_a, term_b, field->limit);
    if (comparer->series[column] > 0) {
        ra_series series = ra_link_series_compare(text_of(term_a), text_of(term_b));
        if (series != RA_SERIES_NONE)
            return comparer->series[column] + (series == RA_SERIES_NEAR ? 1U : 0U);
    }
    uint32_t level = unequal_level(field->kind, term_a, term_b);
    return level > 1 && is_implied(comparer, left, right, column, level) ? 0 : level;
}

bool ra_link_level_is_equal(const ra_link_comparer *comparer, uint32_t column, uint32_t level) {
    const ra_link_table *table = comparer->table;
    switch (table->profile.fields[table->columns[column]].kind) {
    case RA_LINK_AMOUNT:
        return level == level_counts[RA_LINK_AMOUNT];
    case RA_LINK_MEMO:
        return level == RA_MEMO_LEVELS;
    default:
        return level == RA_LINK_EQUAL;
    }
}

bool ra_link_is_far(const ra_link_comparer *comparer, uint32_t column, uint32_t level) {
    const ra_link_table *table = comparer->table;
    ra_link_kind kind = table->profile.fields[table->columns[column]].kind;
    if (kind == RA_LINK_TIME) return level == RA_LINK_TOO_FAR;
    if (kind != RA_LINK_LAG || table->linking || level == 0) return false;
    return level == RA_LINK_TOO_FAR || lag_steps[level - 2] > RA_LAG_AGAIN;
}

bool ra_link_is_vetoed(const ra_link_comparer *comparer, uint64_t pattern) {
    for (uint32_t c = 0; c < comparer->table->column_count; c++)
        if (ra_link_is_far(comparer, c, ra_link_level(pattern, c))) return true;
    return false;
}

/* How well a column agrees: equal rare values best. */
static float agreement(const ra_link_comparer *comparer, uint32_t column, uint32_t level,
                       float bits) {
    if (ra_link_level_is_equal(comparer, column, level)) return 2 + bits;
    return (float)level / (float)comparer->levels[column];
}

/* Of each group the column that agrees best; nothing but the time when it vetoes. */
static ra_link_evidence compare_grouped(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    ra_link_evidence evidence = {0};
    float best[RA_LINK_GROUPS + 1] = {0}, best_bits[RA_LINK_GROUPS + 1] = {0}, bits;
    uint32_t speaking[RA_LINK_GROUPS + 1] = {0}, levels[RA_LINK_GROUPS + 1] = {0};
    if (comparer->time != RA_LINK_NO_FIELD) {
        uint64_t level = ra_link_compare_column(comparer, a, b, comparer->time, &bits);
        evidence.pattern = level << (4 * comparer->time);
        if (level == RA_LINK_TOO_FAR) return evidence;
    }
    for (uint32_t c = 0; c < comparer->table->column_count; c++) {
        if (c == comparer->time) continue;
        uint64_t level = ra_link_compare_column(comparer, a, b, c, &bits);
        uint32_t group = comparer->group[c];
        float agrees = agreement(comparer, c, (uint32_t)level, bits);
        if (group == 0) {
            evidence.pattern |= level << (4 * c);
            evidence.bits[c] = bits;
        } else if (agrees > best[group]) {
            best[group] = agrees;
            best_bits[group] = bits;
            levels[group] = (uint32_t)level;
            speaking[group] = c;
        }
    }
    for (uint32_t group = 1; group <= RA_LINK_GROUPS; group++) {
        if (levels[group] == 0) continue;
        evidence.pattern |= (uint64_t)levels[group] << (4 * speaking[group]);
        evidence.bits[speaking[group]] = best_bits[group];
    }
    return evidence;
}

ra_link_evidence ra_link_compare(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    if (comparer->table->grouped) return compare_grouped(comparer, a, b);
    ra_link_evidence evidence = {0};
    for (uint32_t c = 0; c < comparer->table->column_count; c++) {
        uint64_t level = ra_link_compare_column(comparer, a, b, c, &evidence.bits[c]);
        evidence.pattern |= level << (4 * c);
    }
    return evidence;
}

float ra_link_column_bits(const ra_link_comparer *comparer, uint32_t a, uint32_t b, uint32_t column,
                          uint32_t level) {
    float bits = 0;
    if (level == 0 || !ra_link_level_has_bits(comparer, column, level)) return 0;
    const ra_link_table *table = comparer->table;
    if (level == RA_LINK_EQUAL &&
        table->profile.fields[table->columns[column]].kind != RA_LINK_MEMO)
        return rarity(comparer, column, ra_link_table_term(table, a, column));
    (void)ra_link_compare_column(comparer, a, b, column, &bits);
    return bits;
}

bool ra_link_level_has_bits(const ra_link_comparer *comparer, uint32_t column, uint32_t level) {
    const ra_link_table *table = comparer->table;
    const ra_link_field *field = &table->profile.fields[table->columns[column]];
    if (field->kind == RA_LINK_MEMO) return level > 1 && level <= RA_MEMO_LEVELS;
    if (field->kind == RA_LINK_NAME && level == RA_LINK_SWAPPED) return true;
    return field->frequency && ra_link_level_is_equal(comparer, column, level);
}

bool ra_link_is_other_number(const ra_link_comparer *comparer, uint32_t column, uint32_t level,
                             bool *near) {
    uint32_t other = comparer->series[column];
    *near = level == other + 1;
    return other > 0 && level >= other;
}

double ra_link_level_chance(const ra_link_comparer *comparer, uint32_t column, uint32_t level) {
    const ra_link_table *table = comparer->table;
    bool is_memo = table->profile.fields[table->columns[column]].kind == RA_LINK_MEMO;
    return is_memo ? (double)comparer->memos[column].chance[level] : 1;
}

/* Two books number what they hold each in its own way: only one set has series. */
static void set_series(ra_link_comparer *comparer, uint32_t column) {
    const ra_link_table *table = comparer->table;
    const ra_link_dictionary *dictionary = &table->dictionaries[table->dictionary[column]];
    bool is_memo = table->profile.fields[table->columns[column]].kind == RA_LINK_MEMO;
    comparer->series[column] = (uint8_t)(is_memo ? RA_MEMO_OTHER_NUMBER : RA_LINK_EQUAL + 1);
    comparer->levels[column] = comparer->series[column] + 1U;
    for (uint32_t t = 1; t < dictionary->count && !is_memo; t++)
        comparer->repeats[column] |=
            dictionary->terms[t].count > 1 && ra_link_is_number(text_of(&dictionary->terms[t]));
}

ra_status ra_link_comparer_init(ra_link_comparer *comparer, const ra_link_table *table,
                                ra_arena *arena) {
    memset(comparer, 0, sizeof *comparer);
    comparer->table = table;
    comparer->time = RA_LINK_NO_FIELD;
    for (uint32_t c = 0; c < table->column_count; c++) {
        const ra_link_field *field = &table->profile.fields[table->columns[c]];
        const ra_link_dictionary *dictionary = &table->dictionaries[table->dictionary[c]];
        comparer->levels[c] = level_counts[field->kind];
        comparer->group[c] = field->group;
        for (uint32_t o = 0; o < table->column_count; o++)
            comparer->made_of[c] |= (field->made_of >> table->columns[o] & 1) << o;
        if (field->kind == RA_LINK_TIME) comparer->time = (uint8_t)c;
        uint8_t swap = field->swap;
        comparer->swap[c] = swap == RA_LINK_NO_FIELD ? RA_LINK_NO_FIELD : table->column_of[swap];
        bool shared = comparer->swap[c] != RA_LINK_NO_FIELD;
        comparer->mean_cells[c] = (float)((double)dictionary->cells / (shared ? 2 : 1));
        if (field->series && !table->linking) set_series(comparer, c);
        if (field->kind != RA_LINK_MEMO) continue;
        ra_status status = ra_link_memo_build(&comparer->memos[c], dictionary, arena);
        if (status != RA_OK) return status;
        comparer->memos[c].is_list = field->group != 0; /* of an order; a group has another field */
        comparer->memos[c].has_series = comparer->series[c] > 0;
        comparer->repeats[c] = ra_link_memo_repeats_numbers(&comparer->memos[c]);
        ra_link_memo_calibrate(&comparer->memos[c], table, c);
    }
    return RA_OK;
}
