/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From a shop's exact line amounts to Odoo's price, discount and taxes, true to the cent.
 *
 * For every line Odoo's own arithmetic is tried first; where a line, the order or the sum of a tax
 * would differ from the shop, the shop's amounts are imposed (extra_tax_data) on all taxed lines of
 * the order. What the shop's own lines leave open against its total and its tax totals becomes one
 * rounding line, within a limit. */
#ifndef RA_PRICE_FIDELITY_H
#define RA_PRICE_FIDELITY_H

#include "canonical/ra_decimal.h"
#include "price/ra_tax.h"

typedef struct ra_sale_line {
    /* In: the shop's amounts, excluding tax; taxes per linked tax id of `set->linked_ids`. */
    ra_decimal quantity, subtotal, total;
    const ra_tax_set *set;
    const ra_decimal *linked_tax; /* set->linked_count items */
    /* Out: what goes on the sale order line. */
    /* Equals quantity; 1 when the shop sends 0 with an amount, or more decimals than Odoo keeps. */
    double quantity_out;
    double price_unit, discount;
    double price_subtotal, price_total, price_tax;
    double price_reduce_taxexcl, price_reduce_taxinc; /* rounded to the currency */
    bool imposed;
    ra_str extra_tax_data; /* JSON text, empty when not imposed */
} ra_sale_line;

typedef struct ra_sale_config {
    ra_tax_config tax;
    int32_t currency_id;
    double rate;               /* sale.order.currency_rate, goes into extra_tax_data */
    int discount_digits;       /* decimal.precision 'Discount' */
    int quantity_digits;       /* decimal.precision 'Product Unit' */
    ra_decimal rounding_limit; /* largest rounding line, absolute, in the order's currency */
    bool impose_always;        /* some tax is not Odoo's plain arithmetic: trust the shop */
    bool show_discount;        /* use the discount column where it is exact */
} ra_sale_config;

typedef struct ra_sale_totals {
    double amount_untaxed, amount_tax, amount_total;
    bool has_rounding_line; /* then the last item of the lines array is it */
} ra_sale_totals;

/* Price an order. Every amount is first rounded to the currency, half away from zero. `lines` has
 * room for line_count + 1 items: the rounding line, when needed, is appended there (quantity 1, no
 * product). Its untaxed part closes total - total_tax against the lines' totals, its tax part
 * (imposed on the tax with the largest amount in the order) closes total_tax against the lines'
 * taxes; an order without any tax has it all in the untaxed part.
 * RA_TOTAL_MISMATCH: the shop's own figures, before rounding them to the currency, are further
 * apart than the limit; *difference = total less the sum of lines and their taxes, or, when that is
 * within the limit, total_tax less the lines' taxes. RA_NOT_REPRODUCIBLE: Odoo would not show the
 * imposed amounts (checked by computing them, not assumed). RA_OVERFLOW: an amount of 2^53 minor
 * units or more. RA_BAD_ARGUMENT: more than 9 currency digits or 12 other digits, a rate that is
 * not finite, or a currency that is not rounded to whole minor units. RA_NO_MEMORY. */
ra_status ra_sale_price(const ra_sale_config *config, ra_arena *arena, ra_sale_line *lines,
                        size_t line_count, ra_decimal total, ra_decimal total_tax,
                        ra_sale_totals *out, ra_decimal *difference) RA_MUST_CHECK;

#endif
