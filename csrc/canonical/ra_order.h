/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The canonical order: what every reader produces and every later room consumes.
 *
 * All texts are UTF-8 without NUL and live in the arena handed to the reader; an absent text is
 * {NULL, 0}. Amounts are exact decimals in the order's currency. Line amounts exclude tax, totals
 * include it, as WooCommerce's REST API wc/v3 has them. Times are microseconds since
 * 1970-01-01 UTC, RA_NO_TIME when absent. */
#ifndef RA_CANONICAL_ORDER_H
#define RA_CANONICAL_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canonical/ra_decimal.h"

#define RA_NO_TIME INT64_MIN
#define RA_ORDER_SCHEMA 1 /* version of the canonical msgpack form */

typedef enum ra_line_kind {
    RA_LINE_PRODUCT = 0,
    RA_LINE_SHIPPING = 1,
    RA_LINE_FEE = 2
} ra_line_kind;

/* Tax of one line at one rate of the shop. */
typedef struct ra_line_tax {
    ra_str rate_ref; /* the shop's id of the rate */
    ra_decimal amount;
} ra_line_tax;

typedef struct ra_line {
    ra_line_kind kind;
    ra_str source_ref;    /* the shop's id of the line */
    ra_str product_ref;   /* id of the sold product (a variation's parent), empty when deleted */
    ra_str variation_ref; /* id of the variation, empty when none */
    ra_str sku;
    ra_str barcode;
    ra_str code; /* shipping: method id; fee: its name */
    ra_str name;
    ra_decimal quantity;  /* 1 for shipping and fees */
    ra_decimal subtotal;  /* before discounts */
    ra_decimal total;     /* after discounts */
    ra_decimal total_tax; /* tax on `total` */
    ra_line_tax *taxes;
    size_t tax_count;
} ra_line;

/* The order's total per rate of the shop. */
typedef struct ra_order_tax {
    ra_str rate_ref;
    ra_str code;
    ra_str label;
    ra_decimal rate_percent;
    bool compound;
    ra_decimal amount; /* on goods and fees */
    ra_decimal shipping_amount;
} ra_order_tax;

typedef struct ra_coupon {
    ra_str code;
    ra_decimal discount;
    ra_decimal discount_tax;
} ra_coupon;

/* Mention of a refund on its order; `total` is negative. Details come in a refund feed. */
typedef struct ra_refund_mention {
    ra_str source_ref;
    ra_str reason;
    ra_decimal total;
} ra_refund_mention;

/* A metadata entry: `value` is the JSON text of any JSON type. */
typedef struct ra_meta {
    ra_str key;
    ra_str value;
} ra_meta;

typedef struct ra_address {
    ra_str first_name, last_name, company;
    ra_str address_1, address_2, city, state, postcode, country;
    ra_str email, phone;
} ra_address;

typedef struct ra_order {
    /* Place in the file. */
    uint64_t row;    /* from 1 */
    uint64_t offset; /* of the record's first byte */
    uint64_t end;    /* offset just behind the record: reading can resume here */
    ra_str raw;      /* the record's own bytes; empty when it was too large to keep */
    ra_error error;  /* code != RA_OK: the record cannot be used, fields below may be empty */

    ra_str source_ref; /* the shop's id; the identity of the order within its channel */
    ra_str number;     /* what the customer sees */
    ra_str status;
    ra_str currency; /* ISO 4217 */
    bool prices_include_tax;
    int64_t created_at;  /* UTC */
    int64_t modified_at; /* UTC; decides which of two versions is the later one */
    int64_t paid_at;
    ra_str customer_ref; /* empty for guests and deleted customers */
    ra_address billing, shipping;
    ra_str payment_method, payment_title, transaction_ref;
    ra_str created_via;
    ra_str customer_note;
    ra_decimal total; /* including tax; the truth for the order's amount */
    ra_decimal total_tax;
    ra_decimal discount_total;

    ra_line *lines;
    size_t line_count;
    ra_order_tax *taxes;
    size_t tax_count;
    ra_coupon *coupons;
    size_t coupon_count;
    ra_refund_mention *refunds;
    size_t refund_count;
    ra_meta *meta;
    size_t meta_count;
} ra_order;

#endif
