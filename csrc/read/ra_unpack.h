/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One canonical msgpack map as an order. */
#ifndef RA_READ_UNPACK_H
#define RA_READ_UNPACK_H

#include "canonical/ra_order.h"

/* `text` is one whole map and must stay where it is: texts are borrowed from it. *order is filled
 * but for row, offset, end and raw, which are the caller's; what is wrong with the record goes to
 * order->error, places counted from order->offset. Only RA_NO_MEMORY fails. */
ra_status ra_order_unpack(ra_str text, uint32_t max_depth, ra_arena *arena,
                          ra_order *order) RA_MUST_CHECK;

#endif
