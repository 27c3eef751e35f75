/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sharing a rounding difference among lines as Odoo does: by weight, largest first. */
#include <math.h>
#include <stdlib.h>

#include "canonical/ra_decimal.h"
#include "price/ra_round.h"
#include "price/ra_tax_details.h"

typedef struct share {
    size_t index;
    double factor;
} share;

/* Descending; equal factors keep their order, as Python's stable sort has it. */
static int compare_shares(const void *a, const void *b) {
    const share *x = a, *y = b;
    if (x->factor != y->factor) return x->factor > y->factor ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* _normalize_target_factors */
static ra_status normalize(const ra_tax_config *config, ra_arena *arena, const double *factors,
                           size_t count, share **out) {
    share *shares = ra_arena_array(arena, count, sizeof *shares);
    if (shares == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        shares[i] = (share){i, fabs(factors[i])};
    if (count > 1) qsort(shares, count, sizeof *shares, compare_shares);
    ra_sum sum = {.compensated = config->compensated_sum};
    for (size_t i = 0; i < count; i++)
        ra_sum_add(&sum, shares[i].factor);
    double total = ra_sum_total(&sum);
    for (size_t i = 0; i < count; i++) {
        shares[i].factor = total != 0 ? shares[i].factor / total : 1 / (double)count;
    }
    *out = shares;
    return RA_OK;
}

ra_status ra_tax_distribute(const ra_tax_config *config, ra_arena *arena, double delta,
                            const double *factors, size_t count, double *amounts) {
    for (size_t i = 0; i < count; i++)
        amounts[i] = 0.0;
    double unit = ra_decimal_to_double((ra_decimal){1, (uint8_t)config->currency_digits});
    if (ra_float_is_zero(delta, unit)) return RA_OK;
    share *shares = NULL;
    ra_status status = normalize(config, arena, factors, count, &shares);
    if (status != RA_OK) return status;
    double sign = delta < 0.0 ? -1 : 1;
    double errors = ra_round_half_even(fabs(delta / unit));
    double remaining = errors;
    for (size_t i = 0; i < count && remaining != 0; i++) {
        double taken = ra_round_half_even(shares[i].factor * errors);
        if (taken > remaining) taken = remaining;
        remaining -= taken;
        amounts[shares[i].index] += sign * taken * unit;
    }
    for (size_t i = 0; i < count && remaining != 0; i++) {
        amounts[shares[i].index] += sign * unit;
        remaining -= 1;
    }
    return RA_OK;
}
