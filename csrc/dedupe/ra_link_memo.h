/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Free texts compared by how rare that is what they share.
 *
 * Two notes about one payment share a name, a reference or part of one, while fillers differ and
 * either may be cut. What counts is the information in the shared part: the common beginning
 * (how many of all notes begin so) or the common words (how many notes have each), whichever says
 * more; a cut last word counts as shared with the word it begins. */
#ifndef RA_DEDUPE_LINK_MEMO_H
#define RA_DEDUPE_LINK_MEMO_H

#include "dedupe/ra_link_table.h"

#define RA_MEMO_PREFIX 48 /* bytes of a beginning that are told apart */
#define RA_MEMO_TOKENS 24 /* words of a note that count */
#define RA_MEMO_LEVELS 9
#define RA_MEMO_OTHER_NUMBER (RA_MEMO_LEVELS + 1)
#define RA_MEMO_NEAR_NUMBER (RA_MEMO_LEVELS + 2)
#define RA_MEMO_BINS 40 /* raw bits shared, whole ones */

typedef struct ra_memo_token {
    ra_str text;
    uint32_t notes; /* records with the word */
    float bits;     /* log2(all / notes) */
} ra_memo_token;

typedef struct ra_memo_note {
    uint32_t first; /* index into words */
    uint32_t count;
    uint32_t last; /* the token at the end of the text */
    float bits;    /* of all words */
} ra_memo_note;

typedef struct ra_link_memo {
    const ra_link_dictionary *dictionary;
    ra_memo_note *notes;               /* per term */
    uint32_t *words;                   /* token numbers, ascending within a note */
    ra_memo_token *tokens;             /* [0] unused */
    uint8_t (*prefix)[RA_MEMO_PREFIX]; /* per term: eighths of a bit of each beginning */
    uint32_t token_count;
    bool has_series; /* numbers of one series have levels of their own */
    bool is_list; /* words in another order count only where both texts have nearly all of them */
    float worth[RA_MEMO_BINS];        /* what so many raw bits are worth */
    float chance[RA_MEMO_LEVELS + 1]; /* of a level among different ones that share as much */
} ra_link_memo;

/* Everything into `arena`; scratch goes there too and dies with it. */
ra_status ra_link_memo_build(ra_link_memo *memo, const ra_link_dictionary *dictionary,
                             ra_arena *arena) RA_MUST_CHECK;

/* Words of one text are not independent of each other, so the raw bits of chance agreements
 * overstate them. Compare random rows of the column and note what each number of raw bits is worth:
 * log2(1 / how often chance reaches it). To be called once, before any comparison. */
void ra_link_memo_calibrate(ra_link_memo *memo, const ra_link_table *table, uint32_t column);

/* Level 1 (next to nothing shared), 2-4 (some, many, most words, at other places), 5-7 (the same
 * from a common beginning on), 8 (one text is the beginning of the other), 9 (equal); where there
 * are series, 10 (their rarest words are two numbers of one) and 11 (the same, one edit apart).
 * *bits = log2(1 / chance) of reaching that level with as much in common, 0 for 1, 10 and 11. */
uint32_t ra_link_memo_compare(const ra_link_memo *memo, uint32_t a, uint32_t b, float *bits);

/* Is there a number that two notes have as their rarest word? */
bool ra_link_memo_repeats_numbers(const ra_link_memo *memo);

/* The `rank`-th rarest word of a term (0 first), 0 when there is none. */
uint32_t ra_link_memo_rare(const ra_link_memo *memo, uint32_t term, uint32_t rank);

#endif
