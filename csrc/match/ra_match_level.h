/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The levels of the cascade. Only for this room. Each works on the events that are still open and
 * leaves links; what it would not decide alone it leaves as proposals. */
#ifndef RA_MATCH_LEVEL_H
#define RA_MATCH_LEVEL_H

#include "match/ra_match_weigh.h"

#define RA_CANDIDATES_MAX 64 /* of one event; with more it is crowded and nothing is taken */

/* What the file itself says about its rows, learnt from the certain matches. */
#define RA_LAG_FIRST (-7)
#define RA_LAG_COUNT 128
typedef struct ra_match_prior {
    double lag[RA_LAG_COUNT]; /* P(lag) of a true pair, from RA_LAG_FIRST days on */
    double absent;            /* P(the item of an event is not there) */
    /* Of the only item with a capture's amount: how often chance puts one there, for each time that
     * it puts none. Negative: not known. */
    double lone;
} ra_match_prior;

/* Look up the items that each event names. */
ra_status ra_match_gather(ra_match *match) RA_MUST_CHECK;

/* Levels id and reference (and sums of several items of one reference). */
ra_status ra_match_by_reference(ra_match *match) RA_MUST_CHECK;

/* Refunds, chargebacks and reversals onto the item of the event they follow. *more tells whether
 * any was. */
ra_status ra_match_by_chain(ra_match *match, bool *more) RA_MUST_CHECK;

void ra_match_learn(const ra_match *match, ra_match_prior *prior);
ra_status ra_match_by_amount(ra_match *match, const ra_match_prior *prior) RA_MUST_CHECK;
/* Sums of a person's items or rows; rows that name nobody by any customer's items. */
ra_status ra_match_by_group(ra_match *match, const ra_match_prior *prior) RA_MUST_CHECK;
ra_status ra_match_by_sum(ra_match *match) RA_MUST_CHECK;

/* The reason of an event that stayed open, and proposals from its candidates. */
ra_status ra_match_explain(ra_match *match, uint32_t event) RA_MUST_CHECK;

#endif
