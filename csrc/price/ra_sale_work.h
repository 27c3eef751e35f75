/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The order while it is priced, shared by the files behind ra_sale_price.
 *
 * Amounts are whole minor units of the currency (cents), so that sums and comparisons are exact. */
#ifndef RA_PRICE_SALE_WORK_H
#define RA_PRICE_SALE_WORK_H

#include "price/ra_fidelity.h"

/* A price and a discount that may show a line. */
typedef struct ra_quote {
    double price, discount;
} ra_quote;

typedef struct ra_sale_item {
    int64_t base;    /* the shop's total */
    int64_t *linked; /* its taxes, set->linked_count items */
    int64_t *taxes;  /* the same, split over the set's flattened taxes */
    ra_quote net, discounted;
    bool has_discount;
} ra_sale_item;

typedef struct ra_sale_work {
    const ra_sale_config *config;
    ra_arena *arena;
    ra_sale_line *lines;
    ra_sale_item *items;
    ra_tax_line *computed; /* what Odoo makes of them */
    size_t count;
    int64_t step;   /* the currency's rounding */
    int64_t volume; /* sum of all absolute amounts: bounds every other sum */
    int64_t untaxed, tax;
    bool has_rounding_line;
} ra_sale_work;

/* RA_BAD_ARGUMENT: the currency is not rounded to whole minor units. */
ra_status ra_units_step(const ra_tax_config *config, int64_t *out) RA_MUST_CHECK;

/* Rounded to the currency, half away from zero; RA_OVERFLOW from 2^53 on. */
ra_status ra_units_from(const ra_sale_work *work, ra_decimal value, int64_t *out) RA_MUST_CHECK;

double ra_units_to_double(const ra_sale_work *work, int64_t units);
/* Of an amount that Odoo rounded to the currency; 2^53 for anything that large or not finite. */
int64_t ra_units_of_double(const ra_sale_work *work, double amount);

/* Half away from zero; the denominator is not 0. */
__extension__ typedef __int128 ra_wide;
ra_wide ra_divide_rounded(ra_wide numerator, ra_wide denominator);

/* Quantity, price and discount of a line whose amounts are known. */
ra_status ra_quote_line(const ra_sale_work *work, size_t index) RA_MUST_CHECK;

/* Share the shop's tax of each linked group among its taxes, after `computed` holds Odoo's own
 * amounts: in proportion to these, the last one takes the rest. */
void ra_split_taxes(const ra_sale_work *work, size_t index);

/* extra_tax_data of an imposed line. RA_NO_MEMORY. */
ra_status ra_write_extra(const ra_sale_work *work, size_t index) RA_MUST_CHECK;

/* Compare the shop's own figures and append the rounding line they need. */
ra_status ra_close_order(ra_sale_work *work, ra_decimal total, ra_decimal total_tax,
                         ra_decimal *difference) RA_MUST_CHECK;

#endif
