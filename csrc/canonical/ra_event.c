/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Growing list of events, and the payouts they add up to. */
#include "canonical/ra_event.h"

#include <string.h>

#define FIRST_CAPACITY 256
#define NO_PAYOUT SIZE_MAX

static const char *const move_names[RA_MOVE_KINDS] = {
#define RA_MOVE_NAME(code, name) name,
    RA_MOVE_TABLE(RA_MOVE_NAME)
#undef RA_MOVE_NAME
};

const char *ra_move_name(ra_move_kind kind) {
    return move_names[kind];
}

bool ra_move_from_name(ra_str name, ra_move_kind *out) {
    for (size_t i = 0; i < RA_MOVE_KINDS; i++) {
        if (!ra_str_equal(name, (ra_str){move_names[i], strlen(move_names[i])})) continue;
        *out = (ra_move_kind)i;
        return true;
    }
    return false;
}

static bool listed(const char currency[4], const char *list) {
    for (; *list != '\0'; list += 3) {
        if (memcmp(list, currency, 3) == 0) return true;
    }
    return false;
}

uint8_t ra_currency_digits(const char currency[4]) {
    if (listed(currency, "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXVNDVUVXAFXOFXPF")) return 0;
    if (listed(currency, "BHDIQDJODKWDLYDOMRTND")) return 3;
    return 2;
}

bool ra_currency_from(ra_str text, char out[4]) {
    if (text.len != 3) return false;
    for (size_t i = 0; i < 3; i++) {
        char c = text.ptr[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c < 'A' || c > 'Z') return false;
        out[i] = c;
    }
    out[3] = '\0';
    return true;
}

void ra_events_init(ra_events *events, size_t limit, const ra_allocator *allocator) {
    *events = (ra_events){.count = 0};
    ra_arena_init(&events->arena, limit, allocator);
}

void ra_events_free(ra_events *events) {
    ra_arena_free(&events->arena);
    *events = (ra_events){.count = 0};
}

ra_event *ra_events_add(ra_events *events) {
    if (events->count == events->capacity) {
        size_t capacity = FIRST_CAPACITY;
        if (events->capacity > 0 && !ra_size_mul(events->capacity, 2, &capacity)) return NULL;
        ra_event *grown = ra_arena_array(&events->arena, capacity, sizeof(ra_event));
        if (grown == NULL) return NULL;
        if (events->count > 0) memcpy(grown, events->events, events->count * sizeof(ra_event));
        events->events = grown;
        events->capacity = capacity;
    }
    ra_event *event = &events->events[events->count++];
    event->date = event->available = RA_NO_TIME;
    return event;
}

/* ---- payouts ---- */

typedef struct payout_index {
    size_t *slots; /* index of a payout, NO_PAYOUT: free */
    size_t mask;
    size_t last; /* rows of a payout mostly stand together */
} payout_index;

static uint64_t hash_key(const ra_event *event) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < event->payout.len; i++)
        hash = (hash ^ (unsigned char)event->payout.ptr[i]) * UINT64_C(1099511628211);
    for (size_t i = 0; i < 3; i++)
        hash = (hash ^ (unsigned char)event->currency[i]) * UINT64_C(1099511628211);
    return hash ^ (hash >> 32);
}

static bool is_of(const ra_payout *payout, const ra_event *event) {
    return memcmp(payout->currency, event->currency, 4) == 0 &&
           ra_str_equal(payout->reference, event->payout);
}

static ra_payout *payout_of(ra_events *events, payout_index *index, size_t at) {
    const ra_event *event = &events->events[at];
    if (index->last != NO_PAYOUT && is_of(&events->payouts[index->last], event)) {
        return &events->payouts[index->last];
    }
    size_t slot = (size_t)hash_key(event) & index->mask;
    while (index->slots[slot] != NO_PAYOUT) {
        index->last = index->slots[slot];
        if (is_of(&events->payouts[index->last], event)) return &events->payouts[index->last];
        slot = (slot + 1) & index->mask;
    }
    index->last = index->slots[slot] = events->payout_count++;
    ra_payout *payout = &events->payouts[index->last];
    payout->reference = event->payout;
    memcpy(payout->currency, event->currency, sizeof payout->currency);
    payout->date = RA_NO_TIME;
    payout->first = at;
    return payout;
}

/* At most one payout for each event with a reference; slots twice as many. */
static bool make_index(ra_events *events, payout_index *index) {
    size_t slots = 16, bytes;
    while (slots < events->count * 2)
        slots *= 2;
    events->payouts = ra_arena_array(&events->arena, events->count, sizeof(ra_payout));
    index->slots = ra_arena_array(&events->arena, slots, sizeof(size_t));
    if (events->payouts == NULL || index->slots == NULL) return false;
    if (!ra_size_mul(slots, sizeof(size_t), &bytes)) return false;
    memset(index->slots, 0xFF, bytes);
    index->mask = slots - 1;
    index->last = NO_PAYOUT;
    return true;
}

static bool take(ra_payout *payout, const ra_event *event, bool proved) {
    payout->count++;
    if (event->kind == RA_MOVE_AUTHORISATION) return true;
    if (event->kind != RA_MOVE_PAYOUT) {
        if (payout->date == RA_NO_TIME && event->available != RA_NO_TIME) {
            payout->date = event->available;
        }
        return !__builtin_add_overflow(payout->total, event->net, &payout->total);
    }
    if (event->date != RA_NO_TIME) payout->date = event->date;
    if (!proved) return true;
    payout->has_declared = true;
    return !__builtin_sub_overflow(payout->declared, event->net, &payout->declared);
}

ra_status ra_events_close(ra_events *events, bool proved, ra_error *error) {
    payout_index index;
    if (!make_index(events, &index)) return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
    for (size_t i = 0; i < events->count; i++) {
        const ra_event *event = &events->events[i];
        if (event->payout.len == 0) continue;
        if (take(payout_of(events, &index, i), event, proved)) continue;
        ra_status status = ra_fail(error, RA_OVERFLOW, NULL, "the sum of a payout is out of range");
        if (error != NULL) error->row = event->row;
        return status;
    }
    return RA_OK;
}
