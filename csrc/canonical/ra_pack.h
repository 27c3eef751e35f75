/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The canonical order as msgpack: payloads at rest, and the `msgpack` import format.
 *
 * A map of fields; a key is the field's number in its schema (ra_schema.h), which takes a byte, or
 * its name, which other programs write. Absent texts, empty lists and RA_NO_TIME are left out;
 * decimals are texts; times are integers (microseconds, UTC). Key "v" holds RA_ORDER_SCHEMA.
 * Readers accept keys of both kinds in any order and ignore unknown ones. */
#ifndef RA_CANONICAL_PACK_H
#define RA_CANONICAL_PACK_H

#include "canonical/ra_order.h"

/* Pack into the arena, with numbers for keys; place in the file and `raw` are not part of it. */
ra_status ra_order_pack(const ra_order *order, ra_arena *arena, ra_str *out) RA_MUST_CHECK;

#endif
