/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Proof of a result from the links alone: nothing is consumed twice or for nothing. */
#ifndef RA_MATCH_VERIFY_H
#define RA_MATCH_VERIFY_H

#include "match/ra_match_store.h"

/* Add the links up anew. RA_TOTAL_MISMATCH unless
 * - no item is consumed below nothing or beyond its total;
 * - a linked event is covered to the last minor unit, in the currency of its items;
 * - every event that takes an item is linked or an exception, never both. */
ra_status ra_match_verify(const ra_match *match, const ra_match_result *result,
                          ra_arena *scratch) RA_MUST_CHECK;

#endif
