/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the heading of a column says, with and without the words that do not matter.
 *
 * "Billing City", "City (Billing)", "res_city_desc", "address.city" and "City/Town" are all a city:
 * words of whose it is before it, in brackets behind it or both, words like "desc" or "1" behind
 * it, and what stands on the other side of a stroke may be left out. */
#ifndef RA_DEDUPE_LINK_HEADING_H
#define RA_DEDUPE_LINK_HEADING_H

#include "base/ra_arena.h"

#define RA_HEADING_WORDS 12
#define RA_HEADING_TEXT 96
#define RA_HEADING_OTHER UINT32_MAX
#define RA_HEADING_BEHIND 4096 /* from here on only what is behind a stroke fits */

typedef struct ra_heading {
    char text[RA_HEADING_TEXT]; /* letters and digits of the words, folded, without a gap */
    uint8_t ends[RA_HEADING_WORDS];
    uint32_t count;  /* words; 0: empty or too long to be a name */
    uint32_t stroke; /* the words before a stroke; 0: there is none */
    uint32_t owner;  /* rank of the owner in brackets, from 1; 0: none */
    bool has_brackets;
} ra_heading;

/* Read a heading. What is in brackets does not count as words. */
void ra_heading_read(ra_str header, ra_heading *out);

/* How far the heading is from `name`, whose letters and digits are folded: 0 for the same,
 * RA_HEADING_OTHER for something else, in between the less the better. A buyer's or billing name
 * is nearer than one of shipping. */
uint32_t ra_heading_distance(const ra_heading *heading, ra_str name);

#endif
