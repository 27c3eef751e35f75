/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Folding and hashing of references; see ra_match_key.h. */
#include "match/ra_match_key.h"

#include <assert.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_separator(char c) {
    return is_blank(c) || memchr(",;:()", c, 5) != NULL;
}

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Letters and digits; what is not ASCII counts as a letter and stays as it is. */
static bool is_word_byte(char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

static ra_str trimmed(ra_str raw) {
    while (raw.len > 0 && is_blank(raw.ptr[raw.len - 1]))
        raw.len--;
    while (raw.len > 0 && is_blank(*raw.ptr)) {
        raw.ptr++;
        raw.len--;
    }
    return raw;
}

uint64_t ra_match_hash(ra_key_sort sort, ra_str text) {
    return XXH3_64bits_withSeed(text.len > 0 ? text.ptr : "", text.len, (uint64_t)sort);
}

static void add_key(ra_match_keys *out, ra_key_sort sort, ra_str text, ra_str letters) {
    assert(out->count < RA_KEYS_MAX);
    out->keys[out->count++] = (ra_match_key){
        .hash = ra_match_hash(sort, text), .sort = sort, .text = text, .letters = letters};
}

/* The next RA_KEY_TEXT bytes of the buffer. */
static char *room(ra_match_keys *out) {
    assert(out->used + RA_KEY_TEXT <= sizeof out->buffer);
    char *text = out->buffer + out->used;
    out->used += RA_KEY_TEXT;
    return text;
}

static ra_str fold(ra_match_keys *out, ra_str raw) {
    char *text = room(out);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++)
        if (is_word_byte(raw.ptr[i])) text[len++] = lower(raw.ptr[i]);
    return (ra_str){text, len};
}

/* Runs of digits without leading zeros, joined by points, then the letters. */
static void add_number(ra_match_keys *out, ra_str raw) {
    char *text = room(out);
    size_t len = 0, digits = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (!is_digit(raw.ptr[i])) continue;
        if (len > 0) text[len++] = '.';
        while (i + 1 < raw.len && raw.ptr[i] == '0' && is_digit(raw.ptr[i + 1]))
            i++;
        for (; i < raw.len && is_digit(raw.ptr[i]); i++, digits++)
            text[len++] = raw.ptr[i];
    }
    if (digits < RA_KEY_DIGITS) return;
    size_t letters = len;
    for (size_t i = 0; i < raw.len; i++) /* at most raw.len / 2 points: it fits */
        if (is_word_byte(raw.ptr[i]) && !is_digit(raw.ptr[i])) text[letters++] = lower(raw.ptr[i]);
    add_key(out, RA_SORT_NUMBER, (ra_str){text, len}, (ra_str){text + len, letters - len});
}

/* Folded form and number. */
static void add_folded(ra_match_keys *out, ra_str raw) {
    if (raw.len > RA_KEY_RAW) return;
    ra_str folded = fold(out, raw);
    if (folded.len == 0) return;
    add_key(out, RA_SORT_FOLDED, folded, (ra_str){NULL, 0});
    add_number(out, raw);
}

void ra_match_keys_of_id(ra_str raw, ra_match_keys *out) {
    out->count = out->used = 0;
    raw = trimmed(raw);
    if (raw.len > 0) add_key(out, RA_SORT_ID, raw, (ra_str){NULL, 0});
}

bool ra_match_is_reference(ra_str raw) {
    for (size_t i = 0; i < raw.len; i++)
        if (is_digit(raw.ptr[i])) return true;
    return false;
}

static void add_words(ra_match_keys *out, ra_str raw) {
    uint32_t words = 0;
    for (size_t at = 0; at < raw.len && words < RA_KEY_WORDS;) {
        size_t start = at;
        while (at < raw.len && !is_separator(raw.ptr[at]))
            at++;
        ra_str word = {raw.ptr + start, at - start};
        at++;
        if (word.len == raw.len || !ra_match_is_reference(word)) continue;
        add_folded(out, word);
        words++;
    }
}

void ra_match_keys_of_reference(ra_str raw, bool words, ra_match_keys *out) {
    out->count = out->used = 0;
    raw = trimmed(raw);
    if (raw.len == 0) return;
    add_key(out, RA_SORT_EXACT, raw, (ra_str){NULL, 0});
    add_folded(out, raw);
    if (words) add_words(out, raw);
}

bool ra_match_letters_differ(ra_str a, ra_str b) {
    ra_str brief = a.len <= b.len ? a : b, full = a.len <= b.len ? b : a;
    if (brief.len == 0) return false;
    return memcmp(full.ptr, brief.ptr, brief.len) != 0 &&
           memcmp(full.ptr + full.len - brief.len, brief.ptr, brief.len) != 0;
}
