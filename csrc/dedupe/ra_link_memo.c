/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Words and beginnings of free texts, with their rarity. */
#include "dedupe/ra_link_memo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "dedupe/ra_link_series.h"

#define RA_CHANCE_DOUBT .01 /* of the weight of all levels */
#define RA_MEMO_LITTLE 2.0F /* bits: less is nothing in common */
#define RA_MEMO_APART 5.0F  /* bits that words say more than with a beginning that differs */
#define RA_MEMO_ALL 0.9F
#define RA_MEMO_SHARES 3 /* levels by how much is shared */
#define RA_MEMO_FROM_START (RA_MEMO_SHARES + 2)
#define RA_MEMO_BEGINS (RA_MEMO_LEVELS - 1)
#define RA_NUMBER_NOTES 3    /* with a number that is one document's */
#define RA_NUMBER_SHARE 64U  /* of all notes: or one in so many */
#define RA_CHANCE_ROWS 40000 /* below: so many comparisons per row, above: a fixed number */
#define RA_CHANCE_PER_ROW 20
#define RA_CHANCE_MOST 800000
#define RA_CHANCE_LEAST 100.0 /* chance hits that make a count */
#define RA_CHANCE_SHARE 48.0  /* times as many hits as true pairs can have contributed */

typedef struct ra_memo_build {
    ra_link_memo *memo;
    ra_arena *arena;
    uint32_t *slots;
    uint32_t slot_mask, word_count;
} ra_memo_build;

typedef struct ra_memo_sorted {
    const ra_link_term *term;
    uint32_t index;
} ra_memo_sorted;

static uint32_t token_of(ra_memo_build *build, ra_str text) {
    ra_link_memo *memo = build->memo;
    uint32_t at = (uint32_t)XXH3_64bits(text.ptr, text.len) & build->slot_mask;
    for (; build->slots[at]; at = (at + 1) & build->slot_mask)
        if (ra_str_equal(memo->tokens[build->slots[at]].text, text)) return build->slots[at];
    memo->tokens[memo->token_count].text = text;
    build->slots[at] = memo->token_count;
    return memo->token_count++;
}

/* Insert keeping the words of the note ascending and distinct. */
static void add_word(ra_memo_build *build, ra_memo_note *note, uint32_t token) {
    uint32_t *words = build->memo->words + note->first, at = note->count;
    while (at > 0 && words[at - 1] > token)
        at--;
    if (at > 0 && words[at - 1] == token) return;
    memmove(words + at + 1, words + at, (note->count - at) * sizeof *words);
    words[at] = token;
    note->count++;
}

static void split_note(ra_memo_build *build, uint32_t index) {
    const ra_link_term *term = &build->memo->dictionary->terms[index];
    ra_memo_note *note = &build->memo->notes[index];
    note->first = build->word_count;
    for (uint32_t at = 0; at < term->len && note->count < RA_MEMO_TOKENS;) {
        note->last = token_of(build, ra_link_next_word(term, &at));
        add_word(build, note, note->last);
    }
    for (uint32_t i = 0; i < note->count; i++)
        build->memo->tokens[build->memo->words[note->first + i]].notes += term->count;
    build->word_count += note->count;
}

static uint32_t count_words(const ra_link_dictionary *dictionary) {
    uint32_t words = 0;
    for (uint32_t t = 1; t < dictionary->count; t++) {
        uint32_t of_note = 0;
        for (uint32_t at = 0; at < dictionary->terms[t].len && of_note < RA_MEMO_TOKENS; of_note++)
            (void)ra_link_next_word(&dictionary->terms[t], &at);
        words += of_note;
    }
    return words;
}

static ra_status build_words(ra_memo_build *build) {
    ra_link_memo *memo = build->memo;
    const ra_link_dictionary *dictionary = memo->dictionary;
    uint32_t words = count_words(dictionary), slots = 64;
    while (slots < words * 2)
        slots *= 2;
    memo->notes = ra_arena_array(build->arena, dictionary->count, sizeof *memo->notes);
    memo->words = ra_arena_array(build->arena, (size_t)words + 1, sizeof *memo->words);
    memo->tokens = ra_arena_array(build->arena, (size_t)words + 1, sizeof *memo->tokens);
    build->slots = ra_arena_array(build->arena, slots, sizeof *build->slots);
    if (!memo->notes || !memo->words || !memo->tokens || !build->slots) return RA_NO_MEMORY;
    build->slot_mask = slots - 1;
    memo->token_count = 1;
    for (uint32_t t = 1; t < dictionary->count; t++)
        split_note(build, t);
    for (uint32_t i = 1; i < memo->token_count; i++)
        memo->tokens[i].bits = log2f((float)((double)dictionary->cells / memo->tokens[i].notes));
    for (uint32_t t = 1; t < dictionary->count; t++)
        for (uint32_t i = 0; i < memo->notes[t].count; i++)
            memo->notes[t].bits += memo->tokens[memo->words[memo->notes[t].first + i]].bits;
    return RA_OK;
}

static int by_text(const void *left, const void *right) {
    const ra_memo_sorted *a = left, *b = right;
    uint32_t len = a->term->len < b->term->len ? a->term->len : b->term->len;
    int order = memcmp(a->term->text, b->term->text, len);
    return order ? order : (a->term->len > b->term->len) - (a->term->len < b->term->len);
}

static bool same_prefix(const ra_link_term *a, const ra_link_term *b, uint32_t len) {
    return a->len >= len && b->len >= len && memcmp(a->text, b->text, len) == 0;
}

/* In sorted order, notes with an equal beginning are neighbours: one sweep per length. */
static void count_prefixes(ra_link_memo *memo, const ra_memo_sorted *sorted, uint32_t count,
                           uint32_t len) {
    double all = (double)memo->dictionary->cells;
    for (uint32_t start = 0; start < count;) {
        uint32_t end = start;
        uint64_t notes = 0;
        while (end < count &&
               (end == start || same_prefix(sorted[start].term, sorted[end].term, len)))
            notes += sorted[end++].term->count;
        double eighths = 8 * log2(all / (double)notes);
        for (uint32_t i = start; i < end && sorted[start].term->len >= len; i++)
            memo->prefix[sorted[i].index][len - 1] = (uint8_t)(eighths < 255 ? eighths : 255);
        start = end;
    }
}

static ra_status build_prefixes(ra_memo_build *build) {
    ra_link_memo *memo = build->memo;
    uint32_t count = memo->dictionary->count - 1;
    memo->prefix = ra_arena_array(build->arena, (size_t)count + 1, sizeof *memo->prefix);
    ra_memo_sorted *sorted = ra_arena_array(build->arena, (size_t)count + 1, sizeof *sorted);
    if (!memo->prefix || !sorted) return RA_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (ra_memo_sorted){&memo->dictionary->terms[i + 1], i + 1};
    qsort(sorted, count, sizeof *sorted, by_text);
    for (uint32_t len = 1; len <= RA_MEMO_PREFIX; len++)
        count_prefixes(memo, sorted, count, len);
    return RA_OK;
}

ra_status ra_link_memo_build(ra_link_memo *memo, const ra_link_dictionary *dictionary,
                             ra_arena *arena) {
    memset(memo, 0, sizeof *memo);
    memo->dictionary = dictionary;
    ra_memo_build build = {.memo = memo, .arena = arena};
    ra_status status = build_words(&build);
    return status == RA_OK ? build_prefixes(&build) : status;
}

static bool begins(ra_str word, ra_str start) {
    return word.len > start.len && memcmp(word.ptr, start.ptr, start.len) == 0;
}

/* Bits of the last word of `cut` when it is not shared but begins a word of `whole`. */
static float cut_bits(const ra_link_memo *memo, const ra_memo_note *cut,
                      const ra_memo_note *whole) {
    const ra_memo_token *last = &memo->tokens[cut->last];
    bool begun = false;
    for (uint32_t i = 0; i < whole->count; i++) {
        uint32_t token = memo->words[whole->first + i];
        if (token == cut->last) return 0;
        begun = begun || begins(memo->tokens[token].text, last->text);
    }
    return begun ? last->bits : 0;
}

static float shared_bits(const ra_link_memo *memo, const ra_memo_note *a, const ra_memo_note *b) {
    float bits = 0;
    const uint32_t *left = memo->words + a->first, *right = memo->words + b->first;
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (left[i] == right[j]) {
            bits += memo->tokens[left[i]].bits;
            i++;
            j++;
        } else if (left[i] < right[j]) {
            i++;
        } else {
            j++;
        }
    }
    float cut = cut_bits(memo, a, b);
    return bits + (cut > 0 ? cut : cut_bits(memo, b, a));
}

/* RA_MEMO_LEVELS, RA_MEMO_BEGINS, or from 1 up how much is shared, with the bits of the common
 * beginning and the raw bits of the common words. */
static uint32_t raw_level(const ra_link_memo *memo, uint32_t a, uint32_t b, float *begun,
                          float *words) {
    const ra_link_term *left = &memo->dictionary->terms[a], *right = &memo->dictionary->terms[b];
    const ra_memo_note *note_a = &memo->notes[a], *note_b = &memo->notes[b];
    uint32_t shorter = left->len < right->len ? left->len : right->len, common = 0;
    while (common < shorter && left->text[common] == right->text[common])
        common++;
    uint32_t known = common < RA_MEMO_PREFIX ? common : RA_MEMO_PREFIX;
    *begun = known ? (float)memo->prefix[a][known - 1] / 8 : 0;
    *words = 0;
    if (a == b) return RA_MEMO_LEVELS;
    if (common == shorter) return RA_MEMO_BEGINS;
    *words = shared_bits(memo, note_a, note_b);
    float whole = note_a->bits < note_b->bits ? note_a->bits : note_b->bits;
    float covered = whole > 0 ? *words / whole : 0;
    return covered > 0.9F ? 4 : covered > 0.7F ? 3 : covered > 0.4F ? 2 : 1;
}

static uint32_t bin_of(float bits) {
    return bits >= RA_MEMO_BINS - 1 ? RA_MEMO_BINS - 1 : (uint32_t)bits;
}

/* A basket with one more line is another basket. */
static bool has_all(const ra_link_memo *memo, uint32_t a, uint32_t b, float words) {
    return words > RA_MEMO_ALL * fmaxf(memo->notes[a].bits, memo->notes[b].bits);
}

/* The rarest word of `note`, if it is a number that `other` has not, and the word before it. */
static bool own_number(const ra_link_memo *memo, uint32_t note, const ra_memo_note *other,
                       ra_str *number, ra_str *before) {
    uint32_t token = ra_link_memo_rare(memo, note, 0);
    for (uint32_t i = 0; i < other->count; i++)
        if (memo->words[other->first + i] == token) return false;
    *number = memo->tokens[token].text;
    *before = (ra_str){NULL, 0};
    const ra_link_term *term = &memo->dictionary->terms[note];
    for (uint32_t at = 0; at < term->len;) {
        ra_str word = ra_link_next_word(term, &at);
        if (ra_str_equal(word, *number)) return true;
        *before = word;
    }
    return false;
}

/* Have the two a number in common that few others have? Many have the year. */
static bool share_number(const ra_link_memo *memo, const ra_memo_note *a, const ra_memo_note *b) {
    const uint32_t *left = memo->words + a->first, *right = memo->words + b->first;
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        const ra_memo_token *token = &memo->tokens[left[i]];
        bool is_rare = token->notes <= RA_NUMBER_NOTES ||
                       (uint64_t)token->notes * RA_NUMBER_SHARE < memo->dictionary->cells;
        if (left[i] == right[j] && is_rare && ra_link_is_number(token->text)) return true;
        if (left[i] <= right[j])
            i++;
        else
            j++;
    }
    return false;
}

/* Two numbers without letters are of one series when the same word stands before them. */
static ra_series compare_numbers(const ra_link_memo *memo, uint32_t a, uint32_t b) {
    ra_str numbers[2], before[2];
    if (!own_number(memo, a, &memo->notes[b], &numbers[0], &before[0]) ||
        !own_number(memo, b, &memo->notes[a], &numbers[1], &before[1]))
        return RA_SERIES_NONE;
    if (share_number(memo, &memo->notes[a], &memo->notes[b])) return RA_SERIES_NONE;
    if (ra_link_is_all_digits(numbers[0]) && !ra_str_equal(before[0], before[1]))
        return RA_SERIES_NONE;
    return ra_link_series_compare(numbers[0], numbers[1]);
}

bool ra_link_memo_repeats_numbers(const ra_link_memo *memo) {
    for (uint32_t t = 1; t < memo->dictionary->count; t++) {
        const ra_memo_token *rarest = &memo->tokens[ra_link_memo_rare(memo, t, 0)];
        if (rarest->notes > 1 && ra_link_is_number(rarest->text)) return true;
    }
    return false;
}

/* How often a beginning or a whole text occurs is counted, only of words it is estimated. Notes
 * that are the same from their beginning on agree in both: the chance of one or the other is at
 * most their sum. Where the same is told in another order, words speak alone, which are levels of
 * their own: whether two notes of one payment are ever written so is for the data to say. */
uint32_t ra_link_memo_compare(const ra_link_memo *memo, uint32_t a, uint32_t b, float *bits) {
    float words;
    uint32_t level = raw_level(memo, a, b, bits, &words);
    if (level >= RA_MEMO_BEGINS) return level;
    ra_series series = memo->has_series ? compare_numbers(memo, a, b) : RA_SERIES_NONE;
    if (series != RA_SERIES_NONE) {
        *bits = 0;
        return series == RA_SERIES_OTHER ? RA_MEMO_OTHER_NUMBER : RA_MEMO_NEAR_NUMBER;
    }
    float worth = memo->worth[bin_of(words)], apart = worth - 1;
    uint32_t share = level > 2 ? level - 2 : 0;
    *bits = -log2f(fminf(exp2f(-*bits) + exp2f(-worth), 1));
    if (apart >= *bits + RA_MEMO_APART && (!memo->is_list || has_all(memo, a, b, words))) {
        *bits = apart;
        return 2 + share;
    }
    if (*bits >= RA_MEMO_LITTLE) return RA_MEMO_FROM_START + share;
    *bits = 0;
    return 1;
}

typedef struct ra_memo_chance {
    double words[RA_MEMO_BINS];             /* random pairs by the raw bits of their words */
    double levels[RA_MEMO_NEAR_NUMBER + 1]; /* and, each 2^bits, by their level */
    double most; /* bits beyond which pairs that are the same would be too many among them */
} ra_memo_chance;

static void note_words(const ra_link_memo *memo, uint32_t a, uint32_t b, ra_memo_chance *chance) {
    float begun, words;
    (void)raw_level(memo, a, b, &begun, &words);
    chance->words[bin_of(words)]++;
}

static void note_level(const ra_link_memo *memo, uint32_t a, uint32_t b, ra_memo_chance *chance) {
    float bits;
    uint32_t level = ra_link_memo_compare(memo, a, b, &bits);
    if ((double)bits <= chance->most) chance->levels[level] += exp2((double)bits);
}

static void visit_chance(const ra_link_memo *memo, const ra_link_table *table, uint32_t column,
                         void (*note)(const ra_link_memo *, uint32_t, uint32_t, ra_memo_chance *),
                         ra_memo_chance *chance) {
    uint32_t rows = table->rows, split = table->linking ? table->split : 0, round = 0;
    uint32_t tries = rows < RA_CHANCE_ROWS ? rows * RA_CHANCE_PER_ROW : RA_CHANCE_MOST;
    for (uint32_t i = 0; i < tries; i++) {
        uint32_t a = i % (table->linking ? split : rows);
        round += a == 0; /* every round pairs each row with one further on */
        uint64_t step = (uint64_t)a * 7 + (uint64_t)round * 2654435761U;
        uint32_t b = split + (uint32_t)(step % (rows - split));
        uint32_t left = table->cells[(size_t)a * table->column_count + column];
        uint32_t right = table->cells[(size_t)b * table->column_count + column];
        if (a != b && left && right) note(memo, left, right, chance);
    }
}

/* Three levels each say how much of the texts is shared. That depends on how much there is to
 * share, so among different pairs it is counted with the weight of what they share. */
static void set_chance(ra_link_memo *memo, const ra_memo_chance *chance) {
    for (uint32_t l = 0; l <= RA_MEMO_LEVELS; l++)
        memo->chance[l] = 1;
    for (uint32_t first = 2; first < RA_MEMO_BEGINS; first += RA_MEMO_SHARES) {
        double sum = 0;
        for (uint32_t l = first; l < first + RA_MEMO_SHARES; l++)
            sum += chance->levels[l];
        for (uint32_t l = first; l < first + RA_MEMO_SHARES; l++)
            memo->chance[l] = (float)((chance->levels[l] + sum * RA_CHANCE_DOUBT + 1) /
                                      (sum * (1 + 3 * RA_CHANCE_DOUBT) + 3));
    }
}

void ra_link_memo_calibrate(ra_link_memo *memo, const ra_link_table *table, uint32_t column) {
    ra_memo_chance chance = {0};
    double *tail = chance.words;
    bool has_pairs =
        table->rows > 1 && (!table->linking || (table->split && table->split < table->rows));
    if (has_pairs) visit_chance(memo, table, column, note_words, &chance);
    for (uint32_t k = RA_MEMO_BINS - 1; k-- > 0;)
        tail[k] += tail[k + 1];
    double rows = table->linking ? fmin(table->split, table->rows - table->split) : table->rows;
    double least = fmax(RA_CHANCE_LEAST, tail[0] * RA_CHANCE_SHARE / rows);
    uint32_t last = 0; /* where chance is still counted; beyond, a bit is a bit */
    while (last + 1 < RA_MEMO_BINS && tail[last + 1] >= least)
        last++;
    for (uint32_t k = 0; k < RA_MEMO_BINS; k++) {
        uint32_t at = k < last ? k : last;
        memo->worth[k] = (float)((tail[at] > 0 ? -log2(tail[at] / tail[0]) : 0) + (k - at));
    }
    chance.most = tail[0] > 0 ? log2(tail[0] / least) : 0;
    if (has_pairs) visit_chance(memo, table, column, note_level, &chance);
    set_chance(memo, &chance);
}

uint32_t ra_link_memo_rare(const ra_link_memo *memo, uint32_t term, uint32_t rank) {
    const ra_memo_note *note = &memo->notes[term];
    for (uint32_t i = 0; i < note->count; i++) {
        uint32_t token = memo->words[note->first + i], rarer = 0;
        for (uint32_t j = 0; j < note->count; j++) {
            uint32_t other = memo->words[note->first + j];
            rarer += memo->tokens[other].notes < memo->tokens[token].notes ||
                     (memo->tokens[other].notes == memo->tokens[token].notes && j < i);
        }
        if (rarer == rank) return token;
    }
    return 0;
}
