/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the events ask for; see ra_match_store.h. */
#include "match/ra_match_store.h"

#include <stdlib.h>
#include <string.h>

#include "dedupe/ra_link_text.h"
#include "match/ra_match_tally.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define AMOUNT_LIMIT ((int64_t)1 << 62)

uint32_t ra_match_currency(ra_str code) {
    uint32_t value = 0;
    if (code.len != 3) return 0;
    for (size_t i = 0; i < 3; i++)
        value = value << 8 | (uint32_t)((unsigned char)code.ptr[i] & 0xDF);
    return value;
}

uint64_t ra_match_amount_hash(uint32_t currency, int64_t amount) {
    const int64_t parts[2] = {currency, amount};
    return XXH3_64bits_withSeed(parts, sizeof parts, RA_SORT_AMOUNT);
}

uint64_t ra_match_email_hash(ra_str email) {
    ra_link_value folded;
    if (email.len == 0 || ra_link_fold_email(email, &folded) != RA_OK || folded.len == 0) return 0;
    return ra_match_hash(RA_SORT_EMAIL, (ra_str){folded.text, folded.len});
}

uint64_t ra_match_person(ra_str party, uint64_t email) {
    if (email != 0) return email;
    return party.len > 0 ? ra_match_hash(RA_SORT_PARTY, party) : 0;
}

uint64_t ra_match_refund_hash(uint64_t amount, uint64_t mark) {
    const uint64_t parts[2] = {amount, mark};
    return XXH3_64bits_withSeed(parts, sizeof parts, RA_SORT_REFUND);
}

bool ra_match_seeks_amount(const ra_match_event *event, const ra_event_state *state) {
    return !state->named || ra_match_amount_of(event) < 0;
}

/* A payout leaves the provider's account and arrives at the bank. */
static int64_t turned(const ra_match_event *event, int64_t amount) {
    return event->kind == RA_EVENT_PAYOUT ? -amount : amount;
}

int64_t ra_match_amount_of(const ra_match_event *event) {
    return turned(event, event->amount);
}

/* Reports give it with or without its sign. */
int64_t ra_match_paid_of(const ra_match_event *event) {
    bool same = (event->paid < 0) == (event->amount < 0);
    return turned(event, same ? event->paid : -event->paid);
}

bool ra_match_wants(const ra_match *match, uint64_t hash) {
    for (size_t at = hash & match->wanted.mask;; at = (at + 1) & match->wanted.mask) {
        if (match->wanted.slots[at] == hash) return hash != 0;
        if (match->wanted.slots[at] == 0) return false;
    }
}

bool ra_match_may_sum(const ra_match *match, uint32_t currency, int64_t open, int32_t day) {
    const ra_sum_wish *sums = &match->sums;
    if (open <= 0 || open >= sums->most) return false;
    if (day != RA_NO_DAY && (day < sums->first_day || day > sums->last_day)) return false;
    return ra_match_wants(match, ra_match_amount_hash(currency, 0));
}

static void want(ra_wanted *wanted, uint64_t hash) {
    if (hash == 0) return;
    size_t at = hash & wanted->mask;
    while (wanted->slots[at] != 0 && wanted->slots[at] != hash)
        at = (at + 1) & wanted->mask;
    wanted->slots[at] = hash;
}

/* Counts, or stores when the slots are there. */
typedef struct ra_wish {
    ra_match *match;
    size_t count;
    bool store;
} ra_wish;

static void wish(ra_wish *wish, uint64_t hash) {
    wish->count++;
    if (wish->store) want(&wish->match->wanted, hash);
}

static void wish_keys(ra_wish *all, const ra_match_keys *keys) {
    for (uint32_t i = 0; i < keys->count; i++)
        wish(all, keys->keys[i].hash);
}

static void wish_id(ra_wish *all, ra_str id) {
    ra_match_keys keys;
    ra_match_keys_of_id(id, &keys);
    wish_keys(all, &keys);
}

static void wish_reference(ra_wish *all, ra_str reference) {
    ra_match_keys keys;
    ra_match_keys_of_reference(reference, true, &keys);
    wish_keys(all, &keys);
}

static void wish_event(ra_wish *all, uint32_t index) {
    const ra_match_event *event = &all->match->events[index];
    const ra_event_state *state = &all->match->states[index];
    if (state->status != RA_EVENT_OPEN) return;
    wish_id(all, event->transaction);
    wish_id(all, event->parent);
    wish_id(all, event->checkout);
    wish_reference(all, event->order);
    wish_reference(all, event->invoice);
    wish_reference(all, event->checkout);
    wish_reference(all, event->description);
    if (event->kind == RA_EVENT_PAYOUT) {
        wish_id(all, event->payout);
        wish_reference(all, event->payout);
    }
    if (!ra_match_seeks_amount(event, state)) return;
    wish(all, ra_match_amount_hash(state->currency, ra_match_amount_of(event)));
    if (state->anonymous) wish(all, ra_match_amount_hash(state->currency, 0));
    if (event->paid != 0)
        wish(all, ra_match_amount_hash(state->paid_currency, ra_match_paid_of(event)));
    if (state->named || !all->match->options.groups) return;
    if (state->party.len > 0) wish(all, ra_match_hash(RA_SORT_PARTY, state->party));
    if (state->email != 0) wish(all, state->email);
}

static ra_status fill_state(ra_match *match, uint32_t index) {
    const ra_match_event *event = &match->events[index];
    ra_event_state *state = &match->states[index];
    if (event->amount >= AMOUNT_LIMIT || event->amount <= -AMOUNT_LIMIT ||
        event->paid >= AMOUNT_LIMIT || event->paid <= -AMOUNT_LIMIT)
        return RA_OVERFLOW;
    state->item = state->leader = RA_MATCH_NONE;
    state->reason = RA_REASON_COUNT;
    state->currency = ra_match_currency(event->currency);
    state->paid_currency = ra_match_currency(event->paid_currency);
    state->email = ra_match_email_hash(event->email);
    state->named = ra_match_is_reference(event->order) || ra_match_is_reference(event->invoice);
    if (event->kind == RA_EVENT_UNKNOWN) {
        state->status = RA_EVENT_REFUSED;
        state->reason = RA_REASON_UNKNOWN_TYPE;
    } else if (event->kind != RA_EVENT_OTHER && event->amount != 0) {
        state->status = RA_EVENT_OPEN;
    }
    ra_link_value folded;
    if (event->party.len == 0 || ra_link_fold(event->party, &folded) != RA_OK) return RA_OK;
    bool copied = ra_arena_copy(&match->arena, (ra_str){folded.text, folded.len}, &state->party);
    return copied ? RA_OK : RA_NO_MEMORY;
}

/* Note a row that may pay several items of somebody. */
static void wish_sum(ra_match *match, uint32_t index) {
    const ra_match_event *event = &match->events[index];
    ra_event_state *state = &match->states[index];
    ra_sum_wish *sums = &match->sums;
    state->anonymous = match->options.groups && event->kind == RA_EVENT_CAPTURE &&
                       state->status == RA_EVENT_OPEN && event->amount > 0 && !state->named &&
                       ra_match_person(state->party, state->email) == 0;
    if (!state->anonymous) return;
    bool dated = event->day > INT32_MIN / 2 && event->day < INT32_MAX / 2;
    int32_t first = dated ? event->day - match->options.days_after : INT32_MIN;
    int32_t last = dated ? event->day + match->options.days_before : INT32_MAX;
    if (sums->most == 0 || first < sums->first_day) sums->first_day = first;
    if (sums->most == 0 || last > sums->last_day) sums->last_day = last;
    if (event->amount > sums->most) sums->most = event->amount;
}

static int by_time(const void *a, const void *b, void *context) {
    const ra_match_event *events = context;
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    const ra_match_event *x = &events[one], *y = &events[other];
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return one < other ? -1 : one > other;
}

ra_status ra_match_want(ra_match *match) {
    match->states = ra_arena_array(&match->arena, match->event_count, sizeof *match->states);
    match->order = ra_arena_array(&match->arena, match->event_count, sizeof *match->order);
    if (match->states == NULL || match->order == NULL) return RA_NO_MEMORY;
    ra_wish counted = {match, 0, false};
    for (uint32_t i = 0; i < match->event_count; i++) {
        ra_status status = fill_state(match, i);
        if (status != RA_OK) return status;
        match->order[i] = i;
    }
    ra_status status = ra_match_relate(match);
    if (status == RA_OK) status = ra_match_tally_open(match);
    if (status != RA_OK) return status;
    for (uint32_t i = 0; i < match->event_count; i++) {
        wish_sum(match, i);
        wish_event(&counted, i);
    }
    qsort_r(match->order, match->event_count, sizeof *match->order, by_time,
            (void *)(uintptr_t)match->events);
    size_t room = 16;
    while (room < 2 * counted.count)
        room *= 2;
    match->wanted.slots = ra_arena_array(&match->arena, room, sizeof *match->wanted.slots);
    if (match->wanted.slots == NULL) return RA_NO_MEMORY;
    match->wanted.mask = room - 1;
    ra_wish stored = {match, 0, true};
    for (uint32_t i = 0; i < match->event_count; i++)
        wish_event(&stored, i);
    return RA_OK;
}
