/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* String similarities of the linkage core, on UTF-8 text, counted in code points.
 *
 * Texts longer than RA_SIMILARITY_MAX code points are compared by their first RA_SIMILARITY_MAX
 * ones, so the work is bounded. Bytes that are not UTF-8 count as one code point each. No
 * allocation, no state: safe from any thread. */
#ifndef RA_DEDUPE_SIMILARITY_H
#define RA_DEDUPE_SIMILARITY_H

#include "base/ra_arena.h"

#define RA_SIMILARITY_MAX 512

/* Jaro similarity raised by up to four equal leading characters (weight 0.1) once it is above 0.7.
 * 0..1; two empty texts are equal (1), one empty text shares nothing (0). */
double ra_jaro_winkler(ra_str a, ra_str b);

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, no
 * substring edited twice. Returns at most `limit` + 1, which means "more than the limit". */
uint32_t ra_osa(ra_str a, ra_str b, uint32_t limit);

/* Shared distinct words by all distinct words of both; words are separated by blanks. 0..1; two
 * texts without a word are equal (1). At most the first 64 words of a text count. */
double ra_token_jaccard(ra_str a, ra_str b);

/* Which characters occur, one bit each: letters and digits, digits and the usual letters occurring
 * twice, other ASCII together; the highest bit marks a text that is not plain, i.e. not ASCII or
 * longer than 64 bytes. */
uint64_t ra_signature(ra_str text);

static inline bool ra_is_plain(uint64_t signature) {
    return (signature >> 63) == 0;
}

/* False when the signature shows that the text has no blank. */
static inline bool ra_may_have_blank(uint64_t signature) {
    return (signature >> 62) != 0;
}

/* False when the signatures show that no two words can be equal: two texts of several words may
 * share some, and one word may be in a text that has all its letters. */
static inline bool ra_may_share_words(uint64_t signature_a, uint64_t signature_b) {
    bool blank_a = ra_may_have_blank(signature_a), blank_b = ra_may_have_blank(signature_b);
    if (blank_a == blank_b) return blank_a;
    uint64_t word = blank_a ? signature_b : signature_a, text = blank_a ? signature_a : signature_b;
    return (word & ~text) == 0 || !ra_is_plain(word | text);
}

/* The same for two plain texts, without looking whether they are. */
double ra_jaro_winkler_plain(ra_str a, ra_str b);
uint32_t ra_osa_plain(ra_str a, ra_str b, uint32_t limit);

/* False when the signatures alone show that more than `limit` edits are needed. */
bool ra_osa_possible(uint64_t signature_a, uint64_t signature_b, uint32_t limit);

/* An upper bound of ra_jaro_winkler from lengths and signatures, for plain texts. */
double ra_jaro_winkler_bound(uint32_t length_a, uint64_t signature_a, uint32_t length_b,
                             uint64_t signature_b);

#endif
