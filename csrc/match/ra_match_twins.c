/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows that a report lists twice; see ra_match_store.h. */
#include "match/ra_match_store.h"

/* A movement has one id, and happens once. */
static bool is_twin(const ra_match_event *a, const ra_match_event *b) {
    return a->kind == b->kind && a->time_us == b->time_us && a->amount == b->amount &&
           ra_str_equal(a->transaction, b->transaction) && ra_str_equal(a->parent, b->parent) &&
           ra_str_equal(a->order, b->order) && ra_str_equal(a->description, b->description);
}

ra_status ra_match_refuse_twins(ra_match *match) {
    ra_arena scratch;
    size_t room = 16;
    while (room < 2 * (size_t)match->event_count)
        room *= 2;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    uint32_t *slots = ra_arena_array(&scratch, room, sizeof *slots); /* event + 1 */
    for (uint32_t i = 0; slots != NULL && i < match->event_count; i++) {
        const ra_match_event *event = &match->events[i];
        if (match->states[i].status != RA_EVENT_OPEN || event->transaction.len == 0) continue;
        size_t at = ra_match_hash(RA_SORT_ID, event->transaction) & (room - 1);
        while (slots[at] != 0 && !is_twin(event, &match->events[slots[at] - 1]))
            at = (at + 1) & (room - 1);
        if (slots[at] != 0) {
            match->states[i].status = RA_EVENT_REFUSED;
            match->states[i].reason = RA_REASON_DUPLICATE_ROW;
        }
        slots[at] = i + 1;
    }
    ra_arena_free(&scratch);
    return slots == NULL ? RA_NO_MEMORY : RA_OK;
}
