/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Credit notes before sales; see ra_match_rival.h. */
#include "match/ra_match_rival.h"

#define RIVALS_MAX 256 /* of one amount, compared one by one */

typedef struct ra_rivalry {
    const ra_match *match;
    const ra_event_state *state;
    const ra_item *sale;
    uint32_t first; /* RA_MATCH_NONE until one was found */
    uint32_t named; /* the last one that shares a reference with the sale */
    bool several;
} ra_rivalry;

static bool meet(ra_rivalry *rivalry, uint32_t index) {
    const ra_item *item = ra_match_item_at(rivalry->match, index);
    if (item->touched || item->kind == RA_ITEM_BANK_LINE) return false;
    if (rivalry->first == RA_MATCH_NONE) rivalry->first = index;
    rivalry->several = rivalry->several || rivalry->first != index;
    return true;
}

static bool is_of_person(const ra_rivalry *rivalry, const ra_item *item) {
    const ra_item *sale = rivalry->sale;
    return ra_match_compare_persons(sale->party, sale->email, item) != RA_PARTY_DIFFERS ||
           ra_match_compare_party(rivalry->state, item) == RA_PARTY_AGREES;
}

static void meet_all(ra_rivalry *rivalry, uint64_t amount, uint64_t mark) {
    ra_entry_cursor cursor = ra_match_find(rivalry->match, ra_match_refund_hash(amount, mark));
    for (const ra_entry *entry; (entry = ra_match_next(rivalry->match, &cursor)) != NULL;)
        meet(rivalry, entry->item);
}

static void meet_person(ra_rivalry *rivalry, uint64_t amount, ra_str party, uint64_t email) {
    if (email != 0) meet_all(rivalry, amount, email);
    if (party.len > 0) meet_all(rivalry, amount, ra_match_hash(RA_SORT_PARTY, party));
}

static void look_by_person(ra_rivalry *rivalry, uint64_t amount, bool refund) {
    const ra_match *match = rivalry->match;
    size_t begin, end;
    ra_match_amount_run(match, amount, RA_NO_DAY, INT32_MAX, &begin, &end);
    if (end - begin > RIVALS_MAX) {
        rivalry->several = rivalry->several || !refund;
        meet_person(rivalry, amount, rivalry->sale->party, rivalry->sale->email);
        meet_person(rivalry, amount, rivalry->state->party, rivalry->state->email);
        return;
    }
    for (size_t i = begin; i < end; i++)
        if (is_of_person(rivalry, ra_match_item_at(match, match->amounts[i].item)))
            meet(rivalry, match->amounts[i].item);
}

static void look_by_reference(ra_rivalry *rivalry, uint64_t amount) {
    const ra_match *match = rivalry->match;
    for (const uint64_t *ref = rivalry->sale->refs; ref != NULL && *ref != 0; ref++) {
        ra_entry_cursor cursor = ra_match_find(match, ra_match_refund_hash(amount, *ref));
        for (const ra_entry *entry; (entry = ra_match_next(match, &cursor)) != NULL;)
            if (meet(rivalry, entry->item)) rivalry->named = entry->item;
    }
}

static void look_by_candidates(ra_rivalry *rivalry, uint32_t event) {
    for (uint32_t i = 0; i < rivalry->state->candidate_count; i++) {
        const ra_candidate *candidate = &rivalry->state->candidates[i];
        ra_weight weight = ra_match_weigh(rivalry->match, event, candidate->item);
        if (weight.fit == RA_FIT_EQUAL && !weight.back && !candidate->differs)
            meet(rivalry, candidate->item);
    }
}

static void look_by_amount(ra_rivalry *rivalry, uint32_t currency, int64_t amount) {
    uint64_t hash = ra_match_amount_hash(currency, amount);
    look_by_person(rivalry, hash, amount < 0);
    look_by_reference(rivalry, hash);
}

ra_rival ra_match_rival(const ra_match *match, uint32_t index, uint32_t sale, uint32_t *own) {
    const ra_match_event *event = &match->events[index];
    const ra_event_state *state = &match->states[index];
    ra_rivalry rivalry = {.match = match,
                          .state = state,
                          .sale = ra_match_item_at(match, sale),
                          .first = RA_MATCH_NONE,
                          .named = RA_MATCH_NONE};
    look_by_candidates(&rivalry, index);
    if (ra_match_seeks_amount(event, state)) {
        look_by_amount(&rivalry, state->currency, ra_match_amount_of(event));
        if (event->paid != 0 && state->paid_currency != state->currency)
            look_by_amount(&rivalry, state->paid_currency, ra_match_paid_of(event));
    }
    if (rivalry.first == RA_MATCH_NONE && !rivalry.several) return RA_RIVAL_NONE;
    if (rivalry.several || rivalry.named != rivalry.first) return RA_RIVAL_SOME;
    const ra_item *found = ra_match_item_at(match, rivalry.first);
    if (ra_match_compare_persons(rivalry.sale->party, rivalry.sale->email, found) ==
        RA_PARTY_DIFFERS)
        return RA_RIVAL_SOME;
    *own = rivalry.first;
    return RA_RIVAL_OWN;
}

ra_status ra_match_take_own(ra_match *match, uint32_t event, uint32_t own) {
    const ra_item *item = ra_match_item_at(match, own);
    ra_match_link link = {.event = event,
                          .item = own,
                          .amount = ra_match_weigh(match, event, own).demand,
                          .score = 1.0F,
                          .level = RA_LEVEL_REFERENCE,
                          .field = RA_FIELD_PARENT,
                          .tier = RA_TIER_FOLDED,
                          .relation = RA_RELATION_EQUAL,
                          .party = (uint8_t)ra_match_compare_party(&match->states[event], item),
                          .lag = ra_match_lag(&match->events[event], item)};
    return ra_match_take(match, &link);
}
