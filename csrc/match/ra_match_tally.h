/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How many of the items offered have an amount that captures ask for, of a sample of the captures;
 * also items that were not kept. Only for this room. */
#ifndef RA_MATCH_TALLY_H
#define RA_MATCH_TALLY_H

#include "match/ra_match_store.h"

/* Note the amounts of the sample. */
ra_status ra_match_tally_open(ra_match *match) RA_MUST_CHECK;

/* Count an item of this amount, hashed. */
void ra_match_tally_add(ra_match *match, uint64_t amount);

/* Items counted; 0 for an amount that no capture of the sample asks for. */
uint32_t ra_match_tally_of(const ra_match *match, uint64_t amount);

#endif
