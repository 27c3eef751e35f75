/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Identity keys and content hashes: XXH3-128 over length-prefixed parts.
 *
 * Each part is hashed as its 8-byte little-endian length followed by its bytes, so ("ab","c") and
 * ("a","bc") differ. Stored keys are the hash in XXH128_canonicalFromHash byte order, as 32
 * lower-case hex digits. XXH3 is not cryptographic: the database keeps the source id beside it. */
#ifndef RA_CANONICAL_KEY_H
#define RA_CANONICAL_KEY_H

#include "canonical/ra_order.h"

typedef struct ra_key {
    uint64_t high, low;
} ra_key;

#define RA_KEY_HEX 33 /* bytes of a key as text, incl. NUL */

/* Key of (scope, kind, source_ref), e.g. scope = channel code, kind = "order". */
ra_key ra_key_identity(ra_str scope, ra_str kind, ra_str source_ref);

/* Hash of what the order *says*: every canonical field but its place in the file and modified_at.
 */
ra_key ra_key_content(const ra_order *order);

/* Keys of the order's parties, all within `scope`:
 * customer = customer_ref, else normalised billing e-mail, else the billing address itself;
 * invoice/delivery = customer key + normalised address. An address without any field yields
 * `customer` itself; a delivery address equal to the billing address yields the invoice key.
 * email = key a guest with the billing e-mail has, whoever ordered; `customer` without one. */
typedef struct ra_party_keys {
    ra_key customer, invoice, delivery, email;
} ra_party_keys;
ra_status ra_key_parties(const ra_order *order, ra_str scope, ra_arena *scratch,
                         ra_party_keys *out) RA_MUST_CHECK;

/* The stored form, ended by NUL. */
void ra_key_to_hex(ra_key key, char hex[RA_KEY_HEX]);
bool ra_key_equal(ra_key a, ra_key b);

#endif
