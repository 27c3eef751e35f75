/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Odoo 19's tax engine (addons/account/models/account_tax.py) for the document currency.
 *
 * Reproduced bit for bit: percent, fixed, division and group taxes, price-included and excluded,
 * include_base_amount, is_base_affected, round_per_line and round_globally, imposed amounts
 * (extra_tax_data). Not reproduced, so the planner must refuse them: python-code taxes and taxes
 * with negative repartition factors (reverse charge). */
#ifndef RA_PRICE_TAX_H
#define RA_PRICE_TAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ra_arena.h"

typedef enum ra_tax_kind {
    RA_TAX_PERCENT,
    RA_TAX_FIXED,
    RA_TAX_DIVISION,
    RA_TAX_GROUP
} ra_tax_kind;

typedef struct ra_tax {
    int32_t id; /* account.tax */
    int32_t sequence;
    ra_tax_kind kind;
    double amount; /* per cent, or units of currency for fixed */
    bool price_include;
    bool include_base_amount;
    bool is_base_affected;
    const int32_t *child_ids; /* groups only */
    size_t child_count;
} ra_tax;

/* Every tax the job may meet, sorted by id; borrowed. */
typedef struct ra_tax_table {
    const ra_tax *taxes;
    size_t count;
} ra_tax_table;

/* The taxes of a line: `linked_ids` as stored on the line (ascending, unique), `taxes` flattened
 * and in evaluation order (_flatten_taxes_and_sort_them). `owners[i]` is the index in `linked_ids`
 * of the tax that brought taxes[i]: itself, or the first group that holds it. */
typedef struct ra_tax_set {
    int32_t *linked_ids;
    size_t linked_count;
    const ra_tax **taxes;
    size_t *owners;
    size_t count;
} ra_tax_set;

/* Build a set from linked ids (any order, duplicates allowed). RA_UNKNOWN_TAX: an id, or a child's,
 * is not in the table; RA_BAD_ARGUMENT: a group within a group; RA_NO_MEMORY. */
ra_status ra_tax_set_build(const ra_tax_table *table, const int32_t *ids, size_t count,
                           ra_arena *arena, ra_tax_set *out) RA_MUST_CHECK;

typedef struct ra_tax_config {
    bool round_globally;      /* company.tax_calculation_rounding_method */
    double currency_rounding; /* of the order's currency, e.g. 0.01, 1.0, 0.001 */
    int currency_digits;      /* its decimal_places */
    bool compensated_sum;     /* Python >= 3.12: sum() of floats is Neumaier's */
} ra_tax_config;

/* One document line, in and out. Arrays have `set->count` items, in the set's order. */
typedef struct ra_tax_line {
    double price_unit, quantity, discount; /* discount in per cent */
    const ra_tax_set *set;
    /* Imposed amounts, used when `imposed` (extra_tax_data applies). Imposed bases of taxes change
     * no amount of an order and are not needed here. */
    bool imposed;
    double manual_total_excluded;
    const double *manual_tax;
    /* Results of the line on its own (_compute_amount): */
    double price_subtotal, price_total, price_tax;
    double *tax_amounts; /* rounded tax of each tax of the line on its own */
} ra_tax_line;

typedef struct ra_tax_totals {
    double amount_untaxed, amount_tax, amount_total; /* _compute_amounts of sale.order */
    /* Rounding the document moves the sum of some tax: on the invoice it is not the sum of the
     * lines' own amounts. */
    bool moves_tax;
} ra_tax_totals;

/* Results of each line on its own, and the totals of the document, which share what rounding leaves
 * open among the lines and so are not always the sum of the lines. Memory from `arena`. */
ra_status ra_tax_compute_document(const ra_tax_config *config, ra_arena *arena, ra_tax_line *lines,
                                  size_t count, ra_tax_totals *out) RA_MUST_CHECK;

#endif
