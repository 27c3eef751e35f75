/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In how many fields of groups two records are written otherwise.
 *
 * Who does the same again is noted again as he always is: the shop has his name, phone and address
 * on file. A second note of one event goes through other hands: a name is spelled otherwise, a
 * phone is missing. So of two records of the same deed the number of fields that are not written
 * alike speaks for a second note, by how often those and repeats have shown it in this table. */
#ifndef RA_DEDUPE_LINK_MANNER_H
#define RA_DEDUPE_LINK_MANNER_H

#include "dedupe/ra_link_compare.h"

#define RA_LINK_MANNERS 4 /* none, one, two, more fields */

/* Fields of groups, free texts aside, that only one of the two has or that have another normal
 * form: 0 .. RA_LINK_MANNERS - 1. */
uint32_t ra_link_manner(const ra_link_comparer *comparer, uint32_t a, uint32_t b);

/* What each number of fields says for a second note, in bits; `noted` second notes and `again`
 * repeats were counted. Without repeats it says nothing. */
void ra_link_manner_weights(const double noted[RA_LINK_MANNERS],
                            const double again[RA_LINK_MANNERS], float bits[RA_LINK_MANNERS]);

#endif
