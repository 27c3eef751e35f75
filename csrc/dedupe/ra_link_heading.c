/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Headings as words, and their distance from a name. */
#include "dedupe/ra_link_heading.h"

#include <string.h>

#include "dedupe/ra_link_text.h"

#define RA_OWNER_STEP 16 /* a better owner outweighs any number of words left out */

/* Words before a column's name that do not change what it is, the most telling ones first. */
static const char *const owner_words[] = {
    "billing", "bill",   "buyer",    "customer", "client",    "contact",     "person",
    "partner", "member", "patient",  "voter",    "user",      "guest",       "primary",
    "main",    "home",   "private",  "personal", "permanent", "residential", "residence",
    "res",     "full",   "mailing",  "postal",   "business",  "office",      "work",
    "order",   "sale",   "sales",    "address",  "shipping",  "ship",        "delivery",
    "to",      "1",      "recipient"};

/* Words behind a column's name that do not change what it is. */
static const char *const filler_words[] = {
    "1",          "01",         "c1",   "value",    "desc", "description", "cd",
    "code",       "text",       "txt",  "fake",     "std",  "raw",         "clean",
    "normalised", "normalized", "orig", "original", "line", "standardised"};

static ra_str words_of(const ra_heading *heading, uint32_t begin, uint32_t end) {
    size_t from = begin ? heading->ends[begin - 1] : 0;
    return (ra_str){heading->text + from, heading->ends[end - 1] - from};
}

/* Place in the list from 1; 0: not there. */
static uint32_t rank_in(const char *const *list, size_t count, ra_str word) {
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == word.len && memcmp(list[i], word.ptr, word.len) == 0)
            return (uint32_t)i + 1;
    return 0;
}

static uint32_t owner_rank(ra_str word) {
    return rank_in(owner_words, sizeof owner_words / sizeof *owner_words, word);
}

static bool is_filler(ra_str word) {
    return rank_in(filler_words, sizeof filler_words / sizeof *filler_words, word) > 0;
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_of_word(char c) {
    return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* The end of the word that begins at `at`: "firstName" is two. */
static size_t word_end(ra_str text, size_t at) {
    size_t end = at + 1;
    while (end < text.len && is_of_word(text.ptr[end]) &&
           !(is_upper(text.ptr[end]) && is_lower(text.ptr[end - 1])))
        end++;
    return end;
}

static bool add_word(ra_heading *heading, ra_str word) {
    ra_link_value value;
    size_t used = heading->count ? heading->ends[heading->count - 1] : 0;
    if (ra_link_fold_code(word, &value) != RA_OK) return false;
    if (value.len == 0) return true;
    if (heading->count == RA_HEADING_WORDS || used + value.len > RA_HEADING_TEXT) return false;
    memcpy(heading->text + used, value.text, value.len);
    heading->ends[heading->count++] = (uint8_t)(used + value.len);
    return true;
}

/* "City (Billing)": the first word in brackets that says whose it is. */
static uint32_t owner_in(ra_str text) {
    ra_heading inside = {0};
    for (size_t at = 0; at < text.len;) {
        size_t end = is_of_word(text.ptr[at]) ? word_end(text, at) : at + 1;
        if (is_of_word(text.ptr[at]) && !add_word(&inside, (ra_str){text.ptr + at, end - at}))
            break;
        at = end;
    }
    for (uint32_t i = 0; i < inside.count; i++) {
        uint32_t rank = owner_rank(words_of(&inside, i, i + 1));
        if (rank) return rank;
    }
    return 0;
}

void ra_heading_read(ra_str header, ra_heading *out) {
    *out = (ra_heading){0};
    for (size_t at = 0; at < header.len;) {
        char c = header.ptr[at];
        if (at > 0 && (c == '(' || c == '[')) {
            out->has_brackets = true;
            out->owner = owner_in((ra_str){header.ptr + at + 1, header.len - at - 1});
            return;
        }
        if (c == '/' && out->stroke == 0) out->stroke = out->count;
        size_t end = is_of_word(c) ? word_end(header, at) : at + 1;
        if (is_of_word(c) && !add_word(out, (ra_str){header.ptr + at, end - at})) {
            out->count = 0;
            return;
        }
        at = end;
    }
}

/* The words from `begin` to `end` as they are, or less owners before and fillers behind. */
static uint32_t distance_of(const ra_heading *heading, uint32_t begin, uint32_t end, ra_str name) {
    uint32_t owner = heading->owner;
    for (uint32_t first = begin; first < end; first++) {
        if (first > begin) {
            uint32_t rank = owner_rank(words_of(heading, first - 1, first));
            if (rank == 0) break;
            if (owner == 0) owner = rank;
        }
        for (uint32_t last = end; last > first; last--) {
            if (last < end && !is_filler(words_of(heading, last, last + 1))) break;
            if (ra_str_equal(words_of(heading, first, last), name))
                return owner * RA_OWNER_STEP + first - begin + end - last;
        }
    }
    return RA_HEADING_OTHER;
}

uint32_t ra_heading_distance(const ra_heading *heading, ra_str name) {
    if (heading->count == 0 || name.len == 0) return RA_HEADING_OTHER;
    uint32_t distance = distance_of(heading, 0, heading->count, name);
    if (distance != RA_HEADING_OTHER) return distance + heading->has_brackets;
    if (heading->stroke == 0 || heading->stroke == heading->count) return RA_HEADING_OTHER;
    distance = distance_of(heading, 0, heading->stroke, name);
    if (distance != RA_HEADING_OTHER) return distance + RA_HEADING_WORDS;
    distance = distance_of(heading, heading->stroke, heading->count, name);
    return distance == RA_HEADING_OTHER ? distance : distance + RA_HEADING_BEHIND;
}
