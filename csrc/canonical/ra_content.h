/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Keys by which the same sale is found again under another reference or through another channel.
 *
 *   content = who + currency + total + the sorted lines      equal: a twin, if ordered near in time
 *   near    = how the surname sounds + currency + total      equal: worth a closer look
 *
 * Who: the normalised billing e-mail; without one the name with street and postcode, or with the
 * phone's digits. Someone known by less than that (a till's walk-in customer) is told apart by the
 * second of the order instead. A line is its kind, SKU (else its name), quantity and total, in any
 * order; shipping and fees count by their amount alone, and not at all when they cost nothing, as
 * every channel calls them differently. No key has the date: look-ups compare it, see
 * docs/decisions/duplicate-content-key.md. Parts are hashed as in ra_key.h. */
#ifndef RA_CANONICAL_CONTENT_H
#define RA_CANONICAL_CONTENT_H

#include "canonical/ra_key.h"

#define RA_CONTENT_SCHEMA 1 /* version of both keys; enters them */

typedef struct ra_content_keys {
    ra_key content, near;
    bool has_content; /* false: nobody known, and no time either */
    bool has_near;    /* false: no name to go by */
} ra_content_keys;

/* Keys of an order that was read without error. `scratch` holds normal forms. RA_NO_MEMORY only. */
ra_status ra_content_keys_of(const ra_order *order, ra_arena *scratch,
                             ra_content_keys *out) RA_MUST_CHECK;

#endif
