/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Levels id and reference; see ra_match_level.h.
 *
 * A pass takes one kind of spelling in one direction. All picks of a pass are made before any is
 * booked, so a spelling that two rows share with one item is seen. Sure spellings (id, exact,
 * folded) are booked in the order of time; a mere number only when all its rows fit. */
#include <stdlib.h>

#include "match/ra_match_level.h"
#include "match/ra_match_rival.h"
#include "match/ra_match_subset.h"

#define ROUNDS 8

typedef struct ra_pass {
    ra_match_tier tier;
    bool back;
} ra_pass;

/* A refund's credit note is looked for by all spellings before its sale is. */
static const ra_pass passes[] = {
    {RA_TIER_ID, false}, {RA_TIER_EXACT, false}, {RA_TIER_FOLDED, false}, {RA_TIER_NUMBER, false},
    {RA_TIER_ID, true},  {RA_TIER_EXACT, true},  {RA_TIER_FOLDED, true},  {RA_TIER_NUMBER, true},
};

typedef struct ra_pick {
    uint32_t event, turn; /* turn: place in the order of time */
    uint32_t item;
    uint8_t field;
    bool differs;
} ra_pick;

/* The candidates of one event in one pass. */
typedef struct ra_choice {
    const ra_candidate *of[RA_CANDIDATES_MAX];
    ra_weight weight[RA_CANDIDATES_MAX];
    uint8_t rank[RA_CANDIDATES_MAX];
    uint32_t count;
} ra_choice;

/* A mere number is of no account once the reference was found as it is. */
static bool is_named_surely(const ra_event_state *state) {
    for (uint32_t i = 0; i < state->candidate_count; i++) {
        uint8_t tier = state->candidates[i].tier;
        if (tier == RA_TIER_EXACT || tier == RA_TIER_FOLDED) return true;
    }
    return false;
}

/* The reference of the row that this one follows leads to a credit note; to the sale leads the id.
 */
static bool is_inherited(const ra_candidate *candidate) {
    return candidate->field == RA_FIELD_PARENT && candidate->tier != RA_TIER_ID;
}

static void list_choices(const ra_match *match, uint32_t event, ra_pass pass, ra_choice *out) {
    const ra_event_state *state = &match->states[event];
    out->count = 0;
    if (pass.tier == RA_TIER_NUMBER && is_named_surely(state)) return;
    for (uint32_t i = 0; i < state->candidate_count; i++) {
        const ra_candidate *candidate = &state->candidates[i];
        if (candidate->tier != pass.tier) continue;
        if (pass.back && is_inherited(candidate)) continue;
        ra_weight weight = ra_match_weigh(match, event, candidate->item);
        if (weight.fit > RA_FIT_EXCEEDS || weight.back != pass.back) continue;
        out->of[out->count] = candidate;
        out->weight[out->count] = weight;
        out->rank[out->count++] =
            match->options.rank[ra_match_item_at(match, candidate->item)->kind];
    }
}

/* The only candidate of the best rank, among those that fit exactly or among all; NULL when there
 * is none or there are several. */
static const ra_candidate *only_best(const ra_choice *choice, bool equal, bool *several) {
    uint32_t best = RA_MATCH_NONE, count = 0;
    for (uint32_t i = 0; i < choice->count; i++) {
        if (equal && choice->weight[i].fit != RA_FIT_EQUAL) continue;
        if (best != RA_MATCH_NONE && choice->rank[i] > choice->rank[best]) continue;
        count = best != RA_MATCH_NONE && choice->rank[i] == choice->rank[best] ? count + 1 : 1;
        best = i;
    }
    *several = count > 1;
    if (count != 1 || choice->weight[best].fit == RA_FIT_EXCEEDS) return NULL;
    return choice->of[best];
}

/* Is what speaks for the pair enough? The amount and the person confirm what a spelling leaves
 * open; a part of an amount confirms nothing. */
static bool is_sure(const ra_match *match, uint32_t event, const ra_candidate *candidate) {
    const ra_item *item = ra_match_item_at(match, candidate->item);
    ra_weight weight = ra_match_weigh(match, event, candidate->item);
    ra_match_party party = ra_match_compare_party(&match->states[event], item);
    bool equal = weight.fit == RA_FIT_EQUAL;
    switch (candidate->tier) {
    case RA_TIER_ID:
        return true;
    case RA_TIER_EXACT:
    case RA_TIER_FOLDED:
        return equal || party != RA_PARTY_DIFFERS;
    default:
        if (candidate->differs) return equal && party == RA_PARTY_AGREES;
        return equal ? party != RA_PARTY_DIFFERS : party == RA_PARTY_AGREES;
    }
}

static ra_match_link link_of(const ra_match *match, uint32_t event, const ra_candidate *candidate) {
    const ra_item *item = ra_match_item_at(match, candidate->item);
    ra_weight weight = ra_match_weigh(match, event, candidate->item);
    bool equal = weight.fit == RA_FIT_EQUAL;
    return (ra_match_link){.event = event,
                           .item = candidate->item,
                           .amount = weight.demand,
                           .score = candidate->tier == RA_TIER_NUMBER ? 0.999F : 1.0F,
                           .level =
                               candidate->tier == RA_TIER_ID ? RA_LEVEL_ID : RA_LEVEL_REFERENCE,
                           .field = candidate->field,
                           .tier = candidate->tier,
                           .relation = weight.back ? RA_RELATION_BACK
                                       : equal     ? RA_RELATION_EQUAL
                                                   : RA_RELATION_PARTIAL,
                           .party = (uint8_t)ra_match_compare_party(&match->states[event], item),
                           .lag = ra_match_lag(&match->events[event], item)};
}

/* Several items of one reference that only together make up the sum. */
static ra_status take_sum(ra_match *match, uint32_t event, ra_pass pass, const ra_choice *choice,
                          bool *taken) {
    int64_t rooms[RA_SUBSET_MAX];
    uint32_t of[RA_SUBSET_MAX] = {0}, count = 0, own;
    uint8_t best = UINT8_MAX;
    for (uint32_t i = 0; i < choice->count; i++)
        best = choice->rank[i] < best ? choice->rank[i] : best;
    for (uint32_t i = 0; i < choice->count; i++) {
        if (choice->rank[i] != best) continue;
        if (count == RA_SUBSET_MAX) return RA_OK;
        rooms[count] = choice->weight[i].room;
        of[count++] = i;
    }
    if (pass.back && ra_match_rival(match, event, choice->of[of[0]]->item, &own) != RA_RIVAL_NONE)
        return RA_OK;
    ra_subset subset;
    int64_t demand = choice->weight[of[0]].demand;
    ra_status status = ra_match_subset(rooms, count, demand < 0 ? -demand : demand, &subset);
    if (status == RA_OVERFLOW) return RA_OK;
    if (status != RA_OK || subset.solutions != 1) return status;
    for (uint32_t i = 0; status == RA_OK && i < count; i++) {
        if ((subset.members >> i & 1) == 0) continue;
        ra_match_link link = link_of(match, event, choice->of[of[i]]);
        link.amount = demand < 0 ? -rooms[i] : rooms[i];
        link.level = RA_LEVEL_GROUP;
        link.relation = choice->weight[of[i]].back ? RA_RELATION_BACK : RA_RELATION_EQUAL;
        status = ra_match_take(match, &link);
    }
    *taken = status == RA_OK;
    return status;
}

/* Currencies of the items may not be mixed: one demand stands for all. */
static bool same_demand(const ra_match *match, const ra_choice *choice) {
    for (uint32_t i = 1; i < choice->count; i++)
        if (ra_match_item_at(match, choice->of[i]->item)->currency !=
            ra_match_item_at(match, choice->of[0]->item)->currency)
            return false;
    return choice->count > 0;
}

/* A credit note that could be the event's own goes before giving back. A sale known by a mere
 * number says too little to take it. */
static ra_status settle_rival(ra_match *match, uint32_t event, ra_pass pass,
                              const ra_candidate *sale, bool *waits, bool *more) {
    uint32_t own;
    ra_rival rival = ra_match_rival(match, event, sale->item, &own);
    *waits = rival != RA_RIVAL_NONE;
    if (rival != RA_RIVAL_OWN || pass.tier == RA_TIER_NUMBER) return RA_OK;
    *more = true;
    return ra_match_take_own(match, event, own);
}

static ra_status pick(ra_match *match, uint32_t event, ra_pass pass, ra_pick *out, bool *picked,
                      bool *more) {
    ra_choice choice;
    bool several, taken = false, waits = false;
    *picked = false;
    if (match->states[event].crowded) return RA_OK;
    list_choices(match, event, pass, &choice);
    const ra_candidate *found = only_best(&choice, true, &several);
    if (found == NULL && !several) {
        found = only_best(&choice, false, &several);
        bool summed = several && pass.tier != RA_TIER_NUMBER && match->options.groups;
        if (summed && same_demand(match, &choice)) {
            ra_status status = take_sum(match, event, pass, &choice, &taken);
            if (status != RA_OK) return status;
        }
    }
    *more = *more || taken;
    if (taken || found == NULL || !is_sure(match, event, found)) return RA_OK;
    if (pass.back) {
        ra_status status = settle_rival(match, event, pass, found, &waits, more);
        if (waits || status != RA_OK) return status;
    }
    *out = (ra_pick){
        .event = event, .item = found->item, .field = found->field, .differs = found->differs};
    *picked = true;
    return RA_OK;
}

static int by_item(const void *a, const void *b) {
    const ra_pick *x = a, *y = b;
    if (x->item != y->item) return x->item < y->item ? -1 : 1;
    return x->turn < y->turn ? -1 : x->turn > y->turn;
}

/* Rows that share a number with one item, but want more than it has, contradict each other. */
static bool all_fit(const ra_match *match, const ra_pick *picks, size_t count) {
    __int128 sum = 0;
    int64_t room = 0;
    for (size_t i = 0; i < count; i++) {
        ra_weight weight = ra_match_weigh(match, picks[i].event, picks[i].item);
        sum += weight.demand < 0 ? -weight.demand : weight.demand;
        room = weight.room;
    }
    return sum <= room;
}

static ra_status book(ra_match *match, const ra_pick *pick, ra_pass pass, bool *more) {
    ra_weight weight = ra_match_weigh(match, pick->event, pick->item);
    if (weight.fit > RA_FIT_PART) return RA_OK;
    ra_candidate candidate = {.item = pick->item,
                              .tier = (uint8_t)pass.tier,
                              .field = pick->field,
                              .differs = pick->differs};
    ra_match_link link = link_of(match, pick->event, &candidate);
    *more = true;
    return ra_match_take(match, &link);
}

static ra_status run_pass(ra_match *match, ra_pass pass, ra_pick *picks, bool *more) {
    size_t count = 0;
    for (uint32_t turn = 0; turn < match->event_count; turn++) {
        uint32_t event = match->order[turn];
        bool picked;
        if (match->states[event].status != RA_EVENT_OPEN) continue;
        ra_status status = pick(match, event, pass, &picks[count], &picked, more);
        if (status != RA_OK) return status;
        picks[count].turn = turn;
        count += picked;
    }
    qsort(picks, count, sizeof *picks, by_item);
    for (size_t at = 0, end; at < count; at = end) {
        for (end = at + 1; end < count && picks[end].item == picks[at].item;)
            end++;
        if (pass.tier == RA_TIER_NUMBER && !all_fit(match, picks + at, end - at)) continue;
        for (size_t i = at; i < end; i++) {
            ra_status status = book(match, &picks[i], pass, more);
            if (status != RA_OK) return status;
        }
    }
    return RA_OK;
}

ra_status ra_match_by_reference(ra_match *match) {
    ra_arena scratch;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    ra_pick *picks = ra_arena_array(&scratch, (size_t)match->event_count + 1, sizeof *picks);
    ra_status status = picks == NULL ? RA_NO_MEMORY : RA_OK;
    bool more = true;
    /* A chargeback makes room for the reversal behind it: what the second round finds. */
    for (int round = 0; status == RA_OK && more && round < ROUNDS; round++) {
        more = false;
        for (size_t i = 0; status == RA_OK && i < sizeof passes / sizeof *passes; i++)
            status = run_pass(match, passes[i], picks, &more);
        if (status == RA_OK) status = ra_match_by_chain(match, &more);
    }
    ra_arena_free(&scratch);
    return status;
}
