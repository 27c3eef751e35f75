/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows that a report lists twice, and rows that follow others; see ra_match_store.h. */
#include "match/ra_match_store.h"

/* A movement has one id, and happens once. */
static bool is_twin(const ra_match_event *a, const ra_match_event *b) {
    return a->kind == b->kind && a->time_us == b->time_us && a->amount == b->amount &&
           ra_str_equal(a->transaction, b->transaction) && ra_str_equal(a->parent, b->parent) &&
           ra_str_equal(a->order, b->order) && ra_str_equal(a->description, b->description);
}

typedef struct ra_relating {
    ra_match *match;
    uint32_t *slots; /* event + 1 by transaction, open addressing */
    size_t mask;
} ra_relating;

static size_t slot_of(const ra_relating *relating, ra_str id) {
    return ra_match_hash(RA_SORT_ID, id) & relating->mask;
}

/* Enter an event, or refuse it as the twin of one before it. */
static void enter(ra_relating *relating, uint32_t index) {
    ra_match *match = relating->match;
    const ra_match_event *event = &match->events[index];
    if (match->states[index].status != RA_EVENT_OPEN || event->transaction.len == 0) return;
    size_t at = slot_of(relating, event->transaction);
    for (; relating->slots[at] != 0; at = (at + 1) & relating->mask) {
        if (!is_twin(event, &match->events[relating->slots[at] - 1])) continue;
        match->states[index].status = RA_EVENT_REFUSED;
        match->states[index].reason = RA_REASON_DUPLICATE_ROW;
        return;
    }
    relating->slots[at] = index + 1;
}

static void follow(ra_relating *relating, uint32_t index) {
    const ra_match_event *events = relating->match->events;
    ra_str parent = events[index].parent;
    if (parent.len == 0) return;
    size_t at = slot_of(relating, parent);
    for (; relating->slots[at] != 0; at = (at + 1) & relating->mask) {
        uint32_t leader = relating->slots[at] - 1;
        if (!ra_str_equal(events[leader].transaction, parent)) continue;
        relating->match->states[index].leader = leader;
        return;
    }
}

ra_status ra_match_relate(ra_match *match) {
    ra_arena scratch;
    ra_relating relating = {.match = match};
    size_t room = 16;
    while (room < 2 * (size_t)match->event_count)
        room *= 2;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    relating.slots = ra_arena_array(&scratch, room, sizeof *relating.slots);
    relating.mask = room - 1;
    for (uint32_t i = 0; relating.slots != NULL && i < match->event_count; i++)
        enter(&relating, i);
    for (uint32_t i = 0; relating.slots != NULL && i < match->event_count; i++)
        follow(&relating, i);
    ra_arena_free(&scratch);
    return relating.slots == NULL ? RA_NO_MEMORY : RA_OK;
}
