/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Proofs that two values differ. */
#include "dedupe/ra_link_digest.h"

#include <math.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "dedupe/ra_similarity.h"

#define RA_REST_BYTES 3
#define RA_REST_BITS 24
#define RA_LEN_MAX 255

static uint32_t first_bytes(const ra_link_term *term) {
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < RA_REST_BYTES; i++)
        bytes = bytes << 8 | (i < term->len ? (unsigned char)term->text[i] : 0);
    return bytes;
}

static uint32_t word_bits(const ra_link_term *term) {
    uint32_t bits = 0;
    for (uint32_t at = 0; at < term->len;) {
        ra_str word = ra_link_next_word(term, &at);
        bits |= UINT32_C(1) << XXH3_64bits(word.ptr, word.len) % RA_REST_BITS;
    }
    return bits;
}

/* From 0 on; text that is no date of the calendar is near nothing, which is not proved here. */
static uint32_t days_of(const ra_link_term *term) {
    uint32_t middle = UINT32_C(1) << (RA_REST_BITS - 1);
    return isnan(term->number) ? middle : middle + (uint32_t)(int32_t)term->number;
}

static uint32_t rest_of(ra_link_kind kind, const ra_link_term *term) {
    switch (kind) {
    case RA_LINK_CODE:
    case RA_LINK_PHONE:
        return first_bytes(term);
    case RA_LINK_ADDRESS:
        return word_bits(term);
    case RA_LINK_DATE:
        return days_of(term);
    default:
        return 0;
    }
}

ra_link_digest ra_link_digest_of(const ra_link_table *table, uint32_t column, uint32_t number) {
    if (number == 0) return (ra_link_digest){0};
    const ra_link_term *term = &table->dictionaries[table->dictionary[column]].terms[number];
    ra_link_kind kind = table->profile.fields[table->columns[column]].kind;
    return (ra_link_digest){.signature = term->signature,
                            .term = number,
                            .len = (uint8_t)(term->len < RA_LEN_MAX ? term->len : RA_LEN_MAX),
                            .rest = rest_of(kind, term) & ((UINT32_C(1) << RA_REST_BITS) - 1)};
}

static bool both_plain(const ra_link_digest *a, const ra_link_digest *b) {
    return ra_is_plain(a->signature | b->signature);
}

/* Can they not be as alike as that? Of plain texts. */
static bool below(const ra_link_digest *a, const ra_link_digest *b, double least) {
    return ra_jaro_winkler_bound(a->len, a->signature, b->len, b->signature) < least;
}

/* One may be the initial of the other, or have words of it in another order. */
static bool names_differ(const ra_link_digest *a, const ra_link_digest *b) {
    return both_plain(a, b) && a->len > 1 && b->len > 1 &&
           !ra_may_share_words(a->signature, b->signature) && below(a, b, RA_LINK_NAME_ALIKE);
}

static bool addresses_differ(const ra_link_digest *a, const ra_link_digest *b) {
    return both_plain(a, b) && (a->rest & b->rest) == 0 && below(a, b, RA_LINK_NAME_ALIKE);
}

static bool codes_differ(const ra_link_digest *a, const ra_link_digest *b) {
    uint32_t half = (a->len > b->len ? a->len : b->len) / 2;
    if (half < RA_LINK_CODE_HALF) half = RA_LINK_CODE_HALF;
    if (half > RA_REST_BYTES) half = RA_REST_BYTES;
    uint32_t unequal = a->rest ^ b->rest;
    return unequal >> 8 * (RA_REST_BYTES - half) != 0 &&
           !ra_osa_possible(a->signature, b->signature, RA_LINK_EDITS);
}

static bool dates_differ(const ra_link_digest *a, const ra_link_digest *b) {
    int32_t days = (int32_t)a->rest - (int32_t)b->rest;
    return (days < -RA_LINK_DATE_NEAR || days > RA_LINK_DATE_NEAR) &&
           !ra_osa_possible(a->signature, b->signature, RA_LINK_EDITS);
}

static bool emails_differ(const ra_link_digest *a, const ra_link_digest *b) {
    return both_plain(a, b) && !ra_osa_possible(a->signature, b->signature, RA_LINK_EDITS) &&
           below(a, b, RA_LINK_EMAIL_ALIKE);
}

bool ra_link_surely_differ(ra_link_kind kind, const ra_link_digest *a, const ra_link_digest *b) {
    switch (kind) {
    case RA_LINK_NAME:
        return names_differ(a, b);
    case RA_LINK_ADDRESS:
        return addresses_differ(a, b);
    case RA_LINK_CODE:
    case RA_LINK_PHONE:
        return codes_differ(a, b);
    case RA_LINK_DATE:
        return dates_differ(a, b);
    case RA_LINK_EMAIL:
        return emails_differ(a, b);
    default:
        return false;
    }
}
