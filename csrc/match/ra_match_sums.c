/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Level group for rows that name nobody: the sum of several items of one customer, whoever that is;
 * see ra_match_level.h and docs/decisions/settlement-group-sums.md.
 *
 * Every customer's sums are counted once, and each is looked up among the amounts of the rows. So
 * the only sum that hits is known to be the only one. How often chance makes a hit is told by the
 * density of sums around the amount, corrected by what was seen: the amounts of rows whose item is
 * known (decoys) are hit by accident only. */
#include <math.h>
#include <stdlib.h>

#include "match/ra_match_level.h"
#include "match/ra_match_subset.h"

#define SUMS_MAX ((size_t)1 << 24) /* of all customers; with more nothing is proved */
#define BANDS_OF_POWER 16          /* bands of amounts in each power of two */
#define BANDS ((size_t)64 * BANDS_OF_POWER)
#define SHARE_OF_SUMS 0.01 /* expected of the rows without an item of their amount, ... */
#define SHARE_WEIGHT 20.0  /* ... as if seen in so many of them */

/* An amount that rows ask for. */
typedef struct ra_target {
    uint64_t hash; /* 0: the slot is free */
    int64_t amount;
    uint32_t event; /* that seeks, or RA_MATCH_NONE */
    uint32_t seekers, decoys;
    uint32_t hits, solutions; /* sums; those that the seeker's window allows, up to 2 */
    uint32_t members, first;  /* of the first solution: bits, and where the customer begins */
} ra_target;

/* An untouched item of a customer. */
typedef struct ra_owned {
    uint64_t person;
    int64_t amount;
    uint32_t item, currency;
} ra_owned;

typedef struct ra_summing {
    ra_match *match;
    ra_arena arena;
    ra_target *targets;
    size_t mask;
    ra_owned *owned;
    size_t count, most; /* items; those of the customer who has the most */
    int64_t step;       /* greatest common divisor of all amounts */
    int64_t *sums;
    uint64_t *bands; /* sums by size */
    double lumps;    /* hits among the decoys for each one that the density expects */
    double share;    /* P(sum) of a row without an item of its amount */
} ra_summing;

static bool seeks(const ra_match *match, uint32_t event) {
    return match->states[event].anonymous && ra_match_is_free(match, event);
}

/* Is the row known to pay one item, and all of it? */
static bool is_decoy(const ra_match *match, uint32_t event) {
    const ra_event_state *state = &match->states[event];
    if (match->events[event].kind != RA_EVENT_CAPTURE || state->status != RA_EVENT_DONE)
        return false;
    if (state->item == RA_MATCH_NONE) return false;
    const ra_item *item = ra_match_item_at(match, state->item);
    return item->currency == state->currency &&
           item->open == ra_match_amount_of(&match->events[event]);
}

static ra_target *target_of(const ra_summing *summing, uint64_t hash) {
    size_t at = hash & summing->mask;
    while (summing->targets[at].hash != 0 && summing->targets[at].hash != hash)
        at = (at + 1) & summing->mask;
    return &summing->targets[at];
}

static void aim(ra_summing *summing, uint32_t event, bool decoy) {
    const ra_match *match = summing->match;
    int64_t amount = ra_match_amount_of(&match->events[event]);
    uint64_t hash = ra_match_amount_hash(match->states[event].currency, amount);
    ra_target *target = target_of(summing, hash);
    if (target->hash == 0)
        *target = (ra_target){.hash = hash, .amount = amount, .event = RA_MATCH_NONE};
    target->decoys += decoy;
    if (decoy) return;
    target->seekers++;
    target->event = event;
}

/* The amounts of rows that seek and of decoys; false when no row seeks. */
static ra_status list_targets(ra_summing *summing, bool *any) {
    const ra_match *match = summing->match;
    size_t count = 0, room = 16;
    *any = false;
    for (uint32_t i = 0; i < match->event_count; i++) {
        bool seeker = seeks(match, i);
        *any = *any || seeker;
        count += seeker || is_decoy(match, i);
    }
    if (!*any) return RA_OK;
    while (room < 2 * count)
        room *= 2;
    summing->targets = ra_arena_array(&summing->arena, room, sizeof *summing->targets);
    if (summing->targets == NULL) return RA_NO_MEMORY;
    summing->mask = room - 1;
    for (uint32_t i = 0; i < match->event_count; i++) {
        bool decoy = is_decoy(match, i);
        if (decoy || seeks(match, i)) aim(summing, i, decoy);
    }
    return RA_OK;
}

static int by_person(const void *a, const void *b) {
    const ra_owned *x = a, *y = b;
    if (x->currency != y->currency) return x->currency < y->currency ? -1 : 1;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static ra_status list_items(ra_summing *summing) {
    const ra_match *match = summing->match;
    summing->owned = ra_arena_array(&summing->arena, match->items.count + 1, sizeof(ra_owned));
    if (summing->owned == NULL) return RA_NO_MEMORY;
    for (uint32_t i = 0; i < match->items.count; i++) {
        const ra_item *item = ra_match_item_at(match, i);
        uint64_t person = ra_match_person(item->party, item->email);
        if (item->kind == RA_ITEM_BANK_LINE || item->touched || item->open <= 0 || person == 0)
            continue;
        if (!ra_match_may_sum(match, item->currency, item->open, item->day)) continue;
        summing->step = ra_common_divisor(item->open, summing->step);
        summing->owned[summing->count++] = (ra_owned){person, item->open, i, item->currency};
    }
    qsort(summing->owned, summing->count, sizeof *summing->owned, by_person);
    return RA_OK;
}

/* Where the next customer begins. */
static size_t end_of(const ra_summing *summing, size_t first) {
    const ra_owned *owned = summing->owned;
    size_t end = first + 1;
    while (end < summing->count && owned[end].person == owned[first].person &&
           owned[end].currency == owned[first].currency)
        end++;
    return end;
}

/* Can every customer's sums be counted, and do the largest fit into 62 bits? */
static bool is_countable(ra_summing *summing) {
    size_t sums = 0;
    for (size_t at = 0, end; at < summing->count; at = end) {
        end = end_of(summing, at);
        __int128 whole = 0;
        for (size_t i = at; i < end; i++)
            whole += summing->owned[i].amount;
        if (end - at > RA_SUBSET_MAX || whole > INT64_MAX) return false;
        sums += (size_t)1 << (end - at);
        if (sums > SUMS_MAX) return false;
        if (end - at > summing->most) summing->most = end - at;
    }
    return true;
}

/* Bands of amounts, sixteen in each power of two. */
static size_t band_of(int64_t amount) {
    unsigned power = 63U - (unsigned)__builtin_clzll((uint64_t)amount);
    uint64_t rest = (uint64_t)amount - ((uint64_t)1 << power);
    return power * BANDS_OF_POWER + (size_t)((double)rest * BANDS_OF_POWER / exp2(power));
}

static bool is_in_window(const ra_match *match, uint32_t event, uint32_t index) {
    return ra_match_is_near(match,
                            ra_match_lag(&match->events[event], ra_match_item_at(match, index)));
}

static void hit(ra_summing *summing, ra_target *target, size_t first, uint32_t members) {
    if (target->hits < UINT32_MAX) target->hits++;
    if (target->event == RA_MATCH_NONE || target->solutions > 1) return;
    for (uint32_t i = 0; members >> i != 0; i++)
        if ((members >> i & 1) != 0 &&
            !is_in_window(summing->match, target->event, summing->owned[first + i].item))
            return;
    if (target->solutions++ > 0) return;
    target->members = members;
    target->first = (uint32_t)first;
}

/* All sums of two or more of a customer's items. */
static void count_sums(ra_summing *summing, size_t first, size_t end) {
    const ra_owned *owned = summing->owned + first;
    uint32_t count = (uint32_t)(end - first);
    summing->sums[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < 1U << i; k++) {
            uint32_t members = (1U << i) + k;
            int64_t sum = summing->sums[k] + owned[i].amount;
            summing->sums[members] = sum;
            if (k == 0) continue;
            summing->bands[band_of(sum)]++;
            ra_target *target = target_of(summing, ra_match_amount_hash(owned->currency, sum));
            if (target->hash != 0) hit(summing, target, first, members);
        }
    }
}

/* Sums expected to hit an amount by accident: those of its size, evenly spread over the multiples
 * of the amounts' common divisor. One more than was seen, since none seen is not none. */
static double density(const ra_summing *summing, int64_t amount) {
    size_t band = band_of(amount), low = band > 0 ? band - 1 : 0, power = band / BANDS_OF_POWER;
    double width = exp2((double)power) / BANDS_OF_POWER * 3;
    double seen = 1;
    for (size_t i = low; i <= band + 1 && i < BANDS; i++)
        seen += (double)summing->bands[i];
    return fmin(seen, seen * (double)summing->step / width);
}

/* Prices end alike, so sums meet amounts more often than evenly spread ones would. */
static double learn_lumps(const ra_summing *summing) {
    double expected = 1, hits = 1;
    for (size_t i = 0; i <= summing->mask; i++) {
        const ra_target *target = &summing->targets[i];
        if (target->hash == 0 || target->decoys == 0) continue;
        expected += density(summing, target->amount);
        hits += target->hits;
    }
    return fmax(1, hits / expected);
}

/* Is there a single item that the row may pay? */
static bool has_single(const ra_match *match, const ra_target *target) {
    size_t begin, end;
    ra_match_amount_run(match, target->hash, RA_NO_DAY, INT32_MAX, &begin, &end);
    for (size_t i = begin; i < end; i++)
        if (!ra_match_item_at(match, match->amounts[i].item)->touched) return true;
    return false;
}

static double chance_of(const ra_summing *summing, const ra_target *target) {
    return fmin(1, summing->lumps * density(summing, target->amount));
}

/* How many of these rows pay a sum at all: as many as have a sum beyond what chance would give. */
static double learn_share(const ra_summing *summing) {
    double rows = 0, hits = 0, expected = 0;
    for (size_t i = 0; i <= summing->mask; i++) {
        const ra_target *target = &summing->targets[i];
        if (target->seekers == 0 || has_single(summing->match, target)) continue;
        rows += target->seekers;
        hits += target->solutions > 0;
        expected += chance_of(summing, target);
    }
    return (fmax(0, hits - expected) + SHARE_OF_SUMS * SHARE_WEIGHT) / (rows + SHARE_WEIGHT);
}

/* P(chance) against P(chance or sum), for the only sum that hits. */
static double doubt(const ra_summing *summing, const ra_target *target) {
    double chance = (1 - summing->share) * chance_of(summing, target);
    return chance / (chance + summing->share);
}

static bool is_proof(const ra_summing *summing, const ra_target *target) {
    return target->hash != 0 && target->seekers == 1 && target->solutions == 1 &&
           !has_single(summing->match, target) &&
           doubt(summing, target) <= 1 - summing->match->options.threshold;
}

/* An item that two rows could take proves neither. */
static void mark_items(const ra_summing *summing, uint8_t *claims) {
    for (size_t at = 0; at <= summing->mask; at++) {
        const ra_target *target = &summing->targets[at];
        if (target->solutions == 0) continue;
        for (uint32_t i = 0; target->members >> i != 0; i++) {
            uint8_t *claim = &claims[summing->owned[target->first + i].item];
            if ((target->members >> i & 1) != 0 && *claim < 2) ++*claim;
        }
    }
}

static bool is_undisputed(const ra_summing *summing, const ra_target *target,
                          const uint8_t *claims) {
    for (uint32_t i = 0; target->members >> i != 0; i++)
        if ((target->members >> i & 1) != 0 && claims[summing->owned[target->first + i].item] > 1)
            return false;
    return true;
}

static ra_status take(const ra_summing *summing, const ra_target *target) {
    const ra_match *match = summing->match;
    ra_status status = RA_OK;
    for (uint32_t i = 0; status == RA_OK && target->members >> i != 0; i++) {
        if ((target->members >> i & 1) == 0) continue;
        const ra_owned *owned = &summing->owned[target->first + i];
        ra_match_link link = {.event = target->event,
                              .item = owned->item,
                              .amount = owned->amount,
                              .score = (float)(1 - doubt(summing, target)),
                              .level = RA_LEVEL_GROUP,
                              .field = RA_FIELD_SUM,
                              .tier = RA_TIER_NONE,
                              .relation = RA_RELATION_EQUAL,
                              .party = RA_PARTY_UNKNOWN,
                              .lag = ra_match_lag(&match->events[target->event],
                                                  ra_match_item_at(match, owned->item))};
        status = ra_match_take(summing->match, &link);
    }
    return status;
}

static ra_status take_proved(ra_summing *summing) {
    uint8_t *claims = ra_arena_alloc(&summing->arena, summing->match->items.count + 1);
    if (claims == NULL) return RA_NO_MEMORY;
    mark_items(summing, claims);
    for (uint32_t i = 0; i < summing->match->event_count; i++) {
        if (!seeks(summing->match, i)) continue;
        const ra_target *target = target_of(
            summing, ra_match_amount_hash(summing->match->states[i].currency,
                                          ra_match_amount_of(&summing->match->events[i])));
        if (!is_proof(summing, target) || !is_undisputed(summing, target, claims)) continue;
        ra_status status = take(summing, target);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

static ra_status sum_up(ra_summing *summing) {
    bool any;
    ra_status status = list_targets(summing, &any);
    if (status != RA_OK || !any) return status;
    status = list_items(summing);
    if (status != RA_OK || !is_countable(summing)) return status;
    summing->sums = ra_arena_array(&summing->arena, (size_t)1 << summing->most, sizeof(int64_t));
    summing->bands = ra_arena_array(&summing->arena, BANDS, sizeof *summing->bands);
    if (summing->sums == NULL || summing->bands == NULL) return RA_NO_MEMORY;
    for (size_t at = 0, end; at < summing->count; at = end) {
        end = end_of(summing, at);
        count_sums(summing, at, end);
    }
    summing->lumps = learn_lumps(summing);
    summing->share = learn_share(summing);
    return take_proved(summing);
}

ra_status ra_match_by_sum(ra_match *match) {
    ra_summing summing = {.match = match};
    ra_arena_init(&summing.arena, 0, match->arena.allocator);
    ra_status status = sum_up(&summing);
    ra_arena_free(&summing.arena);
    return status;
}
