/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Level group: one row for several items of a person, or several rows of a person for one item;
 * see ra_match_level.h and docs/decisions/settlement-group-sums.md. A sum is taken only when every
 * subset was counted, exactly one hits, and chance could hardly have made that one. */
#include <stdlib.h>

#include "match/ra_match_level.h"
#include "match/ra_match_subset.h"

typedef struct ra_person_row {
    uint64_t person; /* hash of e-mail or name */
    uint32_t event;
} ra_person_row;

typedef struct ra_grouping {
    ra_match *match;
    const ra_match_prior *prior;
} ra_grouping;

static uint64_t person_of(const ra_event_state *state) {
    return ra_match_person(state->party, state->email);
}

static bool is_free(const ra_match *match, uint32_t event) {
    ra_match_event_kind kind = match->events[event].kind;
    return (kind == RA_EVENT_CAPTURE || kind == RA_EVENT_REFUND) &&
           ra_match_is_free(match, event) && person_of(&match->states[event]) != 0;
}

/* Untouched items of the person in the event's currency, direction and window. RA_SUBSET_MAX + 1:
 * too many to count their sums. */
static uint32_t items_of(const ra_match *match, uint64_t person, uint32_t event,
                         uint32_t items[RA_SUBSET_MAX]) {
    uint32_t count = 0;
    ra_entry_cursor cursor = ra_match_find(match, person);
    for (const ra_entry *entry; (entry = ra_match_next(match, &cursor)) != NULL;) {
        const ra_item *item = ra_match_item_at(match, entry->item);
        if (item->kind == RA_ITEM_BANK_LINE || item->touched || item->open == 0) continue;
        if (item->currency != match->states[event].currency) continue;
        if (ra_match_weigh(match, event, entry->item).back) continue;
        if (!ra_match_is_near(match, ra_match_lag(&match->events[event], item))) continue;
        if (count == RA_SUBSET_MAX) return RA_SUBSET_MAX + 1;
        items[count++] = entry->item;
    }
    return count;
}

static int64_t positive(int64_t value) {
    return value < 0 ? -value : value;
}

/* The only subset, of two or more, that chance could hardly have made. */
static bool is_proof(const ra_grouping *grouping, const ra_subset *subset) {
    bool several = (subset->members & (subset->members - 1)) != 0;
    double doubt = subset->chance * grouping->prior->absent;
    return subset->solutions == 1 && several && doubt <= 1 - grouping->match->options.threshold;
}

static ra_status take(ra_match *match, uint32_t event, uint32_t index, int64_t amount,
                      ra_match_relation relation) {
    const ra_item *item = ra_match_item_at(match, index);
    ra_match_link link = {.event = event,
                          .item = index,
                          .amount = amount,
                          .score = (float)match->options.threshold,
                          .level = RA_LEVEL_GROUP,
                          .field = RA_FIELD_PARTY,
                          .tier = RA_TIER_NONE,
                          .relation = (uint8_t)relation,
                          .party = (uint8_t)ra_match_compare_party(&match->states[event], item),
                          .lag = ra_match_lag(&match->events[event], item)};
    return ra_match_take(match, &link);
}

/* One row for several items. */
static ra_status split_row(const ra_grouping *grouping, uint32_t event) {
    ra_match *match = grouping->match;
    uint32_t items[RA_SUBSET_MAX];
    int64_t amounts[RA_SUBSET_MAX];
    uint32_t count = items_of(match, person_of(&match->states[event]), event, items);
    if (count < 2 || count > RA_SUBSET_MAX) return RA_OK;
    for (uint32_t i = 0; i < count; i++)
        amounts[i] = positive(ra_match_item_at(match, items[i])->open);
    ra_subset subset;
    int64_t target = positive(ra_match_amount_of(&match->events[event]));
    ra_status status = ra_match_subset(amounts, count, target, &subset);
    if (status == RA_OVERFLOW) return RA_OK;
    if (status != RA_OK || !is_proof(grouping, &subset)) return status;
    for (uint32_t i = 0; status == RA_OK && i < count; i++)
        if (subset.members >> i & 1)
            status = take(match, event, items[i], ra_match_item_at(match, items[i])->open,
                          RA_RELATION_EQUAL);
    return status;
}

/* Do two rows look for the same sort of item? */
static bool same_sort(const ra_match *match, uint32_t a, uint32_t b) {
    return match->states[a].currency == match->states[b].currency &&
           (match->events[a].amount < 0) == (match->events[b].amount < 0);
}

/* The rows of a person of the first one's sort. */
static uint32_t rows_of(const ra_match *match, const ra_person_row *rows, size_t count,
                        uint32_t events[RA_SUBSET_MAX]) {
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_free(match, rows[i].event) || !same_sort(match, rows[0].event, rows[i].event))
            continue;
        if (found == RA_SUBSET_MAX) return RA_SUBSET_MAX + 1;
        events[found++] = rows[i].event;
    }
    return found;
}

/* Several rows for one item, when it is the only item that some of the rows make up. */
static ra_status join_rows(const ra_grouping *grouping, const ra_person_row *rows, size_t count) {
    ra_match *match = grouping->match;
    uint32_t events[RA_SUBSET_MAX], items[RA_SUBSET_MAX], hits = 0, hit = 0;
    int64_t amounts[RA_SUBSET_MAX];
    if (!is_free(match, rows[0].event)) return RA_OK;
    uint32_t found = rows_of(match, rows, count, events);
    uint32_t listed = items_of(match, rows[0].person, rows[0].event, items);
    if (found < 2 || found > RA_SUBSET_MAX || listed > RA_SUBSET_MAX) return RA_OK;
    for (uint32_t i = 0; i < found; i++)
        amounts[i] = positive(match->events[events[i]].amount);
    ra_subset subset, proof = {0};
    for (uint32_t i = 0; i < listed; i++) {
        int64_t open = positive(ra_match_item_at(match, items[i])->open);
        ra_status status = ra_match_subset(amounts, found, open, &subset);
        if (status == RA_OVERFLOW) return RA_OK;
        if (status != RA_OK) return status;
        hits += subset.solutions;
        if (subset.solutions == 0) continue;
        hit = items[i];
        proof = subset;
    }
    if (hits != 1 || !is_proof(grouping, &proof)) return RA_OK;
    ra_status status = RA_OK;
    for (uint32_t i = 0; status == RA_OK && i < found; i++)
        if (proof.members >> i & 1)
            status =
                take(match, events[i], hit, match->events[events[i]].amount, RA_RELATION_PARTIAL);
    return status;
}

static int by_person(const void *a, const void *b) {
    const ra_person_row *x = a, *y = b;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return x->event < y->event ? -1 : x->event > y->event;
}

static ra_status run(const ra_grouping *grouping, ra_person_row *rows) {
    const ra_match *match = grouping->match;
    ra_status status = RA_OK;
    size_t count = 0;
    for (uint32_t turn = 0; status == RA_OK && turn < match->event_count; turn++)
        if (is_free(match, match->order[turn])) status = split_row(grouping, match->order[turn]);
    for (uint32_t i = 0; i < match->event_count; i++)
        if (is_free(match, i)) rows[count++] = (ra_person_row){person_of(&match->states[i]), i};
    qsort(rows, count, sizeof *rows, by_person);
    for (size_t at = 0, end; status == RA_OK && at < count; at = end) {
        for (end = at + 1; end < count && rows[end].person == rows[at].person;)
            end++;
        for (size_t i = at; status == RA_OK && i + 1 < end && end - at <= RA_SUBSET_MAX; i++)
            status = join_rows(grouping, rows + i, end - i);
    }
    return status;
}

ra_status ra_match_by_group(ra_match *match, const ra_match_prior *prior) {
    ra_grouping grouping = {match, prior};
    ra_arena scratch;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    ra_person_row *rows = ra_arena_array(&scratch, (size_t)match->event_count + 1, sizeof *rows);
    ra_status status = rows == NULL ? RA_NO_MEMORY : run(&grouping, rows);
    ra_arena_free(&scratch);
    return status == RA_OK ? ra_match_by_sum(match) : status;
}
