/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The job's dictionaries; see ra_catalog.h. */
#include "resolve/ra_catalog.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SET_IDS_MAX 64u

ra_status ra_vector_push(ra_vector *vector, const ra_allocator *allocator, const void *item) {
    assert(vector->item_size > 0);
    if (vector->count == vector->capacity) {
        size_t capacity = vector->capacity == 0 ? 16 : vector->capacity * 2;
        size_t size;
        if (!ra_size_mul(capacity, vector->item_size, &size)) return RA_NO_MEMORY;
        void *items = ra_allocate(allocator, size);
        if (items == NULL) return RA_NO_MEMORY;
        if (vector->count > 0) memcpy(items, vector->items, vector->count * vector->item_size);
        ra_release(allocator, vector->items);
        vector->items = items;
        vector->capacity = capacity;
    }
    memcpy((char *)vector->items + vector->count * vector->item_size, item, vector->item_size);
    vector->count++;
    return RA_OK;
}

void ra_vector_free(ra_vector *vector, const ra_allocator *allocator) {
    ra_release(allocator, vector->items);
    vector->items = NULL;
    vector->count = vector->capacity = 0;
}

void ra_catalog_init(ra_catalog *catalog, const ra_allocator *allocator) {
    memset(catalog, 0, sizeof *catalog);
    catalog->allocator = allocator;
    ra_arena_init(&catalog->arena, 0, allocator);
    for (size_t i = 0; i < RA_REF_SPACES; i++) {
        ra_text_table_init(&catalog->refs[i], allocator);
    }
    ra_text_table_init(&catalog->rates, allocator);
    ra_text_table_init(&catalog->statuses, allocator);
    ra_text_table_init(&catalog->currencies, allocator);
    ra_text_table_init(&catalog->payments, allocator);
    ra_key_table_init(&catalog->sets, allocator);
    ra_key_table_init(&catalog->currency_rates, allocator);
    ra_key_table_init(&catalog->parties, allocator);
    ra_key_table_init(&catalog->headers, allocator);
    catalog->products.item_size = sizeof(ra_product);
    catalog->rate_taxes.item_size = sizeof(ra_tax_ids);
    catalog->unsupported.item_size = sizeof(int32_t);
    catalog->set_items.item_size = sizeof(const ra_tax_set *);
    catalog->currency_items.item_size = sizeof(ra_currency);
    catalog->rate_values.item_size = sizeof(double);
    catalog->party_items.item_size = sizeof(ra_party);
    catalog->default_action = RA_NOT_FOUND;
    catalog->rounding_product = RA_NOT_FOUND;
}

void ra_catalog_free(ra_catalog *catalog) {
    for (size_t i = 0; i < RA_REF_SPACES; i++) {
        ra_text_table_free(&catalog->refs[i]);
    }
    ra_text_table_free(&catalog->rates);
    ra_text_table_free(&catalog->statuses);
    ra_text_table_free(&catalog->currencies);
    ra_text_table_free(&catalog->payments);
    ra_key_table_free(&catalog->sets);
    ra_key_table_free(&catalog->currency_rates);
    ra_key_table_free(&catalog->parties);
    ra_key_table_free(&catalog->headers);
    ra_vector_free(&catalog->products, catalog->allocator);
    ra_vector_free(&catalog->rate_taxes, catalog->allocator);
    ra_vector_free(&catalog->unsupported, catalog->allocator);
    ra_vector_free(&catalog->set_items, catalog->allocator);
    ra_vector_free(&catalog->currency_items, catalog->allocator);
    ra_vector_free(&catalog->rate_values, catalog->allocator);
    ra_vector_free(&catalog->party_items, catalog->allocator);
    ra_arena_free(&catalog->arena);
}

ra_status ra_catalog_add_product(ra_catalog *catalog, ra_product product, int32_t *slot) {
    ra_status status = ra_vector_push(&catalog->products, catalog->allocator, &product);
    if (status == RA_OK) *slot = (int32_t)catalog->products.count - 1;
    return status;
}

ra_status ra_catalog_add_ref(ra_catalog *catalog, ra_ref_space space, ra_str ref, int32_t slot) {
    assert(slot >= 0 && (size_t)slot < catalog->products.count);
    return ra_text_table_put(&catalog->refs[space], ref, slot);
}

/* Where the tax of that id belongs among those known. */
static size_t place_of_tax(const ra_catalog *catalog, int32_t id) {
    size_t place = catalog->tax_count;
    while (place > 0 && catalog->taxes[place - 1].id >= id)
        place--;
    return place;
}

/* Room for one more tax at `place`. Sets point at the taxes there are, so those never move: a
 * copy of them takes their place when the room is not behind them all. */
static ra_status make_tax_room(ra_catalog *catalog, size_t place) {
    size_t count = catalog->tax_count, capacity = catalog->tax_capacity;
    if (place == count && count < capacity) return RA_OK;
    if (count == capacity) capacity = capacity == 0 ? 64 : capacity * 2;
    ra_tax *taxes = ra_arena_array(&catalog->arena, capacity, sizeof *taxes);
    if (taxes == NULL) return RA_NO_MEMORY;
    if (count > 0) {
        memcpy(taxes, catalog->taxes, place * sizeof *taxes);
        memcpy(taxes + place + 1, catalog->taxes + place, (count - place) * sizeof *taxes);
    }
    catalog->taxes = taxes;
    catalog->tax_capacity = capacity;
    return RA_OK;
}

ra_status ra_catalog_add_tax(ra_catalog *catalog, const ra_tax *tax, bool supported) {
    ra_tax copy = *tax;
    size_t place = place_of_tax(catalog, tax->id);
    if (place < catalog->tax_count && catalog->taxes[place].id == tax->id) return RA_BAD_ARGUMENT;
    if (tax->child_count > 0) {
        int32_t *children = ra_arena_array(&catalog->arena, tax->child_count, sizeof *children);
        if (children == NULL) return RA_NO_MEMORY;
        memcpy(children, tax->child_ids, tax->child_count * sizeof *children);
        copy.child_ids = children;
    }
    if (!supported) {
        ra_status status = ra_vector_push(&catalog->unsupported, catalog->allocator, &tax->id);
        if (status != RA_OK) return status;
    }
    if (make_tax_room(catalog, place) != RA_OK) return RA_NO_MEMORY;
    catalog->taxes[place] = copy;
    catalog->tax_count++;
    return RA_OK;
}

ra_status ra_catalog_add_rate(ra_catalog *catalog, ra_str rate_ref, const int32_t *tax_ids,
                              size_t count) {
    int32_t *copy = ra_arena_array(&catalog->arena, count, sizeof *copy);
    if (copy == NULL) return RA_NO_MEMORY;
    if (count > 0) memcpy(copy, tax_ids, count * sizeof *copy);
    ra_tax_ids entry = {copy, count};
    ra_status status = ra_vector_push(&catalog->rate_taxes, catalog->allocator, &entry);
    if (status != RA_OK) return status;
    return ra_text_table_put(&catalog->rates, rate_ref, (int32_t)catalog->rate_taxes.count - 1);
}

static int compare_ids(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

ra_status ra_catalog_tax_set(ra_catalog *catalog, const int32_t *tax_ids, size_t count,
                             const ra_tax_set **out) {
    int32_t ids[SET_IDS_MAX] = {0};
    if (count > SET_IDS_MAX) return RA_TOO_LARGE;
    if (count > 0) memcpy(ids, tax_ids, count * sizeof *ids);
    qsort(ids, count, sizeof *ids, compare_ids);
    size_t unique = 0;
    for (size_t i = 0; i < count; i++) {
        if (unique == 0 || ids[unique - 1] != ids[i]) ids[unique++] = ids[i];
    }
    XXH128_hash_t hash = XXH3_128bits(ids, unique * sizeof *ids);
    ra_key key = {hash.high64, hash.low64};
    int32_t found = ra_key_table_get(&catalog->sets, key);
    if (found != RA_NOT_FOUND) {
        *out = RA_ITEM(catalog->set_items, const ra_tax_set *, found);
        return RA_OK;
    }
    ra_tax_set *set = ra_arena_alloc(&catalog->arena, sizeof *set);
    if (set == NULL) return RA_NO_MEMORY;
    ra_tax_table table = {catalog->taxes, catalog->tax_count};
    ra_status status = ra_tax_set_build(&table, ids, unique, &catalog->arena, set);
    if (status != RA_OK) return status;
    const ra_tax_set *shared = set;
    status = ra_vector_push(&catalog->set_items, catalog->allocator, &shared);
    if (status != RA_OK) return status;
    status = ra_key_table_put(&catalog->sets, key, (int32_t)catalog->set_items.count - 1);
    if (status == RA_OK) *out = shared;
    return status;
}

bool ra_catalog_set_supported(const ra_catalog *catalog, const ra_tax_set *set) {
    for (size_t i = 0; i < catalog->unsupported.count; i++) {
        int32_t id = RA_ITEM(catalog->unsupported, int32_t, i);
        for (size_t j = 0; j < set->count; j++) {
            if (set->taxes[j]->id == id) return false;
        }
    }
    return true;
}

ra_status ra_catalog_add_currency(ra_catalog *catalog, ra_str code, ra_currency currency) {
    ra_status status = ra_vector_push(&catalog->currency_items, catalog->allocator, &currency);
    if (status != RA_OK) return status;
    return ra_text_table_put(&catalog->currencies, code,
                             (int32_t)catalog->currency_items.count - 1);
}

static ra_key rate_key(int32_t currency, int32_t day) {
    uint64_t packed = (uint64_t)(uint32_t)currency << 32 | (uint32_t)day;
    XXH128_hash_t hash = XXH3_128bits(&packed, sizeof packed);
    return (ra_key){hash.high64, hash.low64};
}

ra_status ra_catalog_add_currency_rate(ra_catalog *catalog, int32_t currency, int32_t day,
                                       double rate) {
    ra_status status = ra_vector_push(&catalog->rate_values, catalog->allocator, &rate);
    if (status != RA_OK) return status;
    return ra_key_table_put(&catalog->currency_rates, rate_key(currency, day),
                            (int32_t)catalog->rate_values.count - 1);
}

bool ra_catalog_currency_rate(const ra_catalog *catalog, int32_t currency, int32_t day,
                              double *rate) {
    int32_t index = ra_key_table_get(&catalog->currency_rates, rate_key(currency, day));
    if (index == RA_NOT_FOUND) return false;
    *rate = RA_ITEM(catalog->rate_values, double, index);
    return true;
}

ra_status ra_catalog_add_party(ra_catalog *catalog, ra_key key, ra_party party) {
    ra_status status = ra_vector_push(&catalog->party_items, catalog->allocator, &party);
    if (status != RA_OK) return status;
    return ra_key_table_put(&catalog->parties, key, (int32_t)catalog->party_items.count - 1);
}

void ra_catalog_trim_parties(ra_catalog *catalog, size_t limit) {
    if (catalog->party_items.count <= limit) return;
    ra_key_table_clear(&catalog->parties);
    catalog->party_items.count = 0;
}

static ra_key header_key(const ra_header_key *key) {
    XXH128_hash_t hash = XXH3_128bits(key, sizeof *key);
    return (ra_key){hash.high64, hash.low64};
}

ra_status ra_catalog_add_header(ra_catalog *catalog, const ra_header_key *key,
                                int32_t header_class) {
    return ra_key_table_put(&catalog->headers, header_key(key), header_class);
}

int32_t ra_catalog_header(const ra_catalog *catalog, const ra_header_key *key) {
    return ra_key_table_get(&catalog->headers, header_key(key));
}
