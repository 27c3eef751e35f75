/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Level amount: equal amounts, scored by date and party, assigned one to one; see
 * ra_match_level.h.
 *
 * For an event whose item is one of the pairs' items or absent:
 *
 *   P(item i) = L(i) / (sum of L + chance * absent / (1 - absent))
 *
 * L is the likelihood ratio of what date and party say (true pair against chance pair), `chance`
 * the number of items that have this amount in this window by accident. A pair is taken when the
 * assignment chose it and it is as sure as the threshold asks seen from the event and seen from
 * the item. What is taken leaves the field, so the rest is looked at again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dedupe/ra_link_assign.h"
#include "dedupe/ra_similarity.h"
#include "match/ra_match_level.h"

#define WINDOW_MAX 48 /* equal amounts in a window that are looked at one by one */
#define ROUNDS 6
#define CHANCE_LEAST 0.02
#define ROWS_SEEN 20.0 /* rows that the share of absent items by name is worth */
#define ABSENT_MOST 0.99
#define EMAIL_SAME 1e6
#define EMAIL_OTHER 0.25
#define NAME_OTHER 0.01
#define NAME_AKIN 20.0 /* a common word or a near spelling */
#define NAME_SEEN 0.5  /* a name is expected so often ... */
#define NAME_OF 200.0  /* ... among so many items */
#define NAME_KNOWN 0.9 /* P(the names are equal | true pair) */

typedef struct ra_pair {
    uint32_t event, item;
    double ratio;
    bool gone;
} ra_pair;

typedef struct ra_field_of_pairs {
    ra_match *match;
    const ra_match_prior *prior;
    ra_pool pool;
    ra_arena arena;
    ra_pair *pairs; /* by event, item */
    size_t count;
    double *rest;         /* per event: what speaks for items in bulk */
    double *chance;       /* per event: items expected to have its amount by accident */
    double absent;        /* P(the item of a capture is not there) */
    double *row, *column; /* sums of ratios per event and per item */
} ra_field_of_pairs;

/* How often another item bears the name by chance: counted among the kept items (to a limit), with
 * an expectation for names that were seen once or not at all. */
static double name_frequency(const ra_match *match, ra_str party) {
    uint32_t count = 0;
    ra_entry_cursor cursor = ra_match_find(match, ra_match_hash(RA_SORT_PARTY, party));
    while (count < WINDOW_MAX && ra_match_next(match, &cursor) != NULL)
        count++;
    double others = count > 1 ? (double)count - 1 : 0;
    return (others + NAME_SEEN) / ((double)match->items.count + NAME_OF);
}

static double party_ratio(const ra_match *match, const ra_event_state *state, const ra_item *item) {
    double ratio = 1;
    if (state->email != 0 && item->email != 0) {
        if (state->email == item->email) return EMAIL_SAME;
        ratio = EMAIL_OTHER;
    }
    if (state->party.len == 0 || item->party.len == 0) return ratio;
    double shared = ra_token_jaccard(state->party, item->party);
    if (shared >= 1) return ratio * NAME_KNOWN / name_frequency(match, item->party);
    bool akin = shared > 0 || ra_jaro_winkler(state->party, item->party) >= 0.9;
    return ratio * (akin ? NAME_AKIN : NAME_OTHER);
}

static double date_ratio(const ra_field_of_pairs *field, int32_t lag) {
    const ra_match_options *options = &field->match->options;
    double window = (double)options->days_after + options->days_before + 1;
    int64_t at = (int64_t)lag - RA_LAG_FIRST;
    if (lag == RA_NO_DAY) return 1;
    if (at < 0 || at >= RA_LAG_COUNT) return field->prior->lag[RA_LAG_COUNT - 1] * window;
    return field->prior->lag[at] * window;
}

static ra_status add_pair(ra_field_of_pairs *field, uint32_t event, uint32_t index) {
    const ra_match *match = field->match;
    const ra_item *item = ra_match_item_at(match, index);
    bool bank = match->events[event].kind == RA_EVENT_PAYOUT;
    if (bank != (item->kind == RA_ITEM_BANK_LINE)) return RA_OK;
    ra_weight weight = ra_match_weigh(match, event, index);
    if (weight.fit != RA_FIT_EQUAL || weight.back || item->touched) return RA_OK;
    ra_pair *pair = ra_pool_add(&field->pool, &field->arena);
    if (pair == NULL) return RA_NO_MEMORY;
    *pair = (ra_pair){.event = event,
                      .item = index,
                      .ratio = party_ratio(match, &match->states[event], item) *
                               date_ratio(field, ra_match_lag(&match->events[event], item))};
    return RA_OK;
}

/* Too many equal amounts to look at each: those of the same person, the others in bulk. */
static ra_status add_persons(ra_field_of_pairs *field, uint32_t event, const ra_amount *run,
                             size_t count) {
    const ra_event_state *state = &field->match->states[event];
    size_t found = 0;
    double best = 0;
    for (int i = 0; i < RA_LAG_COUNT; i++)
        best = fmax(best, date_ratio(field, i + RA_LAG_FIRST));
    for (size_t i = 0; i < count && found <= WINDOW_MAX; i++) {
        const ra_item *item = ra_match_item_at(field->match, run[i].item);
        bool same = (state->email != 0 && state->email == item->email) ||
                    (state->party.len > 0 && ra_str_equal(state->party, item->party));
        if (!same) continue;
        found++;
        ra_status status = add_pair(field, event, run[i].item);
        if (status != RA_OK) return status;
    }
    bool told = state->email != 0 || state->party.len > 0;
    field->rest[event] += best * (double)(count - found) * (told ? NAME_AKIN * EMAIL_OTHER : 1);
    return RA_OK;
}

/* Items that have the amount by accident: as often as it occurs, in a window of the time that all
 * items spread over. */
static double chance_of(const ra_field_of_pairs *field, bool refund, size_t alike) {
    const ra_match *match = field->match;
    const ra_amount_tally *tally = refund ? &match->refunds : &match->sales;
    double window = (double)match->options.days_after + match->options.days_before + 1;
    double spread = match->first_day == RA_NO_DAY
                        ? 1
                        : (double)((int64_t)match->last_day - match->first_day) + 1;
    double usual =
        tally->distinct == 0 ? 0 : ((double)tally->count + 1) / (double)tally->distinct - 1;
    if (alike <= 1 && !refund && field->prior->lone >= 0) usual = field->prior->lone;
    usual = fmax(usual, CHANCE_LEAST);
    double others = alike > 1 ? (double)alike - 1 : 0;
    return (others + usual) * fmin(1, window / spread);
}

static ra_status pair_amount(ra_field_of_pairs *field, uint32_t event, uint32_t currency,
                             int64_t amount) {
    const ra_match *match = field->match;
    int32_t day = match->events[event].day;
    uint64_t hash = ra_match_amount_hash(currency, amount);
    bool dated = day > INT32_MIN / 2 && day < INT32_MAX / 2;
    int32_t first = dated ? day - match->options.days_after : RA_NO_DAY;
    int32_t last = dated ? day + match->options.days_before : INT32_MAX;
    size_t begin, end, from, to;
    ra_match_amount_run(match, hash, first, last, &begin, &end);
    ra_match_amount_run(match, hash, RA_NO_DAY, INT32_MAX, &from, &to);
    field->chance[event] += chance_of(field, amount < 0, to - from);
    if (end - begin > WINDOW_MAX)
        return add_persons(field, event, match->amounts + begin, end - begin);
    for (size_t i = begin; i < end; i++) {
        ra_status status = add_pair(field, event, match->amounts[i].item);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

static ra_status pair_all(ra_field_of_pairs *field) {
    const ra_match *match = field->match;
    for (uint32_t i = 0; i < match->event_count; i++) {
        const ra_event_state *state = &match->states[i];
        const ra_match_event *event = &match->events[i];
        if (!ra_match_is_free(match, i)) continue;
        ra_status status = pair_amount(field, i, state->currency, ra_match_amount_of(event));
        if (status == RA_OK && event->paid != 0 && state->paid_currency != state->currency)
            status = pair_amount(field, i, state->paid_currency, ra_match_paid_of(event));
        if (status != RA_OK) return status;
    }
    field->count = field->pool.count;
    field->pairs = ra_pool_flat(&field->pool, &field->arena);
    return field->pairs == NULL ? RA_NO_MEMORY : RA_OK;
}

static bool is_capture(const ra_match *match, uint32_t event) {
    return match->events[event].kind == RA_EVENT_CAPTURE;
}

/* Rows that name no order may lack their item more often than those that do: P(absent) is at least
 * what it takes to explain how many of them meet no item of their amount at all. */
static void learn_absent(ra_field_of_pairs *field) {
    const ra_match *match = field->match;
    double rows = ROWS_SEEN, none = ROWS_SEEN * field->prior->absent;
    size_t at = 0;
    for (uint32_t i = 0; i < match->event_count; i++) {
        size_t first = at;
        while (at < field->count && field->pairs[at].event == i)
            at++;
        if (!ra_match_is_free(match, i) || !is_capture(match, i)) continue;
        rows += 1;
        none += at == first && field->rest[i] <= 0;
    }
    double met = field->prior->lone > 0 ? field->prior->lone : 0; /* by accident, for each not */
    field->absent = fmin(ABSENT_MOST, fmax(field->prior->absent, none / rows * (1 + met)));
}

static void sum_up(ra_field_of_pairs *field) {
    const ra_match *match = field->match;
    for (uint32_t i = 0; i < match->event_count; i++) {
        double absent = is_capture(match, i) ? field->absent : field->prior->absent;
        field->row[i] = field->rest[i] + field->chance[i] * absent / (1 - absent);
    }
    memset(field->column, 0, match->items.count * sizeof *field->column);
    for (size_t i = 0; i < field->count; i++) {
        ra_pair *pair = &field->pairs[i];
        pair->gone = match->states[pair->event].status != RA_EVENT_OPEN ||
                     ra_match_item_at(match, pair->item)->touched;
        if (pair->gone) continue;
        field->row[pair->event] += pair->ratio;
        field->column[pair->item] += pair->ratio;
    }
}

static double certainty(const ra_field_of_pairs *field, const ra_pair *pair) {
    return fmin(pair->ratio / field->row[pair->event], pair->ratio / field->column[pair->item]);
}

/* One-to-one by the linkage core's auction over what is still in the field; `out` gets the chosen
 * pairs (pattern: index of the pair). */
static ra_status assign(const ra_field_of_pairs *field, ra_link_pair *out, uint64_t *count,
                        ra_arena *scratch) {
    /* The auction wants items behind events. */
    ra_link_table *sets = ra_arena_alloc(scratch, sizeof *sets);
    if (sets == NULL) return RA_NO_MEMORY;
    sets->split = field->match->event_count;
    sets->rows = sets->split + (uint32_t)field->match->items.count;
    *count = 0;
    for (size_t i = 0; i < field->count; i++) {
        const ra_pair *pair = &field->pairs[i];
        if (pair->gone) continue;
        out[(*count)++] = (ra_link_pair){.a = pair->event,
                                         .b = sets->split + pair->item,
                                         .pattern = i,
                                         .weight = (float)log2(pair->ratio)};
    }
    float floor = 0;
    for (uint64_t i = 0; i < *count; i++)
        floor = fminf(floor, out[i].weight);
    return ra_link_assign(out, count, sets, floor, scratch);
}

static ra_match_link link_of(const ra_field_of_pairs *field, const ra_pair *pair) {
    const ra_match *match = field->match;
    const ra_item *item = ra_match_item_at(match, pair->item);
    return (ra_match_link){.event = pair->event,
                           .item = pair->item,
                           .amount = item->open,
                           .score = (float)certainty(field, pair),
                           .level = RA_LEVEL_AMOUNT,
                           .field = RA_FIELD_PARTY,
                           .tier = RA_TIER_NONE,
                           .relation = RA_RELATION_EQUAL,
                           .party =
                               (uint8_t)ra_match_compare_party(&match->states[pair->event], item),
                           .lag = ra_match_lag(&match->events[pair->event], item)};
}

static ra_status take_certain(ra_field_of_pairs *field, bool *more) {
    ra_arena scratch;
    ra_arena_init(&scratch, 0, field->match->arena.allocator);
    uint64_t count = 0;
    sum_up(field);
    ra_link_pair *chosen = ra_arena_array(&scratch, field->count, sizeof *chosen);
    ra_status status = chosen == NULL ? RA_NO_MEMORY : assign(field, chosen, &count, &scratch);
    for (uint64_t i = 0; status == RA_OK && i < count; i++) {
        const ra_pair *pair = &field->pairs[chosen[i].pattern];
        if (certainty(field, pair) < field->match->options.threshold) continue;
        ra_match_link link = link_of(field, pair);
        status = ra_match_take(field->match, &link);
        *more = true;
    }
    ra_arena_free(&scratch);
    return status;
}

static int by_event_then_certainty(const void *a, const void *b) {
    const ra_match_link *x = a, *y = b;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    if (x->score > y->score || x->score < y->score) return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* What is left of the field becomes proposals, and says why nothing was taken. */
static ra_status propose(ra_field_of_pairs *field) {
    ra_match *match = field->match;
    sum_up(field);
    ra_match_link *links = ra_arena_array(&field->arena, field->count, sizeof *links);
    if (links == NULL) return RA_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < field->count; i++)
        if (!field->pairs[i].gone) links[count++] = link_of(field, &field->pairs[i]);
    qsort(links, count, sizeof *links, by_event_then_certainty);
    uint32_t of_event = 0;
    for (size_t i = 0; i < count; i++) {
        of_event = i > 0 && links[i].event == links[i - 1].event ? of_event + 1 : 0;
        ra_event_state *state = &match->states[links[i].event];
        state->reason = of_event == 0 ? RA_REASON_WEAK_EVIDENCE : RA_REASON_SEVERAL_CANDIDATES;
        if (of_event >= RA_MATCH_PROPOSALS) continue;
        ra_match_link *kept = ra_pool_add(&match->proposals, &match->arena);
        if (kept == NULL) return RA_NO_MEMORY;
        *kept = links[i];
    }
    return RA_OK;
}

static int by_event_then_item(const void *a, const void *b) {
    const ra_pair *x = a, *y = b;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static ra_status open_field(ra_field_of_pairs *field) {
    const ra_match *match = field->match;
    size_t events = match->event_count, items = match->items.count;
    field->rest = ra_arena_array(&field->arena, events + 1, sizeof *field->rest);
    field->chance = ra_arena_array(&field->arena, events + 1, sizeof *field->chance);
    field->row = ra_arena_array(&field->arena, events + 1, sizeof *field->row);
    field->column = ra_arena_array(&field->arena, items + 1, sizeof *field->column);
    if (!field->rest || !field->chance || !field->row || !field->column) return RA_NO_MEMORY;
    ra_pool_init(&field->pool, sizeof(ra_pair));
    ra_status status = pair_all(field);
    if (status != RA_OK) return status;
    qsort(field->pairs, field->count, sizeof *field->pairs, by_event_then_item);
    learn_absent(field);
    return RA_OK;
}

ra_status ra_match_by_amount(ra_match *match, const ra_match_prior *prior) {
    ra_field_of_pairs field = {.match = match, .prior = prior};
    match->proposals.count = 0; /* of a round before */
    ra_arena_init(&field.arena, 0, match->arena.allocator);
    ra_status status = open_field(&field);
    bool more = field.count > 0;
    for (int round = 0; status == RA_OK && more && round < ROUNDS; round++) {
        more = false;
        status = take_certain(&field, &more);
    }
    if (status == RA_OK) status = propose(&field);
    ra_arena_free(&field.arena);
    return status;
}
