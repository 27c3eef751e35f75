/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The items that events name; see ra_match_level.h. */
#include <string.h>

#include "match/ra_match_level.h"

typedef struct ra_gathering {
    ra_match *match;
    const ra_match_event *event;
    ra_event_state *state;
    ra_candidate found[RA_CANDIDATES_MAX];
    uint32_t count;
    ra_match_field field;
} ra_gathering;

/* Payouts go to bank lines, and nothing else does. */
static bool is_of_its_kind(const ra_gathering *gathering, uint32_t item) {
    bool bank = ra_match_item_at(gathering->match, item)->kind == RA_ITEM_BANK_LINE;
    return bank == (gathering->event->kind == RA_EVENT_PAYOUT);
}

/* An item found by several keys counts with the best one. */
static void add_candidate(ra_gathering *gathering, const ra_candidate *candidate) {
    for (uint32_t i = 0; i < gathering->count; i++) {
        ra_candidate *known = &gathering->found[i];
        if (known->item != candidate->item) continue;
        bool better = candidate->tier < known->tier ||
                      (candidate->tier == known->tier && known->differs && !candidate->differs);
        if (better) *known = *candidate;
        return;
    }
    if (gathering->count == RA_CANDIDATES_MAX)
        gathering->state->crowded = true;
    else
        gathering->found[gathering->count++] = *candidate;
}

static void look_up(ra_gathering *gathering, const ra_match_key *key) {
    const ra_match *match = gathering->match;
    ra_entry_cursor cursor = ra_match_find(match, key->hash);
    for (const ra_entry *entry; (entry = ra_match_next(match, &cursor)) != NULL;) {
        if (gathering->state->crowded) return;
        if (entry->texts == NULL || !ra_str_equal(entry->texts[0], key->text)) continue;
        if (!is_of_its_kind(gathering, entry->item)) continue;
        bool number = key->sort == RA_SORT_NUMBER;
        bool described = gathering->field == RA_FIELD_DESCRIPTION;
        ra_candidate candidate = {
            .item = entry->item,
            .tier = (uint8_t)(described ? RA_TIER_NUMBER : (ra_match_tier)key->sort),
            .field = (uint8_t)gathering->field,
            .differs = number && ra_match_letters_differ(entry->texts[1], key->letters)};
        add_candidate(gathering, &candidate);
    }
}

static void look_up_id(ra_gathering *gathering, ra_match_field field, ra_str id) {
    ra_match_keys keys;
    gathering->field = field;
    ra_match_keys_of_id(id, &keys);
    for (uint32_t i = 0; i < keys.count; i++)
        look_up(gathering, &keys.keys[i]);
}

static void look_up_reference(ra_gathering *gathering, ra_match_field field, ra_str reference) {
    ra_match_keys keys;
    gathering->field = field;
    ra_match_keys_of_reference(reference, true, &keys);
    for (uint32_t i = 0; i < keys.count; i++)
        look_up(gathering, &keys.keys[i]);
}

static ra_status gather_event(ra_match *match, uint32_t index) {
    const ra_match_event *event = &match->events[index];
    ra_gathering gathering = {.match = match, .event = event, .state = &match->states[index]};
    look_up_id(&gathering, RA_FIELD_TRANSACTION, event->transaction);
    look_up_id(&gathering, RA_FIELD_PARENT, event->parent);
    look_up_id(&gathering, RA_FIELD_CHECKOUT, event->checkout);
    look_up_reference(&gathering, RA_FIELD_ORDER, event->order);
    look_up_reference(&gathering, RA_FIELD_INVOICE, event->invoice);
    look_up_reference(&gathering, RA_FIELD_CHECKOUT, event->checkout);
    look_up_reference(&gathering, RA_FIELD_DESCRIPTION, event->description);
    const ra_event_state *own = gathering.state;
    if (own->leader != RA_MATCH_NONE && !own->named) {
        const ra_match_event *leader = &match->events[own->leader];
        look_up_reference(&gathering, RA_FIELD_PARENT, leader->order);
        look_up_reference(&gathering, RA_FIELD_PARENT, leader->invoice);
    }
    if (event->kind == RA_EVENT_PAYOUT) {
        look_up_id(&gathering, RA_FIELD_PAYOUT, event->payout);
        look_up_reference(&gathering, RA_FIELD_PAYOUT, event->payout);
    }
    if (gathering.count == 0) return RA_OK;
    ra_event_state *state = gathering.state;
    state->candidates = ra_arena_array(&match->arena, gathering.count, sizeof *state->candidates);
    if (state->candidates == NULL) return RA_NO_MEMORY;
    memcpy(state->candidates, gathering.found, gathering.count * sizeof *state->candidates);
    state->candidate_count = gathering.count;
    return RA_OK;
}

ra_status ra_match_gather(ra_match *match) {
    for (uint32_t i = 0; i < match->event_count; i++) {
        if (match->states[i].status != RA_EVENT_OPEN) continue;
        ra_status status = gather_event(match, i);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}
