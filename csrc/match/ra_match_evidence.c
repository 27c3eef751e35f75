/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Names of levels and reasons, and the words for how a link came about; see ra_match.h. */
#include <stdio.h>

#include "match/ra_match.h"

const char *ra_match_reason_name(ra_match_reason reason) {
    static const char *const names[] = {
#define RA_MATCH_REASON_NAME(code, name) [code] = (name),
        RA_MATCH_REASONS(RA_MATCH_REASON_NAME)
#undef RA_MATCH_REASON_NAME
    };
    return reason < RA_REASON_COUNT ? names[reason] : "";
}

const char *ra_match_level_name(ra_match_level level) {
    static const char *const names[] = {"id", "reference", "amount", "group"};
    return level < RA_LEVEL_COUNT ? names[level] : "";
}

size_t ra_match_evidence(const ra_match_link *link, char *out, size_t size) {
    static const char *const fields[] = {
        "transaction", "parent",      "order",          "invoice", "checkout",
        "payout",      "description", "followed event", "person",  "sum of one customer"};
    static const char *const tiers[] = {"=id", "=exact", "=letters and digits", "=number", ""};
    static const char *const relations[] = {"whole amount", "part of amount", "gives back",
                                            "exceeds open amount"};
    static const char *const parties[] = {"", "; party agrees", "; party differs"};
    char lag[32] = "";
    if (link->lag != RA_NO_DAY) snprintf(lag, sizeof lag, "; %d days", link->lag);
    int length = snprintf(out, size, "%s%s; %s%s%s", fields[link->field], tiers[link->tier],
                          relations[link->relation], parties[link->party], lag);
    if (length < 0 || size == 0) return 0;
    return (size_t)length < size ? (size_t)length : size - 1;
}
