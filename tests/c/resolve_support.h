/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Chunks read from JSON text, and a catalog that knows one shop. */
#ifndef TESTS_RESOLVE_SUPPORT_H
#define TESTS_RESOLVE_SUPPORT_H

#include <stdio.h>

#include "read_support.h"
#include "resolve/ra_chunk.h"

#define SHOP RA_STR("shop")

static inline ra_str text_str(const char *text) {
    return (ra_str){text, strlen(text)};
}

static inline bool same_text(ra_str text, const char *expected) {
    return ra_str_equal(text, text_str(expected));
}

/* An order with one line; `line` are further members of the line, `more` of the order. */
static inline const char *order_text(char *out, size_t room, const char *more, const char *line) {
    int length = snprintf(
        out, room,
        "{\"id\":7,\"number\":\"A-7\",\"status\":\"completed\",\"currency\":\"EUR\","
        "\"date_created_gmt\":\"2024-01-02T03:04:05\",\"total\":\"12.10\",\"total_tax\":\"2.10\","
        "\"customer_id\":5,\"billing\":{\"email\":\"a@b.example\"}%s,\"line_items\":[{\"id\":1,"
        "\"quantity\":1,\"subtotal\":\"10.00\",\"total\":\"10.00\",\"total_tax\":\"2.10\","
        "\"taxes\":[{\"id\":4,\"total\":\"2.10\"}]%s}]}",
        more, line);
    assert_true(length > 0 && (size_t)length < room);
    return out;
}

/* Read all of `text` into a fresh chunk. */
static inline void read_text(ra_chunk *chunk, const char *text) {
    memory_input in;
    ra_input input = memory_source(&in, text);
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_chunk_init(chunk, 0, NULL);
    assert_int_equal(ra_reader_open(input, NULL, NULL, &reader, &error), RA_OK);
    assert_int_equal(ra_chunk_read(chunk, reader, SHOP, 1000, SIZE_MAX), RA_OK);
    ra_reader_close(reader);
}

static inline ra_status shop_tax(ra_catalog *catalog, int32_t id, double percent) {
    ra_tax tax = {
        .id = id, .sequence = 1, .kind = RA_TAX_PERCENT, .amount = percent, .is_base_affected = 1};
    return ra_catalog_add_tax(catalog, &tax, true);
}

/* Euro, 21 % as rate "4", the status completed, and a product for rounding lines. */
static inline ra_status shop_catalog(ra_catalog *catalog, const ra_allocator *allocator) {
    int32_t tax_id = 1;
    ra_catalog_init(catalog, allocator);
    catalog->discount_digits = catalog->quantity_digits = 2;
    catalog->rounding_limit = (ra_decimal){5, 2};
    ra_status status = ra_catalog_add_currency(catalog, RA_STR("EUR"), (ra_currency){1, 0.01, 2});
    if (status == RA_OK) status = shop_tax(catalog, tax_id, 21.0);
    if (status == RA_OK) status = ra_catalog_add_rate(catalog, RA_STR("4"), &tax_id, 1);
    if (status == RA_OK) {
        status = ra_text_table_put(&catalog->statuses, RA_STR("completed"), RA_ACTION_DRAFT);
    }
    if (status == RA_OK) {
        status =
            ra_catalog_add_product(catalog, (ra_product){90, 1, 0}, &catalog->rounding_product);
    }
    return status;
}

static inline ra_status answer_product(ra_catalog *catalog, const ra_line *line) {
    int32_t slot;
    ra_ref_space space = line->kind == RA_LINE_SHIPPING ? RA_REF_SHIPPING
                         : line->kind == RA_LINE_FEE    ? RA_REF_FEE
                                                        : RA_REF_NAME;
    ra_str ref = line->kind == RA_LINE_PRODUCT ? line->name : line->code;
    if (line->kind == RA_LINE_PRODUCT && line->sku.len > 0) {
        space = RA_REF_DEFAULT_CODE;
        ref = line->sku;
    } else if (line->kind == RA_LINE_PRODUCT && line->variation_ref.len > 0) {
        space = RA_REF_VARIATION;
        ref = line->variation_ref;
    } else if (line->kind == RA_LINE_PRODUCT && line->product_ref.len > 0) {
        space = RA_REF_PRODUCT;
        ref = line->product_ref;
    }
    ra_status status = ra_catalog_add_product(catalog, (ra_product){91, 1, 0}, &slot);
    return status == RA_OK ? ra_catalog_add_ref(catalog, space, ref, slot) : status;
}

/* Complete the catalog with one thing a chunk lacks. */
static inline ra_status answer_need(ra_chunk *chunk, ra_catalog *catalog, const ra_need *need) {
    int32_t tax_id = 1;
    switch (need->kind) {
    case RA_NEED_PRODUCT:
        return answer_product(catalog, &chunk->plans[need->plan].order.lines[need->line]);
    case RA_NEED_RATE:
        return ra_catalog_add_rate(catalog, need->text, &tax_id, 1);
    case RA_NEED_CURRENCY:
        return ra_catalog_add_currency(catalog, need->text, (ra_currency){2, 0.01, 2});
    case RA_NEED_CURRENCY_RATE:
        return ra_catalog_add_currency_rate(catalog, need->index, need->line, 1.25);
    case RA_NEED_PARTY:
        return ra_catalog_add_party(catalog, need->key, (ra_party){7, 0});
    case RA_NEED_HEADER:
        return ra_catalog_add_header(catalog, &need->header, 0);
    }
    return RA_BAD_ARGUMENT;
}

/* Resolve a wave, answering whatever is asked, at most `rounds` times. */
static inline ra_status resolve_wave(ra_chunk *chunk, ra_catalog *catalog, uint32_t wave) {
    for (int rounds = 0; rounds < 10; rounds++) {
        ra_status status = ra_chunk_resolve(chunk, catalog, wave);
        if (status != RA_OK || chunk->needs.count == 0) return status;
        for (size_t i = 0; i < chunk->needs.count; i++) {
            status = answer_need(chunk, catalog, &RA_ITEM(chunk->needs, ra_need, i));
            if (status != RA_OK) return status;
        }
    }
    return RA_TOO_DEEP; /* it asks for ever */
}

#endif
