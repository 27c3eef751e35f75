/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Jaro-Winkler, optimal string alignment and word sets.
 *
 * Short ASCII texts (the rule in practice) take a bit-parallel way, one machine word a column;
 * everything else is decoded to code points and takes the textbook way. */
#include "dedupe/ra_similarity.h"

#include <string.h>

#define RA_WORD_BITS 64
#define RA_TOKENS_MAX 64
#define RA_DIGIT_BIT 26U
#define RA_TWICE_BIT 36U /* of digits; of letters from 46 on */
#define RA_OTHER_BIT 62
#define RA_FOREIGN_BIT 63

typedef struct ra_points {
    uint32_t at[RA_SIMILARITY_MAX];
    uint32_t len;
} ra_points;

static bool is_short_ascii(ra_str text) {
    if (text.len > RA_WORD_BITS) return false;
    unsigned char seen = 0;
    for (size_t i = 0; i < text.len; i++)
        seen |= (unsigned char)text.ptr[i];
    return seen < 0x80;
}

static uint32_t next_point(ra_str text, size_t *at) {
    unsigned char lead = (unsigned char)text.ptr[*at];
    uint32_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || lead > 0xF7 || *at + length > text.len) {
        *at += 1;
        return 0x200000U + lead; /* outside Unicode: equal only to the same stray byte */
    }
    if (length == 1) {
        *at += 1;
        return lead;
    }
    uint32_t point = lead & (0xFFU >> (length + 1));
    for (uint32_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)text.ptr[*at + i];
        if ((next & 0xC0) != 0x80) {
            *at += 1;
            return 0x200000U + lead;
        }
        point = (point << 6) | (next & 0x3FU);
    }
    *at += length;
    return point;
}

static void decode(ra_str text, ra_points *out) {
    out->len = 0;
    for (size_t at = 0; at < text.len && out->len < RA_SIMILARITY_MAX;)
        out->at[out->len++] = next_point(text, &at);
}

static double winkler(uint32_t matched, uint32_t moved, double len_a, double len_b,
                      uint32_t prefix) {
    if (matched == 0) return 0;
    uint32_t transposed = moved / 2; /* a pair out of order counts once */
    double matches = matched;
    double jaro = (matches / len_a + matches / len_b + (matches - transposed) / matches) / 3;
    return jaro > 0.7 ? jaro + 0.1 * prefix * (1 - jaro) : jaro;
}

static uint32_t jaro_window(uint32_t len_a, uint32_t len_b) {
    uint32_t longest = len_a > len_b ? len_a : len_b;
    return longest > 3 ? longest / 2 - 1 : 0;
}

static uint64_t low_bits(uint32_t count) {
    return count >= RA_WORD_BITS ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

/* Bit i of places[c] is set when b[i] == c. Only the entries of characters in `a` or `b` are
 * written, so the table need not be cleared as a whole. */
static void place_bits(ra_str a, ra_str b, uint64_t places[128]) {
    for (size_t i = 0; i < a.len; i++)
        places[(unsigned char)a.ptr[i]] = 0;
    for (size_t i = 0; i < b.len; i++)
        places[(unsigned char)b.ptr[i]] = 0;
    for (size_t i = 0; i < b.len; i++)
        places[(unsigned char)b.ptr[i]] |= UINT64_C(1) << i;
}

static double jaro_winkler_ascii(ra_str a, ra_str b) {
    uint64_t places[128];
    place_bits(a, b, places);
    uint32_t len_a = (uint32_t)a.len, len_b = (uint32_t)b.len, window = jaro_window(len_a, len_b);
    uint64_t used_a = 0, used_b = 0;
    for (uint32_t i = 0; i < len_a; i++) {
        uint32_t low = i > window ? i - window : 0;
        if (low >= len_b) break;
        uint64_t range = low_bits(i + window + 1) & ~low_bits(low);
        uint64_t free = places[(unsigned char)a.ptr[i]] & range & ~used_b;
        if (free) {
            used_b |= free & (~free + 1);
            used_a |= UINT64_C(1) << i;
        }
    }
    uint32_t matches = (uint32_t)__builtin_popcountll(used_a), moved = 0;
    for (uint64_t left = used_a, right = used_b; left; left &= left - 1, right &= right - 1)
        moved += a.ptr[__builtin_ctzll(left)] != b.ptr[__builtin_ctzll(right)];
    uint32_t prefix = 0;
    while (prefix < 4 && prefix < len_a && prefix < len_b && a.ptr[prefix] == b.ptr[prefix])
        prefix++;
    return winkler(matches, moved, len_a, len_b, prefix);
}

static uint32_t osa_ascii(ra_str a, ra_str b);

static double jaro_winkler_points(const ra_points *a, const ra_points *b) {
    bool used_a[RA_SIMILARITY_MAX] = {false}, used_b[RA_SIMILARITY_MAX] = {false};
    uint32_t window = jaro_window(a->len, b->len), matches = 0;
    for (uint32_t i = 0; i < a->len; i++) {
        uint32_t low = i > window ? i - window : 0, high = i + window + 1;
        for (uint32_t j = low; j < high && j < b->len; j++) {
            if (!used_b[j] && a->at[i] == b->at[j]) {
                used_a[i] = used_b[j] = true;
                matches++;
                break;
            }
        }
    }
    uint32_t moved = 0;
    for (uint32_t i = 0, j = 0; i < a->len; i++) {
        if (!used_a[i]) continue;
        while (!used_b[j])
            j++;
        moved += a->at[i] != b->at[j++];
    }
    uint32_t prefix = 0;
    while (prefix < 4 && prefix < a->len && prefix < b->len && a->at[prefix] == b->at[prefix])
        prefix++;
    return winkler(matches, moved, a->len, b->len, prefix);
}

double ra_jaro_winkler_plain(ra_str a, ra_str b) {
    if (a.len == 0 || b.len == 0) return a.len == b.len ? 1 : 0;
    return jaro_winkler_ascii(a, b);
}

uint32_t ra_osa_plain(ra_str a, ra_str b, uint32_t limit) {
    size_t apart = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (apart > limit) return limit + 1;
    uint32_t distance = a.len && b.len ? osa_ascii(a, b) : (uint32_t)(a.len + b.len);
    return distance > limit ? limit + 1 : distance;
}

double ra_jaro_winkler(ra_str a, ra_str b) {
    if (a.len == 0 || b.len == 0) return a.len == b.len ? 1 : 0;
    if (is_short_ascii(a) && is_short_ascii(b)) return jaro_winkler_ascii(a, b);
    ra_points left, right;
    decode(a, &left);
    decode(b, &right);
    return jaro_winkler_points(&left, &right);
}

/* Hyyrö's bit-parallel form of the alignment: columns of vertical differences, one bit a row. */
static uint32_t osa_ascii(ra_str a, ra_str b) {
    uint64_t places[128];
    place_bits(b, a, places);
    uint64_t up = ~UINT64_C(0), down = 0, diagonal = 0, last = 0;
    uint64_t top = UINT64_C(1) << (a.len - 1);
    uint32_t distance = (uint32_t)a.len;
    for (size_t i = 0; i < b.len; i++) {
        uint64_t same = places[(unsigned char)b.ptr[i]];
        uint64_t swap = (((~diagonal) & same) << 1) & last;
        diagonal = ((((same & up) + up) ^ up) | same | down) | swap;
        uint64_t right = down | ~(diagonal | up), left = diagonal & up;
        distance += (right & top) != 0;
        distance -= (left & top) != 0;
        right = (right << 1) | 1;
        left <<= 1;
        up = left | ~(diagonal | right);
        down = right & diagonal;
        last = same;
    }
    return distance;
}

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t least = a < b ? a : b;
    return least < c ? least : c;
}

static uint32_t osa_points(const ra_points *a, const ra_points *b) {
    uint32_t rows[3][RA_SIMILARITY_MAX + 1];
    uint32_t *older = rows[0], *old = rows[1], *row = rows[2];
    for (uint32_t j = 0; j <= b->len; j++)
        old[j] = j;
    for (uint32_t i = 1; i <= a->len; i++) {
        row[0] = i;
        for (uint32_t j = 1; j <= b->len; j++) {
            bool same = a->at[i - 1] == b->at[j - 1];
            row[j] = smallest(old[j] + 1, row[j - 1] + 1, old[j - 1] + !same);
            if (i > 1 && j > 1 && a->at[i - 1] == b->at[j - 2] && a->at[i - 2] == b->at[j - 1])
                row[j] = smallest(row[j], older[j - 2] + 1, row[j]);
        }
        uint32_t *spare = older;
        older = old;
        old = row;
        row = spare;
    }
    return old[b->len];
}

uint32_t ra_osa(ra_str a, ra_str b, uint32_t limit) {
    if (is_short_ascii(a) && is_short_ascii(b)) return ra_osa_plain(a, b, limit);
    ra_points left, right;
    decode(a, &left);
    decode(b, &right);
    uint32_t distance = osa_points(&left, &right);
    return distance > limit ? limit + 1 : distance;
}

static uint32_t split_tokens(ra_str text, ra_str tokens[RA_TOKENS_MAX]) {
    uint32_t count = 0;
    for (size_t at = 0; at < text.len && count < RA_TOKENS_MAX;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ' ')
            end++;
        ra_str token = {text.ptr + at, end - at};
        uint32_t known = 0;
        while (known < count && !ra_str_equal(tokens[known], token))
            known++;
        if (token.len && known == count) tokens[count++] = token;
        at = end + 1;
    }
    return count;
}

double ra_token_jaccard(ra_str a, ra_str b) {
    ra_str left[RA_TOKENS_MAX], right[RA_TOKENS_MAX];
    uint32_t len_a = split_tokens(a, left), len_b = split_tokens(b, right), shared = 0;
    for (uint32_t i = 0; i < len_a; i++)
        for (uint32_t j = 0; j < len_b; j++)
            shared += ra_str_equal(left[i], right[j]);
    uint32_t all = len_a + len_b - shared;
    return all ? (double)shared / all : 1;
}

uint64_t ra_signature(ra_str text) {
    /* a c d e g h i k l m n o r s t u */
    static const uint8_t twice_letters[26] = {46, 0,  47, 48, 49, 0,  50, 51, 52, 0, 53, 54, 55,
                                              56, 57, 0,  0,  58, 59, 60, 61, 0,  0, 0,  0,  0};
    uint64_t signature = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        uint64_t again = 0;
        uint32_t bit = c < 0x80 ? RA_OTHER_BIT : RA_FOREIGN_BIT;
        if (c >= 'a' && c <= 'z') {
            bit = c - 'a';
            again = twice_letters[bit];
        } else if (c >= '0' && c <= '9') {
            bit = RA_DIGIT_BIT + c - '0';
            again = RA_TWICE_BIT + c - '0';
        }
        if (again && (signature >> bit & 1)) signature |= UINT64_C(1) << again;
        signature |= UINT64_C(1) << bit;
    }
    return signature | (text.len > RA_WORD_BITS ? UINT64_C(1) << RA_FOREIGN_BIT : 0);
}

/* Without a processor's own instruction, which a portable build may not use. */
static uint32_t count_bits(uint64_t bits) {
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (uint32_t)((bits * UINT64_C(0x0101010101010101)) >> 56);
}

bool ra_osa_possible(uint64_t signature_a, uint64_t signature_b, uint32_t limit) {
    if (((signature_a | signature_b) >> RA_FOREIGN_BIT) != 0) return true;
    return count_bits(signature_a & ~signature_b) <= limit &&
           count_bits(signature_b & ~signature_a) <= limit;
}

double ra_jaro_winkler_bound(uint32_t length_a, uint64_t signature_a, uint32_t length_b,
                             uint64_t signature_b) {
    uint32_t only_a = count_bits(signature_a & ~signature_b);
    uint32_t only_b = count_bits(signature_b & ~signature_a);
    double free_a = (double)length_a - only_a, free_b = (double)length_b - only_b;
    double matches = free_a < free_b ? free_a : free_b;
    if (matches <= 0 || length_a == 0 || length_b == 0)
        return length_a == length_b && length_a == 0 ? 1 : 0;
    double jaro = (matches / length_a + matches / length_b + 1) / 3;
    return jaro > 0.7 ? jaro + 0.4 * (1 - jaro) : jaro;
}
