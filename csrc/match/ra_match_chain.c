/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Events onto the item of the event they follow; see ra_match_level.h. */
#include "match/ra_match_level.h"
#include "match/ra_match_rival.h"

/* Events by their transaction id, open addressing; index + 1, 0: free. */
typedef struct ra_chain {
    const ra_match *match;
    uint32_t *slots;
    size_t mask;
} ra_chain;

static uint64_t hash_of(ra_str id) {
    return ra_match_hash(RA_SORT_ID, id);
}

static ra_status build(ra_chain *chain, ra_arena *scratch) {
    const ra_match *match = chain->match;
    size_t room = 16;
    while (room < 2 * (size_t)match->event_count)
        room *= 2;
    chain->slots = ra_arena_array(scratch, room, sizeof *chain->slots);
    if (chain->slots == NULL) return RA_NO_MEMORY;
    chain->mask = room - 1;
    for (uint32_t i = 0; i < match->event_count; i++) {
        ra_str id = match->events[i].transaction;
        if (id.len == 0 || match->states[i].item == RA_MATCH_NONE) continue;
        size_t at = hash_of(id) & chain->mask;
        while (chain->slots[at] != 0)
            at = (at + 1) & chain->mask;
        chain->slots[at] = i + 1;
    }
    return RA_OK;
}

/* The item of the linked events with this id; RA_MATCH_NONE when they have none or several. */
static uint32_t item_of(const ra_chain *chain, ra_str id) {
    uint32_t item = RA_MATCH_NONE;
    if (id.len == 0) return item;
    for (size_t at = hash_of(id) & chain->mask; chain->slots[at] != 0;
         at = (at + 1) & chain->mask) {
        uint32_t event = chain->slots[at] - 1;
        if (!ra_str_equal(chain->match->events[event].transaction, id)) continue;
        uint32_t found = chain->match->states[event].item;
        if (item != RA_MATCH_NONE && item != found) return RA_MATCH_NONE;
        item = found;
    }
    return item;
}

static ra_status follow(ra_match *match, const ra_chain *chain, uint32_t index, bool *more) {
    const ra_match_event *event = &match->events[index];
    uint32_t item = item_of(chain, event->parent);
    if (item == RA_MATCH_NONE) item = item_of(chain, event->transaction);
    if (item == RA_MATCH_NONE) return RA_OK;
    ra_weight weight = ra_match_weigh(match, index, item);
    if (weight.fit > RA_FIT_PART) return RA_OK;
    uint32_t own;
    ra_rival rival = weight.back ? ra_match_rival(match, index, item, &own) : RA_RIVAL_NONE;
    if (rival == RA_RIVAL_SOME) return RA_OK;
    *more = true;
    if (rival == RA_RIVAL_OWN) return ra_match_take_own(match, index, own);
    const ra_item *kept = ra_match_item_at(match, item);
    ra_match_link link = {.event = index,
                          .item = item,
                          .amount = weight.demand,
                          .score = 1.0F,
                          .level = RA_LEVEL_ID,
                          .field = RA_FIELD_CHAIN,
                          .tier = RA_TIER_ID,
                          .relation = weight.back                  ? RA_RELATION_BACK
                                      : weight.fit == RA_FIT_EQUAL ? RA_RELATION_EQUAL
                                                                   : RA_RELATION_PARTIAL,
                          .party = (uint8_t)ra_match_compare_party(&match->states[index], kept),
                          .lag = ra_match_lag(event, kept)};
    return ra_match_take(match, &link);
}

ra_status ra_match_by_chain(ra_match *match, bool *more) {
    ra_chain chain = {.match = match};
    ra_arena scratch;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    ra_status status = build(&chain, &scratch);
    for (uint32_t turn = 0; status == RA_OK && turn < match->event_count; turn++) {
        uint32_t event = match->order[turn];
        if (match->states[event].status == RA_EVENT_OPEN)
            status = follow(match, &chain, event, more);
    }
    ra_arena_free(&scratch);
    return status;
}
