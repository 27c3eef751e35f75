/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Numbers of documents.
 *
 * Invoices, orders and receipts are numbered one after the other, and what is noted twice in one
 * book bears the same number twice, or a note of another kind: INV/2026/00012 and INV/2026/00345
 * are two documents. One edit apart they may be one with a slip in it. */
#ifndef RA_DEDUPE_LINK_SERIES_H
#define RA_DEDUPE_LINK_SERIES_H

#include "base/ra_arena.h"

typedef enum ra_series {
    RA_SERIES_NONE,  /* not two numbers of one series */
    RA_SERIES_OTHER, /* two of one */
    RA_SERIES_NEAR   /* two of one, one edit apart */
} ra_series;

/* A word with three digits at least? */
bool ra_link_is_number(ra_str word);

bool ra_link_is_all_digits(ra_str word);

/* Two words that are not equal, folded: the same but for their digits, which may be more in one. */
ra_series ra_link_series_compare(ra_str a, ra_str b);

#endif
