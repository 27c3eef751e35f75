/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Two files may note the same amounts at another scale: one in cents, or in another currency.
 *
 * Rows that share a value which neither file has twice are mostly the same; where the amounts of
 * a good part of them have one ratio that is not 1, the second file's amounts are divided by it. */
#ifndef RA_DEDUPE_LINK_SCALE_H
#define RA_DEDUPE_LINK_SCALE_H

#include "dedupe/ra_link_table.h"

/* Bring the amounts of the second set to the scale of the first; table->scale tells the ratio. */
ra_status ra_link_scale_amounts(ra_link_table *table, size_t limit) RA_MUST_CHECK;

#endif
