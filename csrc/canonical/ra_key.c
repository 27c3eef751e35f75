/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Identity keys, content hashes and party keys. */
#include "canonical/ra_key.h"

#include <string.h>

#include "canonical/ra_hash.h"
#include "canonical/ra_normal.h"
#include "canonical/ra_schema.h"

ra_key ra_key_identity(ra_str scope, ra_str kind, ra_str source_ref) {
    XXH3_state_t state;
    (void)XXH3_128bits_reset(&state);
    ra_hash_text(&state, scope);
    ra_hash_text(&state, kind);
    ra_hash_text(&state, source_ref);
    return ra_hash_digest(&state);
}

void ra_key_to_hex(ra_key key, char hex[RA_KEY_HEX]) {
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 16; i++) {
        hex[i] = digits[key.high >> (60 - 4 * i) & 15];
        hex[16 + i] = digits[key.low >> (60 - 4 * i) & 15];
    }
    hex[32] = '\0';
}

bool ra_key_equal(ra_key a, ra_key b) {
    return a.high == b.high && a.low == b.low;
}

/* ---- content ---- */

static void put_record(XXH3_state_t *state, const ra_schema *schema, const void *record);

static void put_list(XXH3_state_t *state, const ra_schema_field *field, const void *record) {
    const char *items;
    size_t count = ra_schema_items(field, record, &items);
    ra_hash_number(state, count);
    for (size_t i = 0; i < count; i++) {
        put_record(state, field->item, items + i * field->item->size);
    }
}

static void put_field(XXH3_state_t *state, const ra_schema_field *field, const void *record) {
    const void *value = (const char *)record + field->offset;
    char text[24];
    switch (field->type) {
    case RA_SCHEMA_TEXT:
        ra_hash_text(state, *(const ra_str *)value);
        break;
    case RA_SCHEMA_DECIMAL: {
        size_t length = ra_decimal_format(*(const ra_decimal *)value, text);
        ra_hash_text(state, (ra_str){text, length});
        break;
    }
    case RA_SCHEMA_TIME:
        ra_hash_number(state, (uint64_t) * (const int64_t *)value);
        break;
    case RA_SCHEMA_BOOL:
        ra_hash_number(state, *(const bool *)value);
        break;
    case RA_SCHEMA_KIND:
        ra_hash_number(state, (uint64_t) * (const ra_line_kind *)value);
        break;
    case RA_SCHEMA_PART:
        put_record(state, field->item, value);
        break;
    case RA_SCHEMA_LIST:
        put_list(state, field, record);
        break;
    }
}

static void put_record(XXH3_state_t *state, const ra_schema *schema, const void *record) {
    for (size_t i = 0; i < schema->count; i++) {
        if (schema->fields[i].hashed) put_field(state, &schema->fields[i], record);
    }
}

ra_key ra_key_content(const ra_order *order) {
    XXH3_state_t state;
    (void)XXH3_128bits_reset(&state);
    ra_hash_number(&state, RA_ORDER_SCHEMA);
    put_record(&state, &ra_order_schema, order);
    return ra_hash_digest(&state);
}

/* ---- parties ---- */

#define PLACE_FIELDS 9

/* Who and where, normalised; e-mail and phone are no part of a place. */
typedef struct place {
    ra_str fields[PLACE_FIELDS];
    bool empty;
} place;

static ra_status read_place(const ra_address *address, ra_arena *scratch, place *out) {
    const ra_str source[PLACE_FIELDS] = {
        address->first_name, address->last_name, address->company,
        address->address_1,  address->address_2, address->city,
        address->state,      address->postcode,  address->country,
    };
    out->empty = true;
    for (size_t i = 0; i < PLACE_FIELDS; i++) {
        ra_status status = ra_text_normalize(source[i], scratch, &out->fields[i]);
        if (status != RA_OK) return status;
        if (out->fields[i].len > 0) out->empty = false;
    }
    return RA_OK;
}

static ra_key place_key(ra_str scope, ra_key customer, const place *where) {
    if (where->empty) return customer;
    XXH3_state_t state;
    (void)XXH3_128bits_reset(&state);
    ra_hash_text(&state, scope);
    ra_hash_text(&state, RA_STR("place"));
    ra_hash_number(&state, customer.high);
    ra_hash_number(&state, customer.low);
    for (size_t i = 0; i < PLACE_FIELDS; i++)
        ra_hash_text(&state, where->fields[i]);
    return ra_hash_digest(&state);
}

/* Someone known by nothing but an address; two phones at one address are two people. */
static ra_status stranger_key(ra_str scope, const place *billing, ra_str phone, ra_arena *scratch,
                              ra_key *out) {
    ra_str number;
    ra_status status = ra_text_normalize(phone, scratch, &number);
    if (status != RA_OK) return status;
    XXH3_state_t state;
    (void)XXH3_128bits_reset(&state);
    ra_hash_text(&state, scope);
    ra_hash_text(&state, RA_STR("address"));
    for (size_t i = 0; i < PLACE_FIELDS; i++)
        ra_hash_text(&state, billing->fields[i]);
    ra_hash_text(&state, number);
    *out = ra_hash_digest(&state);
    return RA_OK;
}

ra_status ra_key_parties(const ra_order *order, ra_str scope, ra_arena *scratch,
                         ra_party_keys *out) {
    place billing, shipping;
    ra_str email;
    ra_status status = read_place(&order->billing, scratch, &billing);
    if (status == RA_OK) status = read_place(&order->shipping, scratch, &shipping);
    if (status == RA_OK) status = ra_email_normalize(order->billing.email, scratch, &email);
    if (status != RA_OK) return status;
    out->email = ra_key_identity(scope, RA_STR("email"), email);
    if (order->customer_ref.len > 0) {
        out->customer = ra_key_identity(scope, RA_STR("customer"), order->customer_ref);
    } else if (email.len > 0) {
        out->customer = out->email;
    } else {
        status = stranger_key(scope, &billing, order->billing.phone, scratch, &out->customer);
        if (status != RA_OK) return status;
    }
    if (email.len == 0) out->email = out->customer;
    out->invoice = place_key(scope, out->customer, &billing);
    out->delivery = place_key(scope, out->customer, &shipping);
    return RA_OK;
}
