/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Keeping items and finding them again; see ra_match_store.h. */
#include "match/ra_match_store.h"

#include <stdlib.h>

#include "dedupe/ra_link_text.h"
#include "match/ra_match_tally.h"

/* What of an item the events ask for. */
typedef struct ra_offer {
    ra_match *match;
    const ra_match_item *item;
    uint32_t index; /* RA_MATCH_NONE until it is kept */
    uint32_t currency;
    ra_str party;
    uint64_t email;
} ra_offer;

static ra_status keep_item(ra_offer *offer) {
    if (offer->index != RA_MATCH_NONE) return RA_OK;
    ra_match *match = offer->match;
    if (match->items.count >= RA_MATCH_NONE - 1) return RA_TOO_LARGE;
    ra_item *kept = ra_pool_add(&match->items, &match->arena);
    if (kept == NULL || !ra_arena_copy(&match->arena, offer->party, &kept->party))
        return RA_NO_MEMORY;
    kept->id = offer->item->id;
    kept->open = offer->item->open;
    kept->total = offer->item->total;
    kept->email = offer->email;
    kept->day = offer->item->day;
    kept->currency = offer->currency;
    kept->kind = (uint8_t)offer->item->kind;
    offer->index = (uint32_t)(match->items.count - 1);
    return RA_OK;
}

static ra_status add_entry(ra_offer *offer, uint64_t hash, const ra_match_key *key) {
    ra_status status = keep_item(offer);
    if (status != RA_OK) return status;
    ra_arena *arena = &offer->match->arena;
    ra_entry *entry = ra_pool_add(&offer->match->entries, arena);
    if (entry == NULL) return RA_NO_MEMORY;
    entry->hash = hash;
    entry->item = offer->index;
    if (key == NULL) return RA_OK;
    ra_str *texts = ra_arena_array(arena, 2, sizeof *texts);
    if (texts == NULL || !ra_arena_copy(arena, key->text, &texts[0]) ||
        !ra_arena_copy(arena, key->letters, &texts[1]))
        return RA_NO_MEMORY;
    entry->texts = texts;
    return RA_OK;
}

static ra_status keep_entry(ra_offer *offer, uint64_t hash, const ra_match_key *key) {
    return ra_match_wants(offer->match, hash) ? add_entry(offer, hash, key) : RA_OK;
}

static ra_status keep_keys(ra_offer *offer) {
    ra_match_keys keys;
    const ra_match_item *item = offer->item;
    for (size_t i = 0; i < item->id_count + item->ref_count; i++) {
        if (i < item->id_count)
            ra_match_keys_of_id(item->ids[i], &keys);
        else
            ra_match_keys_of_reference(item->refs[i - item->id_count],
                                       item->kind == RA_ITEM_BANK_LINE, &keys);
        for (uint32_t k = 0; k < keys.count; k++) {
            ra_status status = keep_entry(offer, keys.keys[k].hash, &keys.keys[k]);
            if (status != RA_OK) return status;
        }
    }
    return RA_OK;
}

/* Hash of a reference as two items of one sale write it alike; 0: it is none. */
static uint64_t folded_hash(ra_str reference) {
    ra_match_keys keys;
    if (!ra_match_is_reference(reference)) return 0;
    ra_match_keys_of_reference(reference, false, &keys);
    for (uint32_t k = 0; k < keys.count; k++)
        if (keys.keys[k].sort == RA_SORT_FOLDED) return keys.keys[k].hash;
    return 0;
}

/* The references of a sale that an event named, to find its credit notes by. */
static ra_status keep_references(ra_offer *offer) {
    const ra_match_item *item = offer->item;
    if (offer->index == RA_MATCH_NONE || item->total < 0 || item->ref_count == 0) return RA_OK;
    uint64_t *refs = ra_arena_array(&offer->match->arena, item->ref_count + 1, sizeof *refs);
    if (refs == NULL) return RA_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < item->ref_count; i++) {
        refs[count] = folded_hash(item->refs[i]);
        count += refs[count] != 0;
    }
    refs[count] = 0;
    ra_match_item_at(offer->match, offer->index)->refs = refs;
    return RA_OK;
}

/* A credit note of a wanted amount, under its references and its person. */
static ra_status keep_refund(ra_offer *offer, uint64_t amount) {
    const ra_match_item *item = offer->item;
    ra_status status = RA_OK;
    if (item->open >= 0 || item->kind == RA_ITEM_BANK_LINE) return RA_OK;
    for (size_t i = 0; status == RA_OK && i < item->ref_count; i++) {
        uint64_t hash = folded_hash(item->refs[i]);
        if (hash != 0) status = add_entry(offer, ra_match_refund_hash(amount, hash), NULL);
    }
    if (status == RA_OK && offer->party.len > 0) {
        uint64_t hash = ra_match_hash(RA_SORT_PARTY, offer->party);
        status = add_entry(offer, ra_match_refund_hash(amount, hash), NULL);
    }
    if (status == RA_OK && offer->email != 0)
        status = add_entry(offer, ra_match_refund_hash(amount, offer->email), NULL);
    return status;
}

static ra_status keep_amount(ra_offer *offer) {
    ra_match *match = offer->match;
    uint64_t hash = ra_match_amount_hash(offer->currency, offer->item->open);
    if (offer->item->open > 0) ra_match_tally_add(match, hash);
    if (offer->item->open == 0 || !ra_match_wants(match, hash)) return RA_OK;
    ra_status status = keep_item(offer);
    if (status != RA_OK) return status;
    ra_amount *amount = ra_pool_add(&match->amount_pool, &match->arena);
    if (amount == NULL) return RA_NO_MEMORY;
    *amount = (ra_amount){.hash = hash, .day = offer->item->day, .item = offer->index};
    return keep_refund(offer, hash);
}

static void note_offer(ra_match *match, const ra_match_item *item) {
    match->offered++;
    if (item->kind == RA_ITEM_BANK_LINE) match->bank = true;
    if (item->day == RA_NO_DAY) return;
    if (match->first_day == RA_NO_DAY || item->day < match->first_day) match->first_day = item->day;
    if (match->last_day == RA_NO_DAY || item->day > match->last_day) match->last_day = item->day;
}

/* Open and total have one sign, and not more is open than there is. */
static bool is_sound(const ra_match_item *item) {
    const int64_t limit = (int64_t)1 << 62;
    if (item->kind < RA_ITEM_ORDER || item->kind >= RA_ITEM_KINDS) return false;
    if (item->total >= limit || item->total <= -limit) return false;
    return item->total >= 0 ? item->open >= 0 && item->open <= item->total
                            : item->open <= 0 && item->open >= item->total;
}

ra_status ra_match_add(ra_match *match, const ra_match_item *item) {
    if (match->run || !is_sound(item)) return RA_BAD_ARGUMENT;
    note_offer(match, item);
    if (item->total == 0) return RA_OK;
    ra_link_value folded = {.len = 0};
    ra_offer offer = {.match = match,
                      .item = item,
                      .index = RA_MATCH_NONE,
                      .currency = ra_match_currency(item->currency),
                      .email = ra_match_email_hash(item->email)};
    if (item->party.len > 0 && ra_link_fold(item->party, &folded) == RA_OK)
        offer.party = (ra_str){folded.text, folded.len};
    ra_status status = keep_keys(&offer);
    if (status == RA_OK) status = keep_references(&offer);
    if (status == RA_OK) status = keep_amount(&offer);
    if (status == RA_OK && ra_match_person(offer.party, offer.email) != 0 &&
        item->kind != RA_ITEM_BANK_LINE &&
        ra_match_may_sum(match, offer.currency, item->open, item->day))
        status = keep_item(&offer);
    if (status == RA_OK && offer.party.len > 0)
        status = keep_entry(&offer, ra_match_hash(RA_SORT_PARTY, offer.party), NULL);
    if (status == RA_OK && offer.email != 0) status = keep_entry(&offer, offer.email, NULL);
    return status;
}

static int by_amount(const void *a, const void *b) {
    const ra_amount *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static ra_status sort_amounts(ra_match *match) {
    match->amount_count = match->amount_pool.count;
    if (match->amount_count == 0) return RA_OK;
    match->amounts = ra_pool_flat(&match->amount_pool, &match->arena);
    if (match->amounts == NULL) return RA_NO_MEMORY;
    qsort(match->amounts, match->amount_count, sizeof *match->amounts, by_amount);
    for (size_t i = 0; i < match->amount_count; i++) {
        bool refund = ra_match_item_at(match, match->amounts[i].item)->open < 0;
        ra_amount_tally *tally = refund ? &match->refunds : &match->sales;
        tally->count++;
        tally->distinct += i == 0 || match->amounts[i].hash != match->amounts[i - 1].hash;
    }
    return RA_OK;
}

static int by_name(const ra_item *x, const ra_item *y) {
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_name_of(const void *a, const void *b, void *match) {
    return by_name(ra_match_item_at(match, *(const uint32_t *)a),
                   ra_match_item_at(match, *(const uint32_t *)b));
}

/* Bring item i to place[i] for every i, in place; `place` is used up. */
static void permute(ra_match *match, uint32_t *place, size_t count) {
    for (uint32_t i = 0; i < count; i++) {
        while (place[i] != i) {
            uint32_t to = place[i];
            ra_item moved = *ra_match_item_at(match, to);
            *ra_match_item_at(match, to) = *ra_match_item_at(match, i);
            *ra_match_item_at(match, i) = moved;
            place[i] = place[to];
            place[to] = to;
        }
    }
}

static void renumber(ra_match *match, const uint32_t *place) {
    for (size_t i = 0; i < match->entries.count; i++) {
        ra_entry *entry = ra_pool_at(&match->entries, i);
        entry->item = place[entry->item];
    }
    for (size_t i = 0; i < match->amount_pool.count; i++) {
        ra_amount *amount = ra_pool_at(&match->amount_pool, i);
        amount->item = place[amount->item];
    }
}

static ra_status sort_anew(ra_match *match, ra_arena *scratch) {
    size_t count = match->items.count;
    uint32_t *order = ra_arena_array(scratch, count, sizeof *order);
    uint32_t *place = ra_arena_array(scratch, count, sizeof *place);
    if (order == NULL || place == NULL) return RA_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, by_name_of, match);
    for (uint32_t i = 0; i < count; i++)
        place[order[i]] = i;
    renumber(match, place);
    permute(match, place, count);
    return RA_OK;
}

/* Items by kind and id, so that the order they came in decides nothing. An item listed twice could
 * be consumed twice. */
static ra_status sort_items(ra_match *match) {
    size_t count = match->items.count;
    bool sorted = true;
    for (uint32_t i = 1; sorted && i < count; i++)
        sorted = by_name(ra_match_item_at(match, i - 1), ra_match_item_at(match, i)) < 0;
    if (sorted) return RA_OK;
    ra_arena scratch;
    ra_arena_init(&scratch, 0, match->arena.allocator);
    ra_status status = sort_anew(match, &scratch);
    ra_arena_free(&scratch);
    for (uint32_t i = 1; status == RA_OK && i < count; i++)
        if (by_name(ra_match_item_at(match, i - 1), ra_match_item_at(match, i)) == 0)
            status = RA_DUPLICATE_KEY;
    return status;
}

ra_status ra_match_index(ra_match *match) {
    size_t room = 16;
    ra_status status = sort_items(match);
    if (status != RA_OK) return status;
    while (room < match->entries.count)
        room *= 2;
    match->buckets = ra_arena_array(&match->arena, room, sizeof *match->buckets);
    if (match->buckets == NULL) return RA_NO_MEMORY;
    match->bucket_mask = room - 1;
    for (size_t i = 0; i < match->entries.count; i++) {
        ra_entry *entry = ra_pool_at(&match->entries, i);
        uint32_t *bucket = &match->buckets[entry->hash & match->bucket_mask];
        entry->next = *bucket;
        *bucket = (uint32_t)i + 1;
    }
    return sort_amounts(match);
}

ra_entry_cursor ra_match_find(const ra_match *match, uint64_t hash) {
    return (ra_entry_cursor){.hash = hash, .next = match->buckets[hash & match->bucket_mask]};
}

const ra_entry *ra_match_next(const ra_match *match, ra_entry_cursor *cursor) {
    while (cursor->next != 0) {
        const ra_entry *entry = ra_pool_at(&match->entries, cursor->next - 1);
        cursor->next = entry->next;
        if (entry->hash == cursor->hash) return entry;
    }
    return NULL;
}

/* The first amount not below (hash, day). */
static size_t lower_bound(const ra_match *match, uint64_t hash, int64_t day) {
    size_t low = 0, high = match->amount_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const ra_amount *amount = &match->amounts[middle];
        bool below = amount->hash != hash ? amount->hash < hash : amount->day < day;
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void ra_match_amount_run(const ra_match *match, uint64_t hash, int32_t first_day, int32_t last_day,
                         size_t *begin, size_t *end) {
    *begin = lower_bound(match, hash, first_day);
    *end = lower_bound(match, hash, (int64_t)last_day + 1);
}
