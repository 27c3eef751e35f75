/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Why an event stayed open, and what a person may choose from; see ra_match_level.h. */
#include <stdlib.h>

#include "match/ra_match_level.h"

/* How likely a person will choose a candidate of that spelling; for the order of proposals. */
static const float tier_scores[] = {0.95F, 0.9F, 0.8F, 0.5F};

typedef struct ra_finding {
    ra_match_link links[RA_CANDIDATES_MAX];
    uint32_t count;                    /* of links */
    uint32_t fits[RA_FIT_FOREIGN + 1]; /* candidates by fit, mere numbers apart */
    uint32_t numbers;                  /* mere numbers that would fit */
} ra_finding;

static ra_match_link proposal_of(const ra_match *match, uint32_t event,
                                 const ra_candidate *candidate, const ra_weight *weight) {
    const ra_item *item = ra_match_item_at(match, candidate->item);
    ra_match_party party = ra_match_compare_party(&match->states[event], item);
    bool exceeds = weight->fit == RA_FIT_EXCEEDS;
    bool equal = weight->fit == RA_FIT_EQUAL;
    float score = tier_scores[candidate->tier];
    if (party == RA_PARTY_DIFFERS || candidate->differs) score /= 2;
    if (!equal) score *= 0.9F;
    return (ra_match_link){.event = event,
                           .item = candidate->item,
                           .amount = !exceeds             ? weight->demand
                                     : weight->demand < 0 ? -weight->room
                                                          : weight->room,
                           .score = score,
                           .level =
                               candidate->tier == RA_TIER_ID ? RA_LEVEL_ID : RA_LEVEL_REFERENCE,
                           .field = candidate->field,
                           .tier = candidate->tier,
                           .relation = exceeds        ? RA_RELATION_EXCEEDS
                                       : weight->back ? RA_RELATION_BACK
                                       : equal        ? RA_RELATION_EQUAL
                                                      : RA_RELATION_PARTIAL,
                           .party = (uint8_t)party,
                           .lag = ra_match_lag(&match->events[event], item)};
}

static void weigh_all(const ra_match *match, uint32_t event, ra_finding *out) {
    const ra_event_state *state = &match->states[event];
    for (uint32_t i = 0; i < state->candidate_count; i++) {
        const ra_candidate *candidate = &state->candidates[i];
        ra_weight weight = ra_match_weigh(match, event, candidate->item);
        if (candidate->tier == RA_TIER_NUMBER)
            out->numbers += weight.fit <= RA_FIT_PART;
        else
            out->fits[weight.fit]++;
        if (weight.fit <= RA_FIT_EXCEEDS)
            out->links[out->count++] = proposal_of(match, event, candidate, &weight);
    }
}

static ra_match_reason reason_of(const ra_match *match, uint32_t event, const ra_finding *finding) {
    const ra_match_event *row = &match->events[event];
    const ra_event_state *state = &match->states[event];
    uint32_t fitting = finding->fits[RA_FIT_EQUAL] + finding->fits[RA_FIT_PART];
    if (state->crowded || fitting > 1) return RA_REASON_SEVERAL_CANDIDATES;
    if (fitting == 1) return RA_REASON_WEAK_EVIDENCE;
    if (finding->fits[RA_FIT_EXCEEDS] > 0) return RA_REASON_EXCEEDS_OPEN;
    if (finding->fits[RA_FIT_EMPTY] > 0) return RA_REASON_ALREADY_SETTLED;
    if (finding->fits[RA_FIT_FOREIGN] > 0) return RA_REASON_CURRENCY_MISMATCH;
    if (state->reason != RA_REASON_COUNT) return (ra_match_reason)state->reason;
    if (finding->numbers > 0)
        return finding->numbers > 1 ? RA_REASON_SEVERAL_CANDIDATES : RA_REASON_WEAK_EVIDENCE;
    bool named = state->named || row->parent.len > 0 || row->kind == RA_EVENT_PAYOUT;
    return named ? RA_REASON_NOT_FOUND_YET : RA_REASON_NO_CANDIDATE;
}

static int by_score(const void *a, const void *b) {
    const ra_match_link *x = a, *y = b;
    if (x->score > y->score || x->score < y->score) return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

ra_status ra_match_explain(ra_match *match, uint32_t event) {
    ra_event_state *state = &match->states[event];
    if (state->status == RA_EVENT_OPEN) {
        ra_finding finding = {.count = 0};
        weigh_all(match, event, &finding);
        state->reason = (uint8_t)reason_of(match, event, &finding);
        qsort(finding.links, finding.count, sizeof *finding.links, by_score);
        for (uint32_t i = 0; i < finding.count && i < RA_MATCH_PROPOSALS; i++) {
            ra_match_link *kept = ra_pool_add(&match->proposals, &match->arena);
            if (kept == NULL) return RA_NO_MEMORY;
            *kept = finding.links[i];
        }
    }
    ra_match_exception *exception = ra_pool_add(&match->exceptions, &match->arena);
    if (exception == NULL) return RA_NO_MEMORY;
    *exception = (ra_match_exception){event, (ra_match_reason)state->reason};
    return RA_OK;
}
