/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Money and persons of an event and an item; see ra_match_weigh.h. */
#include "match/ra_match_weigh.h"

#include <assert.h>

#include "canonical/ra_event.h"
#include "dedupe/ra_similarity.h"

#define NAME_ALIKE 0.92
#define NAME_UNLIKE 0.75
#define WORDS_SHARED 0.5

static uint64_t magnitude(int64_t value) {
    return value < 0 ? (uint64_t)-value : (uint64_t)value;
}

static __int128 power_of_ten(unsigned exponent) {
    __int128 value = 1;
    while (exponent-- > 0)
        value *= 10;
    return value;
}

static unsigned digits_of(ra_str currency) {
    char code[4];
    return ra_currency_from(currency, code) ? ra_currency_digits(code) : 2;
}

/* `amount` of the payout's currency in the paid one by the provider's rate, half away from zero.
 * *slack is how far a rate of so few digits, and an amount rounded to minor units, may be off. */
static bool convert(const ra_match_event *event, int64_t *amount, uint64_t *slack) {
    const __int128 limit = (__int128)1 << 100;
    if (event->rate.coefficient <= 0) return false;
    unsigned up = event->rate.scale + digits_of(event->paid_currency);
    __int128 divisor = event->rate.coefficient * power_of_ten(digits_of(event->currency));
    __int128 scale = power_of_ten(up);
    uint64_t from = magnitude(*amount);
    if ((__int128)from > limit / scale) return false;
    __int128 value = ((__int128)from * scale * 2 + divisor) / (2 * divisor);
    __int128 off = 1 + value / (2 * (__int128)event->rate.coefficient) + scale / (2 * divisor);
    if (value > INT64_MAX || off > INT64_MAX) return false;
    *amount = *amount < 0 ? -(int64_t)value : (int64_t)value;
    *slack = (uint64_t)off;
    return true;
}

bool ra_match_demand(const ra_match *match, uint32_t index, uint32_t currency, int64_t *demand,
                     uint64_t *slack) {
    const ra_match_event *event = &match->events[index];
    const ra_event_state *state = &match->states[index];
    *slack = 0;
    *demand = ra_match_amount_of(event);
    if (currency == state->currency) return true;
    if (currency != state->paid_currency) return false;
    if (event->paid == 0) return convert(event, demand, slack);
    *demand = ra_match_paid_of(event);
    return true;
}

ra_weight ra_match_weigh(const ra_match *match, uint32_t event, uint32_t index) {
    const ra_item *item = ra_match_item_at(match, index);
    ra_weight weight = {.fit = RA_FIT_FOREIGN};
    uint64_t slack;
    if (!ra_match_demand(match, event, item->currency, &weight.demand, &slack)) return weight;
    weight.back = (weight.demand < 0) != (item->total < 0);
    uint64_t room =
        magnitude(weight.back ? item->total - item->open + item->used : item->open - item->used);
    uint64_t wanted = magnitude(weight.demand);
    if (slack > 0 && (wanted > room ? wanted - room : room - wanted) <= slack) {
        wanted = room;
        weight.demand = weight.demand < 0 ? -(int64_t)room : (int64_t)room;
    }
    weight.room = (int64_t)room;
    if (room == 0)
        weight.fit = RA_FIT_EMPTY;
    else if (wanted == room)
        weight.fit = RA_FIT_EQUAL;
    else
        weight.fit = wanted < room ? RA_FIT_PART : RA_FIT_EXCEEDS;
    return weight;
}

ra_match_party ra_match_compare_persons(ra_str name, uint64_t email, const ra_item *item) {
    if (email != 0 && email == item->email) return RA_PARTY_AGREES;
    if (name.len == 0 || item->party.len == 0) return RA_PARTY_UNKNOWN;
    double alike = ra_jaro_winkler(name, item->party);
    double shared = ra_token_jaccard(name, item->party);
    if (alike >= NAME_ALIKE || shared >= WORDS_SHARED) return RA_PARTY_AGREES;
    return alike < NAME_UNLIKE && shared == 0 ? RA_PARTY_DIFFERS : RA_PARTY_UNKNOWN;
}

ra_match_party ra_match_compare_party(const ra_event_state *state, const ra_item *item) {
    return ra_match_compare_persons(state->party, state->email, item);
}

int32_t ra_match_lag(const ra_match_event *event, const ra_item *item) {
    if (event->day == RA_NO_DAY || item->day == RA_NO_DAY) return RA_NO_DAY;
    int64_t lag = (int64_t)event->day - item->day;
    return lag > INT32_MAX || lag <= INT32_MIN ? RA_NO_DAY : (int32_t)lag;
}

bool ra_match_is_near(const ra_match *match, int32_t lag) {
    return lag == RA_NO_DAY ||
           (lag >= -match->options.days_before && lag <= match->options.days_after);
}

/* What follows a row of the file is told by that row's item, and a chargeback has no credit note.
 */
bool ra_match_is_free(const ra_match *match, uint32_t event) {
    const ra_event_state *state = &match->states[event];
    ra_match_event_kind kind = match->events[event].kind;
    if (kind == RA_EVENT_CHARGEBACK || kind == RA_EVENT_REVERSAL) return false;
    if (state->status != RA_EVENT_OPEN || state->named || state->crowded) return false;
    if (state->leader != RA_MATCH_NONE) return false;
    for (uint32_t i = 0; i < state->candidate_count; i++)
        if (state->candidates[i].tier < RA_TIER_NUMBER) return false;
    return true;
}

ra_status ra_match_take(ra_match *match, const ra_match_link *link) {
    ra_item *item = ra_match_item_at(match, link->item);
    ra_event_state *state = &match->states[link->event];
    ra_match_link *kept = ra_pool_add(&match->links, &match->arena);
    if (kept == NULL) return RA_NO_MEMORY;
    *kept = *link;
    item->used += link->amount;
    item->touched = true;
    /* One of a group has no single item that a later event could follow. */
    state->item = state->status == RA_EVENT_OPEN ? link->item : RA_MATCH_NONE;
    state->status = RA_EVENT_DONE;
    return RA_OK;
}
