/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Words for the levels of comparison. */
#include "dedupe/ra_link_compare.h"

static const char *const text_names[] = {"missing",      "different", "a little alike", "alike",
                                         "nearly equal", "equal",     "exchanged"};
static const char *const code_names[] = {"missing",
                                         "different",
                                         "same beginning",
                                         "two edits",
                                         "one edit",
                                         "equal",
                                         "another number of the series",
                                         "a number one edit apart"};
static const char *const email_names[] = {
    "missing", "different", "alike", "same name, other domain", "nearly equal", "equal"};
static const char *const date_names[] = {"missing",   "different",    "within 400 days",
                                         "two edits", "nearly equal", "equal"};
/* One for each of the lag_steps of ra_link_compare.c, which are upper ends. */
static const char *const lag_names[] = {"missing",
                                        "far apart",
                                        "over 7 days before",
                                        "4 to 7 days before",
                                        "1 to 3 days before",
                                        "same day",
                                        "1 day later",
                                        "2 days later",
                                        "3 days later",
                                        "4 days later",
                                        "5 to 6 days later",
                                        "7 to 9 days later",
                                        "10 to 14 days later",
                                        "15 to 21 days later",
                                        "22 to 28 days later"};
static const char *const time_names[] = {
    "missing",         "too far apart",  "within 10 minutes", "within an hour",
    "within 3 hours",  "within 6 hours", "within 12 hours",   "within 24 hours",
    "within 36 hours", "within 2 days",  "within 3 days",     "within 4 days",
    "within 7 days",   "within 14 days", "within 30 days",    "over 30 days"};
static const char *const amount_names[] = {
    "missing",    "different",  "within 15 %",  "within 12 %", "within 10 %", "within 9 %",
    "within 8 %", "within 7 %", "within 6 %",   "within 5 %",  "within 4 %",  "within 3 %",
    "within 2 %", "within 1 %", "within 0.5 %", "equal"};
static const char *const memo_names[] = {"missing",
                                         "little in common",
                                         "some words, in another order",
                                         "many words, in another order",
                                         "most words, in another order",
                                         "some words",
                                         "many words",
                                         "most words",
                                         "one begins the other",
                                         "equal",
                                         "another number of the series",
                                         "a number one edit apart"};

#define RA_NAMES(list)                                                                             \
    { (list), sizeof(list) / sizeof *(list) }

static const struct {
    const char *const *names;
    uint32_t count;
} kinds[RA_LINK_KINDS] = {
    [RA_LINK_NAME] = RA_NAMES(text_names),   [RA_LINK_ADDRESS] = RA_NAMES(text_names),
    [RA_LINK_CODE] = RA_NAMES(code_names),   [RA_LINK_PHONE] = RA_NAMES(code_names),
    [RA_LINK_EMAIL] = RA_NAMES(email_names), [RA_LINK_DATE] = RA_NAMES(date_names),
    [RA_LINK_LAG] = RA_NAMES(lag_names),     [RA_LINK_AMOUNT] = RA_NAMES(amount_names),
    [RA_LINK_TIME] = RA_NAMES(time_names),   [RA_LINK_MEMO] = RA_NAMES(memo_names),
};

const char *ra_link_level_name(ra_link_kind kind, uint32_t level) {
    return level < kinds[kind].count ? kinds[kind].names[level] : "";
}
