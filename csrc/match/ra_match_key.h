/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* References in the forms in which two spellings of one compare equal.
 *
 *   raw            exact          folded        number   letters
 *   " #S-00123 "   "#S-00123"     "s00123"      "123"    "s"
 *   INV/2024/0017  INV/2024/0017  inv20240017   2024.17  inv
 *
 * A reference inside a text is found by the text's words that hold a digit. */
#ifndef RA_MATCH_KEY_H
#define RA_MATCH_KEY_H

#include "match/ra_match.h"

#define RA_KEY_RAW 40   /* bytes; longer references have no folded form */
#define RA_KEY_TEXT 64  /* digits, points between them and letters of RA_KEY_RAW bytes */
#define RA_KEY_WORDS 8  /* of one text */
#define RA_KEY_DIGITS 2 /* a number needs so many, leading zeros aside */

/* What a hash stands for, so that equal bytes of two sorts do not meet. */
typedef enum ra_key_sort {
    RA_SORT_ID = RA_TIER_ID,
    RA_SORT_EXACT = RA_TIER_EXACT,
    RA_SORT_FOLDED = RA_TIER_FOLDED,
    RA_SORT_NUMBER = RA_TIER_NUMBER,
    RA_SORT_AMOUNT,
    RA_SORT_PARTY,
    RA_SORT_EMAIL,
    RA_SORT_REFUND /* amount and reference or person of a credit note */
} ra_key_sort;

typedef struct ra_match_key {
    uint64_t hash;
    ra_key_sort sort;
    ra_str text;    /* view into the raw text or into the list's buffer */
    ra_str letters; /* of sort number: what is left without the digits */
} ra_match_key;

#define RA_KEYS_MAX (3 + 2 * RA_KEY_WORDS)

typedef struct ra_match_keys {
    ra_match_key keys[RA_KEYS_MAX];
    uint32_t count;
    uint32_t used; /* bytes of the buffer */
    char buffer[RA_KEYS_MAX * RA_KEY_TEXT];
} ra_match_keys;

uint64_t ra_match_hash(ra_key_sort sort, ra_str text);

/* An id without blanks at its ends; an empty one gives no key. */
void ra_match_keys_of_id(ra_str raw, ra_match_keys *out);

/* The whole text, and with `words` also each word with a digit. Without a digit or letter: none. */
void ra_match_keys_of_reference(ra_str raw, bool words, ra_match_keys *out);

/* Could the text be meant as a reference? It has a digit. */
bool ra_match_is_reference(ra_str raw);

/* Do the letters around two equal numbers contradict each other? Not when one begins or ends with
 * the other. */
bool ra_match_letters_differ(ra_str a, ra_str b);

#endif
