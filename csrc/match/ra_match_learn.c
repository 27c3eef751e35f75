/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the certain matches of a file say about the rest; see ra_match_level.h. */
#include "match/ra_match_level.h"
#include "match/ra_match_tally.h"

#define LAG_WEIGHT 20.0 /* certain matches that the expectation without any is worth */
#define LAG_DECAY 0.5   /* of that expectation, per day away from the item's own day */
#define ABSENT_HITS 1.0 /* the expected share of absent items, as if seen in 20 events: 5 % */
#define ABSENT_SEEN 20.0
#define ABSENT_LEAST 0.005
#define ABSENT_MOST 0.8
#define LONE_SEEN 50 /* certain captures of an amount of their own, to judge from */

/* Money mostly moves on the day of the sale or soon after. */
static void expect_lags(double lag[RA_LAG_COUNT]) {
    double sum = 0;
    for (int i = 0; i < RA_LAG_COUNT; i++) {
        int day = i + RA_LAG_FIRST;
        double share = day < 0 ? 0.01 : 0.002;
        double decayed = 1;
        for (int away = day < 0 ? -2 * day : day; away > 0; away--)
            decayed *= LAG_DECAY;
        lag[i] = share + decayed;
        sum += lag[i];
    }
    for (int i = 0; i < RA_LAG_COUNT; i++)
        lag[i] *= LAG_WEIGHT / sum;
}

/* An amount with one item is either this item's or an accident. How rare accidents are is seen
 * where the item is known: among the amounts of certain captures, those with one other item against
 * those with none (Robbins' estimator of a Poisson rate that differs from amount to amount). The
 * mean would not do: a few prices that many sales have would speak for all the others. */
static double learn_lone(const ra_match *match) {
    double none = 0, one = 1;
    for (size_t i = 0; i < match->links.count; i++) {
        const ra_match_link *link = ra_pool_at(&match->links, i);
        const ra_item *item = ra_match_item_at(match, link->item);
        bool whole = link->relation == RA_RELATION_EQUAL && link->amount == item->open;
        if (!whole || match->events[link->event].kind != RA_EVENT_CAPTURE) continue;
        uint32_t seen = ra_match_tally_of(match, ra_match_amount_hash(item->currency, item->open));
        none += seen == 1;
        one += seen == 2;
    }
    return none < LONE_SEEN ? -1 : one / none;
}

void ra_match_learn(const ra_match *match, ra_match_prior *prior) {
    double seen = LAG_WEIGHT, named = ABSENT_SEEN, missed = ABSENT_HITS;
    expect_lags(prior->lag);
    for (size_t i = 0; i < match->links.count; i++) {
        const ra_match_link *link = ra_pool_at(&match->links, i);
        int64_t at = (int64_t)link->lag - RA_LAG_FIRST;
        if (link->relation != RA_RELATION_EQUAL || at < 0 || at >= RA_LAG_COUNT) continue;
        prior->lag[at] += 1;
        seen += 1;
    }
    for (int i = 0; i < RA_LAG_COUNT; i++)
        prior->lag[i] /= seen;
    for (uint32_t i = 0; i < match->event_count; i++) {
        const ra_event_state *state = &match->states[i];
        if (!state->named || state->status == RA_EVENT_IDLE) continue;
        named += 1;
        missed += state->status == RA_EVENT_OPEN && state->candidate_count == 0;
    }
    prior->lone = learn_lone(match);
    prior->absent = missed / named;
    if (prior->absent < ABSENT_LEAST) prior->absent = ABSENT_LEAST;
    if (prior->absent > ABSENT_MOST) prior->absent = ABSENT_MOST;
}
