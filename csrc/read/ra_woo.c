/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The tables of WooCommerce members, and the rules for members that are missing. */
#include "read/ra_woo.h"

#include <string.h>

#define KEY(text)                                                                                  \
    { (text), sizeof(text) - 1 }
#define AT(type, member) (uint16_t) offsetof(type, member)
#define VALUE(name, path, kind, type, member)                                                      \
    { .key = KEY(name), (path), RA_WOO_##kind, .offset = AT(type, member) }
#define LIST(name, kind, type, items, number, of)                                                  \
    { .key = KEY(name), (name), RA_WOO_LIST, (kind), AT(type, items), AT(type, number), (of) }
#define SHAPE(table, type)                                                                         \
    { (table), sizeof(table) / sizeof(table)[0], sizeof(type) }

#define LINE_TAXES(list)                                                                           \
    static const ra_woo_field list##_tax_fields[] = {                                              \
        VALUE("id", #list ".taxes.id", REF, ra_line_tax, rate_ref),                                \
        VALUE("total", #list ".taxes.total", MONEY, ra_line_tax, amount),                          \
    };                                                                                             \
    static const ra_woo_shape list##_tax_shape = SHAPE(list##_tax_fields, ra_line_tax)

LINE_TAXES(line_items);
LINE_TAXES(shipping_lines);
LINE_TAXES(fee_lines);

#define LINE_VALUES(list)                                                                          \
    VALUE("id", #list ".id", REF, ra_line, source_ref),                                            \
        VALUE("total", #list ".total", MONEY, ra_line, total),                                     \
        VALUE("total_tax", #list ".total_tax", MONEY, ra_line, total_tax), {                       \
        .key = KEY("taxes"), .path = #list ".taxes", .type = RA_WOO_LIST,                          \
        .offset = AT(ra_line, taxes), .count_offset = AT(ra_line, tax_count),                      \
        .shape = &list##_tax_shape                                                                 \
    }

static const ra_woo_field line_fields[] = {
    LINE_VALUES(line_items),
    VALUE("name", "line_items.name", TEXT, ra_line, name),
    VALUE("product_id", "line_items.product_id", REF_OR_NONE, ra_line, product_ref),
    VALUE("variation_id", "line_items.variation_id", REF_OR_NONE, ra_line, variation_ref),
    VALUE("quantity", "line_items.quantity", MONEY, ra_line, quantity),
    VALUE("subtotal", "line_items.subtotal", MONEY, ra_line, subtotal),
    VALUE("sku", "line_items.sku", TEXT, ra_line, sku),
    VALUE("global_unique_id", "line_items.global_unique_id", TEXT, ra_line, barcode),
};
static const ra_woo_shape line_shape = SHAPE(line_fields, ra_line);

static const ra_woo_field shipping_fields[] = {
    LINE_VALUES(shipping_lines),
    VALUE("method_id", "shipping_lines.method_id", TEXT, ra_line, code),
    VALUE("method_title", "shipping_lines.method_title", TEXT, ra_line, name),
};
static const ra_woo_shape shipping_shape = SHAPE(shipping_fields, ra_line);

static const ra_woo_field fee_fields[] = {
    LINE_VALUES(fee_lines),
    VALUE("name", "fee_lines.name", TEXT, ra_line, name),
};
static const ra_woo_shape fee_shape = SHAPE(fee_fields, ra_line);

static const ra_woo_field tax_fields[] = {
    VALUE("rate_id", "tax_lines.rate_id", REF, ra_order_tax, rate_ref),
    VALUE("rate_code", "tax_lines.rate_code", TEXT, ra_order_tax, code),
    VALUE("label", "tax_lines.label", TEXT, ra_order_tax, label),
    VALUE("rate_percent", "tax_lines.rate_percent", MONEY, ra_order_tax, rate_percent),
    VALUE("compound", "tax_lines.compound", BOOL, ra_order_tax, compound),
    VALUE("tax_total", "tax_lines.tax_total", MONEY, ra_order_tax, amount),
    VALUE("shipping_tax_total", "tax_lines.shipping_tax_total", MONEY, ra_order_tax,
          shipping_amount),
};
static const ra_woo_shape tax_shape = SHAPE(tax_fields, ra_order_tax);

static const ra_woo_field coupon_fields[] = {
    VALUE("code", "coupon_lines.code", TEXT, ra_coupon, code),
    VALUE("discount", "coupon_lines.discount", MONEY, ra_coupon, discount),
    VALUE("discount_tax", "coupon_lines.discount_tax", MONEY, ra_coupon, discount_tax),
};
static const ra_woo_shape coupon_shape = SHAPE(coupon_fields, ra_coupon);

static const ra_woo_field refund_fields[] = {
    VALUE("id", "refunds.id", REF, ra_refund_mention, source_ref),
    VALUE("reason", "refunds.reason", TEXT, ra_refund_mention, reason),
    VALUE("total", "refunds.total", MONEY, ra_refund_mention, total),
};
static const ra_woo_shape refund_shape = SHAPE(refund_fields, ra_refund_mention);

static const ra_woo_field meta_fields[] = {
    VALUE("key", "meta_data.key", TEXT, ra_meta, key),
    VALUE("value", "meta_data.value", RAW, ra_meta, value),
};
static const ra_woo_shape meta_shape = SHAPE(meta_fields, ra_meta);

#define ADDRESS_SHAPE(part, path)                                                                  \
    static const ra_woo_field part##_fields[] = {                                                  \
        VALUE("first_name", path ".first_name", TEXT, ra_address, first_name),                     \
        VALUE("last_name", path ".last_name", TEXT, ra_address, last_name),                        \
        VALUE("company", path ".company", TEXT, ra_address, company),                              \
        VALUE("address_1", path ".address_1", TEXT, ra_address, address_1),                        \
        VALUE("address_2", path ".address_2", TEXT, ra_address, address_2),                        \
        VALUE("city", path ".city", TEXT, ra_address, city),                                       \
        VALUE("state", path ".state", TEXT, ra_address, state),                                    \
        VALUE("postcode", path ".postcode", TEXT, ra_address, postcode),                           \
        VALUE("country", path ".country", TEXT, ra_address, country),                              \
        VALUE("email", path ".email", TEXT, ra_address, email),                                    \
        VALUE("phone", path ".phone", TEXT, ra_address, phone),                                    \
    };                                                                                             \
    static const ra_woo_shape part##_shape = SHAPE(part##_fields, ra_address)

ADDRESS_SHAPE(billing, "billing");
ADDRESS_SHAPE(delivery, "shipping");

#define ORDER(name, kind, member) VALUE(name, name, kind, ra_woo_draft, member)
#define PARTS(name, member, of)                                                                    \
    { .key = KEY(name), (name), RA_WOO_PARTS, .offset = AT(ra_woo_draft, member), .shape = (of) }
#define ITEMS(name, member, number, of)                                                            \
    LIST(name, RA_LINE_PRODUCT, ra_woo_draft, order.member, order.number, of)
#define LINES(name, kind, of) LIST(name, kind, ra_woo_draft, order.lines, order.line_count, of)

static const ra_woo_field order_fields[] = {
    ORDER("id", REF, order.source_ref),
    ORDER("number", REF, order.number),
    ORDER("status", TEXT, order.status),
    ORDER("currency", TEXT, order.currency),
    ORDER("prices_include_tax", BOOL, order.prices_include_tax),
    ORDER("date_created_gmt", TIME, order.created_at),
    ORDER("date_modified_gmt", TIME, order.modified_at),
    ORDER("date_paid_gmt", TIME, order.paid_at),
    ORDER("date_created", TIME, local_created),
    ORDER("date_modified", TIME, local_modified),
    ORDER("date_paid", TIME, local_paid),
    ORDER("customer_id", REF_OR_NONE, order.customer_ref),
    PARTS("billing", order.billing, &billing_shape),
    PARTS("shipping", order.shipping, &delivery_shape),
    ORDER("payment_method", TEXT, order.payment_method),
    ORDER("payment_method_title", TEXT, order.payment_title),
    ORDER("transaction_id", TEXT, order.transaction_ref),
    ORDER("created_via", TEXT, order.created_via),
    ORDER("customer_note", TEXT, order.customer_note),
    ORDER("total", MONEY, order.total),
    ORDER("total_tax", MONEY, order.total_tax),
    ORDER("discount_total", MONEY, order.discount_total),
    LINES("line_items", RA_LINE_PRODUCT, &line_shape),
    LINES("shipping_lines", RA_LINE_SHIPPING, &shipping_shape),
    LINES("fee_lines", RA_LINE_FEE, &fee_shape),
    ITEMS("tax_lines", taxes, tax_count, &tax_shape),
    ITEMS("coupon_lines", coupons, coupon_count, &coupon_shape),
    ITEMS("refunds", refunds, refund_count, &refund_shape),
    ITEMS("meta_data", meta, meta_count, &meta_shape),
};
const ra_woo_shape ra_woo_order_shape = SHAPE(order_fields, ra_woo_draft);

const ra_woo_field *ra_woo_find(const ra_woo_shape *shape, ra_str key) {
    if (key.len == 0) return NULL;
    for (size_t i = 0; i < shape->count; i++) {
        const ra_woo_field *field = &shape->fields[i];
        if (field->key.len != key.len || field->key.ptr[0] != key.ptr[0]) continue;
        if (memcmp(field->key.ptr, key.ptr, key.len) == 0) return field;
    }
    return NULL;
}

bool ra_woo_is_line(const ra_woo_shape *shape) {
    return shape == &line_shape || shape == &shipping_shape || shape == &fee_shape;
}

void ra_woo_line_begin(ra_line *line, ra_line_kind kind) {
    line->kind = kind;
    line->subtotal.scale = line->quantity.scale = RA_DECIMAL_UNSET;
}

void ra_woo_line_finish(ra_line *line) {
    /* Shipping and fees have no price before discounts of their own. */
    if (line->subtotal.scale == RA_DECIMAL_UNSET) line->subtotal = line->total;
    if (line->quantity.scale == RA_DECIMAL_UNSET) line->quantity = (ra_decimal){1, 0};
    if (line->kind == RA_LINE_FEE) line->code = line->name;
}

void ra_woo_draft_begin(ra_woo_draft *draft) {
    memset(draft, 0, sizeof *draft);
    ra_order *order = &draft->order;
    order->created_at = order->modified_at = order->paid_at = RA_NO_TIME;
    draft->local_created = draft->local_modified = draft->local_paid = RA_NO_TIME;
    order->total.scale = RA_DECIMAL_UNSET;
}

static void missing(ra_order *order, bool absent, const char *field) {
    if (!absent || order->error.code != RA_OK) return;
    (void)ra_fail(&order->error, RA_MISSING_FIELD, field, "a required field is missing");
}

void ra_woo_draft_finish(ra_woo_draft *draft) {
    ra_order *order = &draft->order;
    if (order->created_at == RA_NO_TIME) order->created_at = draft->local_created;
    if (order->modified_at == RA_NO_TIME) order->modified_at = draft->local_modified;
    if (order->paid_at == RA_NO_TIME) order->paid_at = draft->local_paid;
    if (order->number.len == 0) order->number = order->source_ref;
    missing(order, order->source_ref.len == 0, "id");
    missing(order, order->status.len == 0, "status");
    missing(order, order->currency.len == 0, "currency");
    missing(order, order->created_at == RA_NO_TIME, "date_created_gmt");
    missing(order, order->total.scale == RA_DECIMAL_UNSET, "total");
    if (order->total.scale == RA_DECIMAL_UNSET) order->total = (ra_decimal){0, 0};
}
