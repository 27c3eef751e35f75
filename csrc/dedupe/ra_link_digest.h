/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What two values have to have in common, in 16 bytes.
 *
 * Most pairs that are compared differ, and most values of a large table are a cache miss each. A
 * digest proves the lowest level, "they differ", without reading them; what it cannot prove is
 * compared in full. */
#ifndef RA_DEDUPE_LINK_DIGEST_H
#define RA_DEDUPE_LINK_DIGEST_H

#include "dedupe/ra_link_table.h"

/* The limits both the comparison and the proof go by. */
#define RA_LINK_NAME_ALIKE 0.8   /* Jaro-Winkler, of addresses too */
#define RA_LINK_EMAIL_ALIKE 0.75 /* an equal local part makes at least this, short ones aside */
#define RA_LINK_EDITS 2
#define RA_LINK_CODE_HALF 2   /* bytes of a beginning that counts, at least */
#define RA_LINK_DATE_NEAR 400 /* a year and a month: each part of a date may be off by one */

typedef struct ra_link_digest {
    uint64_t signature; /* ra_signature of the text */
    uint32_t term;      /* of the cell; 0: no value, and no more is known */
    uint32_t len : 8;   /* at most 255 */
    uint32_t rest : 24; /* by kind: first bytes (code, phone), days (date), words (address) */
} ra_link_digest;

/* The digest of cell `number` of a column. */
ra_link_digest ra_link_digest_of(const ra_link_table *table, uint32_t column, uint32_t number);

/* True: two values that are not equal are of level 1. False: who knows; always of other kinds. */
bool ra_link_surely_differ(ra_link_kind kind, const ra_link_digest *a, const ra_link_digest *b);

#endif
