/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The field tables of the canonical order. */
#include "canonical/ra_schema.h"

#include <string.h>

#define FIELD(record, member, kind)                                                                \
    {                                                                                              \
        .name = {#member, sizeof #member - 1}, .type = RA_SCHEMA_##kind, .hashed = true,           \
        .offset = offsetof(record, member)                                                         \
    }
#define UNHASHED(record, member, kind)                                                             \
    {                                                                                              \
        .name = {#member, sizeof #member - 1}, .type = RA_SCHEMA_##kind,                           \
        .offset = offsetof(record, member)                                                         \
    }
#define PART(record, member, of)                                                                   \
    {                                                                                              \
        .name = {#member, sizeof #member - 1}, .type = RA_SCHEMA_PART, .hashed = true,             \
        .offset = offsetof(record, member), .item = (of)                                           \
    }
#define LIST(record, member, number, of)                                                           \
    {                                                                                              \
        .name = {#member, sizeof #member - 1}, .type = RA_SCHEMA_LIST, .hashed = true,             \
        .offset = offsetof(record, member), .count_offset = offsetof(record, number), .item = (of) \
    }
#define SCHEMA(table, record)                                                                      \
    { (table), sizeof(table) / sizeof(table)[0], sizeof(record) }

static const ra_schema_field line_tax_fields[] = {
    FIELD(ra_line_tax, rate_ref, TEXT),
    FIELD(ra_line_tax, amount, DECIMAL),
};
static const ra_schema line_tax_schema = SCHEMA(line_tax_fields, ra_line_tax);

static const ra_schema_field line_fields[] = {
    FIELD(ra_line, kind, KIND),
    FIELD(ra_line, source_ref, TEXT),
    FIELD(ra_line, product_ref, TEXT),
    FIELD(ra_line, variation_ref, TEXT),
    FIELD(ra_line, sku, TEXT),
    FIELD(ra_line, barcode, TEXT),
    FIELD(ra_line, code, TEXT),
    FIELD(ra_line, name, TEXT),
    FIELD(ra_line, quantity, DECIMAL),
    FIELD(ra_line, subtotal, DECIMAL),
    FIELD(ra_line, total, DECIMAL),
    FIELD(ra_line, total_tax, DECIMAL),
    LIST(ra_line, taxes, tax_count, &line_tax_schema),
};
const ra_schema ra_line_schema = SCHEMA(line_fields, ra_line);

static const ra_schema_field tax_fields[] = {
    FIELD(ra_order_tax, rate_ref, TEXT),
    FIELD(ra_order_tax, code, TEXT),
    FIELD(ra_order_tax, label, TEXT),
    FIELD(ra_order_tax, rate_percent, DECIMAL),
    FIELD(ra_order_tax, compound, BOOL),
    FIELD(ra_order_tax, amount, DECIMAL),
    FIELD(ra_order_tax, shipping_amount, DECIMAL),
};
static const ra_schema tax_schema = SCHEMA(tax_fields, ra_order_tax);

static const ra_schema_field coupon_fields[] = {
    FIELD(ra_coupon, code, TEXT),
    FIELD(ra_coupon, discount, DECIMAL),
    FIELD(ra_coupon, discount_tax, DECIMAL),
};
static const ra_schema coupon_schema = SCHEMA(coupon_fields, ra_coupon);

static const ra_schema_field refund_fields[] = {
    FIELD(ra_refund_mention, source_ref, TEXT),
    FIELD(ra_refund_mention, reason, TEXT),
    FIELD(ra_refund_mention, total, DECIMAL),
};
static const ra_schema refund_schema = SCHEMA(refund_fields, ra_refund_mention);

static const ra_schema_field meta_fields[] = {
    FIELD(ra_meta, key, TEXT),
    FIELD(ra_meta, value, TEXT),
};
static const ra_schema meta_schema = SCHEMA(meta_fields, ra_meta);

static const ra_schema_field address_fields[] = {
    FIELD(ra_address, first_name, TEXT), FIELD(ra_address, last_name, TEXT),
    FIELD(ra_address, company, TEXT),    FIELD(ra_address, address_1, TEXT),
    FIELD(ra_address, address_2, TEXT),  FIELD(ra_address, city, TEXT),
    FIELD(ra_address, state, TEXT),      FIELD(ra_address, postcode, TEXT),
    FIELD(ra_address, country, TEXT),    FIELD(ra_address, email, TEXT),
    FIELD(ra_address, phone, TEXT),
};
static const ra_schema address_schema = SCHEMA(address_fields, ra_address);

static const ra_schema_field order_fields[] = {
    FIELD(ra_order, source_ref, TEXT),
    FIELD(ra_order, number, TEXT),
    FIELD(ra_order, status, TEXT),
    FIELD(ra_order, currency, TEXT),
    FIELD(ra_order, prices_include_tax, BOOL),
    FIELD(ra_order, created_at, TIME),
    UNHASHED(ra_order, modified_at, TIME),
    FIELD(ra_order, paid_at, TIME),
    FIELD(ra_order, customer_ref, TEXT),
    PART(ra_order, billing, &address_schema),
    PART(ra_order, shipping, &address_schema),
    FIELD(ra_order, payment_method, TEXT),
    FIELD(ra_order, payment_title, TEXT),
    FIELD(ra_order, transaction_ref, TEXT),
    FIELD(ra_order, created_via, TEXT),
    FIELD(ra_order, customer_note, TEXT),
    FIELD(ra_order, total, DECIMAL),
    FIELD(ra_order, total_tax, DECIMAL),
    FIELD(ra_order, discount_total, DECIMAL),
    LIST(ra_order, lines, line_count, &ra_line_schema),
    LIST(ra_order, taxes, tax_count, &tax_schema),
    LIST(ra_order, coupons, coupon_count, &coupon_schema),
    LIST(ra_order, refunds, refund_count, &refund_schema),
    LIST(ra_order, meta, meta_count, &meta_schema),
};
const ra_schema ra_order_schema = SCHEMA(order_fields, ra_order);

const ra_schema_field *ra_schema_find(const ra_schema *schema, ra_str name) {
    for (size_t i = 0; i < schema->count; i++) {
        if (ra_str_equal(schema->fields[i].name, name)) return &schema->fields[i];
    }
    return NULL;
}

size_t ra_schema_items(const ra_schema_field *field, const void *record, const char **items) {
    size_t count;
    memcpy(items, (const char *)record + field->offset, sizeof *items);
    memcpy(&count, (const char *)record + field->count_offset, sizeof count);
    return count;
}

void ra_schema_set_items(const ra_schema_field *field, void *record, void *items, size_t count) {
    memcpy((char *)record + field->offset, &items, sizeof items);
    memcpy((char *)record + field->count_offset, &count, sizeof count);
}

static bool part_absent(const ra_schema *schema, const void *record) {
    for (size_t i = 0; i < schema->count; i++) {
        if (!ra_schema_absent(&schema->fields[i], record)) return false;
    }
    return true;
}

bool ra_schema_absent(const ra_schema_field *field, const void *record) {
    const void *value = (const char *)record + field->offset;
    const char *items;
    switch (field->type) {
    case RA_SCHEMA_TEXT:
        return ((const ra_str *)value)->len == 0;
    case RA_SCHEMA_TIME:
        return *(const int64_t *)value == RA_NO_TIME;
    case RA_SCHEMA_LIST:
        return ra_schema_items(field, record, &items) == 0;
    case RA_SCHEMA_PART:
        return part_absent(field->item, value);
    case RA_SCHEMA_DECIMAL:
    case RA_SCHEMA_BOOL:
    case RA_SCHEMA_KIND:
        break;
    }
    return false;
}
