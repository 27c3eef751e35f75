/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One WooCommerce JSON order as a canonical order. */
#ifndef RA_READ_READ_WOO_H
#define RA_READ_READ_WOO_H

#include "read/ra_reader.h"

/* Parse `text`, which must stay where it is as long as the order lives: texts without escapes are
 * borrowed from it. *order is zeroed but for row, offset, end and raw, which are the caller's;
 * what is wrong with the record goes to order->error, places counted from order->offset.
 * `scratch` is used while parsing and can be reset afterwards. Only RA_NO_MEMORY fails. */
ra_status ra_woo_parse(ra_str text, uint32_t max_depth, ra_arena *arena, ra_arena *scratch,
                       ra_order *order) RA_MUST_CHECK;

#endif
