/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Any two texts: similarities stay in range, are symmetric, and no quick bound contradicts them;
 * normalised text is stable. The input is cut in two at its first zero byte. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dedupe/ra_link_profile.h"
#include "dedupe/ra_link_text.h"
#include "dedupe/ra_similarity.h"

static void require(bool holds) {
    if (!holds) abort();
}

static void check_similarity(ra_str a, ra_str b) {
    double alike = ra_jaro_winkler(a, b), words = ra_token_jaccard(a, b);
    require(alike >= 0 && alike <= 1 + 1e-12);
    require(words >= 0 && words <= 1 && words == ra_token_jaccard(b, a));
    uint32_t edits = ra_osa(a, b, UINT32_MAX - 1);
    require(edits == ra_osa(b, a, UINT32_MAX - 1));
    require(edits <= (a.len > b.len ? a.len : b.len));
    require(ra_osa(a, b, 2) == (edits > 2 ? 3 : edits));
    uint64_t left = ra_signature(a), right = ra_signature(b);
    require(ra_osa_possible(left, right, edits));
    if (!ra_is_plain(left | right)) return;
    require(ra_jaro_winkler_plain(a, b) == alike);
    require(ra_osa_plain(a, b, UINT32_MAX - 1) == edits);
    double bound = ra_jaro_winkler_bound((uint32_t)a.len, left, (uint32_t)b.len, right);
    require(bound + 1e-9 >= alike);
}

/* Folding what is folded already changes nothing. */
static void check_fold(ra_status (*fold)(ra_str, ra_link_value *), ra_str raw, bool stable) {
    ra_link_value once, twice;
    if (fold(raw, &once) != RA_OK) return;
    require(once.len <= RA_LINK_TEXT_MAX);
    if (!stable || once.len == 0) return;
    require(fold((ra_str){once.text, once.len}, &twice) == RA_OK);
    require(ra_str_equal((ra_str){once.text, once.len}, (ra_str){twice.text, twice.len}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const char *text = (const char *)data;
    const char *zero = memchr(text, 0, size);
    size_t first = zero ? (size_t)(zero - text) : size / 2;
    size_t second = zero ? first + 1 : first;
    ra_str a = {text, first}, b = {text + second, size - second};
    check_similarity(a, b);
    check_fold(ra_link_fold, a, true);
    check_fold(ra_link_fold_code, a, true);
    check_fold(ra_link_fold_phone, a, true);
    check_fold(ra_link_fold_email, a, true);
    check_fold(ra_link_fold_address, a, false); /* "av" and "ave" both become "av" */
    check_fold(ra_link_fold_date, a, true);
    check_fold(ra_link_fold_amount, a, false); /* the folded form counts hundredths */
    ra_link_profile profile;
    ra_error error = {0};
    if (ra_link_profile_parse(b, &profile, &error) == RA_OK)
        require(profile.field_count > 0 && profile.rule_count > 0);
    return 0;
}
