/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Meet in the middle: every sum of one half is looked up among the sums of the other. */
#include "match/ra_match_subset.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define HALF_MAX (1U << (RA_SUBSET_MAX / 2))

typedef struct ra_half_sum {
    int64_t sum;
    uint32_t members;
} ra_half_sum;

static int by_sum(const void *a, const void *b) {
    const ra_half_sum *x = a, *y = b;
    if (x->sum != y->sum) return x->sum < y->sum ? -1 : 1;
    return x->members < y->members ? -1 : x->members > y->members;
}

/* All 2^count sums, each from the one without its highest member. */
static void list_sums(const int64_t *amounts, uint32_t count, ra_half_sum *out) {
    out[0] = (ra_half_sum){0, 0};
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < 1U << i; k++)
            out[(1U << i) + k] = (ra_half_sum){out[k].sum + amounts[i], out[k].members | 1U << i};
}

static size_t first_not_below(const ra_half_sum *sums, size_t count, int64_t sum) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sums[middle].sum < sum)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Sums of random subsets lie about normally around half the whole with variance = sum of squares
 * / 4, on multiples of the amounts' common divisor. The density at the peak is an upper bound. */
static double chance_of(const int64_t *amounts, uint32_t count) {
    double squares = 0;
    int64_t step = 0;
    for (uint32_t i = 0; i < count; i++) {
        squares += (double)amounts[i] * (double)amounts[i];
        step = ra_common_divisor(amounts[i], step);
    }
    double peak = (double)step * 2 / sqrt(2 * 3.14159265358979 * squares);
    return (double)((1U << count) - 1) * (peak < 1 ? peak : 1);
}

ra_status ra_match_subset(const int64_t *amounts, uint32_t count, int64_t target, ra_subset *out) {
    ra_half_sum left[HALF_MAX], right[HALF_MAX];
    int64_t whole = 0;
    *out = (ra_subset){0};
    if (count > RA_SUBSET_MAX) return RA_TOO_LARGE;
    for (uint32_t i = 0; i < count; i++) {
        assert(amounts[i] > 0);
        if (__builtin_add_overflow(whole, amounts[i], &whole)) return RA_OVERFLOW;
    }
    if (count == 0 || target <= 0 || target > whole) return RA_OK;
    uint32_t low = count / 2, high = count - low;
    list_sums(amounts, low, left);
    list_sums(amounts + low, high, right);
    qsort(right, (size_t)1 << high, sizeof *right, by_sum);
    for (size_t i = 0; i < (size_t)1 << low && out->solutions < 2; i++) {
        int64_t rest = target - left[i].sum;
        for (size_t at = first_not_below(right, (size_t)1 << high, rest);
             at < (size_t)1 << high && right[at].sum == rest && out->solutions < 2; at++) {
            if (out->solutions++ == 0) out->members = left[i].members | right[at].members << low;
        }
    }
    out->chance = chance_of(amounts, count);
    return RA_OK;
}
