/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows of sale orders, their lines and the lines' taxes, after a column plan.
 *
 * The column plan gives every stored column of a table its source: a value computed here
 * (RA_COL_*), or the encoded value a template record of the row's class has (RA_COL_CLASS), or, for
 * lines, the value of a column of the order (RA_COL_HEADER: the stored related fields). */
#ifndef RA_WRITE_ROWS_H
#define RA_WRITE_ROWS_H

#include "resolve/ra_chunk.h"
#include "write/ra_encode.h"

/* Enumerator and the name the binding uses for it. */
#define RA_COLUMN_TABLE(X)                                                                         \
    X(RA_COL_CLASS, "class")                                                                       \
    X(RA_COL_HEADER, "header")                                                                     \
    X(RA_COL_NULL, "null")                                                                         \
    X(RA_COL_ID, "id")                                                                             \
    X(RA_COL_NOW, "now")                                                                           \
    X(RA_COL_CURRENCY, "currency_id")                                                              \
    X(RA_COL_ORDER_NAME, "order_name")                                                             \
    X(RA_COL_PARTNER, "partner_id")                                                                \
    X(RA_COL_PARTNER_INVOICE, "partner_invoice_id")                                                \
    X(RA_COL_PARTNER_SHIPPING, "partner_shipping_id")                                              \
    X(RA_COL_DATE_ORDER, "date_order")                                                             \
    X(RA_COL_CURRENCY_RATE, "currency_rate")                                                       \
    X(RA_COL_AMOUNT_UNTAXED, "amount_untaxed")                                                     \
    X(RA_COL_AMOUNT_TAX, "amount_tax")                                                             \
    X(RA_COL_AMOUNT_TOTAL, "amount_total")                                                         \
    X(RA_COL_CLIENT_REF, "client_order_ref")                                                       \
    X(RA_COL_ORIGIN, "origin")                                                                     \
    X(RA_COL_REFERENCE, "reference")                                                               \
    X(RA_COL_ORDER_ID, "order_id")                                                                 \
    X(RA_COL_SEQUENCE, "sequence")                                                                 \
    X(RA_COL_PRODUCT, "product_id")                                                                \
    X(RA_COL_UOM, "product_uom_id")                                                                \
    X(RA_COL_LINE_NAME, "line_name")                                                               \
    X(RA_COL_QUANTITY, "product_uom_qty")                                                          \
    X(RA_COL_PRICE_UNIT, "price_unit")                                                             \
    X(RA_COL_TECHNICAL_PRICE, "technical_price_unit")                                              \
    X(RA_COL_DISCOUNT, "discount")                                                                 \
    X(RA_COL_SUBTOTAL, "price_subtotal")                                                           \
    X(RA_COL_TOTAL, "price_total")                                                                 \
    X(RA_COL_TAX, "price_tax")                                                                     \
    X(RA_COL_REDUCE_EXCL, "price_reduce_taxexcl")                                                  \
    X(RA_COL_REDUCE_INCL, "price_reduce_taxinc")                                                   \
    X(RA_COL_EXTRA_TAX, "extra_tax_data")

typedef enum ra_column_kind {
#define RA_COLUMN_ENUM(code, name) code,
    RA_COLUMN_TABLE(RA_COLUMN_ENUM)
#undef RA_COLUMN_ENUM
        RA_COLUMN_KINDS
} ra_column_kind;

/* The kind of a binding's name, or -1. */
int ra_column_kind_from_name(ra_str name);

typedef struct ra_column {
    ra_column_kind kind;
    int16_t header_index; /* RA_COL_HEADER: index among the order's columns */
} ra_column;

/* An encoded field: the bytes PostgreSQL's type send function gives, or NULL (ptr == NULL). */
typedef struct ra_field {
    const char *ptr;
    int32_t len;
} ra_field;

typedef struct ra_column_plan {
    ra_column *order_columns, *line_columns;
    int16_t order_count, line_count;
    ra_vector order_classes; /* ra_field*: order_count fields each */
    ra_vector line_classes;  /* ra_field*: line_count fields each */
    ra_str origin_prefix;    /* origin = prefix + the order's number */
} ra_column_plan;

/* What every row needs beside its plan. */
typedef struct ra_write_context {
    const ra_column_plan *plan;
    const ra_catalog *catalog;
    int64_t now_us; /* cr.now(): create_date and write_date */
} ra_write_context;

/* Does the native lane take this plan: outcome CREATE, lane NATIVE, of the wave? */
bool ra_rows_native(const ra_plan *plan, uint32_t wave);
/* Orders and lines of a wave that it takes. */
void ra_rows_count(const ra_chunk *chunk, uint32_t wave, size_t *orders, size_t *lines);

/* Encode one plan (order_id and order_name set) into the tables' buffers. `line_ids` has
 * plan->line_count items; tax rows are (account_tax_id, sale_order_line_id). */
void ra_rows_order(const ra_write_context *context, const ra_plan *plan, ra_buffer *out);
void ra_rows_lines(const ra_write_context *context, const ra_plan *plan, const int32_t *line_ids,
                   ra_buffer *lines, ra_buffer *taxes);

#endif
