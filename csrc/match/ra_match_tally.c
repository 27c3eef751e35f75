/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Amounts of captures, counted; see ra_match_tally.h. */
#include "match/ra_match_tally.h"

#define SAMPLE 4096 /* captures: a table that stays in the cache while all items pass */

/* The slot of the amount, or the free one where it belongs. */
static size_t slot_of(const ra_match *match, uint64_t amount) {
    size_t at = amount & match->tally.mask;
    while (match->tally.slots[at] != 0 && match->tally.slots[at] != amount)
        at = (at + 1) & match->tally.mask;
    return at;
}

static bool is_counted(const ra_match *match, uint32_t event) {
    return match->events[event].kind == RA_EVENT_CAPTURE &&
           match->states[event].status == RA_EVENT_OPEN;
}

static void note(ra_match *match, uint64_t amount) {
    match->tally.slots[slot_of(match, amount)] = amount;
}

ra_status ra_match_tally_open(ra_match *match) {
    size_t captures = 0, room = 16;
    for (uint32_t i = 0; i < match->event_count; i++)
        captures += is_counted(match, i);
    size_t stride = captures / SAMPLE + 1, turn = 0;
    while (room < 4 * (captures / stride + 1)) /* two amounts each, half of the slots free */
        room *= 2;
    match->tally.slots = ra_arena_array(&match->arena, room, sizeof *match->tally.slots);
    match->tally_counts = ra_arena_array(&match->arena, room, sizeof *match->tally_counts);
    if (match->tally.slots == NULL || match->tally_counts == NULL) return RA_NO_MEMORY;
    match->tally.mask = room - 1;
    for (uint32_t i = 0; i < match->event_count; i++) {
        const ra_match_event *event = &match->events[i];
        const ra_event_state *state = &match->states[i];
        if (!is_counted(match, i) || turn++ % stride != 0) continue;
        note(match, ra_match_amount_hash(state->currency, ra_match_amount_of(event)));
        if (event->paid != 0)
            note(match, ra_match_amount_hash(state->paid_currency, ra_match_paid_of(event)));
    }
    return RA_OK;
}

void ra_match_tally_add(ra_match *match, uint64_t amount) {
    size_t at = slot_of(match, amount);
    if (match->tally.slots[at] != 0) match->tally_counts[at]++;
}

uint32_t ra_match_tally_of(const ra_match *match, uint64_t amount) {
    return match->tally_counts[slot_of(match, amount)];
}
