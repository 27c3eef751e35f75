/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Raw amounts of one line, before the rounding of the document (_add_tax_details_in_base_line). */
#ifndef RA_PRICE_TAX_DETAILS_H
#define RA_PRICE_TAX_DETAILS_H

#include "price/ra_round.h"
#include "price/ra_tax.h"

typedef struct ra_tax_data {
    const ra_tax *tax;
    size_t batch_first, batch_last; /* the taxes evaluated together, indexes in the set */
    bool computed;
    double extra_base_for_tax, extra_base_for_base;
    double raw_tax;    /* raw_tax_amount_currency */
    double raw_base;   /* raw_base_amount_currency */
    double tax_amount; /* rounded, later with its share of the document's difference */
    double target_tax; /* raw or imposed */
} ra_tax_data;

typedef struct ra_tax_details {
    ra_tax_data *taxes; /* set->count items */
    size_t count;
    double raw_total_excluded, raw_total_included;
    double total_excluded, total_included; /* rounded or imposed */
    double target_total_excluded;          /* raw or imposed */
    double delta_total_excluded;           /* share of the document's difference */
} ra_tax_details;

/* To the document's currency. */
static inline double ra_tax_round(const ra_tax_config *config, double value) {
    return ra_float_round(value, config->currency_rounding);
}

/* The raw fields of *out; memory from `arena`. RA_NO_MEMORY. */
ra_status ra_tax_details_compute(const ra_tax_config *config, ra_arena *arena,
                                 const ra_tax_line *line, ra_tax_details *out) RA_MUST_CHECK;

/* Rounds them and puts imposed amounts in their place (first half of
 * _round_base_lines_tax_details). */
void ra_tax_details_round(const ra_tax_config *config, const ra_tax_line *line,
                          ra_tax_details *details);

/* _distribute_delta_amount_smoothly: amounts[i] is what factors[i] takes of `delta`. RA_NO_MEMORY.
 */
ra_status ra_tax_distribute(const ra_tax_config *config, ra_arena *arena, double delta,
                            const double *factors, size_t count, double *amounts) RA_MUST_CHECK;

#endif
