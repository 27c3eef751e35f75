/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The cascade from start to end; see ra_match.h. */
#include "match/ra_match.h"

#include <stdlib.h>

#include "match/ra_match_level.h"
#include "match/ra_match_verify.h"

#define EVENTS_MAX ((size_t)1 << 31)
#define ROUNDS 4

ra_match_options ra_match_defaults(void) {
    return (ra_match_options){.threshold = 0.999,
                              .days_before = 3,
                              .days_after = 60,
                              .amounts = true,
                              .groups = true,
                              .rank = {[RA_ITEM_PAYMENT] = 0,
                                       [RA_ITEM_POS_PAYMENT] = 0,
                                       [RA_ITEM_BANK_LINE] = 0,
                                       [RA_ITEM_INVOICE] = 1,
                                       [RA_ITEM_CREDIT_NOTE] = 1,
                                       [RA_ITEM_TRANSACTION] = 2,
                                       [RA_ITEM_ORDER] = 3}};
}

ra_status ra_match_open(const ra_match_event *events, size_t count, const ra_match_options *options,
                        const ra_allocator *allocator, ra_match **out) {
    *out = NULL;
    if (count >= EVENTS_MAX) return RA_TOO_LARGE;
    ra_arena arena;
    ra_arena_init(&arena, options->limit, allocator);
    ra_match *match = ra_arena_alloc(&arena, sizeof *match);
    if (match == NULL) return RA_NO_MEMORY;
    match->arena = arena; /* from now on the matcher lives in its own arena */
    match->events = events;
    match->event_count = (uint32_t)count;
    match->options = *options;
    match->first_day = match->last_day = RA_NO_DAY;
    ra_pool_init(&match->items, sizeof(ra_item));
    ra_pool_init(&match->entries, sizeof(ra_entry));
    ra_pool_init(&match->amount_pool, sizeof(ra_amount));
    ra_pool_init(&match->links, sizeof(ra_match_link));
    ra_pool_init(&match->proposals, sizeof(ra_match_link));
    ra_pool_init(&match->exceptions, sizeof(ra_match_exception));
    ra_status status = ra_match_want(match);
    if (status == RA_OK)
        *out = match;
    else
        ra_match_close(match);
    return status;
}

void ra_match_close(ra_match *match) {
    if (match == NULL) return;
    ra_arena arena = match->arena;
    ra_arena_free(&arena);
}

size_t ra_match_offered(const ra_match *match) {
    return match->offered;
}

size_t ra_match_kept(const ra_match *match) {
    return match->items.count;
}

int64_t ra_match_item_of(const ra_match *match, uint32_t index, ra_item_kind *kind) {
    const ra_item *item = ra_match_item_at(match, index);
    *kind = (ra_item_kind)item->kind;
    return item->id;
}

/* Without any bank line nobody asked for the bank's side. */
static void settle_payouts(ra_match *match) {
    for (uint32_t i = 0; i < match->event_count && !match->bank; i++)
        if (match->events[i].kind == RA_EVENT_PAYOUT) match->states[i].status = RA_EVENT_IDLE;
}

/* Without references, until a round finds nothing: what is taken makes the rest less ambiguous, and
 * refunds follow what was found. */
static ra_status run_rounds(ra_match *match, const ra_match_prior *prior) {
    ra_status status = RA_OK;
    bool more = true;
    for (int round = 0; status == RA_OK && more && round < ROUNDS; round++) {
        if (match->options.amounts) status = ra_match_by_amount(match, prior);
        size_t found = match->links.count;
        if (status == RA_OK && match->options.groups) status = ra_match_by_group(match, prior);
        if (status == RA_OK) status = ra_match_by_reference(match);
        more = match->links.count > found;
    }
    return status;
}

static ra_status run_levels(ra_match *match) {
    ra_match_prior prior;
    ra_status status = ra_match_index(match);
    if (status == RA_OK) status = ra_match_gather(match);
    if (status == RA_OK) status = ra_match_by_reference(match);
    if (status != RA_OK) return status;
    ra_match_learn(match, &prior);
    status = run_rounds(match, &prior);
    for (uint32_t i = 0; status == RA_OK && i < match->event_count; i++) {
        uint8_t state = match->states[i].status;
        if (state == RA_EVENT_OPEN || state == RA_EVENT_REFUSED)
            status = ra_match_explain(match, i);
    }
    return status;
}

static int by_event(const void *a, const void *b) {
    const ra_match_link *x = a, *y = b;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    if (x->score > y->score || x->score < y->score) return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* Proposals of events that a later level settled are of no use. */
static size_t drop_settled(const ra_match *match, ra_match_link *links, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (match->states[links[i].event].status == RA_EVENT_OPEN) links[kept++] = links[i];
    return kept;
}

static ra_status hand_out(ra_match *match, ra_match_result *out) {
    ra_match_link *links = ra_pool_flat(&match->links, &match->arena);
    ra_match_link *proposals = ra_pool_flat(&match->proposals, &match->arena);
    out->exceptions = ra_pool_flat(&match->exceptions, &match->arena);
    if (links == NULL || proposals == NULL || out->exceptions == NULL) return RA_NO_MEMORY;
    qsort(links, match->links.count, sizeof *links, by_event);
    size_t count = drop_settled(match, proposals, match->proposals.count);
    qsort(proposals, count, sizeof *proposals, by_event);
    out->links = links;
    out->link_count = match->links.count;
    out->proposals = proposals;
    out->proposal_count = count;
    out->exception_count = match->exceptions.count;
    return RA_OK;
}

ra_status ra_match_run(ra_match *match, ra_match_result *out) {
    ra_match_result result = {0};
    *out = result;
    if (match->run) return RA_BAD_ARGUMENT;
    match->run = true;
    settle_payouts(match);
    ra_status status = run_levels(match);
    if (status == RA_OK) status = hand_out(match, &result);
    if (status != RA_OK) return status;
    ra_arena scratch;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    status = ra_match_verify(match, &result, &scratch);
    ra_arena_free(&scratch);
    if (status == RA_OK) *out = result;
    return status;
}
