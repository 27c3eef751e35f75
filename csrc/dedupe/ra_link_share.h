/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Fields that different records have in common together: a place, an address, a household.
 *
 * Taken one by one, town, postcode and street of two neighbours would speak three times for their
 * being the same person. The share of a profile is a third explanation beside "same" and "different
 * by chance in every field": the records share the rarest of the values by chance, and the others
 * follow. How often they follow is seen in records that share the rarest value of a row, with
 * regard to those of them that are the same. */
#ifndef RA_DEDUPE_LINK_SHARE_H
#define RA_DEDUPE_LINK_SHARE_H

#include "dedupe/ra_link_model.h"

typedef struct ra_link_neighbour {
    uint64_t pattern;
    float bits[RA_LINK_FIELDS];
    uint32_t share, column; /* of the profile; the column whose value is shared by choice */
    uint32_t present;       /* columns in which both have a value, one bit each */
} ra_link_neighbour;

typedef struct ra_link_neighbours {
    ra_link_neighbour *pairs;
    uint32_t count;
} ra_link_neighbours;

/* Set the shares of `model` that the table has at least two columns of, each at even odds, and
 * draw pairs of rows that share their rarest value, into `arena`. */
ra_status ra_link_share_draw(ra_link_model *model, const ra_link_comparer *comparer, uint64_t seed,
                             ra_arena *arena, ra_link_neighbours *out) RA_MUST_CHECK;

/* New share_odds from the weights as they are. */
void ra_link_share_learn(ra_link_model *model, const ra_link_neighbours *neighbours);

#endif
