/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Adding the links up anew; see ra_match_verify.h. */
#include "match/ra_match_verify.h"

#include "match/ra_match_weigh.h"

/* Sums of the links, per item and per event. */
typedef struct ra_sums {
    int64_t *item, *event;
    uint32_t *currency; /* of the event's items; 0: no link */
    bool *refused;      /* the event is an exception */
} ra_sums;

static ra_status add_links(const ra_match *match, const ra_match_result *result, ra_sums *sums) {
    for (size_t i = 0; i < result->link_count; i++) {
        const ra_match_link *link = &result->links[i];
        if (link->event >= match->event_count || link->item >= match->items.count)
            return RA_TOTAL_MISMATCH;
        uint32_t currency = ra_match_item_at(match, link->item)->currency;
        uint32_t *known = &sums->currency[link->event];
        if (*known != 0 && *known != currency) return RA_TOTAL_MISMATCH;
        *known = currency;
        if (__builtin_add_overflow(sums->item[link->item], link->amount, &sums->item[link->item]) ||
            __builtin_add_overflow(sums->event[link->event], link->amount,
                                   &sums->event[link->event]))
            return RA_TOTAL_MISMATCH;
    }
    return RA_OK;
}

static bool item_holds(const ra_item *item, int64_t used) {
    int64_t consumed;
    if (used != item->used) return false;
    if (__builtin_add_overflow(item->total - item->open, used, &consumed)) return false;
    return item->total >= 0 ? consumed >= 0 && consumed <= item->total
                            : consumed <= 0 && consumed >= item->total;
}

static bool event_holds(const ra_match *match, uint32_t index, const ra_sums *sums) {
    int64_t demand;
    uint64_t slack;
    bool linked = sums->currency[index] != 0;
    uint8_t status = match->states[index].status;
    if (status == RA_EVENT_IDLE) return !linked && !sums->refused[index];
    if (linked == sums->refused[index]) return false;
    if (!linked) return true;
    if (!ra_match_demand(match, index, sums->currency[index], &demand, &slack)) return false;
    int64_t off = demand - sums->event[index];
    return (uint64_t)(off < 0 ? -off : off) <= slack;
}

ra_status ra_match_verify(const ra_match *match, const ra_match_result *result, ra_arena *scratch) {
    ra_sums sums = {.item = ra_arena_array(scratch, match->items.count, sizeof *sums.item),
                    .event = ra_arena_array(scratch, match->event_count, sizeof *sums.event),
                    .currency = ra_arena_array(scratch, match->event_count, sizeof *sums.currency),
                    .refused = ra_arena_array(scratch, match->event_count, sizeof *sums.refused)};
    if (!sums.item || !sums.event || !sums.currency || !sums.refused) return RA_NO_MEMORY;
    ra_status status = add_links(match, result, &sums);
    for (size_t i = 0; status == RA_OK && i < result->exception_count; i++) {
        if (result->exceptions[i].event >= match->event_count) return RA_TOTAL_MISMATCH;
        sums.refused[result->exceptions[i].event] = true;
    }
    for (uint32_t i = 0; status == RA_OK && i < match->items.count; i++)
        if (!item_holds(ra_match_item_at(match, i), sums.item[i])) status = RA_TOTAL_MISMATCH;
    for (uint32_t i = 0; status == RA_OK && i < match->event_count; i++)
        if (!event_holds(match, i, &sums)) status = RA_TOTAL_MISMATCH;
    return status;
}
