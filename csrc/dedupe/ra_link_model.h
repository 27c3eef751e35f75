/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Fellegi-Sunter: what each level of agreement is worth, learnt from the data alone.
 *
 *   m = P(level | same), u = P(level | different), weight = log2(m / u) bits
 *   weight of a pair = prior + sum of column weights + rarity of what is equal
 *   probability = 1 / (1 + 2^-weight)
 *
 * u comes from random pairs (and, for equality, from the counts of the values), m and the prior
 * from expectation maximisation over candidate pairs with u held fixed: candidates are no random
 * sample of the different pairs, but nearly all same pairs are among them, and the prior is over
 * all pairs, so the choice of blocks does not shift the weights.
 * Where different records may share several fields at once (ra_link_share.h) that explanation
 * competes with sameness. Where a level's rarity is counted
 * per value (ra_link_level_has_bits) the weight holds log2(m) only and the value brings the rest.
 */
#ifndef RA_DEDUPE_LINK_MODEL_H
#define RA_DEDUPE_LINK_MODEL_H

#include "dedupe/ra_link_compare.h"
#include "dedupe/ra_link_manner.h"
#include "dedupe/ra_link_parallel.h"

/* Bits. Another number is another document, be all else equal; one that is an edit apart may be a
 * slip, which is seldom, while two documents of one payer often have numbers that close. */
#define RA_LINK_OTHER_NUMBER (-20.0F)
#define RA_LINK_NEAR_NUMBER (-4.0F)
#define RA_LINK_VETO (-1000.0F) /* bits: beyond what any agreement outweighs */

typedef struct ra_link_pair {
    uint32_t a, b;
    uint64_t pattern;
    float weight; /* bits; 0 before the model is known */
} ra_link_pair;

typedef struct ra_link_model {
    double m[RA_LINK_FIELDS][RA_LINK_LEVELS];
    double u[RA_LINK_FIELDS][RA_LINK_LEVELS];
    float weight[RA_LINK_FIELDS][RA_LINK_LEVELS];
    uint32_t shared[RA_LINK_SHARES];    /* columns of each share of the profile, one bit each */
    float share_odds[RA_LINK_SHARES];   /* log2 of how often the rest follows when one is shared */
    uint32_t sometimes[RA_LINK_SHARES]; /* of these columns, shared by some only */
    float follows[RA_LINK_SHARES][RA_LINK_FIELDS]; /* log2 of how often, for those columns */
    uint32_t shares;
    double prior;    /* P(two random records are the same) */
    float base;      /* log2 odds of the prior */
    float threshold; /* the weight from which taking pairs maximises the expected F1 */
    float automatic; /* the weight from which a pair needs nobody's eye; at least `threshold` */
    double expected_precision, expected_recall; /* at the threshold, by the model's own account */
    double manners[RA_LINK_MANNERS]; /* same pairs of the sample, by how they are written */
    uint32_t columns, iterations;
} ra_link_model;

struct ra_link_habits;

typedef struct ra_link_training {
    const ra_link_comparer *comparer;
    ra_link_pair *pairs; /* candidates; reordered by training */
    uint64_t count;
    double share; /* of all candidates that `pairs` is a sample of, 0..1 */
    const ra_link_crew *crew;
    const struct ra_link_habits *habits; /* NULL: none */
    uint64_t seed;
} ra_link_training;

/* Estimate everything. Deterministic for a seed, whatever the threads. */
ra_status ra_link_model_train(ra_link_model *model, const ra_link_training *training,
                              ra_arena *arena) RA_MUST_CHECK;

/* The weight of a pattern with the rarity bits of its columns. */
float ra_link_model_weight(const ra_link_model *model, uint64_t pattern, const float *bits);

/* The same from what each column is worth. */
float ra_link_model_sum(const ra_link_model *model, const float *worth);

/* What is taken off the sum of the columns' weights `worth`, because records that are not the same
 * may share all of a share's columns as well; never negative. Shares with one of the `unknown`
 * columns (one bit each) are left out, so that the result is a lower bound. */
float ra_link_model_shared(const ra_link_model *model, const float *worth, uint32_t unknown);

/* What a column that is worth `worth` bits is worth to records of one share that are not the same.
 */
float ra_link_model_follows(const ra_link_model *model, uint32_t share, uint32_t column,
                            float worth);

double ra_link_probability(float weight);

#endif
